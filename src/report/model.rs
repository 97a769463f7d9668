//! The whole report on one rehearsal: what each of its forms (HTML, Markdown, JSON, CSV) is made from.
//!
//! A pure function of the session and of what the edge knows about it. Texts come out of it tamed, so that no form can
//! carry a control character on.

use std::collections::{BTreeSet, HashSet};
use std::ops::Range;

use serde::Serialize;

use super::course::{Mover, Point, course, movers};
use super::progress::{Tally, tally};
use super::second_opinion::differences;
use super::{Goal, Remark, Summary, another_way, outcome, takes};
use crate::analysis::{Audience, Finding, Id, Kind};
use crate::scenario::{Difficulty, ProblemArea, Scenario};
use crate::session::explain::short_quote;
use crate::session::{Attempt, Plan, Session, Source, Speaker, Turn, TurnId};
use crate::text;

/// The version of the report's JSON.
pub const FORMAT: u32 = 1;
/// What stands under every report.
pub const NOT_AN_ASSESSMENT: &str = "This is practice feedback, not an assessment. Its marks come from a set of rules \
     and a small model; no clinician has checked them.";

/// Who reads the report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Lens {
    /// The one who rehearsed: nothing that the other person kept back is in it.
    #[default]
    Own,
    /// A trainee or a facilitator after the rehearsal: also the other person's states and what they kept back.
    Debrief,
}

/// What only the edge knows of a rehearsal.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct About {
    /// The rehearsal's id.
    pub id: Option<String>,
    /// The day it began, as people write it.
    pub day: Option<String>,
}

/// The report on the present take of a rehearsal, and on how it compares with the others.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    /// The version of this form.
    pub format: u32,
    /// The rehearsal's id; not there once de-identified.
    pub id: Option<String>,
    /// The day it began; not there once de-identified.
    pub day: Option<String>,
    /// The scenario's title.
    pub title: String,
    /// Where the scene begins.
    pub situation: String,
    /// The other person's name.
    pub counterpart: String,
    /// Who practised.
    pub audience: Audience,
    /// The problem area.
    pub area: &'static str,
    /// How hard it was made.
    pub difficulty: Difficulty,
    /// What the user wanted, in the scenario's words.
    pub goal: String,
    /// How the talk came out, as a sentence or two.
    pub outcome: String,
    /// The objectives.
    pub goals: Vec<Goal>,
    /// Replies in this take.
    pub replies: usize,
    /// One strength.
    pub strength: Option<Remark>,
    /// One thing to try next.
    pub next: Option<Remark>,
    /// Each skill that had a chance in this take.
    pub skills: Vec<SkillCount>,
    /// The annotated transcript of this take.
    pub talk: Vec<Line>,
    /// Trust and tension over the replies.
    pub course: Vec<Point>,
    /// The replies that moved them most.
    pub movers: Vec<Mover>,
    /// All takes, the present one last.
    pub takes: Vec<TakeRow>,
    /// How tense the user felt.
    pub tense: Tense,
    /// What the user means to do for real.
    pub plan: Option<Plan>,
    /// What became of it.
    pub attempt: Option<Attempted>,
    /// What the other person kept to themselves; only for a debrief.
    pub debrief: Option<Debrief>,
    /// What made the marks.
    pub versions: Versions,
    /// What this report is not.
    pub note: &'static str,
    /// What was done to names, places, numbers and mails, where it was.
    pub deidentified: Option<&'static str>,
}

/// How often a skill had a chance in the take, and how often it was taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SkillCount {
    /// The skill.
    pub id: Id,
    /// Its name.
    pub name: &'static str,
    /// How often.
    #[serde(flatten)]
    pub tally: Tally,
}

/// One turn of the transcript.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Line {
    /// The turn.
    pub turn: TurnId,
    /// Of the user's replies: which it was, from 1.
    pub reply: Option<usize>,
    /// Who spoke.
    pub speaker: Speaker,
    /// How they are called.
    pub name: String,
    /// The words; empty for a silence, and for a reply that stopped the scene.
    pub text: String,
    /// It stopped the scene: it was not scored, and is not repeated here.
    pub stopped: bool,
    /// What was found in it.
    pub marks: Vec<Mark>,
    /// How it can be said: one's own words another way, or a line of the scenario's for what was found.
    pub better: Option<String>,
    /// Where a language model's opinion of it differs, if one was asked; a sentence each.
    pub second_opinion: Vec<String>,
    /// Of the other person's lines: who worded it.
    pub source: Option<Source>,
    /// What happened behind it; only for a debrief.
    pub behind: Option<Behind>,
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Mark {
    /// The skill or fault.
    pub id: Id,
    /// Its name.
    pub name: &'static str,
    /// Which of the two it is.
    pub kind: Kind,
    /// Grade or severity, 1-3, of the project's rubric.
    pub grade: u8,
    /// The bytes of the line's text that earned it.
    pub span: Range<usize>,
    /// The same words, shortened.
    pub quote: String,
    /// Why, in a sentence or two.
    pub reason: String,
}

