//! `saywell lock`: a passphrase on everything that was rehearsed.

use std::path::{Path, PathBuf};

use super::console::Console;
use super::{Failure, passphrase};
use crate::store::{self, Cost, SqliteStore};

/// Arguments of `saywell lock`.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
The passphrase is asked for on the terminal and never taken as an argument. Scripts name a file that only you can read:
SAYWELL_PASSPHRASE_FILE for the passphrase there is, SAYWELL_NEW_PASSPHRASE_FILE for a new one.
docs/privacy.md says what a passphrase protects and what it does not.")]
pub struct Args {
    /// Choose another passphrase
    #[arg(long, conflicts_with_all = ["remove", "status"])]
    change: bool,
    /// Take the passphrase away: everything is readable again without it
    #[arg(long, conflicts_with = "status")]
    remove: bool,
    /// Only say whether there is one
    #[arg(long)]
    status: bool,
}

/// Set, change or take away the passphrase.
pub fn run(args: &Args) -> Result<(), Failure> {
    let path = store::paths::database()?;
    let mut console = Console::stdout();
    let locked = SqliteStore::is_locked_at(&path).unwrap_or(false);
    if args.status {
        console.say(if locked {
            "Locked with a passphrase."
        } else {
            "Not locked. `saywell lock` sets a passphrase."
        })?;
        return Ok(console.flush()?);
    }
    match (locked, args.change, args.remove) {
        (false, _, true) => console.say("There is no passphrase to take away.")?,
        (false, true, _) => console.say("There is no passphrase yet; `saywell lock` sets one.")?,
        (true, false, false) => console.say(
            "It is locked already. `saywell lock --change` chooses another passphrase, `--remove` takes it away.",
        )?,
        (true, _, true) => {
            SqliteStore::open(&path)?.remove_passphrase()?;
            console.say("The passphrase is gone. Whoever can read your files can read your rehearsals again.")?;
        }
        (true, true, _) => {
            let mut store = SqliteStore::open(&path)?;
            set(&mut store, &mut console)?;
            console.say("The new passphrase holds from now on. Copies made before still open with the old one.")?;
        }
        (false, false, false) => {
            console.say(
                "A passphrase keeps what you rehearse unreadable to others who get at your files. Saywell then asks for \
                 it at every start.",
            )?;
            console.say("Nobody can get around it, you neither: if it is forgotten, the rehearsals are lost.")?;
            console.gap()?;
            console.flush()?;
            let mut store = SqliteStore::open(&path)?;
            set(&mut store, &mut console)?;
            console.say("Locked. Your words are encrypted on the disk from now on.")?;
            console.say(
                "Reports and exports are files of their own and are not; nor are how many rehearsals there are and when \
                 they were. `docs/privacy.md` says more.",
            )?;
            plain_copies(&path, &mut console)?;
        }
    }
    Ok(console.flush()?)
}

fn set(store: &mut SqliteStore, console: &mut Console) -> Result<(), Failure> {
    let new = passphrase::chosen()?;
    if !store.set_passphrase(&new, Cost::default())? {
        console.say(
            "Another saywell is open, so some plain words still stand in unused parts of the files. Close it; the next \
             start wipes them.",
        )?;
    }
    Ok(())
}

/// Copies of a damaged database, kept by an earlier start, are as readable as it was then.
fn plain_copies(path: &Path, console: &mut Console) -> Result<(), Failure> {
    let mut copies: Vec<PathBuf> = Vec::new();
    if let (Some(folder), Some(name)) = (path.parent(), path.file_name()) {
        let begins = format!("{}.damaged-", name.to_string_lossy());
        let files = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
        copies.extend(files.filter(|f| f.file_name().is_some_and(|n| n.to_string_lossy().starts_with(&begins))));
        copies.sort();
    }
    if !copies.is_empty() {
        console
            .say("These copies of a database that was damaged are not encrypted; delete them if you can do without:")?;
        for copy in copies {
            console.say(&format!("  {}", copy.display()))?;
        }
    }
    Ok(())
}
