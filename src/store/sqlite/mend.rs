//! A damaged database: a copy of it is kept, what can be read is put into a sound one, and that takes its place.
//!
//! Killed at any point, the next start goes on: a small file beside the database says that mending was begun and from
//! which copy, and is taken away last.

use std::fmt;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::Connection;

use super::super::paths::private;
use super::super::{Error, Result};
use super::open::{beside, connect, folder_of, make_file, sync_folder};
use super::salvage::{Look, Salvage, Saved};
use super::{Options, fault, wal};

/// A database of up to this size is looked through after a crash.
const LOOKED_THROUGH: u64 = 32 << 20;
/// How long after the first look at what seems damaged there is a second.
const SECOND_LOOK: Duration = Duration::from_millis(60);

/// What became of a damaged database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mended {
    /// The database.
    pub place: String,
    /// Rehearsals that were saved.
    pub sessions: usize,
    /// Their entries.
    pub events: usize,
    /// Entries that are known to be missing.
    pub lost: usize,
    /// Where the damaged file is kept as it was.
    pub copy: String,
}

impl fmt::Display for Mended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { place, sessions, events, lost, copy } = self;
        write!(f, "{place} was damaged and has been mended: {sessions} rehearsals with {events} entries were saved")?;
        match lost {
            0 => f.write_str(", none is known to be missing")?,
            1 => f.write_str(", one entry could not be read")?,
            lost => write!(f, ", {lost} entries could not be read")?,
        }
        write!(f, ". The damaged file is kept as {copy}")
    }
}

