//! What the tests of everything after a rehearsal share: a home of one's own, and the program run in it.
#![allow(dead_code, reason = "each test program uses a part of it")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../program_support/mod.rs"]
mod program_support;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

pub use program_support::{err, feed, out};
use saywell::store::SqliteStore;
use tempfile::TempDir;

/// Scenarios that ask no question first.
pub const GRIEF: &str = "grief-mother-belongings";

/// A home folder that is deleted with the test.
pub struct Home(TempDir);

impl Home {
    pub fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    pub fn data(&self) -> PathBuf {
        self.path().join("data")
    }

    pub fn database(&self) -> PathBuf {
        self.data().join("saywell.db")
    }

    pub fn reports(&self) -> PathBuf {
        self.data().join("reports")
    }

    /// The settings file, with this in it.
    pub fn configure(&self, text: &str) {
        let folder = self.path().join("config/saywell");
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("config.toml"), text).unwrap();
    }

    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_saywell"));
        command.args(args).env_clear();
        command.env("HOME", self.path()).env("SAYWELL_DATA", self.data());
        command.env("XDG_CONFIG_HOME", self.path().join("config")).env("PATH", std::env::var_os("PATH").unwrap());
        command.env("TZ", "UTC");
        command
    }

    pub fn run(&self, args: &[&str], stdin: impl AsRef<[u8]>) -> Output {
        feed(self.command(args), stdin.as_ref())
    }

    /// Run it; it has to succeed. What it said.
    pub fn ok(&self, args: &[&str], stdin: &str) -> String {
        let output = self.run(args, stdin);
        assert!(output.status.success(), "{args:?}: {}{}", out(&output), err(&output));
        out(&output)
    }

    /// Run it; it has to fail with this exit code. What it said about it.
    pub fn fails(&self, code: i32, args: &[&str], stdin: &str) -> String {
        let output = self.run(args, stdin);
        assert_eq!(output.status.code(), Some(code), "{args:?}: {}{}", out(&output), err(&output));
        err(&output)
    }

    /// A rehearsal with these replies; its id.
    pub fn rehearse(&self, replies: &str) -> String {
        let said = self.ok(&["play", GRIEF, "--seed", "4", "--json"], replies);
        let first: serde_json::Value = serde_json::from_str(said.lines().next().unwrap()).unwrap();
        first["session"].as_str().unwrap().to_owned()
    }

    pub fn store(&self) -> SqliteStore {
        SqliteStore::open(self.database()).unwrap()
    }

    /// The files under a folder that hold these bytes.
    pub fn holding(&self, words: &str) -> Vec<PathBuf> {
        let mut queue = vec![self.path().to_owned()];
        let mut found = Vec::new();
        while let Some(path) = queue.pop() {
            if path.is_dir() {
                queue.extend(std::fs::read_dir(path).unwrap().map(|e| e.unwrap().path()));
            } else if let Ok(bytes) = std::fs::read(&path)
                && (bytes.windows(words.len()).any(|w| w == words.as_bytes()) || path.to_string_lossy().contains(words))
            {
                found.push(path);
            }
        }
        found
    }
}