/// What a reply did to the other person, as the director has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Behind {
    /// The state it was heard in.
    pub from: String,
    /// The state after it.
    pub to: String,
    /// How they are in that state, as the scenario has it.
    pub stance: String,
    /// Why the state changed, if it did.
    pub because: Option<String>,
    /// Trust after it, 0-100.
    pub trust: i32,
    /// Tension after it, 0-100.
    pub tension: i32,
    /// What they told now, if anything.
    pub told: Option<String>,
}

/// What the other person kept to themselves.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Debrief {
    /// What they need.
    pub needs: Vec<String>,
    /// What they fear.
    pub fears: Vec<String>,
    /// What they tell only when they are ready, and whether they did in this take.
    pub facts: Vec<Fact>,
    /// The scenario's notes for whoever runs it.
    pub notes: Option<String>,
}

/// Something that is told only when they are ready.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fact {
    /// The fact.
    pub text: String,
    /// Whether it was told in this take.
    pub told: bool,
}

/// One take beside the others.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TakeRow {
    /// From 1, in the order they were begun.
    pub number: usize,
    /// Whether it is the one that the report is about.
    pub present: bool,
    /// Replies of the user.
    pub replies: usize,
    /// Where it differs, in the user's words.
    pub differs: Option<String>,
    /// What came of it.
    pub outcome: String,
    /// Objectives met, and how many there are.
    pub met: (usize, usize),
    /// Skills shown in it at least once.
    pub skills: Vec<&'static str>,
    /// Trust at its end, 0-100.
    pub trust: i32,
    /// Tension at its end, 0-100.
    pub tension: i32,
}

/// How tense the user felt, 0-10, as they said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Tense {
    /// Before.
    pub before: Option<u8>,
    /// After.
    pub after: Option<u8>,
}

/// What became of the plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Attempted {
    /// What.
    pub how: Attempt,
    /// In the user's words; may be empty.
    pub note: String,
}

/// What made the marks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Versions {
    /// The program's version.
    pub saywell: &'static str,
    /// The scenario's id.
    pub scenario: String,
    /// The version of the scenario's text: the SHA-256 of it.
    pub scenario_hash: String,
    /// The versions of the analyser.
    pub analysers: Vec<u32>,
    /// Language models that worded lines or were asked for an opinion, each with the version of its prompts.
    pub models: Vec<String>,
}

impl Report {
    /// The report on the present take of a session.
    pub fn of(session: &Session, about: &About, lens: Lens) -> Self {
        let scenario = session.scenario();
        let summary = Summary::of(session);
        let notes = session.notes();
        let debrief = lens == Lens::Debrief;
        let mut report = Self {
            format: FORMAT,
            id: about.id.clone(),
            day: about.day.clone(),
            title: summary.title,
            situation: paragraphs(&scenario.situation.value),
            counterpart: scenario.counterpart.name.clone(),
            audience: session.setup().audience,
            area: ProblemArea::name(scenario.problem_area),
            difficulty: session.setup().difficulty,
            goal: summary.goal,
            outcome: outcome(summary.ended, &scenario.counterpart.name),
            goals: summary.goals,
            replies: summary.replies,
            strength: summary.strength,
            next: summary.next,
            skills: skills(session),
            talk: talk(session, debrief),
            course: course(session),
            movers: movers(session),
            takes: rows(session),
            tense: Tense { before: notes.before, after: notes.after },
            plan: notes.plan.clone(),
            attempt: notes.attempt.clone().map(|(how, note)| Attempted { how, note }),
            debrief: debrief.then(|| kept_back(session)),
            versions: Versions {
                saywell: env!("CARGO_PKG_VERSION"),
                scenario: scenario.id.value.clone(),
                scenario_hash: session.setup().scenario_hash.clone(),
                analysers: session.analysers().collect(),
                models: models(session),
            },
            note: NOT_AN_ASSESSMENT,
            deidentified: None,
        };
        // In the transcript the bytes stay where the marks say they are.
        for line in &mut report.talk {
            line.text = text::tame_in_place(&line.text).into_owned();
        }
        report.each_text(&mut |words| *words = text::tame(words).into_owned());
        report
    }

