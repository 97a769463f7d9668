//! Which processes have the database open.
//!
//! SQLite's own locks keep readers and writers apart, but they do not tell whether anybody else is there at all, and
//! that has to be known before a damaged file is replaced: a process that still had the old one open would go on
//! writing into a file without a name.
//!
//! There are two locks. The door, a lock on the folder, is held while one opens, so that only one at a time does. Who
//! has it tries to lock a file beside the database for itself alone: that works where nobody else is there. From then
//! on, until it closes, it shares that lock with the others. As the door is still held when the one lock is changed
//! for the other, nobody can take oneself for alone in between.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;
use std::time::{Duration, Instant};

use super::super::paths::private;
use super::super::{Error, Result};
use super::open::{beside, folder_of};

/// How long to wait before trying the door again.
const STEP: Duration = Duration::from_millis(2);

/// A held lock. Dropping it gives it up.
#[derive(Debug)]
pub(super) struct Presence {
    door: Option<File>,
    /// None where the file system has no such locks; then nobody is ever known to be alone.
    shared: Option<File>,
    alone: bool,
}

impl Presence {
    /// Come in: alone where nobody else is there, beside the others where somebody is. Waits for somebody who is just
    /// opening.
    pub(super) fn take(path: &Path, wait: Duration) -> Result<Self> {
        let unknown = Self { door: None, shared: None, alone: false };
        let Ok(door) = File::open(folder_of(path)) else { return Ok(unknown) };
        let begun = Instant::now();
        loop {
            match door.try_lock() {
                Ok(()) => break,
                Err(TryLockError::Error(_)) => return Ok(unknown),
                Err(TryLockError::WouldBlock) if begun.elapsed() < wait => std::thread::sleep(STEP),
                Err(TryLockError::WouldBlock) => {
                    return Err(Error::Locked { place: path.display().to_string(), seconds: wait.as_secs() });
                }
            }
        }
        // Never deleted: a lock on a file without a name would be seen by nobody.
        let file = private(OpenOptions::new().read(true).write(true).create(true)).open(beside(path, "-lock"));
        let Ok(file) = file else { return Ok(unknown) };
        let alone = match file.try_lock() {
            Ok(()) => true,
            Err(TryLockError::WouldBlock) if file.try_lock_shared().is_ok() => false,
            Err(_) => return Ok(unknown),
        };
        Ok(Self { door: Some(door), shared: Some(file), alone })
    }

    /// Whether nobody else has the database open.
    pub(super) fn alone(&self) -> bool {
        self.alone
    }

    /// Let others in.
    pub(super) fn share(&mut self) {
        if let (true, Some(file)) = (self.alone, &self.shared) {
            // Nobody can be in the way: the door is still ours.
            let _ = file.try_lock_shared();
        }
        self.alone = false;
        self.door = None;
    }
}
