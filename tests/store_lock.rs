//! A database whose words are sealed under a passphrase: nothing plain is left, nothing is lost on the way, and who does
//! not know the passphrase learns nothing.
#![allow(clippy::unwrap_used, clippy::panic)]

mod store_support;

use std::fs;
use std::path::Path;

use saywell::session::{Event, Finish};
use saywell::store::{Cost, Error, Filter, NewSession, Options, Passphrase, Result, SqliteStore, Store, text_hash};
use store_support::{Dice, Killed, database, fill, lines, new, opening, replies, reply, said, tell, told};

const SECRET: &str = "what nobody else may read";

fn passphrase(words: &str) -> Passphrase {
    Passphrase::new(words.into())
}

fn open_by(path: &Path, words: &str) -> Result<SqliteStore> {
    SqliteStore::open_with(path, &Options { passphrase: Some(passphrase(words)), ..Options::default() })
}

fn lock(store: &mut SqliteStore, words: &str) {
    assert_eq!(store.set_passphrase(&passphrase(words), Cost::LEAST), Ok(true), "nothing plain is left");
}

/// A store with the secret wherever words can stand.
fn filled(path: &Path) -> SqliteStore {
    let mut store = SqliteStore::open(path).unwrap();
    fill(&mut store, "a", 12);
    let text = format!("format: 1\nid: chores\ntitle: {SECRET}\n");
    let session = NewSession { id: "secret", title: SECRET, scenario_text: &text };
    let started = match store_support::started_with(&text) {
        Event::Started { scenario_hash, audience, difficulty, seed, analyser, .. } => {
            Event::Started { scenario: SECRET.into(), scenario_hash, audience, difficulty, seed, analyser }
        }
        other => other,
    };
    store.create(&session, 0, &[started]).unwrap();
    // Long ones spill over to pages of their own.
    store.append("secret", 1, 0, &[said(1, SECRET), said(3, &SECRET.repeat(1_000))]).unwrap();
    store.append("secret", 3, 0, &[Event::Finished { how: Finish::Safety }]).unwrap();
    store.set_setting("draft:secret", Some(SECRET)).unwrap();
    store
}

/// The files that hold one of these.
fn holds(dir: &Path, any: &[&str]) -> Vec<String> {
    let files = fs::read_dir(dir).unwrap().map(|e| e.unwrap().path());
    let found = |bytes: &[u8]| any.iter().any(|word| bytes.windows(word.len()).any(|w| w == word.as_bytes()));
    files.filter(|f| found(&fs::read(f).unwrap())).map(|f| f.display().to_string()).collect()
}

/// All that the store tells, to be compared.
fn everything(store: &dyn Store) -> impl PartialEq + std::fmt::Debug + use<> {
    let sessions = store.sessions(&Filter::default()).unwrap();
    let events: Vec<_> = sessions.iter().map(|s| store.events(&s.id).unwrap()).collect();
    let texts: Vec<_> = sessions.iter().map(|s| store.scenario_text(&s.scenario_hash).unwrap()).collect();
    (sessions, events, texts, store.setting("draft:secret").unwrap())
}

/// What this program does when another of these tests starts it once more.
#[test]
fn helper() {
    let Some((what, path)) = told() else { return };
    let done = match what.as_str() {
        "lock" => {
            SqliteStore::open(&path).and_then(|mut s| s.set_passphrase(&passphrase("first"), Cost::LEAST)).map(drop)
        }
        "change" => {
            open_by(&path, "first").and_then(|mut s| s.set_passphrase(&passphrase("second"), Cost::LEAST)).map(drop)
        }
        _ => open_by(&path, "first").and_then(|mut s| s.remove_passphrase()),
    };
    tell(&done.map_or_else(|error| format!("closed {error:?}"), |()| "done".to_owned()));
}

