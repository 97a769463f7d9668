//! Reading what can still be read of a damaged database, row by row, and writing it into a sound one.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use rusqlite::{Connection, OpenFlags, Row};

use super::super::migrations::{APPLICATION_ID, LATEST};
use super::super::{Error, Opening, Result, Seq, Tally, passphrase, text_hash};
use super::lock::{Protection, Words, place};
use super::{Filed, Lined, Options, add, kind};
use crate::session::Event;

/// No log of a person's rehearsals is longer; a number beyond comes from the damage.
const MOST_ROWS: i64 = 5_000_000;
/// How far to look behind the last row that could be read in order.
const BEYOND: i64 = 4_096;

/// What was read so far, from one look at the file or several.
pub(super) struct Salvage<'o> {
    path: &'o Path,
    options: &'o Options,
    words: Words,
    /// Where the words are sealed: what the sound database is to say of it.
    protection: Option<Protection>,
    /// The words are sealed and could not be opened.
    refused: Option<Error>,
    /// Take words for plain where nothing readable says whether they are. Sealed ones are then not mistaken for anything:
    /// nothing of ours reads so.
    pub(super) surely_plain: bool,
    /// It was found out whether words are sealed.
    form_is_known: bool,
    /// By their number in the file.
    sessions: BTreeMap<i64, Session>,
    /// By session and place.
    events: BTreeMap<(i64, i64), Entry>,
    scenarios: HashMap<String, String>,
    settings: BTreeMap<String, String>,
    /// Whether the last look read the list of sessions whole.
    list_is_whole: bool,
    /// No session comes to the list any more.
    list_is_closed: bool,
}

struct Session {
    id: String,
    title: String,
    last_seq: i64,
}

struct Entry {
    pos: i64,
    at_ms: i64,
    event: Event,
    payload: String,
}

/// How a look at the file went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Look {
    /// Every row was read and none is missing.
    Whole,
    /// Some rows could not be read.
    Part,
    /// Not even the list of tables could be read, or they are not ours.
    Nothing,
}

/// How much was written into the sound database, and how much is known to be missing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Saved {
    pub(super) sessions: usize,
    pub(super) events: usize,
    pub(super) lost: usize,
}

impl<'o> Salvage<'o> {
    /// Nothing yet. `path` is the database's name for the user, who may be asked for its passphrase.
    pub(super) fn new(path: &'o Path, options: &'o Options) -> Self {
        Self {
            path,
            options,
            words: Words::Plain,
            protection: None,
            refused: None,
            surely_plain: false,
            form_is_known: false,
            sessions: BTreeMap::new(),
            events: BTreeMap::new(),
            scenarios: HashMap::new(),
            settings: BTreeMap::new(),
            list_is_whole: false,
            list_is_closed: false,
        }
    }

    /// Why the words could not be opened, where they are sealed.
    pub(super) fn refused(&mut self) -> Option<Error> {
        self.refused.take()
    }

    /// Find out whether the words are sealed, and open them.
    fn open_words(&mut self, conn: &Connection) -> rusqlite::Result<()> {
        if self.protection.is_some() {
            return Ok(());
        }
        if self.refused.is_some() {
            return Err(rusqlite::Error::InvalidQuery);
        }
        let there = "SELECT count(*) FROM sqlite_schema WHERE name = 'protection'";
        if self.surely_plain || conn.query_row(there, [], |row| row.get::<_, i64>(0))? == 0 {
            return Ok(());
        }
        let protection = Protection::read(conn)?;
        self.form_is_known = true;
        let Some(key) = protection.key.clone() else { return Ok(()) };
        match passphrase::open(&key, self.options.passphrase.as_ref(), self.path) {
            Ok(seal) => {
                self.words = Words::Sealed(seal);
                self.protection = Some(protection);
                Ok(())
            }
            Err(error) => {
                self.refused = Some(error);
                Err(rusqlite::Error::InvalidQuery)
            }
        }
    }

    /// Read what is not known yet. What an earlier look has read stands.
    pub(super) fn look(&mut self, file: &Path) -> Look {
        match self.try_look(file) {
            Ok(0) if self.runs().1 == 0 => Look::Whole,
            Ok(_) => Look::Part,
            Err(_) => Look::Nothing,
        }
    }

