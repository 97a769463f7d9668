//! A running rehearsal as the app sees it: its own copy of the session to draw from, and a thread that does the work. The
//! copy is moved on by the events that the thread has stored, so drawing and typing never wait for the other's answer.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use super::Incoming;
use crate::coach::{Advice, Hint};
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
    /// A model's hint for the next reply, or none.
    Hint(Option<Hint>),
    /// What a model makes of the last reply, or why there is nothing.
    Advice(Result<Advice, String>),
    /// The command is done, or was refused.
    Done(Result<(), RuntimeError>),
}

/// What the thread is asked to do.
enum Todo {
    Command(Command),
    /// Take in what the judge has ready.
    Opinions,
    Hint,
    Advice,
    End,
}

/// A running rehearsal.
#[derive(Debug)]
pub struct Talk {
    id: String,
    session: Session,
    path: Vec<TurnId>,
    /// How many takes there are; counting them goes through every turn.
    attempts: usize,
    todo: Sender<Todo>,
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
    /// Whether a model words the lines and can be asked for help.
    has_model: bool,
    /// A model is being asked for help.
    asking: bool,
    hinted: Option<Hint>,
    advice: Option<Result<Advice, String>>,
}

impl Talk {
    /// Give a rehearsal a thread of its own; what happens is told to `tell`.
    pub fn new(mut runtime: Runtime, tell: Sender<Incoming>) -> Self {
        let session = runtime.session().clone();
        let (id, stop) = (runtime.id().to_owned(), runtime.stop());
        let has_model = runtime.has_model();
        let (todo, asked) = channel();
        let wake = todo.clone();
        runtime.wake_with(Box::new(move || drop(wake.send(Todo::Opinions))));
        let name = id.clone();
        let worker = std::thread::spawn(move || work(runtime, &asked, &tell, &name));
        let mut talk = Self {
            id,
            session,
            path: Vec::new(),
            attempts: 1,
            todo,
            worker: Some(worker),
            stop,
            under_way: 0,
            saying: None,
            answering: String::new(),
            waiting: None,
            has_model,
            asking: false,
            hinted: None,
            advice: None,
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
        if self.asking {
            // Help is not waited for any longer.
            self.stop.set();
        }
        if self.todo.send(Todo::Command(command)).is_ok() {
            self.under_way += 1;
            self.saying = text.or_else(|| self.saying.take());
        }
    }

    /// Whether a model words the lines and can be asked for help.
    pub fn has_model(&self) -> bool {
        self.has_model
    }

    /// Whether a model is being asked for help.
    pub fn asking(&self) -> bool {
        self.asking
    }

    /// What a model said to think about for the next reply.
    pub fn hinted(&self) -> Option<&Hint> {
        self.hinted.as_ref()
    }

    /// What a model made of the last reply, or why there is nothing.
    pub fn advice(&self) -> Option<&Result<Advice, String>> {
        self.advice.as_ref()
    }

    /// Have a model think of a hint, if there is a model and no hint yet.
    pub fn ask_hint(&mut self) {
        self.ask(self.hinted.is_some(), Todo::Hint);
    }

    /// Have a model look at the last reply, if there is a model and it has not done so.
    pub fn ask_advice(&mut self) {
        self.ask(self.advice.is_some(), Todo::Advice);
    }

    fn ask(&mut self, there: bool, what: Todo) {
        if self.has_model && !there && !self.asking && self.todo.send(what).is_ok() {
            self.asking = true;
            self.under_way += 1;
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
                if matches!(event, Event::UserSaid { .. } | Event::WentBack { .. }) {
                    (self.hinted, self.advice) = (None, None);
                }
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
            News::Hint(hint) => {
                self.helped();
                self.hinted = hint;
                Happened::Helped
            }
            News::Advice(advice) => {
                self.helped();
                self.advice = Some(advice);
                Happened::Helped
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

    fn helped(&mut self) {
        self.asking = false;
        self.under_way = self.under_way.saturating_sub(1);
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
        // What was asked for before is done first; what was said is on disk before the thread ends.
        let _ = self.todo.send(Todo::End);
        if let Some(worker) = self.worker.take() {
            let _ = worker.join();
        }
    }
}

fn work(mut runtime: Runtime, todo: &Receiver<Todo>, tell: &Sender<Incoming>, id: &str) {
    while let Ok(todo) = todo.recv() {
        let send = |news| tell.send(Incoming::Talk(id.to_owned(), news)).is_ok();
        let mut watch = |told: Told<'_>| {
            send(match told {
                Told::Event(recorded) => News::Event(Box::new(recorded.clone())),
                Told::Partly(_, Partly::Sentence(text)) => News::Sentence(text.to_owned()),
                Told::Partly(_, Partly::Waiting(seconds, _)) => News::Waiting(seconds),
                // It is seen that the other thinks.
                Told::Partly(_, Partly::Asked | Partly::Slow) => return,
            });
        };
        let sent = match todo {
            Todo::Command(command) => {
                let result = runtime.submit_watched(command, &mut watch);
                send(News::Done(result))
            }
            Todo::Opinions => {
                // An opinion that cannot be kept is only not shown.
                let _ = runtime.opinions(Duration::ZERO, &mut watch);
                true
            }
            Todo::Hint => send(News::Hint(runtime.hint())),
            Todo::Advice => send(News::Advice(runtime.advice())),
            Todo::End => return,
        };
        if !sent {
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
    /// A model gave help, or could not.
    Helped,
    /// A command is done.
    Done,
    /// Something went wrong; nothing is lost.
    Trouble(String),
    /// Something could not be kept: why, and what was typed.
    Unsaved(String, Option<String>),
}
