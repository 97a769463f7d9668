//! The scenarios that a command works with: the built-in ones and the user's.

use std::io::ErrorKind;
use std::path::Path;

use super::{Failure, folder};
use crate::scenario::library::{NotFound, Origin, Rejected};
pub use crate::scenario::library::{Entry, Library};
use crate::scenario::{Problem, Scenario, lint};

/// The built-in scenarios and those of `given`, or of the usual folder.
///
/// # Errors
/// A folder that was asked for cannot be read. That the usual one is not there, or cannot be read, stops nothing: the
/// built-in scenarios are there all the same, and the trouble is among [`Library::rejected`].
pub fn load(given: Option<&Path>) -> Result<Library, Failure> {
    let contents = match (given, folder::usual()) {
        (Some(path), _) => folder::read(path).map_err(|error| {
            Failure::Usage(format!("the folder {} cannot be read: {}", path.display(), why(error.kind())))
        })?,
        (None, None) => Vec::new(),
        (None, Some(path)) => match folder::read(&path) {
            Ok(contents) => contents,
            Err(error) if error.kind() == ErrorKind::NotFound => Vec::new(),
            Err(error) => {
                let message = format!("this folder cannot be read: {}", why(error.kind()));
                let problem = Problem::new(crate::scenario::Code::Unreadable, 0..0, message);
                let file = path.to_string_lossy().into_owned();
                vec![Err(Rejected { file, text: "".into(), problems: vec![problem] })]
            }
        },
    };
    Ok(Library::new(contents))
}

fn why(kind: ErrorKind) -> String {
    match kind {
        ErrorKind::NotFound => "there is no such folder".into(),
        ErrorKind::PermissionDenied => "you may not look into it".into(),
        ErrorKind::NotADirectory => "it is no folder".into(),
        other => other.to_string(),
    }
}

/// The scenario of this id.
///
/// # Errors
/// There is none; the message has the nearest names.
pub fn find(library: &Library, id: &str) -> Result<Entry, Failure> {
    library.find(id).cloned().map_err(|error: NotFound| {
        let end = if error.near.is_empty() { "; " } else { " " };
        Failure::Usage(format!("{error}{end}`saywell scenarios list` shows them all"))
    })
}

/// Read a scenario whole, ready to be played.
///
/// # Errors
/// It has mistakes; the message says where to read about them.
pub fn open(entry: &Entry) -> Result<(Scenario, String), Failure> {
    let text = entry.text().to_owned();
    // The built-in ones are checked when the program is built; a user's may be in the middle of being written.
    let (scenario, problems) = match entry.origin {
        Origin::BuiltIn => crate::scenario::parse(&text),
        Origin::User => {
            let checked = lint::check(&text);
            (checked.scenario, checked.problems)
        }
    };
    match (scenario, problems.iter().find(|p| p.is_error())) {
        (Some(scenario), None) => Ok((scenario, text)),
        (_, problem) => {
            let what = problem.map_or("it is no scenario", |p| p.message.as_str());
            Err(Failure::Failed(format!(
                "{} cannot be played: {what}\n`saywell scenarios check {}` shows everything that is wrong",
                entry.file, entry.file
            )))
        }
    }
}
