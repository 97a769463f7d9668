//! `saywell scenarios` as a person meets it: lists, new files, graphs, exit codes, and a terminal that obeys no file.

// The lint's own exception covers functions marked as tests, and not what they share.
#![allow(clippy::expect_used)]

mod scenarios_support;

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use scenarios_support::{Place, Ran, small};

#[cfg(unix)]
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
