//! Which line the counterpart says: rules with conditions, the most specific that still has an unsaid line wins.
//! The idea is that of response rules in games (Ruskin, GDC 2012).

use std::cmp::Reverse;
use std::collections::HashMap;

use super::signal::{Act, Signal, Signals};
use super::slots::Slots;
use super::words::Word;
use crate::analysis::{Id, Kind};
use crate::scenario::{Condition, Reaction};

/// How specific a condition is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Weight {
    /// For what it asks of the reply and of the story.
    pub reply: u32,
    /// For what it asks of how things stand: trust, tension, time.
    pub mood: u32,
}

/// What a condition is held against: one reply and how things stand after it.
#[derive(Clone, Debug)]
pub struct Moment<'a> {
    /// What the reply was.
    pub signals: Signals,
    /// Its words, for `mentions`.
    pub words: &'a [Word<'a>],
    /// Trust, in tenths (0-100).
    pub trust: i32,
    /// Tension, in tenths (0-100).
    pub tension: i32,
    /// Replies the user has given in this take, this one included.
    pub turn: u32,
    /// Replies given in this state, this one included.
    pub here: u32,
    /// Ids of the facts told before this reply.
    pub told: &'a [String],
    /// Ids of the objectives met, by this reply too.
    pub met: &'a [String],
}

impl Moment<'_> {
    /// Whether the condition holds, and if so how specific it is: the sum over what it asks for. `None`: it does not hold.
    /// What the user did weighs more than what they spoke of, and that more than how things stand.
    pub fn weigh(&self, when: &Condition) -> Option<Weight> {
        let (mut weight, mut mood) = (0, 0);
        if !when.any.is_empty() {
            weight += when.any.iter().filter_map(|name| self.signal(name)).max()?;
        }
        for name in &when.all {
            weight += self.signal(name)?;
        }
        if when.none.iter().any(|name| self.signal(name).is_some()) {
            return None;
        }
        weight += when.none.len().min(1) as u32;
        if !when.mentions.is_empty() {
            if !when.mentions.iter().any(|phrase| mentions(self.words, phrase)) {
                return None;
            }
            weight += 4;
        }
        for bound in
            [when.trust.map(|b| b.holds_tenths(self.trust)), when.tension.map(|b| b.holds_tenths(self.tension))]
        {
            mood += held(bound)?;
        }
        mood += held(when.turn.map(|b| b.holds(self.turn as i32)))?;
        mood += held(when.here.map(|b| b.holds(self.here as i32)))?;
        let has = |list: &[String], name: &str| list.iter().any(|x| x == name);
        let all_in = when.told.iter().all(|f| has(self.told, f)) && when.met.iter().all(|o| has(self.met, o));
        let none_in =
            !when.not_told.iter().any(|f| has(self.told, f)) && !when.not_met.iter().any(|o| has(self.met, o));
        weight += 2 * (when.told.len() + when.met.len()) as u32;
        (all_in && none_in).then_some(Weight { reply: weight, mood })
    }

    /// Whether an optional condition holds.
    pub fn holds(&self, when: Option<&Condition>) -> bool {
        when.is_none_or(|when| self.weigh(when).is_some())
    }

    fn signal(&self, name: &str) -> Option<u32> {
        let signal = name.parse().ok()?;
        self.signals.has(signal).then(|| match signal {
            // What cannot be answered as talk comes before everything else.
            Signal::Act(Act::Silence | Act::Gibberish | Act::Foreign | Act::Long | Act::Repeat | Act::Goodbye) => 9,
            Signal::Id(id) if id.kind() != Kind::Skill => 6,
            Signal::Id(Id::PersistRepair) | Signal::Act(Act::Apology | Act::Thanks | Act::Greeting) => 3,
            Signal::Id(_) => 3,
            Signal::Act(Act::OpenQuestion) => 3,
            Signal::Act(_) => 2,
        })
    }
}

fn held(bound: Option<bool>) -> Option<u32> {
    match bound {
        None => Some(0),
        Some(true) => Some(1),
        Some(false) => None,
    }
}

/// Whether the words hold the phrase: whole words, or the beginning of one where the phrase's word ends in `*`.
pub fn mentions(words: &[Word<'_>], phrase: &str) -> bool {
    let mut parts = phrase.split_ascii_whitespace();
    let Some(first) = parts.next() else { return false };
    // A scene asks this of a thousand phrases each turn: most are ruled out by their first byte.
    let lead = first.as_bytes()[0].to_ascii_lowercase();
    words.iter().enumerate().any(|(i, word)| {
        let led = lead >= 0x80 || word.lower.as_bytes().first() == Some(&lead);
        led && fits(&word.lower, first)
            && parts.clone().enumerate().all(|(k, part)| words.get(i + 1 + k).is_some_and(|w| fits(&w.lower, part)))
    })
}

fn fits(word: &str, pattern: &str) -> bool {
    // The word is lower case already.
    let same = |word: &str, pattern: &str| {
        word == pattern
            || (!pattern.is_ascii() || pattern.bytes().any(|b| b.is_ascii_uppercase()))
                && word.chars().eq(pattern.chars().flat_map(char::to_lowercase))
    };
    match pattern.strip_suffix('*') {
        Some(stem) => word.get(..stem.len()).is_some_and(|start| same(start, stem)),
        None => same(word, pattern) || word.strip_suffix("'s").is_some_and(|w| same(w, pattern)),
    }
}

/// A line's fingerprint (FNV-1a, mixed). A session asks hundreds of times a turn whether a line was said; among some
/// thousand lines, two alike are not to be expected in 64 bits, and would only keep a line unsaid.
fn fingerprint(line: &str) -> u64 {
    mix(line.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)))
}

