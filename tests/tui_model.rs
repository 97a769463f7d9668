//! The app with a language model, from the settings to the sentence on the screen, against a server on this computer.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;
mod wire_support;

use ratatui::crossterm::event::KeyCode::{Down, Enter, Esc, F, Right};
use saywell::config::Config;
use saywell::llm::Server;
use saywell::runtime::{Choice, Desk};
use saywell::tui::Opening;
use serde_json::{Value, json};
use support::{Driver, desk, usual};
use wire_support::{Step, TestServer};

/// An answer as servers stream it.
fn streamed(text: &str) -> Vec<Step> {
    let mut body = String::from("HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n");
    for piece in text.split_inclusive(' ') {
        let chunk = json!({"choices": [{"index": 0, "delta": {"content": piece}}]});
        body.push_str(&format!("data: {chunk}\n\n"));
    }
    let end = json!({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]});
    body.push_str(&format!("data: {end}\n\ndata: [DONE]\n\n"));
    vec![Step::Send(body.into_bytes())]
}

/// Lines to whoever speaks, and JSON to whoever asks for it.
fn server(line: &'static str, help: Value) -> TestServer {
    TestServer::new(move |_, seen| {
        let wants_json = seen.body.get("response_format").is_some();
        streamed(&if wants_json { help.to_string() } else { line.to_owned() })
    })
}

fn with_server(url: &str, counterpart: Option<&str>) -> Desk {
    let mut config = Config { counterpart: counterpart.map(str::to_owned), ..Config::default() };
    config.servers.insert("home".into(), Server::new("home", url, "tiny").unwrap());
    desk(usual()).with_models(Choice::of(&config, None, false).unwrap())
}

#[test]
fn a_model_words_the_line_and_helps_with_the_next() {
    let help = json!({
        "question": "How are you at five in the morning?",
        "example": "On Tuesday I lay awake until one.",
        "strength": "You said it to Jo's face.",
        "next": "Name one night.",
    });
    let server = server("Has it really been that loud? I thought the wall was thicker.", help);
    let mut d = Driver::on(with_server(&server.url(), Some("home")), (100, 30), &Opening::Home);
    d.begin().say("You always play it so loud.");
    assert!(d.shows("Has it really been that loud? I thought"), "{}", d.screen());
    d.keys(&[F(2)]);
    assert!(d.shows("How are you at five in the") && !d.shows("On Tuesday I lay awake"), "{}", d.screen());
    d.keys(&[F(2)]);
    assert!(d.shows("On Tuesday I lay awake"), "{}", d.screen());
    d.keys(&[F(6)]);
    assert!(d.shows("> On Tuesday I lay awake until one."), "it stands in the field, to be changed\n{}", d.screen());
    d.typed(" Again.");
    assert!(d.shows("until one. Again."));
    d.keys(&[F(3)]);
    assert!(d.shows("You said it to Jo's"), "{}", d.screen());
}

#[test]
fn where_nobody_listens_the_script_plays_and_it_is_said_once() {
    let url = {
        let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        format!("http://{}/v1", nobody.local_addr().unwrap())
    };
    let mut d = Driver::on(with_server(&url, Some("home")), (100, 30), &Opening::Home);
    d.begin().say("You always play it so loud.");
    assert!(d.shows("The scene goes on with the script's own words"), "{}", d.screen());
    d.say("I felt worn out on Tuesday.");
    assert!(!d.shows("The scene goes on with the script's own words"), "{}", d.screen());
    assert!(d.shows("Jo"));
}

#[test]
fn the_settings_list_the_servers_and_the_choice_is_remembered() {
    let server = server("Has it really been that loud? I thought the wall was thicker.", json!({}));
    let mut d = Driver::on(with_server(&server.url(), None), (100, 30), &Opening::Home);
    d.keys(&[Enter, Esc]);
    d.keys(&[F(4), Down, Down]);
    assert!(d.shows("(scripted)") && d.shows("  home"), "{}", d.screen());
    d.keys(&[Right]);
    assert!(d.shows("(home)"), "{}", d.screen());
    d.keys(&[Esc]).begin().say("You always play it so loud.");
    assert!(d.shows("Has it really been that loud?"), "{}", d.screen());
}

#[test]
fn without_a_model_there_is_a_line_to_start_from_too() {
    let mut d = Driver::new((100, 30));
    d.begin().keys(&[F(6)]);
    assert!(d.shows("> I felt worn out on Wednesday"), "{}", d.screen());
    d.ctrl('u');
    assert!(!d.shows("> I felt worn out on Wednesday"), "{}", d.screen());
}
