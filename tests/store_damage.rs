//! A database, or the log beside it, that was truncated or overwritten: what can be read is saved, a copy is kept, and
//! nothing is missing without a word.
#![allow(clippy::unwrap_used, clippy::panic)]

mod store_support;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use saywell::store::{Error, Filter, Mended, SqliteStore, Store};
use store_support::{Dice, database, fill, is_whole, open, replies, reply, said};

const REPLIES: usize = 120;
const FEW: usize = 30;

/// A database with two sessions, closed in order.
fn closed() -> tempfile::TempDir {
    static BYTES: OnceLock<Vec<u8>> = OnceLock::new();
    let bytes = BYTES.get_or_init(|| {
        let dir = tempfile::tempdir().unwrap();
        write(&database(&dir), REPLIES);
        fs::read(database(&dir)).unwrap()
    });
    let dir = tempfile::tempdir().unwrap();
    fs::write(database(&dir), bytes).unwrap();
    dir
}

/// The same as a killed process leaves it, with a log beside it. The log has just been begun anew, so that old frames
/// follow those that count.
fn killed() -> tempfile::TempDir {
    static BYTES: OnceLock<[Vec<u8>; 2]> = OnceLock::new();
    place(BYTES.get_or_init(|| kill_after(REPLIES)))
}

/// The same with fewer replies, all of which stand in the log alone.
fn killed_early() -> tempfile::TempDir {
    static BYTES: OnceLock<[Vec<u8>; 2]> = OnceLock::new();
    place(BYTES.get_or_init(|| kill_after(FEW)))
}

fn kill_after(replies: usize) -> [Vec<u8>; 2] {
    let dir = tempfile::tempdir().unwrap();
    let _open = write(&database(&dir), replies);
    ["saywell.db", "saywell.db-wal"].map(|name| fs::read(dir.path().join(name)).unwrap())
}

fn place(files: &[Vec<u8>; 2]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    fs::write(database(&dir), &files[0]).unwrap();
    fs::write(beside(&database(&dir), "-wal"), &files[1]).unwrap();
    dir
}

fn write(path: &Path, replies: usize) -> SqliteStore {
    let mut store = open(path);
    fill(&mut store, "a", replies);
    fill(&mut store, "b", replies);
    store.set_setting("country", Some("IE")).unwrap();
    store
}

fn beside(path: &Path, add: &str) -> PathBuf {
    PathBuf::from(format!("{}{add}", path.display()))
}

fn change(path: &Path, change: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = fs::read(path).unwrap();
    change(&mut bytes);
    fs::write(path, bytes).unwrap();
}

/// Every reply is there, or the first so many are.
fn saved(store: &SqliteStore, session: &str) -> usize {
    let found = match store.events(session) {
        Err(Error::NoSession(_)) => return 0,
        _ => replies(store, session),
    };
    assert_eq!(found, (0..found.len()).map(reply).collect::<Vec<_>>(), "replies changed");
    found.len()
}

fn mended(store: &SqliteStore) -> &Mended {
    store.mended().unwrap_or_else(|| panic!("nothing was said about the damage"))
}

/// The mended database is as good as a new one: sound, all there again at the next start, and it goes on.
fn goes_on(dir: &tempfile::TempDir) {
    let path = database(dir);
    assert!(is_whole(&path));
    let mut store = open(&path);
    assert_eq!(store.mended(), None, "it is mended once");
    for session in store.sessions(&Filter::default()).unwrap() {
        let events = store.events(&session.id).unwrap();
        assert_eq!(events.last().unwrap().seq, session.last_seq);
        store.append(&session.id, session.last_seq, 0, &[said(9_999, "and on")]).unwrap();
    }
    fill(&mut store, "new", 2);
    let left: Vec<String> =
        fs::read_dir(dir.path()).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    assert!(!left.iter().any(|name| name.contains(".mend") || name.contains(".part")), "{left:?}");
}

