//! Values within their bounds, ids in their form, and no hidden characters.

use std::ops::Range;

use super::Check;
use super::context::Context;
use crate::analysis::Audience;
use crate::scenario::problem::Code;
use crate::scenario::yaml::Spanned;
use crate::scenario::yaml::tree::Kind;
use crate::scenario::{Bound, ProblemArea};
use crate::text;

pub const CHECK: Check = Check { codes: &[Code::BadValue, Code::ControlCharacter, Code::NeverUsed], run };

/// How many hidden characters one file has reported: a file full of them is one mistake.
const MOST_HIDDEN: usize = 20;

/// The longest id: it is typed on the command line and is a file name.
const LONGEST_ID: usize = 64;

fn run(context: &Context<'_>) {
    head(context);
    ids(context);
    meters(context);
    not_for_this_kind(context);
    hidden(context);
}

fn head(context: &Context<'_>) {
    let s = context.scenario;
    if !matches!(s.format.value, 0 | 1) {
        context.note(
            Code::BadValue,
            s.format.span.clone(),
            format!("format {} is not known to this version of Saywell", s.format.value),
            "write 'format: 1', or get a newer Saywell",
        );
    }
    if !s.locale.is_empty() && !is_locale(&s.locale) {
        let help = "write the language as two letters, such as 'en', if need be with a country: 'en-GB'";
        let message = format!("'{}' is not a language", s.locale);
        context.note(Code::BadValue, context.top_span(&["locale"]), message, help);
    }
    if let Some(minutes) = s.minutes
        && !(1..=120).contains(&minutes)
    {
        let message = format!("a rehearsal of {minutes} minutes");
        context.note(Code::BadValue, context.top_span(&["minutes"]), message, "write between 1 and 120 minutes");
    }
}

fn is_locale(text: &str) -> bool {
    let mut parts = text.split(['-', '_']);
    let language =
        parts.next().is_some_and(|p| (2..=3).contains(&p.len()) && p.bytes().all(|b| b.is_ascii_lowercase()));
    language && parts.all(|p| (2..=8).contains(&p.len()) && p.bytes().all(|b| b.is_ascii_alphanumeric()))
}

fn ids(context: &Context<'_>) {
    let s = context.scenario;
    let bad = |id: &Spanned<String>, help: &str| {
        context.note(Code::BadValue, id.span.clone(), format!("'{}' cannot be an id", id.value), help);
    };
    if !s.id.is_empty() && !is_id(&s.id, '-') {
        bad(&s.id, "use lower-case letters, digits and hyphens, beginning with a letter: 'asking-for-time-off'");
    }
    let states = s.states.iter().map(|x| &x.id);
    let all = states.chain(s.facts.iter().map(|x| &x.id)).chain(s.objectives.iter().map(|x| &x.id));
    for id in all.filter(|id| !id.is_empty()) {
        if !is_id(id, '_') && !is_id(id, '-') {
            bad(id, "use lower-case letters, digits and underscores, beginning with a letter: 'warned_at_work'");
        }
    }
}

fn is_id(text: &str, joiner: char) -> bool {
    text.len() <= LONGEST_ID
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && !text.ends_with(joiner)
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == joiner)
}

