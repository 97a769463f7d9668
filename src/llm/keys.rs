//! Keys of servers: from a variable of the environment, or from a file that only its owner may read. Never from an
//! argument, where every user of the computer could see it.

use std::env;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use secrecy::SecretString;

use crate::store::paths::others_can_read;

/// Where a key comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeySource {
    /// This variable of the environment.
    Env(String),
    /// This file.
    File(PathBuf),
}

impl std::fmt::Display for KeySource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Env(name) => write!(f, "the variable {name}"),
            Self::File(path) => write!(f, "the file {}", path.display()),
        }
    }
}

/// Why there is no key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The variable is not set.
    #[error("the variable {0} is not set. Set it to the key")]
    NoVariable(String),
    /// The file cannot be read.
    #[error("the file {} cannot be read ({why}). Write the key into it", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        why: String,
    },
    /// Others may read the file.
    #[error("others may read the file {0}. Take that right away: chmod 600 {0}")]
    Open(String),
    /// What is there is no key.
    #[error("what {0} holds is no key: a key is one word of letters, digits and signs")]
    NotAKey(KeySource),
}

/// A longer file is no key.
const LONGEST: u64 = 16 * 1024;

impl KeySource {
    /// The key.
    ///
    /// # Errors
    /// It is not there, may be read by others, or is no key.
    pub fn read(&self) -> Result<SecretString, KeyError> {
        let text = match self {
            Self::Env(name) => env::var(name).map_err(|_| KeyError::NoVariable(name.clone()))?,
            Self::File(path) => read_file(path)?,
        };
        let key = text.trim();
        if key.is_empty() && matches!(self, Self::Env(_)) {
            return Err(KeyError::NoVariable(self.to_string().split(' ').next_back().unwrap_or_default().to_owned()));
        }
        if key.is_empty() || !key.chars().all(|c| c.is_ascii_graphic()) {
            return Err(KeyError::NotAKey(self.clone()));
        }
        Ok(key.into())
    }
}

fn read_file(path: &Path) -> Result<String, KeyError> {
    let failed = |error: io::Error| KeyError::Unreadable { path: path.to_owned(), why: error.kind().to_string() };
    let about = fs::metadata(path).map_err(failed)?;
    if !about.is_file() || about.len() > LONGEST {
        return Err(KeyError::NotAKey(KeySource::File(path.to_owned())));
    }
    if others_can_read(&about) {
        return Err(KeyError::Open(path.display().to_string()));
    }
    fs::read_to_string(path).map_err(failed)
}