/// Which lines were said, and when last. Its size is bounded by the lines of the scenario.
#[derive(Clone, Debug, Default)]
pub struct Said(HashMap<u64, u32>);

impl Said {
    /// Note that a line (with its slots open) was said as the `n`th.
    pub fn note(&mut self, line: &str, n: u32) {
        self.0.insert(fingerprint(line), n);
    }

    /// When the line was last said; `None` if never.
    pub fn last(&self, line: &str) -> Option<u32> {
        self.0.get(&fingerprint(line)).copied()
    }
}

/// A picked line: as written, and as said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// As the scenario has it, slots open.
    pub template: String,
    /// With the slots filled.
    pub text: String,
}

/// What picking needs besides the lines.
pub struct Picker<'a> {
    /// What was said already.
    pub said: &'a Said,
    /// The user's words for the slots.
    pub slots: &'a Slots,
    /// The user's name.
    pub you: &'a str,
    /// Decides among equals; must differ from turn to turn.
    pub seed: u64,
}

impl Picker<'_> {
    /// An unsaid line of the list that can be filled; a line that uses the user's own words before others.
    pub fn unsaid<'l>(&self, lines: impl Iterator<Item = &'l str>) -> Option<Line> {
        let mut fitting: Vec<Line> = lines
            .filter(|line| self.said.last(line).is_none())
            .filter_map(|line| Some(Line { template: line.to_owned(), text: self.slots.fill(line, self.you)? }))
            .collect();
        if fitting.iter().any(|line| uses_words(&line.template)) {
            fitting.retain(|line| uses_words(&line.template));
        }
        let n = fitting.len() as u64;
        (n > 0).then(|| fitting.swap_remove((mix(self.seed) % n) as usize))
    }

    /// The line for this moment. `layers` are lists of reactions, the nearest first; a nearer one wins over a farther
    /// one of the same weight. In the last layer, the stock, mood only ranks its own rules: a general line for a tense
    /// moment never goes before the scenario's own. An unsaid line that fits is always preferred to one that was said.
    pub fn react(&self, moment: &Moment<'_>, layers: &[&[&Reaction]]) -> Option<Line> {
        let mut rules = Vec::new();
        for (depth, layer) in layers.iter().enumerate() {
            let stock = depth + 1 == layers.len();
            for (order, rule) in layer.iter().enumerate() {
                let weight = match &rule.when {
                    None => Weight::default(),
                    Some(when) => match moment.weigh(when) {
                        Some(weight) => weight,
                        None => continue,
                    },
                };
                let recent = rule.say.iter().filter_map(|line| self.said.last(line)).max().map_or(0, |n| n + 1);
                let first = weight.reply + if stock { 0 } else { weight.mood };
                let second = if stock { weight.mood } else { 0 };
                rules.push(((Reverse(first), depth, Reverse(second), recent, order), *rule));
            }
        }
        rules.sort_by_key(|(rank, _)| *rank);
        rules.iter().find_map(|(_, rule)| self.unsaid(rule.say.iter().map(|line| line.value.as_str()))).or_else(|| {
            // Everything that fits was said: what was said longest ago, as a person repeats themselves.
            let mut oldest: Vec<(u32, &str)> = rules
                .iter()
                .flat_map(|(_, rule)| rule.say.iter())
                .filter_map(|line| Some((self.said.last(&line.value)?, line.value.as_str())))
                .collect();
            oldest.sort_unstable_by_key(|(last, _)| *last);
            oldest
                .into_iter()
                .find_map(|(_, line)| Some(Line { template: line.to_owned(), text: self.slots.fill(line, self.you)? }))
        })
    }
}

fn uses_words(template: &str) -> bool {
    super::slots::used(template).any(|slot| slot != "you")
}

/// A well-mixed number (splitmix64), so that neighbouring seeds give unlike choices.
pub fn mix(seed: u64) -> u64 {
    let mut z = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::super::words::words;
    use super::*;

    #[test]
    fn a_phrase_is_found_whole_or_by_its_beginning() {
        let reply = words("My mum's workmates said so", 100);
        assert!(mentions(&reply, "mum"));
        assert!(mentions(&reply, "work*"));
        assert!(mentions(&reply, "Workmates said"));
        assert!(!mentions(&reply, "work"));
        assert!(!mentions(&reply, "said no"));
    }
}
