//! `saywell export`: all rehearsals in one file, for a backup or another computer.

use std::io;
use std::path::PathBuf;

use super::Failure;
use super::console::Console;
use crate::runtime::files;
use crate::store::archive::{self, WriteError, Written};
use crate::store::{self, SqliteStore};

/// Write all rehearsals to a file that `saywell import` reads.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Everything there is
    #[arg(long, required = true)]
    pub all: bool,
    /// The file
    pub file: PathBuf,
    /// Replace the file if there is one
    #[arg(long)]
    pub force: bool,
}

/// Write the file.
pub fn run(args: &Args) -> Result<(), Failure> {
    let database = store::paths::database()?;
    if !database.exists() {
        return Err(Failure::Failed("there is nothing to export yet; nothing was written".to_owned()));
    }
    let store = SqliteStore::open(database)?;
    let mut came = Ok(Written::default());
    let wrote = files::write(&args.file, args.force, |out| {
        came = archive::write(&store, out);
        match &mut came {
            // The file does not appear: it would not be whole.
            Err(WriteError::Io(error)) => Err(std::mem::replace(error, io::ErrorKind::Other.into())),
            Err(WriteError::Store(error)) => Err(io::Error::other(error.to_string())),
            Ok(_) => Ok(()),
        }
    });
    if let Err(WriteError::Store(error)) = came {
        return Err(error.into());
    }
    wrote.map_err(|error| match error {
        files::WriteError::Taken(path) => {
            Failure::Failed(format!("{} is there already; --force replaces it", path.display()))
        }
        other => Failure::Failed(format!("{other}. No export was made")),
    })?;
    let written = came.unwrap_or_default();
    let mut console = Console::stdout();
    let many =
        if written.rehearsals == 1 { "1 rehearsal".to_owned() } else { format!("{} rehearsals", written.rehearsals) };
    console.say(&format!(
        "{many} with {} entries written to {}. Only you can read the file, but it holds every word: keep it safe.",
        written.events,
        args.file.display()
    ))?;
    if store.is_locked() {
        console.say("Your passphrase does not protect it: the file is not encrypted.")?;
    }
    console.flush()?;
    if written.left_out.is_empty() {
        return Ok(());
    }
    let list: Vec<String> = written.left_out.iter().map(|(id, error)| format!("  {id}: {error}")).collect();
    Err(Failure::Failed(format!("these could not be read and are not in the file:\n{}", list.join("\n"))))
}
