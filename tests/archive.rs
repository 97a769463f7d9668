//! Export and import: what goes out comes back the same, and a file that is not one of ours changes nothing.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod history_support;
mod store_support;

use std::io::{BufReader, Cursor, Read};

use history_support::{TEXT, command, history, text};
use proptest::collection::vec;
use proptest::prelude::*;
use saywell::session::{Command, Event, Plan};
use saywell::store::archive::{self, Reader};
use saywell::store::{
    Error, Filter, MemoryStore, NewSession, Recorded, SessionSummary, SqliteStore, Store, TakenIn, text_hash,
};
use serde_json::{Value, json};

fn id(n: usize) -> String {
    format!("0193a000-0000-7000-8000-{n:012x}")
}

/// Keep a rehearsal, a moment an event.
fn keep(store: &mut dyn Store, n: usize, at_ms: i64, events: &[Event]) {
    let new = NewSession { id: &id(n), title: "Clearing the house", scenario_text: TEXT };
    let mut last = store.create(&new, at_ms, &events[..1]).unwrap();
    for (k, event) in events.iter().enumerate().skip(1) {
        last = store.append(&id(n), last, at_ms.wrapping_add(k as i64 / 3), std::slice::from_ref(event)).unwrap();
    }
}

fn exported(store: &dyn Store) -> Vec<u8> {
    let mut out = Vec::new();
    let written = archive::write(store, &mut out).unwrap();
    assert_eq!(written.left_out, []);
    out
}

fn take_in(store: &mut dyn Store, file: &[u8]) -> Result<TakenIn, Error> {
    store.take_in(&mut Reader::new(Cursor::new(file)))
}

type All = Vec<(SessionSummary, Vec<Recorded>, String)>;

fn all(store: &dyn Store) -> (All, Vec<(String, String)>) {
    let list = store.sessions(&Filter::default()).unwrap().into_iter();
    let whole = list.map(|s| (s.clone(), store.events(&s.id).unwrap(), store.scenario_text(&s.scenario_hash).unwrap()));
    (whole.collect(), store.settings("").unwrap())
}

/// A small store: two rehearsals, a draft and a plan.
fn small() -> MemoryStore {
    let mut store = MemoryStore::new();
    keep(&mut store, 1, 1_000, &history(1, vec![Command::Say("Why the rush?".into())]));
    let plan = Plan { who: "Rhian".into(), what: "Ask for the photos".into(), when: "Sunday".into() };
    keep(&mut store, 2, 500, &history(2, vec![Command::Say("I miss her.".into()), Command::Plan(plan)]));
    store.set_setting(&format!("draft:{}", id(1)), Some("half a tho")).unwrap();
    store.set_setting("theme", Some("dark")).unwrap();
    store
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn a_random_history_comes_back_the_same(
        rehearsals in vec((any::<u64>(), any::<i64>(), vec(command(), 0..8), proptest::option::of(text())), 0..4),
    ) {
        let dir = tempfile::tempdir().unwrap();
        let mut from = SqliteStore::open(store_support::database(&dir)).unwrap();
        for (n, (seed, at_ms, commands, draft)) in rehearsals.into_iter().enumerate() {
            keep(&mut from, n, at_ms, &history(seed, commands));
            from.set_setting(&format!("draft:{}", id(n)), draft.as_deref()).unwrap();
        }
        let file = exported(&from);
        let other = tempfile::tempdir().unwrap();
        let mut sqlite = SqliteStore::open(store_support::database(&other)).unwrap();
        let mut memory = MemoryStore::new();
        for store in [&mut sqlite as &mut dyn Store, &mut memory] {
            let added = from.sessions(&Filter::default()).unwrap().len();
            prop_assert_eq!(take_in(store, &file).unwrap(), TakenIn { added, continued: 0, known: 0 });
            prop_assert_eq!(all(store), all(&from));
            prop_assert_eq!(exported(store), file.clone());
            prop_assert_eq!(take_in(store, &file).unwrap(), TakenIn { added: 0, continued: 0, known: added });
            prop_assert_eq!(all(store), all(&from));
        }
    }
}

