//! The words, classes and patterns, read once from the data files beside this one.

pub(crate) mod pattern;
mod words;

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::OnceLock;

use super::rubric::Id;
use pattern::Matcher;
use words::Builder;

/// The token of every number.
pub const NUMBER: u32 = 1;
/// The token of every emoji that is not in the lexicon.
pub const PICTURE: u32 = 2;

/// A small multiplicative hash; keys are short words from our own tables.
#[derive(Default)]
pub struct WordHasher(u64);

impl Hasher for WordHasher {
    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            let word = chunk.iter().rev().fold(0u64, |w, b| (w << 8) | u64::from(*b));
            self.0 = (self.0.rotate_left(5) ^ word).wrapping_mul(0x517c_c1b7_2722_0a95);
        }
    }
    fn finish(&self) -> u64 {
        self.0 ^ (self.0 >> 29)
    }
}

pub(crate) type Words = HashMap<Box<str>, Spelling, BuildHasherDefault<WordHasher>>;

/// The words that a typed word is read as; at most five.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Spelling {
    words: [u32; 5],
    len: u8,
}

/// Everything the analyser knows about words.
#[derive(Debug)]
pub struct Lexicon {
    spellings: Words,
    classes: Vec<u64>,
    keys: Vec<u32>,
    denies: Vec<bool>,
    ambiguous: Vec<bool>,
    /// Patterns over a reply.
    pub(crate) matcher: Matcher,
    /// Patterns over what the other said before.
    pub(crate) context: Matcher,
    /// What is wrong in the data files; a test holds this empty.
    pub problems: Vec<String>,
    pub(crate) you: u32,
    pub(crate) are: u32,
    pub(crate) i: u32,
    pub(crate) am: u32,
    pub(crate) would: u32,
    pub(crate) will: u32,
    pub(crate) have: u32,
    pub(crate) poss: u32,
}

/// The key of a word: a hash of its letters that stays the same whatever else is in the lexicon.
pub(crate) fn key(word: &str) -> u32 {
    word.bytes().fold(0x811c_9dc5, |h, b| (h ^ u32::from(b)).wrapping_mul(0x0100_0193))
}

/// The pattern file of each id.
const RULES: &[(Id, &str)] = &[
    (Id::IStatement, include_str!("i_statement.txt")),
    (Id::BeSpecific, include_str!("be_specific.txt")),
    (Id::DirectRequest, include_str!("direct_request.txt")),
    (Id::Perspective, include_str!("perspective.txt")),
    (Id::CheckUnderstanding, include_str!("check_understanding.txt")),
    (Id::Options, include_str!("options.txt")),
    (Id::Timing, include_str!("timing.txt")),
    (Id::PersistRepair, include_str!("persist_repair.txt")),
    (Id::OpenExploration, include_str!("open_exploration.txt")),
    (Id::Affect, include_str!("affect.txt")),
    (Id::MoodEventLink, include_str!("mood_event_link.txt")),
    (Id::CaWork, include_str!("ca_work.txt")),
    (Id::Reflection, include_str!("reflection.txt")),
    (Id::Blame, include_str!("blame.txt")),
    (Id::MindReading, include_str!("mind_reading.txt")),
    (Id::Overgeneralise, include_str!("overgeneralise.txt")),
    (Id::Contempt, include_str!("contempt.txt")),
    (Id::KitchenSink, include_str!("kitchen_sink.txt")),
    (Id::Stonewall, include_str!("stonewall.txt")),
    (Id::Indirect, include_str!("indirect.txt")),
    (Id::ThreatDemand, include_str!("threat_demand.txt")),
    (Id::Minimise, include_str!("minimise.txt")),
    (Id::PrematureAdvice, include_str!("premature_advice.txt")),
    (Id::QuestionFault, include_str!("question_fault.txt")),
    (Id::SelfHarm, include_str!("self_harm.txt")),
    (Id::HarmToOthers, include_str!("harm_to_others.txt")),
    (Id::Abuse, include_str!("abuse.txt")),
    (Id::ChildOrElderHarm, include_str!("child_or_elder_harm.txt")),
    (Id::Stop, include_str!("stop.txt")),
];

impl Lexicon {
    /// The lexicon; read on first use.
    pub fn get() -> &'static Self {
        static LEXICON: OnceLock<Lexicon> = OnceLock::new();
        LEXICON.get_or_init(Self::load)
    }

    fn load() -> Self {
        let mut b = Builder::new(include_str!("normal.txt"), include_str!("classes.txt"), include_str!("verbs.txt"));
        let mut rules = pattern::Rules::default();
        rules.read(None, "masks.txt", include_str!("masks.txt"), &mut b);
        for (id, text) in RULES {
            rules.read(Some(*id), id.as_str(), text, &mut b);
        }
        let mut context = pattern::Rules::default();
        context.read(None, "context.txt", include_str!("context.txt"), &mut b);
        let denies = [
            "saying",
            "say",
            "mean",
            "meaning",
            "think",
            "thinking",
            "that",
            "calling",
            "blaming",
            "accusing",
            "suggesting",
            "because",
            "asking",
            "about",
        ]
        .map(|w| b.word(w));
        let ambiguous = ["your", "id", "ill"].map(|w| b.word(w));
        let [you, are, i, am, would, will, have, poss] =
            ["you", "are", "i", "am", "would", "will", "have", "'s"].map(|w| b.word(w));
        b.add_class(poss, super::document::class::POSS);
        let (spellings, classes) = b.finish();
        let mut keys = b.keys();
        for (token, text) in [(NUMBER, "<number>"), (PICTURE, "<picture>")] {
            if let Some(k) = keys.get_mut(token as usize) {
                *k = key(text);
            }
        }
        let flags = |words: &[u32]| {
            let mut v = vec![false; classes.len()];
            for w in words {
                if let Some(f) = v.get_mut(*w as usize) {
                    *f = true;
                }
            }
            v
        };
        let (denies, ambiguous) = (flags(&denies), flags(&ambiguous));
        let mut problems = std::mem::take(&mut b.problems);
        problems.append(&mut rules.problems);
        problems.append(&mut context.problems);
        let matcher = rules.build(&classes, &b.common, &b.lists);
        let context = context.build(&classes, &b.common, &b.lists);
        Self {
            spellings,
            classes,
            keys,
            denies,
            ambiguous,
            matcher,
            context,
            problems,
            you,
            are,
            i,
            am,
            would,
            will,
            have,
            poss,
        }
    }

    /// What a typed word, in its normal form, is read as.
    pub fn spelling(&self, norm: &str) -> Option<&[u32]> {
        self.spellings.get(norm).and_then(|s| s.words.get(..usize::from(s.len)))
    }

    /// The classes of a word.
    pub fn class(&self, word: u32) -> u64 {
        self.classes.get(word as usize).copied().unwrap_or(0)
    }

    /// The key of a word's letters; 0 for a word that is not in the lexicon.
    pub(crate) fn key_of(&self, word: u32) -> u32 {
        self.keys.get(word as usize).copied().unwrap_or(0)
    }

    /// "not saying", "not that": the negation holds for the rest of the sentence.
    pub(crate) fn denies(&self, word: u32) -> bool {
        self.denies.get(word as usize).copied().unwrap_or(false)
    }

    pub(crate) fn is_ambiguous(&self, word: u32) -> bool {
        self.ambiguous.get(word as usize).copied().unwrap_or(false)
    }

    /// How many words there are.
    pub fn len(&self) -> usize {
        self.classes.len()
    }

    /// Whether there are no words.
    pub fn is_empty(&self) -> bool {
        self.classes.is_empty()
    }
}
