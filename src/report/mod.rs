//! What stays after a rehearsal. A pure function of the session, so that an old one can be summed up again.

pub mod course;
pub mod csv;
pub mod deidentify;
pub mod html;
pub mod json;
pub mod markdown;
mod model;
pub mod progress;
pub mod second_opinion;

use std::collections::HashSet;

use serde::Serialize;

pub use model::{
    About, Attempted, Behind, Debrief, Fact, Lens, Line, Mark, NOT_AN_ASSESSMENT, Report, SkillCount, TakeRow,
};

use crate::analysis::{self, Finding, Id, Kind};
use crate::scenario::{Coaching, End, Scenario};
use crate::session::director::{FULL, Meter};
use crate::session::explain::{lower_first, quote, short_quote};
use crate::session::{Ended, Session, Speaker, Turn, TurnId};

/// One thing worth saying about one reply.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Remark {
    /// The user's turn.
    pub turn: TurnId,
    /// Which of the user's replies in this take it was, from 1.
    pub reply: usize,
    /// The skill or fault it is about; none where it is about an objective.
    pub about: Option<Id>,
    /// The words of the reply it is about.
    pub quote: String,
    /// The remark itself.
    pub text: String,
    /// How it can be said, where the scenario has a line for it.
    pub example: Option<String>,
}

/// One objective and whether it was met.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Goal {
    /// The objective's id.
    pub id: String,
    /// What to do.
    pub text: String,
    /// Whether the present take met it.
    pub met: bool,
}

/// The summary of one take.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Summary {
    /// The scenario's title.
    pub title: String,
    /// What the user wanted, in the scenario's words.
    pub goal: String,
    /// How the scene ended, if it did.
    pub ended: Option<Ended>,
    /// The objectives.
    pub goals: Vec<Goal>,
    /// Replies in this take.
    pub replies: usize,
    /// One strength.
    pub strength: Option<Remark>,
    /// One thing to try next.
    pub next: Option<Remark>,
}

impl Summary {
    /// Sum up the present take of a session.
    pub fn of(session: &Session) -> Self {
        let scenario = session.scenario();
        let take = session.take();
        let own: Vec<&Turn> =
            take.iter().copied().filter(|t| t.speaker == Speaker::You && t.safety.is_none()).collect();
        let position = session.position();
        let goals = scenario
            .objectives
            .iter()
            .map(|o| Goal { id: o.id.value.clone(), text: o.text.clone(), met: position.met.contains(&o.id.value) })
            .collect::<Vec<_>>();
        let strength = strength(scenario, &own);
        let next = next_try(scenario, &own, &goals);
        Self {
            title: scenario.title.value.clone(),
            goal: scenario.goal.value.clone(),
            ended: position.ended,
            goals,
            replies: own.len(),
            strength,
            next,
        }
    }
}

/// How a scene came out, as a sentence or two.
pub fn outcome(ended: Option<Ended>, counterpart: &str) -> String {
    match ended {
        Some(Ended::Scene(End::Good)) => "The talk came to a good place.".into(),
        Some(Ended::Scene(End::Partial)) => "The talk ended with the door open: not settled, but begun.".into(),
        Some(Ended::Scene(End::WalkedAway)) => {
            format!("{counterpart} left the talk. That happens in real life too, and here you can go back.")
        }
        Some(Ended::Goodbye) => "You ended the talk yourself.".into(),
        None => "You stopped in the middle of the talk.".into(),
    }
}

/// The words that a text is about, in front of it; nothing where the text quotes them itself, as it nearly always does.
fn lead(quote: &str, text: &str) -> String {
    let said = quote.trim_end_matches(" \u{2026}");
    match quote.is_empty() {
        true => "(silence): ".to_owned(),
        false if text.contains(said) => String::new(),
        false => format!("\u{201c}{quote}\u{201d}: "),
    }
}

/// A meter's level as people read it: 0 to 10.
fn tenth(level: i32) -> String {
    let level = level.clamp(0, FULL);
    if level % 10 == 0 { (level / 10).to_string() } else { format!("{}.{}", level / 10, level % 10) }
}

/// How tense the user felt, if they said.
fn level(level: Option<u8>) -> String {
    level.map_or_else(|| "not asked".to_owned(), |level| format!("{level} of 10"))
}

/// One attempt, in a list of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Take {
    /// From 1, in the order they were begun.
    pub number: usize,
    /// Its last turn.
    pub end: TurnId,
    /// Whether it is the present one.
    pub present: bool,
    /// Replies of the user in it.
    pub replies: usize,
    /// The first words of the user's that are not in the present attempt; in the present one, the last words.
    pub differs: Option<String>,
    /// What came of it.
    pub outcome: String,
}

