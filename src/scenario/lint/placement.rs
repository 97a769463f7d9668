//! Lines and their slots: enough of them, none twice, and always one that fits.

use std::collections::HashMap;
use std::collections::HashSet;

use super::Check;
use super::conditions::is_empty;
use super::context::{Context, Place};
use crate::scenario::problem::{Code, did_you_mean};
use crate::scenario::yaml::Spanned;
use crate::scenario::{Reaction, State};

pub const CHECK: Check = Check {
    codes: &[Code::TooFewLines, Code::EmptySlot, Code::UnknownSlot, Code::NoDefault, Code::SameLineTwice],
    run,
};

/// What a line may take from the user's own words; the last is their name, which is always there.
pub const SLOTS: &[&str] = &["request", "event", "feeling", "you"];

/// With fewer lines that fit anything, ten turns in one state come to the engine's stock of everyday lines.
const ENOUGH: usize = 6;

fn run(context: &Context<'_>) {
    slots(context);
    needs_a_slot(context);
    defaults(context);
    twice(context);
}

/// The slots of a line: name and the bytes from brace to brace within it. An opening brace that is never closed gives
/// the rest of the line.
pub fn slots_of(line: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = line;
    while let Some(open) = rest.find('{') {
        let tail = &rest[open + 1..];
        let end = tail.find('}').unwrap_or(tail.len());
        found.push(&tail[..end]);
        rest = tail.get(end + 1..).unwrap_or_default();
    }
    found
}

/// Whether a line can be said whatever the user wrote.
fn is_free(line: &str) -> bool {
    slots_of(line).iter().all(|slot| *slot == "you")
}

fn slots(context: &Context<'_>) {
    let reversal = context.scenario.reversal.iter().flat_map(|r| &r.say);
    let speeches = context.speeches();
    for line in speeches.iter().flat_map(|speech| speech.lines).chain(reversal) {
        for slot in slots_of(line) {
            if !SLOTS.contains(&slot) {
                let near = did_you_mean(slot, SLOTS.iter().copied());
                context.note(
                    Code::UnknownSlot,
                    line.span.clone(),
                    format!("there is no slot '{{{slot}}}'{near}"),
                    "slots are {request}, {event}, {feeling} and {you}",
                );
            }
        }
        if line.matches('{').count() != line.matches('}').count() {
            context.note(
                Code::UnknownSlot,
                line.span.clone(),
                "a brace of a slot is missing",
                "write a slot as {request}, with both braces",
            );
        }
    }
}

fn needs_a_slot(context: &Context<'_>) {
    for speech in context.speeches() {
        if speech.lines.is_empty() || speech.lines.iter().any(|line| is_free(line)) {
            continue;
        }
        let first = speech.lines[0].span.clone();
        let message = match speech.place {
            Place::Opening => "nothing was said before the first line, so its slot stays empty".to_owned(),
            _ if speech.lines.len() == 1 => "this line needs a slot, and the slot can stay empty".to_owned(),
            _ => "every line here needs a slot, and the slot can stay empty".to_owned(),
        };
        context.note(Code::EmptySlot, first, message, "add a line without a slot beside it");
    }
    if context.scenario.opening.iter().any(|line| is_free(line)) {
        for line in context.scenario.opening.iter().filter(|line| !is_free(line)) {
            let message = "nothing was said before the first line, so its slot stays empty";
            context.note(Code::EmptySlot, line.span.clone(), message, "write the line without the slot");
        }
    }
}

fn defaults(context: &Context<'_>) {
    let common = lines_that_fit(&context.scenario.common);
    for (n, state) in context.scenario.states.iter().enumerate() {
        if state.end.is_some() || context.is_damaged(&state.span) || context.is_damaged_top("common") {
            continue;
        }
        let mut lines = lines_that_fit(&state.reactions);
        lines.extend(common.iter().cloned());
        let id = &state.id.value;
        if lines.is_empty() {
            // Lines that all need a slot are reported as such.
            if !has_default(state) {
                context.note(
                    Code::NoDefault,
                    context.state_span(n),
                    format!("in '{id}' there is no answer to a reply that nothing here speaks of"),
                    "add a reaction without 'when', with lines that fit almost anything: '- say: [\"...\", \"...\"]'",
                );
            }
        } else if lines.len() < ENOUGH {
            context.note(
                Code::TooFewLines,
                context.state_span(n),
                format!("'{id}' has {} that fit any reply; people stay for longer", count(lines.len())),
                format!("write at least {ENOUGH} in the reaction without 'when'; 8 or more is better"),
            );
        }
    }
}

fn count(n: usize) -> String {
    if n == 1 { "one line".to_owned() } else { format!("{n} lines") }
}

fn has_default(state: &State) -> bool {
    state.reactions.iter().any(|r| r.when.as_ref().is_none_or(is_empty) && !r.say.is_empty())
}

/// The different lines that may follow on any reply.
fn lines_that_fit(reactions: &[Spanned<Reaction>]) -> HashSet<String> {
    let always = reactions.iter().filter(|r| r.when.as_ref().is_none_or(is_empty));
    always.flat_map(|r| &r.say).filter(|line| is_free(line)).map(|line| plain(line)).collect()
}

fn twice(context: &Context<'_>) {
    let mut first: HashMap<String, usize> = HashMap::new();
    let mut lines: Vec<&Spanned<String>> = context.speeches().iter().flat_map(|speech| speech.lines).collect();
    lines.sort_by_key(|line| line.span.start);
    for line in lines {
        let key = plain(line);
        if key.is_empty() {
            context.note(
                Code::SameLineTwice,
                line.span.clone(),
                "this line says nothing",
                "write what they say, or take it away",
            );
            continue;
        }
        if let Some(&before) = first.get(&key) {
            if before == line.span.start {
                continue;
            }
            context.note(
                Code::SameLineTwice,
                line.span.clone(),
                format!("the same line stands in line {}", context.line(before)),
                "no line is said twice in a session: write another",
            );
        } else {
            first.insert(key, line.span.start);
        }
    }
}

/// A line without what makes no difference to the ear.
fn plain(line: &str) -> String {
    let letters = line.chars().map(|c| if c.is_alphanumeric() || c == '{' || c == '}' { c } else { ' ' });
    let text: String = letters.flat_map(char::to_lowercase).collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_are_found() {
        assert_eq!(slots_of("{request}? With {you}"), ["request", "you"]);
        assert_eq!(slots_of("a {half"), ["half"]);
        assert_eq!(slots_of("none }"), Vec::<&str>::new());
        assert!(is_free("Well, {you}.") && !is_free("{event}?"));
    }
}
