//! The event log in one SQLite file.

#[cfg(test)]
mod cost;
mod fault;
mod mend;
mod open;
mod presence;
mod salvage;
mod taking;
mod wal;

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{CachedStatement, Connection, OptionalExtension, Row, params};

use super::{
    Error, Filter, NewSession, Opening, Parcel, Recorded, Result, Seq, SessionSummary, Store, TakenIn, Tally, only,
    opening,
};
use crate::session::{Event, Finish};

pub use mend::Mended;
use open::Identity;
use presence::Presence;

/// How a database is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// How long to wait for another process before it is reported as in the way.
    pub wait: Duration,
    /// At most so many pages of 4 KiB; what goes beyond is refused as if the disk were full. None: no limit.
    pub max_pages: Option<u32>,
}

impl Default for Options {
    fn default() -> Self {
        Self { wait: Duration::from_secs(3), max_pages: None }
    }
}

/// Keeps rehearsals in an SQLite file: write-ahead log, every acknowledged change confirmed by the disk.
///
/// Several processes may have the same file open.
#[derive(Debug)]
pub struct SqliteStore {
    conn: Connection,
    path: PathBuf,
    wait_s: u64,
    identity: Identity,
    mended: Option<Mended>,
    /// Given up last, when SQLite has closed the file.
    _presence: Presence,
}

const SESSION_NOW: &str = "SELECT n, last_seq, turns, finished FROM sessions WHERE id = ?1";
const ADD_EVENT: &str = "INSERT INTO events (session, seq, at_ms, kind, payload) VALUES (?1, ?2, ?3, ?4, ?5)";
const MOVE_SESSION: &str =
    "UPDATE sessions SET last_seq = ?2, last_ms = ?3, last_pos = ?4, turns = ?5, finished = ?6 WHERE n = ?1";
const ADD_SCENARIO: &str = "INSERT INTO scenarios (hash, text) VALUES (?1, ?2)
    ON CONFLICT (hash) DO UPDATE SET text = excluded.text WHERE scenarios.text IS NULL";
const ADD_SESSION: &str = "INSERT INTO sessions (id, scenario_id, title, audience, difficulty, scenario, started_ms,
    last_ms, last_seq, last_pos, turns, finished)
    VALUES (?1, ?2, ?3, ?4, ?5, (SELECT n FROM scenarios WHERE hash = ?6), ?7, ?7, 0, 0, 0, NULL)";
/// What was set for a session goes with it.
const FORGET_OF: &str = "DELETE FROM settings WHERE lower(substr(key, -length(?1) - 1)) = ':' || lower(?1)";
const EVENTS: &str = "SELECT e.seq, e.at_ms, e.payload FROM sessions s JOIN events e ON e.session = s.n
    WHERE s.id = ?1 AND e.seq > ?2 ORDER BY e.seq";
const SUMMARY: &str = "SELECT s.id, s.scenario_id, s.title, s.audience, s.difficulty, c.hash, s.started_ms, s.last_ms,
    s.last_seq, s.turns, s.finished FROM sessions s JOIN scenarios c ON c.n = s.scenario";

