//! Rehearsals played by chance, for tests of what is kept of them.
#![allow(dead_code, reason = "each test program uses a part of it")]
#![allow(clippy::unwrap_used)]

use std::sync::{Arc, OnceLock};

use proptest::prelude::*;
use proptest::sample::select;
use saywell::scenario::{self, Scenario};
use saywell::session::{Attempt, Command, Effect, Event, Moment, Plan, Session, Setup, Source};
use saywell::store::text_hash;

pub const TEXT: &str = include_str!("../../scenarios/grief-mother-belongings.yaml");

pub fn scenario() -> &'static Arc<Scenario> {
    static SCENARIO: OnceLock<Arc<Scenario>> = OnceLock::new();
    SCENARIO.get_or_init(|| Arc::new(scenario::parse(TEXT).0.unwrap()))
}

/// The events of a rehearsal in which the user does this.
pub fn history(seed: u64, commands: Vec<Command>) -> Vec<Event> {
    let scenario = Arc::clone(scenario());
    let (audience, difficulty) = (scenario.audience, scenario.difficulty);
    let setup = Setup { audience, difficulty, seed, scenario_hash: text_hash(TEXT) };
    let (mut session, started) = Session::start(scenario, setup);
    let (mut events, mut commands, mut next) = (Vec::new(), commands.into_iter(), Some(started));
    loop {
        while let Some(event) = next.take() {
            events.push(event.clone());
            next = session.handle(event).unwrap().into_iter().find_map(|effect| match effect {
                Effect::Record(event) => Some(event),
                Effect::Speak(cue) => {
                    let (turn, parent) = (cue.turn, cue.parent);
                    Some(Event::CounterpartSaid { turn, parent, text: cue.line, source: Source::Scripted })
                }
                Effect::ShowSafety(_) => None,
            });
        }
        match commands.next() {
            Some(command) => next = session.decide(command).ok(),
            None => return events,
        }
    }
}

/// What somebody types, or anything at all.
pub fn text() -> impl Strategy<Value = String> {
    let said = select(vec!["You never ask me.", "I felt sad on Sunday when you rang. Could we go together?", "", "ok"]);
    prop_oneof![2 => said.prop_map(str::to_owned), 1 => "\\PC{0,60}", 1 => any::<String>()]
}

/// What a user may do, at any moment.
pub fn command() -> impl Strategy<Value = Command> {
    let moment = select(vec![Moment::Before, Moment::After]);
    let answer = select(Attempt::ALL.to_vec());
    prop_oneof![
        6 => text().prop_map(Command::Say),
        1 => (1_u32..4).prop_map(Command::Back),
        1 => (0_u32..12).prop_map(Command::Retry),
        1 => Just(Command::Finish),
        1 => any::<bool>().prop_map(|in_role| Command::Acknowledge { in_role }),
        1 => (moment, 0_u8..=10).prop_map(|(when, level)| Command::Feel { when, level }),
        1 => (text(), text(), text()).prop_map(|(who, what, when)| Command::Plan(Plan { who, what, when })),
        1 => (answer, text()).prop_map(|(how, note)| Command::Attempt { how, note }),
    ]
}
