//! The scenarios there are: the built-in ones and those of the user's folder. Pure: the files' texts come in.
//!
//! A listing needs a title and a few words of each file, so only those lines are read; the whole of a file is read when
//! its scenario is asked for.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;

use serde::Deserialize;

use super::problem::{Code, Problem, nearest};
use super::yaml::{self, Spanned};
use super::{Difficulty, ProblemArea, Scenario};
use crate::analysis::Audience;

macro_rules! built_in {
    ($($name:literal)*) => {
        /// The built-in scenarios: file name and text. A test holds that the list is the folder.
        pub const BUILT_IN: &[(&str, &str)] = &[
            $((concat!($name, ".yaml"), include_str!(concat!("../../scenarios/", $name, ".yaml"))),)*
        ];
    };
}

built_in! {
    "dispute-partner-chores"
    "grief-mother-belongings"
    "sensitivity-lunch-colleague"
    "transition-redundancy-father"
    "trainee-middle-session-marta"
}

/// Where a scenario comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// It is part of the program.
    BuiltIn,
    /// It is a file of the user's.
    User,
}

impl Origin {
    /// The word for it in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::BuiltIn => "built-in",
            Self::User => "user",
        }
    }
}

/// A file that may hold a scenario.
#[derive(Clone, Debug)]
pub struct Source {
    /// Where it comes from.
    pub origin: Origin,
    /// Its name for people.
    pub file: String,
    /// What it says.
    pub text: Cow<'static, str>,
}

/// What a listing shows of a scenario.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Head {
    /// Its id.
    pub id: Spanned<String>,
    /// Its title.
    pub title: String,
    /// Who practises.
    pub audience: Audience,
    /// The problem area.
    pub problem_area: ProblemArea,
    /// How hard it is as written.
    pub difficulty: Difficulty,
    /// About how long one rehearsal takes.
    pub minutes: Option<u32>,
    /// The skills it gives most room to practise, by id.
    pub skills: Vec<String>,
    /// What someone should know before they begin.
    pub content_note: Option<String>,
}

const HEAD_KEYS: &[&str] =
    &["id", "title", "audience", "problem_area", "difficulty", "minutes", "skills", "content_note"];

/// One scenario of the library.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Where it comes from.
    pub origin: Origin,
    /// Its file, for people.
    pub file: String,
    /// What a listing shows.
    pub head: Head,
    /// Whether it stands in for a built-in scenario of the same id.
    pub overrides: bool,
    text: Cow<'static, str>,
}

impl std::ops::Deref for Entry {
    type Target = Head;
    fn deref(&self) -> &Head {
        &self.head
    }
}

impl Entry {
    /// The text of the file.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Read the whole file. The built-in ones are checked when the program is tested; one of the user's, which may be in
    /// the middle of being written, is checked here.
    ///
    /// # Errors
    /// Its problems, where the scenario cannot be played.
    pub fn load(&self) -> Result<Scenario, Vec<Problem>> {
        let (scenario, mut problems) = match self.origin {
            Origin::BuiltIn => super::parse(&self.text),
            Origin::User => {
                let checked = super::lint::check_errors(&self.text);
                (checked.scenario, checked.problems)
            }
        };
        problems.retain(Problem::is_error);
        scenario.filter(|_| problems.is_empty()).ok_or(problems)
    }
}

/// A file that is in the folder and not in the library.
#[derive(Debug)]
pub struct Rejected {
    /// The file, for people.
    pub file: String,
    /// Its text.
    pub text: Cow<'static, str>,
    /// Why.
    pub problems: Vec<Problem>,
}

/// Every scenario there is, in the order that people are shown.
#[derive(Debug, Default)]
pub struct Library {
    entries: Vec<Entry>,
    rejected: Vec<Rejected>,
}

impl Library {
    /// The built-in scenarios alone.
    pub fn built_in() -> Self {
        Self::new(std::iter::empty())
    }

    /// The built-in scenarios and the user's, with the files of theirs that could not even be read.
    pub fn new(user: impl IntoIterator<Item = Result<Source, Rejected>>) -> Self {
        let built_in = BUILT_IN.iter().map(|&(file, text)| Source {
            origin: Origin::BuiltIn,
            file: file.to_owned(),
            text: Cow::Borrowed(text),
        });
        Self::of(built_in.map(Ok).chain(user))
    }

