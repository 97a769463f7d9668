//! `saywell progress`: per skill how often there was a chance, and how often it was taken.

use serde_json::json;

use super::console::Console;
use super::table::Table;
use super::{Failure, desk};
use crate::analysis::{Audience, Id, Kind};
use crate::report::progress::{FEWEST_FOR_TREND, Record, Tally, Trend, trend};

/// Show chances and those taken, skill by skill.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// One JSON object
    #[arg(long)]
    pub json: bool,
    /// client or trainee; without it, both
    #[arg(long)]
    pub audience: Option<Audience>,
}

/// The most rehearsals that a row of the chart shows.
const SHOWN: usize = 12;

fn total(records: &[Record], skill: Id) -> Tally {
    records.iter().filter_map(|r| r.tally(skill)).fold(Tally::default(), Tally::plus)
}

fn skills(records: &[Record]) -> impl Iterator<Item = (Id, Tally)> {
    let all = Id::ALL.iter().copied().filter(|id| id.kind() == Kind::Skill);
    all.map(|id| (id, total(records, id))).filter(|(_, tally)| tally.chances > 0)
}

/// Show it.
pub fn run(args: &Args) -> Result<(), Failure> {
    let mut records = desk()?.records()?;
    records.retain(|r| args.audience.is_none_or(|wanted| wanted == r.audience));
    let mut console = Console::stdout();
    if args.json {
        let skills: Vec<_> = skills(&records)
            .map(|(id, tally)| {
                json!({
                    "id": id, "name": id.name(), "chances": tally.chances, "taken": tally.taken,
                    "trend": trend(&records, id),
                })
            })
            .collect();
        let all = json!({ "format": 1, "fewest_for_trend": FEWEST_FOR_TREND, "skills": skills, "rehearsals": records });
        console.raw(&serde_json::to_string_pretty(&all).map_err(|error| Failure::Failed(error.to_string()))?)?;
        return Ok(());
    }
    if records.is_empty() {
        console.say(
            "Nothing yet. After a rehearsal you see here for each skill how often there was a chance, and how often you \
             took it.",
        )?;
        console.flush()?;
        return Ok(());
    }
    console.aside(
        "A chance is a moment in which the skill would have fitted. Each sign is a rehearsal, the latest last: \
         # most chances taken, + some, . none, - no chance.",
    )?;
    console.gap()?;
    let mut table = Table::new(&["SKILL", "TAKEN", "REHEARSALS"], 0);
    for (id, tally) in skills(&records) {
        let taken = format!("{} of {}", tally.taken, tally.chances);
        table.row(vec![id.name().to_owned(), taken, row(&records, id)]);
    }
    table.show(&mut console)?;
    console.gap()?;
    let trends: Vec<(Id, Trend)> =
        skills(&records).filter_map(|(id, _)| trend(&records, id).map(|trend| (id, trend))).collect();
    for (id, Trend { rehearsals, earlier, later }) in &trends {
        console.say(&format!(
            "{}: over {rehearsals} rehearsals of the same kind and difficulty, {} of {} at first, {} of {} lately.",
            id.name(),
            earlier.taken,
            earlier.chances,
            later.taken,
            later.chances
        ))?;
    }
    if trends.is_empty() {
        console
            .aside(&format!("A trend shows from {FEWEST_FOR_TREND} rehearsals of the same kind and difficulty on."))?;
    }
    tension(&records, &mut console)?;
    console.flush()?;
    Ok(())
}

/// One sign a rehearsal.
fn row(records: &[Record], skill: Id) -> String {
    let latest = records.get(records.len().saturating_sub(SHOWN)..).unwrap_or_default();
    let sign = |record: &Record| match record.tally(skill) {
        None => '-',
        Some(Tally { taken: 0, .. }) => '.',
        Some(Tally { taken, chances }) if taken * 2 > chances => '#',
        Some(_) => '+',
    };
    latest.iter().map(sign).collect()
}

fn tension(records: &[Record], console: &mut Console) -> Result<(), Failure> {
    let told: Vec<&Record> = records.iter().filter(|r| r.before.is_some() || r.after.is_some()).collect();
    if told.is_empty() {
        return Ok(());
    }
    console.gap()?;
    console.heading("How tense you felt, as you said (0-10)")?;
    let mut table = Table::new(&["SITUATION", "BEFORE", "AFTER"], 0);
    let level = |level: Option<u8>| match level {
        Some(n) => format!("{n:>2} {}", "=".repeat(usize::from(n))),
        None => " -".to_owned(),
    };
    for record in told.iter().rev().take(SHOWN).rev() {
        table.row(vec![record.title.clone(), level(record.before), level(record.after)]);
    }
    table.show(console)?;
    Ok(())
}