/// Open the database while nobody else has it open, mending it where that is needed.
pub(super) fn open_alone(path: &Path, options: &Options) -> Result<(Connection, Option<Mended>)> {
    let begun = mark(path);
    let copy = begun.as_ref().map(|name| beside(path, &format!(".{name}"))).filter(|copy| copy.is_file());
    if copy.is_some() {
        return mend_and_connect(path, options, copy);
    }
    let mut second_look = false;
    loop {
        let (damaged, after_crash) = log_is_damaged(path)?;
        if !damaged {
            match connect(path, options) {
                Ok(conn) if is_sound(&conn, path, begun.is_some(), after_crash) => {
                    if begun.is_some() {
                        remove(&beside(path, MARK)).map_err(|e| fault::file(path, "written", &e))?;
                    }
                    return Ok((conn, None));
                }
                Ok(_) | Err(Error::Damaged { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        if second_look {
            return mend_and_connect(path, options, None);
        }
        // Another program than ours may have been writing just then. What is damaged is so in a moment, too.
        std::thread::sleep(SECOND_LOOK);
        second_look = true;
    }
}

fn mend_and_connect(path: &Path, options: &Options, copy: Option<PathBuf>) -> Result<(Connection, Option<Mended>)> {
    let mended = mend(path, options, copy)?;
    Ok((connect(path, options)?, Some(mended)))
}

/// Note that the file gave something that cannot be right: the next start looks through it.
pub(super) fn suspect(path: &Path) {
    if mark(path).is_none() {
        // Where even this cannot be written, the next start stumbles at the same place and says so.
        let _ = write_private(&beside(path, MARK), b"");
    }
}

const MARK: &str = ".mend";

/// What the mark says: the copy that mending was begun from, or nothing where there is only a suspicion.
fn mark(path: &Path) -> Option<String> {
    fs::read_to_string(beside(path, MARK)).ok()
}

/// Whether the log is damaged, and whether there is one: SQLite leaves none when it closes the database.
fn log_is_damaged(path: &Path) -> Result<(bool, bool)> {
    let log = read(&beside(path, "-wal")).map_err(|e| fault::file(path, "read", &e))?;
    // SQLite would throw away a log that lies beside an empty file. It never leaves the two so.
    let damaged = !log.is_empty() && (wal::is_damaged(&log) || size(path) == 0);
    Ok((damaged, !log.is_empty()))
}

/// Look at a database that was opened: closely where it is suspected, quickly where it is small and was not closed in
/// order, else only whether the file is as long as it has to be.
fn is_sound(conn: &Connection, path: &Path, suspected: bool, after_crash: bool) -> bool {
    let check = match (suspected, after_crash) {
        (true, _) => "PRAGMA integrity_check(1)",
        (false, true) if size(path) <= LOOKED_THROUGH => "PRAGMA quick_check(1)",
        // With a log the file may be shorter than the database.
        (false, true) => return true,
        (false, false) => {
            let number = |name| conn.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
            let length = number("page_count").and_then(|pages| Ok(pages * number("page_size")?));
            // The length is asked from the folder. To open the file by hand would, on closing it, drop SQLite's locks.
            return length.is_ok_and(|length| i64::try_from(size(path)).is_ok_and(|found| found >= length));
        }
    };
    conn.query_row(check, [], |row| row.get::<_, String>(0)).is_ok_and(|answer| answer == "ok")
}

fn mend(path: &Path, options: &Options, begun: Option<PathBuf>) -> Result<Mended> {
    let failed = |e: io::Error| fault::file(path, "mended", &e);
    let copy = match begun {
        Some(copy) => copy,
        None => {
            let (copy, name) = keep_copy(path).map_err(failed)?;
            write_private(&beside(path, MARK), name.as_bytes()).map_err(failed)?;
            sync_folder(folder_of(path)).map_err(failed)?;
            copy
        }
    };
    let place = path.display().to_string();
    let kept = copy.display().to_string();
    let workshop = beside(path, ".mending");
    let rebuilt = rebuild(path, &workshop, &copy, options);
    let Some((sound, saved)) = rebuilt? else {
        // Nothing could be read: the file stays where it is, for the user to decide.
        fs::remove_dir_all(&workshop).and_then(|()| remove(&beside(path, MARK))).map_err(failed)?;
        return Err(Error::Damaged { place, copy: Some(kept) });
    };
    // The old log must be gone before the new file stands there, or SQLite would lay it over that.
    let swap = || {
        remove(&beside(path, "-wal"))?;
        remove(&beside(path, "-shm"))?;
        sync_folder(folder_of(path))?;
        fs::rename(&sound, path)?;
        sync_folder(folder_of(path))?;
        remove(&beside(path, MARK))?;
        sync_folder(folder_of(path))?;
        fs::remove_dir_all(&workshop)
    };
    swap().map_err(failed)?;
    Ok(Mended { place, sessions: saved.sessions, events: saved.events, lost: saved.lost, copy: kept })
}

/// Put what can be read of the copy into a sound database in the folder `workshop`. None where nothing can.
fn rebuild(path: &Path, workshop: &Path, copy: &Path, options: &Options) -> Result<Option<(PathBuf, Saved)>> {
    let failed = |e: io::Error| fault::file(workshop, "written", &e);
    match fs::remove_dir_all(workshop) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(failed(error)),
        _ => {}
    }
    let database = read(copy).map_err(|e| fault::file(copy, "read", &e))?;
    let log = read(&beside(copy, "-wal")).map_err(|e| fault::file(copy, "read", &e))?;
    let sound = workshop.join("sound.db");
    make_file(&sound)?;
    let options = Options { max_pages: None, ..options.clone() };
    // Closed at once, so that all of it is in the one file: its first page stands in for one that cannot be read. Sealing
    // the words ends with VACUUM, and that lays the tables out in another order.
    let first_page = |vacuum: &str| {
        let conn = connect(&sound, &options)?;
        conn.execute_batch(vacuum).map_err(|e| fault::sqlite(&sound, options.wait.as_secs(), "written", &e))?;
        close(conn, &sound)?;
        read(&sound).map_err(failed)
    };
    let first_pages = [first_page("")?, first_page("VACUUM")?];
    let mut salvage = Salvage::new(path, &options);
    let laid_over = |reach| {
        let mut view = database.clone();
        wal::lay_over(&mut view, &log, reach);
        view
    };
    let mut readable = false;
    // First as the file says, then as files of ours usually are; and only then without knowing whether words are sealed.
    let [fresh, vacuumed] = &first_pages;
    let ways = [(None, false), (Some(fresh), false), (Some(vacuumed), false), (None, true), (Some(fresh), true)];
    let mut look_at = |salvage: &mut Salvage<'_>, view: Vec<u8>| {
        for (first_page, surely_plain) in ways {
            let mut view = view.clone();
            if first_page.is_some_and(|first_page| !replace_first_page(&mut view, first_page)) {
                continue;
            }
            salvage.surely_plain = surely_plain;
            let look = try_view(salvage, workshop, &mut view).map_err(failed)?;
            if look != Look::Nothing {
                readable = true;
                return Ok(look);
            }
        }
        Ok(Look::Nothing)
    };
    // What SQLite itself would see stands; then comes what the log holds behind its damage. As events never change, one
    // look adds to the other.
    let (seen, beyond) = (laid_over(wal::Reach::ToTheDamage), laid_over(wal::Reach::BeyondIt));
    if seen != beyond {
        look_at(&mut salvage, seen)?;
    }
    let older = beyond != database;
    // The file without its log is older, and asked only for what is missing then.
    if look_at(&mut salvage, beyond)? != Look::Whole && older {
        salvage.close_list();
        look_at(&mut salvage, database)?;
    }
    if let Some(error) = salvage.refused() {
        return Err(error);
    }
    if !readable || salvage.is_empty() {
        return Ok(None);
    }
    let mut conn = connect(&sound, &options)?;
    let saved = salvage.write(&mut conn, |e| fault::sqlite(&sound, options.wait.as_secs(), "written", &e))?;
    close(conn, &sound)?;
    Ok(Some((sound, saved)))
}

fn try_view(salvage: &mut Salvage<'_>, workshop: &Path, view: &mut [u8]) -> io::Result<Look> {
    // These two bytes say that a log belongs to the file. Its log is laid over it already.
    if let Some(modes) = view.get_mut(18..20) {
        modes.fill(1);
    }
    let file = workshop.join("view.db");
    write_private(&file, view)?;
    let look = salvage.look(&file);
    remove(&file)?;
    Ok(look)
}

/// Put a sound database's first page, which lists the tables and where they begin, in the place of a damaged one.
/// Every file of the same form has its tables at the same places.
fn replace_first_page(view: &mut [u8], sound: &[u8]) -> bool {
    let page = wal::page_size(sound);
    let pages = u32::try_from(view.len() / page).unwrap_or(0);
    let (Some(place), Some(first)) = (view.get_mut(..page), sound.get(..page)) else { return false };
    place.copy_from_slice(first);
    if let Some(count) = place.get_mut(28..32) {
        count.copy_from_slice(&pages.to_be_bytes());
    }
    true
}

/// Close a database so that all of it stands in its file.
fn close(conn: Connection, path: &Path) -> Result<()> {
    conn.close().map_err(|(_, e)| fault::sqlite(path, 0, "written", &e))?;
    if size(&beside(path, "-wal")) == 0 {
        return Ok(());
    }
    Err(Error::Io { place: path.display().to_string(), doing: "written", why: "its log stayed open".to_owned() })
}

/// Copy the database and its log, as they are, under a name that is not taken. The same damage is not copied twice.
fn keep_copy(path: &Path) -> io::Result<(PathBuf, String)> {
    let database = read(path)?;
    let log = read(&beside(path, "-wal"))?;
    for n in 1_u32.. {
        let name = format!("damaged-{n}");
        let copy = beside(path, &format!(".{name}"));
        let copied_log = beside(&copy, "-wal");
        if copy.try_exists()? {
            if read(&copy)? == database && read(&copied_log)? == log {
                return Ok((copy, name));
            }
            continue;
        }
        if !log.is_empty() {
            write_private(&copied_log, &log)?;
        }
        // The name appears when all of it is there.
        let part = beside(&copy, ".part");
        write_private(&part, &database)?;
        fs::rename(&part, &copy)?;
        sync_folder(folder_of(path))?;
        return Ok((copy, name));
    }
    Err(io::Error::other("there are too many copies"))
}

/// A file, empty where there is none.
fn read(path: &Path) -> io::Result<Vec<u8>> {
    match fs::read(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        other => other,
    }
}

fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = private(fs::OpenOptions::new().write(true).create(true).truncate(true)).open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Remove a file, if it is there.
fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

fn size(path: &Path) -> u64 {
    fs::metadata(path).map_or(0, |found| found.len())
}
