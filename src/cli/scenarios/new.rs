//! `saywell scenarios new`: a few questions, and a file that can be played at once.

use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use crate::analysis::Audience;
use crate::cli::console::Console;
use crate::cli::input::{Input, Line};
use crate::cli::{Failure, folder};
use crate::scenario::ProblemArea;
use crate::scenario::starter::{self, Answers};
use crate::store::paths::private;

/// How many names are tried before giving up.
const MOST_TRIES: usize = 1000;

/// Ask, write, say where.
pub fn run(file: Option<PathBuf>, given: Option<&Path>, console: &mut Console) -> Result<(), Failure> {
    if let Some(file) = &file
        && file.exists()
    {
        return Err(there_already(file));
    }
    let folder = match &file {
        Some(_) => None,
        None => Some(super::user_folder(given)?),
    };
    let mut input = Input::stdin();
    let Some(answers) = ask(console, &mut input)? else {
        console.gap()?;
        console.say("Nothing was written.")?;
        console.flush()?;
        return Err(Failure::Failed("the questions were not all answered".into()));
    };
    let (path, id) = match (file, folder) {
        (Some(path), _) => {
            let id = id_from(&path, &answers);
            create(&path, &starter::file(&answers, &id)).map_err(|error| match error.kind() {
                ErrorKind::AlreadyExists => there_already(&path),
                _ => cannot_write(&path, &error),
            })?;
            (path, id)
        }
        (None, folder) => in_folder(&folder.unwrap_or_default(), given, &answers)?,
    };
    farewell(&path, &id, given, console)
}

fn there_already(path: &Path) -> Failure {
    Failure::Usage(format!("{} is there already; nothing was written. Give another name", path.display()))
}

fn cannot_write(path: &Path, error: &io::Error) -> Failure {
    let why = match error.kind() {
        ErrorKind::PermissionDenied => "you may not write there".to_owned(),
        ErrorKind::NotFound => "there is no such folder".to_owned(),
        ErrorKind::ReadOnlyFilesystem => "the disk is read-only".to_owned(),
        ErrorKind::StorageFull => "the disk is full".to_owned(),
        _ => error.to_string(),
    };
    Failure::Failed(format!("{} cannot be written: {why}", path.display()))
}

/// The id of a file that was named: its name where that can be an id.
fn id_from(path: &Path, answers: &Answers) -> String {
    let stem = path.file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
    let id = starter::id_of(&stem);
    if id == stem { id } else { starter::id_of(&answers.title) }
}

/// Write into the folder under the first name that no file and no scenario has.
fn in_folder(folder: &Path, given: Option<&Path>, answers: &Answers) -> Result<(PathBuf, String), Failure> {
    fs::create_dir_all(folder).map_err(|error| cannot_write(folder, &error))?;
    let library = folder::library(given)?;
    let base = starter::id_of(&answers.title);
    for n in 1..=MOST_TRIES {
        let id = if n == 1 { base.clone() } else { format!("{base}-{n}") };
        if library.entries().iter().any(|entry| entry.id.value == id) {
            continue;
        }
        let path = folder.join(format!("{id}.yaml"));
        match create(&path, &starter::file(answers, &id)) {
            Ok(()) => return Ok((path, id)),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(cannot_write(&path, &error)),
        }
    }
    Err(Failure::Failed(format!("{} is full of files of this name", folder.display())))
}

/// Write a file that is not there yet. It may be about someone's own life: only its owner can read it.
fn create(path: &Path, text: &str) -> io::Result<()> {
    let mut file = private(OpenOptions::new().write(true).create_new(true)).open(path)?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).inspect_err(|_| {
        // Half a file would only be in the way.
        let _ = fs::remove_file(path);
    })
}

fn farewell(path: &Path, id: &str, given: Option<&Path>, console: &mut Console) -> Result<(), Failure> {
    let shown = shell_word(&path.to_string_lossy());
    console.gap()?;
    console.say(&format!("Written: {}", path.display()))?;
    let in_use = given.map(Path::to_owned).or_else(folder::usual);
    if path.parent().map(Path::to_owned) == in_use {
        console.say(&format!("It can be played as it is: saywell play {id}"))?;
    }
    console.gap()?;
    console.say(
        "Next, open it in a text editor and make it yours: the situation first, then what they say, line by line.",
    )?;
    console.say("After each change:")?;
    console.block(&format!("  saywell scenarios check {shown}\n  saywell scenarios test {shown}\n"))?;
    Ok(())
}