fn meters(context: &Context<'_>) {
    let s = context.scenario;
    let start = s.counterpart.start;
    for (key, value) in [("trust", start.trust), ("tension", start.tension)] {
        if value > 10 {
            let span = context.top_span(&["counterpart", "start", key]);
            context.note(
                Code::BadValue,
                span,
                format!("{key} goes from 0 to 10, not {value}"),
                "usual is trust 3, tension 4",
            );
        }
    }
    for id_and_weight in s
        .counterpart
        .sensitive_to
        .iter()
        .map(|e| ("sensitive_to", e))
        .chain(s.counterpart.softened_by.iter().map(|e| ("softened_by", e)))
    {
        let (key, (id, weight)) = id_and_weight;
        if *weight > 3 {
            let span = context.top_span(&["counterpart", key, id]);
            let help = "0 leaves them cold, 1 is usual, 2 is tender, 3 is a sore spot";
            context.note(Code::BadValue, span, format!("a weight goes from 0 to 3, not {weight}"), help);
        }
    }
    for (difficulty, adjust) in &s.adjust {
        let at = |key: &str| context.top_span(&["adjust", difficulty.as_str(), key]);
        let small = [("trust", adjust.trust), ("tension", adjust.tension), ("resists", adjust.resists)];
        for (key, value) in small.into_iter().filter(|(_, value)| !(-5..=5).contains(value)) {
            let message = format!("{value} is too much of a change");
            context.note(
                Code::BadValue,
                at(key),
                message,
                format!("write between -5 and 5; '{key}' is added to what the file says"),
            );
        }
        for (key, value) in [("faults", adjust.faults), ("skills", adjust.skills)] {
            if value.is_some_and(|v| v > 300) {
                context.note(
                    Code::BadValue,
                    at(key),
                    "more than three times as strong",
                    "write a percentage up to 300",
                );
            }
        }
    }
    for test in &s.tests {
        let bounds = [("trust", test.expect.trust), ("tension", test.expect.tension)];
        for (key, bound) in bounds {
            expected(context, context.span_in(&test.span, &["expect", key]), key, bound);
        }
    }
}

fn expected(context: &Context<'_>, span: Range<usize>, key: &str, bound: Option<Bound>) {
    let Some(bound) = bound else { return };
    if !(0..=100).any(|tenths| bound.holds_tenths(tenths)) {
        context.note(
            Code::BadValue,
            span,
            format!("{key} is never {bound}: it goes from 0 to 10"),
            "write a bound between 0 and 10, such as \">= 5\"",
        );
    }
}

/// Keys that mean something only in another kind of scene.
fn not_for_this_kind(context: &Context<'_>) {
    let s = context.scenario;
    if s.stage.is_some() && s.problem_area != ProblemArea::RoleDispute && context.top(&["problem_area"]).is_some() {
        let message = "only a role dispute has a stage";
        context.note(Code::NeverUsed, context.top_span(&["stage"]), message, "take 'stage' away");
    }
    if s.phase.is_some() && s.audience == Audience::Client {
        let message = "only a trainee's session has a phase";
        context.note(
            Code::NeverUsed,
            context.top_span(&["phase"]),
            message,
            "take 'phase' away, or write 'audience: trainee'",
        );
    }
    if s.audience == Audience::Client
        && let Some(signal) = s.safety.iter().flat_map(|safety| &safety.may_mention).next()
    {
        let message = "only the simulated client of a trainee may speak of danger";
        context.note(Code::NeverUsed, signal.span.clone(), message, "take 'may_mention' away");
    }
}

/// Control and invisible characters, as they stand in the file and as escapes (`\e`) in quoted text.
fn hidden(context: &Context<'_>) {
    let mut from = 0;
    let mut count = 0;
    let help =
        |c: char| format!("delete it (U+{:04X}); nobody would see it, and a terminal might obey it", u32::from(c));
    while let Some((at, c, name)) = text::first_hazard(context.text, from) {
        from = at + c.len_utf8();
        count += 1;
        if count > MOST_HIDDEN {
            return;
        }
        context.note(Code::ControlCharacter, at..from, format!("{name} stands here"), help(c));
    }
    context.walk(&mut |node| {
        let Kind::Scalar(value) = &node.kind else { return };
        let written = context.text.get(node.span.clone()).unwrap_or_default();
        if let Some((_, c, name)) = text::first_hazard(value, 0)
            && !written.contains(c)
            && count < MOST_HIDDEN
        {
            count += 1;
            context.note(
                Code::ControlCharacter,
                node.span.clone(),
                format!("{name} is written into this text"),
                help(c),
            );
        }
    });
}
