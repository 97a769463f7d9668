//! Files for the user alone: whole or not there, and never readable by others.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::report::Report;

/// How a file that is still being written ends.
const PART: &str = ".part";

/// Why a file could not be written. What was there under its name is there still.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// There is a file of this name.
    #[error("{} is there already, and nothing was changed; choose another name", .0.display())]
    Taken(PathBuf),
    /// The path is a folder.
    #[error("{} is a folder; name a file in it", .0.display())]
    Folder(PathBuf),
    /// No space is left.
    #[error("there is no space left to write {}; make room and try again", .0.display())]
    Full(PathBuf),
    /// The system refused.
    #[error("{} could not be written: {why}", path.display())]
    Refused {
        /// The file.
        path: PathBuf,
        /// What the system said.
        why: io::Error,
    },
}

/// Write a file that appears whole or not at all, even where the machine stops in the middle; only its owner can read it.
/// Its folder is made where there is none. What an earlier try left behind is taken away first.
///
/// # Errors
/// [`WriteError`]; where `replace` is not set, also where there is a file of this name.
pub fn write(
    path: &Path,
    replace: bool,
    fill: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<(), WriteError> {
    let refused = |why: io::Error| match why.kind() {
        io::ErrorKind::AlreadyExists => WriteError::Taken(path.to_owned()),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => {
            WriteError::Full(path.to_owned())
        }
        _ => WriteError::Refused { path: path.to_owned(), why },
    };
    if path.is_dir() {
        return Err(WriteError::Folder(path.to_owned()));
    }
    if !replace && path.symlink_metadata().is_ok() {
        return Err(WriteError::Taken(path.to_owned()));
    }
    let Some(name) = path.file_name() else { return Err(WriteError::Folder(path.to_owned())) };
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    make_folder(folder).map_err(refused)?;
    let lead = format!(".{}.", name.to_string_lossy());
    sweep(folder, |found| found.starts_with(&lead) && found.ends_with(PART));
    // The system gives it to nobody else to read (0600 from the start).
    let part = tempfile::Builder::new().prefix(&lead).suffix(PART).tempfile_in(folder).map_err(refused)?;
    let mut out = io::BufWriter::new(part);
    fill(&mut out).map_err(refused)?;
    let part = out.into_inner().map_err(|error| refused(error.into_error()))?;
    part.as_file().sync_all().map_err(refused)?;
    let kept = if replace { part.persist(path) } else { part.persist_noclobber(path) };
    kept.map_err(|error| refused(error.error))?;
    if cfg!(unix) {
        // Only now is the name on disk as well. Where a file system cannot do this, the file itself is whole.
        let _ = fs::File::open(folder).and_then(|folder| folder.sync_all());
    }
    Ok(())
}

fn make_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Remove the ordinary files of a folder whose name fits. Those that cannot be removed stay.
fn sweep(folder: &Path, fits: impl Fn(&str) -> bool) {
    for path in listed(folder, fits) {
        let _ = fs::remove_file(path);
    }
}

/// The ordinary files of a folder whose name fits, in the order of their names. No folder, no files.
pub(super) fn listed(folder: &Path, fits: impl Fn(&str) -> bool) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let ordinary = |entry: &fs::DirEntry| entry.file_type().is_ok_and(|kind| kind.is_file());
    let fitting = entries.flatten().filter(|e| fits(&e.file_name().to_string_lossy()) && ordinary(e));
    let mut paths: Vec<PathBuf> = fitting.map(|entry| entry.path()).collect();
    paths.sort();
    paths
}

/// Remove a file. That it is gone already is fine.
pub(super) fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// How the report of a rehearsal is called, without an ending. One without names does not tell the situation either.
pub fn report_name(report: &Report, id: &str) -> String {
    let plain = |text: &str| -> String {
        text.chars().take(60).map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect()
    };
    let of = if report.deidentified.is_some() { "report".to_owned() } else { plain(&report.versions.scenario) };
    format!("saywell-{of}-{}", tail(id))
}

/// Whether a file of the reports folder belongs to the rehearsal of this id, be it half written.
pub(super) fn is_report_of(name: &str, id: &str) -> bool {
    is_report(name) && name.contains(&format!("-{}", tail(id)))
}

/// Whether a file of the reports folder is one of ours.
pub(super) fn is_report(name: &str) -> bool {
    name.trim_start_matches('.').starts_with("saywell-")
}

/// The end of an id: made by chance, so that it tells nothing and is no other's.
fn tail(id: &str) -> &str {
    id.char_indices().rev().nth(11).map_or(id, |(at, _)| &id[at..])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        listed(folder, |_| true).iter().map(|p| p.file_name().unwrap().to_string_lossy().into_owned()).collect()
    }

    #[test]
    fn a_file_is_whole_or_not_there() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("deeper/a.txt");
        write(&path, false, |out| out.write_all(b"one")).unwrap();
        let error = write(&path, false, |out| out.write_all(b"two")).unwrap_err();
        assert!(matches!(error, WriteError::Taken(_)), "{error}");
        let failed = write(&path, true, |out| {
            out.write_all(b"half")?;
            Err(io::Error::other("the disk went away"))
        });
        assert!(failed.unwrap_err().to_string().contains("the disk went away"));
        assert_eq!(fs::read(&path).unwrap(), b"one");
        write(&path, true, |out| out.write_all(b"two")).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"two");
        assert_eq!(names(path.parent().unwrap()), ["a.txt"]);
    }

    #[test]
    fn what_a_crash_left_is_taken_away_and_nothing_else() {
        let dir = tempfile::tempdir().unwrap();
        for name in [".a.txt.Xy12.part", ".b.txt.Xy12.part", "a.txt.part"] {
            fs::write(dir.path().join(name), "half").unwrap();
        }
        write(&dir.path().join("a.txt"), false, |out| out.write_all(b"whole")).unwrap();
        assert_eq!(names(dir.path()), [".b.txt.Xy12.part", "a.txt", "a.txt.part"]);
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_may_read_it() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("reports/a.txt");
        write(&path, false, |out| out.write_all(b"one")).unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700));
    }

    #[test]
    fn a_folder_and_a_missing_name_are_told() {
        let dir = tempfile::tempdir().unwrap();
        for path in [dir.path().to_owned(), dir.path().join("..")] {
            assert!(write(&path, true, |_| Ok(())).unwrap_err().to_string().contains("is a folder"));
        }
    }
}