#[test]
fn after_locking_no_word_is_left_in_any_file() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = filled(&database(&dir));
    let before = everything(&store);
    // What lists are made of counts as words as well: which situation, how it ended, what kind of thing happened.
    let words = [
        SECRET,
        "chores",
        "Asking for help",
        "dishes",
        "user_said",
        "draft:",
        "safety",
        &text_hash(store_support::TEXT),
    ];
    assert!(!holds(dir.path(), &words).is_empty());
    lock(&mut store, "correct horse");
    assert_eq!(holds(dir.path(), &words), [""; 0]);
    assert!(everything(&store) == before, "whoever has it open notices nothing");
    store.append("a", 14, 9, &[said(40, SECRET)]).unwrap();
    store.set_setting("draft:a", Some(SECRET)).unwrap();
    fill(&mut store, "later", 3);
    assert_eq!(holds(dir.path(), &words), [""; 0]);
    drop(store);
    assert_eq!(holds(dir.path(), &words), [""; 0]);
    let store = open_by(&database(&dir), "correct horse").unwrap();
    assert_eq!(replies(&store, "later"), (0..3).map(reply).collect::<Vec<_>>());
    assert_eq!(store.setting("draft:a").unwrap().as_deref(), Some(SECRET));
    assert!(store.check().is_ok());
}

#[test]
fn a_wrong_passphrase_gives_nothing_away() {
    let dir = tempfile::tempdir().unwrap();
    lock(&mut filled(&database(&dir)), "correct horse");
    let before = fs::read(database(&dir)).unwrap();
    for wrong in ["", "correct hors", "correct horse ", "Correct horse"] {
        let error = open_by(&database(&dir), wrong).unwrap_err();
        assert!(matches!(error, Error::WrongPassphrase { .. }), "{error:?}");
        assert!(error.to_string().starts_with("that is not the passphrase of "), "{error}");
    }
    let error = SqliteStore::open(database(&dir)).unwrap_err();
    assert!(matches!(error, Error::NeedsPassphrase { .. }), "{error:?}");
    assert_eq!(fs::read(database(&dir)).unwrap(), before, "and changes nothing");
    assert_eq!(SqliteStore::is_locked_at(&database(&dir)), Some(true));
}

#[test]
fn another_passphrase_takes_the_place_of_the_first_and_none_the_place_of_both() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = filled(&database(&dir));
    let before = everything(&store);
    lock(&mut store, "first");
    lock(&mut store, "second");
    drop(store);
    assert!(matches!(open_by(&database(&dir), "first"), Err(Error::WrongPassphrase { .. })));
    let mut store = open_by(&database(&dir), "second").unwrap();
    assert!(everything(&store) == before);
    store.remove_passphrase().unwrap();
    assert!(!store.is_locked());
    drop(store);
    let mut store = SqliteStore::open(database(&dir)).unwrap();
    assert!(everything(&store) == before);
    assert!(store.check().is_ok());
    // The log is guarded as before.
    let raw = rusqlite::Connection::open(database(&dir)).unwrap();
    for refused in ["UPDATE events SET at_ms = 0", "DELETE FROM events", "UPDATE scenarios SET text = 'another'"] {
        assert!(raw.execute_batch(refused).is_err(), "{refused}");
    }
    drop(raw);
    store.append("a", 14, 0, &[said(40, "and on")]).unwrap();
}

#[test]
fn another_window_neither_mixes_plain_words_in_nor_sealed_ones() {
    let dir = tempfile::tempdir().unwrap();
    let (mut one, mut two) = (filled(&database(&dir)), SqliteStore::open(database(&dir)).unwrap());
    lock(&mut one, "correct horse");
    let resealed = |error: Error| assert!(matches!(error, Error::Resealed { .. }), "{error:?}");
    resealed(two.append("a", 14, 0, &[said(40, "plain")]).unwrap_err());
    resealed(two.create(&new("b"), 0, &opening()).unwrap_err());
    resealed(two.set_setting("draft:a", Some("plain")).unwrap_err());
    resealed(two.events("a").unwrap_err());
    resealed(two.sessions(&Filter::default()).unwrap_err());
    resealed(two.set_passphrase(&passphrase("mine"), Cost::LEAST).unwrap_err());
    let mut three = open_by(&database(&dir), "correct horse").unwrap();
    one.remove_passphrase().unwrap();
    resealed(three.append("a", 14, 0, &[said(40, "sealed")]).unwrap_err());
    assert_eq!(one.append("a", 14, 0, &[said(40, "mine")]), Ok(15));
}

