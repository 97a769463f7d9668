//! Whether the words in the file are sealed: sealing them, opening them for good, another passphrase.
//!
//! Sealed are the events with their kinds, the scenarios, titles, how a rehearsal ended, and all settings. Plain stay
//! ids, times, counts, audience and difficulty, and how long each text is.
//!
//! All words are sealed or opened in one transaction, so a process killed half-way leaves them as they were or as they
//! were to be. Other processes notice by the `generation`, and write nothing of the wrong kind.

use std::borrow::Cow;
use std::path::Path;

use rusqlite::{Connection, Transaction, params};

use super::super::migrations::APPLICATION_ID;
use super::super::seal::{Cost, NoRandom, Passphrase, Seal, SealedKey};
use super::super::{Error, Result, passphrase};
use super::{Options, SqliteStore, fault};

/// How words go into the file and come out of it.
#[derive(Clone, Debug)]
pub(super) enum Words {
    /// As they are.
    Plain,
    /// Under this key.
    Sealed(Seal),
}

impl Words {
    /// As the text is to stand in the file, in this place.
    pub(super) fn put<'t>(&self, place: &str, text: &'t str) -> Result<Cow<'t, str>> {
        match self {
            Self::Plain => Ok(Cow::Borrowed(text)),
            Self::Sealed(seal) => seal.words(place, text).map(Cow::Owned).map_err(|NoRandom| Error::NoRandom),
        }
    }

    /// The same for a text that is looked up by what it is.
    pub(super) fn name<'t>(&self, place: &str, text: &'t str) -> Cow<'t, str> {
        match self {
            Self::Plain => Cow::Borrowed(text),
            Self::Sealed(seal) => Cow::Owned(seal.name(place, text)),
        }
    }

    /// The text that stands so in the file. None where nothing of ours reads so.
    pub(super) fn take(&self, place: &str, kept: String) -> Option<String> {
        match self {
            Self::Plain => Some(kept),
            Self::Sealed(seal) => seal.open(place, &kept),
        }
    }
}

/// The places under which words are sealed.
pub(super) mod place {
    pub(in super::super) const KIND: &str = "kind";
    pub(in super::super) const HASH: &str = "hash";
    pub(in super::super) const SCENARIO: &str = "scenario";
    pub(in super::super) const SITUATION: &str = "situation";
    pub(in super::super) const TITLE: &str = "title";
    pub(in super::super) const SETTING: &str = "setting";

    pub(in super::super) fn event(seq: i64) -> String {
        format!("event:{seq}")
    }

    pub(in super::super) fn finished(session: i64) -> String {
        format!("finished:{session}")
    }

    pub(in super::super) fn setting(key: &str) -> String {
        format!("setting:{key}")
    }
}

/// What the file says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Protection {
    pub(super) generation: i64,
    /// Plain words may still stand in unused parts of the files.
    scrub: bool,
    pub(super) key: Option<SealedKey>,
}

const TABLES: [&str; 2] = ["protection", "protection_again"];

impl Protection {
    /// Read it, from its second place where the first is damaged.
    pub(super) fn read(conn: &Connection) -> rusqlite::Result<Self> {
        let [first, again] = TABLES;
        Self::read_at(conn, first).or_else(|_| Self::read_at(conn, again))
    }

    fn read_at(conn: &Connection, table: &str) -> rusqlite::Result<Self> {
        let sql = format!("SELECT generation, scrub, sealed_key FROM {table} WHERE n = 1");
        conn.prepare_cached(&sql)?.query_row([], |row| {
            let key: Option<String> = row.get(2)?;
            let parsed = key.map(|key| serde_json::from_str(&key)).transpose();
            let key = parsed.map_err(|error| {
                rusqlite::Error::FromSqlConversionFailure(2, rusqlite::types::Type::Text, Box::new(error))
            })?;
            Ok(Self { generation: row.get(0)?, scrub: row.get(1)?, key })
        })
    }

    pub(super) fn write(&self, conn: &Connection) -> rusqlite::Result<()> {
        let key = self.key.as_ref().map(|key| serde_json::to_string(key).unwrap_or_default());
        for table in TABLES {
            let sql = format!("UPDATE {table} SET generation = ?1, scrub = ?2, sealed_key = ?3 WHERE n = 1");
            conn.execute(&sql, params![self.generation, self.scrub, key])?;
        }
        Ok(())
    }
}