/// A path as a shell takes it.
fn shell_word(path: &str) -> String {
    let tamed = crate::text::tame_line(path);
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '/' | '.' | '-' | '_' | '+' | ',' | '@' | ':' | '~');
    if tamed.chars().all(plain) { tamed.into_owned() } else { format!("'{}'", tamed.replace('\'', "'\\''")) }
}

/// Ask everything. `None` where the input ends first.
fn ask(console: &mut Console, input: &mut Input) -> Result<Option<Answers>, Failure> {
    console.say("A few questions; an empty line takes what stands in brackets.")?;
    console.gap()?;
    let mut asker = Asker { console, input };
    let audience = asker.choice(
        "Who will practise with it?",
        &[("client", "someone with a talk of their own ahead"), ("trainee", "a therapist in training")],
        0,
    )?;
    let Some(audience) = audience else { return Ok(None) };
    let mut answers = Answers::usual(if audience == 0 { Audience::Client } else { Audience::Trainee });
    let areas: Vec<(&str, &str)> = ProblemArea::ALL.iter().map(|area| (area.as_str(), area.name())).collect();
    let usual = ProblemArea::ALL.iter().position(|area| *area == answers.problem_area).unwrap_or(0);
    let Some(area) = asker.choice("What is it about?", &areas, usual)? else { return Ok(None) };
    answers.problem_area = ProblemArea::ALL[area];
    let (who, them) = match answers.audience {
        Audience::Client => ("Who is that, in a line?", "The other person's name?"),
        Audience::Trainee => ("Who is that, in a line?", "The name of the simulated client?"),
    };
    for (question, answer) in [
        ("A title that people choose by?", &mut answers.title),
        ("The name of whoever practises, in the scene?", &mut answers.you),
        (who, &mut answers.you_about),
        (them, &mut answers.other),
        ("Who is the other, in a line?", &mut answers.other_about),
        ("What should come of the talk, in one sentence?", &mut answers.goal),
    ] {
        match asker.line(question, answer)? {
            Some(text) if !text.is_empty() => *answer = text,
            Some(_) => {}
            None => return Ok(None),
        }
    }
    Ok(Some(answers))
}

struct Asker<'a> {
    console: &'a mut Console,
    input: &'a mut Input,
}

impl Asker<'_> {
    /// One answer; empty for the usual. `None` at the end of the input.
    fn line(&mut self, question: &str, usual: &str) -> Result<Option<String>, Failure> {
        loop {
            self.console.prompt(&format!("{question} [{usual}] "))?;
            match self.input.line()? {
                Line::Text(text) => {
                    if !self.input.is_terminal {
                        self.console.say(&text)?;
                    }
                    return Ok(Some(crate::text::tame_line(&text).trim().to_owned()));
                }
                Line::End => return Ok(None),
                Line::TooLong => self.console.say("That is too long; a line is enough.")?,
                Line::Binary => self.console.say("That is no text.")?,
            }
        }
    }

    /// One of several, by number or by word.
    fn choice(&mut self, question: &str, choices: &[(&str, &str)], usual: usize) -> Result<Option<usize>, Failure> {
        self.console.say(question)?;
        for (n, (word, what)) in choices.iter().enumerate() {
            self.console.say(&format!("  {}. {word}: {what}", n + 1))?;
        }
        let shown = format!("Number from 1 to {}?", choices.len());
        loop {
            let Some(answer) = self.line(&shown, &(usual + 1).to_string())? else { return Ok(None) };
            let answer = answer.to_lowercase();
            let by_number = answer.parse::<usize>().ok().and_then(|n| n.checked_sub(1)).filter(|n| *n < choices.len());
            let by_word = || choices.iter().position(|(word, _)| *word == answer.replace([' ', '-'], "_"));
            match by_number.or_else(by_word) {
                Some(n) => return Ok(Some(n)),
                None if answer.is_empty() => return Ok(Some(usual)),
                None => self
                    .console
                    .say(&format!("That is none of them. A number is enough, for instance {}.", usual + 1))?,
            }
        }
    }
}