#[test]
fn a_file_of_garbage_is_refused_and_copied_once() {
    let mut dice = Dice::new(1);
    let noise: Vec<u8> = (0..30_000).map(|_| dice.below(256) as u8).collect();
    for garbage in [noise.as_slice(), b"not a database at all\n", &[0; 5_000]] {
        let dir = tempfile::tempdir().unwrap();
        fs::write(database(&dir), garbage).unwrap();
        for _ in 0..2 {
            let error = SqliteStore::open(database(&dir)).unwrap_err();
            let Error::Damaged { copy: Some(copy), .. } = &error else { panic!("{error:?}") };
            assert!(copy.ends_with("saywell.db.damaged-1"), "{copy}");
            assert!(error.to_string().contains(copy) && error.to_string().contains("start afresh"), "{error}");
            assert_eq!(fs::read(copy).unwrap(), garbage);
            assert_eq!(fs::read(database(&dir)).unwrap(), garbage, "the file itself is not touched");
            let files = fs::read_dir(dir.path()).unwrap().filter(|e| e.as_ref().unwrap().path().is_file());
            let left =
                files.map(|e| e.unwrap().file_name()).filter(|n| !n.to_string_lossy().ends_with("-lock")).count();
            assert_eq!(left, 2, "the file and one copy");
        }
        // What the message advises works.
        fs::remove_file(database(&dir)).unwrap();
        fill(&mut open(&database(&dir)), "a", 1);
    }
}

#[test]
fn a_damaged_head_loses_nothing() {
    for length in [1, 16, 100, 2_000, 4_096] {
        let dir = closed();
        change(&database(&dir), |bytes| bytes[..length].fill(0xa5));
        let store = open(&database(&dir));
        assert_eq!((saved(&store, "a"), saved(&store, "b")), (REPLIES, REPLIES), "{length} bytes");
        assert_eq!(store.setting("country").unwrap().as_deref(), Some("IE"));
        assert_eq!(mended(&store).lost, 0);
        assert!(mended(&store).to_string().contains("2 rehearsals with 244 entries"), "{}", mended(&store));
        drop(store);
        goes_on(&dir);
    }
}

#[test]
fn a_truncated_database_gives_what_is_left_and_a_copy() {
    let whole = fs::read(database(&closed())).unwrap().len();
    let mut most = 0;
    for percent in [5, 20, 40, 60, 80, 95, 99] {
        let dir = closed();
        change(&database(&dir), |bytes| bytes.truncate(whole * percent / 100));
        let cut = fs::read(database(&dir)).unwrap();
        match SqliteStore::open(database(&dir)) {
            Ok(store) => {
                let there = saved(&store, "a") + saved(&store, "b");
                assert!(there < 2 * REPLIES);
                assert!(mended(&store).lost > 0);
                assert_eq!(fs::read(&mended(&store).copy).unwrap(), cut);
                most = most.max(there);
                drop(store);
                goes_on(&dir);
            }
            Err(Error::Damaged { copy: Some(copy), .. }) => assert_eq!(fs::read(copy).unwrap(), cut),
            Err(error) => panic!("{error:?}"),
        }
    }
    assert!(most > REPLIES, "a file that lacks 1% still has most of it, not {most}");
}

/// Whether going on with a session meets damage; then the next start mends it.
fn append_finds_damage(path: &Path) -> bool {
    let result = open(path).append("a", REPLIES as u64 + 2, 0, &[said(9_998, "goes on")]);
    if let Err(error) = &result {
        assert!(matches!(error, Error::Damaged { .. }), "{error:?}");
        assert!(open(path).mended().is_some());
    }
    // Noise that nothing touched is not found at all.
    result.is_err() || !is_whole(path)
}

