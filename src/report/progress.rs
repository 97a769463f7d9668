//! What several rehearsals show together: per skill how often there was a chance and how often it was taken.

use serde::Serialize;

use crate::analysis::{Audience, Id, Kind};
use crate::scenario::{Difficulty, ProblemArea};
use crate::session::{Session, Speaker, Turn};

/// Tension, in tenths, from which on a better time is worth thinking of.
const HOT: i32 = 60;
/// The fewest comparable rehearsals that make a trend.
pub const FEWEST_FOR_TREND: usize = 3;

/// Chances and how many were taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// How often there was a chance.
    pub chances: u32,
    /// How often it was taken.
    pub taken: u32,
}

impl Tally {
    /// Both together.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self { chances: self.chances + other.chances, taken: self.taken + other.taken }
    }
}

/// One rehearsal, as far as progress needs it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Record {
    /// The rehearsal's id.
    pub id: String,
    /// When it began.
    pub at_ms: i64,
    /// The scenario's id.
    pub scenario: String,
    /// The scenario's title.
    pub title: String,
    /// Who practised.
    pub audience: Audience,
    /// The problem area.
    #[serde(skip)]
    pub area: ProblemArea,
    /// How hard it was.
    pub difficulty: Difficulty,
    /// For each skill that had a chance.
    pub skills: Vec<(Id, Tally)>,
    /// How tense the user felt before, 0-10.
    pub before: Option<u8>,
    /// And after.
    pub after: Option<u8>,
}

impl Record {
    /// What a session comes to; every take counts, each reply once.
    pub fn of(id: &str, at_ms: i64, session: &Session) -> Self {
        let scenario = session.scenario();
        let skills = Id::scored_for(session.setup().audience)
            .filter(|id| id.kind() == Kind::Skill)
            .map(|skill| (skill, tally(session, skill, |_| true)))
            .filter(|(_, tally)| tally.chances > 0)
            .collect();
        Self {
            id: id.to_owned(),
            at_ms,
            scenario: scenario.id.value.clone(),
            title: scenario.title.value.clone(),
            audience: session.setup().audience,
            area: scenario.problem_area,
            difficulty: session.setup().difficulty,
            skills,
            before: session.notes().before,
            after: session.notes().after,
        }
    }

    /// The tally of a skill.
    pub fn tally(&self, skill: Id) -> Option<Tally> {
        self.skills.iter().find(|(id, _)| *id == skill).map(|(_, tally)| *tally)
    }
}

/// A reply is a chance for a skill where the skill was shown, and otherwise where the situation gives room for it and it
/// was not shown before on the way there. Trying again has its moment after a refusal or a slip; a better time where the
/// other is tense. Only turns for which `counts` holds are counted.
pub(super) fn tally(session: &Session, skill: Id, counts: impl Fn(&Turn) -> bool) -> Tally {
    let in_focus = session.scenario().skill_ids().any(|id| id == skill);
    let mut tally = Tally::default();
    // Whether the skill was shown on the way to each turn; a turn comes after its parent.
    let mut shown_by: Vec<bool> = Vec::with_capacity(session.turns().len());
    for turn in session.turns() {
        let before = turn.parent.and_then(|p| shown_by.get(p as usize)).copied().unwrap_or(false);
        let shown = turn.analysis.as_ref().is_some_and(|a| a.shows(skill));
        let scored = turn.speaker == Speaker::You && turn.analysis.is_some() && turn.safety.is_none();
        if scored && !turn.text.trim().is_empty() && counts(turn) {
            let moment = match skill {
                Id::PersistRepair => previous(session, turn).is_some_and(set_back),
                Id::Timing => session.position_at(turn.parent).tension >= HOT,
                _ => in_focus && !before,
            };
            tally.chances += u32::from(shown || moment);
            tally.taken += u32::from(shown);
        }
        shown_by.push(before || shown);
    }
    tally
}

/// The user's reply before this one.
fn previous<'s>(session: &'s Session, turn: &Turn) -> Option<&'s Turn> {
    let line = session.turn(turn.parent?)?;
    session.turn(line.parent?)
}

/// Whether a reply was refused, or held a slip.
fn set_back(turn: &Turn) -> bool {
    let slip = turn.analysis.as_ref().is_some_and(|a| a.findings.iter().any(|f| f.id.kind() == Kind::Fault));
    slip || turn.step.as_ref().is_some_and(|s| s.refused.is_some())
}

/// How a skill went over comparable rehearsals: the earlier half and the later half.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Trend {
    /// How many rehearsals were compared.
    pub rehearsals: usize,
    /// The earlier ones together.
    pub earlier: Tally,
    /// The later ones together.
    pub later: Tally,
}

/// The trend of a skill; none with fewer than three comparable rehearsals. Comparable are those of the latest one's
/// problem area and difficulty in which the skill had a chance. `records` are in order of time.
pub fn trend(records: &[Record], skill: Id) -> Option<Trend> {
    let latest = records.iter().rev().find(|r| r.tally(skill).is_some())?;
    let like = |r: &&Record| r.area == latest.area && r.difficulty == latest.difficulty;
    let tallies: Vec<Tally> = records.iter().filter(like).filter_map(|r| r.tally(skill)).collect();
    if tallies.len() < FEWEST_FOR_TREND {
        return None;
    }
    let (earlier, later) = tallies.split_at(tallies.len() / 2);
    let sum = |part: &[Tally]| part.iter().fold(Tally::default(), |all, one| all.plus(*one));
    Some(Trend { rehearsals: tallies.len(), earlier: sum(earlier), later: sum(later) })
}
