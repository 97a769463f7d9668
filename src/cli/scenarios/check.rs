//! `saywell scenarios check` and `test`.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::{Value, json};

use crate::cli::console::Console;
use crate::cli::diagnostics::File;
use crate::cli::{Failure, folder};
use crate::scenario::library::{BUILT_IN, Rejected};
use crate::scenario::lint::{self, Checked};
use crate::scenario::problem::{Problem, Severity};
use crate::session::Speaker;
use crate::session::playthrough;

/// A file that was asked for: its name for people, its text, and what was wrong with reading it.
struct Target {
    name: String,
    text: String,
    unread: Vec<Problem>,
}

impl Target {
    fn unread(rejected: Rejected) -> Self {
        Self { name: rejected.file, text: rejected.text.into_owned(), unread: rejected.problems }
    }
}

/// The files of these paths; without one, the built-in scenarios and the user's.
fn targets(paths: &[PathBuf], given: Option<&Path>) -> Result<Vec<Target>, Failure> {
    let mut targets = Vec::new();
    let mut add = |contents: folder::Contents| {
        for read in contents {
            targets.push(match read {
                Ok(source) => Target { name: source.file, text: source.text.into_owned(), unread: Vec::new() },
                Err(rejected) => Target::unread(rejected),
            });
        }
    };
    for path in paths {
        if path.is_dir() {
            add(folder::listed(path)?);
        } else {
            add(vec![folder::read_one(path)]);
        }
    }
    if paths.is_empty() {
        match given {
            Some(path) => add(folder::listed(path)?),
            None => add(folder::of_user()),
        }
        let built_in = BUILT_IN.iter().map(|&(name, text)| Target {
            name: format!("built-in:{name}"),
            text: text.to_owned(),
            unread: Vec::new(),
        });
        targets.splice(0..0, built_in);
    }
    Ok(targets)
}

/// Check every target; what is wrong with several together is noted too.
fn check_all(targets: &[Target], paths: &[PathBuf]) -> Vec<Checked> {
    let mut all: Vec<(String, Checked)> = targets
        .iter()
        .map(|target| {
            let checked = if target.unread.is_empty() {
                lint::check(&target.text)
            } else {
                Checked { scenario: None, problems: target.unread.clone() }
            };
            (target.name.clone(), checked)
        })
        .collect();
    // A file of the user's may stand in for a built-in one on purpose.
    let own = if paths.is_empty() { BUILT_IN.len().min(all.len()) } else { 0 };
    lint::across(&mut all[own..]);
    all.into_iter().map(|(_, checked)| checked).collect()
}

/// Check files.
pub fn check(paths: &[PathBuf], given: Option<&Path>, json: bool, console: &mut Console) -> Result<(), Failure> {
    let targets = targets(paths, given)?;
    let checked = check_all(&targets, paths);
    if json {
        let problems: Vec<Value> = targets
            .iter()
            .zip(&checked)
            .flat_map(|(target, checked)| {
                let file = File::new(&target.name, &target.text);
                checked.problems.iter().map(|p| problem_json(&file, p)).collect::<Vec<_>>()
            })
            .collect();
        console.block(&format!("{:#}\n", json!({ "format": 1, "files": targets.len(), "problems": problems })))?;
    } else {
        show(&targets, &checked, console)?;
        console.say(&closing(&checked))?;
    }
    console.flush()?;
    if checked.iter().any(Checked::has_errors) { Err(Failure::Unpassed) } else { Ok(()) }
}

fn show(targets: &[Target], checked: &[Checked], console: &mut Console) -> Result<(), Failure> {
    let look = console.look();
    for (target, checked) in targets.iter().zip(checked) {
        let file = File::new(&target.name, &target.text);
        for problem in &checked.problems {
            console.block(&file.show(problem, look))?;
            console.gap()?;
        }
    }
    Ok(())
}

fn closing(checked: &[Checked]) -> String {
    let files = count(checked.len(), "file");
    let of = |severity| checked.iter().flat_map(|c| &c.problems).filter(|p| p.code.severity() == severity).count();
    let (errors, warnings) = (of(Severity::Error), of(Severity::Warning));
    match (checked.len(), errors, warnings) {
        (0, ..) => "There are no scenario files here.".to_owned(),
        (_, 0, 0) => format!("Checked {files}: nothing is wrong."),
        (_, 0, w) => format!("Checked {files}: {}. They can be played as they are.", count(w, "warning")),
        (_, e, 0) => format!("Checked {files}: {}.", count(e, "error")),
        (_, e, w) => format!("Checked {files}: {} and {}.", count(e, "error"), count(w, "warning")),
    }
}

/// `1 file`, `2 files`.
fn count(n: usize, what: &str) -> String {
    if n == 1 { format!("1 {what}") } else { format!("{n} {what}s") }
}

/// A problem for programs; lines and columns count from 1, columns in characters.
pub fn problem_json(file: &File, problem: &Problem) -> Value {
    let (line, column) = file.place(problem.span.start);
    let (end_line, end_column) = file.place(problem.span.end);
    json!({
        "file": file.name(),
        "line": line,
        "column": column,
        "end_line": end_line,
        "end_column": end_column,
        "code": problem.code.as_str(),
        "severity": if problem.is_error() { "error" } else { "warning" },
        "message": problem.message,
        "help": problem.help,
    })
}

/// Play the playthroughs of files.
pub fn test(paths: &[PathBuf], given: Option<&Path>, console: &mut Console) -> Result<(), Failure> {
    let targets = targets(paths, given)?;
    let mut checked = check_all(&targets, paths);
    for checked in &mut checked {
        checked.problems.retain(Problem::is_error);
    }
    show(&targets, &checked, console)?;
    let mut played = 0;
    let mut failed = 0;
    let mut broken = 0;
    for (target, checked) in targets.iter().zip(checked) {
        let Some(scenario) = checked.scenario.filter(|_| checked.problems.is_empty()) else {
            broken += 1;
            continue;
        };
        let file = File::new(&target.name, &target.text);
        let scenario = Arc::new(scenario);
        for test in &scenario.tests {
            played += 1;
            let result = playthrough::run(&scenario, test);
            if result.failures.is_empty() {
                continue;
            }
            failed += 1;
            let (line, column) = file.place(test.span.start);
            console.say(&format!("{}:{line}:{column}: failed: '{}' came out otherwise", file.name(), test.name))?;
            for failure in &result.failures {
                let at = failure
                    .span
                    .as_ref()
                    .map_or_else(String::new, |span| format!("line {}: ", file.place(span.start).0));
                console.say(&format!("  - {at}{}", failure.what))?;
            }
            console.say("  It went like this:")?;
            for (speaker, text) in &result.transcript {
                let name = match speaker {
                    Speaker::You => &scenario.you.name,
                    Speaker::Counterpart => &scenario.counterpart.name,
                };
                console.say(&format!("    {name}: {}", text.replace('\n', " ")))?;
            }
            console.gap()?;
        }
    }
    let mut line = match (played, failed) {
        (0, _) => format!("No playthrough in {}.", count(targets.len(), "file")),
        (n, 0) => {
            format!("{} of {} came out as written.", count(n, "playthrough"), count(targets.len() - broken, "file"))
        }
        (n, f) => format!("{f} of {} came out otherwise than written.", count(n, "playthrough")),
    };
    if broken > 0 {
        line += &format!(" {} could not be played.", count(broken, "file"));
    }
    console.say(&line)?;
    console.flush()?;
    if failed + broken > 0 { Err(Failure::Unpassed) } else { Ok(()) }
}
