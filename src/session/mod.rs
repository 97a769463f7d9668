//! The session core: a pure state machine. Events come in, effects go out; time, ids and seeds come with the events.
//!
//! A session is the list of its [`Event`]s and nothing else: [`Session::replay`] rebuilds it, and what a crash left
//! undone is what [`Session::pending`] says.

pub mod acts;
mod command;
pub mod director;
mod event;
mod everyday;
pub mod explain;
pub mod lines;
mod notes;
pub mod playthrough;
mod signal;
pub mod slots;
mod turn;
pub mod wording;
pub mod words;

use std::collections::BTreeSet;
use std::sync::Arc;

pub use command::{Command, Refusal};
pub use director::{Director, Ended, Heard, Position, Step};
pub use event::{Attempt, Event, Finish, Moment, Source, TurnId};
pub use notes::{MOST_FOCUS, MOST_TENSE, Notes, Plan};
pub use signal::{Act, Signal, Signals};
pub use turn::{SET_ASIDE, SafetyStop, Speaker, Turn};
pub use wording::{Mark, Opinion, Slip, Wording};

use crate::analysis::{self, Analysis, Audience, Kind};
use crate::scenario::{Difficulty, Scenario};
use lines::Said;

/// What the session waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// The user's next reply.
    YourTurn,
    /// Work of the machine: analysis, the director, the counterpart's line.
    Working,
    /// The user's word on a safety signal.
    SafetyStop,
    /// The scene is over; going back opens it again.
    Ended,
    /// Summed up; going back opens it again.
    Finished,
}

/// What the shell around the core is to do next.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Store the event, then hand it to [`Session::handle`].
    Record(Event),
    /// Have the counterpart answer, then record what it said.
    Speak(Box<Cue>),
    /// Show the words about help, and wait for the user.
    ShowSafety(TurnId),
}

/// What the counterpart is to say, and in what mood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cue {
    /// The turn that the answer will be.
    pub turn: TurnId,
    /// The user's turn that it answers; none for the opening.
    pub parent: Option<TurnId>,
    /// The counterpart's state.
    pub state: String,
    /// How they are in it.
    pub stance: String,
    /// Facts they have told, or tell now, by their text. A locked fact is never here.
    pub facts: Vec<String>,
    /// The scripted line: said as it stands, or the gist for a model.
    pub line: String,
}

/// An event that does not follow from the ones before it: the log is damaged or from another version.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("event {0} does not fit the ones before it")]
pub struct OutOfOrder(pub &'static str);

/// What a session was started with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setup {
    /// Who practises.
    pub audience: Audience,
    /// How hard it was made.
    pub difficulty: Difficulty,
    /// Picks among equal lines.
    pub seed: u64,
    /// The hash of the scenario's text.
    pub scenario_hash: String,
}

/// One rehearsal.
#[derive(Clone, Debug)]
pub struct Session {
    scenario: Arc<Scenario>,
    setup: Setup,
    turns: Vec<Turn>,
    /// The counterpart's turn that the next reply answers, or the user's turn that is being worked on.
    here: Option<TurnId>,
    /// The lines said in any take: a line is not said twice while another fits.
    said: Said,
    lines_said: u32,
    finished: Option<Finish>,
    /// Where the user was whenever they went elsewhere.
    takes: Vec<TurnId>,
    notes: Notes,
    /// The versions of the analyser that its replies were analysed by.
    analysers: BTreeSet<u32>,
}

impl Session {
    /// Begin: the session and the event that starts it. Record it, then [`Session::handle`] it.
    pub fn start(scenario: Arc<Scenario>, setup: Setup) -> (Self, Event) {
        let event = Event::Started {
            scenario: scenario.id.value.clone(),
            scenario_hash: setup.scenario_hash.clone(),
            audience: setup.audience,
            difficulty: setup.difficulty,
            seed: setup.seed,
            analyser: analysis::VERSION,
        };
        let session = Self {
            scenario,
            setup,
            turns: Vec::new(),
            here: None,
            said: Said::default(),
            lines_said: 0,
            finished: None,
            takes: Vec::new(),
            notes: Notes::default(),
            analysers: BTreeSet::new(),
        };
        (session, event)
    }

