//! The user's scenario folder and the files in it. Whatever is wrong with one file is a problem of that file alone.

use std::borrow::Cow;
use std::env;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};

use super::Failure;
use crate::scenario::library::{Library, Origin, Rejected, Source};
use crate::scenario::{Code, MAX_BYTES, Problem};

/// Where the user's scenarios are: `$XDG_DATA_HOME/saywell/scenarios`, or `~/.local/share/saywell/scenarios`.
///
/// `None` where there is no home directory to look in.
pub fn usual() -> Option<PathBuf> {
    // A relative path in these variables is to be ignored, says their specification.
    let absolute = |name: &str| env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let data = absolute("XDG_DATA_HOME").or_else(|| absolute("HOME").map(|home| home.join(".local").join("share")))?;
    Some(data.join("saywell").join("scenarios"))
}

/// The built-in scenarios and those of `given`, or of the usual folder.
///
/// # Errors
/// A folder that was asked for cannot be read.
pub fn library(given: Option<&Path>) -> Result<Library, Failure> {
    let contents = match given {
        Some(path) => listed(path)?,
        None => of_user(),
    };
    Ok(Library::new(contents))
}

/// The files of a folder that was asked for.
///
/// # Errors
/// It cannot be read.
pub fn listed(folder: &Path) -> Result<Contents, Failure> {
    read(folder).map_err(|error| {
        Failure::Usage(format!("the folder {} cannot be read: {}", folder.display(), why(error.kind())))
    })
}

/// The files of the usual folder. That it is not there, or cannot be read, stops nothing: the built-in scenarios are
/// there all the same, and the trouble is one of the entries.
pub fn of_user() -> Contents {
    let Some(folder) = usual() else { return Vec::new() };
    read(&folder).unwrap_or_else(|error| {
        if error.kind() == ErrorKind::NotFound {
            return Vec::new();
        }
        let message = format!("this folder cannot be read: {}", why(error.kind()));
        let help = "change its permissions, or use another with --scenarios DIR".to_owned();
        let problem = Problem::new(Code::Unreadable, 0..0, message).help(help);
        let file = folder.to_string_lossy().into_owned();
        vec![Err(Rejected { file, text: Cow::Borrowed(""), problems: vec![problem] })]
    })
}

fn why(kind: ErrorKind) -> String {
    match kind {
        ErrorKind::NotFound => "there is no such folder".into(),
        ErrorKind::PermissionDenied => "you may not look into it".into(),
        ErrorKind::NotADirectory => "it is no folder".into(),
        other => other.to_string(),
    }
}

/// What a folder holds: the files that could be read, and those that could not.
pub type Contents = Vec<Result<Source, Rejected>>;

/// Read every scenario file of a folder, by name. Files of other kinds and hidden files are passed over.
///
/// # Errors
/// The folder cannot be listed. That it is not there is such an error too.
pub fn read(folder: &Path) -> io::Result<Contents> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if is_scenario_file(&path) {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths.iter().map(|path| read_one(path)).collect())
}

fn is_scenario_file(path: &Path) -> bool {
    let hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
    let yaml = path.extension().is_some_and(|e| e.eq_ignore_ascii_case("yaml") || e.eq_ignore_ascii_case("yml"));
    yaml && !hidden
}

/// Read one file.
///
/// # Errors
/// Why it cannot be read, as a problem of that file.
pub fn read_one(path: &Path) -> Result<Source, Rejected> {
    let file = path.to_string_lossy().into_owned();
    match read_text(path) {
        Ok(text) => Ok(Source { origin: Origin::User, file, text: Cow::Owned(text) }),
        Err(problem) => Err(Rejected { file, text: Cow::Borrowed(""), problems: vec![*problem] }),
    }
}

fn read_text(path: &Path) -> Result<String, Box<Problem>> {
    let problem =
        |message: String, help: &str| Box::new(Problem::new(Code::Unreadable, 0..0, message).help(help.to_owned()));
    let failed = |error: io::Error| match error.kind() {
        ErrorKind::NotFound => problem("there is no such file".into(), "look at the name and the folder again"),
        ErrorKind::PermissionDenied => {
            problem("this file may not be read".into(), "change its permissions, or ask whoever owns it")
        }
        _ => problem(format!("this file cannot be read: {error}"), "look whether the disk is in order"),
    };
    let about = fs::metadata(path).map_err(failed)?;
    // Reading a pipe or a device could wait for ever.
    if about.is_dir() {
        return Err(problem("this is a folder".into(), "name a file in it"));
    }
    if !about.is_file() {
        return Err(problem("this is no ordinary file".into(), "name a text file"));
    }
    let mut bytes = Vec::new();
    // One byte more than allowed shows that there is more, whatever the size said when it was asked for.
    let most = MAX_BYTES as u64 + 1;
    File::open(path).and_then(|file| file.take(most).read_to_end(&mut bytes)).map_err(failed)?;
    if bytes.len() > MAX_BYTES {
        let message = format!("this file has {} bytes; a scenario has at most {MAX_BYTES}", about.len().max(most));
        return Err(problem(message, "split it into several scenarios"));
    }
    text(bytes).map_err(|message| problem(message, "save it as plain text in UTF-8"))
}

/// Bytes as text, or what they are instead.
pub fn text(bytes: Vec<u8>) -> Result<String, String> {
    if bytes.contains(&0) {
        return Err("this is no text file".into());
    }
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let line = error.as_bytes().iter().take(at).filter(|b| **b == b'\n').count() + 1;
        format!("this text is not in UTF-8: line {line} has a byte that is none")
    })
}
