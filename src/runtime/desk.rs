//! The desk at which rehearsals are begun, gone on with and looked up again: what a front end needs besides the talk
//! itself. It owns the library and the store, and hands out a [`Runtime`] for each rehearsal.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::choice::CHOSEN;
use super::{Choice, Clock, Question, Runtime, RuntimeError, agreed_key, files};
use crate::report::progress::Record;
use crate::report::{About, Report};
use crate::scenario::library::{Entry, Library};
use crate::scenario::{self, Scenario};
use crate::session::{Event, OutOfOrder, Session, Setup, TurnId};
use crate::store::{
    self, Filter, MemoryStore, NewSession, Parcel, Recorded, Result as Stored, Seq, SqliteStore, Store, TakenIn,
};

pub use crate::store::SessionSummary as Past;

/// Where rehearsals are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// In this database.
    File(PathBuf),
    /// Nowhere: they are gone when the program ends.
    Memory,
}

/// The library, the store and the clock, behind one face.
pub struct Desk {
    library: Library,
    place: Place,
    clock: Clock,
    store: Option<Shared>,
    notice: Option<String>,
    zone: Option<jiff::tz::TimeZone>,
    reports: Option<PathBuf>,
    models: Choice,
    /// Hosts to which nothing may go this time.
    declined: Vec<String>,
}

impl std::fmt::Debug for Desk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Desk").field("place", &self.place).finish_non_exhaustive()
    }
}

/// How a rehearsal is to be begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wish {
    /// How hard the other makes it.
    pub difficulty: scenario::Difficulty,
    /// Picks among equal lines; none for a new one.
    pub seed: Option<u64>,
}

impl Desk {
    /// A desk with this library. Nothing is opened or made yet.
    pub fn new(library: Library, place: Place, clock: Clock) -> Self {
        Self {
            library,
            place,
            clock,
            store: None,
            notice: None,
            zone: None,
            reports: None,
            models: Choice::default(),
            declined: Vec::new(),
        }
    }

    /// Reckon days in this time zone and not in the computer's.
    #[must_use]
    pub fn in_zone(mut self, zone: jiff::tz::TimeZone) -> Self {
        self.zone = Some(zone);
        self
    }

    /// Save reports in this folder and not in the usual one.
    #[must_use]
    pub fn reports_in(mut self, folder: PathBuf) -> Self {
        self.reports = Some(folder);
        self
    }

    /// Have these models take part in rehearsals, as far as the user agrees.
    #[must_use]
    pub fn with_models(mut self, models: Choice) -> Self {
        self.models = models;
        self
    }

    /// Have the server of this name word the other's lines from the next rehearsal on, and remember it.
    ///
    /// # Errors
    /// Where that cannot be kept; it holds for this time.
    pub fn choose(&mut self, name: &str) -> Result<(), RuntimeError> {
        self.models.choose(name);
        // Who chooses again may be asked again.
        self.declined.clear();
        self.set_setting(CHOSEN, Some(name))
    }

    /// Go by what was chosen an earlier time.
    pub fn recall_choice(&mut self) {
        if self.models.servers().next().is_some() {
            let kept = self.setting(CHOSEN);
            self.models.recall(kept.as_deref());
        }
    }

    /// The models that were chosen.
    pub fn models(&self) -> &Choice {
        &self.models
    }

    /// What the user has to be asked before the chosen models may be used.
    pub fn question(&mut self) -> Option<Question> {
        let models = self.models.clone();
        models.question(|host| self.declined.iter().any(|d| d == host) || self.agreed(host))
    }

    /// The user agreed that words go to this host.
    ///
    /// # Errors
    /// Where that cannot be kept.
    pub fn agree(&mut self, host: &str) -> Result<(), RuntimeError> {
        self.set_setting(&agreed_key(host), Some("yes"))
    }

    /// The user did not agree, for this time.
    pub fn decline(&mut self, host: &str) {
        self.declined.push(host.to_owned());
    }