    /// Rebuild a session from its stored events and the scenario that it was started with.
    ///
    /// # Errors
    /// [`OutOfOrder`] where the events cannot have come from a session.
    pub fn replay(scenario: Arc<Scenario>, events: impl IntoIterator<Item = Event>) -> Result<Self, OutOfOrder> {
        let mut events = events.into_iter();
        let Some(Event::Started { scenario_hash, audience, difficulty, seed, .. }) = events.next() else {
            return Err(OutOfOrder("first"));
        };
        let (mut session, _) = Self::start(scenario, Setup { audience, difficulty, seed, scenario_hash });
        for event in events {
            session.apply(event)?;
        }
        Ok(session)
    }

    /// The scenario.
    pub fn scenario(&self) -> &Arc<Scenario> {
        &self.scenario
    }

    /// What it was started with.
    pub fn setup(&self) -> &Setup {
        &self.setup
    }

    /// Every turn of every take, in the order they were made; a turn's id is its index.
    pub fn turns(&self) -> &[Turn] {
        &self.turns
    }

    /// A turn by its id.
    pub fn turn(&self, id: TurnId) -> Option<&Turn> {
        self.turns.get(id as usize)
    }

    /// Where the session stands: the last turn of the present take.
    pub fn here(&self) -> Option<TurnId> {
        self.here
    }

    /// The turns of the present take, from the opening on.
    pub fn take(&self) -> Vec<&Turn> {
        self.path_to(self.here)
    }

    /// The turns from the opening to this one.
    pub fn path_to(&self, end: Option<TurnId>) -> Vec<&Turn> {
        let mut path: Vec<&Turn> = self.ancestors(end).collect();
        path.reverse();
        path
    }

    /// The last turn of each take that was begun, in the order they were begun; the present one is last. Takes that were
    /// left before anything was said in them are not there.
    pub fn takes(&self) -> Vec<TurnId> {
        let mut ends = self.takes.clone();
        ends.extend(self.here);
        let mut seen = std::collections::HashSet::new();
        let mut unique: Vec<TurnId> = ends.into_iter().rev().filter(|id| seen.insert(*id)).collect();
        unique.reverse();
        // A take that another one only went on from is a part of that one.
        let parents: std::collections::HashSet<TurnId> =
            unique.iter().flat_map(|id| self.ancestors(Some(*id)).skip(1).map(|t| t.id)).collect();
        let here = self.here;
        unique.retain(|id| !parents.contains(id) || Some(*id) == here);
        unique
    }

    /// How the counterpart stands after the given turn.
    pub fn position_at(&self, turn: Option<TurnId>) -> Position {
        self.ancestors(turn)
            .find_map(|t| t.step.as_ref().map(|step| step.after.clone()))
            .unwrap_or_else(|| self.director().start())
    }

    /// How the counterpart stands now.
    pub fn position(&self) -> Position {
        self.position_at(self.here)
    }

    /// What the user said about the rehearsal rather than in it.
    pub fn notes(&self) -> &Notes {
        &self.notes
    }

