//! The director: the pure state machine that turns what a reply showed into the counterpart's next cue.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::acts::acts;
use super::lines::{Line, Moment, Picker, Said, mix};
use super::signal::{Act, Signal, Signals};
use super::slots::Slots;
use super::words::words;
use crate::analysis::{Analysis, Id, Kind};
use crate::scenario::{Adjust, Condition, Difficulty, End, Go, Reaction, Scenario, State};

/// A meter's full scale, in tenths of what scenario files count in: 100 is "10".
pub const FULL: i32 = 100;
/// The most that one reply moves a meter up or down, in tenths.
const MOST_A_TURN: i32 = 30;
/// Words of a reply that are looked at for `mentions`.
const WORDS_HEARD: usize = 400;

/// Where the counterpart stands at one point of a take. Small: its size is bounded by the scenario, not by the talk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// The state's id.
    pub state: String,
    /// How far they trust the user, 0-100.
    pub trust: i32,
    /// How tense they are, 0-100.
    pub tension: i32,
    /// Replies the user gave in this take.
    pub turn: u32,
    /// Replies given in this state since it was entered.
    pub here: u32,
    /// Facts told, by id.
    pub told: Vec<String>,
    /// Objectives met, by id.
    pub met: Vec<String>,
    /// How often each state has refused a good reply.
    pub refused: BTreeMap<String, u8>,
    /// How the scene ended, if it did.
    pub ended: Option<Ended>,
}

/// How a scene ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ended {
    /// The scenario's ending.
    Scene(End),
    /// The user said goodbye.
    Goodbye,
}

/// Which meter moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Meter {
    /// How far they trust the user.
    Trust,
    /// How tense they are.
    Tension,
}

/// One movement of a meter and what caused it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shift {
    /// What moved.
    pub meter: Meter,
    /// By how much, in tenths; before the limits of a turn and of the scale.
    pub by: i32,
    /// The skill or fault that moved it.
    pub because: Id,
    /// Whether it is a sore spot, or goes straight to the heart (a sensitivity of 2 or more).
    pub deep: bool,
}

/// What one reply did: the trace of a turn, and the line that answers it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// What kinds of reply it was.
    pub acts: Vec<Act>,
    /// What moved, and why.
    pub shifts: Vec<Shift>,
    /// The state it was heard in.
    pub from: String,
    /// Why the state changed, if it did, in the scenario's words.
    pub because: Option<String>,
    /// The skill whose ask was refused for now.
    pub refused: Option<Id>,
    /// The fact told now.
    pub told: Option<String>,
    /// Objectives met by this reply.
    pub met: Vec<String>,
    /// The line as the scenario has it.
    pub template: String,
    /// The line, filled: what `scripted` says, and the gist for a model.
    pub line: String,
    /// Where the counterpart stands after it.
    pub after: Position,
}

impl Step {
    /// Whether the counterpart's state changed.
    pub fn changed(&self) -> bool {
        self.from != self.after.state
    }
}

/// How a difficulty changes a scenario, after the scenario's own adjustments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Tuning {
    trust: i32,
    tension: i32,
    resists: i32,
    faults: i32,
    skills: i32,
}

/// The usual changes for each difficulty: data on top of a scenario.
fn tuning(difficulty: Difficulty, scenario: &Scenario) -> Tuning {
    let usual = match difficulty {
        Difficulty::Gentle => Adjust { trust: 1, tension: -1, resists: -1, faults: Some(60), skills: Some(125) },
        Difficulty::Moderate => Adjust { trust: 0, tension: 0, resists: 0, faults: Some(100), skills: Some(100) },
        Difficulty::Hard => Adjust { trust: -1, tension: 1, resists: 1, faults: Some(130), skills: Some(80) },
    };
    let own = scenario.adjust.get(&difficulty).copied().unwrap_or_default();
    let percent = |own: Option<u16>, usual: Option<u16>| i32::from(own.or(usual).unwrap_or(100).min(500));
    Tuning {
        trust: (i32::from(usual.trust) + i32::from(own.trust)) * 10,
        tension: (i32::from(usual.tension) + i32::from(own.tension)) * 10,
        resists: i32::from(usual.resists) + i32::from(own.resists),
        faults: percent(own.faults, usual.faults),
        skills: percent(own.skills, usual.skills),
    }
}

/// The director of one scene. Holds no state of its own: a [`Position`] comes in and another goes out.
#[derive(Clone, Copy, Debug)]
pub struct Director<'a> {
    scenario: &'a Scenario,
    tuning: Tuning,
    seed: u64,
}

/// What the director needs to know of the reply's surroundings.
#[derive(Clone, Copy, Debug)]
pub struct Heard<'a> {
    /// The reply.
    pub reply: &'a str,
    /// What the analyser found in it.
    pub analysis: &'a Analysis,
    /// What the user said before in this take, latest first; three are enough.
    pub lately: [Option<&'a str>; 3],
    /// How many lines the counterpart has said in the whole session.
    pub lines_said: u32,
}

