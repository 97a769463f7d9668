//! Opening the database: its folder and file with the right modes from the start, its settings, its form.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use super::super::migrations::{APPLICATION_ID, LATEST, MIGRATIONS};
use super::super::paths::{others_can_read, private};
use super::super::{Error, Result};
use super::{Options, fault};

/// Make the folder (0700) and an empty file (0600) where there are none.
///
/// SQLite gives the files beside the database (`-wal`, `-shm`) the database's own mode.
pub(super) fn make_file(path: &Path) -> Result<()> {
    match fs::metadata(path) {
        Ok(found) if found.is_file() => return Ok(()),
        Ok(_) => {
            let place = path.display().to_string();
            return Err(Error::WrongKind { place, is: "not a file", wanted: "a file" });
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(fault::file(path, "opened", &error)),
    }
    let folder = folder_of(path);
    make_folder(folder)?;
    match private(fs::OpenOptions::new().write(true).create_new(true)).open(path) {
        // Without this a power cut could take away the file's name, though not what was confirmed inside it.
        Ok(file) => file.sync_all().and_then(|()| sync_folder(folder)).map_err(|e| fault::file(path, "written", &e)),
        // Another process was quicker. The file is not opened by hand: closing it would drop SQLite's locks on it.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(fault::file(path, "written", &error)),
    }
}

/// The folder that a file lies in.
pub(super) fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."))
}

/// The file of this name with something added to it.
pub(super) fn beside(path: &Path, add: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(add);
    PathBuf::from(name)
}

/// Have the folder's list of names on disk.
pub(super) fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

fn make_folder(folder: &Path) -> Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    match builder.create(folder) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            let place = folder.display().to_string();
            Err(Error::WrongKind { place, is: "a file", wanted: "a folder" })
        }
        Err(error) => Err(fault::file(folder, "written", &error)),
    }
}

/// Take the rights of others away, where a copy or a backup brought some along.
#[cfg(unix)]
fn keep_private(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    for add in ["", "-wal", "-shm"] {
        let file = beside(path, add);
        if fs::metadata(&file).is_ok_and(|found| others_can_read(&found)) {
            // A file of another owner stays as it is; whether it can be used is found out by using it.
            let _ = fs::set_permissions(&file, fs::Permissions::from_mode(0o600));
        }
    }
}

#[cfg(not(unix))]
fn keep_private(_: &Path) {}

/// Which file stands under a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Identity(Option<(u64, u64)>);

impl Identity {
    /// The file that stands there now.
    #[cfg(unix)]
    pub(super) fn of(path: &Path) -> Self {
        use std::os::unix::fs::MetadataExt;
        Self(fs::metadata(path).ok().map(|found| (found.dev(), found.ino())))
    }

    /// Elsewhere only whether there is one: an open file cannot be replaced there.
    #[cfg(not(unix))]
    pub(super) fn of(path: &Path) -> Self {
        Self(path.is_file().then_some((0, 0)))
    }
}

/// Connect to the file and see to it that it is ours, of the newest form and safely set.
pub(super) fn connect(path: &Path, options: &Options) -> Result<Connection> {
    try_connect(path, options).map_err(|error| explain(path, error))
}

fn try_connect(path: &Path, options: &Options) -> Result<Connection> {
    let wait = options.wait;
    let failed = |e: &rusqlite::Error| fault::sqlite(path, wait.as_secs(), "opened", e);
    // Without CREATE: the file was made above, with its mode.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut conn = Connection::open_with_flags(path, flags).map_err(|e| failed(&e))?;
    conn.busy_timeout(wait).map_err(|e| failed(&e))?;
    let form = own(&conn, path, wait)?;
    keep_private(path);
    conn.execute_batch("PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON;")
        .map_err(|e| failed(&e))?;
    write_ahead(&conn, path, wait)?;
    if form < LATEST {
        migrate(&mut conn, path, wait)?;
    }
    if let Some(pages) = options.max_pages {
        conn.pragma_update(None, "max_page_count", pages).map_err(|e| failed(&e))?;
    }
    conn.set_prepared_statement_cache_capacity(32);
    conn.set_transaction_behavior(TransactionBehavior::Immediate);
    Ok(conn)
}

/// SQLite says only that it could not open or make a file. Write one beside the database to find out why.
fn explain(path: &Path, error: Error) -> Error {
    if !matches!(error, Error::Io { .. }) {
        return error;
    }
    let probe = beside(path, ".probe");
    let tried = fs::write(&probe, [0; 4096]);
    let _ = fs::remove_file(&probe);
    match tried {
        Ok(()) => error,
        Err(cause) => fault::file(folder_of(path), "written", &cause),
    }
}

/// Check that the file is ours or empty, and of no newer form. Gives its form.
fn own(conn: &Connection, path: &Path, wait: Duration) -> Result<u32> {
    let failed = |e: &rusqlite::Error| fault::sqlite(path, wait.as_secs(), "read", e);
    let number = |name: &str| conn.pragma_query_value(None, name, |row| row.get::<_, i32>(0)).map_err(|e| failed(&e));
    let place = || path.display().to_string();
    let application = number("application_id")?;
    let form = u32::try_from(number("user_version")?).unwrap_or(u32::MAX);
    if application == APPLICATION_ID {
        return if form > LATEST { Err(Error::Newer { place: place(), found: form, known: LATEST }) } else { Ok(form) };
    }
    let tables: i64 =
        conn.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0)).map_err(|e| failed(&e))?;
    if application != 0 || form != 0 || tables != 0 {
        return Err(Error::NotOurs { place: place() });
    }
    Ok(0)
}

/// Switch to write-ahead logging. Two processes that meet in a new file may find each other in the way without SQLite
/// waiting by itself, so this waits.
fn write_ahead(conn: &Connection, path: &Path, wait: Duration) -> Result<()> {
    let begun = Instant::now();
    loop {
        let mode = conn.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get::<_, String>(0));
        match mode.map_err(|e| fault::sqlite(path, wait.as_secs(), "written", &e)) {
            Ok(mode) if mode.eq_ignore_ascii_case("wal") => return Ok(()),
            Ok(_) => {
                let why = "this file system cannot hold a write-ahead log".to_owned();
                return Err(Error::Io { place: path.display().to_string(), doing: "opened", why });
            }
            Err(Error::Locked { .. }) if begun.elapsed() < wait => std::thread::sleep(Duration::from_millis(5)),
            Err(error) => return Err(error),
        }
    }
}

fn migrate(conn: &mut Connection, path: &Path, wait: Duration) -> Result<()> {
    conn.set_transaction_behavior(TransactionBehavior::Immediate);
    let Err(error) = MIGRATIONS.to_latest(conn) else { return Ok(()) };
    // Another process may have taken the same steps in the meantime: then ours rightly failed.
    if own(conn, path, wait)? == LATEST { Ok(()) } else { Err(fault::migration(path, wait.as_secs(), &error)) }
}
