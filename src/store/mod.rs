//! The store: an event log for each rehearsal, which loses nothing that it once acknowledged.
//!
//! What the rest of the program needs of it is the small trait [`Store`]. [`SqliteStore`] keeps the log in one file,
//! [`MemoryStore`] for as long as the program runs; `tests/store_conformance.rs` holds both to the same behaviour, and
//! anything that comes later as well. No type of a database driver stands in the trait or in [`Error`].
//!
//! Order is by sequence and never by the clock: a clock that goes backwards changes what is shown as a time, nothing
//! else.

pub mod archive;
mod error;
mod memory;
mod migrations;
pub mod passphrase;
pub mod paths;
mod seal;
mod sqlite;

use sha2::{Digest, Sha256};

pub use error::{Error, Result};
pub use memory::MemoryStore;
pub use seal::{Cost, Passphrase};
pub use sqlite::{Mended, Options, SqliteStore};

use crate::analysis::Audience;
use crate::scenario::Difficulty;
use crate::session::{Event, Finish};

/// The place of an event in its session: 1, 2, 3 ... without a gap. 0 stands before the first.
pub type Seq = u64;

/// A rehearsal that is about to be stored. Its scenario, audience and difficulty are read off its first event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewSession<'a> {
    /// A UUID (version 7) as text.
    pub id: &'a str,
    /// The scenario's title, for lists.
    pub title: &'a str,
    /// The scenario's whole text, kept once however many sessions share it.
    pub scenario_text: &'a str,
}

/// An event as it was stored.
#[derive(Clone, Debug, PartialEq)]
pub struct Recorded {
    /// Its place in the session.
    pub seq: Seq,
    /// What the clock said, in milliseconds since 1970; only to be shown.
    pub at_ms: i64,
    /// What happened.
    pub event: Event,
}

/// One line of a list of rehearsals.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct SessionSummary {
    /// The session's id.
    pub id: String,
    /// The scenario's id.
    pub scenario_id: String,
    /// The scenario's title when the session began.
    pub title: String,
    /// Who practises.
    pub audience: Audience,
    /// How hard it was made.
    pub difficulty: Difficulty,
    /// The hash under which [`Store::scenario_text`] has the scenario.
    pub scenario_hash: String,
    /// What the clock said when it began.
    pub started_ms: i64,
    /// What the clock said at its last event.
    pub last_ms: i64,
    /// The place of its last event: what the next [`Store::append`] goes after.
    pub last_seq: Seq,
    /// Replies the user gave, in all takes.
    pub turns: u32,
    /// How it was ended; none while it is open.
    pub finished: Option<Finish>,
}

/// Which rehearsals a list is to hold. The default holds all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// At most so many.
    pub limit: Option<usize>,
    /// Only those of this scenario.
    pub scenario_id: Option<String>,
    /// Only those that are finished, or that are not.
    pub finished: Option<bool>,
    /// Only those in which the user said at least so much.
    pub min_turns: u32,
}

