//! `saywell delete`: take rehearsals away for good, after saying what goes.

use super::console::Console;
use super::history::{day, short};
use super::input::{Input, Line};
use super::{Failure, desk};
use crate::runtime::desk::Desk;
use crate::runtime::removal::Leaving;
use crate::text;

/// Delete rehearsals for good: their words, their reports in the reports folder, what was typed and not sent.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The rehearsals, each by its id or the end of it
    #[arg(required_unless_present = "all", conflicts_with = "all")]
    pub ids: Vec<String>,
    /// Every rehearsal, every report in the reports folder, every copy of a damaged database, what was found out about models
    #[arg(long)]
    pub all: bool,
    /// Do not ask
    #[arg(long)]
    pub yes: bool,
}

/// The most that are named one by one.
const NAMED: usize = 20;

/// Ask, then delete.
pub fn run(args: &Args) -> Result<(), Failure> {
    let mut desk = desk()?;
    let leaving = if args.all { desk.leaving_all()? } else { desk.leaving(&args.ids)? };
    let mut console = Console::stdout();
    if leaving.is_empty() {
        console.say("There is nothing to delete.")?;
        console.flush()?;
        return Ok(());
    }
    name(&desk, &leaving, &mut console)?;
    if !args.yes && !agreed(&mut console)? {
        console.say("Nothing was deleted.")?;
        console.flush()?;
        return Ok(());
    }
    desk.let_go(&leaving)?;
    console.say("Deleted for good.")?;
    if !args.all && !desk.copies().is_empty() {
        console.aside(
            "A copy of a damaged database is kept in the data folder and may hold these words still; `saywell delete \
             --all` takes it along.",
        )?;
    }
    console.aside("Exports, and reports that you saved elsewhere, are where you put them.")?;
    console.flush()?;
    Ok(())
}

fn name(desk: &Desk, leaving: &Leaving, console: &mut Console) -> Result<(), Failure> {
    console.heading("This goes for good:")?;
    for past in leaving.rehearsals.iter().take(NAMED) {
        let replies = text::replies(past.turns as usize);
        let title = past.title.trim();
        console.say(&format!("  - \u{201c}{title}\u{201d} of {}, {replies} ({})", day(desk, past), short(&past.id)))?;
    }
    if leaving.rehearsals.len() > NAMED {
        console.say(&format!("  - and {} more rehearsals", leaving.rehearsals.len() - NAMED))?;
    }
    for path in leaving.reports.iter().chain(&leaving.copies) {
        console.say(&format!("  - {}", path.display()))?;
    }
    if leaving.learnt {
        console.say("  - what was found out about servers with language models")?;
    }
    Ok(())
}

fn agreed(console: &mut Console) -> Result<bool, Failure> {
    console.prompt("Type yes to delete it: ")?;
    let answer = Input::stdin().line()?;
    console.gap()?;
    match answer {
        Line::Text(text) => Ok(matches!(text.trim().to_lowercase().as_str(), "yes" | "y")),
        Line::End => {
            Err(Failure::Usage("nobody answered, so nothing was deleted; --yes deletes without asking".to_owned()))
        }
        Line::TooLong | Line::Binary => Ok(false),
    }
}
