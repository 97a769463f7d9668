//! The event log in one SQLite file.

#[cfg(test)]
mod cost;
mod fault;
mod lock;
mod mend;
mod open;
mod presence;
mod rows;
mod salvage;
mod taking;
mod wal;

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{CachedStatement, Connection, OptionalExtension, Row, params};

use super::seal::Passphrase;
use super::{
    Error, Filter, NewSession, Parcel, Recorded, Result, Seq, SessionSummary, Store, TakenIn, Tally, only, opening,
};
use crate::session::Event;

use lock::{Words, place};
pub use mend::Mended;
use open::Identity;
use presence::Presence;
use rows::{Filed, Lined, finish, finish_word, kind, lined, number, summary, text};

/// How a database is opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// How long to wait for another process before it is reported as in the way.
    pub wait: Duration,
    /// At most so many pages of 4 KiB; what goes beyond is refused as if the disk were full. None: no limit.
    pub max_pages: Option<u32>,
    /// What opens a locked database. None: it is asked for, as [`passphrase::ask_with`](super::passphrase::ask_with) says.
    pub passphrase: Option<Passphrase>,
}

impl Default for Options {
    fn default() -> Self {
        Self { wait: Duration::from_secs(3), max_pages: None, passphrase: None }
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
    words: Words,
    /// Which of the file's generations `words` fits.
    generation: i64,
    /// Given up last, when SQLite has closed the file.
    _presence: Presence,
}

const SESSION_NOW: &str = "SELECT n, last_seq, turns, finished FROM sessions WHERE id = ?1";
const ADD_EVENT: &str = "INSERT INTO events (session, seq, at_ms, kind, payload) VALUES (?1, ?2, ?3, ?4, ?5)";
const MOVE_SESSION: &str =
    "UPDATE sessions SET last_seq = ?2, last_ms = ?3, last_pos = ?4, turns = ?5, finished = ?6 WHERE n = ?1";
/// What was set for a session goes with it.
const FORGET: &str = "DELETE FROM settings WHERE key = ?1";
const EVENTS: &str = "SELECT e.seq, e.at_ms, e.payload FROM sessions s JOIN events e ON e.session = s.n
    WHERE s.id = ?1 AND e.seq > ?2 ORDER BY e.seq";
const SUMMARY: &str = "SELECT s.id, s.scenario_id, s.title, s.audience, s.difficulty, c.hash, s.started_ms, s.last_ms,
    s.last_seq, s.turns, s.finished, s.n FROM sessions s JOIN scenarios c ON c.n = s.scenario";

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
        let (words, generation) = lock::enter(&conn, &path, options)?;
        let wait_s = options.wait.as_secs();
        Ok(Self { conn, path, wait_s, identity, mended, words, generation, _presence: presence })
    }

    /// Whether the database at this path is locked, found out without its passphrase. None where there is none of ours.
    pub fn is_locked_at(path: &Path) -> Option<bool> {
        lock::is_locked(path)
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
        unchanged(&self.conn, self.generation, &self.path, &failed)?;
        let mut statement = self.statement(&format!("{SUMMARY} {rest}"))?;
        let rows = statement.query_map(given, |row| summary(row, &self.words)).map_err(&failed)?;
        rows.collect::<Result<_, _>>().map_err(&failed)
    }
}

/// The names of all settings, opened.
fn setting_keys(conn: &Connection, words: &Words) -> rusqlite::Result<Vec<String>> {
    let mut all = conn.prepare_cached("SELECT key FROM settings")?;
    let keys = all.query_map([], |row| text(row, 0, words, place::SETTING))?;
    keys.collect()
}

/// Refuse to go on where another process has sealed the words, or opened them, since we came.
fn unchanged(conn: &Connection, known: i64, path: &Path, failed: impl Fn(rusqlite::Error) -> Error) -> Result<()> {
    if lock::generation(conn).map_err(failed)? == known {
        return Ok(());
    }
    Err(Error::Resealed { place: path.display().to_string() })
}

