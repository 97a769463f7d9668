//! The database as a file: where it lies, who may read it, who else has it open, and whose it is.
#![allow(clippy::unwrap_used, clippy::panic)]

mod store_support;

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use saywell::store::{Error, Filter, NewSession, Options, SqliteStore, Store, paths};
use store_support::{database, fill, is_whole, new, open, opening, replies, reply, said};

fn found(vars: &[(&str, &str)]) -> Result<PathBuf, Error> {
    let get = |name: &str| vars.iter().find(|(known, _)| *known == name).map(|(_, value)| OsString::from(value));
    paths::data_dir_from(get)
}

#[test]
fn the_data_folder_follows_the_environment() {
    let home = ("HOME", "/home/sam");
    assert_eq!(found(&[home]).unwrap(), Path::new("/home/sam/.local/share/saywell"));
    assert_eq!(found(&[home, ("XDG_DATA_HOME", "/data")]).unwrap(), Path::new("/data/saywell"));
    assert_eq!(found(&[home, ("XDG_DATA_HOME", "")]).unwrap(), Path::new("/home/sam/.local/share/saywell"));
    assert_eq!(found(&[home, ("XDG_DATA_HOME", "data")]).unwrap(), Path::new("/home/sam/.local/share/saywell"));
    assert_eq!(found(&[("XDG_DATA_HOME", "/data"), ("SAYWELL_DATA", "/x/y")]).unwrap(), Path::new("/x/y"));
    assert!(found(&[("SAYWELL_DATA", "x")]).unwrap().is_absolute());
}

#[test]
fn without_a_home_it_says_what_to_set() {
    for vars in [&[][..], &[("HOME", "")], &[("HOME", "relative")]] {
        let error = found(vars).unwrap_err();
        assert_eq!(error, Error::NoHome);
        assert!(error.to_string().contains("Set HOME, or SAYWELL_DATA"), "{error}");
    }
}

#[cfg(unix)]
mod modes {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn nobody_else_may_read_anything() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a/b/saywell.db");
        let mut store = open(&path);
        fill(&mut store, "a", 3);
        assert_eq!((mode(&dir.path().join("a")), mode(&dir.path().join("a/b"))), (0o700, 0o700));
        let files: Vec<PathBuf> = fs::read_dir(dir.path().join("a/b")).unwrap().map(|e| e.unwrap().path()).collect();
        assert!(files.len() >= 3, "the database, its log and its shared file: {files:?}");
        for file in files {
            assert_eq!(mode(&file), 0o600, "{}", file.display());
        }
    }

    #[test]
    fn a_file_that_others_could_read_is_made_private() {
        let dir = tempfile::tempdir().unwrap();
        drop(open(&database(&dir)));
        fs::set_permissions(database(&dir), fs::Permissions::from_mode(0o644)).unwrap();
        let mut store = open(&database(&dir));
        fill(&mut store, "a", 1);
        for file in fs::read_dir(dir.path()).unwrap().map(|e| e.unwrap().path()) {
            assert_eq!(mode(&file), 0o600, "{}", file.display());
        }
    }
}

#[test]
fn something_else_in_the_place_is_explained() {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(database(&dir)).unwrap();
    let error = SqliteStore::open(database(&dir)).unwrap_err();
    assert!(matches!(error, Error::WrongKind { .. }), "{error:?}");
    fs::write(dir.path().join("file"), "x").unwrap();
    for inside in ["file/saywell.db", "file/deeper/saywell.db"] {
        let error = SqliteStore::open(dir.path().join(inside)).unwrap_err();
        assert!(matches!(error, Error::WrongKind { .. }), "{error:?}");
        assert!(error.to_string().contains("set SAYWELL_DATA"), "{error}");
    }
    assert_eq!(fs::read(dir.path().join("file")).unwrap(), b"x");
}

#[test]
fn a_database_of_another_program_is_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let other = rusqlite::Connection::open(database(&dir)).unwrap();
    other.execute_batch("CREATE TABLE notes (text)").unwrap();
    drop(other);
    let before = fs::read(database(&dir)).unwrap();
    assert!(matches!(SqliteStore::open(database(&dir)), Err(Error::NotOurs { .. })));
    assert_eq!(fs::read(database(&dir)).unwrap(), before);
}

#[test]
fn a_newer_form_is_refused_and_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    fill(&mut open(&database(&dir)), "a", 1);
    let raw = rusqlite::Connection::open(database(&dir)).unwrap();
    raw.pragma_update(None, "user_version", 7_000).unwrap();
    drop(raw);
    let before = fs::read(database(&dir)).unwrap();
    let error = SqliteStore::open(database(&dir)).unwrap_err();
    assert!(matches!(error, Error::Newer { found: 7_000, .. }), "{error:?}");
    assert!(error.to_string().contains("update saywell"), "{error}");
    assert_eq!(fs::read(database(&dir)).unwrap(), before);
}

