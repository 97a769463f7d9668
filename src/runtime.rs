//! The one loop that every front end shares: takes commands in, stores what the user did before it acts on it, executes the
//! session's effects, and hands back what happened.
//!
//! What follows from stored events by reckoning alone (the analysis, the director's step) may be acted on before it is stored:
//! a crash loses nothing by it, as [`Session::pending`] has it reckoned again. It goes to the store while a model thinks, or
//! with the line it led to, and always before anything that came of it is stored or told.

pub mod attempts;
mod choice;
pub mod desk;
pub mod files;
pub mod forms;
mod log;
mod model;
pub mod removal;
mod stop;

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::counterpart::{Counterpart, Partly, Scripted};
use crate::scenario::{self, Scenario};
use crate::session::{Command, Cue, Effect, Event, OutOfOrder, Refusal, Session, Setup};
use crate::store::{self, NewSession, Store};
use log::Log;

pub use crate::store::Recorded;
pub use choice::{CHOSEN, Choice, Question, agreed_key};
pub use desk::Desk;
pub use model::{Model, Wake};
pub use stop::{Stop, Watching};

/// Where the time comes from: milliseconds since 1970.
pub type Clock = fn() -> i64;

/// The computer's clock. It may jump; order in the store is by sequence, never by time.
pub fn system_clock() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// What is told while a command is being done.
#[derive(Clone, Copy, Debug)]
pub enum Told<'a> {
    /// This was stored.
    Event(&'a Recorded),
    /// The counterpart's answer in the making; the session as it stands is with it. It is stored when it is whole.
    Partly(&'a Session, Partly<'a>),
}

/// Why the runtime could not do something.
#[derive(Debug, thiserror::Error)]
pub enum RuntimeError {
    /// The command does not fit the moment. Nothing was changed.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The store refused. The reply, if there was one, is in `unsaved`.
    #[error("{error}")]
    Store {
        /// What the store said.
        #[source]
        error: store::Error,
        /// What the user typed, so that it can be given back.
        unsaved: Option<String>,
    },
    /// The stored events do not make a session.
    #[error("this rehearsal cannot be opened: {0}; its events are still in the database")]
    Damaged(#[from] OutOfOrder),
    /// A file could not be taken away.
    #[error("{} could not be removed: {why}. The rehearsal was not deleted; remove the file, then try again", path.display())]
    File {
        /// The file.
        path: std::path::PathBuf,
        /// What the system said.
        why: String,
    },
    /// The stored scenario can no longer be read.
    #[error("the situation that this rehearsal was started with cannot be read: {0}")]
    Scenario(String),
}

impl From<store::Error> for RuntimeError {
    fn from(error: store::Error) -> Self {
        Self::Store { error, unsaved: None }
    }
}

/// A rehearsal with everything around it: store, counterpart, clock.
pub struct Runtime {
    log: Log,
    counterpart: Box<dyn Counterpart>,
    session: Session,
    stop: Stop,
    models: model::Models,
}

impl std::fmt::Debug for Runtime {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Runtime").field("id", &self.id()).finish_non_exhaustive()
    }
}

impl Runtime {
    /// Begin a rehearsal; what happened is the start and the counterpart's opening.
    ///
    /// # Errors
    /// Where the store cannot keep it.
    pub fn start(
        mut store: Box<dyn Store>,
        scenario: Arc<Scenario>,
        scenario_text: &str,
        setup: Setup,
        clock: Clock,
    ) -> Result<(Self, Vec<Recorded>), RuntimeError> {
        let id = uuid::Uuid::now_v7().to_string();
        let (session, started) = Session::start(scenario, setup);
        let at_ms = clock();
        let new = NewSession { id: &id, title: &session.scenario().title, scenario_text };
        let last = store.create(&new, at_ms, std::slice::from_ref(&started))?;
        let mut runtime = Self {
            log: Log::new(store, clock, id, last),
            counterpart: Box::new(Scripted),
            session,
            stop: Stop::default(),
            models: model::Models::default(),
        };
        let mut happened = vec![Recorded { seq: last, at_ms, event: started.clone() }];
        runtime.session.observe(started)?;
        happened.extend(runtime.finish()?);
        Ok((runtime, happened))
    }

    /// Have somebody else word the lines from now on.
    pub fn set_counterpart(&mut self, counterpart: Box<dyn Counterpart>) {
        self.counterpart = counterpart;
    }

    /// What stops a counterpart that thinks too long; it may be used from another thread.
    pub fn stop(&self) -> Stop {
        self.stop.clone()
    }

    /// Open a stored rehearsal and finish what a crash left undone; what happened is only what was finished now.
    ///
    /// # Errors
    /// Where the store cannot be read, or holds no such session, or its events do not fit together.
    pub fn resume(store: Box<dyn Store>, id: &str, clock: Clock) -> Result<(Self, Vec<Recorded>), RuntimeError> {
        let recorded = store.events(id)?;
        let Some(Event::Started { scenario_hash, .. }) = recorded.first().map(|r| &r.event) else {
            return Err(OutOfOrder("first").into());
        };
        let text = store.scenario_text(scenario_hash)?;
        let (scenario, problems) = scenario::parse(&text);
        let scenario = scenario.ok_or_else(|| {
            RuntimeError::Scenario(problems.first().map_or_else(String::new, |problem| problem.message.clone()))
        })?;
        let last = recorded.last().map_or(0, |r| r.seq);
        let session = Session::replay(Arc::new(scenario), recorded.into_iter().map(|r| r.event))?;
        let mut runtime = Self {
            log: Log::new(store, clock, id.to_owned(), last),
            counterpart: Box::new(Scripted),
            session,
            stop: Stop::default(),
            models: model::Models::default(),
        };
        let happened = runtime.finish()?;
        Ok((runtime, happened))
    }

