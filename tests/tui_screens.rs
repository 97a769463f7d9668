//! Every screen, from real states, in three sizes.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use ratatui::crossterm::event::KeyCode::{self, Char, Delete, Down, Enter, Esc, F, Tab};
use support::{Driver, SIZES, desk_in, folder};

/// Take the app to a state in each size, and hold what it shows.
fn look(name: &str, go: impl Fn(&mut Driver)) {
    let mut all = String::new();
    for size in SIZES {
        let folder = folder();
        let mut driver = Driver::on(desk_in(folder.path()), size, &saywell::tui::Opening::Home);
        go(&mut driver);
        let screen = driver.screen().replace(&folder.path().display().to_string(), "/data");
        all.push_str(&format!("{}x{}\n{screen}\n", size.0, size.1));
    }
    insta::assert_snapshot!(name, all);
}

fn bad(driver: &mut Driver) {
    driver.begin().say("You always play it so loud. You're so selfish.");
}

fn good(driver: &mut Driver) {
    driver
        .say("I felt sad on Tuesday when the music was on until one.")
        .say("You must be worn out after your late shifts, and music is how you come down.")
        .say("Could you turn the music down after eleven?");
}

#[test]
fn home_of_somebody_new() {
    look("home_first", |_| {});
}

#[test]
fn home_with_something_begun() {
    look("home", |d| {
        bad(d);
        d.keys(&[Esc]);
    });
}

#[test]
fn home_with_a_search_that_finds_nothing() {
    look("home_nothing", |d| drop(d.typed("zebra").screen()));
}

#[test]
fn brief() {
    look("brief", |d| {
        d.typed("flatmate").keys(&[Enter, Char('7'), Down, Down, Char(' '), KeyCode::Right, Char(' ')]);
    });
}

#[test]
fn the_question_and_the_kind_word() {
    look("safety_question", |d| drop(d.typed("sister").keys(&[Enter]).screen()));
    look("safety_kind", |d| drop(d.typed("sister").keys(&[Enter, Char('u')]).screen()));
}

#[test]
fn the_talk_at_its_start() {
    look("rehearsal_start", |d| drop(d.begin().screen()));
}

#[test]
fn the_talk_after_a_slip_with_something_half_written() {
    look("rehearsal", |d| {
        bad(d);
        d.typed("I meant: I was tired, and");
    });
}

#[test]
fn why_and_hint() {
    look("rehearsal_why", |d| {
        bad(d);
        d.keys(&[F(3)]);
    });
    look("rehearsal_hint", |d| drop(d.begin().keys(&[F(2)]).screen()));
}

#[test]
fn the_talk_without_feedback() {
    look("rehearsal_exam", |d| {
        d.typed("flatmate").keys(&[Enter, Down, Down, Down, KeyCode::Right, Enter]).say("You always do this.");
    });
}

#[test]
fn the_talk_at_its_end() {
    look("rehearsal_end", |d| {
        bad(d);
        good(d);
    });
}

#[test]
fn a_stop() {
    look("stop_certain", |d| drop(d.begin().say("I want to kill myself.").screen()));
}

#[test]
fn takes_and_two_side_by_side() {
    let two = |d: &mut Driver| {
        bad(d);
        d.ctrl('b').ctrl('u').say("I felt sad on Tuesday when the music was on until one.");
        d.keys(&[F(4)]);
    };
    look("takes", two);
    look("takes_compared", |d| {
        two(d);
        d.keys(&[Char('c')]);
    });
}

#[test]
fn looking_back() {
    let over = |d: &mut Driver| {
        bad(d);
        good(d);
        d.keys(&[Enter]);
    };
    look("review_summary", |d| {
        over(d);
        d.keys(&[Char('3')]);
    });
    look("review_talk", |d| {
        over(d);
        d.keys(&[Tab, Down]);
    });
    look("review_course", |d| {
        over(d);
        d.keys(&[Tab, Tab]);
    });
    look("review_plan", |d| {
        over(d);
        d.keys(&[Tab, Tab, Tab]).typed("Jo").keys(&[Enter]).typed("Ask for quiet over tea").keys(&[Enter]);
        d.typed("Saturday");
    });
    look("review_save", |d| {
        over(d);
        d.keys(&[Char('s')]);
    });
}

#[test]
fn what_became_of_a_plan() {
    let mut all = String::new();
    for size in SIZES {
        let folder = folder();
        let mut driver = Driver::on(desk_in(folder.path()), size, &saywell::tui::Opening::Home);
        driver.begin().say("Hi").keys(&[F(5), Tab, Tab, Tab]);
        driver.typed("Jo").keys(&[Enter]).typed("Ask for quiet over tea").keys(&[Enter]).typed("Saturday").keys(&[Esc]);
        drop(driver);
        let mut driver = Driver::on(desk_in(folder.path()), size, &saywell::tui::Opening::Home);
        driver.keys(&[Down]).typed("Jo was away.");
        all.push_str(&format!("{}x{}\n{}\n", size.0, size.1, driver.screen()));
    }
    insta::assert_snapshot!("attempt", all);
}

#[test]
fn history_progress_settings_help() {
    let some = |d: &mut Driver| {
        for _ in 0..3 {
            bad(d);
            good(d);
            d.keys(&[Enter, Char('2'), Esc, Esc]);
        }
    };
    look("history", |d| {
        some(d);
        d.keys(&[F(2)]);
    });
    look("history_delete", |d| {
        some(d);
        d.keys(&[F(2), Delete]);
    });
    look("progress", |d| {
        some(d);
        d.keys(&[F(3)]);
    });
    look("settings", |d| drop(d.keys(&[F(4)]).screen()));
    look("help", |d| drop(d.keys(&[F(1)]).screen()));
}

#[test]
fn leaving_asks_once() {
    look("quit", |d| drop(d.ctrl('c').screen()));
}

#[test]
fn a_terminal_that_is_too_small_is_told_so() {
    let mut driver = Driver::new((59, 20));
    insta::assert_snapshot!("too_small", driver.screen());
    driver.resize(60, 20);
    assert!(driver.shows("Practising as"));
}
