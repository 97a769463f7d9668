//! Rehearsals in a file that any store can take in again: JSON, one object a line. `docs/export-format.md` has the form.
//!
//! Writing loses nothing; reading trusts nothing. The last line counts and hashes what stands before it, so a file that
//! was cut or changed is known for one before anything of it is kept.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io::{self, BufRead, Read, Write};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{Error, Filter, Parcel, Recorded, Result, Seq, Store, text_hash};
use crate::scenario;
use crate::session::Event;
use crate::session::director::FULL;

/// The version of the form.
pub const FORMAT: u32 = 1;
/// The longest line, in bytes. A reply of the longest kind, with everything escaped, stays well below.
const LONGEST_LINE: u64 = 16 << 20;
/// The most that the lines of one rehearsal may hold together, in bytes.
const MOST_OF_ONE: u64 = 512 << 20;
/// The most that the texts of all scenarios may hold together, in bytes.
const MOST_SCENARIOS: usize = 256 << 20;
/// The most replies a position can stand after.
const MOST_TURNS: u32 = 1_000_000;
/// What can be set for a rehearsal.
const SETTINGS: [&str; 4] = ["draft", "plan", "attempt", "nudged"];

#[derive(Serialize, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
enum Line {
    Head { saywell_export: u32, by: String },
    Scenario { scenario: String, text: String },
    Rehearsal(Head),
    End { end: End },
    Event(EventLine),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    rehearsal: String,
    title: String,
    scenario_hash: String,
    events: Seq,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    settings: BTreeMap<String, String>,
}

#[derive(Serialize, Deserialize)]
struct EventLine {
    seq: Seq,
    at_ms: i64,
    #[serde(flatten)]
    event: Event,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct End {
    rehearsals: usize,
    events: u64,
    sha256: String,
}

/// What was written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// Rehearsals.
    pub rehearsals: usize,
    /// Their events.
    pub events: u64,
    /// Rehearsals that could not be read, with why.
    pub left_out: Vec<(String, Error)>,
}

