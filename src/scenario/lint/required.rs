//! What must be there: a scene cannot be played without it.

use std::ops::Range;

use super::Check;
use super::context::{Context, named};
use crate::scenario::problem::Code;

pub const CHECK: Check = Check { codes: &[Code::Missing, Code::MissingSafety], run };

fn run(context: &Context<'_>) {
    top(context);
    people(context);
    facts_and_objectives(context);
    states(context);
    rest(context);
    if context.scenario.safety.is_none() && context.top(&["safety"]).is_none() {
        context.note(
            Code::MissingSafety,
            context.top_span(&["situation"]),
            "the safety part is missing",
            "add 'safety: { screen: true }' if raising this could be dangerous for someone (a partner, a family \
             member), else 'safety: { screen: false }'",
        );
    }
}

/// Note `what` as missing at `span`, unless `there`.
fn need(context: &Context<'_>, there: bool, span: impl FnOnce() -> Range<usize>, what: &str, help: &str) {
    if !there {
        context.note(Code::Missing, span(), what, help);
    }
}

fn top(context: &Context<'_>) {
    let s = context.scenario;
    let texts: &[(&str, bool, &str)] = &[
        ("format", s.format.value != 0, "begin the file with 'format: 1'"),
        ("id", !blank(&s.id), "add a short name such as 'id: asking-for-time-off'"),
        ("title", !blank(&s.title), "add the title that people choose by: 'title: Asking for time off'"),
        ("situation", !blank(&s.situation), "say in 60 to 120 words what has happened and where the two are now"),
        ("goal", !blank(&s.goal), "say in one sentence what the user wants from this talk"),
        ("opening", !s.opening.is_empty(), "add what the other person says first: 'opening: [\"...\"]'"),
        ("states", !s.states.is_empty(), "add at least a state where the scene begins and one with 'end: good'"),
        (
            "objectives",
            !s.objectives.is_empty(),
            "say what the user practises: '- { id: ..., text: ..., met_by: ... }'",
        ),
    ];
    for (key, there, help) in texts {
        // A value that is there but broken was reported when it was read.
        let there = *there || context.is_damaged_top(key);
        let message = match context.top(&[key]) {
            Some(_) => format!("'{key}' is empty"),
            None => format!("'{key}' is missing"),
        };
        need(context, there, || context.top_span(&[key]), &message, help);
    }
    if context.top(&["problem_area"]).is_none() {
        let help = "add one of: grief, role_dispute, role_transition, interpersonal_sensitivity";
        need(context, false, || context.top_span(&["problem_area"]), "'problem_area' is missing", help);
    }
}

fn people(context: &Context<'_>) {
    let you = &context.scenario.you;
    let other = &context.scenario.counterpart;
    let texts = [
        ("you", "name", &you.name, "the name the user is called by"),
        ("you", "about", &you.about, "who the user is in this scene, in a line"),
        ("counterpart", "name", &other.name, "the other person's name"),
        ("counterpart", "about", &other.about, "who they are, in a line"),
        ("counterpart", "voice", &other.voice, "how they speak: short, polite, dry ..."),
    ];
    for (group, key, text, help) in texts {
        let there = !text.trim().is_empty() || context.is_damaged_top(group);
        let message = format!("'{key}' is missing in '{group}'");
        need(context, there, || context.top_span(&[group, key]), &message, &format!("add {help}"));
    }
}

fn facts_and_objectives(context: &Context<'_>) {
    for fact in &context.scenario.facts {
        let damaged = context.is_damaged(&fact.span);
        let place = || named(&fact.id, fact);
        need(
            context,
            damaged || !blank(&fact.id),
            place,
            "this fact has no id",
            "add a short name: 'id: warned_at_work'",
        );
        let text = damaged || !blank(&fact.text);
        need(context, text, place, "this fact has no text", "say what it is, for whoever reads the file");
        let say = damaged || !fact.say.is_empty();
        need(context, say, place, "no line tells this fact", "add how they tell it: 'say: [\"...\"]'");
    }
    for objective in &context.scenario.objectives {
        let damaged = context.is_damaged(&objective.span);
        let place = || named(&objective.id, objective);
        let id = damaged || !blank(&objective.id);
        need(context, id, place, "this objective has no id", "add a short name: 'id: ask'");
        let text = damaged || !blank(&objective.text);
        need(context, text, place, "this objective has no text", "say what to do, as a sentence for the user");
    }
}