#[test]
fn a_relative_path_holds_when_it_was_opened() {
    // The working folder is the process's and shared with the other tests, so it is not changed here.
    let dir = tempfile::tempdir_in(".").unwrap();
    let relative = Path::new(dir.path().file_name().unwrap()).join("saywell.db");
    assert!(open(&relative).path().is_absolute());
}

#[test]
fn a_busy_database_is_waited_for_and_then_reported() {
    let dir = tempfile::tempdir().unwrap();
    let wait = Duration::from_millis(300);
    let mut store = SqliteStore::open_with(database(&dir), &Options { wait, ..Options::default() }).unwrap();
    fill(&mut store, "a", 1);
    let other = rusqlite::Connection::open(database(&dir)).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let begun = Instant::now();
    let error = store.append("a", 3, 0, &[said(2, "mine")]).unwrap_err();
    assert!(matches!(error, Error::Locked { .. }), "{error:?}");
    assert!(begun.elapsed() >= wait, "it did wait");
    assert!(begun.elapsed() < 10 * wait, "not for ever");
    assert_eq!(replies(&store, "a").len(), 1, "reading goes on meanwhile");
    other.execute_batch("ROLLBACK").unwrap();
    assert_eq!(store.append("a", 3, 0, &[said(2, "mine")]), Ok(4));
}

#[test]
fn two_windows_on_one_session_do_not_mix() {
    let dir = tempfile::tempdir().unwrap();
    let (mut one, mut two) = (open(&database(&dir)), open(&database(&dir)));
    fill(&mut one, "a", 1);
    assert_eq!(one.append("a", 3, 0, &[said(2, "one")]), Ok(4));
    let error = two.append("a", 3, 0, &[said(2, "two")]).unwrap_err();
    assert_eq!(error, Error::Conflict { session: "a".into(), expected: 3, found: 4 });
    assert_eq!(two.events("a").unwrap().len(), 4);
    assert_eq!(two.append("a", 4, 0, &[said(3, "two")]), Ok(5));
    assert_eq!(replies(&one, "a"), [reply(0), "one".into(), "two".into()]);
}

#[test]
fn many_at_once_on_one_new_database() {
    let dir = tempfile::tempdir().unwrap();
    let path = database(&dir);
    std::thread::scope(|scope| {
        for n in 0..8 {
            let path = &path;
            scope.spawn(move || fill(&mut open(path), &format!("session-{n}"), 20));
        }
    });
    let store = open(&path);
    assert_eq!(store.sessions(&Filter::default()).unwrap().len(), 8);
    for n in 0..8 {
        assert_eq!(replies(&store, &format!("session-{n}")), (0..20).map(reply).collect::<Vec<_>>());
    }
    drop(store);
    assert!(is_whole(&path));
}

#[test]
fn a_database_that_was_taken_away_takes_no_more_replies() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = open(&database(&dir));
    fill(&mut store, "a", 1);
    let away = dir.path().join("elsewhere.db");
    fs::rename(database(&dir), &away).unwrap();
    assert!(matches!(store.append("a", 3, 0, &[said(2, "lost?")]), Err(Error::Moved { .. })));
    assert!(matches!(store.create(&new("b"), 0, &opening()), Err(Error::Moved { .. })));
    fs::rename(&away, database(&dir)).unwrap();
    assert_eq!(store.append("a", 3, 0, &[said(2, "kept")]), Ok(4));
}

#[test]
fn the_log_is_only_ever_added_to() {
    let dir = tempfile::tempdir().unwrap();
    fill(&mut open(&database(&dir)), "a", 2);
    let raw = rusqlite::Connection::open(database(&dir)).unwrap();
    for refused in [
        "UPDATE events SET payload = '{}' WHERE seq = 1",
        "UPDATE events SET at_ms = 0",
        "DELETE FROM events WHERE seq = 4",
        "DELETE FROM events",
        "INSERT INTO events (session, seq, at_ms, kind, payload) VALUES (1, 9, 0, 'x', '{}')",
        "INSERT OR REPLACE INTO events (session, seq, at_ms, kind, payload) VALUES (1, 2, 0, 'x', '{}')",
        "INSERT INTO events (session, seq, at_ms, kind, payload) VALUES (77, 1, 0, 'x', '{}')",
        "UPDATE scenarios SET text = 'another'",
        "DELETE FROM scenarios",
    ] {
        raw.execute_batch("PRAGMA foreign_keys = ON").unwrap();
        assert!(raw.execute_batch(refused).is_err(), "{refused}");
    }
    drop(raw);
    assert_eq!(replies(&open(&database(&dir)), "a"), [reply(0), reply(1)]);
}

#[test]
fn a_scenario_is_kept_once_however_often_it_is_played() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = open(&database(&dir));
    for n in 0..5 {
        fill(&mut store, &format!("s{n}"), 1);
    }
    drop(store);
    let raw = rusqlite::Connection::open(database(&dir)).unwrap();
    let texts: i64 = raw.query_row("SELECT count(*) FROM scenarios", [], |row| row.get(0)).unwrap();
    assert_eq!(texts, 1);
}