/// Why an archive could not be written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The store refused.
    #[error(transparent)]
    Store(#[from] Error),
    /// The file could not be written.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// Write every rehearsal of a store, the one last worked on last.
///
/// # Errors
/// Where the list cannot be read, or the file not be written. A single rehearsal that cannot be read is left out, and
/// told of.
pub fn write(store: &dyn Store, out: &mut dyn Write) -> Result<Written, WriteError> {
    let mut out = Hashing { inner: out, sum: Sha256::new() };
    let mut done = Written::default();
    out.line(&Line::Head { saywell_export: FORMAT, by: format!("saywell {}", env!("CARGO_PKG_VERSION")) })?;
    let mut texts = HashSet::new();
    for summary in store.sessions(&Filter::default())?.into_iter().rev() {
        let events = match store.events(&summary.id) {
            Ok(events) => events,
            Err(error) => {
                done.left_out.push((summary.id, error));
                continue;
            }
        };
        if texts.insert(summary.scenario_hash.clone()) {
            match store.scenario_text(&summary.scenario_hash) {
                Ok(text) => out.line(&Line::Scenario { scenario: summary.scenario_hash.clone(), text })?,
                // Lost to damage: the rehearsal is still worth keeping.
                Err(Error::NoScenario(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        let mut settings = BTreeMap::new();
        for name in SETTINGS {
            if let Some(value) = store.setting(&format!("{name}:{}", summary.id))? {
                settings.insert(name.to_owned(), value);
            }
        }
        out.line(&Line::Rehearsal(Head {
            rehearsal: summary.id,
            title: summary.title,
            scenario_hash: summary.scenario_hash,
            events: events.len() as Seq,
            settings,
        }))?;
        done.rehearsals += 1;
        for Recorded { seq, at_ms, event } in events {
            out.line(&Line::Event(EventLine { seq, at_ms, event }))?;
            done.events += 1;
        }
    }
    let sha256 = hex(&out.sum.clone().finalize());
    out.line(&Line::End { end: End { rehearsals: done.rehearsals, events: done.events, sha256 } })?;
    Ok(done)
}

struct Hashing<'w> {
    inner: &'w mut dyn Write,
    sum: Sha256,
}

impl Hashing<'_> {
    fn line(&mut self, line: &Line) -> Result<(), WriteError> {
        let mut bytes = serde_json::to_vec(line).map_err(|error| Error::Invalid(error.to_string()))?;
        bytes.push(b'\n');
        self.sum.update(&bytes);
        Ok(self.inner.write_all(&bytes)?)
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Reads an archive, a rehearsal at a time: the parcels for [`Store::take_in`]. Gives nothing more after an error.
pub struct Reader<R> {
    inner: R,
    sum: Sha256,
    line: u64,
    texts: HashMap<String, String>,
    texts_size: usize,
    ids: HashSet<String>,
    counted: End,
    state: State,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Begin,
    Middle,
    Over,
}

impl<R: BufRead> Reader<R> {
    /// A reader of this file.
    pub fn new(inner: R) -> Self {
        Self {
            inner,
            sum: Sha256::new(),
            line: 0,
            texts: HashMap::new(),
            texts_size: 0,
            ids: HashSet::new(),
            counted: End::default(),
            state: State::Begin,
        }
    }

    fn refuse<T>(&self, why: impl Into<String>) -> Result<T> {
        Err(Error::Archive { line: self.line, why: why.into() })
    }

    fn bytes(&mut self) -> Result<Vec<u8>> {
        self.line += 1;
        let mut bytes = Vec::new();
        match (&mut self.inner).take(LONGEST_LINE + 1).read_until(b'\n', &mut bytes) {
            Err(error) => return self.refuse(format!("the file cannot be read: {error}")),
            Ok(_) if bytes.last() == Some(&b'\n') => {}
            Ok(read) if read as u64 > LONGEST_LINE => {
                return self.refuse(format!("it is longer than {} MiB; no export has such a line", LONGEST_LINE >> 20));
            }
            Ok(_) if self.state == State::Begin => return self.refuse(NOT_OURS),
            Ok(_) => {
                return self.refuse("the file ends here, in the middle: it was cut short. Copy or export it again");
            }
        }
        Ok(bytes)
    }

    fn next_line(&mut self) -> Result<(Vec<u8>, Line)> {
        let bytes = self.bytes()?;
        match serde_json::from_slice(&bytes) {
            Ok(line) => Ok((bytes, line)),
            Err(_) if self.state == State::Begin => self.refuse(NOT_OURS),
            Err(_) => self.refuse("no line of an export is like this"),
        }
    }

    fn parcel(&mut self) -> Result<Option<Parcel>> {
        if self.state == State::Begin {
            let (bytes, line) = self.next_line()?;
            let Line::Head { saywell_export, .. } = line else { return self.refuse(NOT_OURS) };
            if saywell_export != FORMAT {
                return self.refuse(format!(
                    "the file was written by another version of saywell (its form is {saywell_export}, this version \
                     knows {FORMAT}); update saywell to read it"
                ));
            }
            self.sum.update(&bytes);
            self.state = State::Middle;
        }
        loop {
            let (bytes, line) = self.next_line()?;
            if let Line::End { end } = line {
                return self.end(&end).map(|()| None);
            }
            self.sum.update(&bytes);
            match line {
                Line::Scenario { scenario, text } => self.scenario(scenario, text)?,
                Line::Rehearsal(head) => return self.rehearsal(head).map(Some),
                _ => return self.refuse("this stands in the wrong place"),
            }
        }
    }

    fn scenario(&mut self, hash: String, text: String) -> Result<()> {
        self.texts_size += text.len();
        if text.len() > scenario::MAX_BYTES || self.texts_size > MOST_SCENARIOS {
            return self.refuse("this situation is too long");
        }
        if text_hash(&text) != hash {
            return self.refuse("the text of this situation does not have the hash that it is given");
        }
        self.texts.insert(hash, text);
        Ok(())
    }

    fn rehearsal(&mut self, head: Head) -> Result<Parcel> {
        let Head { rehearsal: id, title, scenario_hash, events: count, settings } = head;
        // The only form that we write; so an id can name nothing else, such as a file.
        if uuid::Uuid::try_parse(&id).ok().is_none_or(|uuid| uuid.hyphenated().to_string() != id) {
            return self.refuse(format!("'{}' is no id of a rehearsal", shown(&id)));
        }
        if !self.ids.insert(id.clone()) {
            return self.refuse(format!("the rehearsal '{id}' stands in this file twice"));
        }
        if let Some(name) = settings.keys().find(|name| !SETTINGS.contains(&name.as_str())) {
            return self.refuse(format!("'{}' cannot be set for a rehearsal", shown(name)));
        }
        let mut events = Vec::new();
        let mut size = 0;
        for seq in 1..=count {
            let (bytes, line) = self.next_line()?;
            self.sum.update(&bytes);
            size += bytes.len() as u64;
            if size > MOST_OF_ONE {
                return self.refuse("this rehearsal is too long");
            }
            match line {
                Line::Event(EventLine { seq: found, at_ms, event }) if found == seq => {
                    self.check(&event, seq, &scenario_hash)?;
                    events.push(Recorded { seq, at_ms, event });
                }
                _ => return self.refuse(format!("event {seq} of the rehearsal '{id}' was expected here")),
            }
        }
        if events.is_empty() {
            return self.refuse(format!("the rehearsal '{id}' has no events"));
        }
        self.counted.rehearsals += 1;
        self.counted.events += count;
        let scenario_text = self.texts.get(&scenario_hash).cloned();
        Ok(Parcel { id, title, scenario_text, events, settings: settings.into_iter().collect() })
    }

    /// Refuse what no rehearsal of ours can hold, before anything reckons with it.
    fn check(&self, event: &Event, seq: Seq, hash: &str) -> Result<()> {
        let sound = match event {
            Event::Started { scenario, scenario_hash, .. } => {
                let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
                let name = !scenario.is_empty() && scenario.len() <= 200 && scenario.chars().all(plain);
                seq == 1 && scenario_hash == hash && name
            }
            _ if seq == 1 => false,
            Event::Analysed { analysis, .. } => {
                let longest = LONGEST_LINE as usize;
                analysis.findings.iter().all(|f| f.span.start <= f.span.end && f.span.end < longest && f.grade <= 3)
            }
            Event::Moved { step, .. } => {
                let at = &step.after;
                let on_scale = |level: i32| (0..=FULL).contains(&level);
                on_scale(at.trust)
                    && on_scale(at.tension)
                    && at.turn.max(at.here) <= MOST_TURNS
                    && at.refused.values().all(|n| *n < u8::MAX)
                    && step.shifts.iter().all(|s| s.by.unsigned_abs() <= 1_000)
            }
            Event::Judged { opinion, .. } => opinion.marks.iter().all(|m| m.grade <= 3),
            Event::Felt { level, .. } => *level <= crate::session::MOST_TENSE,
            _ => true,
        };
        if sound { Ok(()) } else { self.refuse("no rehearsal can hold this event") }
    }

    fn end(&mut self, end: &End) -> Result<()> {
        self.counted.sha256 = hex(&std::mem::take(&mut self.sum).finalize());
        if *end != self.counted {
            return self.refuse("the file was changed after it was written, or damaged on its way");
        }
        self.line += 1;
        let mut more = [0];
        match self.inner.read(&mut more) {
            Ok(0) => Ok(()),
            Ok(_) => self.refuse("something stands behind the end of the export"),
            Err(error) => self.refuse(format!("the file cannot be read: {error}")),
        }
    }
}

const NOT_OURS: &str = "this is no export of saywell";

/// A piece of a foreign file, short enough for a message.
fn shown(text: &str) -> String {
    let start: String = text.chars().take(60).collect();
    if start.len() < text.len() { format!("{start}\u{2026}") } else { start }
}

impl<R: BufRead> Iterator for Reader<R> {
    type Item = Result<Parcel>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.state == State::Over {
            return None;
        }
        let next = self.parcel().transpose();
        if !matches!(next, Some(Ok(_))) {
            self.state = State::Over;
        }
        next
    }
}
