//! A rehearsal's events on their way to the store, in order and without a gap.

use super::{Clock, attempts};
use crate::session::Event;
use crate::store::{Recorded, Result, Seq, Store};

/// The log of one rehearsal.
pub(super) struct Log {
    store: Box<dyn Store>,
    clock: Clock,
    id: String,
    /// The last event that is stored.
    last: Seq,
    /// What comes next and was not stored yet: it follows from what is, and can be reckoned again.
    ahead: Vec<Event>,
}

impl Log {
    pub(super) fn new(store: Box<dyn Store>, clock: Clock, id: String, last: Seq) -> Self {
        Self { store, clock, id, last, ahead: Vec::new() }
    }

    /// The rehearsal's id.
    pub(super) fn id(&self) -> &str {
        &self.id
    }

    /// The store, for what is kept beside the events.
    pub(super) fn store(&self) -> &dyn Store {
        self.store.as_ref()
    }

    /// The same, to be changed.
    pub(super) fn store_mut(&mut self) -> &mut dyn Store {
        self.store.as_mut()
    }

    /// How many events are waiting to be stored.
    pub(super) fn ahead(&self) -> usize {
        self.ahead.len()
    }

    /// Store this with whatever is stored next.
    pub(super) fn later(&mut self, event: Event) {
        self.ahead.push(event);
    }

    /// Store what waits and these behind it: all of them or none. What was stored.
    ///
    /// # Errors
    /// What the store refuses. What waited goes on waiting.
    pub(super) fn append(&mut self, events: Vec<Event>) -> Result<Vec<Recorded>> {
        let waited = self.ahead.len();
        self.ahead.extend(events);
        if self.ahead.is_empty() {
            return Ok(Vec::new());
        }
        let (at_ms, first) = ((self.clock)(), self.last + 1);
        match self.store.append(&self.id, self.last, at_ms, &self.ahead) {
            Ok(last) => self.last = last,
            Err(error) => {
                self.ahead.truncate(waited);
                return Err(error);
            }
        }
        let stored = (first..).zip(self.ahead.drain(..)).map(|(seq, event)| Recorded { seq, at_ms, event }).collect();
        for Recorded { event, .. } in &stored as &Vec<Recorded> {
            attempts::note(self.store.as_mut(), &self.id, at_ms, event);
        }
        Ok(stored)
    }
}
