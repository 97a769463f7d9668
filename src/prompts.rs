//! The words that language models are given: templates in `prompts/`, one a use, which a folder of the user's own may
//! replace one by one. What people said goes in as values and is never template source.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use minijinja::{Environment, UndefinedBehavior, Value, context};
use sha2::{Digest, Sha256};

/// Every template by its name, with its text.
const BUILT_IN: &[(&str, &str)] = &[
    (COUNTERPART, include_str!("../prompts/counterpart.md")),
    (BEGIN, include_str!("../prompts/begin.md")),
    (NOTE, include_str!("../prompts/note.md")),
    (CUE, include_str!("../prompts/cue.md")),
    (REPAIR, include_str!("../prompts/repair.md")),
    (JUDGE, include_str!("../prompts/judge.md")),
    (COACH, include_str!("../prompts/coach.md")),
    (HINT, include_str!("../prompts/coach-hint.md")),
];

/// Who the counterpart is; the same bytes throughout a session.
pub const COUNTERPART: &str = "counterpart";
/// What stands before the first line of the talk.
pub const BEGIN: &str = "begin";
/// What stands in the place of old turns.
pub const NOTE: &str = "note";
/// The cue of one turn.
pub const CUE: &str = "cue";
/// What is added to the cue when an answer was not fit to be said.
pub const REPAIR: &str = "repair";
/// The judge's rubric and rules.
pub const JUDGE: &str = "judge";
/// The coach's task after a reply.
pub const COACH: &str = "coach";
/// The coach's task before one.
pub const HINT: &str = "coach-hint";

/// Why the user's own prompts cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file is there and cannot be read.
    #[error("the prompt in {} cannot be read: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A template has a mistake, or names a value that there is none of.
    #[error(
        "the prompt {name} has a mistake: {message}. Mend it, or move it away to use the one that comes with Saywell"
    )]
    Mistake {
        /// The file, or the name of the template.
        name: String,
        /// What and where.
        message: String,
    },
}

/// The templates in use.
#[derive(Clone, Debug)]
pub struct Prompts {
    texts: BTreeMap<&'static str, Cow<'static, str>>,
    files: BTreeMap<&'static str, PathBuf>,
    version: String,
}

impl Default for Prompts {
    fn default() -> Self {
        Self::of(BUILT_IN.iter().map(|(name, text)| (*name, Cow::Borrowed(*text))).collect(), BTreeMap::new())
    }
}

impl Prompts {
    fn of(texts: BTreeMap<&'static str, Cow<'static, str>>, files: BTreeMap<&'static str, PathBuf>) -> Self {
        let mut hash = Sha256::new();
        for (name, text) in &texts {
            hash.update(name.as_bytes());
            hash.update([0]);
            hash.update(text.as_bytes());
            hash.update([0]);
        }
        let version = hash.finalize().iter().take(6).map(|byte| format!("{byte:02x}")).collect();
        Self { texts, files, version }
    }

    /// The built-in templates, with those in their place that stand in this folder as `NAME.md`.
    ///
    /// # Errors
    /// A file cannot be read, or its template has a mistake: it is tried out with made-up values.
    pub fn load(folder: Option<&Path>) -> Result<Self, Error> {
        let mut prompts = Self::default();
        let Some(folder) = folder else { return Ok(prompts) };
        let (mut texts, mut files) = (prompts.texts, BTreeMap::new());
        for (name, _) in BUILT_IN {
            let path = folder.join(format!("{name}.md"));
            match std::fs::read_to_string(&path) {
                Ok(text) => {
                    texts.insert(name, Cow::Owned(text));
                    files.insert(*name, path);
                }
                Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {}
                Err(source) => return Err(Error::Unreadable { path, source }),
            }
        }
        prompts = Self::of(texts, files);
        for name in prompts.files.keys() {
            prompts.render(name, sample())?;
        }
        Ok(prompts)
    }

    /// The hash of all templates: it changes when one of them does.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Fill a template.
    ///
    /// # Errors
    /// It has a mistake, or names a value that is not given.
    pub fn render(&self, name: &str, values: Value) -> Result<String, Error> {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        let text = self.texts.get(name).map_or("", |text| &**text);
        let filled = environment.template_from_named_str(name, text).and_then(|template| template.render(values));
        filled.map(|text| text.trim().to_owned()).map_err(|error| {
            let file = self.files.get(name).map_or_else(|| name.to_owned(), |path| format!("in {}", path.display()));
            let line = error.line().map_or_else(String::new, |line| format!(" (line {line})"));
            Error::Mistake { name: file, message: format!("{}{line}", error.detail().unwrap_or("it cannot be filled")) }
        })
    }
}

/// Every value that a template may name, made up.
fn sample() -> Value {
    let skill = context! { id => "x", name => "x", one => "x", two => "x", three => "x" };
    let fault = context! { id => "x", name => "x", is => "x", is_not => "x" };
    context! {
        name => "Alex", you => "Sam", about => "x", voice => "x", needs => "x", fears => "x", you_about => "x",
        situation => "x", mark => "x", language => "English", trainee => false, replies => 3, moods => "x",
        told => "x", met => "x", trust => "low", tension => "low", mood => "x", stance => "x", keeps => true,
        firm => true, length => "x", gist => "x", reason => "x", said => "x", goal => "x", audience => "x",
        skills => vec![skill], faults => vec![fault],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_built_in_template_fills_and_none_names_an_unknown_value() {
        let prompts = Prompts::default();
        for (name, _) in BUILT_IN {
            let text = prompts.render(name, sample()).unwrap();
            assert!(text.len() > 20, "{name}: {text}");
        }
    }

    #[test]
    fn a_value_is_never_template_source() {
        let said = "{{ 7 * 7 }} {% for x in [1] %}{{ you }}{% endfor %}";
        let values = context! { mark => "x", reason => "r", said => said, name => "Alex", gist => "g" };
        assert!(Prompts::default().render(REPAIR, values).unwrap().contains(said));
    }

    #[test]
    fn a_folder_replaces_one_template_and_the_version_tells() {
        let dir = tempfile::tempdir().unwrap();
        let plain = Prompts::load(Some(dir.path())).unwrap();
        assert_eq!(plain.version(), Prompts::default().version());
        std::fs::write(dir.path().join("begin.md"), "{{ mark }} Curtain up.").unwrap();
        let own = Prompts::load(Some(dir.path())).unwrap();
        assert_ne!(own.version(), plain.version());
        assert_eq!(own.render(BEGIN, context! { mark => "#" }).unwrap(), "# Curtain up.");
    }

    #[test]
    fn a_mistake_in_a_template_is_told_with_its_file_and_line() {
        let dir = tempfile::tempdir().unwrap();
        for text in ["fine\n{{ secret }}", "fine\n{% if %}"] {
            std::fs::write(dir.path().join("cue.md"), text).unwrap();
            let error = Prompts::load(Some(dir.path())).unwrap_err().to_string();
            assert!(error.contains("cue.md") && error.contains("line 2"), "{error}");
        }
    }
}
