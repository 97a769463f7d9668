//! What the program leaves on the disk: files that nobody else can read, and behind a passphrase nothing that can be read.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![cfg(unix)]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

const SCENE: &str = "sensitivity-lunch-colleague";
const SECRET: &str = "I ate alone again on Thursday";

/// The program, in a home of its own, started by a shell whose umask lets everybody read everything.
struct Home(tempfile::TempDir);

impl Home {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn run(&self, arguments: &[&str], typed: &str, set: &[(&str, &Path)]) -> Output {
        let home = self.0.path();
        let mut command = Command::new("sh");
        command.args(["-c", "umask 000; exec \"$0\" \"$@\"", env!("CARGO_BIN_EXE_saywell")]).args(arguments);
        command.env_clear().env("PATH", "/usr/bin:/bin").env("HOME", home).current_dir(home);
        command.env("XDG_DATA_HOME", home.join("data")).env("XDG_CONFIG_HOME", home.join("config"));
        command.env("XDG_STATE_HOME", home.join("state"));
        command.envs(set.iter().copied());
        // No terminal to ask on.
        let mut command = detached(command);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        std::io::Write::write_all(&mut child.stdin.take().unwrap(), typed.as_bytes()).unwrap();
        child.wait_with_output().unwrap()
    }

    fn ok(&self, arguments: &[&str], typed: &str, set: &[(&str, &Path)]) -> String {
        let output = self.run(arguments, typed, set);
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    fn refused(&self, arguments: &[&str], set: &[(&str, &Path)]) -> String {
        let output = self.run(arguments, "", set);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        String::from_utf8(output.stderr).unwrap()
    }

    fn passphrase(&self, name: &str, words: &str) -> PathBuf {
        let file = self.0.path().join(name);
        fs::write(&file, format!("{words}\n")).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
        file
    }

    fn everything(&self) -> Vec<PathBuf> {
        let mut found = Vec::new();
        let mut queue = vec![self.0.path().to_owned()];
        while let Some(folder) = queue.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    queue.push(path.clone());
                }
                found.push(path);
            }
        }
        found
    }

    fn holds(&self, word: &str) -> Vec<PathBuf> {
        let files = self.everything().into_iter().filter(|p| p.is_file());
        files.filter(|p| fs::read(p).unwrap().windows(word.len()).any(|w| w == word.as_bytes())).collect()
    }
}

/// The same without a controlling terminal, where the machine has `setsid`.
fn detached(command: Command) -> Command {
    let mut detached = Command::new("setsid");
    detached.arg("--wait").arg(command.get_program()).args(command.get_args());
    detached.env_clear();
    detached.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    if let Some(folder) = command.get_current_dir() {
        detached.current_dir(folder);
    }
    detached
}

fn rehearse(home: &Home, set: &[(&str, &Path)]) {
    let text = home.ok(&["play", SCENE, "--plain", "--seed", "7"], &format!("no\n{SECRET}.\n/quit\n"), set);
    assert!(text.contains("Kept."), "{text}");
}

#[test]
fn every_file_is_its_users_alone_whatever_the_umask() {
    let home = Home::new();
    rehearse(&home, &[]);
    home.ok(&["resume", "--plain"], "It hurt.\n/finish\n", &[]);
    home.ok(&["export", "--all", "all.jsonl"], "", &[]);
    home.ok(&["report", "--format", "html"], "", &[]);
    home.ok(&["report", "--format", "md", "--out", "mine.md"], "", &[]);
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let all = home.everything();
    assert!(all.iter().any(|p| p.ends_with("saywell.db")), "{all:?}");
    for path in all {
        // The folders above ours are made by us here as well, as nothing else has yet.
        let wanted = if path.is_dir() { 0o700 } else { 0o600 };
        assert_eq!(mode(&path), wanted, "{}", path.display());
    }
}

