//! Plain mode from the outside: what a person, a pipe and a screen reader see, and what is left on disk.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod program_support;

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use program_support::{err, feed, out};
use tempfile::TempDir;

struct Home(TempDir);

impl Home {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_saywell"));
        command
            .args(args)
            .env_clear()
            .env("HOME", self.path())
            .env("XDG_DATA_HOME", self.path().join("data"))
            .env("XDG_CONFIG_HOME", self.path().join("config"));
        command
    }

    fn run(&self, args: &[&str], stdin: impl AsRef<[u8]>) -> Output {
        feed(self.command(args), stdin.as_ref())
    }

    fn json(&self, args: &[&str], stdin: &str) -> Vec<serde_json::Value> {
        let output = self.run(args, stdin);
        assert!(output.status.success(), "{}", err(&output));
        out(&output).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

const GRIEF: &str = "grief-mother-belongings";
const CHORES: &str = "dispute-partner-chores";

#[test]
fn a_person_picks_a_situation_by_its_number_and_is_answered() {
    let home = Home::new();
    let output = home.run(&[], "1\nHi Rhian\n/finish\n");
    let text = out(&output);
    assert!(output.status.success(), "{}", err(&output));
    assert!(text.contains("not therapy"), "said once, at the first run");
    let title = text.find("Clearing your mother's house").unwrap();
    let situation = text.find("Treorchy").unwrap();
    let reply = text.find("You: Hi Rhian").unwrap();
    let summary = text.find("How it went").unwrap();
    assert!(title < situation && situation < reply && reply < summary);
    assert!(text[reply..summary].contains("\nCoach: ") && text[reply..summary].contains("\nRhian: "));
    assert!(!out(&home.run(&[], "/quit\n")).contains("not therapy"), "and not again at the second");
}

#[test]
fn the_feedback_holds_no_number_no_control_character_and_no_box() {
    let home = Home::new();
    let replies = "You never help with anything.\nI felt sad when I saw the machine had gone.\n/why\n/takes\n/hint\n";
    let text = out(&home.run(&["play", GRIEF, "--seed", "4"], replies));
    assert!(!text.contains('\u{1b}') && !text.chars().any(|c| ('\u{2500}'..='\u{259f}').contains(&c)));
    let coach: Vec<&str> = text.lines().filter(|l| l.starts_with("Coach: ")).collect();
    assert!(coach.len() >= 2);
    for line in coach {
        assert!(!line.contains(|c: char| c.is_ascii_digit()), "{line}");
    }
}

#[test]
fn the_same_seed_and_replies_give_the_same_talk() {
    let home = Home::new();
    let replies = "Hello\nWhy the rush?\nI miss her.\n\n...\nok\n";
    let args = ["play", GRIEF, "--seed", "11", "--no-save"];
    assert_eq!(out(&home.run(&args, replies)), out(&home.run(&args, replies)));
}

#[test]
fn going_back_keeps_the_earlier_attempt_and_resume_goes_on() {
    let home = Home::new();
    let said = "You never ask me.\n/back\nCould we do the photos together on Sunday?\n/takes\n";
    let text = out(&home.run(&["play", GRIEF, "--seed", "4"], said));
    assert!(text.contains("Attempt 1:") && text.contains("Attempt 2 (this one):"), "{text}");
    assert!(text.contains("saywell resume"));
    let text = out(&home.run(&["resume"], "/takes\n/takes 1\n/quit\n"));
    assert!(text.contains("Going on with: Clearing your mother's house"), "{text}");
    assert!(text.contains("You: Could we do the photos together on Sunday?"), "the present take is shown");
    assert!(text.contains("Attempt 1:"), "and the other is still there");
}

#[test]
fn json_events_are_numbered_and_rebuild_the_talk() {
    let home = Home::new();
    let events = home.json(&["play", GRIEF, "--json", "--seed", "4"], "Hi\n/back\nHow are you?\n/finish\n");
    let stored: Vec<&serde_json::Value> = events.iter().filter(|e| e.get("seq").is_some()).collect();
    for (n, event) in stored.iter().enumerate() {
        assert_eq!(event["seq"], n as u64 + 1);
    }
    let kinds: Vec<&str> = events.iter().map(|e| e["event"].as_str().unwrap()).collect();
    let wanted = [
        "started",
        "counterpart_said",
        "user_said",
        "analysed",
        "moved",
        "counterpart_said",
        "went_back",
        "user_said",
        "analysed",
        "moved",
        "counterpart_said",
        "finished",
        "summary",
    ];
    assert_eq!(kinds, wanted);
    assert_eq!(events[2]["text"], "Hi");
    assert_eq!(events[7]["parent"], events[2]["parent"], "the second try answers the same line");
}

#[test]
fn every_odd_kind_of_reply_is_answered_in_character() {
    let home = Home::new();
    let long = "and then I said to her that ".repeat(430);
    let replies = format!(
        "no\nhi\nwhat do you want?\nthanks\nsorry, that was unfair of me\n\nok\nok\n{long}\n\
         quiero hablar contigo de esto, por favor, no puedo\nasdkjh qwlkjd zxmcnb\n\u{1f622}\n"
    );
    let events = home.json(&["play", CHORES, "--json", "--seed", "2"], &replies);
    let lines: Vec<&str> =
        events.iter().filter(|e| e["event"] == "counterpart_said").map(|e| e["text"].as_str().unwrap()).collect();
    let replies = events.iter().filter(|e| e["event"] == "user_said").count();
    assert_eq!(lines.len(), replies + 1);
    let mut unique = lines.clone();
    unique.sort_unstable();
    unique.dedup();
    assert_eq!(unique.len(), lines.len(), "a line was said twice: {lines:#?}");
    let acts: Vec<String> =
        events.iter().filter(|e| e["event"] == "moved").map(|e| e["step"]["acts"].to_string()).collect();
    for act in
        ["greeting", "question", "thanks", "apology", "silence", "one_word", "repeat", "long", "foreign", "gibberish"]
    {
        assert!(acts.iter().any(|a| a.contains(&format!("\"{act}\""))), "no {act} in {acts:?}");
    }
}

#[test]
fn a_dangerous_scene_is_not_begun_and_nothing_is_kept() {
    let home = Home::new();
    for answer in ["yes", "unsure"] {
        let text = out(&home.run(&["play", CHORES], format!("{answer}\nYou never help.\n")));
        assert!(text.contains("findahelpline.com"), "{text}");
        assert!(!text.contains("Alex:"), "the scene must not begin");
    }
    let output = home.run(&["resume"], "");
    assert_eq!(output.status.code(), Some(1));
    assert!(err(&output).contains("no rehearsal"), "{}", err(&output));
}

#[test]
fn a_safety_signal_stops_the_scene_and_is_not_scored() {
    let home = Home::new();
    let said = "I want to kill myself.\nwell?\nI am safe\nI was in a dark place. I miss her.\n";
    let text = out(&home.run(&["play", GRIEF, "--seed", "3"], said));
    let stop = text.find("I'm stopping the scene here. Rhian was only a role").expect(&text);
    let help = text.find("988").unwrap();
    assert!(stop < help);
    let answered = text[stop..].find("\nRhian: ").expect("after the words 'I am safe' the scene goes on");
    assert!(text[stop..].find("I am safe").unwrap() < answered);
    let events = home.json(&["play", GRIEF, "--json"], "I want to kill myself.\n/finish\n");
    assert!(events.iter().any(|e| e["event"] == "safety_stopped" && e["certain"] == true));
    assert!(!events.iter().any(|e| e["event"] == "analysed" || e["event"] == "moved"), "nothing is scored");
}

#[test]
fn an_unknown_id_names_the_nearest_and_is_wrong_usage() {
    let home = Home::new();
    let output = home.run(&["play", "grief-mothers"], "");
    assert_eq!(output.status.code(), Some(2));
    assert!(err(&output).contains(GRIEF), "{}", err(&output));
    let output = home.run(&["plya"], "");
    assert_eq!(output.status.code(), Some(2));
    assert!(err(&output).contains("play"), "{}", err(&output));
    let output = home.run(&["play", GRIEF, "--difficulty", "brutal"], "");
    assert_eq!(output.status.code(), Some(2));
    assert!(err(&output).contains("gentle, moderate, hard"), "{}", err(&output));
    let output = home.run(&["resume", "nope"], "");
    assert_eq!(output.status.code(), Some(1), "{}", err(&output));
}

#[test]
fn binary_input_is_refused_and_what_was_said_before_is_kept() {
    let home = Home::new();
    let output = home.run(&["play", GRIEF], b"Hello Rhian\n\0\x01\x02\xff\n");
    assert_eq!(output.status.code(), Some(1));
    assert!(err(&output).contains("not text"), "{}", err(&output));
    assert!(out(&home.run(&["resume"], "")).contains("You: Hello Rhian"));
}

#[test]
fn an_old_encoding_and_a_huge_paste_lose_nothing() {
    let home = Home::new();
    let mut input = b"caf\xe9 after this?\n".to_vec();
    input.extend(std::iter::repeat_n(b'x', 1_000_000));
    input.extend(b"\nstill here\n");
    let output = home.run(&["play", GRIEF], &input);
    let text = out(&output);
    assert!(output.status.success());
    assert!(text.contains("You: caf\u{e9} after this?"), "Latin-1 is read as what it is");
    assert!(text.contains("was not said") && text.contains("You: still here"));
}

#[test]
fn a_broken_settings_file_is_shown_with_its_line() {
    let home = Home::new();
    let folder = home.path().join("config/saywell");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("config.toml"), "difficulty = \"hrad\"\n").unwrap();
    let output = home.run(&["play", GRIEF], "");
    assert_eq!(output.status.code(), Some(1));
    let message = err(&output);
    assert!(message.contains("config.toml") && message.contains("line 1") && message.contains("hard"), "{message}");
}

