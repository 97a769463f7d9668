//! `saywell scenarios`: what there is to rehearse, and help for those who write it.

mod check;
mod new;

use std::path::{Path, PathBuf};

use serde_json::json;

use super::Failure;
use super::console::Console;
use super::diagnostics::File;
use super::folder;
use crate::analysis::Audience;
use crate::scenario::library::{Entry, Library, Origin};
use crate::scenario::{ProblemArea, Scenario, graph, schema};

/// Arguments of `saywell scenarios`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// All situations, by what they are about
    List {
        /// As JSON, for programs
        #[arg(long)]
        json: bool,
    },
    /// One situation: who, what, and what to practise
    Show {
        /// The situation, as `list` names it
        id: String,
        /// The file itself, to learn from or to begin your own with
        #[arg(long)]
        source: bool,
    },
    /// Everything that is wrong with scenario files, and how to mend it (exit 3 where something is)
    Check {
        /// Files or folders; without one, the built-in scenarios and your own
        paths: Vec<PathBuf>,
        /// As JSON, for editors and programs
        #[arg(long)]
        json: bool,
    },
    /// Play the playthroughs inside scenario files (exit 3 where one comes out otherwise)
    Test {
        /// Files or folders; without one, the built-in scenarios and your own
        paths: Vec<PathBuf>,
    },
    /// Write a new scenario file from a few questions
    New {
        /// Where to; without it, your scenario folder
        file: Option<PathBuf>,
    },
    /// The JSON Schema of scenario files, for editors
    Schema,
    /// The states of a situation and the ways between them
    Graph {
        /// The situation, as `list` names it, or a file
        id: String,
        /// As sentences only, as a screen reader likes them
        #[arg(long)]
        text: bool,
        /// As a Mermaid diagram only
        #[arg(long, conflicts_with = "text")]
        mermaid: bool,
    },
    /// Where your own scenario files belong
    Path,
}

/// Run it. `given`: the folder of `--scenarios`.
///
/// # Errors
/// What failed, with its exit code.
pub fn run(args: Args, given: Option<&Path>) -> Result<(), Failure> {
    let mut console = Console::stdout();
    match args.command {
        Command::List { json } => {
            let library = folder::library(given)?;
            if json { list_json(&library, &mut console) } else { list(&library, &mut console) }
        }
        Command::Show { id, source } => {
            let library = folder::library(given)?;
            let entry = find(&library, &id)?;
            if source {
                console.block(&source_text(entry))?
            } else {
                show(entry, &mut console)?
            }
            Ok(())
        }
        Command::Check { paths, json } => check::check(&paths, given, json, &mut console),
        Command::Test { paths } => check::test(&paths, given, &mut console),
        Command::New { file } => new::run(file, given, &mut console),
        Command::Schema => Ok(console.block(&schema::text())?),
        Command::Graph { id, text, mermaid } => {
            let scenario = scenario_or_file(&id, given)?;
            if !mermaid {
                console.block(&graph::text(&scenario))?;
            }
            if !text && !mermaid {
                console.block("\nThe same as a Mermaid diagram, for a page that draws it:\n\n")?;
            }
            if !text {
                console.block(&graph::mermaid(&scenario))?;
            }
            Ok(())
        }
        Command::Path => {
            let path = user_folder(given)?;
            Ok(console.block(&format!("{}\n", crate::text::tame_line(&path.to_string_lossy())))?)
        }
    }?;
    Ok(console.flush()?)
}

/// The folder of the user's own files.
fn user_folder(given: Option<&Path>) -> Result<PathBuf, Failure> {
    given.map(Path::to_owned).or_else(folder::usual).ok_or_else(|| {
        Failure::Failed(
            "there is no home directory to keep scenarios in: set HOME or XDG_DATA_HOME, or use --scenarios DIR".into(),
        )
    })
}

fn find<'l>(library: &'l Library, id: &str) -> Result<&'l Entry, Failure> {
    library.find(id).map_err(|error| {
        let end = if error.near.is_empty() { ";" } else { "" };
        Failure::Usage(format!("{error}{end} `saywell scenarios list` shows them all"))
    })
}

/// A scenario by id, or from a file that is being written.
fn scenario_or_file(id: &str, given: Option<&Path>) -> Result<Scenario, Failure> {
    let looks_like_a_file = id.contains(['/', '\\']) || id.ends_with(".yaml") || id.ends_with(".yml");
    if !looks_like_a_file {
        let library = folder::library(given)?;
        let entry = find(&library, id)?;
        return crate::scenario::parse(entry.text()).0.ok_or_else(|| broken(&entry.file));
    }
    match folder::read_one(Path::new(id)) {
        // What can be read of a half-finished file is worth seeing.
        Ok(source) => crate::scenario::parse(&source.text).0.ok_or_else(|| broken(id)),
        Err(rejected) => {
            let why = rejected.problems.first().map_or("it cannot be read", |p| p.message.as_str());
            Err(Failure::Failed(format!("{id}: {why}")))
        }
    }
}

fn broken(file: &str) -> Failure {
    Failure::Failed(format!("{file} cannot be read as a scenario; `saywell scenarios check {file}` says why"))
}

