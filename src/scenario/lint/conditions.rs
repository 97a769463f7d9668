//! Conditions that can never hold, facts that stay locked, objectives that cannot be met.

use std::collections::HashSet;
use std::ops::Range;

use super::Check;
use super::context::{Context, Role, Ruled, named};
use crate::analysis::{Id, Kind};
use crate::scenario::condition::Op;
use crate::scenario::problem::Code;
use crate::scenario::yaml::Spanned;
use crate::scenario::{Bound, Condition};

pub const CHECK: Check = Check { codes: &[Code::NeverHolds, Code::LockedForEver, Code::CannotBeMet], run };

fn run(context: &Context<'_>) {
    for rule in context.conditions() {
        if let Some((span, why, help)) = contradiction(context, &rule) {
            let (code, message) = match rule.role {
                Role::Reaction => (Code::NeverHolds, format!("this can never hold: {why}")),
                Role::Go => (Code::NeverHolds, format!("this way can never be taken: {why}")),
                Role::Fact(id) => (Code::LockedForEver, format!("'{id}' can never be told: {why}")),
                Role::Objective(id) => (Code::CannotBeMet, format!("'{id}' can never be met: {why}")),
            };
            context.note(code, span, message, help);
        }
    }
    for rule in context.conditions() {
        rule.condition.mentions.iter().for_each(|phrase| never_found(context, phrase));
    }
    never_reached(context);
    after_always(context);
}

/// Words are looked for one by one: what holds something else than letters, digits and apostrophes is never found.
fn never_found(context: &Context<'_>, phrase: &Spanned<String>) {
    let is_word = |word: &str| {
        let word = word.strip_suffix('*').unwrap_or(word);
        word.starts_with(char::is_alphanumeric) && word.chars().all(|c| c.is_alphanumeric() || c == '\'')
    };
    if !phrase.trim().is_empty() && phrase.split_whitespace().all(is_word) {
        return;
    }
    let plain = phrase.replace(['\u{2019}', '\u{2018}', '`'], "'");
    let apart: String = plain.chars().map(|c| if c.is_alphanumeric() || c == '\'' { c } else { ' ' }).collect();
    let apart = apart.split_whitespace().collect::<Vec<_>>().join(" ");
    let help = if apart.is_empty() {
        "write a word or a phrase that the user may say".to_owned()
    } else {
        format!("write \"{apart}\"; a '*' may only stand at the end of a word")
    };
    context.note(Code::NeverHolds, phrase.span.clone(), format!("'{}' is never found in a reply", phrase.value), help);
}

type Found = (Range<usize>, String, String);

fn contradiction(context: &Context<'_>, rule: &Ruled<'_>) -> Option<Found> {
    bounds(context, rule).or_else(|| clashes(context, rule)).or_else(|| kinds(context, rule))
}

fn bounds(context: &Context<'_>, rule: &Ruled<'_>) -> Option<Found> {
    let c = rule.condition;
    for (key, bound) in [("trust", c.trust), ("tension", c.tension)] {
        let Some(bound) = bound else { continue };
        let span = context.rule_span(rule, key);
        if !(0..=100).any(|tenths| bound.holds_tenths(tenths)) {
            let help = "write a bound between 0 and 10, such as \">= 6\"";
            return Some((span, format!("{key} is never {bound}, it goes from 0 to 10"), help.to_owned()));
        }
        if bound.op == Op::Equal && !matches!(bound.value, 0 | 10) {
            let help = format!("write \">= {0}\" or \"<= {0}\"", bound.value);
            return Some((span, format!("{key} moves in tenths and is hardly ever just {}", bound.value), help));
        }
    }
    for (key, bound) in [("turn", c.turn), ("here", c.here)] {
        if let Some(bound) = bound
            && !holds_for_a_count(bound)
        {
            let why = format!("{key} is never {bound}: it counts replies, and the first is 1");
            return Some((context.rule_span(rule, key), why, "write for example \">= 2\"".to_owned()));
        }
    }
    if let (Some(turn), Some(here)) = (c.turn, c.here)
        && !counts_fit(turn, here)
    {
        let why = format!("no state has seen {here} replies while the talk has had {turn}");
        return Some((context.rule_span(rule, "here"), why, "widen one of the two bounds".to_owned()));
    }
    None
}

fn holds_for_a_count(bound: Bound) -> bool {
    match bound.op {
        Op::AtLeast | Op::Over => true,
        Op::AtMost | Op::Equal => bound.value >= 1,
        Op::Under => bound.value >= 2,
    }
}

/// Whether some count of replies in a state, at most the count in the talk, satisfies both.
fn counts_fit(turn: Bound, here: Bound) -> bool {
    let least = |bound: Bound| match bound.op {
        Op::AtLeast | Op::Equal => bound.value.max(1),
        Op::Over => bound.value.saturating_add(1).max(1),
        Op::AtMost | Op::Under => 1,
    };
    let most = match turn.op {
        Op::AtMost | Op::Equal => turn.value,
        Op::Under => turn.value.saturating_sub(1),
        Op::AtLeast | Op::Over => i32::MAX,
    };
    least(here) <= most
}