#[test]
fn no_home_folder_is_explained_and_practice_without_saving_works() {
    let home = Home::new();
    let mut command = home.command(&["play", GRIEF]);
    command.env_remove("HOME").env_remove("XDG_DATA_HOME").env_remove("XDG_CONFIG_HOME");
    let output = feed(command, b"");
    assert_eq!(output.status.code(), Some(1));
    assert!(err(&output).contains("XDG_DATA_HOME") || err(&output).contains("HOME"), "{}", err(&output));
    let mut command = home.command(&["play", GRIEF, "--no-save"]);
    command.env_remove("HOME").env_remove("XDG_DATA_HOME").env_remove("XDG_CONFIG_HOME");
    let output = feed(command, b"Hi Rhian\n");
    assert!(output.status.success(), "{}", err(&output));
    assert!(out(&output).contains("You: Hi Rhian"));
}

#[test]
fn a_closed_pipe_is_a_quiet_end() {
    let home = Home::new();
    let mut command = home.command(&["play", GRIEF]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let mut stdin = child.stdin.take().unwrap();
    for _ in 0..50 {
        if stdin.write_all(b"Hello there, how are you today?\n").is_err() {
            break;
        }
    }
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
    assert_eq!(err(&output), "");
}

#[test]
fn a_reply_that_cannot_be_stored_is_given_back() {
    let home = Home::new();
    // A first run makes the database; then the folder is taken away under a running rehearsal's successor.
    home.run(&["play", GRIEF], "Hello\n");
    let database = home.path().join("data/saywell");
    let file = std::fs::read_dir(&database)
        .unwrap()
        .map(|e| e.unwrap().path())
        .find(|p| p.extension().is_some_and(|e| e == "db"))
        .unwrap();
    std::fs::write(&file, "this is no database, it only looks like one from far away".repeat(200)).unwrap();
    let output = home.run(&["resume"], "I will lose this\n");
    assert_ne!(output.status.code(), Some(101), "no panic: {}", err(&output));
    assert!(!err(&output).contains("panicked"));
}

#[test]
fn nothing_from_a_scenario_reaches_the_terminal_as_a_control_sequence() {
    let home = Home::new();
    let folder = home.path().join("mine");
    std::fs::create_dir(&folder).unwrap();
    let text =
        std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios").join(format!("{GRIEF}.yaml")))
            .unwrap();
    let text = text.replacen("id: grief-mother-belongings", "id: evil", 1).replacen(
        "title: ",
        "title: \"\\e]0;owned\\a\\u202e\" #",
        1,
    );
    std::fs::write(folder.join("evil.yaml"), text).unwrap();
    let folder = folder.to_str().unwrap();
    for args in [
        vec!["--scenarios", folder, "scenarios", "list"],
        vec!["--scenarios", folder, "play", "evil"],
        vec!["--scenarios", folder],
    ] {
        let output = home.run(&args, "hello\n");
        for bytes in [&output.stdout, &output.stderr] {
            let text = String::from_utf8_lossy(bytes);
            assert!(!text.contains(['\u{1b}', '\u{7}', '\u{202e}']), "{args:?}: {text:?}");
        }
    }
}
