//! Which processes have the database open: a lock on its folder, held for as long as a store is.
//!
//! SQLite's own locks keep readers and writers apart, but they do not tell whether anybody else is there at all, and
//! that has to be known before a damaged file is replaced: a process that still had the old one open would go on
//! writing into a file without a name.

use std::fs::{File, TryLockError};
use std::path::Path;
use std::time::{Duration, Instant};

use super::super::{Error, Result};
use super::open::folder_of;

/// How long to wait before looking again.
const STEP: Duration = Duration::from_millis(2);

/// A held lock. Dropping it gives it up.
#[derive(Debug)]
pub(super) struct Presence {
    /// None where the file system has no such locks; then nobody is ever known to be alone.
    folder: Option<File>,
    alone: bool,
}

impl Presence {
    /// Announce oneself: alone where nobody else is there, beside the others where somebody is. Waits for somebody who
    /// is just opening.
    pub(super) fn take(path: &Path, wait: Duration) -> Result<Self> {
        let unknown = Self { folder: None, alone: false };
        let Ok(folder) = File::open(folder_of(path)) else { return Ok(unknown) };
        let begun = Instant::now();
        loop {
            match folder.try_lock() {
                Ok(()) => return Ok(Self { folder: Some(folder), alone: true }),
                Err(TryLockError::WouldBlock) => {}
                Err(TryLockError::Error(_)) => return Ok(unknown),
            }
            if folder.try_lock_shared().is_ok() {
                return Ok(Self { folder: Some(folder), alone: false });
            }
            if begun.elapsed() >= wait {
                return Err(Error::Locked { place: path.display().to_string(), seconds: wait.as_secs() });
            }
            std::thread::sleep(STEP);
        }
    }

    /// Whether nobody else has the database open.
    pub(super) fn alone(&self) -> bool {
        self.alone
    }

    /// Let others in.
    pub(super) fn share(&mut self) {
        self.alone = false;
        if let Some(folder) = &self.folder {
            // Blocks at most for as long as another process takes to open.
            let _ = folder.lock_shared();
        }
    }
}