#[test]
fn pages_of_noise_are_noticed_and_mended() {
    let mut kept = 0;
    for seed in 0..20 {
        let dir = closed();
        let path = database(&dir);
        let mut dice = Dice::new(seed + 1);
        change(&path, |bytes| {
            for _ in 0..=dice.below(3) {
                let page = dice.below(bytes.len() / 4096);
                bytes[page * 4096..(page + 1) * 4096].fill_with(|| dice.below(256) as u8);
            }
        });
        let before = fs::read(&path).unwrap();
        // Opening does not read everything. What finds the damage says so, and the next start mends it.
        let first = SqliteStore::open(&path).map(|store| {
            let look = |id| store.events(id).map(|events| events.len());
            let found = [look("a"), look("b"), store.sessions(&Filter::default()).map(|all| all.len())];
            (store.mended().is_some(), found)
        });
        let at_once = match first {
            Ok((true, _)) => true,
            Ok((false, found)) if found.iter().any(|f| matches!(f, Err(Error::Damaged { .. }))) => false,
            Ok((false, found)) => {
                assert_eq!(found, [Ok(REPLIES + 2), Ok(REPLIES + 2), Ok(2)], "seed {seed}");
                false
            }
            Err(Error::Damaged { copy: Some(copy), .. }) => {
                assert_eq!(fs::read(copy).unwrap(), before);
                continue;
            }
            Err(error) => panic!("seed {seed}: {error:?}"),
        };
        let store = open(&path);
        let there = saved(&store, "a") + saved(&store, "b");
        let said = at_once || store.mended().is_some();
        drop(store);
        if there < 2 * REPLIES {
            assert!(said, "seed {seed}: {there} replies");
            assert_eq!(fs::read(beside(&path, ".damaged-1")).unwrap(), before);
        }
        kept += there;
        // What was not read so far is found when it is needed.
        if said || !append_finds_damage(&path) {
            goes_on(&dir);
        }
    }
    assert!(kept > 2_000, "of each session what stands before the noise is saved: {kept} replies");
}

#[test]
fn a_log_as_a_killed_process_leaves_it_needs_no_mending() {
    let dir = killed();
    let store = open(&database(&dir));
    assert_eq!(store.mended(), None);
    assert_eq!((saved(&store, "a"), saved(&store, "b")), (REPLIES, REPLIES));
}

#[test]
fn a_truncated_log_gives_whole_transactions() {
    let whole = fs::read(beside(&database(&killed_early()), "-wal")).unwrap().len();
    let mut dice = Dice::new(5);
    for _ in 0..20 {
        let dir = killed_early();
        let cut = dice.below(whole);
        change(&beside(&database(&dir), "-wal"), |log| log.truncate(cut));
        match SqliteStore::open(database(&dir)) {
            Ok(store) => {
                let (a, b) = (saved(&store, "a"), saved(&store, "b"));
                assert!(b == 0 || a == FEW, "b was begun after a was complete");
                drop(store);
                goes_on(&dir);
            }
            Err(error) => panic!("cut to {cut}: {error:?}"),
        }
    }
}

#[test]
fn a_log_that_was_overwritten_in_places_is_noticed() {
    let whole = fs::read(beside(&database(&killed_early()), "-wal")).unwrap().len();
    let mut kept = 0;
    for seed in 0..15 {
        let dir = killed_early();
        let path = database(&dir);
        let mut dice = Dice::new(100 + seed);
        // Up to the last transaction but one: that the last one is not whole is what a power cut leaves, too.
        let length = 1 + dice.below(8_000);
        let at = dice.below(whole - length - 60_000);
        change(&beside(&path, "-wal"), |log| log[at..at + length].fill_with(|| dice.below(256) as u8));
        let store = open(&path);
        let there = saved(&store, "a") + saved(&store, "b");
        assert!(there + mended(&store).lost >= 2 * FEW, "seed {seed}: {there} are there, {}", mended(&store));
        assert!(beside(&path, ".damaged-1-wal").is_file());
        kept += there;
        drop(store);
        goes_on(&dir);
    }
    assert!(kept > 15 * 2 * FEW * 9 / 10, "damage of a few pages costs little: {kept} of {}", 15 * 2 * FEW);
}