/// Add events to a session behind `after`, within a transaction.
fn add(
    conn: &Connection,
    words: &Words,
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
    let finished = tally.finished.map(|how| words.name(&place::finished(n), finish_word(how)));
    let position = conn.last_insert_rowid();
    conn.prepare_cached(MOVE_SESSION)?.execute(params![n, number(last), at_ms, position, tally.turns, finished])?;
    Ok(last)
}

impl Store for SqliteStore {
    fn create(&mut self, session: &NewSession<'_>, at_ms: i64, events: &[Event]) -> Result<Seq> {
        self.in_its_place()?;
        let opening = opening(session, events)?;
        let words = &self.words;
        let lines = lined(words, 0, events)?;
        let filed = Filed::new(words, session.id, session.title, &opening, Some(session.scenario_text))?;
        let failed = self.failed("written");
        let tx = self.conn.transaction().map_err(&failed)?;
        unchanged(&tx, self.generation, &self.path, &failed)?;
        let there = tx.prepare_cached(SESSION_NOW).and_then(|mut s| s.exists([session.id])).map_err(&failed)?;
        if there {
            return Err(Error::Exists(session.id.to_owned()));
        }
        let write = || {
            let n = filed.insert(&tx, at_ms)?;
            add(&tx, words, n, 0, &mut Tally::default(), at_ms, &lines)
        };
        let last = write().map_err(&failed)?;
        tx.commit().map_err(&failed)?;
        Ok(last)
    }

