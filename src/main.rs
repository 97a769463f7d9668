//! The `saywell` program.

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use saywell::cli::{analyse, eval};

/// Rehearse a conversation you dread.
#[derive(Parser)]
#[command(version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Analyse(analyse::Args),
    Eval(eval::Args),
}

fn main() -> ExitCode {
    let done = match Cli::parse().command {
        Command::Analyse(args) => analyse::run(args).map_err(|e| e.to_string()),
        Command::Eval(args) => eval::run(args).map_err(|e| e.to_string()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            use std::io::Write;
            let _ = writeln!(std::io::stderr(), "saywell: {e}");
            ExitCode::FAILURE
        }
    }
}
