//! What every store has to do alike. A new kind of store joins by a line at the end of this file.
#![allow(clippy::unwrap_used, clippy::panic)]

mod store_support;

use saywell::analysis::Audience;
use saywell::scenario::Difficulty;
use saywell::session::{Event, Finish};
use saywell::store::{Cost, Error, Filter, MemoryStore, Passphrase, SqliteStore, Store, copy, text_hash};
use store_support::{TEXT, new, opening, said, started_with};

fn ids(store: &dyn Store, filter: &Filter) -> Vec<String> {
    store.sessions(filter).unwrap().into_iter().map(|s| s.id).collect()
}

fn keeps_what_it_was_given(store: &mut dyn Store) {
    assert_eq!(store.create(&new("a1"), 1_000, &opening()), Ok(2));
    let odd = "nul \0, quote \", newline \n, \u{1f469}\u{200d}\u{1f469}, \u{202e}reversed, \u{fffd}";
    assert_eq!(store.append("a1", 2, 2_000, &[said(1, odd)]), Ok(3));
    let events = store.events("a1").unwrap();
    assert_eq!(events.iter().map(|r| (r.seq, r.at_ms)).collect::<Vec<_>>(), [(1, 1_000), (2, 1_000), (3, 2_000)]);
    assert_eq!(events[0].event, opening()[0]);
    assert_eq!(events[2].event, said(1, odd));
    assert_eq!(store.events_after("a1", 2).unwrap(), events[2..]);
    assert_eq!(store.events_after("a1", 3).unwrap(), []);
    assert_eq!(store.scenario_text(&text_hash(TEXT)).unwrap(), TEXT);
    assert_eq!(store.scenario_text("0"), Err(Error::NoScenario("0".into())));
}

fn lists_what_it_keeps(store: &mut dyn Store) {
    store.create(&new("a1"), 1_000, &opening()).unwrap();
    store.append("a1", 2, 5_000, &[said(1, "Could you do bedtime on Tuesday?")]).unwrap();
    let listed = store.sessions(&Filter::default()).unwrap();
    let [one] = listed.as_slice() else { panic!("{listed:?}") };
    assert_eq!((one.id.as_str(), one.scenario_id.as_str(), one.title.as_str()), ("a1", "chores", "Asking for help"));
    assert_eq!((one.audience, one.difficulty), (Audience::Trainee, Difficulty::Hard));
    assert_eq!(one.scenario_hash, text_hash(TEXT));
    assert_eq!((one.started_ms, one.last_ms, one.last_seq, one.turns, one.finished), (1_000, 5_000, 3, 1, None));
}

fn refuses_what_is_no_session(store: &mut dyn Store) {
    assert!(matches!(store.create(&new("a1"), 0, &[]), Err(Error::Invalid(_))));
    assert!(matches!(store.create(&new("a1"), 0, &[said(1, "hello")]), Err(Error::Invalid(_))));
    assert!(matches!(store.create(&new("a1"), 0, &[started_with("another text")]), Err(Error::Invalid(_))));
    assert!(matches!(store.create(&new(""), 0, &opening()), Err(Error::Invalid(_))));
    assert_eq!(ids(store, &Filter::default()), [""; 0]);
    store.create(&new("a1"), 0, &opening()).unwrap();
    assert_eq!(store.create(&new("a1"), 0, &opening()), Err(Error::Exists("a1".into())));
    assert_eq!(store.events("a1").unwrap().len(), 2);
}

fn refuses_a_session_that_somebody_went_on_with(store: &mut dyn Store) {
    store.create(&new("a1"), 0, &opening()).unwrap();
    store.append("a1", 2, 0, &[said(1, "mine")]).unwrap();
    for stale in [0, 1, 2, 4] {
        let refused = store.append("a1", stale, 0, &[said(1, "theirs")]);
        assert_eq!(refused, Err(Error::Conflict { session: "a1".into(), expected: stale, found: 3 }));
    }
    assert_eq!(store.events("a1").unwrap().len(), 3);
    assert_eq!(store.append("a1", 3, 0, &[]), Ok(3));
    assert_eq!(store.append("b", 0, 0, &[said(1, "x")]), Err(Error::NoSession("b".into())));
    assert_eq!(store.events("b"), Err(Error::NoSession("b".into())));
}