#[test]
fn preferences_stay_where_they_are() {
    let mut store = MemoryStore::new();
    take_in(&mut store, &exported(&small())).unwrap();
    assert_eq!(store.settings("").unwrap(), [(format!("draft:{}", id(1)), "half a tho".to_owned())]);
}

#[test]
fn what_is_there_is_gone_on_with_or_left_and_never_mixed() {
    let begun = history(1, vec![Command::Say("Why the rush?".into())]);
    let longer = history(1, vec![Command::Say("Why the rush?".into()), Command::Say("I miss her.".into())]);
    let other = history(1, vec![Command::Say("Hello".into())]);
    let file = |events: &[Event]| {
        let mut store = MemoryStore::new();
        keep(&mut store, 1, 0, events);
        exported(&store)
    };
    for sqlite in [false, true] {
        let dir = tempfile::tempdir().unwrap();
        let mut store: Box<dyn Store> = if sqlite {
            Box::new(SqliteStore::open(store_support::database(&dir)).unwrap())
        } else {
            Box::new(MemoryStore::new())
        };
        keep(store.as_mut(), 1, 0, &begun);
        assert_eq!(take_in(store.as_mut(), &file(&longer)), Ok(TakenIn { added: 0, continued: 1, known: 0 }));
        let bare = |store: &dyn Store| store.events(&id(1)).unwrap().into_iter().map(|r| r.event).collect::<Vec<_>>();
        assert_eq!(bare(store.as_ref()), longer);
        assert_eq!(store.find(&id(1)).unwrap().turns, 2);
        assert_eq!(take_in(store.as_mut(), &file(&begun)), Ok(TakenIn { added: 0, continued: 0, known: 1 }));
        assert_eq!(take_in(store.as_mut(), &file(&other)), Err(Error::Differs(id(1))));
        assert_eq!(bare(store.as_ref()), longer);
        // And nothing that stood before it in the file was kept.
        let mut two = MemoryStore::new();
        keep(&mut two, 7, 0, &begun);
        keep(&mut two, 1, 0, &other);
        assert_eq!(take_in(store.as_mut(), &exported(&two)), Err(Error::Differs(id(1))));
        assert!(matches!(store.find(&id(7)), Err(Error::NoSession(_))));
    }
}

#[test]
fn a_file_cut_or_changed_anywhere_changes_nothing() {
    let file = exported(&small());
    let dir = tempfile::tempdir().unwrap();
    let mut store = SqliteStore::open(store_support::database(&dir)).unwrap();
    let mut why = std::collections::BTreeSet::new();
    for at in (0..file.len()).step_by(97).chain([file.len() - 1]) {
        let error = take_in(&mut store, &file[..at]).unwrap_err();
        why.insert(error.to_string().split_once(": ").unwrap().1.to_owned());
        let mut changed = file.clone();
        changed[at] = if changed[at] == b'7' { b'8' } else { b'7' };
        let error = take_in(&mut store, &changed).unwrap_err();
        assert!(matches!(error, Error::Archive { .. } | Error::Invalid(_)), "{at}: {error}");
    }
    assert!(why.iter().any(|w| w.contains("it was cut short. Copy or export it again")), "{why:?}");
    assert!(why.iter().all(|w| w.contains("cut short") || w.contains("no export of saywell")), "{why:?}");
    assert_eq!(store.sessions(&Filter::default()).unwrap(), []);
    assert_eq!(store.settings("").unwrap(), []);
}

/// An export with lines of one's own, counted and hashed as it should be.
fn sealed(lines: &[Value]) -> Vec<u8> {
    use sha2::Digest;
    let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
    let sum: String = sha2::Sha256::digest(&text).iter().map(|b| format!("{b:02x}")).collect();
    let rehearsals = lines.iter().filter(|l| l.get("rehearsal").is_some()).count();
    let events = lines.iter().filter(|l| l.get("seq").is_some()).count();
    let end = json!({"end": {"rehearsals": rehearsals, "events": events, "sha256": sum}});
    format!("{text}{end}\n").into_bytes()
}

fn parts() -> Vec<Value> {
    let file = String::from_utf8(exported(&small())).unwrap();
    let mut lines: Vec<Value> = file.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    lines.pop();
    lines
}