impl SqliteStore {
    /// Open the database, making it and its folder where there are none.
    ///
    /// # Errors
    /// [`Error`] with what is in the way and how to mend it. Nothing was changed then.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        Self::open_with(path, &Options::default())
    }

    /// Open the database in another way than usual.
    ///
    /// # Errors
    /// As [`SqliteStore::open`].
    pub fn open_with(path: impl AsRef<Path>, options: &Options) -> Result<Self> {
        // Fixed now: a later change of the working folder is not to lead elsewhere.
        let path = std::path::absolute(path.as_ref()).map_err(|e| fault::file(path.as_ref(), "opened", &e))?;
        open::make_file(&path)?;
        let mut presence = Presence::take(&path, options.wait)?;
        let (conn, mended) =
            if presence.alone() { mend::open_alone(&path, options)? } else { (open::connect(&path, options)?, None) };
        let identity = Identity::of(&path);
        presence.share();
        Ok(Self { conn, path, wait_s: options.wait.as_secs(), identity, mended, _presence: presence })
    }

    /// Where the database lies.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What became of the file if it was found damaged when it was opened; for the user to be told.
    pub fn mended(&self) -> Option<&Mended> {
        self.mended.as_ref()
    }

    /// Look through the whole file; for `doctor` and for tests, as it takes long where there is much.
    ///
    /// # Errors
    /// [`Error::Damaged`] where it is not sound; the next start then mends it.
    pub fn check(&self) -> Result<()> {
        let first = |sql: &str| self.conn.query_row(sql, [], |row| row.get::<_, String>(0)).optional();
        let failed = self.failed("read");
        let answer = first("PRAGMA integrity_check(1)").map_err(&failed)?;
        let loose = first("SELECT \"table\" FROM pragma_foreign_key_check").map_err(&failed)?;
        if answer.as_deref() == Some("ok") && loose.is_none() {
            return Ok(());
        }
        mend::suspect(&self.path);
        Err(Error::Damaged { place: self.path.display().to_string(), copy: None })
    }

    /// An SQLite error in our words. Where it speaks of damage, the next start is told to look.
    fn failed(&self, doing: &'static str) -> impl Fn(rusqlite::Error) -> Error + use<> {
        let (path, wait_s) = (self.path.clone(), self.wait_s);
        move |error| {
            let error = fault::sqlite(&path, wait_s, doing, &error);
            if matches!(error, Error::Damaged { .. }) {
                mend::suspect(&path);
            }
            error
        }
    }

    /// Refuse to write into a file that has lost its name: what would be acknowledged would not be found again.
    fn in_its_place(&self) -> Result<()> {
        if self.identity == Identity::of(&self.path) {
            return Ok(());
        }
        Err(Error::Moved { place: self.path.display().to_string() })
    }

    /// Have nothing left in the log beside the database, where deleted words would still stand.
    fn empty_log(&self) -> Result<()> {
        let failed = self.failed("written");
        let busy = self.conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, bool>(0));
        if busy.map_err(failed)? {
            return Err(Error::LeftInLog { place: self.path.display().to_string() });
        }
        Ok(())
    }

    fn statement(&self, sql: &str) -> Result<CachedStatement<'_>> {
        self.conn.prepare_cached(sql).map_err(self.failed("read"))
    }

    fn summaries(&self, rest: &str, given: &[&dyn rusqlite::ToSql]) -> Result<Vec<SessionSummary>> {
        let failed = self.failed("read");
        let mut statement = self.statement(&format!("{SUMMARY} {rest}"))?;
        let rows = statement.query_map(given, summary).map_err(&failed)?;
        rows.collect::<Result<_, _>>().map_err(&failed)
    }
}

/// Add events to a session behind `after`, within a transaction.
fn add(
    conn: &Connection,
    n: i64,
    after: Seq,
    tally: &mut Tally,
    at_ms: i64,
    events: &[Lined<'_>],
) -> rusqlite::Result<Seq> {
    let mut last = after;
    {
        let mut insert = conn.prepare_cached(ADD_EVENT)?;
        for Lined { event, kind, payload } in events {
            last += 1;
            insert.execute(params![n, number(last), at_ms, kind, payload])?;
            tally.add(event);
        }
    }
    let finished = tally.finished.map(finish_word);
    let position = conn.last_insert_rowid();
    conn.prepare_cached(MOVE_SESSION)?.execute(params![n, number(last), at_ms, position, tally.turns, finished])?;
    Ok(last)
}

/// Add a session without events, and its scenario's text where that is new. Gives its number in the file.
fn insert_session(
    conn: &Connection,
    id: &str,
    title: &str,
    opening: &Opening<'_>,
    text: Option<&str>,
    at_ms: i64,
) -> rusqlite::Result<i64> {
    let mut scenario = conn.prepare_cached(ADD_SCENARIO)?;
    scenario.execute(params![opening.scenario_hash, text])?;
    let (audience, difficulty) = (opening.audience.as_str(), opening.difficulty.as_str());
    let mut session = conn.prepare_cached(ADD_SESSION)?;
    session.execute(params![id, opening.scenario_id, title, audience, difficulty, opening.scenario_hash, at_ms])?;
    Ok(conn.last_insert_rowid())
}

/// A place as SQLite counts it.
fn number(seq: Seq) -> i64 {
    i64::try_from(seq).unwrap_or(i64::MAX)
}

/// An event as it goes into the file.
struct Lined<'a> {
    event: &'a Event,
    kind: &'static str,
    payload: String,
}

