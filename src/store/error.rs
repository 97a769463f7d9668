//! What a store can refuse, in words for the person in front of it: what happened, where, and how to mend it.

use super::{Seq, SessionSummary};

/// What comes of asking a store.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a store refused. Nothing was changed, unless it says so.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// No session has this id.
    #[error("no rehearsal has the id '{0}'; `saywell history` lists those that are kept")]
    NoSession(String),
    /// Several sessions have an id that begins or ends so.
    #[error("'{part}' fits {} rehearsals: {}; write more of the id", choices.len(), listed(choices))]
    Ambiguous {
        /// What was looked for.
        part: String,
        /// The sessions it could be, the one last worked on first.
        choices: Vec<SessionSummary>,
    },
    /// The id of a new session is taken.
    #[error("a rehearsal with the id '{0}' is there already")]
    Exists(String),
    /// Somebody else went on with the session.
    #[error(
        "the rehearsal '{session}' was gone on with somewhere else (its last entry is {found}, expected was {expected}); \
         nothing was mixed. Close the other window, then resume the rehearsal"
    )]
    Conflict {
        /// The session.
        session: String,
        /// The last place the caller knew.
        expected: Seq,
        /// The last place that is there.
        found: Seq,
    },
    /// The caller handed over what cannot be a session.
    #[error("this cannot be stored: {0}")]
    Invalid(String),
    /// A session from elsewhere is here already, with another history.
    #[error(
        "the rehearsal '{0}' is here already and went on in another way than in the file. Delete the one here first if \
         the one in the file is to stand"
    )]
    Differs(String),
    /// A file that holds sessions cannot be read further.
    #[error("line {line}: {why}")]
    Archive {
        /// The line, from 1.
        line: u64,
        /// What is wrong with it.
        why: String,
    },
    /// No session keeps a scenario with this hash.
    #[error("the text of the scenario {0} is not kept here")]
    NoScenario(String),
    /// An event is there, but cannot be read.
    #[error(
        "entry {seq} of the rehearsal '{session}' cannot be read ({why}); it was written by another version of \
         saywell, or the file was changed. Nothing was touched"
    )]
    Unreadable {
        /// The session.
        session: String,
        /// The event's place.
        seq: Seq,
        /// What the reader said.
        why: String,
    },
    /// Neither a data folder nor a home folder is known.
    #[error(
        "there is no place to keep rehearsals: HOME is not set to a folder. Set HOME, or SAYWELL_DATA to the folder \
         that is to be used"
    )]
    NoHome,
    /// Something of another kind stands where a file or a folder has to be.
    #[error("{place} is {is}, where rehearsals need {wanted}. Move it away, or set SAYWELL_DATA to another folder")]
    WrongKind {
        /// Where.
        place: String,
        /// What is there.
        is: &'static str,
        /// What has to be there.
        wanted: &'static str,
    },
    /// The place cannot be written to.
    #[error(
        "rehearsals cannot be kept in {place}: it may not be written to. Change its permissions, or set SAYWELL_DATA \
         to a folder of yours"
    )]
    ReadOnly {
        /// Where.
        place: String,
    },
    /// No space is left.
    #[error("there is no space left to keep the rehearsal in {place}. Make room and try again; what was kept is safe")]
    Full {
        /// Where.
        place: String,
    },
    /// Another process holds the database for too long.
    #[error(
        "{place} has been in use by another program for more than {seconds} s. Close the other program (another saywell, \
         a backup, a database browser) and try again"
    )]
    Locked {
        /// Where.
        place: String,
        /// How long was waited.
        seconds: u64,
    },
    /// A session was deleted, but its words still stand in the log, as another process is reading.
    #[error(
        "the rehearsal is deleted, but its words stay in {place}-wal for now: another program is reading there. They \
         go when every saywell is closed"
    )]
    LeftInLog {
        /// The database.
        place: String,
    },
    /// The database was written by a newer version.
    #[error(
        "{place} was written by a newer version of saywell (its form is {found}, this version knows {known}). Nothing \
         was changed; update saywell to open it"
    )]
    Newer {
        /// Where.
        place: String,
        /// The form it has.
        found: u32,
        /// The newest form known here.
        known: u32,
    },
    /// The file is a database of another program.
    #[error("{place} is a database of another program. Nothing was changed; set SAYWELL_DATA to another folder")]
    NotOurs {
        /// Where.
        place: String,
    },
    /// The database is damaged.
    #[error("{place} is damaged and cannot be read. {}", kept(copy.as_deref()))]
    Damaged {
        /// Where.
        place: String,
        /// Where a copy of the damaged file was kept.
        copy: Option<String>,
    },
    /// The file was moved, replaced or deleted while it was open.
    #[error("{place} was moved or deleted while it was in use. Put it back, or start saywell again for a new one")]
    Moved {
        /// Where.
        place: String,
    },
    /// The words are sealed, and nobody could be asked for the passphrase.
    #[error(
        "{place} is locked with a passphrase, and it could not be asked for: {why}. Start saywell in a terminal, or set \
         SAYWELL_PASSPHRASE_FILE to a file of yours that holds it"
    )]
    NeedsPassphrase {
        /// Where.
        place: String,
        /// Why nobody could be asked.
        why: String,
    },
    /// The passphrase is another one.
    #[error(
        "that is not the passphrase of {place}. Nothing was opened or changed. Capitals and spaces count; there is no \
         way around a passphrase that is forgotten"
    )]
    WrongPassphrase {
        /// Where.
        place: String,
    },
    /// The words were sealed, or opened for good, by another process.
    #[error(
        "the passphrase of {place} was set or taken away in another window. Nothing was written; close saywell and \
         start it again"
    )]
    Resealed {
        /// Where.
        place: String,
    },
    /// The system has no random numbers.
    #[error("the system gives no random numbers, and without them nothing can be encrypted. Nothing was written")]
    NoRandom,
    /// The disk, or what stands for one, reported an error.
    #[error("{place} could not be {doing}: {why}. Check the disk, then try again")]
    Io {
        /// Where.
        place: String,
        /// What was being done: `read`, `written`, `opened`.
        doing: &'static str,
        /// What the system said.
        why: String,
    },
}

/// How many choices a message names; the rest are counted.
const NAMED: usize = 5;

fn listed(choices: &[SessionSummary]) -> String {
    let named: Vec<String> = choices.iter().take(NAMED).map(|s| format!("{} ({})", s.id, s.title)).collect();
    let rest = choices.len().saturating_sub(NAMED);
    if rest == 0 { named.join(", ") } else { format!("{} and {rest} more", named.join(", ")) }
}

fn kept(copy: Option<&str>) -> String {
    match copy {
        Some(copy) => format!("A copy was kept as {copy}. Put a backup in its place, or move it away to start afresh"),
        None => "Close every saywell and start it again: it then keeps a copy and saves what can be read".to_owned(),
    }
}
