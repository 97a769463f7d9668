//! The program itself with a language model, in plain mode and as JSON: a server on this computer, chosen in config.toml.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod wire_support;

use std::path::Path;

use assert_cmd::Command;
use serde_json::{Value, json};
use wire_support::{Step, TestServer};

fn streamed(text: &str) -> Vec<Step> {
    let mut body = String::from("HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n");
    for piece in text.split_inclusive(' ') {
        body.push_str(&format!("data: {}\n\n", json!({"choices": [{"index": 0, "delta": {"content": piece}}]})));
    }
    let end = json!({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]});
    body.push_str(&format!("data: {end}\n\ndata: [DONE]\n\n"));
    vec![Step::Send(body.into_bytes())]
}

fn saywell(home: &Path, args: &[&str], typed: &str) -> (String, String, i32) {
    let output = Command::cargo_bin("saywell")
        .unwrap()
        .args(args)
        .env_clear()
        .env("HOME", home)
        .env("PATH", "/usr/bin:/bin")
        .write_stdin(typed.to_owned())
        .output()
        .unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (text(&output.stdout), text(&output.stderr), output.status.code().unwrap_or(-1))
}

fn home_with(config: &str) -> tempfile::TempDir {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join(".config/saywell");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("config.toml"), config).unwrap();
    home
}

fn settings(server: &TestServer) -> String {
    format!("[servers.home]\nbase_url = \"{}\"\nmodel = \"tiny\"\n", server.url())
}

#[test]
fn plain_mode_prints_a_models_sentences_and_says_where_the_script_steps_in() {
    let server = TestServer::new(|n, _| match n {
        0 => streamed("I've only just come in. Can it wait till I've eaten?"),
        _ => streamed("As an AI, I cannot go on."),
    });
    let home = home_with(&settings(&server));
    let typed = "no\nYou never help with bedtime.\nI was on my own with them on Wednesday.\n/why\n/quit\n";
    let args = ["play", "dispute-partner-chores", "--plain", "--with", "home", "--seed", "7"];
    let (out, error, code) = saywell(home.path(), &args, typed);
    assert_eq!((code, error.as_str()), (0, ""), "{out}");
    assert!(out.contains("\nAlex: I've only just come in. Can it wait till I've eaten?\n"), "one paragraph: {out}");
    let (coach, line) = (out.find("Coach: ").unwrap(), out.find("I've only just come in").unwrap());
    assert!(coach < line, "the coach speaks first, as without a model\n{out}");
    assert!(!out.contains("As an AI"), "{out}");
    assert_eq!(out.matches("Coach: ").count(), 2, "once for each reply\n{out}");
    assert_eq!(out.matches("The scene goes on with the script's own words").count(), 1, "{out}");
    assert_eq!(server.requests().len(), 3, "one answer, one repair");
}

#[test]
fn what_came_of_an_answer_that_breaks_off_is_a_line_of_its_own() {
    let whole = streamed("I was there on Monday. On my own, too, and");
    let Some(Step::Send(bytes)) = whole.first() else { panic!() };
    let text = String::from_utf8_lossy(bytes).into_owned();
    let cut = text.split("data: {\"choices\":[{\"delta\":{},").next().unwrap().to_owned();
    let server = TestServer::always(vec![Step::Send(cut.into_bytes())]);
    let home = home_with(&settings(&server));
    let args = ["play", "dispute-partner-chores", "--plain", "--with", "home", "--seed", "7", "--hide-feedback"];
    let (out, ..) = saywell(home.path(), &args, "no\nYou never help with bedtime.\n/quit\n");
    assert!(out.contains("\nAlex: I was there on Monday.\nThe answer ends early: "), "{out}");
    assert!(!out.contains("Coach: ") && !out.contains("\n\nKept"), "{out}");
}

#[test]
fn json_counts_what_was_repaired_and_keeps_the_version_of_the_prompts() {
    let server = TestServer::new(|n, _| match n {
        0 => streamed("Sam: I'm sorry. I will do it all."),
        _ => streamed("What else is on the list, then?"),
    });
    let home = home_with(&format!("counterpart = \"home\"\n{}", settings(&server)));
    let args = ["play", "dispute-partner-chores", "--json", "--seed", "7"];
    let (out, error, code) = saywell(home.path(), &args, "no\nYou never help with bedtime.\n/quit\n");
    assert_eq!((code, error.as_str()), (0, ""), "{out}");
    let events: Vec<Value> = out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let said = events.iter().rfind(|e| e["event"] == "counterpart_said").unwrap();
    assert_eq!(
        (said["source"].as_str(), said["text"].as_str()),
        (Some("model"), Some("What else is on the list, then?"))
    );
    let worded = &events.iter().find(|e| e["event"] == "worded").unwrap()["wording"];
    assert_eq!((&worded["slips"], &worded["repaired"]), (&json!(["speaks_for_user"]), &json!(true)));
    assert_eq!(worded["prompts"].as_str().map(str::len), Some(12));
}