/// Where rehearsals are kept.
///
/// Every method that changes something returns only when the change is on disk (as far as the kind of store has one):
/// what it acknowledged is there after a crash, and what it refused has changed nothing.
pub trait Store: Send {
    /// Store a new session together with its first events, the very first being [`Event::Started`].
    ///
    /// # Errors
    /// [`Error::Exists`] where the id is taken, [`Error::Invalid`] where the first event is not `Started` or names
    /// another scenario hash than [`text_hash`] of the text, or what the place itself refuses.
    fn create(&mut self, session: &NewSession<'_>, at_ms: i64, events: &[Event]) -> Result<Seq>;

    /// Add events to a session whose last event is `after`: all of them or none. Gives the new last place.
    ///
    /// # Errors
    /// [`Error::Conflict`] where the session's last event is not `after`: somebody else went on with it.
    /// [`Error::NoSession`], or what the place itself refuses.
    fn append(&mut self, session: &str, after: Seq, at_ms: i64, events: &[Event]) -> Result<Seq>;

    /// The session's events behind the place `after`, in order.
    ///
    /// # Errors
    /// [`Error::NoSession`], [`Error::Unreadable`] for an event that this version cannot read, or what the place
    /// itself refuses.
    fn events_after(&self, session: &str, after: Seq) -> Result<Vec<Recorded>>;

    /// All events of a session, in order.
    ///
    /// # Errors
    /// As [`Store::events_after`].
    fn events(&self, session: &str) -> Result<Vec<Recorded>> {
        self.events_after(session, 0)
    }

    /// The text of the scenario that has this hash.
    ///
    /// # Errors
    /// [`Error::NoScenario`] where no session keeps it, or what the place itself refuses.
    fn scenario_text(&self, hash: &str) -> Result<String>;

    /// Rehearsals, the one that was last worked on first.
    ///
    /// # Errors
    /// What the place itself refuses.
    fn sessions(&self, filter: &Filter) -> Result<Vec<SessionSummary>>;

    /// The session of this id, or of the only id that begins or ends so. (The ends of ids differ where they were made
    /// in the same minute, the beginnings hardly do.)
    ///
    /// # Errors
    /// [`Error::NoSession`]; [`Error::Ambiguous`] with the sessions it could be; or what the place itself refuses.
    fn find(&self, id_or_part: &str) -> Result<SessionSummary>;

    /// The open session that was last worked on and in which something was said.
    ///
    /// # Errors
    /// What the place itself refuses.
    fn latest_unfinished(&self) -> Result<Option<SessionSummary>> {
        let filter = Filter { limit: Some(1), finished: Some(false), min_turns: 1, scenario_id: None };
        Ok(self.sessions(&filter)?.pop())
    }

    /// Delete a session, its events, what was set for it and, where no other session needs it, its scenario's text. The
    /// words are overwritten, not only unlisted.
    ///
    /// # Errors
    /// As [`Store::delete_many`].
    fn delete(&mut self, session: &str) -> Result<()> {
        self.delete_many(&[session])
    }

    /// Delete several sessions in the same way, all of them or none.
    ///
    /// # Errors
    /// [`Error::NoSession`]; [`Error::LeftInLog`] where they are deleted, but another process keeps their words from
    /// being overwritten; or what the place itself refuses.
    fn delete_many(&mut self, sessions: &[&str]) -> Result<()>;

    /// Take in sessions from elsewhere, all of them or none: the first error that the parcels or the place give undoes
    /// everything. A session that is there is gone on with where the parcel goes on from it, and otherwise left as it is.
    ///
    /// # Errors
    /// [`Error::Differs`] where a session is there with another history; what the parcels give; or what the place itself
    /// refuses.
    fn take_in(&mut self, parcels: &mut dyn Iterator<Item = Result<Parcel>>) -> Result<TakenIn>;

    /// What was set under this name.
    ///
    /// # Errors
    /// What the place itself refuses.
    fn setting(&self, key: &str) -> Result<Option<String>>;

    /// Set something under a name, or forget it. A name that ends in `:` and the id of a session is of that session, and
    /// is deleted with it.
    ///
    /// # Errors
    /// What the place itself refuses.
    fn set_setting(&mut self, key: &str, value: Option<&str>) -> Result<()>;

    /// What was set under the names that begin so, in the order of the names.
    ///
    /// # Errors
    /// What the place itself refuses.
    fn settings(&self, prefix: &str) -> Result<Vec<(String, String)>>;
}

/// A session on its way from one store to another.
#[derive(Clone, Debug, PartialEq)]
pub struct Parcel {
    /// Its id.
    pub id: String,
    /// The scenario's title when it began.
    pub title: String,
    /// The scenario's whole text; none where it was lost to damage.
    pub scenario_text: Option<String>,
    /// Its events: places 1, 2, 3 ...
    pub events: Vec<Recorded>,
    /// What was set for it, by the name before the `:`.
    pub settings: Vec<(String, String)>,
}

/// What came of taking in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TakenIn {
    /// Sessions that are new.
    pub added: usize,
    /// Sessions that were there and went on in their parcel.
    pub continued: usize,
    /// Sessions that were there already, with all of the parcel or more.
    pub known: usize,
}

/// How a parcel stands to the session that is there.
enum Meeting<'p> {
    /// Nothing to do.
    Known,
    /// These come behind what is there.
    GoesOn(&'p [Recorded]),
}

/// Compare a parcel with what is there; [`Error::Differs`] where neither goes on from the other.
fn meet<'p>(parcel: &'p Parcel, there: &[Recorded]) -> Result<Meeting<'p>> {
    let both = there.len().min(parcel.events.len());
    if there.get(..both) != parcel.events.get(..both) {
        return Err(Error::Differs(parcel.id.clone()));
    }
    let rest = parcel.events.get(both..).unwrap_or_default();
    Ok(if rest.is_empty() { Meeting::Known } else { Meeting::GoesOn(rest) })
}

