//! `saywell scenarios` as a person meets it: what the checks say and where, what the exit codes are, and that no file
//! can make the program fall over or the terminal obey it.

// The lint's own exception covers functions marked as tests, and not what they share.
#![allow(clippy::expect_used)]

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use saywell::scenario::Code;
use tempfile::TempDir;

const GUIDE: &str = include_str!("../docs/writing-scenarios.md");

/// The whole file that the tutorial comes to.
fn small() -> &'static str {
    let part = GUIDE.split("### 8. The whole file").nth(1).expect("the last step");
    part.split("```yaml\n").nth(1).and_then(|rest| rest.split("```").next()).expect("the file")
}

/// A place to work in, with a home of its own.
struct Place(TempDir);

impl Place {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn folder(&self) -> PathBuf {
        self.path().join("data/saywell/scenarios")
    }

    fn write(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(&path, text).expect("written");
        path
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_saywell"));
        command.current_dir(self.path()).arg("scenarios").args(args);
        command.env_clear().env("HOME", self.path()).env("XDG_DATA_HOME", self.path().join("data"));
        command
    }

    fn run(&self, args: &[&str]) -> Ran {
        Ran::of(self.command(args).stdin(Stdio::null()).output().expect("it runs"))
    }

    fn run_with(&self, args: &[&str], input: &[u8]) -> Ran {
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

struct Ran {
    code: i32,
    out: String,
    err: String,
}

impl Ran {
    fn of(output: Output) -> Self {
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

/// One mistake: what is put in the place of what. `§` stands where the caret should point; at `✂` the file ends.
struct Mistake {
    code: Code,
    edits: &'static [(&'static str, &'static str)],
}

const fn mistake(code: Code, edits: &'static [(&'static str, &'static str)]) -> Mistake {
    Mistake { code, edits }
}

const TALK: &str = "This is a line that goes on and on and on and on, because whoever wrote it had more to say than \
                    anybody would sit through on a staircase on a Sunday afternoon with a tram to catch and a heavy \
                    case in one hand and a letter in the other, don't you think";

/// At least one for each code; S001, which is not about what a file says, has tests of its own.
const MISTAKES: &[Mistake] = &[
    mistake(Code::Syntax, &[("goal: Get some", "goal: Get§: some")]),
    mistake(Code::Syntax, &[("minutes: 8", "minutes: 8\n§\tstage: impasse")]),
    mistake(Code::Syntax, &[("title: Asking", "title: §\"Asking"), ("\"", "'"), ("§'", "§\"")]),
    mistake(Code::NotAScenario, &[("format: 1", "§- just\n- a list\n✂")]),
    mistake(Code::UnknownKey, &[("minutes: 8", "§minuts: 8")]),
    mistake(Code::UnknownKey, &[("{ any: [indirect] }", "{ §anny: [indirect] }")]),
    mistake(
        Code::WrongType,
        &[("skills: [i_statement, be_specific, direct_request, persist_repair]", "skills: §timing")],
    ),
    mistake(Code::WrongType, &[("minutes: 8", "minutes: §soon")]),
    mistake(
        Code::Missing,
        &[("format: 1", "§format: 1"), ("title: Asking the neighbour upstairs about the trumpet\n", "")],
    ),
    mistake(
        Code::Missing,
        &[
            ("id: settled", "id: §settled"),
            ("    enters:\n      - \"Ten o'clock, done. And knock on the ceiling if I forget, okay?\"\n", ""),
        ],
    ),
    mistake(Code::BadValue, &[("difficulty: gentle", "difficulty: §easy")]),
    mistake(Code::BadValue, &[("threat_demand: 3", "threat_demand: §9")]),
    mistake(Code::BadValue, &[("id: late-trumpet", "id: §Late Trumpet")]),
    mistake(Code::DuplicateKey, &[("minutes: 8", "minutes: 8\n§minutes: 9")]),
    mistake(Code::DuplicateId, &[("- id: ask\n", "- id: §own_side\n")]),
    mistake(Code::ControlCharacter, &[("Sunday afternoon", "Sunday§\u{202e} afternoon")]),
    mistake(Code::ControlCharacter, &[("\"Wow. Hello to you too.\"", "§\"Wow. \\e[2JHello.\"")]),
    mistake(Code::UnreachableState, &[("- id: gone", "- id: §gone"), ("to: gone", "to: breezy")]),
    mistake(
        Code::DeadEnd,
        &[(
            "- id: gone\n    end: walked_away",
            "- id: §gone\n    stance: leaves\n    reactions: [{ say: [\"Bye.\"] }]",
        )],
    ),
    mistake(Code::NoGoodEnding, &[("states:", "§states:"), ("end: good\n", "end: partial\n")]),
    mistake(
        Code::NoWayBack,
        &[
            ("- id: stung", "- id: §stung"),
            (
                "- { to: breezy, when: { any: [apology, persist_repair, perspective, timing] }, because: you took the sting out }",
                "",
            ),
        ],
    ),
    mistake(
        Code::EndlessCycle,
        &[
            ("- id: stung", "- id: §stung"),
            ("to: gone", "to: sulks"),
            (
                "- { to: breezy, when: { any: [apology, persist_repair, perspective, timing] }, because: you took the sting out }",
                "",
            ),
            (
                "  - id: listening",
                "  - { id: sulks, stance: sulks, go: [{ to: stung }], reactions: [{ say: [\"Pff.\"] }] }\n  - id: listening",
            ),
        ],
    ),
    mistake(Code::UnknownSignal, &[("softened_by: { i_statement", "softened_by: { §i_statment")]),
    mistake(Code::UnknownSignal, &[("{ any: [indirect] }", "{ any: [§reflection] }")]),
    mistake(Code::UnknownName, &[("to: settled", "to: §setled")]),
    mistake(
        Code::TooFewLines,
        &[("- id: stung", "- id: §stung"), ("          - \"I heard you the first time.\"\n", "")],
    ),
    mistake(Code::EmptySlot, &[("\"Wow. Hello to you too.\"", "§\"{request}? Wow.\"")]),
    mistake(Code::EmptySlot, &[("\"Oh, hi.", "§\"{event}? Oh, hi.")]),
    mistake(Code::UnknownSlot, &[("\"Wow. Hello to you too.\"", "§\"{ask}? Wow.\"")]),
    mistake(Code::LockedForEver, &[("- id: audition", "- id: §audition"), ("told_when", "# told_when")]),
    mistake(Code::LockedForEver, &[("told_when: { trust", "§told_when: { told: [audition], trust")]),
    mistake(
        Code::CannotBeMet,
        &[("{ all: [direct_request] }\n\nopening", "{ all: [§direct_request], none: [direct_request] }\n\nopening")],
    ),
    mistake(Code::MissingSafety, &[("format: 1", "§format: 1"), ("safety: { screen: false }", "")]),
    mistake(
        Code::NoDefault,
        &[
            ("- id: stung", "- id: §stung"),
            (
                "      - say:\n          - \"I've lived",
                "      - when: { any: [thanks] }\n        say:\n          - \"I've lived",
            ),
        ],
    ),
    mistake(Code::SameLineTwice, &[("\"Is it worse in the bedroom?\"", "§\"I'm late, for the tram but go on!\"")]),
    mistake(Code::NeverHolds, &[("{ here: \">= 2\", any: [blame", "{ trust: §\">= 12\", any: [blame")]),
    mistake(Code::NeverUsed, &[("mentions: [trumpet, music", "mentions: [trumpet, §co-worker")]),
    mistake(Code::FewTests, &[("tests:\n", "§tests: []\n✂")]),
    mistake(
        Code::GivesAway,
        &[(
            "\"Nice to run into you, by the way. We never do.\"",
            "§\"I'm nervous, I've got an audition on the ninth.\"",
        )],
    ),
    mistake(Code::TooLong, &[("\"Wow. Hello to you too.\"", "§\"TALK\"")]),
    mistake(Code::WeakExample, &[("strong: \"I felt exhausted", "strong: §\"You are a pain. Nobody was exhausted")]),
    mistake(Code::NeverUsed, &[("    end: walked_away\n", "    end: walked_away\n    §go: [{ to: breezy }]\n")]),
];

/// The broken file, and the line and column that `§` stood at.
fn broken(mistake: &Mistake) -> (String, String) {
    let mut text = small().to_owned();
    for (from, to) in mistake.edits {
        assert!(text.contains(from), "{:?}: {from:?} is not there", mistake.code);
        text = if *from == "\"" { text.replace(from, to) } else { text.replacen(from, &to.replace("TALK", TALK), 1) };
    }
    text.truncate(text.find('✂').unwrap_or(text.len()));
    let at = text.find('§').expect("a mark");
    let line = text[..at].matches('\n').count() + 1;
    let column = text[..at].chars().rev().take_while(|c| *c != '\n').count() + 1;
    (text.replace('§', ""), format!("{line}:{column}"))
}

#[test]
fn every_mistake_is_found_where_it_is() {
    let place = Place::new();
    for mistake in MISTAKES {
        let (text, at) = broken(mistake);
        place.write("broken.yaml", &text);
        let ran = place.run(&["check", "broken.yaml"]);
        let code = mistake.code.as_str();
        let error = mistake.code.severity() == saywell::scenario::Severity::Error;
        let kind = if error { "error" } else { "warning" };
        let wanted = format!("broken.yaml:{at}: {kind}[{code}]: ");
        let line = ran.out.lines().find(|line| line.starts_with(&wanted));
        assert!(line.is_some(), "{:?}: no {wanted} in\n{}", mistake.edits, ran.out);
        assert_eq!(ran.code, if error { 3 } else { 0 }, "{code}\n{}", ran.out);
        let help = ran.out.split(&wanted).nth(1).and_then(|rest| rest.split("\n\n").next()).unwrap_or_default();
        assert!(help.contains("help: "), "{code} says nothing of how to mend it:\n{help}");
        assert!(ran.out.is_ascii() || mistake.code == Code::ControlCharacter, "{}", ran.out);
    }
}

#[test]
fn every_code_has_a_mistake_here_and_a_line_in_the_guide() {
    for code in Code::ALL {
        assert!(
            *code == Code::Unreadable || MISTAKES.iter().any(|mistake| mistake.code == *code),
            "{} has no test",
            code.as_str()
        );
        assert!(GUIDE.contains(&format!("| {} |", code.as_str())), "{} is not in the guide", code.as_str());
    }
}

/// Most mistakes are one mistake: nothing else is said about them.
#[test]
fn one_mistake_is_reported_once() {
    let place = Place::new();
    let cascades = [
        // What is missing or named twice is missed or doubled elsewhere as well.
        Code::DuplicateId,
        Code::EndlessCycle,
        Code::NoWayBack,
        Code::UnreachableState,
        Code::DeadEnd,
        Code::NoGoodEnding,
        Code::BadValue,
        Code::ControlCharacter,
        Code::NeverHolds,
        Code::WeakExample,
    ];
    for mistake in MISTAKES.iter().filter(|m| !cascades.contains(&m.code)) {
        let (text, _) = broken(mistake);
        place.write("broken.yaml", &text);
        let ran = place.run(&["check", "broken.yaml"]);
        let said = ran.out.lines().filter(|line| line.starts_with("broken.yaml:")).count();
        assert_eq!(said, 1, "{:?}\n{}", mistake.code, ran.out);
    }
}

#[test]
fn the_guide_ends_in_a_clean_file_that_plays_as_written() {
    let place = Place::new();
    place.write("late-trumpet.yaml", small());
    let ran = place.run(&["check", "late-trumpet.yaml"]);
    assert_eq!((ran.code, ran.out.as_str()), (0, "Checked 1 file: nothing is wrong.\n"));
    let ran = place.run(&["test", "late-trumpet.yaml"]);
    assert_eq!((ran.code, ran.out.as_str()), (0, "3 playthroughs of 1 file came out as written.\n"));
    let ran = place.run(&["check", "/dev/null"]);
    assert_ne!(ran.code, 0);
    place.write("late-trumpet.yaml", "");
    let said = place.run(&["check", "late-trumpet.yaml"]).out;
    for line in said.lines().take(2) {
        assert!(GUIDE.contains(line.trim()), "the guide shows something else than {line:?}");
    }
}

#[test]
fn everything_is_reported_at_once_and_in_order() {
    let place = Place::new();
    let text = small()
        .replace("minutes: 8", "minuts: 8")
        .replace("difficulty: gentle", "difficulty: easy")
        .replace("to: settled", "to: setled")
        .replace("skills: [i_statement,", "skills: [i_statment,")
        .replace("\"Wow. Hello to you too.\"", "\"{ask}? Hello.\"");
    place.write("a.yaml", &text);
    place.write("b.yaml", "id: [");
    let ran = place.run(&["check", "a.yaml", "b.yaml", "c.yaml"]);
    assert_eq!(ran.code, 3);
    let codes: Vec<&str> = ran
        .out
        .lines()
        .filter(|line| line.contains(".yaml:"))
        .filter_map(|line| line.split('[').nth(1).and_then(|rest| rest.split(']').next()))
        .collect();
    assert_eq!(codes, ["S104", "S101", "S206", "S210", "S207", "S002", "S001"], "{}", ran.out);
    assert_eq!(ran.out.lines().last(), Some("Checked 3 files: 7 errors."));
}

#[test]
fn two_files_with_one_id_are_told_of_each_other() {
    let place = Place::new();
    place.write("mine/a.yaml", small());
    place.write("mine/b.yaml", small());
    place.write("mine/.hidden.yaml", "[");
    place.write("mine/notes.txt", "[");
    let ran = place.run(&["check", "mine"]);
    assert_eq!(ran.code, 3);
    assert!(
        ran.out.contains("mine/b.yaml:2:5: error[S106]: the id 'late-trumpet' stands in mine/a.yaml too"),
        "{}",
        ran.out
    );
    assert!(ran.out.ends_with("Checked 2 files: 1 error.\n"), "{}", ran.out);
}

#[test]
fn files_that_are_none_are_said_to_be_none() {
    let place = Place::new();
    place.write("five-mb.yaml", format!("{}{}", small(), "# x\n".repeat(1_300_000)));
    place.write("binary.yaml", [0x7f, b'E', b'L', b'F', 0, 1, 2, 255]);
    place.write("latin1.yaml", b"format: 1\ntitle: caf\xe9\n");
    fs::create_dir(place.path().join("folder.yaml")).expect("a folder");
    for (file, what) in [
        ("five-mb.yaml", "a scenario has at most 1000000"),
        ("binary.yaml", "this is no text file"),
        ("latin1.yaml", "not in UTF-8: line 2"),
        ("missing.yaml", "there is no such file"),
    ] {
        let ran = place.run(&["check", file]);
        assert_eq!(ran.code, 3, "{file}");
        assert!(ran.out.starts_with(&format!("{file}:1:1: error[S001]: ")), "{}", ran.out);
        assert!(ran.out.contains(what) && ran.out.contains("help: "), "{}", ran.out);
        assert_eq!(place.run(&["test", file]).code, 3, "{file}");
        assert_eq!(place.run(&["graph", file]).code, 1, "{file}");
    }
    let ran = place.run(&["check", "folder.yaml"]);
    assert_eq!((ran.code, ran.out.as_str()), (0, "There are no scenario files here.\n"));
}

#[cfg(unix)]
#[test]
fn a_pipe_that_nobody_writes_to_is_not_waited_for() {
    let place = Place::new();
    let pipe = place.path().join("pipe.yaml");
    assert!(Command::new("mkfifo").arg(&pipe).status().expect("mkfifo").success());
    let ran = place.run(&["check", "pipe.yaml"]);
    assert!(ran.code == 3 && ran.out.contains("no ordinary file"), "{}", ran.out);
}

#[test]
fn hostile_files_end_in_a_message_and_soon() {
    let place = Place::new();
    let bomb: String = (b'b'..b'k')
        .map(|c| format!("{0}: &{0} [{1}]\n", char::from(c), vec![format!("*{}", char::from(c - 1)); 9].join(", ")))
        .collect();
    let many = |what: &str| format!("format: 1\nstates:\n{}", what.repeat(300_000 / what.len()));
    let files = [
        "[".repeat(200_000),
        "- ".repeat(100_000),
        "a:\n".repeat(100_000),
        format!("a: &a [x]\n{bomb}"),
        many("  - { id: a, go: [{ to: a }] }\n"),
        many("  - \"\\e\"\n"),
        format!("format: 1\nopening:\n{}", "  - \"{x} {y\"\n".repeat(10_000)),
        format!("situation: \"{}\"\n", "\u{202e}x".repeat(50_000)),
        format!("id: {}\n", "x".repeat(300_000)),
        "\u{feff}\u{feff}format: 1\n".to_owned(),
        "? [a, b]\n: c\n".to_owned(),
        "!!binary x: 1\n".to_owned(),
    ];
    for (n, text) in files.iter().enumerate() {
        place.write("hostile.yaml", text);
        let before = std::time::Instant::now();
        let ran = place.run(&["check", "hostile.yaml"]);
        assert_eq!(ran.code, 3, "file {n}");
        assert!(ran.out.starts_with("hostile.yaml:"), "file {n}");
        assert!(before.elapsed().as_secs() < 60, "file {n} took {:?}", before.elapsed());
    }
}

#[test]
fn nothing_in_a_file_reaches_the_terminal_as_a_command() {
    let place = Place::new();
    let nasty = "\\e]0;x\\a\\u009b31m\\u202e\\r";
    let text = small()
        .replace("title: Asking the", &format!("title: \"{nasty}Asking\"\n#"))
        .replace("stance: ashamed, and", &format!("stance: \"{nasty}\"\n#"))
        .replace("to: settled", &format!("to: \"{nasty}\""))
        .replace("name: a telling-off makes him bristle", &format!("name: \"{nasty}\""))
        .replace("Sunday afternoon", "Sunday \u{202e}\u{200b} afternoon");
    fs::create_dir_all(place.folder()).expect("a folder");
    fs::write(place.folder().join("nasty\u{1b}[2J.yaml"), text).expect("written");
    for args in [
        &["list"][..],
        &["show", "late-trumpet"],
        &["show", "late-trumpet", "--source"],
        &["check"],
        &["test"],
        &["graph", "late-trumpet"],
        &["graph", "\u{1b}[2J"],
        &["show", "\u{1b}]0;x\u{7}"],
    ] {
        let ran = place.run(args);
        for text in [&ran.out, &ran.err] {
            let bad = text
                .chars()
                .find(|c| (c.is_control() && !matches!(c, '\n' | '\t')) || ('\u{202a}'..='\u{202e}').contains(c));
            assert_eq!(bad, None, "{args:?}: {text:?}");
        }
    }
}

#[test]
fn the_exit_code_says_what_went_wrong() {
    let place = Place::new();
    place.write("ok.yaml", small());
    place.write("bad.yaml", "id: [");
    assert_eq!(place.run(&["check", "ok.yaml"]).code, 0);
    assert_eq!(place.run(&["check", "bad.yaml"]).code, 3);
    assert_eq!(place.run(&["test", "bad.yaml"]).code, 3);
    assert_eq!(place.run(&["graph", "bad.yaml"]).code, 1);
    assert_eq!(place.run(&["show", "nothing-like-it"]).code, 2);
    assert_eq!(place.run(&["chekc"]).code, 2);
    assert_eq!(place.run(&["list", "--scenarios", "no/such/folder"]).code, 2);
    assert_eq!(place.run(&["list", "--scenarios", "ok.yaml"]).code, 2);
    let text = small().replace("expect: { state: stung, not_skills", "expect: { state: breezy, not_skills");
    place.write("other.yaml", text);
    let ran = place.run(&["test", "other.yaml"]);
    assert_eq!(ran.code, 3);
    assert!(ran.out.contains("failed: 'a telling-off makes him bristle' came out otherwise"), "{}", ran.out);
    assert!(
        ran.out.contains("expected the state 'breezy'") && ran.out.contains("Priya: You're so selfish."),
        "{}",
        ran.out
    );
    assert!(ran.out.ends_with("1 of 3 playthroughs came out otherwise than written.\n"), "{}", ran.out);
}

#[test]
fn an_unknown_id_is_met_with_the_nearest_names() {
    let place = Place::new();
    place.write("data/saywell/scenarios/t.yaml", small());
    for wanted in ["late-trumpt", "Late Trumpet", "trumpet"] {
        let ran = place.run(&["show", wanted]);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""));
        assert!(ran.err.contains("did you mean 'late-trumpet'?"), "{}", ran.err);
    }
    assert!(place.run(&["graph", "zzzz"]).err.contains("`saywell scenarios list` shows them all"));
}

#[test]
fn the_list_has_the_built_in_ones_and_the_users() {
    let place = Place::new();
    let built_in = saywell::scenario::library::BUILT_IN.len();
    let count = |ran: &Ran| {
        let json: serde_json::Value = serde_json::from_str(&ran.out).expect("JSON");
        assert_eq!(json["format"], 1);
        (json["scenarios"].as_array().map_or(0, Vec::len), json["rejected"].as_array().map_or(0, Vec::len))
    };
    assert_eq!(count(&place.run(&["list", "--json"])), (built_in, 0));
    place.write("data/saywell/scenarios/t.yaml", small());
    place.write("data/saywell/scenarios/u.yaml", small());
    place.write("data/saywell/scenarios/v.yaml", "title: no id\n");
    place.write("data/saywell/scenarios/w.yaml", [0, 159]);
    assert_eq!(count(&place.run(&["list", "--json"])), (built_in + 1, 3));
    let ran = place.run(&["list"]);
    assert_eq!(ran.code, 0);
    assert!(ran.out.contains(
        "  late-trumpet\n    Asking the neighbour upstairs about the trumpet (gentle, about 8 minutes, yours)\n"
    ));
    assert!(ran.out.contains("Left out") && ran.out.contains("u.yaml: the id 'late-trumpet' stands in"), "{}", ran.out);
    let ran = place.run(&["show", "late-trumpet"]);
    assert!(ran.out.contains("What to practise here\n  - Say what the noise does to you"), "{}", ran.out);
    assert!(!ran.out.contains("audition"), "a fact was given away:\n{}", ran.out);
    let ran = place.run(&["show", "late-trumpet", "--source"]);
    assert_eq!(ran.out, small());
    assert_eq!(place.run(&["path"]).out, format!("{}\n", place.folder().display()));
    assert_eq!(place.run(&["path", "--scenarios", "here"]).out, "here\n");
}

#[test]
fn a_users_file_stands_in_for_a_built_in_one() {
    let place = Place::new();
    let Some((_, text)) = saywell::scenario::library::BUILT_IN.first() else { return };
    let id = saywell::scenario::parse(text).0.expect("a scenario").id.value;
    place.write("mine/own.yaml", small().replace("id: late-trumpet", &format!("id: {id}")));
    let ran = place.run(&["list", "--scenarios", "mine"]);
    assert!(ran.out.contains("yours, instead of the built-in one"), "{}", ran.out);
    let ran = place.run(&["show", &id, "--scenarios", "mine"]);
    assert!(ran.out.contains("mine/own.yaml, and stands in for the built-in one"), "{}", ran.out);
    // Standing in is no mistake.
    let ran = place.run(&["check", "--scenarios", "mine"]);
    assert!(!ran.out.contains("S106"), "{}", ran.out);
}

#[test]
fn a_missing_home_is_explained() {
    let place = Place::new();
    let bare = |args: &[&str]| {
        let mut command = place.command(args);
        Ran::of(command.env_remove("HOME").env_remove("XDG_DATA_HOME").stdin(Stdio::null()).output().expect("it runs"))
    };
    let ran = bare(&["path"]);
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("set HOME or XDG_DATA_HOME, or use --scenarios DIR"), "{}", ran.err);
    assert_eq!(bare(&["new"]).code, 1);
    assert_eq!(bare(&["list"]).code, 0);
    assert_eq!(bare(&["check"]).code, 0);
}

#[test]
fn a_new_file_is_clean_and_plays_and_never_overwrites() {
    let place = Place::new();
    for (audience, title) in [("1", "Mum's \"rules\": a talk"), ("trainee", "")] {
        let answers = format!("{audience}\n3\n{title}\nJo\n\nKit: \\ the other\n\n\n");
        let first = place.run_with(&["new"], answers.as_bytes());
        assert_eq!(first.code, 0, "{}{}", first.out, first.err);
        let second = place.run_with(&["new"], answers.as_bytes());
        assert_eq!(second.code, 0);
        let path = |ran: &Ran| ran.out.lines().find_map(|l| l.strip_prefix("Written: ")).expect("where").to_owned();
        assert_ne!(path(&first), path(&second));
        assert!(first.out.contains("saywell scenarios check ") && first.out.contains("saywell play "), "{}", first.out);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(fs::metadata(path(&first)).expect("there").permissions().mode() & 0o777, 0o600);
        }
    }
    let files = fs::read_dir(place.folder()).expect("a folder").count();
    assert_eq!(files, 4);
    let folder = place.folder();
    let folder = folder.to_str().expect("UTF-8");
    let ran = place.run(&["check", folder]);
    assert_eq!((ran.code, ran.out.as_str()), (0, "Checked 4 files: nothing is wrong.\n"));
    let ran = place.run(&["test", folder]);
    assert_eq!(ran.code, 0, "{}", ran.out);
    assert!(place.run(&["list"]).out.contains("Mum's \"rules\": a talk"));
}

