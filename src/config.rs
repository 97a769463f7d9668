//! The user's settings file, `saywell/config.toml` in the configuration folder. All of it is optional.

use std::env;
use std::io;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::safety::Country;
use crate::scenario::Difficulty;

/// What the file may say. Arguments of a command go before it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// How hard the other makes it: `gentle`, `moderate` or `hard`.
    pub difficulty: Option<Difficulty>,
    /// Say nothing about the replies before the end.
    pub hide_feedback: bool,
    /// The country whose lines for help are shown, such as `IE`; the language setting says it otherwise.
    pub country: Option<Country>,
    /// A folder with one's own situations, instead of the usual one. `~/` stands for the home directory.
    pub scenarios: Option<PathBuf>,
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
    let mut config: Config = toml::from_str(&text).map_err(|error| ConfigError::Mistake {
        path: path.to_owned(),
        message: error.to_string().trim_end().to_owned(),
    })?;
    if let Some(rest) = config.scenarios.as_ref().and_then(|p| p.strip_prefix("~").ok())
        && let Some(home) = env::var_os("HOME")
    {
        config.scenarios = Some(Path::new(&home).join(rest));
    }
    Ok(config)
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
}
