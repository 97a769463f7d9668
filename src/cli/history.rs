//! `saywell history`: the rehearsals that are kept.

use serde_json::json;

use super::console::Console;
use super::table::Table;
use super::{Failure, desk};
use crate::runtime::desk::{Desk, Past};
use crate::session::Finish;

/// List past rehearsals, the one last worked on first.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// One JSON list
    #[arg(long)]
    pub json: bool,
    /// At most so many
    #[arg(short = 'n', long, value_name = "N")]
    pub limit: Option<usize>,
}

/// How a rehearsal stands, in a word.
fn state(past: &Past) -> &'static str {
    match past.finished {
        Some(Finish::Done) => "finished",
        Some(Finish::Safety) => "stopped",
        None => "open",
    }
}

/// The end of an id, which is enough to name a rehearsal nearly always.
pub fn short(id: &str) -> &str {
    id.char_indices().rev().nth(7).map_or(id, |(at, _)| &id[at..])
}

/// When a rehearsal was last worked on, as people here reckon it.
pub fn day(desk: &Desk, past: &Past) -> String {
    desk.local(past.last_ms).strftime("%-d %b %Y, %H:%M").to_string()
}

/// Show the list.
pub fn run(args: &Args) -> Result<(), Failure> {
    let mut desk = desk()?;
    let mut all = desk.past()?;
    all.truncate(args.limit.unwrap_or(usize::MAX));
    let mut console = Console::stdout();
    if args.json {
        let list: Vec<_> = all
            .iter()
            .map(|past| {
                json!({
                    "id": past.id, "scenario": past.scenario_id, "title": past.title, "audience": past.audience,
                    "difficulty": past.difficulty, "started_ms": past.started_ms, "last_ms": past.last_ms,
                    "replies": past.turns, "finished": past.finished,
                })
            })
            .collect();
        console.raw(&serde_json::to_string_pretty(&list).map_err(|error| Failure::Failed(error.to_string()))?)?;
        return Ok(());
    }
    if all.is_empty() {
        console.say("Nothing yet. What you rehearse is kept here; `saywell` begins.")?;
        console.flush()?;
        return Ok(());
    }
    let mut table = Table::new(&["ID", "LAST", "SITUATION", "LEVEL", "REPLIES", "STATE"], 2);
    for past in &all {
        table.row(vec![
            short(&past.id).to_owned(),
            day(&desk, past),
            past.title.clone(),
            past.difficulty.as_str().to_owned(),
            past.turns.to_string(),
            state(past).to_owned(),
        ]);
    }
    table.show(&mut console)?;
    console.gap()?;
    console.aside(
        "`saywell report ID` looks back on one, `saywell resume ID` goes on with it, `saywell delete ID` deletes it.",
    )?;
    console.flush()?;
    Ok(())
}
