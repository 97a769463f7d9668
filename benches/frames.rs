//! What a frame costs, and a key: the app in a buffer, without a terminal.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::sync::Arc;
use std::sync::mpsc::channel;

use divan::{Bencher, black_box};
use ratatui::buffer::Buffer;
use ratatui::crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use ratatui::layout::Rect;
use saywell::runtime::Desk;
use saywell::runtime::desk::{Place, Wish};
use saywell::scenario::library::Library;
use saywell::session::Command;
use saywell::tui::app::App;
use saywell::tui::{Incoming, Opening, Wishes};

fn main() {
    divan::main();
}

fn clock() -> i64 {
    0
}

/// An app on a rehearsal of so many turns.
fn app(turns: usize) -> App {
    let mut desk = Desk::new(Library::built_in(), Place::Memory, clock);
    let entry = desk.library().find("dispute-partner-chores").expect("a built-in scenario");
    let (scenario, text) = (Arc::new(entry.load().expect("a scenario")), entry.text().to_owned());
    let wish = Wish { difficulty: scenario.difficulty, seed: Some(1) };
    let mut runtime = desk.begin(scenario, &text, wish).expect("a rehearsal");
    let replies = [
        "You never help around here, and I felt alone on Wednesday when the text came at four.",
        "Could you do bedtime on Tuesday?",
        "Six weeks of lates must be hard. 日本語 👩🏽‍🚀",
    ];
    let mut n = 0;
    while runtime.session().turns().len() < turns {
        if runtime.submit(Command::Say(replies[n % replies.len()].to_owned())).is_err() {
            // The scene came to an end: one goes on from before it.
            runtime.submit(Command::Back(1)).expect("a way back");
        }
        n += 1;
    }
    let id = runtime.id().to_owned();
    drop(runtime);
    let (tell, _inbox) = channel();
    let mut app = App::new(desk, Wishes::default(), tell);
    app.open(&Opening::Rehearsal(id));
    app
}

#[divan::bench(args = [50, 10_000])]
fn frame_160x50(bencher: Bencher<'_, '_>, turns: usize) {
    let app = app(turns);
    let mut buffer = Buffer::empty(Rect::new(0, 0, 160, 50));
    bencher.bench_local(|| black_box(app.draw(&mut buffer)));
}

#[divan::bench]
fn frame_of_the_first_page(bencher: Bencher<'_, '_>) {
    let (tell, _inbox) = channel();
    let mut app = App::new(Desk::new(Library::built_in(), Place::Memory, clock), Wishes::default(), tell);
    app.open(&Opening::Home);
    let mut buffer = Buffer::empty(Rect::new(0, 0, 100, 30));
    bencher.bench_local(|| black_box(app.draw(&mut buffer)));
}

#[divan::bench]
fn a_key_and_its_frame_after_10_000_turns(bencher: Bencher<'_, '_>) {
    let mut app = app(10_000);
    let mut buffer = Buffer::empty(Rect::new(0, 0, 160, 50));
    let key = |code| Incoming::Terminal(Event::Key(KeyEvent::new(code, KeyModifiers::NONE)));
    bencher.bench_local(|| {
        for code in [KeyCode::Char('a'), KeyCode::Backspace] {
            app.take_in(key(code));
            let drawn = app.draw(&mut buffer);
            app.was_drawn(drawn);
        }
    });
}
