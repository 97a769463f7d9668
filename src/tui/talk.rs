//! A running rehearsal as the app sees it: its own copy of the session to draw from, and a thread that does the work. The
//! copy is moved on by the events that the thread has stored, so drawing and typing never wait for the other's answer.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;

use super::Incoming;
use crate::counterpart::Partly;
use crate::runtime::{Recorded, Runtime, RuntimeError, Stop, Told};
use crate::session::{Command, Event, Phase, Session, Speaker, Turn, TurnId};

/// What the thread tells.
#[derive(Debug)]
pub enum News {
    /// This was stored.
    Event(Box<Recorded>),
    /// The next sentence of an answer that is on its way.
    Sentence(String),
    /// The model is asked again in so many seconds.
    Waiting(u64),
    /// The command is done, or was refused.
    Done(Result<(), RuntimeError>),
}

/// A running rehearsal.
#[derive(Debug)]
pub struct Talk {
    id: String,
    session: Session,
    path: Vec<TurnId>,
    /// How many takes there are; counting them goes through every turn.
    attempts: usize,
    commands: Option<Sender<Command>>,
    worker: Option<JoinHandle<()>>,
    stop: Stop,
    /// Commands that were sent and are not done.
    under_way: usize,
    /// What was said and is not stored yet.
    saying: Option<String>,
    /// What came of the other's answer so far.
    answering: String,
    /// Seconds until a model is asked again.
    waiting: Option<u64>,
}

impl Talk {
    /// Give a rehearsal a thread of its own; what happens is told to `tell`.
    pub fn new(runtime: Runtime, tell: Sender<Incoming>) -> Self {
        let session = runtime.session().clone();
        let (id, stop) = (runtime.id().to_owned(), runtime.stop());
        let (commands, todo) = channel();
        let name = id.clone();
        let worker = std::thread::spawn(move || work(runtime, &todo, &tell, &name));
        let mut talk = Self {
            id,
            session,
            path: Vec::new(),
            attempts: 1,
            commands: Some(commands),
            worker: Some(worker),
            stop,
            under_way: 0,
            saying: None,
            answering: String::new(),
            waiting: None,
        };
        talk.find_path();
        talk.attempts = talk.session.takes().len();
        talk
    }

    /// The rehearsal's id.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The session, as far as it is stored.
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// The turns of the present take, by id.
    pub fn path(&self) -> &[TurnId] {
        &self.path
    }

    /// How many takes there are.
    pub fn attempts(&self) -> usize {
        self.attempts
    }

    /// What was said and is not stored yet.
    pub fn saying(&self) -> Option<&str> {
        self.saying.as_deref()
    }

    /// What came of the other's answer so far; empty where none is on its way.
    pub fn answering(&self) -> &str {
        &self.answering
    }

    /// Seconds until a model that failed is asked again.
    pub fn waiting(&self) -> Option<u64> {
        self.waiting
    }

    /// Whether something is under way.
    pub fn busy(&self) -> bool {
        self.under_way > 0
    }

    /// Whether an answer is waited for.
    pub fn thinking(&self) -> bool {
        self.saying.is_some() || (self.busy() && self.session.phase() == Phase::Working)
    }

    /// Whether one may speak.
    pub fn may_speak(&self) -> bool {
        !self.thinking() && self.session.phase() == Phase::YourTurn
    }

    /// The user's last reply in the present take.
    pub fn last_reply(&self) -> Option<&Turn> {
        self.path.iter().rev().filter_map(|id| self.session.turn(*id)).find(|t| t.speaker == Speaker::You)
    }

    /// The place that the next reply answers.
    pub fn place(&self) -> Option<TurnId> {
        self.path.last().copied()
    }

    /// Do something; what comes of it is told later.
    pub fn send(&mut self, command: Command) {
        let text = if let Command::Say(text) = &command { Some(text.clone()) } else { None };
        if self.commands.as_ref().is_some_and(|commands| commands.send(command).is_ok()) {
            self.under_way += 1;
            self.saying = text.or_else(|| self.saying.take());
        }
    }

    /// Ask the other to come to an end with thinking.
    pub fn stop(&self) {
        self.stop.set();
    }

    /// Take in what the thread told. What it was about, for the screens.
    pub fn take_in(&mut self, news: News) -> Happened {
        match news {
            News::Event(recorded) => {
                let event = recorded.event;
                match event {
                    Event::UserSaid { .. } => self.saying = None,
                    Event::CounterpartSaid { .. } => (self.answering, self.waiting) = (String::new(), None),
                    _ => {}
                }
                if self.session.observe(event.clone()).is_err() {
                    return Happened::Trouble("what was stored does not fit what is shown".into());
                }
                self.find_path();
                if matches!(event, Event::WentBack { .. }) {
                    self.attempts = self.session.takes().len();
                }
                Happened::Event(event)
            }
            News::Sentence(text) => {
                self.waiting = None;
                if !self.answering.is_empty() {
                    self.answering.push(' ');
                }
                self.answering.push_str(&text);
                Happened::Partly
            }
            News::Waiting(seconds) => {
                self.waiting = Some(seconds);
                Happened::Partly
            }
            News::Done(result) => {
                (self.answering, self.waiting) = (String::new(), None);
                self.under_way = self.under_way.saturating_sub(1);
                let saying = self.saying.take();
                match result {
                    Ok(()) => Happened::Done,
                    Err(RuntimeError::Store { error, unsaved }) => Happened::Unsaved(error.to_string(), unsaved),
                    Err(error) => match saying {
                        Some(text) => Happened::Unsaved(error.to_string(), Some(text)),
                        None => Happened::Trouble(error.to_string()),
                    },
                }
            }
        }
    }

    fn find_path(&mut self) {
        // The usual case is one turn more at the end.
        let turns = self.session.turns();
        if let (Some(last), Some(before)) = (turns.last(), self.path.last().copied())
            && last.parent == Some(before)
            && self.session.here() == Some(last.id)
        {
            self.path.push(last.id);
        } else if self.session.here() != self.path.last().copied() {
            self.path = self.session.take().iter().map(|t| t.id).collect();
        }
    }
}

impl Drop for Talk {
    fn drop(&mut self) {
        self.stop.set();
        // Without commands to come the thread ends; what was said is on disk before it does.
        self.commands = None;
        if let Some(worker) = self.worker.take() {
            let _ = worker.join();
        }
    }
}

fn work(mut runtime: Runtime, todo: &Receiver<Command>, tell: &Sender<Incoming>, id: &str) {
    while let Ok(command) = todo.recv() {
        let send = |news| tell.send(Incoming::Talk(id.to_owned(), news)).is_ok();
        let result = runtime.submit_watched(command, &mut |told| {
            send(match told {
                Told::Event(recorded) => News::Event(Box::new(recorded.clone())),
                Told::Partly(_, Partly::Sentence(text)) => News::Sentence(text.to_owned()),
                Told::Partly(_, Partly::Waiting(seconds, _)) => News::Waiting(seconds),
            });
        });
        if !send(News::Done(result)) {
            return;
        }
    }
}

/// What came of something, for the screen that shows it.
#[derive(Clone, Debug, PartialEq)]
pub enum Happened {
    /// This was stored.
    Event(Event),
    /// More of an answer came.
    Partly,
    /// A command is done.
    Done,
    /// Something went wrong; nothing is lost.
    Trouble(String),
    /// Something could not be kept: why, and what was typed.
    Unsaved(String, Option<String>),
}