fn orders_by_sequence_whatever_the_clock_says(store: &mut dyn Store) {
    for (id, at_ms) in [("a", 9_000), ("b", 5_000), ("c", -1)] {
        store.create(&new(id), at_ms, &opening()).unwrap();
    }
    assert_eq!(ids(store, &Filter::default()), ["c", "b", "a"]);
    store.append("a", 2, 10, &[said(1, "one")]).unwrap();
    store.append("a", 3, 3, &[said(3, "two")]).unwrap();
    assert_eq!(ids(store, &Filter::default()), ["a", "c", "b"]);
    let times: Vec<i64> = store.events("a").unwrap().iter().map(|r| r.at_ms).collect();
    assert_eq!(times, [9_000, 9_000, 10, 3]);
}

fn knows_what_is_unfinished(store: &mut dyn Store) {
    assert_eq!(store.latest_unfinished(), Ok(None));
    store.create(&new("a"), 0, &opening()).unwrap();
    assert_eq!(store.latest_unfinished(), Ok(None), "nothing was said in it");
    store.append("a", 2, 0, &[said(1, "one")]).unwrap();
    store.create(&new("b"), 0, &opening()).unwrap();
    store.append("b", 2, 0, &[said(1, "one")]).unwrap();
    let latest = |store: &dyn Store| store.latest_unfinished().unwrap().map(|s| s.id);
    assert_eq!(latest(store).as_deref(), Some("b"));
    store.append("b", 3, 0, &[Event::Finished { how: Finish::Safety }]).unwrap();
    assert_eq!(latest(store).as_deref(), Some("a"));
    assert_eq!(store.find("b").unwrap().finished, Some(Finish::Safety));
    assert_eq!(ids(store, &Filter { finished: Some(true), ..Filter::default() }), ["b"]);
    store.append("b", 4, 0, &[Event::WentBack { to: Some(0) }]).unwrap();
    assert_eq!(latest(store).as_deref(), Some("b"), "going back opens it again");
}

fn filters(store: &mut dyn Store) {
    for id in ["a", "b", "c"] {
        store.create(&new(id), 0, &opening()).unwrap();
    }
    assert_eq!(ids(store, &Filter { limit: Some(2), ..Filter::default() }), ["c", "b"]);
    assert_eq!(ids(store, &Filter { limit: Some(0), ..Filter::default() }), [""; 0]);
    assert_eq!(ids(store, &Filter { min_turns: 1, ..Filter::default() }), [""; 0]);
    assert_eq!(ids(store, &Filter { scenario_id: Some("chores".into()), ..Filter::default() }).len(), 3);
    assert_eq!(ids(store, &Filter { scenario_id: Some("chore".into()), ..Filter::default() }), [""; 0]);
}

fn finds_by_part_of_an_id(store: &mut dyn Store) {
    let all = ["0190a1b2-0000-7000-8000-00000000aaaa", "0190a1b2-0000-7000-8000-00000000bbbb", "0190a1b2"];
    for id in all {
        store.create(&new(id), 0, &opening()).unwrap();
    }
    let found = |part: &str| store.find(part).map(|s| s.id);
    assert_eq!(found(all[0]).as_deref(), Ok(all[0]));
    assert_eq!(found("BBBB ").as_deref(), Ok(all[1]));
    assert_eq!(found("0190a1b2").as_deref(), Ok(all[2]), "an exact id goes before those that only begin so");
    for none in ["", " ", "zz", "%", "0190a1b2-0000-7000-8000-00000000aaaa0"] {
        assert!(matches!(found(none), Err(Error::NoSession(_))), "{none}");
    }
    let Err(Error::Ambiguous { part, choices }) = found("0190") else { panic!("not ambiguous") };
    assert_eq!((part.as_str(), choices.len(), choices[0].id.as_str()), ("0190", 3, all[2]));
}

fn deletes_a_whole_session_and_nothing_else(store: &mut dyn Store) {
    store.create(&new("a"), 0, &opening()).unwrap();
    store.create(&new("b"), 0, &opening()).unwrap();
    assert_eq!(store.delete("c"), Err(Error::NoSession("c".into())));
    store.delete("a").unwrap();
    assert_eq!(store.events("a"), Err(Error::NoSession("a".into())));
    assert_eq!(store.events("b").unwrap().len(), 2);
    assert!(store.scenario_text(&text_hash(TEXT)).is_ok(), "b needs it");
    store.delete("b").unwrap();
    assert!(store.scenario_text(&text_hash(TEXT)).is_err());
    assert_eq!(store.create(&new("a"), 0, &opening()), Ok(2), "the id is free again");
}