/// Write events out before a transaction is begun, so that it is held as shortly as can be.
fn lined(events: &[Event]) -> Result<Vec<Lined<'_>>> {
    let line = |event| match serde_json::to_string(event) {
        Ok(payload) => Ok(Lined { event, kind: kind(event), payload }),
        Err(error) => Err(Error::Invalid(error.to_string())),
    };
    events.iter().map(line).collect()
}

/// The event's name in the log; the same word as in its JSON.
fn kind(event: &Event) -> &'static str {
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

fn finish_word(how: Finish) -> &'static str {
    match how {
        Finish::Done => "done",
        Finish::Safety => "safety",
    }
}

/// A word of the file as the value that it stands for.
fn word<T: serde::de::DeserializeOwned>(row: &Row<'_>, column: usize) -> rusqlite::Result<T> {
    let text: String = row.get(column)?;
    serde_json::from_value(serde_json::Value::String(text))
        .map_err(|e| rusqlite::Error::FromSqlConversionFailure(column, rusqlite::types::Type::Text, Box::new(e)))
}

fn finish(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<Finish>> {
    if row.get_ref(column)? == rusqlite::types::ValueRef::Null { Ok(None) } else { word(row, column).map(Some) }
}

fn summary(row: &Row<'_>) -> rusqlite::Result<SessionSummary> {
    Ok(SessionSummary {
        id: row.get(0)?,
        scenario_id: row.get(1)?,
        title: row.get(2)?,
        audience: word(row, 3)?,
        difficulty: word(row, 4)?,
        scenario_hash: row.get(5)?,
        started_ms: row.get(6)?,
        last_ms: row.get(7)?,
        last_seq: row.get::<_, i64>(8)?.unsigned_abs(),
        turns: row.get(9)?,
        finished: finish(row, 10)?,
    })
}

impl Store for SqliteStore {
    fn create(&mut self, session: &NewSession<'_>, at_ms: i64, events: &[Event]) -> Result<Seq> {
        self.in_its_place()?;
        let opening = opening(session, events)?;
        let lines = lined(events)?;
        let failed = self.failed("written");
        let tx = self.conn.transaction().map_err(&failed)?;
        let there = tx.prepare_cached(SESSION_NOW).and_then(|mut s| s.exists([session.id])).map_err(&failed)?;
        if there {
            return Err(Error::Exists(session.id.to_owned()));
        }
        let write = || {
            let text = Some(session.scenario_text);
            let n = insert_session(&tx, session.id, session.title, &opening, text, at_ms)?;
            add(&tx, n, 0, &mut Tally::default(), at_ms, &lines)
        };
        let last = write().map_err(&failed)?;
        tx.commit().map_err(&failed)?;
        Ok(last)
    }

    fn append(&mut self, session: &str, after: Seq, at_ms: i64, events: &[Event]) -> Result<Seq> {
        self.in_its_place()?;
        let lines = lined(events)?;
        let failed = self.failed("written");
        let tx = self.conn.transaction().map_err(&failed)?;
        let now = tx.prepare_cached(SESSION_NOW).and_then(|mut statement| {
            let row = |row: &Row<'_>| {
                let tally = Tally { turns: row.get(2)?, finished: finish(row, 3)? };
                Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?.unsigned_abs(), tally))
            };
            statement.query_row([session], row).optional()
        });
        let Some((n, found, mut tally)) = now.map_err(&failed)? else {
            return Err(Error::NoSession(session.to_owned()));
        };
        if found != after {
            return Err(Error::Conflict { session: session.to_owned(), expected: after, found });
        }
        if lines.is_empty() {
            return Ok(found);
        }
        let last = add(&tx, n, found, &mut tally, at_ms, &lines).map_err(&failed)?;
        tx.commit().map_err(&failed)?;
        Ok(last)
    }

    fn events_after(&self, session: &str, after: Seq) -> Result<Vec<Recorded>> {
        let failed = self.failed("read");
        let mut statement = self.statement(EVENTS)?;
        let mut rows = statement.query(params![session, number(after)]).map_err(&failed)?;
        let mut events = Vec::new();
        while let Some(row) = rows.next().map_err(&failed)? {
            let seq = row.get::<_, i64>(0).map_err(&failed)?.unsigned_abs();
            let at_ms = row.get(1).map_err(&failed)?;
            let payload = row.get_ref(2).and_then(|value| Ok(value.as_str()?)).map_err(&failed)?;
            let event = serde_json::from_str(payload).map_err(|error| Error::Unreadable {
                session: session.to_owned(),
                seq,
                why: error.to_string(),
            })?;
            events.push(Recorded { seq, at_ms, event });
        }
        if events.is_empty() && !self.statement(SESSION_NOW)?.exists([session]).map_err(&failed)? {
            return Err(Error::NoSession(session.to_owned()));
        }
        Ok(events)
    }

    fn scenario_text(&self, hash: &str) -> Result<String> {
        let mut statement = self.statement("SELECT text FROM scenarios WHERE hash = ?1 AND text IS NOT NULL")?;
        let text = statement.query_row([hash], |row| row.get(0)).optional().map_err(self.failed("read"))?;
        text.ok_or_else(|| Error::NoScenario(hash.to_owned()))
    }

    fn sessions(&self, filter: &Filter) -> Result<Vec<SessionSummary>> {
        let limit = filter.limit.map_or(-1, |limit| i64::try_from(limit).unwrap_or(-1));
        self.summaries(
            "WHERE (?1 IS NULL OR s.scenario_id = ?1) AND (?2 IS NULL OR ?2 = (s.finished IS NOT NULL))
             AND s.turns >= ?3 ORDER BY s.last_pos DESC LIMIT ?4",
            &[&filter.scenario_id, &filter.finished, &filter.min_turns, &limit],
        )
    }

    fn find(&self, id_or_part: &str) -> Result<SessionSummary> {
        let part = id_or_part.trim().to_ascii_lowercase();
        if part.is_empty() {
            return Err(Error::NoSession(part));
        }
        let fitting = self.summaries(
            "WHERE substr(lower(s.id), 1, length(?1)) = ?1 OR substr(lower(s.id), -length(?1)) = ?1
             ORDER BY s.last_pos DESC",
            &[&part],
        )?;
        only(id_or_part.trim(), fitting)
    }

    fn delete_many(&mut self, sessions: &[&str]) -> Result<()> {
        self.in_its_place()?;
        let failed = self.failed("written");
        let tx = self.conn.transaction().map_err(&failed)?;
        for session in sessions {
            if tx.execute("DELETE FROM sessions WHERE id = ?1", [session]).map_err(&failed)? == 0 {
                return Err(Error::NoSession((*session).to_owned()));
            }
            tx.execute(FORGET_OF, [session]).map_err(&failed)?;
        }
        tx.execute("DELETE FROM scenarios WHERE n NOT IN (SELECT scenario FROM sessions)", []).map_err(&failed)?;
        tx.commit().map_err(&failed)?;
        self.empty_log()
    }

    fn take_in(&mut self, parcels: &mut dyn Iterator<Item = Result<Parcel>>) -> Result<TakenIn> {
        self.in_its_place()?;
        let failed = self.failed("written");
        let tx = self.conn.transaction().map_err(&failed)?;
        let done = taking::take_in(&tx, parcels, &failed)?;
        tx.commit().map_err(&failed)?;
        Ok(done)
    }

    fn settings(&self, prefix: &str) -> Result<Vec<(String, String)>> {
        let failed = self.failed("read");
        let mut statement =
            self.statement("SELECT key, value FROM settings WHERE substr(key, 1, length(?1)) = ?1 ORDER BY key")?;
        let rows = statement.query_map([prefix], |row| Ok((row.get(0)?, row.get(1)?))).map_err(&failed)?;
        rows.collect::<Result<_, _>>().map_err(&failed)
    }

    fn setting(&self, key: &str) -> Result<Option<String>> {
        let mut statement = self.statement("SELECT value FROM settings WHERE key = ?1")?;
        statement.query_row([key], |row| row.get(0)).optional().map_err(self.failed("read"))
    }

    fn set_setting(&mut self, key: &str, value: Option<&str>) -> Result<()> {
        self.in_its_place()?;
        let done = match value {
            Some(value) => self.conn.execute(
                "INSERT INTO settings (key, value) VALUES (?1, ?2)
                 ON CONFLICT (key) DO UPDATE SET value = excluded.value",
                [key, value],
            ),
            None => self.conn.execute("DELETE FROM settings WHERE key = ?1", [key]),
        };
        done.map(|_| ()).map_err(self.failed("written"))
    }
}
