//! Models from the outside: the settings, the question before words go to another computer, `--offline`, `doctor`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod program_support;
mod wire_support;

use std::process::{Command, Output};

use program_support::feed;
use serde_json::json;
use tempfile::TempDir;
use wire_support::*;

const LINE: &str = "I was there on Monday, on my own.";

struct Home(TempDir);

impl Home {
    fn new(settings: &str) -> Self {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("config/saywell");
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("config.toml"), settings).unwrap();
        Self(home)
    }

    fn command(&self, program: &str, args: &[&str]) -> Command {
        let mut command = Command::new(program);
        command
            .args(args)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.0.path())
            .env("XDG_DATA_HOME", self.0.path().join("data"))
            .env("XDG_CONFIG_HOME", self.0.path().join("config"));
        command
    }

    fn run(&self, args: &[&str], stdin: &str) -> (Option<i32>, String) {
        shown(feed(self.command(env!("CARGO_BIN_EXE_saywell"), args), stdin.as_bytes()))
    }

    fn play(&self, args: &[&str], stdin: &str) -> (Option<i32>, String) {
        let mut all = vec!["play", "grief-mother-belongings", "--plain", "--seed", "7"];
        all.extend(args);
        self.run(&all, stdin)
    }
}

/// The exit code, and what was written, errors last.
fn shown(output: Output) -> (Option<i32>, String) {
    let text = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
    (output.status.code(), text)
}

fn settings(url: &str) -> String {
    format!("counterpart = \"home\"\n\n[servers.home]\nbase_url = \"{url}\"\nmodel = \"tiny\"\n")
}

/// A server that has one model, which says the same line each time, or an object where it is asked for one.
fn model() -> TestServer {
    TestServer::new(|_, seen| {
        if seen.head.starts_with("GET /v1/models") {
            return refuse(200, "", &json!({"data": [{"id": "tiny", "max_model_len": 8192}]}).to_string());
        }
        if seen.head.starts_with("GET ") {
            return refuse(404, "", "no such page");
        }
        if seen.body.get("response_format").is_some() { good(r#"{"greeting":"Hello."}"#) } else { good(LINE) }
    })
}

/// The same server, by an address that does not count as this computer.
fn elsewhere(server: &TestServer) -> String {
    format!("http://0.0.0.0:{}/v1", server.address.port())
}

#[test]
fn a_model_on_this_computer_words_the_line_and_nothing_is_asked() {
    let server = model();
    let home = Home::new(&settings(&server.url()));
    let (code, text) = home.play(&[], "I went to the house on Tuesday.\n/quit\n");
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains(LINE) && !text.contains("May it be sent"), "{text}");
    assert!(text.contains("Nothing you type leaves this computer"), "{text}");
    assert!(server.requests().iter().any(|seen| seen.body.to_string().contains("to the house on Tuesday")));
    let before = server.connections();
    let (_, text) = home.play(&["--counterpart", "scripted"], "I went to the house.\n/quit\n");
    assert!(!text.contains(LINE), "{text}");
    assert_eq!(server.connections(), before);
}

#[test]
fn another_computer_is_asked_about_once_and_a_no_sends_nothing() {
    let server = model();
    let home = Home::new(&settings(&elsewhere(&server)));
    let said = "I went to the house.\n/quit\n";
    let (code, text) = home.play(&[], &format!("no\n{said}"));
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("0.0.0.0") && text.contains("May it be sent") && text.contains("not encrypted"), "{text}");
    assert!(!text.contains("Nothing you type leaves this computer"), "that would not be true: {text}");
    assert!(!text.contains(LINE), "{text}");
    assert_eq!(server.connections(), 0);
    let (_, text) = home.play(&["--json"], said);
    assert!(text.contains("you have not agreed yet that words go to 0.0.0.0"), "{text}");
    assert_eq!(server.connections(), 0);
    let (_, text) = home.play(&[], &format!("yes\n{said}"));
    assert!(text.contains(LINE), "{text}");
    let sent = server.requests().iter().map(|seen| seen.body.to_string()).collect::<String>();
    assert!(sent.contains("Rhian") && !sent.contains("Ceri"), "the user's name in the situation stays here: {sent}");
    let (_, text) = home.play(&[], said);
    assert!(text.contains(LINE) && !text.contains("May it be sent"), "it is remembered: {text}");
    assert_eq!(home.run(&["doctor", "--forget", "0.0.0.0"], "").0, Some(0));
    let before = server.connections();
    let (_, text) = home.play(&[], &format!("no\n{said}"));
    assert!(text.contains("May it be sent"), "{text}");
    assert_eq!(server.connections(), before);
}