#[test]
fn a_log_with_old_frames_behind_it_costs_nothing_that_counts() {
    let whole = fs::read(beside(&database(&killed()), "-wal")).unwrap().len();
    for seed in 0..20 {
        let dir = killed();
        let path = database(&dir);
        let mut dice = Dice::new(200 + seed);
        let at = dice.below(whole - 5_000);
        change(&beside(&path, "-wal"), |log| log[at..at + 5_000].fill_with(|| dice.below(256) as u8));
        let store = open(&path);
        let there = saved(&store, "a") + saved(&store, "b");
        let lost = store.mended().map_or(0, |mended| mended.lost);
        assert!(there + lost >= 2 * REPLIES, "seed {seed}: {there} are there, {:?}", store.mended());
    }
}

#[test]
fn a_log_of_garbage_is_kept_beside_what_the_database_holds() {
    for length in [33, 5_000, 200_000] {
        let dir = closed();
        let path = database(&dir);
        let mut dice = Dice::new(9);
        let noise: Vec<u8> = (0..length).map(|_| dice.below(256) as u8).collect();
        fs::write(beside(&path, "-wal"), &noise).unwrap();
        let store = open(&path);
        assert_eq!((saved(&store, "a"), saved(&store, "b")), (REPLIES, REPLIES));
        assert_eq!(fs::read(beside(Path::new(&mended(&store).copy), "-wal")).unwrap(), noise);
        drop(store);
        goes_on(&dir);
    }
}

#[test]
fn a_log_without_its_head_is_still_read() {
    let dir = killed();
    change(&beside(&database(&dir), "-wal"), |log| log[..32].fill(0x5a));
    let store = open(&database(&dir));
    assert_eq!((saved(&store, "a"), saved(&store, "b")), (REPLIES, REPLIES));
    assert_eq!(mended(&store).lost, 0);
}

#[test]
fn an_emptied_database_is_restored_from_its_log() {
    // SQLite by itself throws the log away in this case.
    let dir = killed_early();
    fs::write(database(&dir), b"").unwrap();
    let store = open(&database(&dir));
    assert_eq!((saved(&store, "a"), saved(&store, "b")), (FEW, FEW));
    assert_eq!(mended(&store).lost, 0);
}

#[test]
fn damage_under_an_open_store_is_mended_at_the_next_start() {
    let dir = closed();
    let path = database(&dir);
    let store = open(&path);
    change(&path, |bytes| {
        let end = bytes.len();
        bytes[4096 * 8..end].fill(0x11);
    });
    let error = store.events("b").unwrap_err();
    assert!(matches!(error, Error::Damaged { copy: None, .. }), "{error:?}");
    assert!(error.to_string().contains("start it again"), "{error}");
    // As long as somebody has it open, the file is not replaced.
    let _ = SqliteStore::open(&path).map(|second| assert_eq!(second.mended(), None));
    assert!(!beside(&path, ".damaged-1").exists());
    drop(store);
    match SqliteStore::open(&path) {
        Ok(store) => assert!(mended(&store).lost > 0),
        Err(error) => assert!(matches!(error, Error::Damaged { copy: Some(_), .. }), "{error:?}"),
    }
    assert!(beside(&path, ".damaged-1").exists());
}

#[test]
fn a_suspicion_that_is_not_confirmed_changes_nothing() {
    let dir = closed();
    let before = fs::read(database(&dir)).unwrap();
    fs::write(beside(&database(&dir), ".mend"), b"").unwrap();
    let store = open(&database(&dir));
    assert_eq!(store.mended(), None);
    drop(store);
    assert_eq!(fs::read(database(&dir)).unwrap(), before);
    assert!(!beside(&database(&dir), ".mend").exists());
}