    /// Every text but the transcript's lines themselves, to be changed.
    pub(super) fn each_text(&mut self, change: &mut dyn FnMut(&mut String)) {
        let remarks = self.strength.iter_mut().chain(self.next.iter_mut());
        let of_remarks = remarks.flat_map(|r| [Some(&mut r.quote), Some(&mut r.text), r.example.as_mut()]).flatten();
        let of_lines = self.talk.iter_mut().flat_map(|line| {
            let marks = line.marks.iter_mut().flat_map(|m| [&mut m.quote, &mut m.reason]);
            let behind = line.behind.iter_mut().flat_map(|b| {
                [Some(&mut b.from), Some(&mut b.to), Some(&mut b.stance), b.because.as_mut(), b.told.as_mut()]
            });
            let own = [&mut line.name].into_iter().chain(&mut line.better).chain(&mut line.second_opinion);
            marks.chain(behind.flatten()).chain(own).collect::<Vec<_>>()
        });
        let of_debrief = self.debrief.iter_mut().flat_map(|d| {
            let facts = d.facts.iter_mut().map(|f| &mut f.text);
            d.needs.iter_mut().chain(&mut d.fears).chain(&mut d.notes).chain(facts).collect::<Vec<_>>()
        });
        [&mut self.title, &mut self.situation, &mut self.counterpart, &mut self.goal, &mut self.outcome]
            .into_iter()
            .chain(self.goals.iter_mut().flat_map(|g| [&mut g.id, &mut g.text]))
            .chain(of_remarks)
            .chain(of_lines)
            .chain(self.movers.iter_mut().flat_map(|m| [&mut m.quote, &mut m.text]))
            .chain(self.takes.iter_mut().flat_map(|t| [Some(&mut t.outcome), t.differs.as_mut()]).flatten())
            .chain(self.plan.iter_mut().flat_map(|p| [&mut p.who, &mut p.what, &mut p.when]))
            .chain(self.attempt.iter_mut().map(|a| &mut a.note))
            .chain(of_debrief)
            .chain([&mut self.versions.scenario])
            .chain(&mut self.versions.models)
            .for_each(change);
    }
}

impl Line {
    /// The line cut where marks begin and end: each piece with the numbers of the marks over it, from 0.
    pub fn pieces(&self) -> Vec<(&str, Vec<usize>)> {
        let mut edges: Vec<usize> =
            self.marks.iter().flat_map(|m| [m.span.start, m.span.end]).chain([0, self.text.len()]).collect();
        edges.retain(|edge| self.text.is_char_boundary(*edge));
        edges.sort_unstable();
        edges.dedup();
        let over = |from: usize, to: usize| {
            let covers = |(_, m): &(usize, &Mark)| m.span.start <= from && m.span.end >= to;
            self.marks.iter().enumerate().filter(covers).map(|(n, _)| n).collect()
        };
        edges.windows(2).filter_map(|p| Some((self.text.get(p[0]..p[1])?, over(p[0], p[1])))).collect()
    }
}

/// A text of the file without the ends of its lines, but with its paragraphs.
fn paragraphs(text: &str) -> String {
    let joined = text.trim().split("\n\n").map(|p| p.split_whitespace().collect::<Vec<_>>().join(" "));
    joined.collect::<Vec<_>>().join("\n\n")
}

fn skills(session: &Session) -> Vec<SkillCount> {
    let here: HashSet<TurnId> = session.take().iter().map(|t| t.id).collect();
    Id::scored_for(session.setup().audience)
        .filter(|id| id.kind() == Kind::Skill)
        .map(|id| SkillCount { id, name: id.name(), tally: tally(session, id, |turn| here.contains(&turn.id)) })
        .filter(|skill| skill.tally.chances > 0)
        .collect()
}

fn talk(session: &Session, debrief: bool) -> Vec<Line> {
    let mut replies = 0;
    let mut said = HashSet::new();
    let mut lines = Vec::new();
    for turn in session.take() {
        let own = turn.speaker == Speaker::You;
        let stopped = turn.safety.is_some();
        replies += usize::from(own && !stopped);
        let findings = turn.analysis.iter().filter(|_| !stopped).flat_map(|a| &a.findings);
        let marks: Vec<Mark> = findings.filter_map(|f| mark(turn, f)).collect();
        lines.push(Line {
            turn: turn.id,
            reply: (own && !stopped).then_some(replies),
            speaker: turn.speaker,
            name: if own { "You".to_owned() } else { session.scenario().counterpart.name.clone() },
            text: if stopped { String::new() } else { turn.text.clone() },
            stopped,
            better: better(session.scenario(), turn, &mut said),
            second_opinion: if stopped { Vec::new() } else { differences(session, turn.id) },
            source: turn.source,
            marks,
            behind: if debrief { behind(session, turn) } else { None },
        });
    }
    lines
}