#[test]
fn deleted_words_are_gone_from_every_file() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = open(&database(&dir));
    let secret = "what nobody may read again";
    let text = format!("format: 1\nid: chores\ntitle: T\n# {secret}");
    let session = NewSession { id: "gone", title: secret, scenario_text: &text };
    store.create(&session, 0, &[store_support::started_with(&text)]).unwrap();
    // Long ones spill over to pages of their own.
    store.append("gone", 1, 0, &[said(1, secret), said(3, &secret.repeat(1_000))]).unwrap();
    fill(&mut store, "stays", 3);
    let holds = || {
        let files = fs::read_dir(dir.path()).unwrap().map(|e| e.unwrap().path());
        files.filter(|f| fs::read(f).unwrap().windows(secret.len()).any(|w| w == secret.as_bytes())).count()
    };
    assert!(holds() > 0);
    store.delete("gone").unwrap();
    assert_eq!(holds(), 0);
    assert_eq!(replies(&store, "stays").len(), 3);
    drop(store);
    assert_eq!(holds(), 0);
    assert!(is_whole(&database(&dir)));
}

/// Pages are split, joined and used again as sessions grow side by side; none may keep a stale copy.
#[test]
fn deleted_words_are_gone_however_the_pages_were_shuffled() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = open(&database(&dir));
    let mut dice = store_support::Dice::new(7);
    let mut last = [0_u64; 12];
    let word = |n: usize| format!("secret-of-{n:02};");
    for (n, last) in last.iter_mut().enumerate() {
        *last = store.create(&new(&format!("s{n:02}")), 0, &opening()).unwrap();
    }
    for round in 0..400 {
        let n = dice.below(12);
        let text = word(n).repeat(1 + dice.below(if round % 9 == 0 { 900 } else { 40 }));
        last[n] = store.append(&format!("s{n:02}"), last[n], 0, &[said(round, &text)]).unwrap();
        store.set_setting(&format!("draft:s{n:02}"), Some(&text)).unwrap();
    }
    let holds = |word: &str| {
        let files = fs::read_dir(dir.path()).unwrap().map(|e| e.unwrap().path());
        files.filter(|f| fs::read(f).unwrap().windows(word.len()).any(|w| w == word.as_bytes())).count()
    };
    for n in [3, 11, 0, 7, 5] {
        assert!(holds(&word(n)) > 0);
        store.delete(&format!("s{n:02}")).unwrap();
        assert_eq!(holds(&word(n)), 0, "{n}");
    }
    let rest: Vec<String> = [1, 2, 4, 6, 8, 9, 10].iter().map(|n| format!("s{n:02}")).collect();
    store.delete_many(&rest.iter().map(String::as_str).collect::<Vec<_>>()).unwrap();
    assert_eq!(holds("secret-of-"), 0);
    assert_eq!(store.settings("").unwrap(), []);
    drop(store);
    assert!(is_whole(&database(&dir)));
}

#[test]
fn words_that_cannot_go_yet_are_spoken_of() {
    let dir = tempfile::tempdir().unwrap();
    let wait = Duration::from_millis(50);
    let mut store = SqliteStore::open_with(database(&dir), &Options { wait, ..Options::default() }).unwrap();
    fill(&mut store, "a", 3);
    let reader = rusqlite::Connection::open(database(&dir)).unwrap();
    reader.execute_batch("BEGIN; SELECT count(*) FROM events").unwrap();
    let error = store.delete("a").unwrap_err();
    assert!(matches!(error, Error::LeftInLog { .. }), "{error:?}");
    assert!(error.to_string().starts_with("the rehearsal is deleted"), "{error}");
    assert_eq!(store.events("a"), Err(Error::NoSession("a".into())));
}

#[test]
fn an_entry_of_another_version_is_named_and_not_touched() {
    let dir = tempfile::tempdir().unwrap();
    fill(&mut open(&database(&dir)), "a", 1);
    let raw = rusqlite::Connection::open(database(&dir)).unwrap();
    raw.execute_batch(
        "INSERT INTO events (session, seq, at_ms, kind, payload) VALUES (1, 4, 0, 'sang', '{\"event\":\"sang\"}')",
    )
    .unwrap();
    drop(raw);
    let store = open(&database(&dir));
    let error = store.events("a").unwrap_err();
    assert!(matches!(error, Error::Unreadable { seq: 4, .. }), "{error:?}");
    assert!(error.to_string().starts_with("entry 4 of the rehearsal 'a' cannot be read"), "{error}");
}

#[test]
fn opening_again_is_cheap_and_writes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    fill(&mut open(&database(&dir)), "a", 50);
    let before = fs::read(database(&dir)).unwrap();
    let mut fastest = Duration::MAX;
    for _ in 0..20 {
        let begun = Instant::now();
        let store = open(&database(&dir));
        fastest = fastest.min(begun.elapsed());
        drop(store);
    }
    assert_eq!(fs::read(database(&dir)).unwrap(), before);
    eprintln!("opening a database that is there: {fastest:?}");
    assert!(fastest < Duration::from_millis(20), "{fastest:?}");
}
