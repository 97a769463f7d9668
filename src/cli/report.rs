//! `saywell report`: what stays after a rehearsal, as a page, a text, JSON or a table.

use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};

use super::console::Console;
use super::{Failure, desk};
use crate::report::{Lens, Report, csv, html, json, markdown};
use crate::runtime::desk::{Desk, Past};
use crate::runtime::files;

/// Look back on a rehearsal, or save that for later.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The rehearsal, by its id or the end of it; without it, the one last worked on
    pub id: Option<String>,
    /// In which form; else what the name of --out says, else md
    #[arg(long, value_enum)]
    pub format: Option<Format>,
    /// The file to write, or - for standard output. Without it, HTML goes to the reports folder, the rest to standard output
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Replace the file if there is one
    #[arg(long)]
    pub force: bool,
    /// Replace names, places, numbers, web and mail addresses
    #[arg(long)]
    pub deidentify: bool,
    /// For trainees and facilitators: also what the other person kept to themselves
    #[arg(long)]
    pub debrief: bool,
}

/// The forms of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// One page for a browser, that prints well.
    Html,
    /// Markdown.
    Md,
    /// JSON.
    Json,
    /// The talk as a table.
    Csv,
}

impl Format {
    fn of(path: &Path) -> Option<Self> {
        let ending = path.extension()?.to_string_lossy().to_lowercase();
        match ending.as_str() {
            "html" | "htm" => Some(Self::Html),
            "md" | "markdown" | "txt" => Some(Self::Md),
            "json" => Some(Self::Json),
            "csv" => Some(Self::Csv),
            _ => None,
        }
    }

    const fn ending(self) -> &'static str {
        match self {
            Self::Html => "html",
            Self::Md => "md",
            Self::Json => "json",
            Self::Csv => "csv",
        }
    }

    fn text(self, report: &Report) -> String {
        match self {
            Self::Html => html::text(report),
            Self::Md => markdown::text(report),
            Self::Json => json::text(report),
            Self::Csv => csv::text(report),
        }
    }
}

/// Make the report.
pub fn run(args: &Args) -> Result<(), Failure> {
    let mut desk = desk()?;
    let past = chosen(&mut desk, args.id.as_deref())?;
    let session = desk.session(&past)?;
    let lens = if args.debrief { Lens::Debrief } else { Lens::Own };
    let mut report = Report::of(&session, &desk.about(&past.id), lens);
    if args.deidentify {
        report.deidentify();
    }
    let format = args.format.or_else(|| args.out.as_deref().and_then(Format::of)).unwrap_or(Format::Md);
    let text = format.text(&report);
    let saved = match &args.out {
        Some(path) if path.as_os_str() != "-" => {
            files::write(path, args.force, |out| out.write_all(text.as_bytes())).map_err(|error| match error {
                files::WriteError::Taken(path) => {
                    Failure::Failed(format!("{} is there already; --force replaces it", path.display()))
                }
                other => Failure::Failed(other.to_string()),
            })?;
            Some(path.clone())
        }
        None if format == Format::Html && io::stdout().is_terminal() => {
            Some(desk.save_report(&report, &past.id, format.ending(), &text).map_err(Failure::Failed)?)
        }
        _ => None,
    };
    match saved {
        Some(path) => {
            let mut console = Console::stdout();
            console.say(&format!("Saved as {}; only you can read it.", path.display()))?;
            if let Some(promise) = report.deidentified {
                console.aside(promise)?;
            }
            console.flush()?;
        }
        None => {
            let mut out = io::stdout().lock();
            out.write_all(text.as_bytes())?;
            out.flush()?;
        }
    }
    Ok(())
}

/// The rehearsal of this id, or the one last worked on.
fn chosen(desk: &mut Desk, id: Option<&str>) -> Result<Past, Failure> {
    match id {
        Some(id) => Ok(desk.find(id)?),
        None => desk.past()?.into_iter().next().ok_or_else(|| {
            Failure::Failed("there is nothing to look back on yet; `saywell` begins a rehearsal".to_owned())
        }),
    }
}