    fn agreed(&mut self, host: &str) -> bool {
        self.setting(&agreed_key(host)).as_deref() == Some("yes")
    }

    fn equip(&mut self, mut runtime: Runtime) -> Runtime {
        let models = self.models.clone();
        models.equip(&mut runtime, |host| self.agreed(host));
        runtime
    }

    /// A time of the clock, as people here reckon it.
    pub fn local(&self, at_ms: i64) -> jiff::Zoned {
        let zone = self.zone.clone().unwrap_or_else(jiff::tz::TimeZone::system);
        jiff::Timestamp::from_millisecond(at_ms).unwrap_or(jiff::Timestamp::UNIX_EPOCH).to_zoned(zone)
    }

    /// Save a report for the user alone to read, in the reports folder; no file is ever replaced. Where it lies.
    ///
    /// # Errors
    /// A sentence for the user.
    pub fn save_report(&self, report: &Report, id: &str, ending: &str, text: &str) -> Result<PathBuf, String> {
        let folder = self.reports();
        let name = files::report_name(report, id);
        for n in 1..100 {
            let number = if n == 1 { String::new() } else { format!("-{n}") };
            let path = folder.join(format!("{name}{number}.{ending}"));
            match files::write(&path, false, |out| out.write_all(text.as_bytes())) {
                Err(files::WriteError::Taken(_)) => {}
                Ok(()) => return Ok(std::path::absolute(&path).unwrap_or(path)),
                Err(error) => return Err(error.to_string()),
            }
        }
        Err(format!("there are a hundred files called {name} already; move some away"))
    }

    /// The folder that reports are saved in: `reports` beside the database; the present one where nothing is kept.
    pub fn reports(&self) -> PathBuf {
        match (&self.reports, &self.place) {
            (Some(folder), _) => folder.clone(),
            (None, Place::File(path)) => path.with_file_name("reports"),
            (None, Place::Memory) => PathBuf::from("."),
        }
    }

    /// What a report says of a rehearsal besides the talk.
    pub fn about(&mut self, id: &str) -> About {
        let past = self.kept().ok().flatten().and_then(|store| store.find(id).ok());
        let day = past.map(|past| self.local(past.started_ms).strftime("%-d %B %Y").to_string());
        About { id: Some(id.to_owned()), day }
    }

