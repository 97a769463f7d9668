//! What can be wrong with a scenario file: stable codes, a place, and how to mend it.

use std::ops::Range;

/// How much a problem matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The scenario plays, but not as well as it could.
    Warning,
    /// The scenario cannot be played as written.
    Error,
}

macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $text:literal, $severity:ident;)*) => {
        /// The stable code of a problem.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code { $($(#[$doc])* $variant,)* }

        impl Code {
            /// Every code.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The code as people see and cite it, e.g. `S201`.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),* }
            }

            /// Error or warning.
            pub const fn severity(self) -> Severity {
                match self { $(Self::$variant => Severity::$severity),* }
            }
        }
    };
}

codes! {
    /// The file cannot be read (missing, not UTF-8, too large).
    Unreadable = "S001", Error;
    /// The text is not YAML.
    Syntax = "S002", Error;
    /// The YAML is no scenario.
    NotAScenario = "S003", Error;
    /// A key that this format does not know.
    UnknownKey = "S101", Error;
    /// Text where a list belongs, and the like.
    WrongType = "S102", Error;
    /// Something that must be there is not.
    Missing = "S103", Error;
    /// A value that is not allowed.
    BadValue = "S104", Error;
    /// A key that stands twice in one place.
    DuplicateKey = "S105", Error;
    /// An id that stands twice.
    DuplicateId = "S106", Error;
    /// A control or invisible direction character in a text that people see.
    ControlCharacter = "S107", Error;
    /// A state that no way leads to.
    UnreachableState = "S201", Error;
    /// A state that neither ends the scene nor has a way out.
    DeadEnd = "S202", Error;
    /// No good ending can be reached.
    NoGoodEnding = "S203", Error;
    /// From the worst state no way leads back.
    NoWayBack = "S204", Error;
    /// States that lead only to each other, with no ending.
    EndlessCycle = "S205", Error;
    /// An id that is neither of the rubric nor a kind of reply.
    UnknownSignal = "S206", Error;
    /// A state, fact or objective that is not in this file.
    UnknownName = "S207", Error;
    /// Too few lines: the other person would repeat themselves.
    TooFewLines = "S208", Warning;
    /// Every line needs a slot, and the slot can stay empty.
    EmptySlot = "S209", Error;
    /// A slot that does not exist.
    UnknownSlot = "S210", Error;
    /// A fact that nothing unlocks.
    LockedForEver = "S211", Error;
    /// An objective that cannot be met.
    CannotBeMet = "S212", Error;
    /// The safety part is missing.
    MissingSafety = "S213", Error;
    /// A state without a reaction that always fits.
    NoDefault = "S214", Error;
    /// A line that stands twice.
    SameLineTwice = "S215", Warning;
    /// A condition that can never hold.
    NeverHolds = "S216", Error;
    /// No playthroughs, or none that ends badly, or none that recovers.
    FewTests = "S217", Warning;
    /// A line that gives away a fact that may still be kept back.
    GivesAway = "S218", Warning;
    /// An opening, situation or line that is too long to take in.
    TooLong = "S219", Warning;
    /// A contrast pair whose strong line does not show what it teaches.
    WeakExample = "S220", Warning;
    /// Something that is never used: a way out of an ending, the stage of what is no dispute.
    NeverUsed = "S221", Warning;
    /// A line that speaks of danger in a scenario that does not say so.
    SpeaksOfDanger = "S222", Error;
}

/// One problem of a scenario file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Its stable code.
    pub code: Code,
    /// Where: bytes of the file.
    pub span: Range<usize>,
    /// What is wrong, as a clause without a full stop.
    pub message: String,
    /// How to mend it.
    pub help: Option<String>,
}

impl Problem {
    /// A problem without help text.
    pub fn new(code: Code, span: Range<usize>, message: impl Into<String>) -> Self {
        Self { code, span, message: message.into(), help: None }
    }

    /// The same with advice on how to mend it.
    #[must_use]
    pub fn help(mut self, help: String) -> Self {
        self.help = Some(help);
        self
    }

    /// Whether the scenario cannot be played.
    pub fn is_error(&self) -> bool {
        self.code.severity() == Severity::Error
    }
}

/// The names nearest to `wanted`, best first, at most three; empty where none is near.
pub fn nearest<'a>(wanted: &str, names: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut near: Vec<(f64, &str)> = names
        .map(|name| (strsim::jaro_winkler(wanted, name), name))
        .filter(|(score, name)| *score > 0.78 || (wanted.len() > 3 && name.contains(wanted)))
        .collect();
    near.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
    near.truncate(3);
    near.into_iter().map(|(_, name)| name).collect()
}

/// `; did you mean 'x'?` for the nearest name, or nothing.
pub fn did_you_mean<'a>(wanted: &str, names: impl Iterator<Item = &'a str>) -> String {
    nearest(wanted, names).first().map_or_else(String::new, |name| format!("; did you mean '{name}'?"))
}
