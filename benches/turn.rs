//! What one reply costs, from the words to the answer: analysis, director, line. Without the disk.

use std::sync::Arc;

use divan::Bencher;
use saywell::scenario::{self, Scenario};
use saywell::session::playthrough::settle;
use saywell::session::{Command, Session, Setup};

fn main() {
    divan::main();
}

fn scenario() -> Arc<Scenario> {
    let text = include_str!("../scenarios/dispute-partner-chores.yaml");
    let (scenario, _) = scenario::parse(text);
    Arc::new(scenario.unwrap_or_default())
}

/// Replies that keep the scene open, so that it can go on for ever.
const REPLIES: [&str; 5] = [
    "I know you are tired after the late shift. I felt alone with it all on Tuesday.",
    "what was it like at the depot today?",
    "I don't know what to say to that, honestly, let me think about it for a moment",
    "When Jude would not settle on Wednesday I got cross with him, and then I felt guilty.",
    "hm",
];

fn session_of(turns: usize) -> Session {
    let setup = Setup {
        audience: saywell::analysis::Audience::Client,
        difficulty: scenario::Difficulty::Moderate,
        seed: 7,
        scenario_hash: String::new(),
    };
    let (mut session, started) = Session::start(scenario(), setup);
    settle(&mut session, started);
    for n in 0..turns {
        say(&mut session, REPLIES[n % REPLIES.len()]);
    }
    session
}

/// Say something; where the scene has ended, go back and say it from there.
fn say(session: &mut Session, reply: &str) {
    loop {
        match session.decide(Command::Say(reply.to_owned())) {
            Ok(event) => return settle(session, event),
            Err(_) => match session.decide(Command::Back(2)) {
                Ok(event) => settle(session, event),
                Err(_) => return,
            },
        }
    }
}

/// One turn in a session that already has so many. The last must cost no more than twice the first.
#[divan::bench(args = [0, 100, 2000])]
fn one_turn_after(bencher: Bencher, turns: usize) {
    let session = session_of(turns);
    // A clone has no room to grow; one turn more gives it back what a session that grew by itself has.
    let grown = || {
        let mut session = session.clone();
        say(&mut session, "And then there is the shopping.");
        session
    };
    bencher.with_inputs(grown).bench_values(|mut session| {
        say(&mut session, "When you came home late on Wednesday I felt alone. Could you do bedtime on Tuesday?");
        session
    });
}

/// Reading a whole scenario file.
#[divan::bench]
fn parse_scenario() -> Arc<Scenario> {
    scenario()
}