#[test]
fn new_writes_where_it_is_told_and_gives_up_cleanly() {
    let place = Place::new();
    let answers = "\n\n\n\n\n\n\n\n";
    let ran = place.run_with(&["new", "my talk.yaml"], answers.as_bytes());
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.out.contains("saywell scenarios check 'my talk.yaml'"), "{}", ran.out);
    let before = fs::read(place.path().join("my talk.yaml")).expect("there");
    let ran = place.run_with(&["new", "my talk.yaml"], answers.as_bytes());
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("is there already; nothing was written"), "{}", ran.err);
    assert_eq!(fs::read(place.path().join("my talk.yaml")).expect("there"), before);

    let ran = place.run_with(&["new", "no/such/folder/x.yaml"], answers.as_bytes());
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("there is no such folder"), "{}", ran.err);

    for input in ["", "1\n2\nTitle\n"] {
        let ran = place.run_with(&["new"], input.as_bytes());
        assert_eq!(ran.code, 1);
        assert!(ran.out.contains("Nothing was written."), "{}", ran.out);
    }
    assert!(!place.folder().exists() || fs::read_dir(place.folder()).expect("a folder").next().is_none());

    // Binary and nonsense are asked about again, and then the input ends.
    assert_eq!(place.run_with(&["new"], &[0, 255, 10, b'9', 10, 0, 10]).code, 1);
}