/// The attempts of a session, in the order they were begun; the present one is last.
pub fn takes(session: &Session) -> Vec<Take> {
    let ends = session.takes();
    let scenario = session.scenario();
    let name = &scenario.counterpart.name;
    let now: HashSet<TurnId> = session.take().iter().map(|t| t.id).collect();
    let last = ends.len();
    ends.iter()
        .enumerate()
        .map(|(n, end)| {
            let own: Vec<&Turn> = session
                .path_to(Some(*end))
                .into_iter()
                .filter(|t| t.speaker == Speaker::You && t.safety.is_none())
                .collect();
            let present = n + 1 == last;
            let differs = if present { own.last() } else { own.iter().find(|t| !now.contains(&t.id)) };
            let at = session.position_at(Some(*end));
            let seems = scenario.state_index(&at.state).map_or("", |i| scenario.seems(i));
            Take {
                number: n + 1,
                end: *end,
                present,
                replies: own.len(),
                differs: differs.map(|t| short_quote(&t.text)).filter(|t| !t.is_empty()),
                outcome: match at.ended {
                    Some(_) => outcome(at.ended, name),
                    None => format!("{name} seems {seems}."),
                },
            }
        })
        .collect()
}

fn findings<'a>(own: &[&'a Turn]) -> impl Iterator<Item = (usize, &'a Turn, &'a Finding)> {
    own.iter()
        .enumerate()
        .filter_map(|(n, turn)| turn.analysis.as_ref().map(|a| (n + 1, *turn, a)))
        .flat_map(|(n, turn, analysis)| analysis.findings.iter().map(move |f| (n, turn, f)))
}

fn strength(scenario: &Scenario, own: &[&Turn]) -> Option<Remark> {
    let skills: Vec<Id> = scenario.skill_ids().collect();
    let gained = |turn: &Turn, id: Id| {
        turn.step.as_ref().map_or(0, |step| {
            step.shifts.iter().filter(|s| s.because == id && s.meter == Meter::Trust).map(|s| s.by).sum::<i32>()
        })
    };
    let (reply, turn, finding) = findings(own)
        .filter(|(_, _, f)| f.id.kind() == Kind::Skill)
        .max_by_key(|(n, turn, f)| (f.grade >= 2, skills.contains(&f.id), gained(turn, f.id), *n))?;
    let text = lower_quoted(&finding.reason);
    Some(Remark {
        turn: turn.id,
        reply,
        about: Some(finding.id),
        quote: short_quote(quote(&turn.text, finding)),
        text,
        example: None,
    })
}

fn next_try(scenario: &Scenario, own: &[&Turn], goals: &[Goal]) -> Option<Remark> {
    let hurt = |turn: &Turn, id: Id| {
        turn.step.as_ref().map_or(0, |step| {
            step.shifts.iter().filter(|s| s.because == id && s.meter == Meter::Tension).map(|s| s.by).sum::<i32>()
        })
    };
    let fault = findings(own)
        .filter(|(_, _, f)| f.id.kind() == Kind::Fault)
        .max_by_key(|(n, turn, f)| (hurt(turn, f.id), f.grade, usize::MAX - n));
    if let Some((reply, turn, finding)) = fault {
        return Some(Remark {
            turn: turn.id,
            reply,
            about: Some(finding.id),
            quote: short_quote(quote(&turn.text, finding)),
            text: lower_quoted(&finding.reason),
            example: another_way(scenario, &turn.text, finding),
        });
    }
    let missed = goals.iter().find(|g| !g.met)?;
    let last = own.last()?;
    Some(Remark {
        turn: last.id,
        reply: own.len(),
        about: None,
        quote: short_quote(&last.text),
        text: format!(
            "\u{201c}{}\u{201d}, there was room for one more thing: {}.",
            short_quote(&last.text),
            lower_first(&missed.text)
        ),
        example: coaching(scenario, |c| c.objective.as_ref().is_some_and(|o| o.value == missed.id))
            .map(|c| c.strong.clone()),
    })
}

/// A reason to stand behind "In reply 3, ": it begins with a quote, or with a small letter.
fn lower_quoted(reason: &str) -> String {
    let reason = reason.trim();
    if reason.starts_with('\u{201c}') { reason.to_owned() } else { format!("{}.", lower_first(reason)) }
}

/// How it could be said: the user's own words another way, else an example of the scenario.
pub fn another_way(scenario: &Scenario, reply: &str, finding: &Finding) -> Option<String> {
    let about = |c: &Coaching| c.about.as_ref().is_some_and(|a| a.value == finding.id.as_str());
    analysis::rewrite(reply, finding).or_else(|| coaching(scenario, about).map(|pair| pair.strong.clone()))
}

/// The first contrast pair that fits.
pub fn coaching(scenario: &Scenario, fits: impl Fn(&Coaching) -> bool) -> Option<&Coaching> {
    scenario.coaching.iter().map(|c| &c.value).find(|c| fits(c))
}
