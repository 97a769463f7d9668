//! The user's settings file, `saywell/config.toml` in the configuration folder. All of it is optional.

use std::collections::BTreeMap;
use std::env;
use std::io;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Deserialize;
use toml::Spanned;

use crate::llm::Server;
use crate::llm::keys::KeySource;
use crate::llm::redact::Private;
use crate::safety::Country;
use crate::scenario::Difficulty;

/// What the file may say. Arguments of a command go before it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Config {
    /// How hard the other makes it: `gentle`, `moderate` or `hard`.
    pub difficulty: Option<Difficulty>,
    /// Say nothing about the replies before the end.
    pub hide_feedback: bool,
    /// The country whose lines for help are shown, such as `IE`; the language setting says it otherwise.
    pub country: Option<Country>,
    /// A folder with one's own situations, instead of the usual one. `~/` stands for the home directory.
    pub scenarios: Option<PathBuf>,
    /// The server whose model words the other's lines; none for the script.
    pub counterpart: Option<String>,
    /// The server whose model looks at each reply beside the rules.
    pub judge: Option<String>,
    /// Whether the scene goes by the judge and not by the rules.
    pub judge_leads: bool,
    /// A folder with one's own prompts.
    pub prompts: Option<PathBuf>,
    /// What is replaced before anything is sent to another computer.
    pub private: Private,
    /// Servers with language models, by name.
    pub servers: BTreeMap<String, Server>,
    /// Delete rehearsals that were last worked on more than so many days ago, at the next start.
    pub keep_days: Option<NonZeroU32>,
}

/// The file as it is written.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct File {
    difficulty: Option<Difficulty>,
    hide_feedback: bool,
    country: Option<Country>,
    scenarios: Option<PathBuf>,
    counterpart: Option<Spanned<String>>,
    judge: Option<Spanned<String>>,
    judge_leads: bool,
    prompts: Option<PathBuf>,
    private: Private,
    servers: BTreeMap<String, ServerEntry>,
    keep_days: Option<NonZeroU32>,
}

/// `[servers.NAME]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ServerEntry {
    /// Where it is, up to and with `/v1`.
    base_url: Spanned<String>,
    /// The model's name there.
    model: Spanned<String>,
    /// The variable that holds the key.
    key_env: Option<String>,
    /// The file that holds the key.
    key_file: Option<Spanned<PathBuf>>,
    /// How many tokens the model takes in.
    context: Option<Spanned<u32>>,
    /// What a million tokens of requests cost, in any currency.
    price_in: Option<f64>,
    /// What a million tokens of answers cost.
    price_out: Option<f64>,
    /// How many seconds the first words are waited for.
    patience: Option<u64>,
}

/// Models that take in less than this hold no talk.
const LEAST_CONTEXT: u32 = 1024;

/// What is wrong, and where.
type Wrong = (std::ops::Range<usize>, String);

impl ServerEntry {
    fn server(self, name: &str) -> Result<Server, Wrong> {
        let at = self.base_url.span();
        let mut server = Server::new(name, self.base_url.get_ref(), self.model.get_ref()).map_err(|why| (at, why))?;
        if self.model.get_ref().trim().is_empty() {
            return Err((
                self.model.span(),
                "a server needs the name of a model; `saywell doctor` lists them".to_owned(),
            ));
        }
        server.key = match (self.key_env, self.key_file) {
            (Some(_), Some(file)) => {
                return Err((file.span(), "a key comes from key_env or from key_file, not from both".to_owned()));
            }
            (Some(name), None) => Some(KeySource::Env(name)),
            (None, Some(file)) => Some(KeySource::File(at_home(file.into_inner()))),
            (None, None) => None,
        };
        if let Some(context) = self.context {
            if *context.get_ref() < LEAST_CONTEXT {
                return Err((context.span(), format!("a model has to take in at least {LEAST_CONTEXT} tokens")));
            }
            server.context = Some(context.into_inner());
        }
        server.price = self.price_in.zip(self.price_out);
        if let Some(seconds) = self.patience {
            server.limits.first = Duration::from_secs(seconds.clamp(1, 3600));
            server.limits.whole = server.limits.whole.max(2 * server.limits.first);
        }
        Ok(server)
    }
}