    /// A stored rehearsal as it stands, only to be looked at.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn session(&mut self, past: &Past) -> Result<Session, RuntimeError> {
        let store = self.store()?;
        let (events, text) = (store.events(&past.id)?, store.scenario_text(&past.scenario_hash)?);
        replay(&text, events)
    }

    /// The situations there are.
    pub fn library(&self) -> &Library {
        &self.library
    }

    /// Where rehearsals are kept.
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// What time it is, in milliseconds since 1970.
    pub fn now_ms(&self) -> i64 {
        (self.clock)()
    }

    /// What the user should be told of the store, once: that it was damaged and mended.
    pub fn take_notice(&mut self) -> Option<String> {
        self.notice.take()
    }

    /// The store, to be used beside the desk.
    ///
    /// # Errors
    /// Where it cannot be opened.
    pub fn share(&mut self) -> Result<Box<dyn Store>, store::Error> {
        Ok(Box::new(self.store()?.clone()))
    }

    /// The store for writing; made if it is not there.
    pub(super) fn store(&mut self) -> Result<&mut Shared, store::Error> {
        if self.store.is_none() {
            let store: Box<dyn Store> = match &self.place {
                Place::File(path) => {
                    let store = SqliteStore::open(path)?;
                    self.notice = store.mended().map(ToString::to_string);
                    Box::new(store)
                }
                Place::Memory => Box::new(MemoryStore::default()),
            };
            self.store = Some(Shared(Arc::new(Mutex::new(store))));
        }
        match &mut self.store {
            Some(store) => Ok(store),
            None => Err(store::Error::NoHome),
        }
    }

    /// The store for reading; none where nothing was ever kept.
    pub(super) fn kept(&mut self) -> Result<Option<&mut Shared>, store::Error> {
        let nothing = self.store.is_none() && matches!(&self.place, Place::File(path) if !path.exists());
        if nothing { Ok(None) } else { self.store().map(Some) }
    }

    /// Where rehearsals are locked, have the passphrase asked for now: later there may be no terminal to ask on.
    ///
    /// # Errors
    /// Where it is not known. Whatever else is wrong shows when rehearsals are wanted.
    pub fn unlock(&mut self) -> Result<(), RuntimeError> {
        match self.kept() {
            Err(error @ (store::Error::NeedsPassphrase { .. } | store::Error::WrongPassphrase { .. })) => {
                Err(error.into())
            }
            _ => Ok(()),
        }
    }

    /// The scenario of an entry, whole.
    ///
    /// # Errors
    /// A sentence for the user where it cannot be played.
    pub fn load(&self, entry: &Entry) -> Result<Scenario, String> {
        entry.load().map_err(|problems| {
            let first = problems.first().map_or_else(String::new, |p| p.message.clone());
            format!("{} cannot be played: {first}; `saywell scenarios check` shows more", entry.file)
        })
    }

    /// Begin a rehearsal.
    ///
    /// # Errors
    /// Where it cannot be kept.
    pub fn begin(&mut self, scenario: Arc<Scenario>, text: &str, wish: Wish) -> Result<Runtime, RuntimeError> {
        let setup = Setup {
            audience: scenario.audience,
            difficulty: wish.difficulty,
            seed: wish.seed.unwrap_or_else(|| uuid::Uuid::now_v7().as_u64_pair().1),
            scenario_hash: store::text_hash(text),
        };
        let clock = self.clock;
        let store = self.store()?.clone();
        let runtime = Runtime::start(Box::new(store), scenario, text, setup, clock)?.0;
        Ok(self.equip(runtime))
    }

    /// Go on with a rehearsal.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn resume(&mut self, id: &str) -> Result<Runtime, RuntimeError> {
        let clock = self.clock;
        let store = self.store()?.clone();
        let runtime = Runtime::resume(Box::new(store), id, clock)?.0;
        Ok(self.equip(runtime))
    }

    /// The rehearsal of this id, or of the only id that begins or ends so.
    ///
    /// # Errors
    /// Where there is none, or several.
    pub fn find(&mut self, id_or_part: &str) -> Result<Past, RuntimeError> {
        match self.kept()? {
            Some(store) => Ok(store.find(id_or_part)?),
            None => Err(store::Error::NoSession(id_or_part.to_owned()).into()),
        }
    }

    /// Rehearsals in which something was said, the one last worked on first.
    ///
    /// # Errors
    /// Where they cannot be read.
    pub fn past(&mut self) -> Result<Vec<Past>, RuntimeError> {
        let filter = Filter { min_turns: 1, ..Filter::default() };
        Ok(match self.kept()? {
            Some(store) => store.sessions(&filter)?,
            None => Vec::new(),
        })
    }

    /// The rehearsals that are not finished, the one last worked on first; a few are enough to find what to go on with.
    ///
    /// # Errors
    /// Where they cannot be read.
    pub fn open_rehearsals(&mut self) -> Result<Vec<Past>, RuntimeError> {
        let filter = Filter { limit: Some(8), finished: Some(false), ..Filter::default() };
        Ok(match self.kept()? {
            Some(store) => store.sessions(&filter)?,
            None => Vec::new(),
        })
    }

    /// What each past rehearsal gave chances for, oldest first. Those that can no longer be read are left out.
    ///
    /// # Errors
    /// Where the list cannot be read.
    pub fn records(&mut self) -> Result<Vec<Record>, RuntimeError> {
        let past = self.past()?;
        let Some(store) = self.kept()? else { return Ok(Vec::new()) };
        let record = |past: &Past| {
            let events = store.events(&past.id).ok()?;
            let text = store.scenario_text(&past.scenario_hash).ok()?;
            let session = replay(&text, events).ok()?;
            Some(Record::of(&past.id, past.started_ms, &session))
        };
        let mut records: Vec<Record> = past.iter().filter_map(record).collect();
        records.sort_by(|a, b| a.at_ms.cmp(&b.at_ms).then_with(|| a.id.cmp(&b.id)));
        Ok(records)
    }

    /// What the user said in a rehearsal, to be searched; nothing where it cannot be read.
    pub fn said(&mut self, id: &str) -> String {
        let events = self.kept().ok().flatten().and_then(|store| store.events(id).ok()).unwrap_or_default();
        let mut words: Vec<(TurnId, String)> = Vec::new();
        for recorded in events {
            match recorded.event {
                Event::UserSaid { turn, text, .. } => words.push((turn, text)),
                // What stopped a scene is set aside.
                Event::SafetyStopped { turn, .. } => words.retain(|(said, _)| *said != turn),
                _ => {}
            }
        }
        words.into_iter().map(|(_, text)| text).collect::<Vec<_>>().join(" ")
    }

    /// What was set under this name. What cannot be read counts as not set.
    pub fn setting(&mut self, key: &str) -> Option<String> {
        self.kept().ok().flatten().and_then(|store| store.setting(key).ok().flatten())
    }

    /// Set something under a name, or forget it.
    ///
    /// # Errors
    /// Where it cannot be kept.
    pub fn set_setting(&mut self, key: &str, value: Option<&str>) -> Result<(), RuntimeError> {
        Ok(self.store()?.set_setting(key, value)?)
    }
}