/// Find out how words stand in a file that was opened, asking for the passphrase where they are sealed.
pub(super) fn enter(conn: &Connection, path: &Path, options: &Options) -> Result<(Words, i64)> {
    let failed = |e: rusqlite::Error| fault::sqlite(path, options.wait.as_secs(), "read", &e);
    let found = Protection::read(conn).map_err(failed)?;
    let Some(key) = &found.key else { return Ok((Words::Plain, found.generation)) };
    let seal = passphrase::open(key, options.passphrase.as_ref(), path)?;
    // Sorting large lists must not spill opened words to a file.
    conn.execute_batch("PRAGMA temp_store = MEMORY").map_err(failed)?;
    if found.scrub {
        // Where this cannot be done now, it will be tried again.
        let _ = scrub(conn);
    }
    Ok((Words::Sealed(seal), found.generation))
}

/// The generation that the file has now.
pub(super) fn generation(conn: &Connection) -> rusqlite::Result<i64> {
    conn.prepare_cached("SELECT generation FROM protection WHERE n = 1")?.query_row([], |row| row.get(0))
}

/// Leave nothing of earlier words in unused parts of the files. False where another program reads there just now.
fn scrub(conn: &Connection) -> rusqlite::Result<bool> {
    let empty_log = || conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, bool>(0));
    if empty_log()? {
        return Ok(false);
    }
    conn.execute_batch("VACUUM")?;
    if empty_log()? {
        return Ok(false);
    }
    for table in TABLES {
        conn.execute(&format!("UPDATE {table} SET scrub = 0"), [])?;
    }
    Ok(true)
}

impl SqliteStore {
    /// Whether the words are sealed under a passphrase.
    pub fn is_locked(&self) -> bool {
        matches!(self.words, Words::Sealed(_))
    }

    /// Seal all words under a passphrase, or where they are sealed already, put this one in the place of the old.
    ///
    /// Gives whether nothing plain is left in the files. Where another program reads there just now, that is made up for
    /// the next time the database is opened.
    ///
    /// # Errors
    /// What the file refuses; it is then as it was.
    pub fn set_passphrase(&mut self, new: &Passphrase, cost: Cost) -> Result<bool> {
        self.in_its_place()?;
        let seal = match &self.words {
            Words::Sealed(seal) => seal.clone(),
            Words::Plain => Seal::random().map_err(|NoRandom| Error::NoRandom)?,
        };
        let key = seal.under(new, cost).map_err(|NoRandom| Error::NoRandom)?;
        self.reseal(Words::Sealed(seal), Some(key))?;
        let _ = self.conn.execute_batch("PRAGMA temp_store = MEMORY");
        Ok(scrub(&self.conn).unwrap_or(false))
    }

    /// Open all words for good: they stand in the file as they are from now on.
    ///
    /// # Errors
    /// What the file refuses; it is then as it was.
    pub fn remove_passphrase(&mut self) -> Result<()> {
        self.in_its_place()?;
        if self.is_locked() { self.reseal(Words::Plain, None) } else { Ok(()) }
    }

    fn reseal(&mut self, to: Words, key: Option<SealedKey>) -> Result<()> {
        let failed = self.failed("written");
        let path = self.path.clone();
        let tx = self.conn.transaction().map_err(&failed)?;
        super::unchanged(&tx, self.generation, &path, &failed)?;
        let mut generation = self.generation;
        // Another passphrase seals the same key: the words stay as they are, and other windows may go on.
        if !matches!((&self.words, &to), (Words::Sealed(_), Words::Sealed(_))) {
            generation += 1;
            let passed = |work: Passed<()>| match work {
                Ok(()) => Ok(()),
                Err(Stopped::Sqlite(error)) => Err(failed(error)),
                Err(Stopped::Store(error)) => Err(error),
            };
            passed(without_triggers(&tx, || rewrite(&tx, &self.words, &to)))?;
        }
        let scrub = key.is_some();
        Protection { generation, scrub, key }.write(&tx).map_err(&failed)?;
        tx.commit().map_err(&failed)?;
        (self.words, self.generation) = (to, generation);
        Ok(())
    }
}

/// Why the words could not be rewritten.
enum Stopped {
    Sqlite(rusqlite::Error),
    Store(Error),
}