/// The number of the first line that has this.
fn place(lines: &[Value], key: &str) -> usize {
    lines.iter().position(|line| line.get(key).is_some()).unwrap()
}

#[test]
fn a_hostile_file_is_refused_with_the_line_and_why() {
    let mut fresh = MemoryStore::new();
    assert!(take_in(&mut fresh, &sealed(&parts())).is_ok(), "the way these files are made is right");
    let is = |kind: &str| {
        let kind = kind.to_owned();
        move |line: &Value| line["event"] == kind.as_str()
    };
    let change = |what: &dyn Fn(&mut Vec<Value>)| {
        let mut lines = parts();
        what(&mut lines);
        sealed(&lines)
    };
    let cases: Vec<(&str, Vec<u8>, &str)> = vec![
        ("nothing", Vec::new(), "no export of saywell"),
        ("another file", b"hello\n".to_vec(), "no export of saywell"),
        ("a picture", vec![0x89, b'P', b'N', b'G', 0, 1, 2, b'\n'], "no export of saywell"),
        ("a newer form", change(&|l| l[0]["saywell_export"] = json!(2)), "update saywell"),
        (
            "a path for an id",
            change(&|l| {
                let n = place(l, "rehearsal");
                l[n]["rehearsal"] = json!("../../.bashrc");
            }),
            "'../../.bashrc' is no id",
        ),
        (
            "an id in capitals",
            change(&|l| {
                let n = place(l, "rehearsal");
                l[n]["rehearsal"] = json!(id(0xab).to_uppercase());
            }),
            "is no id",
        ),
        (
            "the same id twice",
            change(&|l| {
                let n = place(l, "rehearsal");
                let again: Vec<Value> = l[n..].iter().take_while(|line| line.get("end").is_none()).cloned().collect();
                l.extend(again);
            }),
            "twice",
        ),
        (
            "a path for a scenario",
            change(&|l| {
                let n = l.iter().position(is("started")).unwrap();
                l[n]["scenario"] = json!("../x");
            }),
            "no rehearsal can hold this event",
        ),
        (
            "a scenario of another hash",
            change(&|l| {
                let n = place(l, "text");
                l[n]["text"] = json!("format: 1\n");
            }),
            "does not have the hash",
        ),
        (
            "a gap",
            change(&|l| {
                let n = place(l, "seq");
                l.remove(n + 1);
            }),
            "event 2 of the rehearsal",
        ),
        (
            "a foreign event",
            change(&|l| {
                let n = place(l, "seq") + 1;
                l[n]["event"] = json!("sang");
            }),
            "no line of an export is like this",
        ),
        (
            "a meter off its scale",
            change(&|l| {
                let n = l.iter().position(is("moved")).unwrap();
                l[n]["step"]["after"]["trust"] = json!(i32::MAX);
            }),
            "no rehearsal can hold this event",
        ),
        (
            "a mark that ends before it begins",
            change(&|l| {
                let n = l.iter().position(is("analysed")).unwrap();
                l[n]["analysis"]["findings"] = json!([
                    {"id": "blame", "grade": 1, "span": {"start": 9, "end": 3}, "confidence": 0.5, "reason": "x"}
                ]);
            }),
            "no rehearsal can hold this event",
        ),
        (
            "settings of another kind",
            change(&|l| {
                let n = place(l, "rehearsal");
                l[n]["settings"] = json!({"server": "http://example.invalid"});
            }),
            "'server' cannot be set",
        ),
        (
            "nested without end",
            [&sealed(&parts()[..1])[..30], "[".repeat(100_000).as_bytes(), b"\n"].concat(),
            "no export of saywell",
        ),
        (
            "nested within",
            format!("{}\n{}\n", parts()[0], "[".repeat(100_000)).into_bytes(),
            "no line of an export is like this",
        ),
        ("more behind the end", [sealed(&parts()), b"{}\n".to_vec()].concat(), "behind the end"),
        (
            "a promise of events without end",
            change(&|l| {
                let n = place(l, "rehearsal");
                l[n]["events"] = json!(u64::MAX);
            }),
            "of the rehearsal",
        ),
    ];
    let dir = tempfile::tempdir().unwrap();
    let mut sqlite = SqliteStore::open(store_support::database(&dir)).unwrap();
    let mut memory = MemoryStore::new();
    for store in [&mut sqlite as &mut dyn Store, &mut memory] {
        keep(store, 99, 0, &history(9, vec![Command::Say("Mine".into())]));
        let before = all(store);
        for (name, file, expected) in &cases {
            let error = take_in(store, file).expect_err(name).to_string();
            assert!(error.contains(expected), "{name}: {error}");
            assert!(error.len() < 400, "{name}: {error}");
            assert_eq!(all(store), before, "{name}");
        }
    }
}