/// A session from its stored events.
fn replay(text: &str, events: Vec<Recorded>) -> Result<Session, RuntimeError> {
    let (scenario, problems) = scenario::parse(text);
    let scenario = scenario.ok_or_else(|| {
        RuntimeError::Scenario(problems.first().map_or_else(String::new, |problem| problem.message.clone()))
    })?;
    if !matches!(events.first().map(|r| &r.event), Some(Event::Started { .. })) {
        return Err(OutOfOrder("first").into());
    }
    Ok(Session::replay(Arc::new(scenario), events.into_iter().map(|r| r.event))?)
}

/// One store that the desk and the rehearsals it handed out share.
#[derive(Clone)]
pub(super) struct Shared(Arc<Mutex<Box<dyn Store>>>);

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Box<dyn Store>> {
        // A thread that panicked in the store left no half-made change: the store commits all or nothing.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Store for Shared {
    fn create(&mut self, session: &NewSession<'_>, at_ms: i64, events: &[Event]) -> Stored<Seq> {
        self.lock().create(session, at_ms, events)
    }

    fn append(&mut self, session: &str, after: Seq, at_ms: i64, events: &[Event]) -> Stored<Seq> {
        self.lock().append(session, after, at_ms, events)
    }

    fn events_after(&self, session: &str, after: Seq) -> Stored<Vec<Recorded>> {
        self.lock().events_after(session, after)
    }

    fn scenario_text(&self, hash: &str) -> Stored<String> {
        self.lock().scenario_text(hash)
    }

    fn sessions(&self, filter: &Filter) -> Stored<Vec<Past>> {
        self.lock().sessions(filter)
    }

    fn find(&self, id_or_part: &str) -> Stored<Past> {
        self.lock().find(id_or_part)
    }

    fn delete_many(&mut self, sessions: &[&str]) -> Stored<()> {
        self.lock().delete_many(sessions)
    }

    fn take_in(&mut self, parcels: &mut dyn Iterator<Item = Stored<Parcel>>) -> Stored<TakenIn> {
        self.lock().take_in(parcels)
    }

    fn settings(&self, prefix: &str) -> Stored<Vec<(String, String)>> {
        self.lock().settings(prefix)
    }

    fn setting(&self, key: &str) -> Stored<Option<String>> {
        self.lock().setting(key)
    }

    fn set_setting(&mut self, key: &str, value: Option<&str>) -> Stored<()> {
        self.lock().set_setting(key, value)
    }
}