#[test]
fn a_reader_in_the_way_only_delays_the_cleaning() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = filled(&database(&dir));
    let reader = rusqlite::Connection::open(database(&dir)).unwrap();
    reader.execute_batch("BEGIN; SELECT count(*) FROM events").unwrap();
    let wait = std::time::Duration::from_millis(20);
    drop(store);
    store = SqliteStore::open_with(database(&dir), &Options { wait, ..Options::default() }).unwrap();
    assert_eq!(store.set_passphrase(&passphrase("first"), Cost::LEAST), Ok(false), "it says so");
    drop(reader);
    drop(store);
    drop(open_by(&database(&dir), "first").unwrap());
    assert_eq!(holds(dir.path(), &[SECRET, "chores"]), [""; 0], "made up for at the next opening");
}

#[test]
fn what_is_deleted_from_a_locked_database_takes_its_settings_along() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = filled(&database(&dir));
    store.set_setting("draft:a", Some("half a sentence")).unwrap();
    store.set_setting("theme", Some("light")).unwrap();
    lock(&mut store, "correct horse");
    store.delete("secret").unwrap();
    assert_eq!(store.setting("draft:secret"), Ok(None));
    assert_eq!(store.settings("draft:").unwrap(), [("draft:a".to_owned(), "half a sentence".to_owned())]);
    assert_eq!(store.setting("theme").unwrap().as_deref(), Some("light"));
    assert_eq!(replies(&store, "a").len(), 12);
}

#[test]
fn a_disk_that_fills_while_locking_leaves_it_as_it_was() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = SqliteStore::open(database(&dir)).unwrap();
    fill(&mut store, "a", 400);
    let before = everything(&store);
    drop(store);
    let pages = u32::try_from(fs::metadata(database(&dir)).unwrap().len() / 4_096).unwrap();
    let options = Options { max_pages: Some(pages + 2), ..Options::default() };
    store = SqliteStore::open_with(database(&dir), &options).unwrap();
    let error = store.set_passphrase(&passphrase("first"), Cost::LEAST).unwrap_err();
    assert!(matches!(error, Error::Full { .. }), "{error:?}");
    assert!(!store.is_locked() && everything(&store) == before);
    drop(store);
    let mut store = SqliteStore::open(database(&dir)).unwrap();
    assert!(everything(&store) == before && store.check().is_ok());
    lock(&mut store, "first");
    assert!(everything(&store) == before);
}

/// A locked database with sixty replies, as bytes.
fn locked_bytes() -> Vec<u8> {
    let dir = tempfile::tempdir().unwrap();
    let mut store = SqliteStore::open(database(&dir)).unwrap();
    fill(&mut store, "a", 60);
    lock(&mut store, "correct horse");
    drop(store);
    fs::read(database(&dir)).unwrap()
}

fn damaged(bytes: &[u8], at: std::ops::Range<usize>) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let mut bytes = bytes.to_vec();
    bytes[at].fill(0xa5);
    fs::write(database(&dir), bytes).unwrap();
    // As a store leaves it that has stumbled over the damage.
    fs::write(dir.path().join("saywell.db.mend"), b"").unwrap();
    dir
}

#[test]
fn a_damaged_locked_database_is_mended_by_whoever_knows_the_passphrase() {
    let dir = damaged(&locked_bytes(), 0..2_000);
    let error = open_by(&database(&dir), "wrong").unwrap_err();
    assert!(matches!(error, Error::WrongPassphrase { .. }), "{error:?}");
    let store = open_by(&database(&dir), "correct horse").unwrap();
    assert!(store.mended().is_some_and(|m| (m.sessions, m.lost) == (1, 0)), "{:?}", store.mended());
    assert!(store.is_locked());
    assert_eq!(replies(&store, "a"), (0..60).map(reply).collect::<Vec<_>>());
    drop(store);
    assert_eq!(holds(dir.path(), &["dishes", "chores"]), [""; 0], "and nothing plain was written on the way");
}

