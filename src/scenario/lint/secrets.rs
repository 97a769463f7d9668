//! Facts that a line gives away before they are told.
//!
//! A heuristic: a line that shares several of a fact's own words with it probably tells it. A word is the fact's own
//! when the user is not told it beforehand and hardly any other line of the file uses it. Lines behind
//! `when: { told: [id] }`, lines of states that can only be reached after it was told, and words that the user brought
//! up (`mentions`) are fair.

use std::collections::{HashMap, HashSet};

use super::Check;
use super::context::{Context, Place, Speech};
use crate::scenario::problem::Code;
use crate::scenario::secrets::{Words, shared, stems};
use crate::scenario::yaml::Spanned;
use crate::scenario::{Condition, Fact};

pub const CHECK: Check = Check { codes: &[Code::GivesAway], run };

/// A line with the words that carry its meaning.
type Heard<'a> = (&'a Spanned<String>, Words);

/// A word in more lines than this is everyday vocabulary of the scene.
const EVERYDAY: usize = 3;

fn run(context: &Context<'_>) {
    let s = context.scenario;
    if s.facts.is_empty() {
        return;
    }
    let speeches = context.speeches();
    let mut public = Words::new();
    for text in
        [&*s.title, &*s.situation, &*s.goal, &s.you.name, &s.you.about, &s.counterpart.name, &s.counterpart.about]
    {
        public.extend(stems(text));
    }
    let words: Vec<(&Speech<'_>, Vec<Heard<'_>>)> =
        speeches.iter().map(|speech| (speech, speech.lines.iter().map(|line| (line, stems(line))).collect())).collect();
    for fact in &s.facts {
        let after = told_after(context, fact);
        let late = states_after(context, &after);
        let early: Vec<_> = words.iter().filter(|(speech, _)| !is_fair(context, speech, fact, &after, &late)).collect();
        let mut uses: HashMap<&str, usize> = HashMap::new();
        for (_, lines) in &early {
            for word in lines.iter().flat_map(|(_, words)| words) {
                *uses.entry(word).or_default() += 1;
            }
        }
        // What was told before it is known by then.
        let mut known = public.clone();
        for other in
            s.facts.iter().filter(|other| other.id != fact.id && told_after(context, other).contains(fact.id.as_str()))
        {
            known.extend(other.say.iter().flat_map(|line| stems(line)).chain(stems(&other.text)));
        }
        let is_own = |word: &String| !known.contains(word) && uses.get(word.as_str()).is_none_or(|n| *n <= EVERYDAY);
        let own = |text: &str| -> Words { stems(text).into_iter().filter(is_own).collect() };
        let sources: Vec<Words> =
            std::iter::once(own(&fact.text)).chain(fact.say.iter().map(|line| own(line))).collect();
        for (speech, lines) in early {
            let brought_up = speech.when.map(brought_up).unwrap_or_default();
            for (line, words) in lines {
                let rare = |word: &str| uses.get(word).is_none_or(|n| *n < 2);
                let best = sources.iter().map(|source| shared(source, words, &brought_up, rare)).max_by_key(Vec::len);
                if let Some(shared) = best.filter(|shared| !shared.is_empty()) {
                    context.note(
                        Code::GivesAway,
                        line.span.clone(),
                        format!("this may give away '{}' before it is told ({})", fact.id.value, shared.join(", ")),
                        format!(
                            "put the line behind 'when: {{ told: [{}] }}', or word it so that it keeps the secret",
                            fact.id.value
                        ),
                    );
                }
            }
        }
    }
}

/// The fact and those that are only told after it.
fn told_after<'a>(context: &Context<'a>, fact: &'a Fact) -> HashSet<&'a str> {
    let mut after = HashSet::from([fact.id.as_str()]);
    loop {
        let before = after.len();
        for other in &context.scenario.facts {
            if other.told_when.as_ref().is_some_and(|c| needs(c, &after)) {
                after.insert(&other.id);
            }
        }
        if after.len() == before {
            return after;
        }
    }
}

/// Whether the condition needs one of these facts to be told.
fn needs(condition: &Condition, facts: &HashSet<&str>) -> bool {
    condition.told.iter().any(|id| facts.contains(id.as_str()))
}

fn is_fair(context: &Context<'_>, speech: &Speech<'_>, fact: &Fact, after: &HashSet<&str>, late: &[bool]) -> bool {
    if speech.when.is_some_and(|c| needs(c, after)) {
        return true;
    }
    match speech.place {
        Place::Fact(other) => other.id.value == fact.id.value || after.contains(other.id.as_str()),
        Place::Enters(state) | Place::Resists(state) | Place::Reaction(Some(state)) => {
            context.scenario.state_index(&state.id).is_some_and(|n| late.get(n).copied().unwrap_or(false))
        }
        Place::Opening | Place::Reaction(None) => false,
    }
}

/// For each state, whether every way to it needs one of these facts to be told.
fn states_after(context: &Context<'_>, after: &HashSet<&str>) -> Vec<bool> {
    let s = context.scenario;
    let mut early = vec![false; s.states.len()];
    let mut open = vec![0];
    while let Some(at) = open.pop() {
        let Some(mark) = early.get_mut(at) else { continue };
        if std::mem::replace(mark, true) {
            continue;
        }
        for go in &s.states[at].go {
            if !go.when.as_ref().is_some_and(|c| needs(c, after)) {
                open.extend(s.state_index(&go.to));
            }
        }
    }
    early.into_iter().map(|early| !early).collect()
}

/// The words that the user has said where this holds.
fn brought_up(condition: &Condition) -> Words {
    condition.mentions.iter().flat_map(|phrase| stems(phrase)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(list: &[&str]) -> Words {
        list.iter().flat_map(|w| stems(w)).collect()
    }

    #[test]
    fn forms_of_a_word_are_one() {
        assert_eq!(stems("warned warnings WARNING"), words(&["warn"]));
        assert_eq!(stems("They've worried; a worry"), words(&["worry"]));
    }

    #[test]
    fn a_few_shared_words_are_chance() {
        let source = words(&["warning", "boss", "office", "ashamed", "letter"]);
        let none = Words::new();
        assert!(shared(&source, &stems("My boss called."), &none, |_| true).is_empty());
        let line = stems("The boss sent a warning.");
        assert_eq!(shared(&source, &line, &none, |word| word == "warn").len(), 2);
        assert!(shared(&source, &line, &none, |_| false).is_empty());
        assert!(shared(&source, &line, &words(&["boss"]), |_| true).is_empty());
    }
}