/// A finding as a mark; none where its place is not in the text (an analysis from elsewhere).
fn mark(turn: &Turn, finding: &Finding) -> Option<Mark> {
    let words = turn.text.get(finding.span.clone()).filter(|words| !words.is_empty())?;
    Some(Mark {
        id: finding.id,
        name: finding.id.name(),
        kind: finding.id.kind(),
        grade: finding.grade,
        span: finding.span.clone(),
        quote: short_quote(words),
        reason: finding.reason.trim().to_owned(),
    })
}

/// A better line for the gravest fault, or else for a skill that was half there. Each line is shown once.
fn better(scenario: &Scenario, turn: &Turn, said: &mut HashSet<String>) -> Option<String> {
    let findings = turn.analysis.iter().filter(|_| turn.safety.is_none()).flat_map(|a| &a.findings);
    let mut wanting: Vec<&Finding> = findings
        .filter(|f| f.id.kind() == Kind::Fault || (f.id.kind() == Kind::Skill && f.grade < f.id.cutoff()))
        .collect();
    wanting.sort_by_key(|f| (f.id.kind() != Kind::Fault, std::cmp::Reverse(f.grade)));
    let mut lines = wanting.into_iter().filter_map(|finding| another_way(scenario, &turn.text, finding));
    lines.find(|line| said.insert(line.clone()))
}

/// The language models that had a part in the session.
fn models(session: &Session) -> Vec<String> {
    let worded = session.turns().iter().filter_map(|t| t.wording.as_ref()).map(|w| (&w.model, &w.prompts));
    let judged = session.turns().iter().filter_map(|t| t.opinion.as_ref()).map(|o| (&o.model, &o.prompts));
    let all: BTreeSet<String> =
        worded.chain(judged).map(|(model, prompts)| format!("{model} (prompts {prompts})")).collect();
    all.into_iter().collect()
}

fn behind(session: &Session, turn: &Turn) -> Option<Behind> {
    let step = turn.step.as_ref().filter(|_| turn.safety.is_none())?;
    let scenario = session.scenario();
    let state = scenario.state_index(&step.after.state).and_then(|i| scenario.states.get(i));
    let told = step.told.as_ref().and_then(|id| scenario.fact_index(id)).and_then(|i| scenario.facts.get(i));
    Some(Behind {
        from: step.from.clone(),
        to: step.after.state.clone(),
        stance: state.map_or_else(String::new, |s| s.stance.trim().to_owned()),
        because: step.because.clone(),
        trust: step.after.trust,
        tension: step.after.tension,
        told: told.map(|fact| fact.text.clone()),
    })
}

fn kept_back(session: &Session) -> Debrief {
    let scenario = session.scenario();
    let told = session.position().told;
    Debrief {
        needs: scenario.counterpart.needs.clone(),
        fears: scenario.counterpart.fears.clone(),
        facts: scenario
            .facts
            .iter()
            .map(|fact| Fact { text: fact.text.trim().to_owned(), told: told.contains(&fact.id.value) })
            .collect(),
        notes: scenario.safety.as_ref().and_then(|s| s.notes.clone()),
    }
}

fn rows(session: &Session) -> Vec<TakeRow> {
    let shown = |end: TurnId| {
        let path = session.path_to(Some(end));
        let skills = Id::scored_for(session.setup().audience).filter(|id| id.kind() == Kind::Skill);
        skills
            .filter(|id| path.iter().any(|t| t.analysis.as_ref().is_some_and(|a| a.shows(*id))))
            .map(Id::name)
            .collect()
    };
    let all = session.scenario().objectives.len();
    takes(session)
        .into_iter()
        .map(|take| {
            let at = session.position_at(Some(take.end));
            TakeRow {
                number: take.number,
                present: take.present,
                replies: take.replies,
                differs: take.differs,
                outcome: take.outcome,
                met: (at.met.len(), all),
                skills: shown(take.end),
                trust: at.trust,
                tension: at.tension,
            }
        })
        .collect()
}