    /// The rehearsal's id.
    pub fn id(&self) -> &str {
        self.log.id()
    }

    /// The session as it stands.
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// Do what the user asks. A reply is on disk before anything else happens with it.
    ///
    /// # Errors
    /// [`RuntimeError::Refused`] where it does not fit the moment; [`RuntimeError::Store`] where it could not be kept.
    pub fn submit(&mut self, command: Command) -> Result<Vec<Recorded>, RuntimeError> {
        let mut happened = Vec::new();
        self.submit_watched(command, &mut |told| {
            if let Told::Event(recorded) = told {
                happened.push(recorded.clone());
            }
        })?;
        Ok(happened)
    }

    /// The same, telling of each event as soon as it is stored, and of an answer sentence by sentence: a counterpart may take
    /// its time.
    ///
    /// # Errors
    /// As [`Runtime::submit`]; what was told of until then is stored.
    pub fn submit_watched(&mut self, command: Command, watch: &mut dyn FnMut(Told<'_>)) -> Result<(), RuntimeError> {
        self.stop.clear();
        let typed = if let Command::Say(text) = &command { Some(text.clone()) } else { None };
        let event = self.session.decide(command)?;
        self.keep(vec![event], watch).map_err(|error| match error {
            RuntimeError::Store { error, .. } => RuntimeError::Store { error, unsaved: typed },
            other => other,
        })?;
        self.go_on(watch)?;
        self.opinions(std::time::Duration::ZERO, watch)
    }

    /// Store events behind what the session is ahead of the log, tell of all of them, and take them in.
    fn keep(&mut self, events: Vec<Event>, watch: &mut dyn FnMut(Told<'_>)) -> Result<(), RuntimeError> {
        let known = self.log.ahead();
        for (n, recorded) in self.log.append(events)?.iter().enumerate() {
            if n >= known {
                self.session.observe(recorded.event.clone())?;
            }
            tell(recorded, &self.session, &mut self.models, watch);
        }
        Ok(())
    }

    /// Do what is left to do, and hand back what happened.
    fn finish(&mut self) -> Result<Vec<Recorded>, RuntimeError> {
        let mut happened = Vec::new();
        self.go_on(&mut |told| {
            if let Told::Event(recorded) = told {
                happened.push(recorded.clone());
            }
        })?;
        Ok(happened)
    }

    /// Do what is left to do, as far as it needs nothing but the machine.
    fn go_on(&mut self, watch: &mut dyn FnMut(Told<'_>)) -> Result<(), RuntimeError> {
        loop {
            let mut waits = true;
            for effect in self.session.pending() {
                match effect {
                    Effect::Record(Event::Analysed { turn, mut analysis, version }) => {
                        let opinion = self.led(turn, &mut analysis);
                        self.reckoned(Event::Analysed { turn, analysis, version })?;
                        opinion.map(|opinion| self.reckoned(opinion)).transpose()?;
                    }
                    Effect::Record(event @ Event::Moved { .. }) => self.reckoned(event)?,
                    Effect::Record(event) => self.keep(vec![event], watch)?,
                    Effect::Speak(cue) => self.speak(&cue, watch)?,
                    Effect::ShowSafety(_) => continue,
                }
                waits = false;
            }
            if waits {
                return self.keep(Vec::new(), watch);
            }
        }
    }

    /// Take in an event that follows from the ones before it; it is stored with whatever is stored next.
    fn reckoned(&mut self, event: Event) -> Result<(), RuntimeError> {
        self.session.observe(event.clone())?;
        self.log.later(event);
        Ok(())
    }

    /// Have the counterpart answer, and keep what it said.
    fn speak(&mut self, cue: &Cue, watch: &mut dyn FnMut(Told<'_>)) -> Result<(), RuntimeError> {
        let Self { log, counterpart, session, stop, models } = self;
        let mut trouble = None;
        let spoken = counterpart.say(session, cue, stop, &mut |partly| match partly {
            _ if trouble.is_some() => {}
            // A model thinks: time to store what led to its cue.
            Partly::Asked => match log.append(Vec::new()) {
                Ok(stored) => {
                    stored.iter().for_each(|recorded| tell(recorded, session, models, watch));
                    watch(Told::Partly(session, partly));
                }
                Err(error) => {
                    stop.set();
                    trouble = Some(error);
                }
            },
            partly => watch(Told::Partly(session, partly)),
        });
        if let Some(error) = trouble {
            return Err(error.into());
        }
        let (turn, parent) = (cue.turn, cue.parent);
        let mut events = vec![Event::CounterpartSaid { turn, parent, text: spoken.text, source: spoken.source }];
        events.extend(spoken.wording.map(|wording| Event::Worded { turn, wording }));
        self.keep(events, watch)
    }
}

/// Tell of an event that is stored and taken in.
fn tell(recorded: &Recorded, session: &Session, models: &mut model::Models, watch: &mut dyn FnMut(Told<'_>)) {
    watch(Told::Event(recorded));
    models.stored(session, &recorded.event);
}
