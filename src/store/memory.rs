//! A store that lasts as long as the program: for rehearsals that are not to be kept, and for when the disk refuses.

use std::collections::HashMap;

use super::{
    Error, Filter, Meeting, NewSession, Opening, Parcel, Recorded, Result, Seq, SessionSummary, Store, TakenIn, Tally,
    meet, only, opening, opening_of,
};
use crate::session::Event;

/// Keeps everything in memory and nothing on disk.
#[derive(Clone, Debug, Default)]
pub struct MemoryStore {
    /// The one that was last worked on is last.
    sessions: Vec<Kept>,
    scenarios: HashMap<String, String>,
    settings: HashMap<String, String>,
}

#[derive(Clone, Debug)]
struct Kept {
    summary: SessionSummary,
    events: Vec<Recorded>,
}

impl MemoryStore {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }

    fn place(&self, session: &str) -> Result<usize> {
        // Looked for from the end: it is nearly always the one that is being worked on.
        let found = self.sessions.iter().rposition(|kept| kept.summary.id == session);
        found.ok_or_else(|| Error::NoSession(session.to_owned()))
    }
}

impl MemoryStore {
    fn take_in_one(&mut self, parcel: &Parcel, done: &mut TakenIn) -> Result<()> {
        let opening = opening_of(parcel)?;
        // Ids are the same whatever their letters' case.
        let there = self.sessions.iter().position(|kept| kept.summary.id.eq_ignore_ascii_case(&parcel.id));
        let there = there.map(|at| self.sessions.remove(at));
        let mut kept = match there {
            Some(kept) => kept,
            None => {
                let at_ms = parcel.events.first().map_or(0, |first| first.at_ms);
                Kept { summary: new_summary(&parcel.id, &parcel.title, &opening, at_ms), events: Vec::new() }
            }
        };
        match meet(parcel, &kept.events)? {
            Meeting::Known => done.known += 1,
            Meeting::GoesOn(_) if kept.events.is_empty() => done.added += 1,
            Meeting::GoesOn(_) => done.continued += 1,
        }
        let from = kept.events.len();
        for recorded in parcel.events.iter().skip(from) {
            kept.push(recorded.at_ms, std::slice::from_ref(&recorded.event));
        }
        for (name, value) in &parcel.settings {
            let key = format!("{name}:{}", kept.summary.id);
            self.settings.entry(key).or_insert_with(|| value.clone());
        }
        if let Some(text) = &parcel.scenario_text {
            self.scenarios.entry(opening.scenario_hash.to_owned()).or_insert_with(|| text.clone());
        }
        self.sessions.push(kept);
        Ok(())
    }
}

/// What a list shows of a session before its events.
fn new_summary(id: &str, title: &str, opening: &Opening<'_>, at_ms: i64) -> SessionSummary {
    SessionSummary {
        id: id.to_owned(),
        scenario_id: opening.scenario_id.to_owned(),
        title: title.to_owned(),
        audience: opening.audience,
        difficulty: opening.difficulty,
        scenario_hash: opening.scenario_hash.to_owned(),
        started_ms: at_ms,
        last_ms: at_ms,
        last_seq: 0,
        turns: 0,
        finished: None,
    }
}

impl Kept {
    fn push(&mut self, at_ms: i64, events: &[Event]) -> Seq {
        let summary = &mut self.summary;
        let mut tally = Tally { turns: summary.turns, finished: summary.finished };
        for event in events {
            summary.last_seq += 1;
            summary.last_ms = at_ms;
            tally.add(event);
            self.events.push(Recorded { seq: summary.last_seq, at_ms, event: event.clone() });
        }
        (summary.turns, summary.finished) = (tally.turns, tally.finished);
        summary.last_seq
    }
}

impl Store for MemoryStore {
    fn create(&mut self, session: &NewSession<'_>, at_ms: i64, events: &[Event]) -> Result<Seq> {
        let opening = opening(session, events)?;
        if self.place(session.id).is_ok() {
            return Err(Error::Exists(session.id.to_owned()));
        }
        self.scenarios.entry(opening.scenario_hash.to_owned()).or_insert_with(|| session.scenario_text.to_owned());
        let summary = new_summary(session.id, session.title, &opening, at_ms);
        let mut kept = Kept { summary, events: Vec::new() };
        let last = kept.push(at_ms, events);
        self.sessions.push(kept);
        Ok(last)
    }