    /// Take up no further session if the list was read whole: what is older still may know one that was deleted since.
    pub(super) fn close_list(&mut self) {
        self.list_is_closed = self.list_is_whole;
    }

    fn try_look(&mut self, file: &Path) -> rusqlite::Result<usize> {
        let conn = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        // With this SQLite reads on in a file that is shorter than it says, or whose list of tables is odd.
        conn.execute_batch("PRAGMA writable_schema = ON; PRAGMA cell_size_check = ON;")?;
        let number = |name| conn.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
        let form = number("user_version")?;
        if number("application_id")? != i64::from(APPLICATION_ID) || form < 1 || form > i64::from(LATEST) {
            return Err(rusqlite::Error::InvalidQuery);
        }
        for table in ["scenarios", "sessions", "events"] {
            conn.prepare(&format!("SELECT * FROM {table}"))?;
        }
        self.open_words(&conn)?;
        let words = self.words.clone();
        let opened = |place: &str, kept: String| words.take(place, kept).ok_or(rusqlite::Error::InvalidQuery);
        let mut unread = 0;
        unread += each(&conn, "scenarios", "n", "hash, text", |_, row| {
            let hash = opened(place::HASH, row.get(0)?)?;
            let text = row.get::<_, Option<String>>(1)?.map(|text| opened(place::SCENARIO, text)).transpose()?;
            if let Some(text) = text.filter(|text| text_hash(text) == hash) {
                self.scenarios.entry(hash).or_insert(text);
            }
            Ok(())
        });
        if !self.list_is_closed {
            let unread_sessions = each(&conn, "sessions", "n", "id, title, last_seq", |n, row| {
                let title = opened(place::TITLE, row.get(1)?)?;
                let session = Session { id: row.get(0)?, title, last_seq: row.get(2)? };
                let last_seq = session.last_seq;
                let known = self.sessions.entry(n).or_insert(session);
                known.last_seq = known.last_seq.max(last_seq);
                Ok(())
            });
            self.list_is_whole = unread_sessions == 0;
            unread += unread_sessions;
        }
        unread += each(&conn, "events", "pos", "session, seq, at_ms, kind, payload", |pos, row| {
            let payload = opened(&place::event(row.get(1)?), row.get(4)?)?;
            let event: Event = serde_json::from_str(&payload).map_err(|_| rusqlite::Error::InvalidQuery)?;
            if kind(&event) != opened(place::KIND, row.get(3)?)? {
                return Err(rusqlite::Error::InvalidQuery);
            }
            let entry = Entry { pos, at_ms: row.get(2)?, event, payload };
            let n = row.get(0)?;
            if !self.list_is_closed || self.sessions.contains_key(&n) {
                self.events.entry((n, row.get(1)?)).or_insert(entry);
            }
            Ok(())
        });
        let settings = conn.prepare("SELECT key, value FROM settings").and_then(|mut all| {
            let mut rows = all.query([])?;
            while let Some(row) = rows.next()? {
                let key = opened(place::SETTING, row.get(0)?)?;
                let value = opened(&place::setting(&key), row.get(1)?)?;
                self.settings.entry(key).or_insert(value);
            }
            Ok(())
        });
        Ok(unread + usize::from(settings.is_err()))
    }

    /// Whether there is nothing that would be worth a new database. Sessions without any event may be sealed ones, where
    /// it could not be found out whether words are.
    pub(super) fn is_empty(&self) -> bool {
        let no_sessions = self.sessions.is_empty() || !self.form_is_known;
        self.events.is_empty() && no_sessions && (self.settings.is_empty() || !self.sessions.is_empty())
    }

