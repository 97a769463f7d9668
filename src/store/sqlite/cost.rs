//! What an append costs does not grow with what is there already. Counted in steps of SQLite's machine, not in time.

use rusqlite::StatementStatus;

use super::super::{Filter, NewSession, Store, text_hash};
use super::{ADD_EVENT, MOVE_SESSION, SESSION_NOW, SqliteStore};
use crate::analysis::Audience;
use crate::scenario::Difficulty;
use crate::session::Event;

const TEXT: &str = "format: 1";

fn begin(store: &mut SqliteStore, id: &str) {
    let started = Event::Started {
        scenario: "s".to_owned(),
        scenario_hash: text_hash(TEXT),
        audience: Audience::Client,
        difficulty: Difficulty::Gentle,
        seed: 1,
        analyser: 1,
    };
    store.create(&NewSession { id, title: "S", scenario_text: TEXT }, 0, &[started]).unwrap();
}

fn turn(n: u32) -> [Event; 2] {
    let text = "I felt alone with the dishes on Tuesday. Could you take Thursday?".to_owned();
    [Event::UserSaid { turn: n, parent: None, text: text.clone() }, Event::UserSaid { turn: n + 1, parent: None, text }]
}

/// Steps, and rows passed over in search of others, since the last time.
fn counted(store: &SqliteStore) -> (i32, i32) {
    let mut all = (0, 0);
    for sql in [SESSION_NOW, ADD_EVENT, MOVE_SESSION] {
        let statement = store.conn.prepare_cached(sql).unwrap();
        all.0 += statement.reset_status(StatementStatus::VmStep);
        all.1 += statement.reset_status(StatementStatus::FullscanStep) + statement.reset_status(StatementStatus::Sort);
    }
    all
}

#[test]
fn the_last_of_two_thousand_turns_costs_what_the_first_did() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = SqliteStore::open(dir.path().join("saywell.db")).unwrap();
    begin(&mut store, "other");
    begin(&mut store, "long");
    let mut last = 1;
    let mut cost_of_one = |store: &mut SqliteStore, last: &mut u64| {
        counted(store);
        *last = store.append("long", *last, 0, &turn(7)).unwrap();
        counted(store)
    };
    let first = cost_of_one(&mut store, &mut last);
    let many: Vec<Event> = (0..1_998).flat_map(turn).collect();
    last = store.append("long", last, 0, &many).unwrap();
    let two_thousandth = cost_of_one(&mut store, &mut last);
    assert_eq!(last, 1 + 2 * 2_000);
    assert_eq!((first.1, two_thousandth.1), (0, 0), "no row is passed over");
    assert!(first.0 > 20, "{first:?}");
    assert!(two_thousandth.0 <= first.0 + first.0 / 10, "{first:?} at first, {two_thousandth:?} at last");
}

#[test]
fn the_newest_session_is_found_without_looking_at_the_others() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = SqliteStore::open(dir.path().join("saywell.db")).unwrap();
    for n in 0..200 {
        begin(&mut store, &format!("s{n}"));
    }
    let plan = store
        .conn
        .prepare(&format!("EXPLAIN QUERY PLAN {} ORDER BY s.last_pos DESC LIMIT 1", super::SUMMARY))
        .unwrap()
        .query_map([], |row| row.get::<_, String>(3))
        .unwrap()
        .collect::<Result<Vec<_>, _>>()
        .unwrap()
        .join("; ");
    assert!(plan.contains("sessions_by_last") && !plan.contains("TEMP B-TREE"), "{plan}");
    let newest = store.sessions(&Filter { limit: Some(1), ..Filter::default() }).unwrap();
    assert_eq!(newest.first().map(|s| s.id.as_str()), Some("s199"));
}
