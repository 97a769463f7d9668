//! The program itself, killed two hundred times at random moments of a rehearsal: every reply that it said it kept is
//! there, and the rehearsal goes on.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod store_support;

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{Arc, OnceLock};

use saywell::scenario::{self, Scenario};
use saywell::session::{Event, Session};
use saywell::store::{Store, text_hash};
use serde_json::Value;
use store_support::{Dice, Killed, is_whole, open};

const KILLS: usize = 200;
const WORKERS: usize = 4;
const SCENARIO: &str = "dispute-partner-chores";
const TEXT: &str = include_str!("../scenarios/dispute-partner-chores.yaml");
const REPLIES: [&str; 8] = [
    "Hi. Have you got a minute?",
    "You never do anything around here.",
    "I feel worn out when I do bedtime alone all week.",
    "It sounds as if work is taking everything out of you.",
    "Could you do bedtime on Tuesday and Thursday?",
    "/back",
    "",
    "I'm sorry, that came out wrong. What I mean is that I miss you.",
];

/// Start the program, let it talk, kill it. Gives the lines it had said, and whether it was still alive.
fn killed(data: &Path, arguments: &[&str], dice: &mut Dice) -> (Vec<Value>, bool) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_saywell"));
    command.args(arguments).env("SAYWELL_DATA", data);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut process = Killed(command.spawn().unwrap());
    // The pipe holds all of it, so nothing waits for a turn; behind it the input ends, so nothing waits for ever.
    // The question whether raising this could be dangerous comes first.
    let answer = if arguments.first() == Some(&"play") { "no\n" } else { "" };
    let script: String = (0..25).map(|_| format!("{}\n", REPLIES[dice.below(REPLIES.len())])).collect();
    process.0.stdin.take().unwrap().write_all(format!("{answer}{script}").as_bytes()).unwrap();
    let mut out = BufReader::new(process.0.stdout.take().unwrap());
    let mut heard = String::new();
    for _ in 0..dice.below(22) {
        out.read_line(&mut heard).unwrap();
    }
    for _ in 0..dice.below(300_000) {
        std::hint::black_box(dice.below(2));
    }
    process.0.kill().unwrap();
    // What it said before it died counts, heard or not. A line without an end was not said.
    out.read_to_string(&mut heard).unwrap();
    let code = process.0.wait().unwrap().code();
    assert!([None, Some(0)].contains(&code), "it failed: {code:?}");
    let whole = heard.rfind('\n').map_or("", |end| &heard[..end]);
    (whole.lines().map(|line| serde_json::from_str(line).unwrap()).collect(), code.is_none())
}

fn scenario() -> &'static Arc<Scenario> {
    static SCENARIO: OnceLock<Arc<Scenario>> = OnceLock::new();
    SCENARIO.get_or_init(|| Arc::new(scenario::parse(TEXT).0.unwrap()))
}

/// What was said to be kept is kept, as it was said; and the rehearsal goes on. Gives the replies among it.
fn check(database: &Path, session: &str, said: &[Value]) -> usize {
    let store = open(database);
    assert_eq!(store.mended(), None);
    let events = store.events(session).unwrap();
    let mut replies = 0;
    for line in said.iter().filter(|line| line["session"] == session && line["seq"].is_u64()) {
        let seq = line["seq"].as_u64().unwrap();
        let kept = events.get(seq as usize - 1).unwrap_or_else(|| panic!("{seq} of {session} is gone: {line}"));
        assert_eq!(kept.seq, seq);
        let event: Event = serde_json::from_value(line.clone()).unwrap();
        assert_eq!(event, kept.event, "{seq} of {session}");
        replies += usize::from(line["event"] == "user_said");
    }
    assert_eq!(store.scenario_text(&text_hash(TEXT)).unwrap(), TEXT);
    Session::replay(Arc::clone(scenario()), events.into_iter().map(|r| r.event)).unwrap();
    assert!(is_whole(database));
    replies
}

#[test]
fn two_hundred_kills_lose_no_reply() {
    let dir = tempfile::tempdir().unwrap();
    let database = store_support::database(&dir);
    let work = |worker: usize| {
        let mut dice = Dice::new(worker as u64 + 1);
        let mut session: Option<String> = None;
        let (mut kills, mut replies, mut resumed) = (0, 0, 0);
        while kills < KILLS / WORKERS {
            // Every fifth time a new rehearsal; in between the same one goes on and is killed again.
            session = session.filter(|_| kills % 5 != 0);
            let (said, alive) = match &session {
                Some(id) => killed(dir.path(), &["resume", id, "--json"], &mut dice),
                None => killed(dir.path(), &["play", SCENARIO, "--json", "--seed", "7"], &mut dice),
            };
            kills += usize::from(alive);
            resumed += usize::from(session.is_some());
            session = session.or_else(|| said.iter().find_map(|line| Some(line["session"].as_str()?.to_owned())));
            if let Some(id) = &session {
                replies += check(&database, id, &said);
            }
            // A scene that came to its end has nothing more to lose.
            session = session.filter(|_| alive);
        }
        (replies, resumed)
    };
    let (replies, resumed) = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..WORKERS).map(|worker| scope.spawn(move || work(worker))).collect();
        let done = workers.into_iter().map(|worker| worker.join().expect("a worker failed"));
        done.fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1))
    });
    assert!(replies > KILLS && resumed > KILLS / 2, "{replies} replies, {resumed} times resumed");
}
