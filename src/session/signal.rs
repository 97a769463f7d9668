//! Signals: everything a reply can be that a condition may ask for. Ids of the rubric and kinds of reply.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::analysis::{Analysis, Id, UnknownId};

macro_rules! acts {
    ($($(#[$doc:meta])* $variant:ident = $text:literal, $words:literal;)*) => {
        /// What kind of reply it is, apart from how skilled it is.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Act { $($(#[$doc])* $variant,)* }

        impl Act {
            /// Every kind of reply.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The word for it in scenario files.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),* }
            }

            /// What it is, for people, e.g. "a question".
            pub const fn describe(self) -> &'static str {
                match self { $(Self::$variant => $words),* }
            }
        }
    };
}

acts! {
    /// It asks something.
    Question = "question", "a question";
    /// It asks in a way that leaves the answer open.
    OpenQuestion = "open_question", "an open question";
    /// "Hi".
    Greeting = "greeting", "a greeting";
    /// "Thank you".
    Thanks = "thanks", "thanks";
    /// "I'm sorry I snapped".
    Apology = "apology", "an apology";
    /// "Yes, all right".
    Agreement = "agreement", "agreement";
    /// "No".
    Refusal = "refusal", "a no";
    /// Nothing, or dots.
    Silence = "silence", "silence";
    /// One word.
    OneWord = "one_word", "a single word";
    /// The same as a moment ago.
    Repeat = "repeat", "the same words again";
    /// More than one can take in at once.
    Long = "long", "a very long reply";
    /// Not in the language of the scene.
    Foreign = "foreign", "another language";
    /// No words of any language.
    Gibberish = "gibberish", "no words";
    /// "I have to go".
    Goodbye = "goodbye", "a goodbye";
}

impl fmt::Display for Act {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What a condition may name in `any`, `all` and `none`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Signal {
    /// A skill, fault or safety signal that is shown.
    Id(Id),
    /// A kind of reply.
    Act(Act),
}

impl Signal {
    /// Every signal's word.
    pub fn names() -> impl Iterator<Item = &'static str> {
        Id::ALL.iter().map(|id| id.as_str()).chain(Act::ALL.iter().map(|act| act.as_str()))
    }

    const fn bit(self) -> u64 {
        match self {
            Self::Id(id) => 1 << (id as u64),
            Self::Act(act) => 1 << (40 + act as u64),
        }
    }
}

impl FromStr for Signal {
    type Err = UnknownId;
    fn from_str(s: &str) -> Result<Self, UnknownId> {
        Act::ALL
            .iter()
            .copied()
            .find(|act| act.as_str() == s)
            .map(Self::Act)
            .map_or_else(|| s.parse().map(Self::Id), Ok)
    }
}

/// The signals of one reply.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Signals(u64);

impl Signals {
    /// The signals of a reply: what the analysis shows, and what kind of reply it is.
    pub fn new(analysis: &Analysis, acts: &[Act]) -> Self {
        let shown = analysis.findings.iter().filter(|f| f.grade >= f.id.cutoff()).map(|f| Signal::Id(f.id));
        shown.chain(acts.iter().copied().map(Signal::Act)).collect()
    }

    /// Whether the signal is there.
    pub fn has(self, signal: Signal) -> bool {
        self.0 & signal.bit() != 0
    }
}

impl FromIterator<Signal> for Signals {
    fn from_iter<T: IntoIterator<Item = Signal>>(iter: T) -> Self {
        Self(iter.into_iter().fold(0, |bits, signal| bits | signal.bit()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_reads_back_and_no_two_share_a_bit() {
        let mut bits = 0u64;
        for name in Signal::names() {
            let signal: Signal = name.parse().unwrap();
            assert_eq!(bits & signal.bit(), 0, "{name} shares a bit");
            bits |= signal.bit();
        }
        assert!("no_such_signal".parse::<Signal>().is_err());
    }
}
