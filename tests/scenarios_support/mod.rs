//! A place to run `saywell scenarios` in, and the file that the guide comes to.

#![allow(dead_code, clippy::expect_used)]

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// The guide for writers.
pub const GUIDE: &str = include_str!("../../docs/writing-scenarios.md");

/// The whole file that the tutorial comes to.
pub fn small() -> &'static str {
    let part = GUIDE.split("### 8. The whole file").nth(1).expect("the last step");
    part.split("```yaml\n").nth(1).and_then(|rest| rest.split("```").next()).expect("the file")
}

/// A place to work in, with a home of its own.
pub struct Place(TempDir);

impl Place {
    pub fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    pub fn folder(&self) -> PathBuf {
        self.path().join("data/saywell/scenarios")
    }

    pub fn write(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(&path, text).expect("written");
        path
    }

    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_saywell"));
        command.current_dir(self.path()).arg("scenarios").args(args);
        command.env_clear().env("HOME", self.path()).env("XDG_DATA_HOME", self.path().join("data"));
        command
    }

    pub fn run(&self, args: &[&str]) -> Ran {
        Ran::of(self.command(args).stdin(Stdio::null()).output().expect("it runs"))
    }

    pub fn run_with(&self, args: &[&str], input: &[u8]) -> Ran {
        let mut child = self
            .command(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it runs");
        // It may leave before it has read everything.
        let _ = child.stdin.take().expect("an input").write_all(input);
        Ran::of(child.wait_with_output().expect("it ends"))
    }
}

/// What a run came to.
pub struct Ran {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Ran {
    pub fn of(output: Output) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
        let ran = Self {
            code: output.status.code().expect("an exit code"),
            out: text(output.stdout),
            err: text(output.stderr),
        };
        assert!(!ran.err.contains("panicked"), "{}", ran.err);
        ran
    }
}