#[test]
fn a_line_without_end_is_given_up_on() {
    let mut reader = Reader::new(BufReader::new(std::io::repeat(b'a')));
    let error = reader.next().unwrap().unwrap_err();
    assert!(error.to_string().contains("longer than 16 MiB"), "{error}");
    assert!(reader.next().is_none(), "nothing more is read after an error");
    let head = format!("{}\n", parts()[0]);
    let mut reader = Reader::new(BufReader::new(head.as_bytes().chain(std::io::repeat(b' '))));
    assert!(reader.next().unwrap().unwrap_err().to_string().starts_with("line 2: it is longer than"));
}

#[test]
fn a_rehearsal_whose_scenario_was_lost_goes_along() {
    let dir = tempfile::tempdir().unwrap();
    let path = store_support::database(&dir);
    keep(&mut SqliteStore::open(&path).unwrap(), 1, 0, &history(1, vec![Command::Say("Hello".into())]));
    let raw = rusqlite::Connection::open(&path).unwrap();
    raw.execute_batch("DROP TRIGGER scenarios_never_change; UPDATE scenarios SET text = NULL").unwrap();
    drop(raw);
    let store = SqliteStore::open(&path).unwrap();
    let file = exported(&store);
    let other = tempfile::tempdir().unwrap();
    let mut sqlite = SqliteStore::open(store_support::database(&other)).unwrap();
    take_in(&mut sqlite, &file).unwrap();
    assert_eq!(sqlite.events(&id(1)).unwrap(), store.events(&id(1)).unwrap());
    assert!(matches!(sqlite.scenario_text(&text_hash(TEXT)), Err(Error::NoScenario(_))));
    assert_eq!(exported(&sqlite), file);
    // From a file that has the text, it comes back.
    let mut whole = MemoryStore::new();
    keep(&mut whole, 2, 0, &history(1, vec![]));
    take_in(&mut sqlite, &exported(&whole)).unwrap();
    assert_eq!(sqlite.scenario_text(&text_hash(TEXT)).unwrap(), TEXT);
}

#[test]
fn an_entry_that_cannot_be_read_leaves_its_rehearsal_out_and_says_so() {
    let dir = tempfile::tempdir().unwrap();
    let path = store_support::database(&dir);
    let mut store = SqliteStore::open(&path).unwrap();
    keep(&mut store, 1, 0, &history(1, vec![]));
    keep(&mut store, 2, 0, &history(2, vec![]));
    let raw = rusqlite::Connection::open(&path).unwrap();
    raw.execute_batch(
        "INSERT INTO events (session, seq, at_ms, kind, payload) VALUES (1, 3, 0, 'sang', '{\"event\":\"sang\"}')",
    )
    .unwrap();
    drop(raw);
    let mut out = Vec::new();
    let written = archive::write(&store, &mut out).unwrap();
    assert_eq!((written.rehearsals, written.left_out.len()), (1, 1));
    assert_eq!(written.left_out[0].0, id(1));
    assert!(take_in(&mut MemoryStore::new(), &out).is_ok());
}

#[test]
fn a_database_that_is_taken_away_meanwhile_is_told() {
    let dir = tempfile::tempdir().unwrap();
    let path = store_support::database(&dir);
    let mut store = SqliteStore::open(&path).unwrap();
    let file = exported(&small());
    let mut parcels = Reader::new(Cursor::new(&file)).inspect(|_| drop(std::fs::remove_file(&path)));
    assert!(matches!(store.take_in(&mut parcels), Err(Error::Moved { .. })));
}
