//! What the coach says beside the talk: what a reply did, in words with the quote; how the other took it and why; one next
//! try. Never a number.

use ratatui::style::Modifier;

use super::talk::Talk;
use super::theme::Theme;
use super::widgets::conversation::{sign, style};
use super::widgets::prose::{Prose, Rich};
use crate::analysis::{Finding, Kind};
use crate::judge;
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
    if looked_at.is_none() {
        for difference in judge::differences(session, turn.id) {
            prose.rich(Rich::of("A second opinion: ", theme.dim).add(&format!("{difference}."), theme.text));
        }
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

/// What a model makes of the last reply, where one was asked.
pub fn advice(prose: &mut Prose, theme: &Theme, talk: &Talk) {
    match talk.advice() {
        None if talk.asking() => drop(prose.para("The model looks at your reply \u{2026}", theme.dim)),
        None => {}
        Some(Err(why)) => drop(prose.para(why, theme.dim)),
        Some(Ok(advice)) => {
            prose.rich(Rich::of("What worked: ", theme.strong).add(&advice.strength, theme.text));
            prose.rich(Rich::of("To try next: ", theme.strong).add(&advice.next, theme.text));
            let example = format!("\u{201c}{}\u{201d}", advice.example);
            prose.rich(Rich::of("Perhaps: ", theme.strong).add(&example, theme.text));
        }
    }
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