fn remembers_settings(store: &mut dyn Store) {
    assert_eq!(store.setting("country"), Ok(None));
    store.set_setting("country", Some("IE")).unwrap();
    store.set_setting("country", Some("NZ")).unwrap();
    assert_eq!(store.setting("country").unwrap().as_deref(), Some("NZ"));
    store.set_setting("country", None).unwrap();
    assert_eq!(store.setting("country"), Ok(None));
}

fn deletes_several_or_none_and_what_was_set_for_them(store: &mut dyn Store) {
    for id in ["a", "b", "c"] {
        store.create(&new(id), 0, &opening()).unwrap();
        store.set_setting(&format!("draft:{id}"), Some(id)).unwrap();
    }
    store.set_setting("draft", Some("of nobody")).unwrap();
    store.set_setting("draft:xa", Some("of another")).unwrap();
    let names = |store: &dyn Store| store.settings("").unwrap().into_iter().map(|(key, _)| key).collect::<Vec<_>>();
    assert_eq!(store.delete_many(&["a", "x", "b"]), Err(Error::NoSession("x".into())));
    assert_eq!(store.sessions(&Filter::default()).unwrap().len(), 3);
    assert_eq!(names(store), ["draft", "draft:a", "draft:b", "draft:c", "draft:xa"]);
    store.delete_many(&["a", "b"]).unwrap();
    assert_eq!(ids(store, &Filter::default()), ["c"]);
    assert_eq!(names(store), ["draft", "draft:c", "draft:xa"]);
    assert_eq!(store.settings("draft:x").unwrap(), [("draft:xa".to_owned(), "of another".to_owned())]);
    store.delete_many(&[]).unwrap();
    assert_eq!(ids(store, &Filter::default()), ["c"]);
}

fn copies_a_session_to_another_store(store: &mut dyn Store) {
    store.create(&new("a"), 5, &opening()).unwrap();
    for n in 0..4 {
        store.append("a", 2 + n, n as i64 / 2, &[said(n as u32 + 1, "and")]).unwrap();
    }
    let mut other = MemoryStore::new();
    assert_eq!(copy(store, &mut other, "a"), Ok(6));
    assert_eq!(other.events("a"), store.events("a"));
    assert_eq!(other.find("a"), store.find("a"));
    assert_eq!(copy(store, &mut other, "a"), Err(Error::Exists("a".into())));
    store.delete("a").unwrap();
    assert_eq!(copy(&other, store, "a"), Ok(6), "and back");
    assert_eq!(other.events("a"), store.events("a"));
    assert_eq!(other.find("a"), store.find("a"));
}

macro_rules! conformance {
    ($kind:ident, $make:expr; $($test:ident),* $(,)?) => {
        mod $kind {
            use super::*;
            $(#[test] fn $test() {
                let (_kept, mut store) = $make;
                super::$test(&mut store);
            })*
        }
    };
    ($kind:ident, $make:expr) => {
        conformance!($kind, $make; keeps_what_it_was_given, lists_what_it_keeps, refuses_what_is_no_session,
            refuses_a_session_that_somebody_went_on_with, orders_by_sequence_whatever_the_clock_says,
            knows_what_is_unfinished, filters, finds_by_part_of_an_id, deletes_a_whole_session_and_nothing_else,
            remembers_settings, deletes_several_or_none_and_what_was_set_for_them, copies_a_session_to_another_store);
    };
}

conformance!(memory, ((), MemoryStore::new()));
conformance!(sqlite, {
    let dir = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(dir.path().join("deep/er/saywell.db")).unwrap();
    (dir, store)
});
conformance!(locked, {
    let dir = tempfile::tempdir().unwrap();
    let mut store = SqliteStore::open(dir.path().join("saywell.db")).unwrap();
    store.set_passphrase(&Passphrase::new("correct horse".into()), Cost::LEAST).unwrap();
    (dir, store)
});
