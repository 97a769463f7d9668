//! A reply is stored alone and first; what follows from it by reckoning goes to the store while the model thinks, and always
//! before anything that came of it. What a crash or a full disk leaves undone is done again.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod model_support;

use std::sync::{Arc, Mutex};

use model_support::*;
use saywell::counterpart::Partly;
use saywell::runtime::{Runtime, RuntimeError, Told};
use saywell::session::{Command, Event, Phase, Session, Setup, Source};
use saywell::store::{
    Error, Filter, MemoryStore, NewSession, Parcel, Recorded, Result, Seq, SessionSummary, Store, TakenIn, text_hash,
};

const BLAME: &str = "You never help with bedtime.";

/// A store in memory that notes what is appended together, and refuses what it is told to.
#[derive(Clone, Default)]
struct Noting(Arc<Mutex<Noted>>);

#[derive(Default)]
struct Noted {
    store: MemoryStore,
    appended: Vec<Vec<&'static str>>,
    /// Refuses everything that holds such an event.
    refuses: Option<&'static str>,
}

impl Noting {
    fn take(&self) -> Vec<Vec<&'static str>> {
        std::mem::take(&mut self.0.lock().unwrap().appended)
    }

    fn refuse(&self, name: Option<&'static str>) {
        self.0.lock().unwrap().refuses = name;
    }

    fn stored(&self, id: &str) -> Vec<&'static str> {
        self.events(id).unwrap().iter().map(|r| name(&r.event)).collect()
    }
}

fn name(event: &Event) -> &'static str {
    match event {
        Event::UserSaid { .. } => "said",
        Event::Analysed { .. } => "analysed",
        Event::Moved { .. } => "moved",
        Event::CounterpartSaid { .. } => "answered",
        Event::Worded { .. } => "worded",
        Event::SafetyStopped { .. } => "stopped",
        Event::Started { .. } => "started",
        _ => "other",
    }
}

impl Store for Noting {
    fn create(&mut self, session: &NewSession<'_>, at_ms: i64, events: &[Event]) -> Result<Seq> {
        self.0.lock().unwrap().store.create(session, at_ms, events)
    }
    fn append(&mut self, session: &str, after: Seq, at_ms: i64, events: &[Event]) -> Result<Seq> {
        let mut noted = self.0.lock().unwrap();
        let names: Vec<_> = events.iter().map(name).collect();
        if noted.refuses.is_some_and(|refused| names.contains(&refused)) {
            return Err(Error::Full { place: "here".into() });
        }
        noted.appended.push(names);
        noted.store.append(session, after, at_ms, events)
    }
    fn events_after(&self, session: &str, after: Seq) -> Result<Vec<Recorded>> {
        self.0.lock().unwrap().store.events_after(session, after)
    }
    fn scenario_text(&self, hash: &str) -> Result<String> {
        self.0.lock().unwrap().store.scenario_text(hash)
    }
    fn sessions(&self, filter: &Filter) -> Result<Vec<SessionSummary>> {
        self.0.lock().unwrap().store.sessions(filter)
    }
    fn find(&self, id_or_part: &str) -> Result<SessionSummary> {
        self.0.lock().unwrap().store.find(id_or_part)
    }
    fn delete_many(&mut self, sessions: &[&str]) -> Result<()> {
        self.0.lock().unwrap().store.delete_many(sessions)
    }
    fn take_in(&mut self, parcels: &mut dyn Iterator<Item = Result<Parcel>>) -> Result<TakenIn> {
        self.0.lock().unwrap().store.take_in(parcels)
    }
    fn setting(&self, key: &str) -> Result<Option<String>> {
        self.0.lock().unwrap().store.setting(key)
    }
    fn set_setting(&mut self, key: &str, value: Option<&str>) -> Result<()> {
        self.0.lock().unwrap().store.set_setting(key, value)
    }
    fn settings(&self, prefix: &str) -> Result<Vec<(String, String)>> {
        self.0.lock().unwrap().store.settings(prefix)
    }
}

fn start(store: &Noting) -> Runtime {
    let scenario = scenario(CHORES);
    let setup = Setup {
        audience: scenario.audience,
        difficulty: scenario.difficulty,
        seed: 7,
        scenario_hash: text_hash(CHORES),
    };
    let (runtime, _) = Runtime::start(Box::new(store.clone()), scenario, CHORES, setup, clock).unwrap();
    store.take();
    runtime
}