impl<'a> Director<'a> {
    /// A director for this scene.
    pub fn new(scenario: &'a Scenario, difficulty: Difficulty, seed: u64) -> Self {
        Self { scenario, tuning: tuning(difficulty, scenario), seed }
    }

    /// Where a take begins.
    pub fn start(&self) -> Position {
        let start = self.scenario.counterpart.start;
        Position {
            state: self.scenario.states.first().map_or_else(String::new, |s| s.id.value.clone()),
            trust: (i32::from(start.trust) * 10 + self.tuning.trust).clamp(0, FULL),
            tension: (i32::from(start.tension) * 10 + self.tuning.tension).clamp(0, FULL),
            turn: 0,
            here: 0,
            told: Vec::new(),
            met: Vec::new(),
            refused: BTreeMap::new(),
            ended: None,
        }
    }

    /// The first line of the scene.
    pub fn opening(&self) -> String {
        let lines = &self.scenario.opening.value;
        let slots = Slots::default();
        let fitting: Vec<String> = lines.iter().filter_map(|l| slots.fill(l, &self.scenario.you.name)).collect();
        let n = fitting.len() as u64;
        fitting.into_iter().nth(if n == 0 { 0 } else { (mix(self.seed) % n) as usize }).unwrap_or_default()
    }

    /// Move the counterpart by one reply.
    pub fn step(&self, before: &Position, heard: &Heard<'_>, said: &Said) -> Step {
        let kinds = acts(heard.reply, heard.lately.into_iter().flatten());
        let signals = Signals::new(heard.analysis, &kinds);
        let words = words(heard.reply, WORDS_HEARD);
        let mut after = before.clone();
        after.turn += 1;
        after.here += 1;

        let repeated = kinds.contains(&Act::Repeat);
        let shifts = self.shifts(heard.analysis, repeated);
        (after.trust, after.tension) = apply(before, &shifts);
        if shifts.is_empty() && after.tension > self.start().tension {
            // A calm exchange takes the edge off.
            after.tension -= 2;
        }

        let mut moment = Moment {
            signals,
            words: &words,
            trust: after.trust,
            tension: after.tension,
            turn: after.turn,
            here: after.here,
            told: &before.told,
            met: &before.met,
        };
        let met_now: Vec<String> = self
            .scenario
            .objectives
            .iter()
            .filter(|o| !before.met.contains(&o.id.value))
            .filter(|o| o.met_by.as_ref().is_some_and(|when| moment.weigh(when).is_some()))
            .map(|o| o.id.value.clone())
            .collect();
        after.met.extend(met_now.iter().cloned());
        let met = after.met.clone();
        moment.met = &met;

        let state = self.state(&before.state);
        let refused = state.and_then(|state| self.refuses(state, before, signals));
        if refused.is_some() {
            *after.refused.entry(before.state.clone()).or_default() += 1;
        }

        let way = state.and_then(|s| s.go.iter().map(|go| &go.value).find(|go| self.open(go, &moment, state, refused)));
        if let Some(way) = way.filter(|way| way.to.value != before.state && self.state(&way.to).is_some()) {
            after.state.clone_from(&way.to.value);
            after.here = 0;
        }
        let changed = after.state != before.state;
        let end = self.state(&after.state).and_then(|s| s.end);
        after.ended = end.map(Ended::Scene).or_else(|| kinds.contains(&Act::Goodbye).then_some(Ended::Goodbye));

        let fact = if after.ended.is_some() {
            None
        } else {
            self.scenario.facts.iter().find(|f| {
                !before.told.contains(&f.id.value)
                    && f.told_when.as_ref().is_some_and(|when| moment.weigh(when).is_some())
            })
        };

        let slots = Slots::from_reply(heard.reply, heard.analysis);
        let picker = Picker {
            said,
            slots: &slots,
            you: &self.scenario.you.name,
            seed: self.seed ^ mix(u64::from(heard.lines_said) + 1),
        };
        let enters = || {
            let state = self.state(&after.state).filter(|_| changed)?;
            picker.unsaid(state.enters.iter().map(|l| l.value.as_str()))
        };
        let refuses = || {
            let lines = &state?.resists.as_ref().filter(|_| refused.is_some())?.say;
            picker.unsaid(lines.iter().map(|l| l.value.as_str()))
        };
        let (line, told) = match fact.and_then(|f| Some((picker.unsaid(f.say.iter().map(|l| l.value.as_str()))?, f))) {
            Some((line, fact)) => (Some(line), Some(fact.id.value.clone())),
            None => (enters().or_else(refuses).or_else(|| self.react(&picker, &moment, state)), None),
        };
        after.told.extend(told.clone());
        let line = line.unwrap_or_else(|| Line { template: "\u{2026}".into(), text: "\u{2026}".into() });
        Step {
            acts: kinds,
            shifts,
            from: before.state.clone(),
            because: way.filter(|_| changed).and_then(|way| way.because.clone()),
            refused,
            told,
            met: met_now,
            template: line.template,
            line: line.text,
            after,
        }
    }