    /// A library of these files. A file of the user's stands in for a built-in one of the same id; of two files of one
    /// kind the first counts.
    pub fn of(sources: impl IntoIterator<Item = Result<Source, Rejected>>) -> Self {
        let mut library = Self::default();
        let mut by_id: HashMap<String, usize> = HashMap::new();
        for source in sources {
            let source = match source {
                Ok(source) => source,
                Err(rejected) => {
                    library.rejected.push(rejected);
                    continue;
                }
            };
            match read_head(&source.text) {
                Ok(head) => library.add(source, head, &mut by_id),
                Err(problems) => {
                    library.rejected.push(Rejected { file: source.file, text: source.text, problems });
                }
            }
        }
        library.entries.sort_by(|a, b| {
            let key = |e: &Entry| (e.head.audience, e.head.problem_area, e.head.difficulty);
            key(a).cmp(&key(b)).then_with(|| a.head.title.cmp(&b.head.title))
        });
        library
    }

    fn add(&mut self, source: Source, head: Head, by_id: &mut HashMap<String, usize>) {
        let Source { origin, file, text } = source;
        let known = by_id.get(&head.id.value).copied();
        match known.map(|n| (n, self.entries[n].origin)) {
            None => {
                by_id.insert(head.id.value.clone(), self.entries.len());
                self.entries.push(Entry { origin, file, head, overrides: false, text });
            }
            Some((n, Origin::BuiltIn)) if origin == Origin::User => {
                self.entries[n] = Entry { origin, file, head, overrides: true, text };
            }
            Some((n, _)) => {
                let other = &self.entries[n].file;
                let message = format!("the id '{}' stands in {other} too", head.id.value);
                let help = "give one of the two another id; only the first can be chosen".to_owned();
                let problem = Problem::new(Code::DuplicateId, head.id.span.clone(), message).help(help);
                self.rejected.push(Rejected { file, text, problems: vec![problem] });
            }
        }
    }

    /// The scenarios, in the order that people are shown.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The files that hold no scenario that can be chosen, and why.
    pub fn rejected(&self) -> &[Rejected] {
        &self.rejected
    }

    /// The scenario of this id.
    ///
    /// # Errors
    /// The names that come nearest, where there is none.
    pub fn find(&self, id: &str) -> Result<&Entry, NotFound> {
        self.entries.iter().find(|entry| entry.head.id.value == id).ok_or_else(|| {
            let wanted = id.trim().to_lowercase().replace([' ', '_'], "-");
            let names = self.entries.iter().map(|entry| entry.head.id.as_str());
            NotFound { wanted: id.to_owned(), near: nearest(&wanted, names).into_iter().map(str::to_owned).collect() }
        })
    }
}

/// No scenario has this id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotFound {
    /// What was asked for.
    pub wanted: String,
    /// The names that come nearest, best first.
    pub near: Vec<String>,
}

impl fmt::Display for NotFound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "there is no scenario '{}'", self.wanted)?;
        match self.near.as_slice() {
            [] => f.write_str("; `saywell scenarios list` shows those there are"),
            [one] => write!(f, "; did you mean '{one}'?"),
            [first, rest @ ..] => {
                write!(f, "; did you mean '{first}'")?;
                rest.iter().try_for_each(|name| write!(f, " or '{name}'"))?;
                f.write_str("?")
            }
        }
    }
}

impl std::error::Error for NotFound {}

/// Read what a listing shows, without reading the rest.
fn read_head(text: &str) -> Result<Head, Vec<Problem>> {
    if let Some(problem) = super::too_large(text) {
        return Err(vec![problem]);
    }
    if let Some(mut head) = yaml::read::<Head>(&head_lines(text), &mut Vec::new())
        && !head.id.value.trim().is_empty()
    {
        // The place in the lines that were read is not the place in the file.
        head.id.span = place_of_id(text);
        return Ok(head);
    }
    // Written in some other way that YAML allows, or broken: read everything.
    let mut problems = Vec::new();
    match yaml::read::<Head>(text, &mut problems) {
        Some(head) if !head.id.value.trim().is_empty() => Ok(head),
        _ => {
            if problems.is_empty() {
                let help = "add a short name such as 'id: asking-for-time-off'".to_owned();
                problems.push(Problem::new(Code::Missing, 0..0, "'id' is missing").help(help));
            }
            Err(problems)
        }
    }
}