#[test]
fn offline_plays_the_script_and_opens_nothing() {
    let server = TestServer::always(streamed("Never sent."));
    let home = home_with(&format!("counterpart = \"home\"\njudge = \"home\"\n{}", settings(&server)));
    let args = ["--offline", "play", "dispute-partner-chores", "--json"];
    let (out, _, code) = saywell(home.path(), &args, "no\nYou never help with bedtime.\n/hint\n/quit\n");
    assert_eq!(code, 0);
    assert!(out.contains("\"source\":\"scripted\"") && !out.contains("\"worded\""), "{out}");
    assert_eq!(server.connections(), 0);
}

#[test]
fn a_prompt_of_ones_own_is_used_and_a_mistake_in_it_is_told() {
    let server = TestServer::always(streamed("What else is on the list, then?"));
    let home = home_with(&format!("counterpart = \"home\"\n{}", settings(&server)));
    let prompts = home.path().join(".config/saywell/prompts");
    std::fs::create_dir_all(&prompts).unwrap();
    std::fs::write(prompts.join("begin.md"), "{{ mark }} Curtain up, slowly.").unwrap();
    let args = ["play", "dispute-partner-chores", "--json"];
    let (_, error, code) = saywell(home.path(), &args, "no\nYou never help with bedtime.\n/quit\n");
    assert_eq!((code, error.as_str()), (0, ""));
    assert!(server.requests()[0].body.to_string().contains("Curtain up, slowly."));
    std::fs::write(prompts.join("begin.md"), "one\n{{ secret }}").unwrap();
    let (_, error, code) = saywell(home.path(), &args, "");
    assert!(code == 2 && error.contains("begin.md") && error.contains("line 2"), "{code} {error}");
}

#[test]
fn eval_measures_a_judge_with_its_bias() {
    let server =
        TestServer::new(|_, _| streamed(r#"{"marks":[{"quote":"You never help","id":"overgeneralise","grade":3}]}"#));
    let home = home_with(&settings(&server));
    let data = home.path().join("labelled.jsonl");
    let rows = [
        json!({"id": "1", "audience": "client", "context": "Hi.", "reply": "You never help", "faults": {"overgeneralise": 2}}),
        json!({"id": "2", "audience": "client", "context": "Hi.", "reply": "Could you do Tuesday?", "faults": {}}),
    ];
    std::fs::write(&data, rows.map(|row| row.to_string()).join("\n")).unwrap();
    let args = ["eval", "--data", data.to_str().unwrap(), "--judge", "home", "--json"];
    let (out, _, code) = saywell(home.path(), &args, "");
    assert_eq!(code, 0, "{out}");
    let report: Value = serde_json::from_str(&out).unwrap();
    let line = report["ids"].as_array().unwrap().iter().find(|l| l["id"] == "overgeneralise").unwrap();
    assert_eq!(
        (&line["n"], &line["found"]),
        (&json!(1), &json!(1)),
        "words that the second reply does not have earn nothing"
    );
    assert_eq!(line["bias"], json!(0.5));
    let (_, error, code) = saywell(home.path(), &["eval", "--data", data.to_str().unwrap(), "--judge", "away"], "");
    assert!(code == 1 && error.contains("no server 'away'"), "{error}");
}

#[test]
fn ctrl_c_ends_the_wait_and_not_the_rehearsal() {
    use std::io::{Read as _, Write as _};
    use std::process::{Command, Stdio};

    let server = TestServer::always(vec![Step::Stall]);
    let home = home_with(&settings(&server));
    let mut child = Command::new(assert_cmd::cargo::cargo_bin("saywell"))
        .args(["play", "dispute-partner-chores", "--plain", "--with", "home"])
        .env_clear()
        .env("HOME", home.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut typed = child.stdin.take().unwrap();
    typed.write_all(b"no\nYou never help with bedtime.\n").unwrap();
    while server.requests().is_empty() {
        assert!(child.try_wait().unwrap().is_none(), "it ended before it asked");
        std::thread::yield_now();
    }
    let sent = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
    typed.write_all(b"/quit\n").unwrap();
    drop(typed);
    let mut out = String::new();
    child.stdout.take().unwrap().read_to_string(&mut out).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0), "{out}");
    assert!(out.contains("you chose not to wait for the model") && out.contains("Kept."), "{out}");
}
