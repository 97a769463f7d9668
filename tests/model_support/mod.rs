//! What the tests of model-worded lines share: a provider that says what it is told to, and keeps what it was asked.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![allow(dead_code)]

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use futures_util::StreamExt as _;
use futures_util::stream::{self, BoxStream};
use saywell::counterpart::Prompted;
use saywell::counterpart::prompted::budget::Estimate;
use saywell::llm::{Chunk, Done, Engine, Error, Kind, Provider, Request, Server};
use saywell::prompts::Prompts;
use saywell::runtime::{Recorded, Runtime};
use saywell::scenario::{self, Scenario};
use saywell::session::{Command, Event, Setup, Wording};
use saywell::store::MemoryStore;

pub const CHORES: &str = include_str!("../../scenarios/dispute-partner-chores.yaml");
pub const FLAT: &str = include_str!("../fixtures/tui-flat.yaml");

/// One scripted answer.
#[derive(Clone, Debug)]
pub enum Answer {
    /// These chunks, then the end.
    Text(Vec<String>),
    /// These words, and the limit of the length.
    TooLong(String),
    /// These words, then this.
    Cut(String, Kind),
    /// This before any words.
    Fails(Kind),
    /// These words, then nothing for ever.
    Hangs(String),
}

/// The answer in one chunk.
pub fn says(text: &str) -> Answer {
    Answer::Text(vec![text.to_owned()])
}

/// Says its answers in order, the last one again and again.
#[derive(Debug)]
pub struct Fake {
    server: Server,
    answers: Mutex<VecDeque<Answer>>,
    pub asked: Mutex<Vec<Request>>,
}

impl Fake {
    pub fn new(answers: impl IntoIterator<Item = Answer>) -> Arc<Self> {
        Self::with_context(answers, 4_096)
    }

    pub fn with_context(answers: impl IntoIterator<Item = Answer>, context: u32) -> Arc<Self> {
        let mut server = Server::new("fake", "http://localhost:9/v1", "test").unwrap();
        server.context = Some(context);
        Arc::new(Self { server, answers: Mutex::new(answers.into_iter().collect()), asked: Mutex::default() })
    }

    /// The text of every message of each request.
    pub fn prompts(&self) -> Vec<Vec<String>> {
        let asked = self.asked.lock().unwrap();
        asked.iter().map(|r| r.messages.iter().map(|m| m.content.clone()).collect()).collect()
    }
}

impl Provider for Fake {
    fn server(&self) -> &Server {
        &self.server
    }

    fn stream(&self, request: Request) -> BoxStream<'static, Result<Chunk, Error>> {
        self.asked.lock().unwrap().push(request);
        let mut answers = self.answers.lock().unwrap();
        let answer = if answers.len() > 1 { answers.pop_front() } else { answers.front().cloned() };
        let text = |t: &str| Ok(Chunk::Text(t.to_owned()));
        let chunks = match answer.unwrap_or(Answer::Fails(Kind::Empty)) {
            Answer::Text(pieces) => {
                pieces.iter().map(|p| text(p)).chain([Ok(Chunk::Done(Done::Stop))]).collect::<Vec<_>>()
            }
            Answer::TooLong(t) => vec![text(&t), Ok(Chunk::Done(Done::Length))],
            Answer::Cut(t, kind) => vec![text(&t), Ok(Chunk::Done(Done::Incomplete(kind.at("fake"))))],
            Answer::Fails(kind) => vec![Err(kind.at("fake"))],
            Answer::Hangs(t) => return stream::iter([text(&t)]).chain(stream::pending()).boxed(),
        };
        stream::iter(chunks).boxed()
    }
}

/// A clock that stands still.
pub fn clock() -> i64 {
    1_795_377_600_000
}

pub fn scenario(text: &str) -> Arc<Scenario> {
    Arc::new(scenario::parse(text).0.unwrap())
}

/// A scenario that stays in its first state, so that a talk can be as long as one likes.
pub fn endless(text: &str) -> Arc<Scenario> {
    let mut scenario = (*scenario(text)).clone();
    scenario.states.iter_mut().for_each(|state| state.value.go.clear());
    Arc::new(scenario)
}

/// A rehearsal of this scenario without a model.
pub fn scripted(scenario: &Arc<Scenario>, text: &str) -> Runtime {
    let setup = Setup {
        audience: scenario.audience,
        difficulty: scenario.difficulty,
        seed: 7,
        scenario_hash: saywell::store::text_hash(text),
    };
    Runtime::start(Box::new(MemoryStore::default()), Arc::clone(scenario), text, setup, clock).unwrap().0
}

/// The same, worded by this model.
pub fn worded(scenario: &Arc<Scenario>, text: &str, fake: &Arc<Fake>) -> Runtime {
    let mut runtime = scripted(scenario, text);
    runtime.set_counterpart(Box::new(counterpart(fake)));
    runtime
}

pub fn counterpart(fake: &Arc<Fake>) -> Prompted {
    let provider: Arc<dyn Provider> = Arc::clone(fake) as Arc<dyn Provider>;
    Prompted::new(Engine::default(), provider, Arc::new(Prompts::default()), Box::new(Estimate))
}

/// Say something; where the scene is over, go back and say it from there.
pub fn say(runtime: &mut Runtime, text: &str) -> Vec<Recorded> {
    loop {
        match runtime.submit(Command::Say(text.to_owned())) {
            Ok(happened) => return happened,
            // What sounded like danger to it stops the scene until there is a word on it.
            Err(_) if runtime.session().stop().is_some() => {
                runtime.submit(Command::Acknowledge { in_role: false }).unwrap();
            }
            Err(_) => {
                runtime.submit(Command::Back(2)).unwrap();
            }
        }
    }
}

/// The line that was said last, and how it was worded.
pub fn line(happened: &[Recorded]) -> (String, saywell::session::Source, Option<Wording>) {
    let said = happened.iter().find_map(|r| match &r.event {
        Event::CounterpartSaid { text, source, .. } => Some((text.clone(), *source)),
        _ => None,
    });
    let wording = happened.iter().find_map(|r| match &r.event {
        Event::Worded { wording, .. } => Some(wording.clone()),
        _ => None,
    });
    let (text, source) = said.expect("a line");
    (text, source, wording)
}

/// An answer of so many words, a new one each time, that the checks let pass.
pub fn answer(n: usize, words: usize) -> String {
    let things = ["apples", "boots", "curtains", "ladders", "saucepans", "letters", "bottles"];
    let mut text = String::new();
    for k in 0.. {
        let thing = things[(n + k) % things.len()];
        let sentence = format!("On day {n} the {thing} went back on shelf {k} by the door. ");
        let left = words - text.split_whitespace().count();
        let piece: Vec<&str> = sentence.split_whitespace().take(left).collect();
        text.push_str(&piece.join(" "));
        if piece.len() == left {
            return text.trim_end_matches('.').to_owned() + ".";
        }
        text.push(' ');
    }
    text
}

/// A reply of twenty words.
pub fn reply(n: usize) -> String {
    format!("This day {n} I was in the kitchen and thought about the week that we had, and the shopping too.")
}
