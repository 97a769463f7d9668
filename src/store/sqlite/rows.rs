//! Rows of the file: sessions, events and words as they go into it and come out of it.

use std::borrow::Cow;

use rusqlite::{Connection, Row, params};

use super::super::{Error, Opening, Result, Seq, SessionSummary};
use super::lock::{Words, place};
use crate::session::{Event, Finish};

const ADD_SCENARIO: &str = "INSERT INTO scenarios (hash, text) VALUES (?1, ?2)
    ON CONFLICT (hash) DO UPDATE SET text = excluded.text WHERE scenarios.text IS NULL";
const ADD_SESSION: &str = "INSERT INTO sessions (id, scenario_id, title, audience, difficulty, scenario, started_ms,
    last_ms, last_seq, last_pos, turns, finished)
    VALUES (?1, ?2, ?3, ?4, ?5, (SELECT n FROM scenarios WHERE hash = ?6), ?7, ?7, 0, 0, 0, NULL)";

/// A new session as it goes into the file.
pub(super) struct Filed<'a> {
    id: &'a str,
    situation: Cow<'a, str>,
    title: Cow<'a, str>,
    hash: Cow<'a, str>,
    text: Option<Cow<'a, str>>,
    audience: &'static str,
    difficulty: &'static str,
}

impl<'a> Filed<'a> {
    pub(super) fn new(
        words: &Words,
        id: &'a str,
        title: &'a str,
        opening: &Opening<'a>,
        text: Option<&'a str>,
    ) -> Result<Self> {
        Ok(Self {
            id,
            situation: words.name(place::SITUATION, opening.scenario_id),
            title: words.put(place::TITLE, title)?,
            hash: words.name(place::HASH, opening.scenario_hash),
            text: text.map(|text| words.put(place::SCENARIO, text)).transpose()?,
            audience: opening.audience.as_str(),
            difficulty: opening.difficulty.as_str(),
        })
    }

    /// Add it without events, and its scenario's text where that is new. Gives its number in the file.
    pub(super) fn insert(&self, conn: &Connection, at_ms: i64) -> rusqlite::Result<i64> {
        let Self { id, situation, title, hash, text, audience, difficulty } = self;
        conn.prepare_cached(ADD_SCENARIO)?.execute(params![hash, text])?;
        let mut session = conn.prepare_cached(ADD_SESSION)?;
        session.execute(params![id, situation, title, audience, difficulty, hash, at_ms])?;
        Ok(conn.last_insert_rowid())
    }
}

/// A place as SQLite counts it.
pub(super) fn number(seq: Seq) -> i64 {
    i64::try_from(seq).unwrap_or(i64::MAX)
}

/// An event as it goes into the file.
pub(super) struct Lined<'a> {
    pub(super) event: &'a Event,
    pub(super) kind: Cow<'a, str>,
    pub(super) payload: String,
}

impl<'a> Lined<'a> {
    /// `payload` is the event as JSON, `seq` the place it will have in its session.
    pub(super) fn new(words: &Words, seq: Seq, event: &'a Event, payload: &str) -> Result<Self> {
        let kind = words.put(place::KIND, kind(event))?;
        let payload = words.put(&place::event(number(seq)), payload)?.into_owned();
        Ok(Self { event, kind, payload })
    }
}

/// Write events out before a transaction is begun, so that it is held as shortly as can be.
pub(super) fn lined<'a>(words: &Words, after: Seq, events: &'a [Event]) -> Result<Vec<Lined<'a>>> {
    let line = |(seq, event)| match serde_json::to_string(event) {
        Ok(payload) => Lined::new(words, seq, event, &payload),
        Err(error) => Err(Error::Invalid(error.to_string())),
    };
    (after + 1..).zip(events).map(line).collect()
}

/// The event's name in the log; the same word as in its JSON.
pub(super) fn kind(event: &Event) -> &'static str {
    match event {
        Event::Started { .. } => "started",
        Event::CounterpartSaid { .. } => "counterpart_said",
        Event::Worded { .. } => "worded",
        Event::UserSaid { .. } => "user_said",
        Event::Analysed { .. } => "analysed",
        Event::Judged { .. } => "judged",
        Event::Moved { .. } => "moved",
        Event::WentBack { .. } => "went_back",
        Event::SafetyStopped { .. } => "safety_stopped",
        Event::SafetyAcknowledged { .. } => "safety_acknowledged",
        Event::Prepared { .. } => "prepared",
        Event::Felt { .. } => "felt",
        Event::Planned { .. } => "planned",
        Event::Attempted { .. } => "attempted",
        Event::Finished { .. } => "finished",
    }
}

pub(super) fn finish_word(how: Finish) -> &'static str {
    match how {
        Finish::Done => "done",
        Finish::Safety => "safety",
    }
}

/// What a column holds is not what we write there.
fn odd(column: usize, why: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(column, rusqlite::types::Type::Text, why.into())
}

/// A column's text, opened.
pub(super) fn text(row: &Row<'_>, column: usize, words: &Words, place: &str) -> rusqlite::Result<String> {
    words.take(place, row.get(column)?).ok_or_else(|| odd(column, "sealed otherwise"))
}

/// A word of the file as the value that it stands for.
fn word<T: serde::de::DeserializeOwned>(column: usize, text: String) -> rusqlite::Result<T> {
    serde_json::from_value(serde_json::Value::String(text)).map_err(|error| odd(column, error))
}

/// How session `n` was ended.
pub(super) fn finish(row: &Row<'_>, column: usize, words: &Words, n: i64) -> rusqlite::Result<Option<Finish>> {
    if row.get_ref(column)? == rusqlite::types::ValueRef::Null {
        return Ok(None);
    }
    word(column, text(row, column, words, &place::finished(n))?).map(Some)
}

pub(super) fn summary(row: &Row<'_>, words: &Words) -> rusqlite::Result<SessionSummary> {
    Ok(SessionSummary {
        id: row.get(0)?,
        scenario_id: text(row, 1, words, place::SITUATION)?,
        title: text(row, 2, words, place::TITLE)?,
        audience: word(3, row.get(3)?)?,
        difficulty: word(4, row.get(4)?)?,
        scenario_hash: text(row, 5, words, place::HASH)?,
        started_ms: row.get(6)?,
        last_ms: row.get(7)?,
        last_seq: row.get::<_, i64>(8)?.unsigned_abs(),
        turns: row.get(9)?,
        finished: finish(row, 10, words, row.get(11)?)?,
    })
}
