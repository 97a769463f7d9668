//! What the checks of scenario files say, and where; and that no file can make them fall over.

// The lint's own exception covers functions marked as tests, and not what they share.
#![allow(clippy::expect_used)]

mod scenarios_support;

use std::fs;
use std::process::Command;

use proptest::prelude::*;
use saywell::scenario::{Code, lint};
use scenarios_support::{GUIDE, Place, small};

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
    mistake(Code::SpeaksOfDanger, &[("\"Wow. Hello to you too.\"", "§\"I want to kill myself.\"")]),
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

/// One thing that may happen to a file while someone writes it.
fn slip() -> impl Strategy<Value = (usize, usize, String)> {
    let pieces = prop::sample::select(vec![
        "",
        " ",
        "\n",
        "\t",
        ":",
        ": ",
        "- ",
        "\"",
        "'",
        "{",
        "}",
        "[",
        "]",
        "|",
        "#",
        "&a ",
        "*a",
        "~",
        "0",
        "-1",
        "id: x",
        "\r\n",
        "\u{feff}",
        "\u{202e}",
        "é",
        "👩\u{200d}👧",
        "end: good",
        "go: []",
        "when: {}",
        "say: []",
        "!!str ",
        "? ",
        "---\n",
    ]);
    (0..4_000_usize, 0..40_usize, pieces.prop_map(str::to_owned))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]
    #[test]
    fn no_slip_of_the_pen_breaks_the_checks(slips in prop::collection::vec(slip(), 1..6)) {
        let mut text = small().to_owned();
        for (at, length, piece) in slips {
            let edge = |n: usize| (n.min(text.len())..=text.len()).find(|n| text.is_char_boundary(*n)).unwrap_or(text.len());
            let (start, end) = (edge(at), edge(at + length));
            text.replace_range(start..end, &piece);
        }
        let checked = lint::check(&text);
        for problem in &checked.problems {
            prop_assert!(text.get(problem.span.clone()).is_some(), "{problem:?}");
            prop_assert!(!problem.message.is_empty());
        }
        let errors = lint::check_errors(&text);
        prop_assert_eq!(errors.has_errors(), checked.has_errors());
    }
}

#[test]
fn what_is_told_later_may_speak_of_what_was_told_before() {
    let fact = |told: &str| {
        let fact = format!(
            "  - id: stakes\n    text: The band is about to break up\n    told_when: {{ turn: \">= 3\"{told} }}\n    say:\n      \
             - \"If the audition on the ninth goes wrong I'm without a band. That's why I'm nervous.\"\n\nobjectives:"
        );
        lint::check(&small().replacen("\nobjectives:", &fact, 1)).problems
    };
    assert_eq!(fact(", told: [audition]"), vec![]);
    // In either order, each gives the other away.
    assert_eq!(fact("").iter().map(|p| p.code).collect::<Vec<_>>(), [Code::GivesAway, Code::GivesAway]);
}