/// The scenarios of one audience and problem area, in the order they are shown.
fn groups(library: &Library) -> Vec<(Audience, ProblemArea, Vec<&Entry>)> {
    let mut groups = Vec::new();
    for audience in [Audience::Client, Audience::Trainee] {
        for area in ProblemArea::ALL {
            let entries: Vec<&Entry> =
                library.entries().iter().filter(|e| e.audience == audience && e.problem_area == area).collect();
            if !entries.is_empty() {
                groups.push((audience, area, entries));
            }
        }
    }
    groups
}

fn list(library: &Library, console: &mut Console) -> Result<(), Failure> {
    for (n, (audience, area, entries)) in groups(library).into_iter().enumerate() {
        if n > 0 {
            console.gap()?;
        }
        let whose = if audience == Audience::Trainee { "For trainee therapists: " } else { "" };
        console.heading(&format!("{whose}{}", area.name()))?;
        for entry in entries {
            let minutes = entry.minutes.map_or_else(String::new, |m| format!(", about {m} minutes"));
            let from = match (entry.origin, entry.overrides) {
                (Origin::BuiltIn, _) => "",
                (Origin::User, false) => ", yours",
                (Origin::User, true) => ", yours, instead of the built-in one",
            };
            console.say(&format!("  {}", entry.id.value))?;
            console.say(&format!("    {} ({}{minutes}{from})", entry.title.trim(), entry.difficulty.as_str()))?;
        }
    }
    if library.entries().is_empty() {
        console.say("There are no situations yet. `saywell scenarios new` writes one.")?;
    }
    if !library.rejected().is_empty() {
        console.gap()?;
        console.say("Left out, because something is wrong with the file:")?;
        for rejected in library.rejected() {
            let why = rejected.problems.first().map_or("", |p| p.message.as_str());
            console.say(&format!("  {}: {why}", rejected.file))?;
        }
        console.say("`saywell scenarios check` says where, and how to mend it.")?;
    }
    Ok(())
}

fn list_json(library: &Library, console: &mut Console) -> Result<(), Failure> {
    let scenarios: Vec<_> = library
        .entries()
        .iter()
        .map(|entry| {
            json!({
                "id": entry.id.value,
                "title": entry.title.trim(),
                "audience": entry.audience.as_str(),
                "problem_area": entry.problem_area.as_str(),
                "difficulty": entry.difficulty.as_str(),
                "minutes": entry.minutes,
                "content_note": entry.content_note,
                "origin": entry.origin.as_str(),
                "overrides": entry.overrides,
                "file": entry.file,
            })
        })
        .collect();
    let rejected: Vec<_> = library
        .rejected()
        .iter()
        .map(|rejected| {
            let file = File::new(&rejected.file, &rejected.text);
            let problems: Vec<_> = rejected.problems.iter().map(|p| check::problem_json(&file, p)).collect();
            json!({ "file": rejected.file, "problems": problems })
        })
        .collect();
    Ok(console.block(&format!("{:#}\n", json!({ "format": 1, "scenarios": scenarios, "rejected": rejected })))?)
}

/// The text of the file, so that it can be piped into a new one.
fn source_text(entry: &Entry) -> String {
    let mut text = crate::text::tame(entry.text()).into_owned();
    if !text.ends_with('\n') {
        text.push('\n');
    }
    text
}

fn show(entry: &Entry, console: &mut Console) -> Result<(), Failure> {
    let (scenario, _) = crate::scenario::parse(entry.text());
    let scenario = scenario.ok_or_else(|| broken(&entry.file))?;
    let line = |text: &str| text.trim().trim_end_matches('.').to_owned();
    console.heading(scenario.title.trim())?;
    if let Some(note) = &scenario.content_note {
        console.say(&format!("Good to know before: {}.", line(note)))?;
    }
    let whose = match scenario.audience {
        Audience::Client => "For people who rehearse a talk of their own",
        Audience::Trainee => "For trainee therapists",
    };
    let minutes = scenario.minutes.map_or_else(String::new, |m| format!(" Takes about {m} minutes."));
    let area = scenario.problem_area.name().to_lowercase();
    console.say(&format!("{whose}: {area}. Difficulty: {}.{minutes}", scenario.difficulty.as_str()))?;
    console.gap()?;
    console.say(scenario.situation.trim())?;
    console.gap()?;
    console.say(&format!("You are {}: {}.", scenario.you.name, line(&scenario.you.about)))?;
    console.say(&format!("With you is {}: {}.", scenario.counterpart.name, line(&scenario.counterpart.about)))?;
    console.say(&format!("What you want: {}.", line(&scenario.goal)))?;
    if !scenario.objectives.is_empty() {
        console.gap()?;
        console.heading("What to practise here")?;
        for objective in &scenario.objectives {
            console.say(&format!("  - {}", objective.text.trim()))?;
        }
    }
    let skills: Vec<&str> = scenario.skills.iter().map(|s| s.value.as_str()).collect();
    let names: Vec<&str> = scenario.skill_ids().map(crate::analysis::Id::name).collect();
    if !names.is_empty() && names.len() == skills.len() {
        console.gap()?;
        console.say(&format!("Skills it gives room to: {}.", names.join("; ")))?;
    }
    console.gap()?;
    let file = match (entry.origin, entry.overrides) {
        (Origin::BuiltIn, _) => "It is built in.".to_owned(),
        (Origin::User, false) => format!("It is your file {}.", entry.file),
        (Origin::User, true) => format!("It is your file {}, and stands in for the built-in one.", entry.file),
    };
    console.say(&file)?;
    console.say(&format!("To rehearse it: saywell play {}", entry.id.value))?;
    Ok(())
}
