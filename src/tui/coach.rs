//! What the coach says beside the talk: what a reply did, in words with the quote; how the other took it and why; one next
//! try. Never a number.

use ratatui::style::Modifier;

use super::theme::Theme;
use super::widgets::conversation::{sign, style};
use super::widgets::prose::{Prose, Rich};
use crate::analysis::{Finding, Kind};
use crate::report::{another_way, coaching};
use crate::scenario::Scenario;
use crate::session::explain::{how_it_landed, lower_first, most_telling, quote, short_quote, why};
use crate::session::{Session, Turn};

/// What is said about one reply.
pub fn about_reply(prose: &mut Prose, theme: &Theme, session: &Session, turn: &Turn, looked_at: Option<usize>) {
    let scenario = session.scenario();
    let all = turn.analysis.as_ref().map(|a| a.findings.as_slice()).unwrap_or_default();
    let telling = turn.analysis.as_ref().map(most_telling).unwrap_or_default();
    let shown: Vec<(usize, &Finding)> = all
        .iter()
        .enumerate()
        .filter(|(n, f)| looked_at.map_or_else(|| telling.contains(f), |wanted| *n == wanted))
        .collect();
    for (n, finding) in &shown {
        finding_said(prose, theme, &turn.text, *n, finding);
    }
    let landed = how_it_landed(scenario, turn);
    if !landed.is_empty() && looked_at.is_none() {
        prose.rich(Rich::of(&landed, theme.text));
    }
    for id in turn.step.iter().flat_map(|step| &step.met).filter(|_| looked_at.is_none()) {
        if let Some(objective) = scenario.objective_index(id).and_then(|i| scenario.objectives.get(i)) {
            prose.rich(Rich::of("Done: ", theme.strong).add(&format!("{}.", lower_first(&objective.text)), theme.text));
        }
    }
    let faults = shown.iter().map(|(_, f)| *f).filter(|f| f.id.kind() == Kind::Fault);
    if let Some(example) = next_try(session, turn, faults) {
        prose.rich(Rich::of("You could try: ", theme.strong).add(&format!("\u{201c}{example}\u{201d}"), theme.text));
    }
    let rest = all.len().saturating_sub(shown.len());
    if rest > 0 && looked_at.is_none() && !shown.is_empty() {
        prose.rich(Rich::of("More is marked in your words; F3 tells why.", theme.dim));
    }
}

/// One finding with its sign, name and reason.
pub fn finding_said(prose: &mut Prose, theme: &Theme, text: &str, n: usize, finding: &Finding) {
    let style = style(theme, finding).remove_modifier(Modifier::UNDERLINED).add_modifier(Modifier::BOLD);
    let quoted = short_quote(quote(text, finding));
    let reason = finding.reason.trim();
    let start = finding.id.kind() == Kind::Skill && finding.grade < finding.id.cutoff();
    let name = if start { format!("{}, a start: ", finding.id.name()) } else { format!("{}: ", finding.id.name()) };
    let mut rich = Rich::of(&format!("{}{} {name}", sign(finding), n + 1), style);
    // A reason quotes the words itself, nearly always.
    if !reason.contains(quoted.trim_end_matches(" \u{2026}")) {
        rich = rich.add(&format!("\u{201c}{quoted}\u{201d}. "), theme.text);
    }
    prose.rich(rich.add(reason, theme.text));
}

/// An example of another way, fitting the fault, else the first goal that is still open and was not met by this reply.
fn next_try<'f>(session: &Session, turn: &Turn, mut faults: impl Iterator<Item = &'f Finding>) -> Option<String> {
    let scenario = session.scenario();
    if let Some(example) = faults.find_map(|fault| another_way(scenario, &turn.text, fault)) {
        return Some(example);
    }
    let met = &turn.step.as_ref()?.after.met;
    let open = |o: &&crate::scenario::yaml::Spanned<crate::scenario::Objective>| !met.contains(&o.id.value);
    let objective = scenario.objectives.iter().find(open)?;
    let serves = |c: &crate::scenario::Coaching| c.objective.as_ref().is_some_and(|o| o.value == objective.id.value);
    coaching(scenario, serves).map(|pair| pair.strong.clone())
}

/// The whole trace of a reply, for someone who asks why.
pub fn trace(prose: &mut Prose, theme: &Theme, session: &Session, turn: &Turn) {
    prose.heading("Why", theme.strong);
    for sentence in why(session.scenario(), turn) {
        prose.item("\u{2022}", &sentence, (theme.dim, theme.text));
    }
    prose.gap();
}

/// The goals, with those that are met ticked.
pub fn goals(prose: &mut Prose, theme: &Theme, scenario: &Scenario, met: &[String]) {
    if scenario.objectives.is_empty() {
        return;
    }
    prose.heading("What you came to do", theme.strong);
    for objective in &scenario.objectives {
        let done = met.contains(&objective.id.value);
        let style = if done { theme.strong } else { theme.dim };
        prose.item(if done { "[x]" } else { "[ ]" }, objective.text.trim(), (style, style));
    }
    prose.gap();
}

/// A question to think about; asked again, an example.
pub fn hint(scenario: &Scenario, met: &[String], asked: usize) -> String {
    let open = scenario.objectives.iter().find(|o| !met.contains(&o.id.value));
    let serves = |id: &str| coaching(scenario, |c| c.objective.as_ref().is_some_and(|x| x.value == id));
    let pair = open.and_then(|o| serves(&o.id.value)).or_else(|| scenario.coaching.first().map(|c| &c.value));
    match (pair, asked) {
        (None, _) => "Say what happened, how it was for you, and what you would like.".into(),
        (Some(pair), 0 | 1) => {
            let aim = open.map_or_else(String::new, |o| format!("Still open: {}. ", lower_first(&o.text)));
            let question = pair.hint.as_deref().unwrap_or("What would you like them to understand?");
            format!("{aim}{question} (F2 again for an example.)")
        }
        (Some(pair), _) => format!(
            "It often comes out like this: \u{201c}{}\u{201d} It can be said like this: \u{201c}{}\u{201d} In your own \
             words is better still.",
            pair.weak, pair.strong
        ),
    }
}