/// Check a parcel before anything of it is written.
fn opening_of(parcel: &Parcel) -> Result<Opening<'_>> {
    let id = &parcel.id;
    let Some(found) = parcel.events.first().and_then(|first| Opening::of(&first.event)) else {
        return Err(Error::Invalid(format!("the first event of the rehearsal '{id}' has to be 'started'")));
    };
    if parcel.scenario_text.as_ref().is_some_and(|text| text_hash(text) != found.scenario_hash) {
        return Err(Error::Invalid(format!("the scenario of the rehearsal '{id}' does not have the hash it is given")));
    }
    if id.is_empty() || parcel.events.iter().zip(1..).any(|(recorded, seq)| recorded.seq != seq) {
        return Err(Error::Invalid(format!("the events of the rehearsal '{id}' are not numbered 1, 2, 3 and so on")));
    }
    Ok(found)
}

/// The hash under which a scenario's text is kept: SHA-256 in hexadecimal, as `sha256sum` prints it.
pub fn text_hash(text: &str) -> String {
    use std::fmt::Write as _;
    let mut hex = String::with_capacity(64);
    for byte in Sha256::digest(text.as_bytes()) {
        let _ = write!(hex, "{byte:02x}");
    }
    hex
}

/// Copy a session from one store to another, all or nothing: from a disk that refuses to memory, or back.
///
/// # Errors
/// What either store refuses; [`Error::Exists`] where the other one has a session of this id. Nothing is copied then.
pub fn copy(from: &dyn Store, to: &mut dyn Store, session: &str) -> Result<Seq> {
    let summary = from.find(session)?;
    let recorded = from.events(&summary.id)?;
    let scenario_text = from.scenario_text(&summary.scenario_hash)?;
    let new = NewSession { id: &summary.id, title: &summary.title, scenario_text: &scenario_text };
    let mut last = None;
    // What was stored at one moment goes over as one.
    for moment in recorded.chunk_by(|a, b| a.at_ms == b.at_ms) {
        let at_ms = moment.first().map_or(0, |first| first.at_ms);
        let events: Vec<Event> = moment.iter().map(|recorded| recorded.event.clone()).collect();
        let done = match last {
            None => to.create(&new, at_ms, &events),
            Some(after) => to.append(new.id, after, at_ms, &events),
        };
        last = match (done, last) {
            (Ok(seq), _) => Some(seq),
            (Err(error), None) => return Err(error),
            (Err(error), Some(_)) => {
                // Where even this is refused, what is there is at least a true beginning of the session.
                let _ = to.delete(new.id);
                return Err(error);
            }
        };
    }
    last.ok_or_else(|| Error::NoSession(session.to_owned()))
}

/// What a list shows of a session, moved on event by event. Every store counts by this.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Tally {
    turns: u32,
    finished: Option<Finish>,
}

impl Tally {
    fn add(&mut self, event: &Event) {
        match event {
            Event::UserSaid { .. } => {
                self.turns = self.turns.saturating_add(1);
                self.finished = None;
            }
            Event::WentBack { .. } => self.finished = None,
            Event::Finished { how } => self.finished = Some(*how),
            _ => {}
        }
    }
}

/// What the first event says of a session, once it is checked against the text.
struct Opening<'a> {
    scenario_id: &'a str,
    scenario_hash: &'a str,
    audience: Audience,
    difficulty: Difficulty,
}

impl<'a> Opening<'a> {
    fn of(event: &'a Event) -> Option<Self> {
        let Event::Started { scenario, scenario_hash, audience, difficulty, .. } = event else { return None };
        Some(Self { scenario_id: scenario, scenario_hash, audience: *audience, difficulty: *difficulty })
    }
}

/// Check a new session before anything is written.
fn opening<'a>(session: &NewSession<'_>, events: &'a [Event]) -> Result<Opening<'a>> {
    let Some(opening) = events.first().and_then(Opening::of) else {
        return Err(Error::Invalid("a session's first event has to be 'started'".to_owned()));
    };
    if text_hash(session.scenario_text) != opening.scenario_hash {
        let id = opening.scenario_id;
        return Err(Error::Invalid(format!("the text of the scenario '{id}' does not have the hash it is given")));
    }
    if session.id.is_empty() {
        return Err(Error::Invalid("a session needs an id".to_owned()));
    }
    Ok(opening)
}

/// The one session among those that `part` fits, an exact id going before all others.
fn only(part: &str, mut fitting: Vec<SessionSummary>) -> Result<SessionSummary> {
    if let Some(exact) = fitting.iter().position(|s| s.id.eq_ignore_ascii_case(part)) {
        return Ok(fitting.swap_remove(exact));
    }
    match fitting.len() {
        0 => Err(Error::NoSession(part.to_owned())),
        1 => Ok(fitting.swap_remove(0)),
        _ => Err(Error::Ambiguous { part: part.to_owned(), choices: fitting }),
    }
}