#[test]
fn with_a_model_the_reply_is_stored_alone_and_what_follows_before_its_first_sentence() {
    let store = Noting::default();
    let mut runtime = start(&store);
    let fake = Fake::new([says("I did the lunches all week. Who do you think packs them?")]);
    runtime.set_counterpart(Box::new(counterpart(&fake)));
    let (seen, mut told) = (store.clone(), Vec::new());
    let id = runtime.id().to_owned();
    let watch = &mut |news: Told<'_>| match news {
        Told::Event(recorded) => {
            let there = seen.stored(&id);
            assert_eq!(there.get(recorded.seq as usize - 1), Some(&name(&recorded.event)), "told before it was stored");
            told.push(name(&recorded.event));
        }
        Told::Partly(_, Partly::Sentence(_)) => {
            assert_eq!(seen.stored(&id).last(), Some(&"moved"), "a sentence before what led to it was stored");
            told.push("sentence");
        }
        Told::Partly(..) => {}
    };
    runtime.submit_watched(Command::Say(BLAME.into()), watch).unwrap();
    assert_eq!(store.take(), [vec!["said"], vec!["analysed", "moved"], vec!["answered", "worded"]]);
    assert_eq!(told, ["said", "analysed", "moved", "sentence", "sentence", "answered", "worded"]);
}

#[test]
fn without_a_model_a_reply_and_its_answer_are_two_writes() {
    let store = Noting::default();
    let mut runtime = start(&store);
    runtime.submit(Command::Say(BLAME.into())).unwrap();
    assert_eq!(store.take(), [vec!["said"], vec!["analysed", "moved", "answered"]]);
    runtime.submit(Command::Say("I want to kill myself.".into())).unwrap();
    assert_eq!(store.take(), [vec!["said"], vec!["stopped"]], "a stop is stored at once");
}

#[test]
fn a_crash_while_the_model_thinks_leaves_the_reply_and_the_rest_is_done_again() {
    let store = Noting::default();
    let mut runtime = start(&store);
    let id = runtime.id().to_owned();
    runtime.submit(Command::Say(BLAME.into())).unwrap();
    let whole = store.events(&id).unwrap();
    let said = whole.iter().position(|r| matches!(r.event, Event::UserSaid { .. })).unwrap();
    for kept in said + 1..=whole.len() {
        // The log as a crash left it.
        let mut left = Noting::default();
        let new = NewSession { id: &id, title: "T", scenario_text: CHORES };
        let events: Vec<Event> = whole[..kept].iter().map(|r| r.event.clone()).collect();
        left.create(&new, 0, &events).unwrap();
        let (resumed, _) = Runtime::resume(Box::new(left.clone()), &id, clock).unwrap();
        let events: Vec<Event> = left.events(&id).unwrap().into_iter().map(|r| r.event).collect();
        assert_eq!(events, whole.iter().map(|r| r.event.clone()).collect::<Vec<_>>(), "cut after {kept}");
        assert_eq!(resumed.session().phase(), Phase::YourTurn);
    }
}

#[test]
fn where_what_follows_cannot_be_stored_no_answer_is_told_or_stored_and_the_model_is_stopped() {
    let store = Noting::default();
    let mut runtime = start(&store);
    let id = runtime.id().to_owned();
    let fake = Fake::new([Answer::Hangs("I did the lunches. ".into())]);
    runtime.set_counterpart(Box::new(counterpart(&fake)));
    store.refuse(Some("moved"));
    let mut sentences = 0;
    let result = runtime.submit_watched(Command::Say(BLAME.into()), &mut |told| {
        sentences += usize::from(matches!(told, Told::Partly(_, Partly::Sentence(_))));
    });
    match result.unwrap_err() {
        RuntimeError::Store { unsaved, .. } => assert_eq!(unsaved, None, "the reply is stored"),
        other => panic!("{other}"),
    }
    assert_eq!((sentences, store.stored(&id).last()), (0, Some(&"said")));

    // There is room again: whoever opens it finds the reply, and it is answered.
    store.refuse(None);
    drop(runtime);
    let (resumed, _) = Runtime::resume(Box::new(store.clone()), &id, clock).unwrap();
    let last = resumed.session().turns().last().unwrap();
    assert_eq!((last.source, resumed.session().phase()), (Some(Source::Scripted), Phase::YourTurn));
}

#[test]
fn what_could_not_be_stored_is_stored_before_anything_else() {
    let store = Noting::default();
    let mut runtime = start(&store);
    let id = runtime.id().to_owned();
    store.refuse(Some("answered"));
    runtime.submit(Command::Say(BLAME.into())).unwrap_err();
    store.refuse(None);
    runtime.submit(Command::Back(1)).unwrap();
    assert_eq!(store.take().last(), Some(&vec!["analysed", "moved", "other"]));
    let events = store.events(&id).unwrap().into_iter().map(|r| r.event);
    let replayed = Session::replay(scenario(CHORES), events).unwrap();
    assert_eq!(replayed.here(), runtime.session().here());
}

#[test]
fn a_reply_that_could_not_be_stored_is_given_back() {
    let store = Noting::default();
    let mut runtime = start(&store);
    store.refuse(Some("said"));
    match runtime.submit(Command::Say(BLAME.into())).unwrap_err() {
        RuntimeError::Store { unsaved, .. } => assert_eq!(unsaved.as_deref(), Some(BLAME)),
        other => panic!("{other}"),
    }
    assert_eq!(runtime.session().phase(), Phase::YourTurn);
}