    fn append(&mut self, session: &str, after: Seq, at_ms: i64, events: &[Event]) -> Result<Seq> {
        let place = self.place(session)?;
        let Some(kept) = self.sessions.get_mut(place) else { return Err(Error::NoSession(session.to_owned())) };
        let found = kept.summary.last_seq;
        if found != after {
            return Err(Error::Conflict { session: session.to_owned(), expected: after, found });
        }
        if events.is_empty() {
            return Ok(found);
        }
        let last = kept.push(at_ms, events);
        if let Some(later) = self.sessions.get_mut(place..) {
            later.rotate_left(1);
        }
        Ok(last)
    }

    fn events_after(&self, session: &str, after: Seq) -> Result<Vec<Recorded>> {
        let kept = self.sessions.get(self.place(session)?);
        let skip = usize::try_from(after).unwrap_or(usize::MAX);
        Ok(kept.map_or_else(Vec::new, |kept| kept.events.iter().skip(skip).cloned().collect()))
    }

    fn scenario_text(&self, hash: &str) -> Result<String> {
        self.scenarios.get(hash).cloned().ok_or_else(|| Error::NoScenario(hash.to_owned()))
    }

    fn sessions(&self, filter: &Filter) -> Result<Vec<SessionSummary>> {
        let fits = |s: &&SessionSummary| {
            filter.scenario_id.as_ref().is_none_or(|id| *id == s.scenario_id)
                && filter.finished.is_none_or(|finished| finished == s.finished.is_some())
                && s.turns >= filter.min_turns
        };
        let newest = self.sessions.iter().rev().map(|kept| &kept.summary);
        Ok(newest.filter(fits).take(filter.limit.unwrap_or(usize::MAX)).cloned().collect())
    }

    fn find(&self, id_or_part: &str) -> Result<SessionSummary> {
        let part = id_or_part.trim().to_ascii_lowercase();
        let fits = |s: &&SessionSummary| {
            let id = s.id.to_ascii_lowercase();
            !part.is_empty() && (id.starts_with(&part) || id.ends_with(&part))
        };
        let newest = self.sessions.iter().rev().map(|kept| &kept.summary);
        only(id_or_part.trim(), newest.filter(fits).cloned().collect())
    }

    fn delete_many(&mut self, sessions: &[&str]) -> Result<()> {
        for session in sessions {
            self.place(session)?;
        }
        self.sessions.retain(|kept| !sessions.contains(&kept.summary.id.as_str()));
        let needed = |hash: &String| self.sessions.iter().any(|kept| kept.summary.scenario_hash == *hash);
        self.scenarios.retain(|hash, _| needed(hash));
        let of = |key: &str| key.rsplit_once(':').is_some_and(|(_, id)| sessions.contains(&id));
        self.settings.retain(|key, _| !of(key));
        Ok(())
    }

    fn take_in(&mut self, parcels: &mut dyn Iterator<Item = Result<Parcel>>) -> Result<TakenIn> {
        let mut next = self.clone();
        let mut done = TakenIn::default();
        for parcel in parcels {
            next.take_in_one(&parcel?, &mut done)?;
        }
        *self = next;
        Ok(done)
    }

    fn setting(&self, key: &str) -> Result<Option<String>> {
        Ok(self.settings.get(key).cloned())
    }

    fn settings(&self, prefix: &str) -> Result<Vec<(String, String)>> {
        let found = self.settings.iter().filter(|(key, _)| key.starts_with(prefix));
        let mut found: Vec<(String, String)> = found.map(|(key, value)| (key.clone(), value.clone())).collect();
        found.sort_unstable();
        Ok(found)
    }

    fn set_setting(&mut self, key: &str, value: Option<&str>) -> Result<()> {
        match value {
            Some(value) => self.settings.insert(key.to_owned(), value.to_owned()),
            None => self.settings.remove(key),
        };
        Ok(())
    }
}
