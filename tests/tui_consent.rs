//! The question before words go to another computer, in the app.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;
mod wire_support;

use ratatui::crossterm::event::KeyCode::{Char, Enter, Esc};
use saywell::config::Config;
use saywell::llm::Server;
use saywell::runtime::Choice;
use saywell::tui::Opening;
use support::{Driver, SIZES, desk_in, folder};
use wire_support::{TestServer, good};

const LINE: &str = "I did not know that you were still up.";

/// Settings that choose this server, by an address that does not count as this computer.
fn elsewhere(server: &TestServer) -> Choice {
    let url = format!("http://0.0.0.0:{}/v1", server.address.port());
    let mut config = Config { counterpart: Some("cloud".into()), ..Config::default() };
    config.servers.insert("cloud".into(), Server::new("cloud", &url, "tiny").unwrap());
    Choice::of(&config, None, false).unwrap()
}

#[test]
fn no_is_the_usual_answer_and_sends_nothing() {
    let server = TestServer::always(good(LINE));
    for key in [Enter, Esc, Char('n')] {
        let folder = folder();
        let mut d = Driver::on(desk_in(folder.path()).with_models(elsewhere(&server)), (100, 30), &Opening::Home);
        assert!(d.shows("0.0.0.0") && d.shows("not encrypted"), "{}", d.screen());
        d.keys(&[key]);
        assert!(!d.shows("May it be sent"), "{}", d.screen());
        d.begin().say("The music was on until one.");
        assert!(!d.shows(LINE), "{}", d.screen());
    }
    assert_eq!(server.connections(), 0);
}

#[test]
fn a_yes_holds_and_is_remembered() {
    let server = TestServer::always(good(LINE));
    let folder = folder();
    let mut d = Driver::on(desk_in(folder.path()).with_models(elsewhere(&server)), (100, 30), &Opening::Home);
    d.keys(&[Char('y')]).begin().say("The music was on until one.");
    assert!(d.shows(LINE), "{}", d.screen());
    drop(d);
    let opening = Opening::Situation("flat-mate-music".into());
    let mut d = Driver::on(desk_in(folder.path()).with_models(elsewhere(&server)), (100, 30), &opening);
    assert!(!d.shows("May it be sent"), "{}", d.screen());
    d.keys(&[Enter]).say("The music was on until one.");
    assert!(d.shows(LINE), "{}", d.screen());
}

#[test]
fn the_question_comes_before_what_the_app_was_opened_for() {
    let server = TestServer::always(good(LINE));
    let folder = folder();
    let opening = Opening::Situation("flat-mate-music".into());
    let mut d = Driver::on(desk_in(folder.path()).with_models(elsewhere(&server)), (60, 20), &opening);
    assert!(d.shows("No, the script plays"), "{}", d.screen());
    d.keys(&[Enter]);
    assert!(d.shows("Begin: press Enter"), "{}", d.screen());
}

#[test]
fn it_can_be_read_whole_in_every_size() {
    let server = TestServer::always(good(LINE));
    for size in SIZES {
        let folder = folder();
        let mut d = Driver::on(desk_in(folder.path()).with_models(elsewhere(&server)), size, &Opening::Home);
        assert!(d.shows("No, the script plays") && d.shows("Yes, it may be sent"), "{}", d.screen());
        let mut pages = d.screen();
        for _ in 0..3 {
            d.keys(&[ratatui::crossterm::event::KeyCode::PageDown]);
            pages.push_str(&d.screen());
        }
        let pages = pages.split_whitespace().collect::<Vec<_>>().join(" ");
        for part in ["That is another computer", "what it keeps", "nothing leaves"] {
            assert!(pages.contains(part), "{part} in {size:?}: {pages}");
        }
    }
}