fn states(context: &Context<'_>) {
    for (n, state) in context.scenario.states.iter().enumerate() {
        let place = || context.state_span(n);
        let damaged = context.is_damaged(&state.span);
        let name = &state.id.value;
        need(context, damaged || !blank(&state.id), place, "this state has no id", "add a short name: 'id: guarded'");
        if state.end.is_some() {
            let message = format!("the scene ends in '{name}' without a word");
            let help = "add the closing line: 'enters: [\"...\"]'";
            need(context, damaged || !state.enters.is_empty(), place, &message, help);
        } else {
            let message = format!("'{name}' has no stance");
            let help = "say in a line how they are in this state: 'stance: expects to be criticised, answers shortly'";
            need(context, damaged || !blank(&state.stance), place, &message, help);
        }
        for go in &state.go {
            let there = !blank(&go.to) || context.has(&go.span, &["to"]) || context.is_damaged(&go.span);
            need(context, there, || go.span.clone(), "this way leads nowhere", "say where: 'to: open'");
        }
        if let Some(resists) = &state.resists {
            let place = || context.span_in(&state.span, &["resists"]);
            let help = "say what they refuse at first, such as 'to: [direct_request]'";
            need(context, damaged || !resists.to.is_empty(), place, "'resists' has no 'to'", help);
            let help = "add how they refuse: 'say: [\"...\"]'";
            need(context, damaged || !resists.say.is_empty(), place, "'resists' has no lines", help);
            let help = "add how often: 'times: 1'";
            need(context, damaged || resists.times > 0, place, "'resists' has no 'times'", help);
        }
        reactions(context, &state.reactions);
    }
    reactions(context, &context.scenario.common);
}

fn reactions(context: &Context<'_>, reactions: &[crate::scenario::yaml::Spanned<crate::scenario::Reaction>]) {
    for reaction in reactions {
        let there = !reaction.say.is_empty() || context.is_damaged(&reaction.span);
        need(
            context,
            there,
            || reaction.span.clone(),
            "this reaction has no lines",
            "add what they say: 'say: [\"...\"]'",
        );
    }
}

fn rest(context: &Context<'_>) {
    for pair in &context.scenario.coaching {
        let damaged = context.is_damaged(&pair.span);
        let both = damaged || (!blank(&pair.weak) && !blank(&pair.strong));
        let help = "write both 'weak' (how it often comes out) and 'strong' (how it can be said)";
        need(context, both, || pair.span.clone(), "a pair needs a weak and a strong line", help);
        let about = damaged || pair.about.is_some() || pair.objective.is_some();
        let help = "add 'objective: ...' (one of this file) or 'about: ...' (a skill or a fault)";
        need(context, about, || pair.span.clone(), "this pair does not say what it teaches", help);
    }
    if let Some(reversal) = &context.scenario.reversal {
        let there = !reversal.say.is_empty() || context.is_damaged_top("reversal");
        let help = "add what the user's own character says, in order: 'say: [\"...\"]'";
        need(context, there, || context.top_span(&["reversal"]), "'reversal' has no lines", help);
    }
    for test in &context.scenario.tests {
        let damaged = context.is_damaged(&test.span);
        let place = || context.span_in(&test.span, &["name"]);
        let name = damaged || !blank(&test.name);
        need(context, name, place, "this playthrough has no name", "say what it shows: 'name: blame escalates'");
        let say = damaged || !test.say.is_empty();
        need(context, say, place, "nothing is said in this playthrough", "add the user's replies: 'say: [\"...\"]'");
        let expects = damaged || context.expects_something(&test.span);
        let help = "add what must come of it, such as 'expect: { state: heated }'";
        need(context, expects, place, "this playthrough expects nothing", help);
    }
}

fn blank(text: &str) -> bool {
    text.trim().is_empty()
}