/// What is asked for and ruled out at once.
fn clashes(_: &Context<'_>, rule: &Ruled<'_>) -> Option<Found> {
    let c = rule.condition;
    let clash = [
        ("all", &c.all, &c.none, "none"),
        ("told", &c.told, &c.not_told, "not_told"),
        ("met", &c.met, &c.not_met, "not_met"),
    ]
    .into_iter()
    .find_map(|(key, yes, no, against)| yes.iter().find(|name| no.contains(name)).map(|name| (key, name, against)));
    if let Some((key, name, against)) = clash {
        let why = format!("'{}' stands under '{key}' and under '{against}'", name.value);
        return Some((name.span.clone(), why, "take it away in one of the two places".to_owned()));
    }
    if let Some(first) = c.any.first()
        && c.any.iter().all(|name| c.none.contains(name))
    {
        let why = "everything under 'any' stands under 'none' too".to_owned();
        return Some((first.span.clone(), why, "take it away in one of the two places".to_owned()));
    }
    None
}

/// Kinds of reply that shut each other out: silence says nothing, one word is not long.
fn kinds(context: &Context<'_>, rule: &Ruled<'_>) -> Option<Found> {
    let all = &rule.condition.all;
    let silence = all.iter().find(|id| id.value == "silence")?;
    let help = "use two rules, or move one of them from 'all' to 'any'".to_owned();
    if let Some(other) = all.iter().find(|id| says_something(id)) {
        return Some((silence.span.clone(), format!("a silence cannot be '{}'", other.value), help));
    }
    if !rule.condition.mentions.is_empty() {
        let span = context.rule_span(rule, "mentions");
        return Some((span, "a silence mentions nothing".to_owned(), help));
    }
    None
}

fn says_something(id: &str) -> bool {
    let kinds = [
        "question",
        "open_question",
        "greeting",
        "thanks",
        "apology",
        "agreement",
        "refusal",
        "one_word",
        "long",
        "foreign",
        "gibberish",
        "goodbye",
    ];
    kinds.contains(&id) || id.parse::<Id>().is_ok_and(|id| id.kind() == Kind::Skill)
}

/// Facts and objectives that wait for each other, or for one that never comes.
fn never_reached(context: &Context<'_>) {
    let s = context.scenario;
    let known_fact = |name: &str| s.fact_index(name).is_some();
    let known_objective = |name: &str| s.objective_index(name).is_some();
    let mut told: HashSet<&str> = HashSet::new();
    let mut met: HashSet<&str> = HashSet::new();
    // What waits for names that do not exist is reported for those names.
    let comes = |c: &Condition, told: &HashSet<&str>, met: &HashSet<&str>| {
        c.told.iter().all(|name| told.contains(name.as_str()) || !known_fact(name))
            && c.met.iter().all(|name| met.contains(name.as_str()) || !known_objective(name))
    };
    loop {
        let before = told.len() + met.len();
        for fact in &s.facts {
            if fact.told_when.as_ref().is_some_and(|c| comes(c, &told, &met)) {
                told.insert(&fact.id);
            }
        }
        for objective in &s.objectives {
            if objective.met_by.as_ref().is_some_and(|c| comes(c, &told, &met)) {
                met.insert(&objective.id);
            }
        }
        if told.len() + met.len() == before {
            break;
        }
    }
    for fact in s.facts.iter().filter(|fact| !told.contains(fact.id.as_str()) && !context.is_damaged(&fact.span)) {
        let id = &fact.id.value;
        let (span, message) = match fact.told_when {
            None => (named(&fact.id, fact), format!("nothing unlocks '{id}', so it is never told")),
            Some(_) => {
                let span = context.span_in(&fact.span, &["told_when"]);
                (span, format!("'{id}' can never be told: it waits for something that waits for it, or never comes"))
            }
        };
        context.note(Code::LockedForEver, span, message, "say when they are ready: 'told_when: { trust: \">= 6\" }'");
    }
    for objective in s.objectives.iter().filter(|o| !met.contains(o.id.as_str()) && !context.is_damaged(&o.span)) {
        let id = &objective.id.value;
        let (span, message) = match objective.met_by {
            None => (named(&objective.id, objective), format!("nothing meets '{id}'")),
            Some(_) => {
                let span = context.span_in(&objective.span, &["met_by"]);
                (span, format!("'{id}' can never be met: it waits for something that waits for it, or never comes"))
            }
        };
        let help = "say how the user speaks when they do it: 'met_by: { all: [direct_request] }'";
        context.note(Code::CannotBeMet, span, message, help);
    }
}

/// Ways behind one that is always taken.
fn after_always(context: &Context<'_>) {
    for state in context.scenario.states.iter().filter(|s| s.end.is_none() && !context.is_damaged(&s.span)) {
        let always = state.go.iter().position(|go| go.when.as_ref().is_none_or(is_empty));
        let Some(always) = always else { continue };
        if let Some(after) = state.go.get(always + 1) {
            context.note(
                Code::NeverHolds,
                after.to.span.clone(),
                format!(
                    "this way can never be taken: the one to '{}' before it has no 'when' and is always taken",
                    state.go[always].to.value
                ),
                "give the way before a 'when', or move it to the end",
            );
        }
    }
}

/// Whether a condition asks for nothing.
pub fn is_empty(c: &Condition) -> bool {
    let lists = [&c.any, &c.all, &c.none, &c.mentions, &c.told, &c.not_told, &c.met, &c.not_met];
    let bounds = [c.trust, c.tension, c.turn, c.here];
    lists.iter().all(|list| list.is_empty()) && bounds.iter().all(Option::is_none)
}