    fn state(&self, id: &str) -> Option<&'a State> {
        self.scenario.state_index(id).and_then(|i| self.scenario.states.get(i)).map(|s| &s.value)
    }

    fn react(&self, picker: &Picker<'_>, moment: &Moment<'_>, state: Option<&State>) -> Option<Line> {
        let near: Vec<&Reaction> = state.map_or_else(Vec::new, |s| s.reactions.iter().map(|r| &r.value).collect());
        let common: Vec<&Reaction> = self.scenario.common.iter().map(|r| &r.value).collect();
        let everyday: Vec<&Reaction> = super::everyday::reactions(self.scenario.audience).iter().collect();
        picker.react(moment, &[&near, &common, &everyday])
    }

    /// What the findings move, one entry for each meter and finding. Skills and faults never cancel out: both act.
    fn shifts(&self, analysis: &Analysis, repeated: bool) -> Vec<Shift> {
        let counterpart = &self.scenario.counterpart;
        let weight = |map: &BTreeMap<crate::scenario::yaml::Spanned<String>, u8>, id: Id| {
            map.iter().find(|(name, _)| name.value == id.as_str()).map_or(1, |(_, w)| i32::from((*w).min(3)))
        };
        let mut shifts = Vec::new();
        for finding in &analysis.findings {
            let id = finding.id;
            let mut shift = |meter, by, deep| {
                if by != 0 {
                    shifts.push(Shift { meter, by, because: id, deep });
                }
            };
            match id.kind() {
                Kind::Fault => {
                    let weight = weight(&counterpart.sensitive_to, id);
                    let severity = [7, 10, 13][usize::from(finding.grade.clamp(1, 3) - 1)];
                    let by = weight * severity * self.tuning.faults / 100;
                    shift(Meter::Tension, by, weight >= 2);
                    shift(Meter::Trust, -by / 2, weight >= 2);
                }
                // Saying the same good sentence again does not move anyone again.
                Kind::Skill if !repeated => {
                    let weight = weight(&counterpart.softened_by, id);
                    let grade = if finding.grade >= id.cutoff() { 10 } else { 3 };
                    shift(Meter::Trust, weight * grade * self.tuning.skills / 100, weight >= 2);
                    let calm = if finding.grade < id.cutoff() {
                        0
                    } else if id == Id::Timing {
                        20
                    } else {
                        4 * weight
                    };
                    shift(Meter::Tension, -calm, false);
                }
                Kind::Skill | Kind::Safety => {}
            }
        }
        shifts
    }

    /// The refused skill, where this state still refuses one that the reply shows. Persisting calmly gets through.
    fn refuses(&self, state: &State, before: &Position, signals: Signals) -> Option<Id> {
        let resists = state.resists.as_ref()?;
        let times = (i32::from(resists.times) + self.tuning.resists).max(0);
        let done = i32::from(before.refused.get(&before.state).copied().unwrap_or(0));
        if done >= times || signals.has(Signal::Id(Id::PersistRepair)) {
            return None;
        }
        resists.to.iter().filter_map(|name| name.value.parse().ok()).find(|id| signals.has(Signal::Id(*id)))
    }

    /// Whether a way is open: its condition holds, and it does not rest on what was just refused.
    fn open(&self, go: &Go, moment: &Moment<'_>, state: Option<&State>, refused: Option<Id>) -> bool {
        let rests_on_refused = |when: &Condition| {
            let resists = state.and_then(|s| s.resists.as_ref());
            resists.is_some_and(|r| when.any.iter().chain(&when.all).any(|name| r.to.contains(name)))
        };
        let blocked = refused.is_some() && go.when.as_ref().is_some_and(rests_on_refused);
        !blocked && moment.holds(go.when.as_ref())
    }
}

/// The meters after the shifts: what helps and what hurts are summed apart, each limited, so that no single reply does
/// everything, and a fault more never raises trust.
fn apply(before: &Position, shifts: &[Shift]) -> (i32, i32) {
    let sum = |meter: Meter, up: bool| {
        let total: i32 = shifts.iter().filter(|s| s.meter == meter && (s.by > 0) == up).map(|s| s.by).sum();
        total.clamp(-MOST_A_TURN, MOST_A_TURN)
    };
    let moved = |value: i32, meter| (value + sum(meter, true) + sum(meter, false)).clamp(0, FULL);
    (moved(before.trust, Meter::Trust), moved(before.tension, Meter::Tension))
}