    /// Of each session what stands before the first gap, for what comes after one cannot be played on from; and how
    /// many entries are known to be missing.
    fn runs(&self) -> (BTreeMap<i64, Vec<&Entry>>, usize) {
        let mut runs: BTreeMap<i64, Vec<&Entry>> = BTreeMap::new();
        let mut seen: BTreeMap<i64, i64> = self.sessions.iter().map(|(n, s)| (*n, s.last_seq)).collect();
        for ((n, seq), entry) in &self.events {
            let run = runs.entry(*n).or_default();
            if i64::try_from(run.len()).is_ok_and(|len| len + 1 == *seq) {
                run.push(entry);
            }
            seen.entry(*n).and_modify(|last| *last = (*last).max(*seq)).or_insert(*seq);
        }
        let known: i64 = seen.values().sum();
        let read = runs.values().map(Vec::len).sum();
        (runs, usize::try_from(known).unwrap_or(0).saturating_sub(read))
    }

    /// Write it all into a sound, empty database.
    pub(super) fn write(&self, into: &mut Connection, failed: impl Fn(rusqlite::Error) -> Error) -> Result<Saved> {
        let words = &self.words;
        let (runs, lost) = self.runs();
        let mut saved = Saved { lost, ..Saved::default() };
        let mut order: Vec<(i64, Vec<&Entry>)> = runs.into_iter().collect();
        // In the order in which they were last worked on.
        order.sort_by_key(|(_, run)| run.last().map(|entry| entry.pos));
        let tx = into.transaction().map_err(&failed)?;
        for (n, run) in order {
            let Some((first, opening)) = run.first().and_then(|entry| Some((entry, Opening::of(&entry.event)?))) else {
                continue;
            };
            let made_up = format!("recovered-{n}");
            let (id, title) = match self.sessions.get(&n) {
                Some(session) => (session.id.as_str(), session.title.as_str()),
                None => (made_up.as_str(), opening.scenario_id),
            };
            let text = self.scenarios.get(opening.scenario_hash).map(String::as_str);
            let filed = Filed::new(words, id, title, &opening, text)?;
            let number = filed.insert(&tx, first.at_ms).map_err(&failed)?;
            let mut tally = Tally::default();
            let mut last: Seq = 0;
            for entry in &run {
                let line = Lined::new(words, last + 1, &entry.event, &entry.payload)?;
                last = add(&tx, words, number, last, &mut tally, entry.at_ms, &[line]).map_err(&failed)?;
            }
            saved.sessions += 1;
            saved.events += run.len();
        }
        for (key, value) in &self.settings {
            let sealed = [words.name(place::SETTING, key), words.put(&place::setting(key), value)?];
            tx.execute("INSERT INTO settings (key, value) VALUES (?1, ?2)", sealed).map_err(&failed)?;
        }
        if let Some(protection) = &self.protection {
            protection.write(&tx).map_err(&failed)?;
        }
        tx.commit().map_err(&failed)?;
        Ok(saved)
    }
}

/// Read a table row by row, each looked up by its number, so that one bad page hides no other. Gives how many could
/// not be read.
fn each(
    conn: &Connection,
    table: &str,
    key: &str,
    columns: &str,
    mut take: impl FnMut(i64, &Row<'_>) -> rusqlite::Result<()>,
) -> usize {
    let mut unread = 0;
    let last = conn.query_row(&format!("SELECT coalesce(max({key}), 0) FROM {table}"), [], |row| row.get(0));
    let last: i64 = last.unwrap_or_else(|_| {
        unread += 1;
        last_in_order(conn, table, key) + BEYOND
    });
    let Ok(mut one) = conn.prepare(&format!("SELECT {columns} FROM {table} WHERE {key} = ?1")) else {
        return unread + 1;
    };
    for number in 1..=last.min(MOST_ROWS) {
        match one.query_row([number], |row| take(number, row)) {
            Ok(()) | Err(rusqlite::Error::QueryReturnedNoRows) => {}
            Err(_) => unread += 1,
        }
    }
    unread
}

/// The number of the last row before the first that cannot be read.
fn last_in_order(conn: &Connection, table: &str, key: &str) -> i64 {
    let mut last = 0;
    if let Ok(mut all) = conn.prepare(&format!("SELECT {key} FROM {table} NOT INDEXED ORDER BY {key}"))
        && let Ok(mut rows) = all.query([])
    {
        while let Ok(Some(row)) = rows.next() {
            last = row.get(0).unwrap_or(last);
        }
    }
    last
}