fn place_of_id(text: &str) -> std::ops::Range<usize> {
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if let Some(value) = line.strip_prefix("id:") {
            let start = at + 3 + (value.len() - value.trim_start().len());
            return start..(at + line.trim_end().len()).max(start);
        }
        at += line.len();
    }
    0..0
}

/// The lines of the top-level keys that a listing shows, with what belongs to them.
fn head_lines(text: &str) -> String {
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    let mut out = String::with_capacity(512);
    let mut wanted = false;
    for line in text.split_inclusive('\n') {
        // A line that is set in, empty, or a list item goes with the key before it.
        if line.starts_with(|c: char| c.is_ascii_alphabetic()) {
            wanted = line.split_once(':').is_some_and(|(key, _)| HEAD_KEYS.contains(&key.trim_end()));
        }
        if wanted {
            out.push_str(line);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(origin: Origin, file: &str, text: &str) -> Result<Source, Rejected> {
        Ok(Source { origin, file: file.to_owned(), text: Cow::Owned(text.to_owned()) })
    }

    #[test]
    fn the_head_is_read_without_the_rest() {
        let text = "# c\nid: a-b\nstates: [[[ broken\ntitle: >\n  Two\n  lines\nproblem_area: grief\n";
        let head = read_head(text).expect("a head");
        assert_eq!((head.id.as_str(), head.title.as_str()), ("a-b", "Two lines\n"));
        assert_eq!(head.problem_area, ProblemArea::Grief);
        assert_eq!(&text[head.id.span.clone()], "a-b");
    }

    #[test]
    fn other_ways_of_writing_are_read_whole() {
        assert_eq!(read_head("{ id: x, title: T }").map(|h| h.title).ok().as_deref(), Some("T"));
        assert_eq!(read_head("'id': x\n").map(|h| h.id.value).ok().as_deref(), Some("x"));
        assert_eq!(read_head("title: x\n").map_err(|p| p[0].code).err(), Some(Code::Missing));
        assert_eq!(read_head("").map_err(|p| p[0].code).err(), Some(Code::NotAScenario));
    }

    #[test]
    fn a_file_of_the_user_stands_in_for_a_built_in_one() {
        let library = Library::of([
            source(Origin::BuiltIn, "a.yaml", "id: a\ntitle: Old\n"),
            source(Origin::BuiltIn, "b.yaml", "id: b\ntitle: B\n"),
            source(Origin::User, "mine.yaml", "id: a\ntitle: New\n"),
            source(Origin::User, "again.yaml", "id: a\ntitle: Newer\n"),
        ]);
        let a = library.find("a").expect("a");
        assert!(a.overrides && a.head.title == "New" && a.origin == Origin::User);
        assert_eq!(library.entries().len(), 2);
        assert_eq!(library.rejected()[0].problems[0].code, Code::DuplicateId);
        assert!(library.rejected()[0].problems[0].message.contains("mine.yaml"));
    }

    #[test]
    fn the_nearest_names_are_given() {
        let library = Library::of([
            source(Origin::BuiltIn, "a.yaml", "id: partner-chores\n"),
            source(Origin::BuiltIn, "b.yaml", "id: partner-money\n"),
            source(Origin::BuiltIn, "c.yaml", "id: grief-father\n"),
        ]);
        let error = library.find("Partner chore").expect_err("unknown");
        assert_eq!(error.near.first().map(String::as_str), Some("partner-chores"));
        assert!(library.find("zzz").is_err_and(|e| e.near.is_empty()));
    }

    #[test]
    fn the_list_of_built_in_scenarios_is_the_folder() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
        let mut files: Vec<String> = std::fs::read_dir(folder)
            .map(|dir| dir.flatten().map(|e| e.file_name().to_string_lossy().into_owned()).collect())
            .unwrap_or_default();
        files.retain(|name| name.ends_with(".yaml"));
        files.sort();
        let mut listed: Vec<&str> = BUILT_IN.iter().map(|(name, _)| *name).collect();
        listed.sort_unstable();
        assert_eq!(files, listed);
        for (name, text) in BUILT_IN {
            let checked = crate::scenario::lint::check(text);
            assert!(!checked.has_errors(), "{name}: {:#?}", checked.problems);
            let id = checked.scenario.map(|s| s.id.value);
            assert_eq!(id.map(|id| id + ".yaml").as_deref(), Some(*name));
        }
    }
}
