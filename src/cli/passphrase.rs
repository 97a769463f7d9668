//! Asking for a passphrase: on the terminal and without showing it, or in a file that a script names. Never a flag, for
//! other programs can read those.

use std::fs;
use std::io::{ErrorKind, Write};
use std::path::Path;

use super::Failure;
use crate::store::Passphrase;
use crate::store::paths::others_can_read;

/// Names the file that holds the passphrase, for scripts.
pub const FILE: &str = "SAYWELL_PASSPHRASE_FILE";
/// Names the file that holds a new passphrase, for scripts.
pub const NEW_FILE: &str = "SAYWELL_NEW_PASSPHRASE_FILE";

/// The fewest characters of a passphrase that somebody chooses (NIST SP 800-63B, section 5.1.1.1).
const SHORTEST: usize = 8;
/// What no passphrase is longer than, in bytes.
const LONGEST: usize = 4096;

/// The passphrase of a locked database; `wrong` counts those that were not it.
pub fn known(place: &Path, wrong: u32) -> Result<Option<Passphrase>, String> {
    match named_by(FILE) {
        Some(_) if wrong > 0 => Ok(None),
        Some(file) => read(Path::new(&file)).map(Some),
        None if wrong > 0 => typed("That is not it. Passphrase: ").map(Some),
        None => typed(&format!("{} is locked. Passphrase: ", place.display())).map(Some),
    }
}

/// A new passphrase, typed twice.
pub fn chosen() -> Result<Passphrase, Failure> {
    let given = match named_by(NEW_FILE) {
        Some(file) => read(Path::new(&file)),
        None => typed("New passphrase: "),
    };
    let given = given.map_err(Failure::Failed)?;
    if given.length() < SHORTEST {
        return Err(Failure::Failed(format!(
            "that has fewer than {SHORTEST} characters; four or five words in a row are easy to keep in mind and hard to \
             guess. Nothing was changed"
        )));
    }
    if named_by(NEW_FILE).is_none() && typed("Once more: ").map_err(Failure::Failed)? != given {
        return Err(Failure::Failed("the two were not the same. Nothing was changed; try again".to_owned()));
    }
    Ok(given)
}

fn named_by(variable: &str) -> Option<std::ffi::OsString> {
    std::env::var_os(variable).filter(|file| !file.is_empty())
}

fn typed(prompt: &str) -> Result<Passphrase, String> {
    let _ = std::io::stdout().flush();
    // From before the question is seen: whoever answers at once is not to be shown either.
    let quiet = Quiet::new();
    let answer = rpassword::prompt_password(crate::text::tame(prompt));
    drop(quiet);
    match answer {
        Ok(words) => Ok(Passphrase::new(words)),
        // Ctrl+C: the terminal is as it was, and nothing was begun.
        Err(error) if error.kind() == ErrorKind::Interrupted => std::process::exit(130),
        Err(_) => Err("there is no terminal to ask on".to_owned()),
    }
}

/// The terminal shows nothing of what is typed, until this goes out of scope.
#[cfg(unix)]
struct Quiet(Option<(fs::File, rustix::termios::Termios)>);

#[cfg(unix)]
impl Quiet {
    fn new() -> Self {
        use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};
        let Ok(terminal) = fs::File::open("/dev/tty") else { return Self(None) };
        let Ok(before) = tcgetattr(&terminal) else { return Self(None) };
        let mut quiet = before.clone();
        quiet.local_modes.remove(LocalModes::ECHO);
        // Where this fails, what reads the answer says why.
        let _ = tcsetattr(&terminal, OptionalActions::Now, &quiet);
        Self(Some((terminal, before)))
    }
}

#[cfg(unix)]
impl Drop for Quiet {
    fn drop(&mut self) {
        if let Some((terminal, before)) = &self.0 {
            let _ = rustix::termios::tcsetattr(terminal, rustix::termios::OptionalActions::Now, before);
        }
    }
}

#[cfg(not(unix))]
struct Quiet;

#[cfg(not(unix))]
impl Quiet {
    fn new() -> Self {
        Self
    }
}

/// The first line of a file that only its owner can read.
fn read(file: &Path) -> Result<Passphrase, String> {
    let shown = file.display();
    let about = fs::metadata(file).map_err(|error| format!("{shown} cannot be read ({error})"))?;
    if others_can_read(&about) {
        return Err(format!("others may read {shown}; `chmod 600 {shown}` mends that"));
    }
    if !about.is_file() || about.len() > LONGEST as u64 {
        return Err(format!("{shown} is no file that holds a passphrase"));
    }
    let text = fs::read_to_string(file).map_err(|error| format!("{shown} cannot be read ({error})"))?;
    Ok(Passphrase::new(text.lines().next().unwrap_or_default().to_owned()))
}