#[test]
fn the_graph_is_a_text_and_a_diagram() {
    let place = Place::new();
    place.write("t.yaml", small());
    let both = place.run(&["graph", "t.yaml"]).out;
    let text = place.run(&["graph", "t.yaml", "--text"]).out;
    let mermaid = place.run(&["graph", "t.yaml", "--mermaid"]).out;
    assert!(both.contains(&text) && both.contains(&mermaid));
    assert!(text.is_ascii() && text.contains("To 'gone' when the reply shows blame, contempt or threat or demand, and replies in this state are at least 2."), "{text}");
    assert!(
        mermaid.starts_with("stateDiagram-v2\n") && mermaid.contains("s2 --> s3 : the reply shows direct request"),
        "{mermaid}"
    );
    assert_eq!(place.run(&["graph", "t.yaml", "--text", "--mermaid"]).code, 2);
}

#[test]
fn the_schema_beside_the_scenarios_is_up_to_date() {
    let ran = Place::new().run(&["schema"]);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/scenario.schema.json");
    let kept = fs::read_to_string(path).expect("scenarios/scenario.schema.json");
    assert!(ran.out == kept, "run: saywell scenarios schema > scenarios/scenario.schema.json");
}

#[test]
fn problems_come_as_json_too() {
    let place = Place::new();
    place.write("a.yaml", small().replace("minutes: 8", "minuts: 8"));
    let ran = place.run(&["check", "a.yaml", "--json"]);
    assert_eq!(ran.code, 3);
    let json: serde_json::Value = serde_json::from_str(&ran.out).expect("JSON");
    let problem = &json["problems"][0];
    assert_eq!((&problem["code"], &problem["severity"]), (&"S101".into(), &"error".into()));
    assert_eq!((&problem["line"], &problem["column"], &problem["end_column"]), (&8.into(), &1.into(), &7.into()));
}

