//! A process that is killed at any moment: every reply it acknowledged is there, and the session goes on.
#![allow(clippy::unwrap_used, clippy::panic)]

mod store_support;

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;

use saywell::store::{SqliteStore, Store};
use store_support::{
    Dice, Killed, append_and_tell, database, fill, helper_injected, is_whole, lines, open, replies, reply, tell, told,
};

/// What this program does when another of these tests starts it once more.
#[test]
fn helper() {
    let Some((what, path)) = told() else { return };
    match what.split_once(' ') {
        Some(("append", session)) => append_and_tell(&path, session, 40, tell),
        Some(("brief", session)) => append_and_tell(&path, session, 4, tell),
        _ => match SqliteStore::open(&path) {
            Ok(_) => tell("done"),
            Err(error) => tell(&format!("closed {error:?}")),
        },
    }
}

/// After a kill: the file is sound, nothing was taken for damage, and all that was acknowledged is there. What was
/// being written may be there as well, whole.
fn check(path: &Path, session: &str, acknowledged: usize) -> usize {
    let store = open(path);
    assert_eq!(store.mended(), None, "a killed process leaves no damage");
    let found = if store.find(session).is_ok() { replies(&store, session) } else { Vec::new() };
    assert_eq!(found, (0..found.len()).map(reply).collect::<Vec<_>>());
    let unsure = acknowledged..=acknowledged + 1;
    assert!(unsure.contains(&found.len()), "{acknowledged} were acknowledged, {} are there", found.len());
    drop(store);
    assert!(is_whole(path));
    found.len()
}

#[test]
fn two_hundred_kills_at_random_moments_lose_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let path = database(&dir);
    let mut dice = Dice::new(200);
    let (mut total, mut before) = (0, 0);
    for kill in 0..200 {
        // Some sessions are gone on with after a kill, and again.
        let session = format!("session-{:03}", kill / 5);
        let mut process = Killed(store_support::helper(&format!("append {session}"), &path).spawn().unwrap());
        let mut out = BufReader::new(process.0.stdout.take().unwrap());
        let mut heard = String::new();
        for _ in 0..dice.below(16) {
            out.read_line(&mut heard).unwrap();
        }
        for _ in 0..dice.below(200_000) {
            std::hint::black_box(dice.below(2));
        }
        process.0.kill().unwrap();
        // What it said before it died counts, heard or not.
        out.read_to_string(&mut heard).unwrap();
        process.0.wait().unwrap();
        before = if kill % 5 == 0 { 0 } else { before };
        let acknowledged = lines(&heard, "ack ").last().map_or(before, |n| n.parse::<usize>().unwrap() + 1);
        total += acknowledged - before;
        before = check(&path, &session, acknowledged);
        assert!(lines(&heard, "closed").is_empty() && lines(&heard, "refused").is_empty(), "{heard}");
    }
    assert!(total > 200, "the kills left some work done: {total} replies");
}

/// Kill the helper at its first, second, third ... system call of each kind, until it lives to the end.
fn killed_at_every(calls: &[&str], what: &str, prepare: impl Fn(&Path) + Sync, check: impl Fn(&Path, &str) + Sync) {
    let killed_at_every_one = |call: &str| {
        for nth in 1..400 {
            let dir = tempfile::tempdir().unwrap();
            let path = database(&dir);
            prepare(&path);
            let inject = format!("{call}:signal=KILL:when={nth}");
            let Some(mut command) = helper_injected(&inject, what, &path) else { return };
            let output = command.output().unwrap();
            let heard = String::from_utf8(output.stdout).unwrap();
            check(&path, &heard);
            if !lines(&heard, "done").is_empty() {
                assert!(nth > 1, "it was never killed at {call}");
                return;
            }
        }
        panic!("it never came to an end");
    };
    std::thread::scope(|scope| {
        for call in calls {
            scope.spawn(|| killed_at_every_one(call));
        }
    });
}

#[test]
fn a_kill_at_each_write_leaves_the_old_form_or_the_new_and_every_acknowledged_reply() {
    let form = |path: &Path| {
        let raw = rusqlite::Connection::open(path).unwrap();
        let form: i64 = raw.query_row("PRAGMA user_version", [], |row| row.get(0)).unwrap();
        let tables: i64 = raw.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0)).unwrap();
        (form, tables > 0)
    };
    let newest = {
        let dir = tempfile::tempdir().unwrap();
        drop(open(&database(&dir)));
        form(&database(&dir)).0
    };
    killed_at_every(
        &["pwrite64", "fsync", "ftruncate", "unlink"],
        "brief a",
        |_| {},
        |path, heard| {
            if path.exists() {
                assert!([(0, false), (newest, true)].contains(&form(path)), "{:?}", form(path));
            }
            check(path, "a", lines(heard, "ack ").len());
        },
    );
}

#[test]
fn a_kill_at_each_write_of_mending_costs_nothing() {
    let damaged = {
        let dir = tempfile::tempdir().unwrap();
        fill(&mut open(&database(&dir)), "a", 20);
        let mut bytes = fs::read(database(&dir)).unwrap();
        bytes[..2_000].fill(0xa5);
        bytes
    };
    killed_at_every(
        &["pwrite64", "write", "fsync", "unlink", "rename"],
        "open",
        |path| fs::write(path, &damaged).unwrap(),
        |path, _| {
            let store = open(path);
            assert_eq!(replies(&store, "a"), (0..20).map(reply).collect::<Vec<_>>());
            drop(store);
            assert!(is_whole(path));
            assert_eq!(fs::read(format!("{}.damaged-1", path.display())).unwrap(), damaged);
        },
    );
}