impl File {
    fn config(self) -> Result<Config, Wrong> {
        let mut servers = BTreeMap::new();
        for (name, entry) in self.servers {
            servers.insert(name.clone(), entry.server(&name)?);
        }
        let known = |name: Option<Spanned<String>>| match name {
            Some(name) if name.get_ref() == SCRIPTED => Ok(None),
            Some(name) if !servers.contains_key(name.get_ref()) => {
                Err((name.span(), no_server(name.get_ref(), &servers)))
            }
            name => Ok(name.map(Spanned::into_inner)),
        };
        Ok(Config {
            difficulty: self.difficulty,
            hide_feedback: self.hide_feedback,
            country: self.country,
            scenarios: self.scenarios.map(at_home),
            counterpart: known(self.counterpart)?,
            judge: known(self.judge)?,
            judge_leads: self.judge_leads,
            prompts: self.prompts.map(at_home),
            private: self.private,
            servers,
            keep_days: self.keep_days,
        })
    }
}

/// The counterpart that needs no server.
pub const SCRIPTED: &str = "scripted";

/// That there is no server of this name, and which there are.
pub fn no_server(name: &str, servers: &BTreeMap<String, Server>) -> String {
    let names: Vec<&str> = servers.keys().map(String::as_str).collect();
    if names.is_empty() {
        return format!("there is no server '{name}': add it as [servers.{name}] (docs/models.md shows how)");
    }
    format!("there is no server '{name}'; there is: {}, and '{SCRIPTED}' for the script", names.join(", "))
}

/// `~/` as the home directory.
fn at_home(path: PathBuf) -> PathBuf {
    match (path.strip_prefix("~"), env::var_os("HOME")) {
        (Ok(rest), Some(home)) => Path::new(&home).join(rest),
        _ => path,
    }
}

/// A mistake shown as the TOML reader shows its own: the line, a caret, what it is.
fn shown(text: &str, (span, message): &Wrong) -> String {
    let start = text[..span.start].rfind('\n').map_or(0, |at| at + 1);
    let end = text[span.start..].find('\n').map_or(text.len(), |at| span.start + at);
    let (line, column) = (text[..start].matches('\n').count() + 1, text[start..span.start].chars().count());
    let carets = "^".repeat(text[span.start..span.end.clamp(span.start, end)].chars().count().max(1));
    let (margin, indent) = (" ".repeat(line.to_string().len()), " ".repeat(column));
    let place = format!("line {line}, column {}", column + 1);
    format!("at {place}\n{margin} |\n{line} | {}\n{margin} | {indent}{carets}\n{message}", &text[start..end])
}

/// Why the settings could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file is there and cannot be read.
    #[error("the settings in {} cannot be read: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The file is no such TOML.
    #[error(
        "the settings in {} have a mistake:\n{message}\nMend that line, or move the file away to go on without it.",
        path.display()
    )]
    Mistake {
        /// The file.
        path: PathBuf,
        /// What and where, with the line and a caret.
        message: String,
    },
}

/// Where the file is: `$XDG_CONFIG_HOME/saywell/config.toml`, or `~/.config/saywell/config.toml`.
/// `None` without a home directory.
pub fn path() -> Option<PathBuf> {
    let absolute = |name: &str| env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let folder = absolute("XDG_CONFIG_HOME").or_else(|| absolute("HOME").map(|home| home.join(".config")))?;
    Some(folder.join("saywell").join("config.toml"))
}

/// Where one's own prompts are looked for: `prompts` beside the file.
pub fn prompts_folder() -> Option<PathBuf> {
    path().map(|path| path.with_file_name("prompts"))
}

/// The user's settings; the usual ones where there is no file.
///
/// # Errors
/// The file cannot be read, or has a mistake in it.
pub fn load() -> Result<Config, ConfigError> {
    path().map_or_else(|| Ok(Config::default()), |path| load_from(&path))
}

