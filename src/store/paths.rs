//! Where the data lies: `SAYWELL_DATA`, else `XDG_DATA_HOME/saywell`, else `HOME/.local/share/saywell`; and files that
//! are their owner's alone.

use std::ffi::OsString;
use std::fs::{Metadata, OpenOptions};
use std::path::PathBuf;

use super::{Error, Result};

/// The name of the database in the data folder.
pub const DATABASE: &str = "saywell.db";

/// The data folder. It need not exist yet; the store makes it.
///
/// # Errors
/// [`Error::NoHome`] where the environment names none.
pub fn data_dir() -> Result<PathBuf> {
    data_dir_from(|name| std::env::var_os(name))
}

/// The data folder by the variables that `get` knows.
///
/// # Errors
/// [`Error::NoHome`] where they name none.
pub fn data_dir_from(get: impl Fn(&str) -> Option<OsString>) -> Result<PathBuf> {
    let named = |name: &str| get(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    if let Some(dir) = named("SAYWELL_DATA") {
        // A relative folder is the user's own word; it is fixed now, so that a later change of folder moves nothing.
        return std::path::absolute(&dir).map_err(|_| Error::NoHome);
    }
    // The XDG rule: a path that is not absolute is to be ignored.
    if let Some(dir) = named("XDG_DATA_HOME").filter(|dir| dir.is_absolute()) {
        return Ok(dir.join("saywell"));
    }
    let home = named("HOME").filter(|dir| dir.is_absolute()).ok_or(Error::NoHome)?;
    Ok(home.join(".local/share/saywell"))
}

/// The database in the data folder.
///
/// # Errors
/// [`Error::NoHome`] where the environment names no data folder.
pub fn database() -> Result<PathBuf> {
    Ok(data_dir()?.join(DATABASE))
}

/// Have a file that these options make be its owner's alone from the start.
pub fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options
}

/// Whether others than its owner have any right to a file.
#[cfg(unix)]
pub fn others_can_read(about: &Metadata) -> bool {
    std::os::unix::fs::PermissionsExt::mode(&about.permissions()) & 0o077 != 0
}

/// Where the system knows no such rights, nobody has them.
#[cfg(not(unix))]
pub fn others_can_read(_: &Metadata) -> bool {
    false
}