    /// The versions of the analyser that its replies were analysed by, oldest first; mostly one.
    pub fn analysers(&self) -> impl Iterator<Item = u32> + '_ {
        self.analysers.iter().copied()
    }

    /// How it was ended, if it was.
    pub fn finished(&self) -> Option<Finish> {
        self.finished
    }

    /// What the session waits for.
    pub fn phase(&self) -> Phase {
        if self.finished.is_some() {
            return Phase::Finished;
        }
        match self.here.and_then(|id| self.turn(id)) {
            None => Phase::Working,
            Some(turn) if turn.speaker == Speaker::You => match &turn.safety {
                Some(SafetyStop { acknowledged: None, .. }) => Phase::SafetyStop,
                // The reply that stopped the scene is answered by nobody: one goes on by speaking again.
                Some(_) => Phase::YourTurn,
                None => Phase::Working,
            },
            Some(_) if self.position().ended.is_some() => Phase::Ended,
            Some(_) => Phase::YourTurn,
        }
    }

    /// The reply that stopped the scene and still waits for the user's word on it. Ending the rehearsal does not answer it.
    pub fn stop(&self) -> Option<(&Turn, &SafetyStop)> {
        let turn = self.here.and_then(|id| self.turn(id))?;
        let stop = turn.safety.as_ref().filter(|stop| stop.acknowledged.is_none())?;
        Some((turn, stop))
    }

    /// Take in an event that was stored, and say what is to be done next.
    ///
    /// # Errors
    /// [`OutOfOrder`] where the event does not follow; the session is then unchanged.
    pub fn handle(&mut self, event: Event) -> Result<Vec<Effect>, OutOfOrder> {
        self.apply(event)?;
        Ok(self.pending())
    }

    /// Take in an event that somebody else handled and stored: for a second view on the same session.
    ///
    /// # Errors
    /// [`OutOfOrder`] where the event does not follow; the session is then unchanged.
    pub fn observe(&mut self, event: Event) -> Result<(), OutOfOrder> {
        self.apply(event)
    }

    /// What is left to do: after each event, and after a replay of a session that was cut off.
    pub fn pending(&self) -> Vec<Effect> {
        if self.finished.is_some() {
            return Vec::new();
        }
        let Some(turn) = self.here.and_then(|id| self.turn(id)) else {
            return vec![Effect::Speak(Box::new(self.cue(None)))];
        };
        if turn.speaker == Speaker::Counterpart {
            return Vec::new();
        }
        match (&turn.safety, &turn.analysis, &turn.step) {
            (Some(stop), ..) if stop.acknowledged.is_none() => vec![Effect::ShowSafety(turn.id)],
            (Some(_), ..) => Vec::new(),
            (None, None, _) => vec![Effect::Record(self.analyse(turn))],
            (None, Some(analysis), None) => {
                let step = Box::new(self.direct(turn, analysis));
                vec![Effect::Record(Event::Moved { turn: turn.id, step })]
            }
            (None, Some(_), Some(step)) => vec![Effect::Speak(Box::new(self.cue(Some((turn.id, step)))))],
        }
    }

    fn next_id(&self) -> TurnId {
        TurnId::try_from(self.turns.len()).unwrap_or(TurnId::MAX)
    }

    fn director(&self) -> Director<'_> {
        Director::new(&self.scenario, self.setup.difficulty, self.setup.seed)
    }

    fn ancestors(&self, from: Option<TurnId>) -> impl Iterator<Item = &Turn> {
        std::iter::successors(from.and_then(|id| self.turn(id)), |turn| turn.parent.and_then(|id| self.turn(id)))
    }

    /// The counterpart's turn that a reply made at `here` answers: a reply that stopped the scene is stepped over.
    fn answerable(&self, here: Option<TurnId>) -> Option<TurnId> {
        self.ancestors(here).find(|t| t.speaker == Speaker::Counterpart).map(|t| t.id)
    }

    fn analyse(&self, turn: &Turn) -> Event {
        let context = turn.parent.and_then(|id| self.turn(id)).map_or("", |t| t.text.as_str());
        let mut analysis =
            analysis::analyse(&analysis::Turn { audience: self.setup.audience, context, reply: &turn.text });
        if turn.cleared {
            analysis.findings.retain(|f| f.id.kind() != Kind::Safety);
        }
        let safety: Vec<&analysis::Finding> =
            analysis.findings.iter().filter(|f| f.id.kind() == Kind::Safety).collect();
        if safety.is_empty() {
            return Event::Analysed { turn: turn.id, analysis, version: analysis::VERSION };
        }
        Event::SafetyStopped {
            turn: turn.id,
            certain: safety.iter().any(|f| f.grade >= 2),
            signals: safety.iter().map(|f| f.id).collect(),
        }
    }

    fn direct(&self, turn: &Turn, analysis: &Analysis) -> Step {
        let before = self.position_at(turn.parent);
        let mut lately = [None; 3];
        let own = self.ancestors(turn.parent).filter(|t| t.speaker == Speaker::You);
        for (slot, earlier) in lately.iter_mut().zip(own) {
            *slot = Some(earlier.text.as_str());
        }
        let heard = Heard { reply: &turn.text, analysis, lately, lines_said: self.lines_said };
        self.director().step(&before, &heard, &self.said)
    }

    fn cue(&self, answer: Option<(TurnId, &Step)>) -> Cue {
        let position = answer.map_or_else(|| self.director().start(), |(_, step)| step.after.clone());
        let stance = self
            .scenario
            .state_index(&position.state)
            .and_then(|i| self.scenario.states.get(i))
            .map_or_else(String::new, |s| s.stance.clone());
        let facts = position
            .told
            .iter()
            .filter_map(|id| self.scenario.fact_index(id).and_then(|i| self.scenario.facts.get(i)))
            .map(|f| f.text.clone())
            .collect();
        Cue {
            turn: self.next_id(),
            parent: answer.map(|(id, _)| id),
            state: position.state,
            stance,
            facts,
            line: answer.map_or_else(|| self.director().opening(), |(_, step)| step.line.clone()),
        }
    }

    fn apply(&mut self, event: Event) -> Result<(), OutOfOrder> {
        match event {
            Event::Started { .. } => {
                if !self.turns.is_empty() {
                    return Err(OutOfOrder("started"));
                }
            }
            Event::CounterpartSaid { turn, parent, text, source } => {
                let follows = match parent.and_then(|id| self.turn(id)) {
                    None => self.turns.is_empty() && parent.is_none(),
                    Some(reply) => reply.speaker == Speaker::You && reply.step.is_some() && self.here == parent,
                };
                if turn != self.next_id() || !follows {
                    return Err(OutOfOrder("counterpart_said"));
                }
                self.push(turn, parent, Speaker::Counterpart, text, Some(source));
                self.lines_said += 1;
            }
            Event::Worded { turn, wording } => {
                let line = self.turns.get_mut(turn as usize).filter(|t| t.speaker == Speaker::Counterpart);
                line.ok_or(OutOfOrder("worded"))?.wording = Some(Box::new(wording));
            }
            Event::UserSaid { turn, parent, text } => {
                if turn != self.next_id() || parent.is_none() || parent != self.answerable(self.here) {
                    return Err(OutOfOrder("user_said"));
                }
                self.push(turn, parent, Speaker::You, text, None);
                self.finished = None;
            }
            Event::Analysed { turn, analysis, version } => {
                self.own(turn, "analysed")?.analysis = Some(analysis);
                self.analysers.insert(version);
            }
            Event::Judged { turn, opinion } => {
                self.own(turn, "judged")?.opinion = Some(Box::new(opinion));
            }
            Event::Moved { turn, step } => {
                let n = self.lines_said;
                let own = self.own(turn, "moved")?;
                let template = step.template.clone();
                own.step = Some(step);
                self.said.note(&template, n);
            }
            Event::WentBack { to } => {
                let there = to.and_then(|id| self.turn(id)).is_some_and(|t| t.speaker == Speaker::Counterpart);
                if !there {
                    return Err(OutOfOrder("went_back"));
                }
                self.takes.extend(self.here);
                self.here = to;
                self.finished = None;
            }
            Event::SafetyStopped { turn, signals, certain } => {
                let own = self.own(turn, "safety_stopped")?;
                own.safety = Some(SafetyStop { signals, certain, acknowledged: None });
                if own.words.is_none() {
                    own.words = Some(std::mem::replace(&mut own.text, SET_ASIDE.to_owned()));
                }
            }
            Event::SafetyAcknowledged { turn, in_role } => {
                let own = self.own(turn, "safety_acknowledged")?;
                let stop = own.safety.as_mut().ok_or(OutOfOrder("safety_acknowledged"))?;
                stop.acknowledged = Some(in_role);
                if in_role && !stop.certain {
                    own.safety = None;
                    own.cleared = true;
                    if let Some(words) = own.words.take() {
                        own.text = words;
                    }
                }
                self.finished = None;
            }
            Event::Finished { how } => self.finished = Some(how),
            Event::Prepared { .. } | Event::Felt { .. } | Event::Planned { .. } | Event::Attempted { .. } => {
                self.notes.apply(&event);
            }
        }
        Ok(())
    }

    fn push(&mut self, id: TurnId, parent: Option<TurnId>, speaker: Speaker, text: String, source: Option<Source>) {
        let turn = Turn {
            id,
            parent,
            speaker,
            text,
            analysis: None,
            step: None,
            safety: None,
            cleared: false,
            words: None,
            source,
            wording: None,
            opinion: None,
        };
        self.turns.push(turn);
        self.here = Some(id);
    }

    fn own(&mut self, id: TurnId, event: &'static str) -> Result<&mut Turn, OutOfOrder> {
        let turn = self.turns.get_mut(id as usize).filter(|t| t.speaker == Speaker::You);
        turn.ok_or(OutOfOrder(event))
    }
}