#[cfg(unix)]
#[test]
fn a_reader_who_leaves_is_no_error() {
    let place = Place::new();
    place.write("a.yaml", small().replace("say:", "sya:"));
    for args in ["list --json", "schema", "check a.yaml", "graph a.yaml"] {
        let program = env!("CARGO_BIN_EXE_saywell");
        let script = format!("{program} scenarios {args} | true; echo ${{PIPESTATUS[0]}}");
        let output = Command::new("bash").args(["-c", &script]).current_dir(place.path()).output().expect("bash");
        let err = String::from_utf8_lossy(&output.stderr);
        assert!(err.is_empty(), "{args}: {err}");
        let code = String::from_utf8_lossy(&output.stdout);
        assert!(["0", "3"].contains(&code.trim()), "{args}: {code}");
    }
}

#[test]
fn the_built_in_scenarios_are_clean_and_play_as_written() {
    let place = Place::new();
    let ran = place.run(&["check"]);
    assert_eq!(ran.code, 0, "{}", ran.out);
    // What S220 finds depends on the analyser's opinion of a line, and is looked at by hand.
    let warned: Vec<&str> = ran.out.lines().filter(|l| l.contains("warning[") && !l.contains("[S220]")).collect();
    assert!(warned.is_empty(), "{}", ran.out);
}
