//! Taking rehearsals away for good: what goes, and all that goes with it.

use std::num::NonZeroU32;
use std::path::{Path, PathBuf};

use super::desk::{Desk, Past, Place};
use super::{RuntimeError, files, forms};
use crate::store::{Filter, Store};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;
/// The most rehearsals that are named when they were too old.
const NAMED: usize = 5;

/// What would go.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Leaving {
    /// The rehearsals, the one last worked on first.
    pub rehearsals: Vec<Past>,
    /// Reports of them in the reports folder.
    pub reports: Vec<PathBuf>,
    /// Copies of a damaged database, which may hold any words that were ever kept. They go only with everything.
    pub copies: Vec<PathBuf>,
    /// What was found out about servers with models goes too.
    pub learnt: bool,
}

impl Leaving {
    /// Whether there is nothing.
    pub fn is_empty(&self) -> bool {
        self.rehearsals.is_empty() && self.reports.is_empty() && self.copies.is_empty() && !self.learnt
    }
}

impl Desk {
    /// What goes with these rehearsals.
    ///
    /// # Errors
    /// Where one of them is not there.
    pub fn leaving(&mut self, ids: &[String]) -> Result<Leaving, RuntimeError> {
        let mut rehearsals = Vec::new();
        for id in ids {
            let past = self.find(id)?;
            if !rehearsals.contains(&past) {
                rehearsals.push(past);
            }
        }
        let of = |name: &str| rehearsals.iter().any(|past: &Past| files::is_report_of(name, &past.id));
        let reports = files::listed(&self.reports(), of);
        Ok(Leaving { rehearsals, reports, ..Leaving::default() })
    }

    /// Everything: all rehearsals, all reports in the reports folder, all copies of a damaged database.
    ///
    /// # Errors
    /// Where the list cannot be read.
    pub fn leaving_all(&mut self) -> Result<Leaving, RuntimeError> {
        let (rehearsals, learnt) = match self.kept()? {
            Some(store) => (store.sessions(&Filter::default())?, forms::any(store)?),
            None => (Vec::new(), false),
        };
        let reports = files::listed(&self.reports(), files::is_report);
        Ok(Leaving { rehearsals, reports, copies: self.copies(), learnt })
    }

    /// Copies of a damaged database that are kept beside it.
    pub fn copies(&self) -> Vec<PathBuf> {
        let Place::File(database) = &self.place() else { return Vec::new() };
        let (Some(folder), Some(name)) = (database.parent(), database.file_name()) else { return Vec::new() };
        let lead = format!("{}.damaged-", name.to_string_lossy());
        files::listed(folder, |found| found.starts_with(&lead))
    }

    /// Rehearsals that were last worked on more than so many days ago. A clock that went back makes nothing old.
    ///
    /// # Errors
    /// Where the list cannot be read.
    pub fn outdated(&mut self, keep_days: u32) -> Result<Vec<String>, RuntimeError> {
        let before = self.now_ms().saturating_sub(i64::from(keep_days).saturating_mul(DAY_MS));
        let all = match self.kept()? {
            Some(store) => store.sessions(&Filter::default())?,
            None => Vec::new(),
        };
        Ok(all.into_iter().filter(|past| past.last_ms < before).map(|past| past.id).collect())
    }

    /// Keep to the user's wish that nothing older than so many days is kept. What was removed, in a sentence for the user;
    /// none where nothing was.
    ///
    /// # Errors
    /// Where the list cannot be read, or something not be deleted.
    pub fn keep_only(&mut self, keep_days: NonZeroU32) -> Result<Option<String>, RuntimeError> {
        let outdated = self.outdated(keep_days.get())?;
        if outdated.is_empty() {
            return Ok(None);
        }
        let leaving = self.leaving(&outdated)?;
        self.let_go(&leaving)?;
        let named = leaving.rehearsals.iter().take(NAMED).map(|past| {
            let day = self.local(past.last_ms).strftime("%-d %b %Y").to_string();
            format!("\u{201c}{}\u{201d} of {day}", past.title.trim())
        });
        let mut list = named.collect::<Vec<_>>().join(", ");
        let more = leaving.rehearsals.len().saturating_sub(NAMED);
        if more > 0 {
            list.push_str(&format!(" and {more} more"));
        }
        Ok(Some(format!("As your settings say (keep_days = {keep_days}), this was deleted for good: {list}.")))
    }

    /// Delete rehearsals for good, with their reports and what was typed and not sent.
    ///
    /// # Errors
    /// Where one is not there, or cannot be deleted.
    pub fn delete(&mut self, ids: &[String]) -> Result<(), RuntimeError> {
        let leaving = self.leaving(ids)?;
        self.let_go(&leaving)
    }

    /// Delete what was looked up before.
    ///
    /// # Errors
    /// Where a file cannot be removed, or a rehearsal not be deleted.
    pub fn let_go(&mut self, leaving: &Leaving) -> Result<(), RuntimeError> {
        // Files first: while the rehearsal is there, a second try still knows which files are its own.
        for path in leaving.reports.iter().chain(&leaving.copies) {
            remove(path)?;
        }
        if leaving.learnt {
            forms::forget(self.store()?)?;
        }
        if leaving.rehearsals.is_empty() {
            return Ok(());
        }
        let ids: Vec<&str> = leaving.rehearsals.iter().map(|past| past.id.as_str()).collect();
        Ok(self.store()?.delete_many(&ids)?)
    }
}

fn remove(path: &Path) -> Result<(), RuntimeError> {
    files::remove(path).map_err(|error| RuntimeError::File { path: path.to_owned(), why: error.to_string() })
}
