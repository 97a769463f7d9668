//! `saywell import`: take in the rehearsals of an export, all or nothing.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::PathBuf;

use super::Failure;
use super::console::Console;
use crate::store::archive::Reader;
use crate::store::{self, SqliteStore, Store, TakenIn};

/// Take in what `saywell export` wrote.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The file, or - for standard input
    pub file: PathBuf,
}

/// Read the file.
pub fn run(args: &Args) -> Result<(), Failure> {
    let name = args.file.display();
    let failed = |why: String| Failure::Failed(format!("{name} was not imported: {why}. Nothing was changed"));
    let inner: Box<dyn BufRead> = if args.file.as_os_str() == "-" {
        Box::new(io::stdin().lock())
    } else {
        // Opened only if it is a file: another thing could make one wait for ever.
        let about = std::fs::metadata(&args.file).map_err(|error| failed(words(&error)))?;
        if !about.is_file() {
            return Err(failed("it is no file".to_owned()));
        }
        Box::new(BufReader::new(File::open(&args.file).map_err(|error| failed(words(&error)))?))
    };
    let mut store = SqliteStore::open(store::paths::database()?)?;
    let TakenIn { added, continued, known } = store
        .take_in(&mut Reader::new(inner))
        .map_err(|error| failed(error.to_string().trim_end_matches('.').to_owned()))?;
    let mut console = Console::stdout();
    let many = |n: usize| if n == 1 { "1 rehearsal".to_owned() } else { format!("{n} rehearsals") };
    let mut parts = vec![format!("{} taken in", many(added))];
    if continued > 0 {
        parts.push(format!("{} went on from what was here", many(continued)));
    }
    if known > 0 {
        parts.push(format!("{} here already and left alone", many(known)));
    }
    console.say(&format!("{}.", parts.join("; ")))?;
    console.flush()?;
    Ok(())
}

fn words(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such file".to_owned(),
        io::ErrorKind::PermissionDenied => "you may not read it".to_owned(),
        _ => error.to_string(),
    }
}