    fn append(&mut self, session: &str, after: Seq, at_ms: i64, events: &[Event]) -> Result<Seq> {
        self.in_its_place()?;
        let words = &self.words;
        let lines = lined(words, after, events)?;
        let failed = self.failed("written");
        let tx = self.conn.transaction().map_err(&failed)?;
        unchanged(&tx, self.generation, &self.path, &failed)?;
        let now = tx.prepare_cached(SESSION_NOW).and_then(|mut statement| {
            let row = |row: &Row<'_>| {
                let n = row.get::<_, i64>(0)?;
                let tally = Tally { turns: row.get(2)?, finished: finish(row, 3, words, n)? };
                Ok((n, row.get::<_, i64>(1)?.unsigned_abs(), tally))
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
        let last = add(&tx, words, n, found, &mut tally, at_ms, &lines).map_err(&failed)?;
        tx.commit().map_err(&failed)?;
        Ok(last)
    }

    fn events_after(&self, session: &str, after: Seq) -> Result<Vec<Recorded>> {
        let failed = self.failed("read");
        unchanged(&self.conn, self.generation, &self.path, &failed)?;
        let mut statement = self.statement(EVENTS)?;
        let mut rows = statement.query(params![session, number(after)]).map_err(&failed)?;
        let mut events = Vec::new();
        while let Some(row) = rows.next().map_err(&failed)? {
            let seq = row.get::<_, i64>(0).map_err(&failed)?.unsigned_abs();
            let at_ms = row.get(1).map_err(&failed)?;
            let unreadable = |why: String| Error::Unreadable { session: session.to_owned(), seq, why };
            let payload = self.words.take(&place::event(number(seq)), row.get(2).map_err(&failed)?);
            let payload = payload.ok_or_else(|| unreadable("its seal is broken".to_owned()))?;
            let event = serde_json::from_str(&payload).map_err(|error| unreadable(error.to_string()))?;
            events.push(Recorded { seq, at_ms, event });
        }
        if events.is_empty() && !self.statement(SESSION_NOW)?.exists([session]).map_err(&failed)? {
            return Err(Error::NoSession(session.to_owned()));
        }
        Ok(events)
    }

    fn scenario_text(&self, hash: &str) -> Result<String> {
        let failed = self.failed("read");
        unchanged(&self.conn, self.generation, &self.path, &failed)?;
        let mut statement = self.statement("SELECT text FROM scenarios WHERE hash = ?1 AND text IS NOT NULL")?;
        let hashed = self.words.name(place::HASH, hash);
        let row = |row: &Row<'_>| text(row, 0, &self.words, place::SCENARIO);
        let text = statement.query_row([hashed], row).optional().map_err(failed)?;
        text.ok_or_else(|| Error::NoScenario(hash.to_owned()))
    }

    fn sessions(&self, filter: &Filter) -> Result<Vec<SessionSummary>> {
        let limit = filter.limit.map_or(-1, |limit| i64::try_from(limit).unwrap_or(-1));
        let scenario_id = filter.scenario_id.as_ref().map(|id| self.words.name(place::SITUATION, id));
        self.summaries(
            "WHERE (?1 IS NULL OR s.scenario_id = ?1) AND (?2 IS NULL OR ?2 = (s.finished IS NOT NULL))
             AND s.turns >= ?3 ORDER BY s.last_pos DESC LIMIT ?4",
            &[&scenario_id, &filter.finished, &filter.min_turns, &limit],
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
        unchanged(&tx, self.generation, &self.path, &failed)?;
        for session in sessions {
            if tx.execute("DELETE FROM sessions WHERE id = ?1", [session]).map_err(&failed)? == 0 {
                return Err(Error::NoSession((*session).to_owned()));
            }
        }
        // What was set for one of them.
        let of = |key: &String| {
            key.rsplit_once(':').is_some_and(|(_, id)| sessions.iter().any(|session| session.eq_ignore_ascii_case(id)))
        };
        for key in setting_keys(&tx, &self.words).map_err(&failed)?.iter().filter(|key| of(key)) {
            tx.execute(FORGET, [self.words.name(place::SETTING, key)]).map_err(&failed)?;
        }
        tx.execute("DELETE FROM scenarios WHERE n NOT IN (SELECT scenario FROM sessions)", []).map_err(&failed)?;
        tx.commit().map_err(&failed)?;
        self.empty_log()
    }

    fn take_in(&mut self, parcels: &mut dyn Iterator<Item = Result<Parcel>>) -> Result<TakenIn> {
        self.in_its_place()?;
        let failed = self.failed("written");
        let tx = self.conn.transaction().map_err(&failed)?;
        unchanged(&tx, self.generation, &self.path, &failed)?;
        let done = taking::take_in(&tx, &self.words, parcels, &failed)?;
        // Reading the parcels can take long.
        if self.identity != Identity::of(&self.path) {
            return Err(Error::Moved { place: self.path.display().to_string() });
        }
        tx.commit().map_err(&failed)?;
        Ok(done)
    }

    fn settings(&self, prefix: &str) -> Result<Vec<(String, String)>> {
        let failed = self.failed("read");
        unchanged(&self.conn, self.generation, &self.path, &failed)?;
        let keys = setting_keys(&self.conn, &self.words).map_err(&failed)?;
        let mut found = Vec::new();
        for key in keys.into_iter().filter(|key| key.starts_with(prefix)) {
            found.extend(self.setting(&key)?.map(|value| (key, value)));
        }
        found.sort();
        Ok(found)
    }

    fn setting(&self, key: &str) -> Result<Option<String>> {
        let failed = self.failed("read");
        unchanged(&self.conn, self.generation, &self.path, &failed)?;
        let mut statement = self.statement("SELECT value FROM settings WHERE key = ?1")?;
        let row = |row: &Row<'_>| text(row, 0, &self.words, &place::setting(key));
        statement.query_row([self.words.name(place::SETTING, key)], row).optional().map_err(failed)
    }

    fn set_setting(&mut self, key: &str, value: Option<&str>) -> Result<()> {
        self.in_its_place()?;
        let name = self.words.name(place::SETTING, key);
        let value = value.map(|value| self.words.put(&place::setting(key), value)).transpose()?;
        let failed = self.failed("written");
        let tx = self.conn.transaction().map_err(&failed)?;
        unchanged(&tx, self.generation, &self.path, &failed)?;
        let done = match value {
            Some(value) => tx.execute(
                "INSERT INTO settings (key, value) VALUES (?1, ?2)
                 ON CONFLICT (key) DO UPDATE SET value = excluded.value",
                [name, value],
            ),
            None => tx.execute(FORGET, [name]),
        };
        done.and_then(|_| tx.commit()).map_err(failed)
    }
}