#[test]
fn whatever_page_of_a_locked_database_is_noise_the_others_are_saved() {
    let bytes = locked_bytes();
    let (mut whole, mut some) = (0, 0);
    for page in 1..bytes.len() / 4_096 {
        let dir = damaged(&bytes, page * 4_096..(page + 1) * 4_096);
        match open_by(&database(&dir), "correct horse") {
            Ok(store) => {
                assert!(store.is_locked(), "page {page}");
                let found = store.events("a").map_or_else(|_| Vec::new(), |_| replies(&store, "a"));
                assert_eq!(found, (0..found.len()).map(reply).collect::<Vec<_>>(), "page {page}");
                whole += usize::from(found.len() == 60);
                some += usize::from(!found.is_empty());
            }
            Err(error) => assert!(matches!(error, Error::Damaged { copy: Some(_), .. }), "page {page}: {error:?}"),
        }
        assert_eq!(holds(dir.path(), &["dishes", "chores"]), [""; 0], "page {page}");
    }
    // Either of the two tables with the key, for one.
    assert!(whole >= 2 && some * 2 > bytes.len() / 4_096, "{whole} whole, {some} in part");
}

#[test]
fn a_database_of_the_first_form_can_be_locked() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = filled(&database(&dir));
    let before = everything(&store);
    drop(store);
    let raw = rusqlite::Connection::open(database(&dir)).unwrap();
    raw.execute_batch("DROP TABLE protection; DROP TABLE protection_again; PRAGMA user_version = 1;").unwrap();
    drop(raw);
    assert_eq!(SqliteStore::is_locked_at(&database(&dir)), Some(false));
    store = SqliteStore::open(database(&dir)).unwrap();
    assert!(!store.is_locked());
    lock(&mut store, "first");
    assert!(everything(&store) == before);
}

/// Kill the helper a hundred times while it does `what`, and see that the database is as it was or as it was to be.
fn killed_a_hundred_times(what: &str, prepare: impl Fn(&mut SqliteStore), opens: &[Option<&str>]) {
    let dir = tempfile::tempdir().unwrap();
    let path = database(&dir);
    let before = {
        let mut store = filled(&path);
        let before = everything(&store);
        prepare(&mut store);
        before
    };
    let prepared = fs::read(&path).unwrap();
    let whole = std::time::Instant::now();
    assert_eq!(lines(&output(what, &path), "done").len(), 1);
    let takes = whole.elapsed();
    let mut dice = Dice::new(100);
    let mut seen = vec![0; opens.len()];
    for kill in 0..100 {
        for add in ["", "-wal", "-shm", ".mend"] {
            let _ = fs::remove_file(format!("{}{add}", path.display()));
        }
        fs::write(&path, &prepared).unwrap();
        let mut process = Killed(spawn(what, &path));
        let moment = takes.mul_f64(dice.below(1_500) as f64 / 1_000.0);
        let begun = std::time::Instant::now();
        while begun.elapsed() < moment {
            std::hint::spin_loop();
        }
        process.0.kill().unwrap();
        process.0.wait().unwrap();
        let found = opens.iter().enumerate().find_map(|(n, words)| {
            let opened = match words {
                Some(words) => open_by(&path, words),
                None => SqliteStore::open(&path),
            };
            opened.ok().map(|store| (n, store))
        });
        let (n, store) = found.unwrap_or_else(|| panic!("kill {kill}: nothing opens it"));
        assert_eq!(store.mended(), None);
        assert!(everything(&store) == before, "kill {kill}");
        assert!(store.check().is_ok());
        let locked = store.is_locked();
        drop(store);
        assert!(!locked || holds(dir.path(), &[SECRET, "chores"]).is_empty(), "kill {kill}");
        seen[n] += 1;
    }
    assert!(seen.iter().all(|n| *n > 0), "killed before and after: {seen:?}");
}

fn spawn(what: &str, path: &Path) -> std::process::Child {
    store_support::helper(what, path).spawn().unwrap()
}

fn output(what: &str, path: &Path) -> String {
    String::from_utf8(spawn(what, path).wait_with_output().unwrap().stdout).unwrap()
}

#[test]
fn a_hundred_kills_while_locking() {
    killed_a_hundred_times("lock", |_| {}, &[None, Some("first")]);
}

#[test]
fn a_hundred_kills_while_changing_the_passphrase() {
    killed_a_hundred_times("change", |store| lock(store, "first"), &[Some("first"), Some("second")]);
}

#[test]
fn a_hundred_kills_while_unlocking() {
    killed_a_hundred_times("unlock", |store| lock(store, "first"), &[None, Some("first")]);
}
