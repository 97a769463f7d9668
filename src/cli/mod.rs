//! The command line: arguments, exit codes, and one file a subcommand.

pub mod analyse;
mod answer;
mod consent;
mod console;
mod delete;
mod diagnostics;
mod doctor;
pub mod eval;
mod export;
mod folder;
mod history;
mod import;
mod input;
mod interrupt;
mod lock;
mod passphrase;
mod plain;
mod play;
mod progress;
mod reality;
mod report;
mod scenarios;
mod table;

use std::ffi::OsString;
use std::io;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::config;
use crate::runtime::desk::{Desk, Place};
use crate::runtime::{RuntimeError, system_clock};
use crate::safety::Country;
use crate::scenario::library::Library;
use crate::session::Refusal;
use crate::store;

const ABOUT: &str = "Rehearse a conversation you dread, with someone who reacts to how you talk";
const AFTER: &str = "\
Saywell works offline: no account, no model needed, nothing leaves this computer unless you choose a model elsewhere.
It is for practice. It is not therapy, not a diagnosis and not help in a crisis.

Exit codes: 0 ok, 1 failure, 2 usage, 3 a check or test failed, 4 a model unreachable, 130 interrupted.";

/// The arguments.
#[derive(Debug, Parser)]
#[command(name = "saywell", version, about = ABOUT, after_help = AFTER, disable_help_subcommand = true)]
struct Cli {
    #[command(subcommand)]
    command: Option<Commands>,
    /// A folder with your own situations (instead of the usual one)
    #[arg(long, global = true, value_name = "DIR")]
    scenarios: Option<PathBuf>,
    /// Show lines for help in this country, such as IE (otherwise as your settings or your language say)
    #[arg(long, global = true, value_name = "CC")]
    country: Option<Country>,
    /// Open no connection at all, not even to this computer
    #[arg(long, global = true)]
    offline: bool,
    #[command(flatten)]
    play: play::Options,
}

#[derive(Debug, Subcommand)]
enum Commands {
    /// Rehearse a situation (this is also what `saywell` alone does)
    Play(play::Args),
    /// Go on with a rehearsal: the last one, or the one named
    Resume(play::ResumeArgs),
    /// Put a passphrase on everything that was rehearsed, change it, or take it away
    Lock(lock::Args),
    /// Look back on a rehearsal: as a page, a text, JSON or a table
    Report(report::Args),
    /// List past rehearsals
    History(history::Args),
    /// Show how often there was a chance for each skill, and how often you took it
    Progress(progress::Args),
    /// Write all rehearsals to a file
    Export(export::Args),
    /// Take in what an export holds
    Import(import::Args),
    /// Delete rehearsals for good
    Delete(delete::Args),
    /// List, show, check, test and write situations
    Scenarios(scenarios::Args),
    /// Analyse a reply, or many as JSON lines
    Analyse(analyse::Args),
    /// Look whether everything is in order, and which language models there are
    Doctor(doctor::Args),
    /// Measure the analyser against labelled replies
    Eval(eval::Args),
}

/// Why a command failed, and with which exit code.
#[derive(Debug)]
pub enum Failure {
    /// Whoever reads our output has gone, or wanted to leave at once; nothing is wrong.
    Closed,
    /// Something went wrong: exit 1.
    Failed(String),
    /// The command was used wrongly: exit 2.
    Usage(String),
    /// A model that was chosen cannot be reached: exit 4.
    Unreachable,
    /// A check or a test did not pass; what did not was already said: exit 3.
    Unpassed,
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::Closed,
            _ => Self::Failed(error.to_string()),
        }
    }
}

impl From<RuntimeError> for Failure {
    fn from(error: RuntimeError) -> Self {
        Self::Failed(error.to_string())
    }
}

impl From<store::Error> for Failure {
    fn from(error: store::Error) -> Self {
        Self::Failed(error.to_string())
    }
}

impl From<analyse::Error> for Failure {
    fn from(error: analyse::Error) -> Self {
        match error {
            analyse::Error::Io(error) => error.into(),
            other => Self::Failed(other.to_string()),
        }
    }
}

impl From<eval::Error> for Failure {
    fn from(error: eval::Error) -> Self {
        match error {
            eval::Error::Io(error) => error.into(),
            other => Self::Failed(other.to_string()),
        }
    }
}

impl From<config::ConfigError> for Failure {
    fn from(error: config::ConfigError) -> Self {
        Self::Failed(error.to_string())
    }
}

impl From<Refusal> for Failure {
    fn from(error: Refusal) -> Self {
        Self::Failed(error.to_string())
    }
}

/// Run the command that the arguments ask for.
pub fn main() -> ExitCode {
    // Whatever this process makes is its user's alone, whoever makes it.
    #[cfg(unix)]
    rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o077));
    run(std::env::args_os())
}

fn run(args: impl Iterator<Item = OsString>) -> ExitCode {
    let cli = match Cli::try_parse_from(args) {
        Ok(cli) => cli,
        Err(error) => {
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    crate::tui::terminal::guard_panics();
    store::passphrase::ask_with(passphrase::known);
    let result = match cli.command {
        None => {
            play::run(play::Args { id: None, options: cli.play }, cli.scenarios.as_deref(), cli.offline, cli.country)
        }
        Some(Commands::Play(args)) => play::run(args, cli.scenarios.as_deref(), cli.offline, cli.country),
        Some(Commands::Resume(args)) => play::resume(args, cli.offline, cli.country),
        Some(Commands::Lock(args)) => lock::run(&args),
        Some(Commands::Doctor(args)) => doctor::run(args, cli.offline),
        Some(Commands::Report(args)) => report::run(&args),
        Some(Commands::History(args)) => history::run(&args),
        Some(Commands::Progress(args)) => progress::run(&args),
        Some(Commands::Export(args)) => export::run(&args),
        Some(Commands::Import(args)) => import::run(&args),
        Some(Commands::Delete(args)) => delete::run(&args),
        Some(Commands::Scenarios(args)) => scenarios::run(args, cli.scenarios.as_deref()),
        Some(Commands::Analyse(args)) => analyse::run(args).map_err(Failure::from),
        Some(Commands::Eval(args)) => eval::run(args, cli.offline).map_err(Failure::from),
    };
    match result {
        Ok(()) | Err(Failure::Closed) => ExitCode::SUCCESS,
        Err(Failure::Failed(message)) => say(&message, 1),
        Err(Failure::Usage(message)) => say(&message, 2),
        Err(Failure::Unpassed) => ExitCode::from(3),
        Err(Failure::Unreachable) => ExitCode::from(4),
    }
}

/// The desk for commands that need past rehearsals and no library.
fn desk() -> Result<Desk, Failure> {
    Ok(desk_at(Place::File(store::paths::database()?)))
}

fn desk_at(place: Place) -> Desk {
    Desk::new(Library::of([]), place, system_clock)
}

fn say(message: &str, code: u8) -> ExitCode {
    tell(message);
    ExitCode::from(code)
}

/// Say something beside the output.
fn tell(message: &str) {
    use io::Write;
    let _ = writeln!(io::stderr(), "saywell: {}", crate::text::tame(message));
}