#[test]
fn whoever_would_rather_leave_leaves_at_the_question() {
    let server = model();
    for (word, end) in [("/exit-now", "yes or no: "), ("/x", "yes or no: "), ("/quit", "yes or no: /quit\n")] {
        let home = Home::new(&settings(&elsewhere(&server)));
        let (code, text) = home.play(&[], &format!("{word}\nI went to the house.\nyes\n"));
        assert_eq!(code, Some(0), "{text}");
        assert!(text.ends_with(end), "not one word after it: {text}");
        let (_, text) = home.play(&[], "/x\n");
        assert!(text.contains("May it be sent"), "nothing was agreed to: {text}");
    }
    assert_eq!(server.connections(), 0);
}

#[test]
fn a_server_that_is_gone_costs_a_word_and_no_reply() {
    // A port that was free a moment ago.
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let home = Home::new(&settings(&format!("http://{free}/v1")));
    let (code, text) =
        home.play(&[], "I went to the house.\nCould we look at the letters together on Sunday?\n/quit\n");
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains(&format!("nobody listens at {free}")), "{text}");
    assert!(text.matches("\nRhian: ").count() >= 3, "the script goes on: {text}");
}

#[test]
fn offline_opens_no_socket() {
    let server = model();
    let home = Home::new(&settings(&server.url()));
    let (code, text) = home.play(&["--offline"], "I went to the house.\n/quit\n");
    assert_eq!(code, Some(0), "{text}");
    assert!(!text.contains(LINE), "{text}");
    let (code, text) = home.run(&["--offline", "doctor"], "");
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("connections are off"), "{text}");
    assert_eq!(server.connections(), 0);
}

/// The whole program where no socket leads anywhere: in a network of its own that has nothing in it, not even itself.
#[cfg(target_os = "linux")]
#[test]
fn without_a_network_nothing_is_missed() {
    let server = model();
    let home = Home::new(&settings(&server.url()));
    let unshare = |program: &str, args: &[&str]| {
        let mut all = vec!["-rn", program];
        all.extend(args);
        home.command("unshare", &all)
    };
    if !unshare("true", &[]).output().is_ok_and(|output| output.status.success()) {
        eprintln!("unshare is not allowed here; nothing was tested");
        return;
    }
    let program = env!("CARGO_BIN_EXE_saywell");
    let args = ["play", "grief-mother-belongings", "--plain", "--seed", "7"];
    let said = "I felt sad on Tuesday when the boxes were gone.\nCould we look at the letters together on Sunday?\n/finish\n/quit\n";
    for extra in [&["--offline"][..], &["--counterpart", "scripted"], &[]] {
        let mut all = args.to_vec();
        all.extend(extra);
        let (code, text) = shown(feed(unshare(program, &all), said.as_bytes()));
        assert_eq!(code, Some(0), "{text}");
        assert!(text.contains("How it went"), "{text}");
    }
    assert_eq!(server.connections(), 0);
}

#[test]
fn doctor_says_what_works() {
    let server = model();
    let home = Home::new(&settings(&server.url()));
    let (code, text) = home.run(&["doctor"], "");
    assert_eq!(code, Some(0), "{text}");
    for part in
        ["it has the model 'tiny'", "a short request took", "structured answers work (json_schema)", "takes in 8192"]
    {
        assert!(text.contains(part), "{part} in {text}");
    }
    let sent = server.requests().iter().map(|seen| seen.body.to_string()).collect::<String>();
    assert!(sent.contains("Say hello"), "a fixed sentence is all that is sent: {sent}");
}

