//! What SQLite and the file system report, put into the store's own words.

use std::io;
use std::path::Path;

use rusqlite::ffi::{self, ErrorCode};

use super::super::{Error, migrations};

/// A database's error, of the file at `path`.
pub(super) fn sqlite(path: &Path, wait_s: u64, doing: &'static str, error: &rusqlite::Error) -> Error {
    let place = path.display().to_string();
    let rusqlite::Error::SqliteFailure(failure, message) = error else {
        // A column of another type than the one that was written, or text that is not UTF-8: SQLite itself is content,
        // the file is not what we wrote.
        return match error {
            rusqlite::Error::FromSqlConversionFailure(..)
            | rusqlite::Error::InvalidColumnType(..)
            | rusqlite::Error::IntegralValueOutOfRange(..)
            | rusqlite::Error::Utf8Error(..) => Error::Damaged { place, copy: None },
            _ => Error::Io { place, doing, why: error.to_string() },
        };
    };
    match failure.code {
        ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked | ErrorCode::FileLockingProtocolFailed => {
            Error::Locked { place, seconds: wait_s }
        }
        ErrorCode::DiskFull => Error::Full { place },
        ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => Error::Damaged { place, copy: None },
        ErrorCode::ReadOnly if failure.extended_code == ffi::SQLITE_READONLY_DBMOVED => Error::Moved { place },
        ErrorCode::ReadOnly | ErrorCode::PermissionDenied => Error::ReadOnly { place },
        ErrorCode::CannotOpen => Error::Io { place, doing: "opened", why: "the system refused it".to_owned() },
        ErrorCode::SystemIoFailure => Error::Io { place, doing, why: io_words(failure.extended_code) },
        _ => {
            let why = message.clone().unwrap_or_else(|| format!("code {}", failure.extended_code));
            Error::Io { place, doing, why }
        }
    }
}

/// An error of the file system, at `path`.
pub(super) fn file(path: &Path, doing: &'static str, error: &io::Error) -> Error {
    let place = path.display().to_string();
    match error.kind() {
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => Error::ReadOnly { place },
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Error::Full { place },
        io::ErrorKind::NotADirectory => Error::WrongKind { place, is: "inside a file", wanted: "a folder" },
        io::ErrorKind::IsADirectory => Error::WrongKind { place, is: "a folder", wanted: "a file" },
        _ => Error::Io { place, doing, why: error.to_string() },
    }
}

/// What went wrong while the form was brought up to date.
pub(super) fn migration(path: &Path, wait_s: u64, error: &rusqlite_migration::Error) -> Error {
    match error {
        rusqlite_migration::Error::RusqliteError { err, .. } => sqlite(path, wait_s, "written", err),
        other => {
            let why = format!("its form could not be brought up to {}: {other}", migrations::LATEST);
            Error::Io { place: path.display().to_string(), doing: "written", why }
        }
    }
}

fn io_words(extended: i32) -> String {
    let what = match extended {
        ffi::SQLITE_IOERR_READ | ffi::SQLITE_IOERR_SHORT_READ => "reading failed",
        ffi::SQLITE_IOERR_WRITE => "writing failed",
        ffi::SQLITE_IOERR_FSYNC | ffi::SQLITE_IOERR_DIR_FSYNC => "the disk did not confirm what was written",
        ffi::SQLITE_IOERR_TRUNCATE => "shortening the file failed",
        ffi::SQLITE_IOERR_LOCK | ffi::SQLITE_IOERR_UNLOCK | ffi::SQLITE_IOERR_RDLOCK => "locking failed",
        ffi::SQLITE_IOERR_SHMOPEN | ffi::SQLITE_IOERR_SHMSIZE | ffi::SQLITE_IOERR_SHMMAP => {
            "the shared file beside it could not be made"
        }
        ffi::SQLITE_IOERR_NOMEM => "memory ran out",
        _ => return format!("the disk reported an error ({extended})"),
    };
    what.to_owned()
}