fn load_from(path: &Path) -> Result<Config, ConfigError> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            return Ok(Config::default());
        }
        Err(source) => return Err(ConfigError::Unreadable { path: path.to_owned(), source }),
    };
    let mistake = |message: String| ConfigError::Mistake { path: path.to_owned(), message };
    let file: File = toml::from_str(&text).map_err(|error| mistake(error.to_string().trim_end().to_owned()))?;
    file.config().map_err(|wrong| mistake(shown(&text, &wrong)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Config, ConfigError> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("config.toml");
        std::fs::write(&path, text).unwrap();
        load_from(&path)
    }

    #[test]
    fn no_file_and_an_empty_file_are_the_usual_settings() {
        assert_eq!(load_from(Path::new("/no/such/folder/config.toml")).unwrap(), Config::default());
        assert_eq!(read("").unwrap(), Config::default());
        assert_eq!(read("keep_days = 30").unwrap().keep_days, NonZeroU32::new(30));
        assert!(read("keep_days = 0").is_err(), "nobody means to keep nothing at all");
        assert_eq!(read("difficulty = \"hard\"\n").unwrap().difficulty, Some(Difficulty::Hard));
    }

    #[test]
    fn a_mistake_is_shown_with_its_line_and_what_is_allowed() {
        let error = read("hide_feedback = true\ndificulty = \"hard\"\n").unwrap_err().to_string();
        assert!(error.contains("line 2"), "{error}");
        assert!(error.contains("dificulty") && error.contains("`difficulty`"), "{error}");
        assert_eq!(read("country = \"uk\"\n").unwrap().country.map(Country::code), Some("GB"));
        let error = read("country = \"XX\"").unwrap_err().to_string();
        assert!(error.contains("line 1") && error.contains("findahelpline.com"), "{error}");
        let error = read("difficulty = \"brutal\"").unwrap_err().to_string();
        assert!(error.contains("gentle") && error.contains("line 1"), "{error}");
        assert!(read("difficulty = ").unwrap_err().to_string().contains('^'), "a caret points at the place");
    }

    #[test]
    fn servers_are_read() {
        let config = read(
            "counterpart = \"home\"\njudge = \"scripted\"\n\n[private]\nnames = [\"Jude\"]\n\n[servers.home]\n\
             base_url = \"http://localhost:11434/v1/\"\nmodel = \"tiny\"\ncontext = 8192\npatience = 200\n\n\
             [servers.cloud]\nbase_url = \"https://models.example/v1\"\nmodel = \"big\"\nkey_env = \"CLOUD_KEY\"\n\
             price_in = 0.15\nprice_out = 0.6\n",
        )
        .unwrap();
        assert_eq!((config.counterpart.as_deref(), config.judge), (Some("home"), None));
        let home = &config.servers["home"];
        assert_eq!((home.base_url.as_str(), home.context), ("http://localhost:11434/v1", Some(8192)));
        assert_eq!(home.limits.first.as_secs(), 200);
        let cloud = &config.servers["cloud"];
        assert_eq!((&cloud.key, cloud.price), (&Some(KeySource::Env("CLOUD_KEY".into())), Some((0.15, 0.6))));
        assert_eq!(config.private.names, ["Jude"]);
    }

    #[test]
    fn a_mistake_about_a_server_is_shown_in_its_line() {
        let server = "[servers.home]\nbase_url = \"http://localhost:1/v1\"\nmodel = \"tiny\"\n";
        for (text, line, says) in [
            (format!("counterpart = \"hoem\"\n{server}"), "line 1, column 15", "there is: home"),
            ("counterpart = \"home\"".to_owned(), "line 1", "[servers.home]"),
            (server.replace("http://localhost:1/v1", "localhost"), "line 2", "looks like http://"),
            (format!("{server}key_env = \"A\"\nkey_file = \"b\"\n"), "line 5", "not from both"),
            (format!("{server}context = 12\n"), "line 4", "at least 1024"),
            (format!("{server}key = \"sk-secret\"\n"), "line 4", "key_env"),
        ] {
            let error = read(&text).unwrap_err().to_string();
            assert!(error.contains(line) && error.contains(says) && error.contains('^'), "{error}");
        }
    }
}
