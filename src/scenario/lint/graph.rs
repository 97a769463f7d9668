//! States and ways: everything can be reached, everything can end, and there is a way back.

use super::Check;
use super::context::Context;
use crate::scenario::End;
use crate::scenario::problem::Code;

pub const CHECK: Check = Check {
    codes: &[
        Code::UnreachableState,
        Code::DeadEnd,
        Code::NoGoodEnding,
        Code::NoWayBack,
        Code::EndlessCycle,
        Code::NeverUsed,
    ],
    run,
};

const ANY_END: &[End] = &[End::Good, End::Partial, End::WalkedAway];

fn run(context: &Context<'_>) {
    let scenario = context.scenario;
    if scenario.states.is_empty() {
        return;
    }
    dead_ends(context);
    to_itself(context);
    // A state or a way that could not be read may be the missing link: say nothing of the whole until it can be.
    if context.is_damaged_top("states") || has_unknown_targets(context) {
        return;
    }
    unreachable(context);
    endless(context);
    endings(context);
}

fn has_unknown_targets(context: &Context<'_>) -> bool {
    let mut ways = context.scenario.states.iter().filter(|s| s.end.is_none()).flat_map(|s| &s.go);
    ways.any(|go| context.scenario.state_index(&go.to).is_none())
}

fn dead_ends(context: &Context<'_>) {
    for (n, state) in context.scenario.states.iter().enumerate() {
        let name = &state.id.value;
        if state.end.is_some() {
            if !state.go.is_empty() {
                context.note(
                    Code::NeverUsed,
                    context.span_in(&state.span, &["go"]),
                    format!("the scene ends in '{name}', so the ways out of it are never taken"),
                    "take 'go' away, or take 'end' away if the talk goes on here",
                );
            }
            if !state.reactions.is_empty() || state.resists.is_some() {
                let key = if state.reactions.is_empty() { "resists" } else { "reactions" };
                context.note(
                    Code::NeverUsed,
                    context.span_in(&state.span, &[key]),
                    format!("the scene ends in '{name}': only its 'enters' lines are said"),
                    "move lines that should be heard to 'enters', and take the rest away",
                );
            }
        } else if state.go.is_empty() && !context.is_damaged(&state.span) {
            context.note(
                Code::DeadEnd,
                context.state_span(n),
                format!("from '{name}' the talk can neither go on nor end"),
                "add a way out ('go: [{ to: ..., when: ... }]'), or let the scene end here ('end: good', 'partial' or \
                 'walked_away')",
            );
        }
    }
}

/// A way that leads where one is changes nothing.
fn to_itself(context: &Context<'_>) {
    for state in context.scenario.states.iter().filter(|s| s.end.is_none()) {
        for go in state.go.iter().filter(|go| !go.to.is_empty() && go.to.value == state.id.value) {
            context.note(
                Code::NeverUsed,
                go.to.span.clone(),
                format!("this way leads from '{0}' to '{0}': nothing changes", state.id.value),
                "take it away, or name another state",
            );
        }
    }
}

fn unreachable(context: &Context<'_>) {
    for (n, state) in context.scenario.states.iter().enumerate() {
        if context.ways.is_reachable(n) {
            continue;
        }
        let name = &state.id.value;
        let from: Vec<String> =
            context.ways.leading_to(n).map(|k| format!("'{}'", context.scenario.states[k].id.value)).collect();
        let message = if from.is_empty() {
            format!("no way leads to '{name}'")
        } else {
            format!("no way leads to '{name}' but from {}, which cannot be reached either", from.join(" and "))
        };
        context.note(
            Code::UnreachableState,
            context.state_span(n),
            message,
            format!("add '{{ to: {name}, when: ... }}' to the 'go' of a state before it, or take the state away"),
        );
    }
}

/// States from which no ending can be reached although each has a way out. One report for each knot.
fn endless(context: &Context<'_>) {
    let scenario = context.scenario;
    let mut told = vec![false; scenario.states.len()];
    let can_end = context.ways.can_end(scenario, ANY_END);
    for n in 0..scenario.states.len() {
        if told[n] || !context.ways.is_reachable(n) || can_end[n] {
            continue;
        }
        let reached = context.ways.from(n);
        let members: Vec<usize> = (0..reached.len()).filter(|&k| reached[k]).collect();
        // Where a dead end lies in it, that is the mistake, and it is reported.
        if members.iter().any(|&k| scenario.states[k].end.is_none() && scenario.states[k].go.is_empty()) {
            continue;
        }
        members.iter().for_each(|&k| told[k] = true);
        let names: Vec<String> = members.iter().map(|&k| format!("'{}'", scenario.states[k].id.value)).collect();
        let message = match names.as_slice() {
            [one] => format!("{one} leads only back to itself: the scene could never end"),
            _ => format!("{} lead only to each other: the scene could never end", names.join(", ")),
        };
        context.note(
            Code::EndlessCycle,
            context.state_span(n),
            message,
            "add a way from one of them to a state with 'end'",
        );
    }
}

fn endings(context: &Context<'_>) {
    let scenario = context.scenario;
    let good = context.ways.can_end(scenario, &[End::Good]);
    if !good[0] {
        let unreached = scenario.states.iter().find(|s| s.end == Some(End::Good));
        let message = match unreached {
            Some(state) => format!("the good ending '{}' cannot be reached", state.id.value),
            None => "no state is a good ending".to_owned(),
        };
        context.note(
            Code::NoGoodEnding,
            context.top_span(&["states"]),
            message,
            "people practise to find out that it can go well: add a state with 'end: good' and a way to it",
        );
    }
    let bad = context.ways.can_end(scenario, &[End::WalkedAway]);
    let well = context.ways.can_end(scenario, &[End::Good, End::Partial]);
    for (n, state) in scenario.states.iter().enumerate() {
        let lost = context.ways.is_reachable(n) && state.end.is_none() && bad[n] && !well[n];
        // Where nothing ends well at all, that is the mistake.
        if lost && well[0] {
            context.note(
                Code::NoWayBack,
                context.state_span(n),
                format!("from '{}' the talk can only break down: no way leads back", state.id.value),
                "add a way back that an apology or calm words open, such as '{ to: ..., when: { any: [persist_repair, \
                 apology, timing] } }'",
            );
        }
    }
}