#[test]
fn doctor_says_what_does_not_and_how_to_mend_it() {
    let server = model();
    let wrong = settings(&server.url()).replace("tiny", "huge");
    let (code, text) = Home::new(&wrong).run(&["doctor"], "");
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("it has no model 'huge'") && text.contains("one of these: tiny"), "{text}");

    let (code, text) = Home::new(&format!("{}context = 20000\n", settings(&server.url()))).run(&["doctor"], "");
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("Set context = 8192"), "{text}");

    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let (code, text) = Home::new(&settings(&format!("http://{free}/v1"))).run(&["doctor"], "");
    assert_eq!(code, Some(4), "a model that was chosen cannot be reached: {text}");
    assert!(text.contains("nobody listens"), "{text}");

    let (code, text) = Home::new("counterpart = \"hoem\"\n").run(&["doctor"], "");
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("line 1") && text.contains("no server 'hoem'"), "{text}");
}

/// A server that knows `json_object` only, or with `words_only` nothing but words. Lines to whoever wants no object.
fn picky(words_only: bool) -> TestServer {
    TestServer::new(move |_, seen| {
        if seen.head.starts_with("GET /v1/models") {
            return refuse(200, "", &json!({"data": [{"id": "tiny"}]}).to_string());
        }
        let help = json!({"question": "What was hers?", "example": "I miss her.", "greeting": "Hello."}).to_string();
        let text = seen.body.to_string();
        match seen.body["response_format"]["type"].as_str() {
            Some("json_object") if !words_only => good(&help),
            Some(_) => refuse(400, "", r#"{"error":{"message":"unknown response_format"}}"#),
            None if seen.body.get("json_schema").is_some() => refuse(400, "", r#"{"error":{"message":"unknown"}}"#),
            None if text.contains("JSON") => good(&help),
            None => good(LINE),
        }
    })
}

/// How many requests for an object there were.
fn objects(server: &TestServer) -> usize {
    server
        .requests()
        .iter()
        .filter(|seen| seen.body.to_string().contains("JSON") || seen.body.get("response_format").is_some())
        .count()
}

#[test]
fn the_form_that_works_is_remembered_from_one_run_to_the_next_and_goes_with_everything() {
    let server = picky(false);
    let home = Home::new(&settings(&server.url()));
    let said = "I went to the house.\n/hint\n/quit\n";
    let (_, text) = home.play(&[], said);
    assert!(text.contains("What was hers?"), "{text}");
    assert_eq!(objects(&server), 3, "from the surest form down");
    home.play(&[], said);
    assert_eq!(objects(&server), 4, "it begins with what worked");
    let (code, text) = home.run(&["--offline", "doctor"], "");
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("structured answers worked another time (json_object)"), "{text}");

    let (code, text) = home.run(&["delete", "--all", "--yes"], "");
    assert!(code == Some(0) && text.contains("what was found out about servers"), "{text}");
    let before = objects(&server);
    home.play(&[], said);
    assert_eq!(objects(&server), before + 3, "it is found out anew");
    let (_, text) = home.run(&["delete", "--all", "--yes"], "");
    assert!(text.contains("Deleted"), "{text}");
    let (_, text) = home.run(&["delete", "--all", "--yes"], "");
    assert!(text.contains("There is nothing to delete"), "{text}");
}

#[test]
fn doctor_shows_what_is_remembered_and_finds_out_what_works_now() {
    let server = picky(false);
    let home = Home::new(&settings(&server.url()));
    home.play(&[], "I went to the house.\n/hint\n/quit\n");
    let (_, text) = home.run(&["doctor"], "");
    assert!(text.contains("structured answers work (json_object; remembered)"), "{text}");
    // Another server is remembered by itself.
    let other = picky(true);
    std::fs::write(home.0.path().join("config/saywell/config.toml"), settings(&other.url())).unwrap();
    let (_, text) = home.run(&["doctor"], "");
    assert!(text.contains("structured answers work (asked for in words; remembered)"), "{text}");
    let (_, text) = home.run(&["--offline", "doctor"], "");
    assert!(text.contains("worked another time (asked for in words)"), "{text}");
}