impl From<rusqlite::Error> for Stopped {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

impl From<Error> for Stopped {
    fn from(error: Error) -> Self {
        Self::Store(error)
    }
}

type Passed<T> = std::result::Result<T, Stopped>;

/// Do something that the log's triggers rightly refuse; in the same transaction they are there again.
fn without_triggers(tx: &Transaction<'_>, work: impl FnOnce() -> Passed<()>) -> Passed<()> {
    let mut triggers = Vec::new();
    {
        let mut all = tx.prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'")?;
        let mut rows = all.query([])?;
        while let Some(row) = rows.next()? {
            triggers.push((row.get::<_, String>(0)?, row.get::<_, String>(1)?));
        }
    }
    for (name, _) in &triggers {
        tx.execute_batch(&format!("DROP TRIGGER \"{name}\""))?;
    }
    work()?;
    for (_, sql) in &triggers {
        tx.execute_batch(sql)?;
    }
    Ok(())
}

/// Write every word out of one form into another.
fn rewrite(tx: &Transaction<'_>, from: &Words, to: &Words) -> Passed<()> {
    let odd = || {
        let why = std::io::Error::other("words that do not open");
        Stopped::Sqlite(rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Text, Box::new(why)))
    };
    let put = |place: &str, kept: String| -> Passed<String> {
        Ok(to.put(place, &from.take(place, kept).ok_or_else(odd)?)?.into_owned())
    };
    let name = |place: &str, kept: String| -> Passed<String> {
        Ok(to.name(place, &from.take(place, kept).ok_or_else(odd)?).into_owned())
    };
    let mut read = tx.prepare("SELECT seq, kind, payload FROM events WHERE pos = ?1")?;
    let mut write = tx.prepare("UPDATE events SET kind = ?2, payload = ?3 WHERE pos = ?1")?;
    for pos in numbers(tx, "SELECT pos FROM events")? {
        let (seq, kind, payload) = read.query_row([pos], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        write.execute(params![pos, put(place::KIND, kind)?, put(&place::event(seq), payload)?])?;
    }
    let mut read = tx.prepare("SELECT hash, text FROM scenarios WHERE n = ?1")?;
    let mut write = tx.prepare("UPDATE scenarios SET hash = ?2, text = ?3 WHERE n = ?1")?;
    for n in numbers(tx, "SELECT n FROM scenarios")? {
        let (hash, text) = read.query_row([n], |row| Ok((row.get(0)?, row.get::<_, Option<String>>(1)?)))?;
        let text = text.map(|text| put(place::SCENARIO, text)).transpose()?;
        write.execute(params![n, name(place::HASH, hash)?, text])?;
    }
    let mut read = tx.prepare("SELECT scenario_id, title, finished FROM sessions WHERE n = ?1")?;
    let mut write = tx.prepare("UPDATE sessions SET scenario_id = ?2, title = ?3, finished = ?4 WHERE n = ?1")?;
    for n in numbers(tx, "SELECT n FROM sessions")? {
        let row = read.query_row([n], |row| Ok((row.get(0)?, row.get(1)?, row.get::<_, Option<String>>(2)?)))?;
        let (situation, title, finished) = row;
        let finished = finished.map(|word| name(&place::finished(n), word)).transpose()?;
        write.execute(params![n, name(place::SITUATION, situation)?, put(place::TITLE, title)?, finished])?;
    }
    let mut settings = Vec::new();
    {
        let mut all = tx.prepare("SELECT key, value FROM settings")?;
        let mut rows = all.query([])?;
        while let Some(row) = rows.next()? {
            settings.push((row.get::<_, String>(0)?, row.get::<_, String>(1)?));
        }
    }
    for (key, value) in settings {
        let plain = from.take(place::SETTING, key.clone()).ok_or_else(odd)?;
        let sealed = [to.name(place::SETTING, &plain).into_owned(), put(&place::setting(&plain), value)?];
        tx.execute("DELETE FROM settings WHERE key = ?1", [key])?;
        tx.execute("INSERT INTO settings (key, value) VALUES (?1, ?2)", sealed)?;
    }
    Ok(())
}

fn numbers(tx: &Transaction<'_>, sql: &str) -> rusqlite::Result<Vec<i64>> {
    tx.prepare(sql)?.query_map([], |row| row.get(0))?.collect()
}

/// Whether the file at this path is locked, without its passphrase. None where there is no file of ours.
pub(super) fn is_locked(path: &Path) -> Option<bool> {
    let flags = rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY;
    let conn = Connection::open_with_flags(path, flags).ok()?;
    let application = conn.pragma_query_value(None, "application_id", |row| row.get::<_, i32>(0)).ok()?;
    // The first form knew of no locks.
    (application == APPLICATION_ID).then(|| Protection::read(&conn).is_ok_and(|found| found.key.is_some()))
}
