//! The words that would give a fact away before it is told. Used on the lines of a file when it is checked, and on the
//! sentences of a language model before they are said.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::OnceLock;

use super::yaml::Spanned;
use super::{Reaction, Scenario};

/// The words of a text that carry meaning, cut to what their forms share.
pub type Words = BTreeSet<String>;

/// A word in more lines than this is everyday vocabulary of the scene.
const EVERYDAY: usize = 3;

/// The facts of a scenario, each by the words that are its own.
#[derive(Clone, Debug, Default)]
pub struct Secrets {
    facts: Vec<Secret>,
    uses: HashMap<String, usize>,
}

#[derive(Clone, Debug)]
struct Secret {
    id: String,
    /// The words of the fact, and of each line that tells it.
    sources: Vec<Words>,
    /// The same texts whole, in words, to find a piece of them.
    texts: Vec<String>,
}

impl Secrets {
    /// The secrets of this scenario.
    pub fn of(scenario: &Scenario) -> Self {
        let s = scenario;
        let mut public = Words::new();
        for text in
            [&*s.title, &*s.situation, &*s.goal, &s.you.name, &s.you.about, &s.counterpart.name, &s.counterpart.about]
        {
            public.extend(stems(text));
        }
        // Lines behind a fact that was told may speak of it as much as they like.
        let early = |r: &&Spanned<Reaction>| r.when.as_ref().is_none_or(|when| when.told.is_empty());
        let reactions = s.states.iter().flat_map(|state| state.reactions.iter()).chain(&s.common).filter(early);
        let lines = s
            .opening
            .iter()
            .chain(s.states.iter().flat_map(|state| state.enters.iter()))
            .chain(s.states.iter().flat_map(|state| state.resists.iter().flat_map(|r| r.say.iter())))
            .chain(reactions.flat_map(|reaction| reaction.say.iter()));
        let mut uses: HashMap<String, usize> = HashMap::new();
        for word in lines.flat_map(|line| stems(line)) {
            *uses.entry(word).or_default() += 1;
        }
        let own = |text: &str| -> Words {
            let fits = |w: &String| !public.contains(w) && uses.get(w).is_none_or(|n| *n <= EVERYDAY);
            stems(text).into_iter().filter(fits).collect()
        };
        let facts = s
            .facts
            .iter()
            .map(|fact| {
                let texts = || std::iter::once(fact.text.as_str()).chain(fact.say.iter().map(|line| line.as_str()));
                Secret {
                    id: fact.id.value.clone(),
                    sources: texts().map(own).collect(),
                    texts: texts().map(plain).collect(),
                }
            })
            .collect();
        Self { facts, uses }
    }

    /// The id of a fact that is not among `told` and that the answer gives away; `known` are the [`stems`] of what was said in
    /// the talk already, by either.
    pub fn given_away(&self, answer: &str, told: &[String], known: &Words) -> Option<&str> {
        let locked = self.facts.iter().filter(|fact| !told.contains(&fact.id));
        let (words, plainly) = (stems(answer), plain(answer));
        for fact in locked {
            if fact.texts.iter().any(|text| piece_of(&plainly, text)) {
                return Some(&fact.id);
            }
            let rare = |word: &str| self.uses.get(word).is_none_or(|n| *n < 2);
            if fact.sources.iter().any(|source| !shared(source, &words, known, rare).is_empty()) {
                return Some(&fact.id);
            }
        }
        None
    }

    /// Whether the answer tells this fact, as far as words can show: it shares two of its own with it.
    pub fn tells(&self, answer: &str, fact: &str) -> bool {
        let words = stems(answer);
        let Some(secret) = self.facts.iter().find(|secret| secret.id == fact) else { return true };
        secret
            .sources
            .iter()
            .any(|source| source.is_empty() || source.intersection(&words).count() >= source.len().min(2))
    }
}

/// Lower-case words with a space around each.
fn plain(text: &str) -> String {
    let mut out = String::from(" ");
    for word in text.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()) {
        out.extend(word.chars().flat_map(char::to_lowercase));
        out.push(' ');
    }
    out
}

/// Whether six words in a row of the text stand in the answer.
fn piece_of(answer: &str, text: &str) -> bool {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.windows(6).any(|six| answer.contains(&format!(" {} ", six.join(" "))))
}

/// The words that give a source away, or none where they are too few: two or more, one of them in no other line.
pub(crate) fn shared(source: &Words, line: &Words, brought_up: &Words, rare: impl Fn(&str) -> bool) -> Vec<String> {
    let same: Vec<String> = source.intersection(line).filter(|word| !brought_up.contains(*word)).cloned().collect();
    let telling = same.len() >= 2 && same.iter().any(|word| rare(word));
    if same.len() >= 3 || telling { same } else { Vec::new() }
}

/// The words of a text that carry meaning, cut to what their forms share.
pub fn stems(text: &str) -> Words {
    let words = text.split(|c: char| !(c.is_alphanumeric() || c == '\'' || c == '’'));
    words
        .map(|word| word.split(['\'', '’']).next().unwrap_or_default().to_lowercase())
        .filter(|word| word.chars().count() > 2 && !common(word))
        .map(|word| stem(&word).to_owned())
        .collect()
}

/// Cut the endings that English verbs and nouns change by. Crude, and the same on both sides.
fn stem(word: &str) -> &str {
    for ending in ["ings", "ing", "ied", "ies", "ed", "es", "s", "e", "y"] {
        if let Some(short) = word.strip_suffix(ending)
            && short.chars().count() >= 3
        {
            return short;
        }
    }
    word
}

fn common(word: &str) -> bool {
    static WORDS: OnceLock<HashSet<&str>> = OnceLock::new();
    WORDS.get_or_init(|| COMMON.split_whitespace().collect()).contains(word)
}

/// Words that say nothing of what a line is about.
const COMMON: &str = "\
    about after again all also and any anyone anything are aren around asked ask away back because been before \
    being but came can come could couldn did didn does doesn doing don done down each else even ever every \
    everyone everything few for from gave get getting give goes going gone good got had hadn has hasn have haven \
    having hear her here hers him his how into isn its just keep knew know last let like little long look made \
    make many may maybe mean might mine more most much must myself need never new next nobody not nothing now \
    off okay once one only other our out over own put really right said same saw say saying see seen shall she \
    should since some someone something still such sure take talk tell than that the their them then there these \
    they thing things think this those though thought through time told too took try two until very want wanted \
    was wasn way well went were weren what when where which while who whole why will with without won would \
    wouldn year years yes yet you your yours";