#[test]
fn a_passphrase_is_set_changed_and_taken_away() {
    let home = Home::new();
    rehearse(&home, &[]);
    assert_eq!(home.holds(SECRET).len(), 1);
    assert!(home.ok(&["lock", "--status"], "", &[]).starts_with("Not locked"));
    let (first, second) = (home.passphrase("first", "correct horse"), home.passphrase("second", "battery staple"));
    let text = home.ok(&["lock"], "", &[("SAYWELL_NEW_PASSPHRASE_FILE", &first)]);
    assert!(text.contains("Locked. Your words are encrypted"), "{text}");
    assert!(home.holds(SECRET).is_empty());
    assert!(home.holds(SCENE).is_empty());
    assert!(home.ok(&["lock", "--status"], "", &[]).starts_with("Locked"));

    let error = home.refused(&["resume", "--plain"], &[]);
    assert!(error.contains("is locked with a passphrase") && error.contains("SAYWELL_PASSPHRASE_FILE"), "{error}");
    let error = home.refused(&["resume", "--plain"], &[("SAYWELL_PASSPHRASE_FILE", &second)]);
    assert!(error.contains("that is not the passphrase of"), "{error}");
    assert!(!error.contains("battery"), "{error}");
    let text = home.ok(&["resume", "--plain"], "/quit\n", &[("SAYWELL_PASSPHRASE_FILE", &first)]);
    assert!(text.contains(SECRET), "{text}");

    let both: [(&str, &Path); 2] = [("SAYWELL_PASSPHRASE_FILE", &first), ("SAYWELL_NEW_PASSPHRASE_FILE", &second)];
    home.ok(&["lock", "--change"], "", &both);
    home.refused(&["resume", "--plain"], &[("SAYWELL_PASSPHRASE_FILE", &first)]);
    home.ok(&["lock", "--remove"], "", &[("SAYWELL_PASSPHRASE_FILE", &second)]);
    assert!(home.ok(&["resume", "--plain"], "/quit\n", &[]).contains(SECRET));
}

#[test]
fn doctor_tells_of_the_lock_and_of_the_lines_for_help() {
    let home = Home::new();
    rehearse(&home, &[]);
    let text = home.ok(&["doctor", "--offline"], "", &[("LC_ALL", Path::new("en_NZ.UTF-8"))]);
    assert!(text.contains("not locked") && text.contains("New Zealand"), "{text}");
    assert!(text.contains("the crisis lines were last checked on"), "{text}");
    home.ok(&["lock"], "", &[("SAYWELL_NEW_PASSPHRASE_FILE", &home.passphrase("first", "correct horse"))]);
    let text = home.ok(&["doctor", "--offline"], "", &[]);
    assert!(text.contains("locked: what was said is encrypted") && text.contains("could not be asked for"), "{text}");
}

#[test]
fn an_export_of_what_is_locked_says_that_it_is_not() {
    let home = Home::new();
    let first = home.passphrase("first", "correct horse");
    let known: &[(&str, &Path)] = &[("SAYWELL_PASSPHRASE_FILE", &first)];
    home.ok(&["lock"], "", &[("SAYWELL_NEW_PASSPHRASE_FILE", &first)]);
    rehearse(&home, known);
    assert!(home.holds(SECRET).is_empty());
    assert!(home.ok(&["export", "--all", "all.jsonl"], "", known).contains("the file is not encrypted"));
    let other = Home::new();
    let second = other.passphrase("second", "battery staple");
    other.ok(&["lock"], "", &[("SAYWELL_NEW_PASSPHRASE_FILE", &second)]);
    let file = home.0.path().join("all.jsonl").display().to_string();
    other.ok(&["import", &file], "", &[("SAYWELL_PASSPHRASE_FILE", &second)]);
    assert!(other.holds(SECRET).is_empty(), "what is taken in is sealed");
    assert!(other.ok(&["resume", "--plain"], "/quit\n", &[("SAYWELL_PASSPHRASE_FILE", &second)]).contains(SECRET));
}

#[test]
fn a_passphrase_that_is_short_or_lies_open_is_not_taken() {
    let home = Home::new();
    rehearse(&home, &[]);
    let short = home.passphrase("short", "7 chars");
    let error = home.refused(&["lock"], &[("SAYWELL_NEW_PASSPHRASE_FILE", &short)]);
    assert!(error.contains("fewer than 8 characters"), "{error}");
    let open = home.passphrase("open", "correct horse");
    fs::set_permissions(&open, fs::Permissions::from_mode(0o644)).unwrap();
    let error = home.refused(&["lock"], &[("SAYWELL_NEW_PASSPHRASE_FILE", &open)]);
    assert!(error.contains("others may read") && error.contains("chmod 600"), "{error}");
    assert!(home.ok(&["lock", "--status"], "", &[]).starts_with("Not locked"));
    assert_eq!(home.holds(SECRET).len(), 1);
}
