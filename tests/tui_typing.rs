//! Whole rehearsals typed through the real event loop, letter by letter, as an anxious person would.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::sync::mpsc::channel;
use std::time::Duration;

use proptest::prelude::*;
use ratatui::crossterm::event::KeyCode::{self, Backspace, Char, Down, Enter, Esc, F, PageUp, Tab, Up};
use ratatui::crossterm::event::{Event, KeyEvent, KeyEventKind, KeyModifiers};
use saywell::counterpart::{Counterpart, Partly, Spoken};
use saywell::runtime::Stop;
use saywell::session::{Cue, Session};
use saywell::tui::Opening;
use support::{Driver, desk, desk_in, flat, folder, library, usual};

#[test]
fn somebody_new_is_rehearsing_one_key_later() {
    let mut d = Driver::new((100, 30));
    assert!(d.shows("It is not therapy"));
    d.keys(&[Enter]);
    assert!(d.shows("You are Robin") && d.shows("Oh. Hi. You're still up?"));
    d.keys(&[Esc]);
    assert!(!d.shows("It is not therapy"), "the words come once");
}

#[test]
fn a_whole_rehearsal_from_a_slip_to_a_good_end() {
    let folder = folder();
    let mut d = Driver::on(desk_in(folder.path()), (100, 30), &Opening::Home);
    d.typed("flatmate").keys(&[Enter, Char('8'), Enter]);
    // Starts, deletes it again, starts anew.
    d.typed("You allways").keys(&[Backspace; 5]).typed("ways play it so loud.").keys(&[Enter]);
    assert!(d.shows("Over-generalising") && d.shows("You could try"), "{}", d.screen());
    assert!(d.shows("always play it so loud!1"), "{}", d.screen());
    d.keys(&[F(2)]);
    assert!(d.shows("Hint: Still open"));
    d.ctrl('b').ctrl('u').typed("I felt sad on Tuesday when the music was on until one.").keys(&[Enter]);
    assert!(d.shows("attempt 2") && d.shows("✓1"), "{}", d.screen());
    d.say("You must be worn out after your late shifts, and music is how you come down.");
    d.say("Could you turn the music down after eleven?");
    for _ in 0..3 {
        if !d.shows("The talk is over") {
            d.say("Sorry, I know it is late. Could you use headphones after eleven on weekdays?");
        }
    }
    assert!(d.shows("The talk is over"), "{}", d.screen());
    d.keys(&[Enter]);
    assert!(d.shows("The talk came to a good place.") && d.shows("A strength"), "{}", d.screen());
    d.keys(&[Char('3')]);
    assert!(d.shows("(3)") && d.shows("before: 8"));
    d.keys(&[Tab, Tab, Tab]).typed("Jo").keys(&[Enter]).typed("Tell Jo about the mornings").keys(&[Enter]);
    d.typed("Saturday").keys(&[Esc]);
    // Everything is on disk: another app shows it, and asks about the plan.
    drop(d);
    let mut d = Driver::on(desk_in(folder.path()), (100, 30), &Opening::Home);
    assert!(d.shows("How did it go?") && d.shows("Tell Jo about the mornings"), "{}", d.screen());
    d.typed("Better than I thought").keys(&[Enter]);
    assert!(d.shows("That took courage"), "{}", d.screen());
    d.keys(&[F(3)]);
    assert!(d.shows("▰▰▰▰▰▰▰▰"), "{}", d.screen());
    d.keys(&[Esc, F(2), Enter, Tab, Tab, Tab]);
    assert!(d.shows("Tell Jo about the mornings") && d.shows("Saturday"), "{}", d.screen());
    drop(d);
    let d = Driver::on(desk_in(folder.path()), (100, 30), &Opening::Home);
    assert!(!d.shows("How did it go?"), "it is not asked again");
}

#[test]
fn a_plan_can_be_passed_over() {
    let folder = folder();
    let mut d = Driver::on(desk_in(folder.path()), (100, 30), &Opening::Home);
    d.begin().say("Hi").keys(&[F(5), Tab, Tab, Tab]).typed("Jo").keys(&[Esc]);
    drop(d);
    for asked in [true, false] {
        let mut d = Driver::on(desk_in(folder.path()), (60, 20), &Opening::Home);
        assert_eq!(d.shows("How did it go?"), asked, "{}", d.screen());
        if asked {
            d.keys(&[Esc]);
        }
        assert!(d.shows("Practising as"), "{}", d.screen());
        drop(d);
    }
}

#[test]
fn what_is_too_old_to_be_kept_goes_at_the_start_and_is_told() {
    use saywell::runtime::desk::Place;
    use saywell::tui::{Wishes, app::App};
    let folder = folder();
    let mut d = Driver::on(desk_in(folder.path()), (100, 30), &Opening::Home);
    d.begin().say("Hi").keys(&[F(5), Char('s'), Char('h')]);
    drop(d);
    let place = || Place::File(folder.path().join("saywell.db"));
    for (days, left) in [(40, 1), (39, 0)] {
        let later = || support::clock() + 40 * 24 * 60 * 60 * 1000 - 1;
        let desk = saywell::runtime::Desk::new(usual(), place(), later).reports_in(folder.path().to_owned());
        let (tell, _inbox) = channel();
        let mut app = App::new(desk, Wishes { keep_days: std::num::NonZeroU32::new(days), ..Wishes::default() }, tell);
        app.open(&Opening::Home);
        assert_eq!(app.shared().noticed().is_some_and(|said| said.contains("keep_days = 39")), left == 0);
        let mut desk = desk_in(folder.path());
        assert_eq!(desk.past().unwrap().len(), left);
        let files = std::fs::read_dir(folder.path()).unwrap().map(|e| e.unwrap().file_name());
        assert_eq!(files.filter(|name| name.to_string_lossy().ends_with(".html")).count(), left);
    }
}

#[test]
fn what_is_typed_is_never_lost() {
    let folder = folder();
    let mut d = Driver::on(desk_in(folder.path()), (100, 30), &Opening::Home);
    d.begin().typed("half a thought").keys(&[Esc]);
    d.keys(&[Enter]);
    assert!(d.shows("> half a thought"), "{}", d.screen());
    // The same after leaving the program, and after a signal.
    d.app.close();
    drop(d);
    let mut d = Driver::on(desk_in(folder.path()), (60, 20), &Opening::Home);
    d.keys(&[Enter]);
    assert!(d.shows("> half a thought"), "{}", d.screen());
}

#[test]
fn what_is_being_written_outlives_a_crash() {
    let folder = folder();
    let mut d = Driver::on(desk_in(folder.path()), (100, 30), &Opening::Home);
    d.begin().say("Hi.").typed("the second half").pause();
    // Nothing of the app gets to do anything any more.
    std::mem::forget(d);
    let mut d = Driver::on(desk_in(folder.path()), (100, 30), &Opening::Home);
    d.keys(&[Enter]);
    assert!(d.shows("> the second half"), "{}", d.screen());
}

#[test]
fn a_damaged_database_is_mended_and_the_user_is_told() {
    let folder = folder();
    let mut d = Driver::on(desk_in(folder.path()), (100, 30), &Opening::Home);
    d.begin().say("You must be worn out.");
    drop(d);
    let path = folder.path().join("saywell.db");
    let sound = std::fs::read(&path).unwrap();
    std::fs::write(&path, &sound[..sound.len() * 3 / 4]).unwrap();
    let d = Driver::on(desk_in(folder.path()), (100, 30), &Opening::Home);
    assert!(d.shows("was damaged and has been mended") && d.shows("is kept as"), "{}", d.screen());
}

#[test]
fn a_draft_has_its_place() {
    let mut d = Driver::new((100, 30));
    d.begin().say("Hi.").typed("later words").keys(&[F(4)]);
    d.keys(&[Esc]);
    assert!(d.shows("> later words"));
    // Another way of the first reply; its own words come back, the draft stays where it was.
    d.ctrl('b');
    assert!(d.shows("> Hi."), "{}", d.screen());
    d.keys(&[F(4), Char('g')]);
    assert!(d.shows("> later words"), "{}", d.screen());
}

#[test]
fn going_back_keeps_both_attempts_and_compares_them() {
    let mut d = Driver::new((100, 30));
    d.begin().say("You always do this.").say("Fine, whatever.");
    d.keys(&[F(4), Up, Enter]);
    assert!(d.shows("> You always do this."), "{}", d.screen());
    d.ctrl('u').say("I felt sad on Tuesday when the music was on until one.");
    d.keys(&[F(4)]);
    assert!(d.shows("├─ 1. You always") && d.shows("└─ 1. I felt sad"), "{}", d.screen());
    d.keys(&[Char('c')]);
    assert!(d.shows("They part at the first reply") && d.shows("Attempt A") && d.shows("What came of it"));
    d.keys(&[Esc, Esc]);
    assert!(d.shows("You are Robin"));
}

#[test]
fn silence_is_asked_about_and_control_c_asks_once() {
    let mut d = Driver::new((100, 30));
    d.begin().keys(&[Enter]);
    assert!(d.shows("silence is an answer too") && !d.shows("(silence)"));
    d.keys(&[Enter]);
    assert!(d.shows("(silence)"));
    d.ctrl('c');
    assert!(d.shows("Leave Saywell?") && !d.ended);
    d.keys(&[Esc]);
    assert!(!d.shows("Leave Saywell?"));
    d.ctrl('c').ctrl('c');
    assert!(d.ended);
}

#[test]
fn a_stop_waits_for_a_word_and_nothing_is_scored() {
    let mut d = Driver::new((100, 30));
    d.begin().say("I want to kill myself.");
    assert!(d.shows("988") && d.shows("Stop here for today"), "{}", d.screen());
    d.typed("x");
    d.keys(&[Char('g')]);
    assert!(d.shows("Thank you for saying so"), "{}", d.screen());
    d.say("I want to kill myself.").keys(&[Enter]);
    assert!(d.shows("good decision") && d.shows("Practising as"), "{}", d.screen());
}

#[test]
fn the_question_before_can_end_it_kindly() {
    let mut d = Driver::new((100, 30));
    d.typed("sister").keys(&[Enter, Char('y')]);
    assert!(d.shows("findahelpline.com") && d.shows("Nothing of this was scored or saved"), "{}", d.screen());
    d.keys(&[Esc]);
    assert!(d.shows("Practising as"));
    d.typed("sister").keys(&[Enter, Char('n')]);
    assert!(d.shows("Begin: press Enter"), "{}", d.screen());
}

#[test]
fn an_exam_says_nothing_before_the_end() {
    let mut d = Driver::new((100, 30));
    d.typed("flatmate").keys(&[Enter, Down, Down, Down, KeyCode::Right, Enter]).say("You always do this.");
    assert!(d.shows("Feedback waits") && !d.shows("Over-generalising") && !d.shows("!1") && !d.shows("Tension"));
    d.keys(&[F(5)]);
    assert!(d.shows("To try next") && d.shows("You always"), "{}", d.screen());
}

#[test]
fn the_mouse_works_rows_findings_buttons_and_the_bar() {
    let mut d = Driver::new((100, 30));
    d.click("Asking your flatmate");
    assert!(d.shows("You are Robin"), "the first row begins at once");
    d.keys(&[Esc]).click("Settings");
    d.click("light").click("Esc back");
    d.click("Asking your flatmate");
    d.click("[ Begin").say("You always do this. You're so selfish.").say("Okay.");
    d.click("You're so selfish");
    assert!(d.shows("An earlier reply") && d.shows("Contempt"), "{}", d.screen());
    d.wheel(false, 5, 5).wheel(true, 80, 10).click("F4 takes");
    assert!(d.shows("takes: Asking"), "{}", d.screen());
    d.ctrl('c').click("Stay");
    assert!(d.shows("takes: Asking") && !d.shows("Leave Saywell?"));
}

#[test]
fn history_is_searched_by_what_was_said_and_deletes_what_it_names() {
    let mut d = Driver::new((100, 30));
    d.begin().say("The bass woke the cat.").keys(&[Esc]);
    d.keys(&[F(2)]).typed("cat");
    assert!(d.shows("1 reply"), "{}", d.screen());
    d.typed("fish");
    assert!(d.shows("None of them"), "{}", d.screen());
    d.keys(&[Esc, KeyCode::Delete]);
    assert!(d.shows("Delete this rehearsal?") && d.shows("cannot be brought back"));
    d.keys(&[Enter]);
    assert!(d.shows("1 reply"), "Enter keeps it");
    d.keys(&[KeyCode::Delete, Char('d')]);
    assert!(d.shows("Nothing yet"), "{}", d.screen());
}

#[test]
fn reports_are_saved_and_never_replaced() {
    let folder = folder();
    let mut d = Driver::on(desk_in(folder.path()), (100, 30), &Opening::Home);
    d.begin().say("You always do <b>this</b>.").keys(&[F(5)]);
    for form in ['h', 'm', 'j', 'h'] {
        d.keys(&[Char('s'), Char(form)]);
        assert!(d.shows("Saved as"), "{}", d.screen());
    }
    let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
    let id = desk_in(folder.path()).past().unwrap()[0].id.clone();
    let base = format!("saywell-flat-mate-music-{}", &id[24..]);
    let html = read(&format!("{base}.html"));
    assert!(html.contains("&lt;b&gt;") && !html.contains("<b>") && html.contains("<span class=\"fault\">You always"));
    assert!(read(&format!("{base}.md")).contains("\\<b\\>"));
    let json: serde_json::Value = serde_json::from_str(&read(&format!("{base}.json"))).unwrap();
    assert_eq!(json["talk"][1]["text"], "You always do <b>this</b>.");
    assert_eq!(read(&format!("{base}-2.html")), html);
}

/// Answers only when it is told to stop.
struct Slow(std::sync::mpsc::Sender<()>);

impl Counterpart for Slow {
    fn say(&mut self, _: &Session, cue: &Cue, stop: &Stop, told: &mut dyn FnMut(Partly<'_>)) -> Spoken {
        told(Partly::Asked);
        let _ = self.0.send(());
        assert!(stop.wait(Duration::from_secs(60)), "nobody stopped the waiting");
        Spoken::scripted(cue)
    }
}

#[test]
fn while_the_other_thinks_one_can_write_and_esc_stops_the_waiting() {
    use saywell::tui::talk::Talk;
    let (tell, inbox) = channel();
    let (asked, begun) = channel();
    let mut desk = desk(usual());
    let scenario = std::sync::Arc::new(desk.library().find("flat-mate-music").unwrap().load().unwrap());
    let wish = saywell::runtime::desk::Wish { difficulty: scenario.difficulty, seed: Some(7) };
    let mut runtime = desk.begin(scenario, flat(), wish).unwrap();
    runtime.set_counterpart(Box::new(Slow(asked)));
    let mut talk = Talk::new(runtime, tell);
    talk.send(saywell::session::Command::Say("You always do this.".into()));
    begun.recv().unwrap();
    // What was said is on disk and analysed while the other still thinks.
    let take = |talk: &mut Talk| match inbox.recv().unwrap() {
        saywell::tui::Incoming::Talk(_, news) => talk.take_in(news),
        other => panic!("{other:?}"),
    };
    while talk.last_reply().is_none_or(|t| t.step.is_none()) {
        take(&mut talk);
    }
    assert!(talk.thinking() && !talk.may_speak());
    talk.stop();
    while talk.busy() {
        take(&mut talk);
    }
    assert!(talk.may_speak());
    assert_eq!(talk.session().turns().len(), 3);
}

#[test]
fn text_from_outside_cannot_reach_the_terminal_as_control() {
    let text = flat()
        .replace("Oh. Hi. You're still up?", "\\e]0;owned\\aHi \\u202Eevil\\u202C \\x9b31m")
        .replace("name: Jo", "name: \"J\\e[2Jo\"");
    let mut d = Driver::on(desk(library(&[("x.yaml", &text)])), (100, 30), &Opening::Home);
    d.begin();
    let left = |s: &str| s.contains(|c: char| (c.is_control() && c != '\n') || ('\u{202A}'..='\u{202E}').contains(&c));
    assert!(!left(&d.screen()), "{}", d.screen());
    d.paste("\x1b[2J\u{202e}abc\x07").keys(&[Enter]);
    assert!(!left(&d.screen()), "{}", d.screen());
}

#[test]
fn wide_and_right_to_left_names_do_not_break_the_layout() {
    for name in ["דָּנִיאֵל", "山田太郎さんのおかあさん", "👩🏽\u{200d}🚀 Zoë", "e\u{301}le\u{301}onore", "Jo\u{301}"]
    {
        let text = flat().replace("name: Jo", &format!("name: \"{name}\""));
        let mut d = Driver::on(desk(library(&[("x.yaml", &text)])), (100, 30), &Opening::Home);
        d.begin().say("日本語 👨\u{200d}👩\u{200d}👧 e\u{301} שלום");
        // The line between talk and coach stays where it is in every row that has it.
        let rows: Vec<String> = d.screen().lines().map(str::to_owned).collect();
        let columns: Vec<usize> =
            rows.iter().filter_map(|row| Some(saywell::tui::widgets::wrap::width(&row[..row.find('│')?]))).collect();
        assert!(columns.len() > 10 && columns.windows(2).all(|w| w[0] == w[1]), "{name}\n{}", d.screen());
    }
}

#[test]
fn the_cursor_is_where_the_text_is() {
    let mut d = Driver::new((100, 30));
    d.begin();
    let at = d.cursor();
    for (text, cells) in [("a", 1), ("日", 3), ("e\u{301}", 4), ("👨\u{200d}👩\u{200d}👧", 6), ("ש", 7)] {
        d.paste(text);
        assert_eq!(d.cursor().x, at.x + cells, "{text}");
    }
    d.keys(&[KeyCode::Left, KeyCode::Left]);
    assert_eq!(d.cursor().x, at.x + 4);
}

#[test]
fn a_paste_of_a_megabyte_is_bounded_and_said_so() {
    let mut d = Driver::new((60, 20));
    d.begin().paste(&"so much to say ".repeat(70_000));
    assert!(d.shows("more than fits"), "{}", d.screen());
    d.keys(&[Enter]);
    assert!(d.shows("Jo"), "{}", d.screen());
}

#[test]
fn a_key_that_is_let_go_does_nothing() {
    let mut d = Driver::new((100, 30));
    let event = |kind| Event::Key(KeyEvent::new_with_kind(Char('z'), KeyModifiers::NONE, kind));
    d.begin().feed(vec![event(KeyEventKind::Press), event(KeyEventKind::Release)]);
    assert!(d.shows("> z") && !d.shows("> zz"));
}

#[test]
fn many_sizes_on_every_screen_never_panic() {
    let sizes = [(0, 0), (1, 1), (2, 300), (300, 2), (59, 19), (60, 20), (61, 21), (92, 20), (110, 24), (200, 80)];
    let ways: [&[KeyCode]; 8] =
        [&[], &[F(4)], &[F(4), Char('c')], &[F(5)], &[Tab], &[F(1)], &[Esc, F(2)], &[Esc, F(3)]];
    for way in ways {
        let mut d = Driver::new((100, 30));
        d.begin().say("You always do this.").ctrl('b').say("Hm.").keys(way);
        for (w, h) in sizes {
            d.resize(w, h).keys(&[PageUp, Down]);
        }
        d.resize(100, 30);
        assert!(d.shows("Saywell"), "{}", d.screen());
    }
}

fn anything() -> impl Strategy<Value = Event> {
    let codes = prop::sample::select(vec![
        Enter,
        Esc,
        Tab,
        Up,
        Down,
        KeyCode::Left,
        KeyCode::Right,
        PageUp,
        KeyCode::PageDown,
        Backspace,
        KeyCode::Delete,
        KeyCode::Home,
        KeyCode::End,
        F(1),
        F(2),
        F(3),
        F(4),
        F(5),
        Char('a'),
        Char(' '),
        Char('g'),
        Char('c'),
        Char('r'),
        Char('s'),
        Char('7'),
        Char('?'),
        Char('日'),
        Char('d'),
        Char('h'),
    ]);
    let modifiers =
        prop::sample::select(vec![KeyModifiers::NONE, KeyModifiers::NONE, KeyModifiers::CONTROL, KeyModifiers::ALT]);
    prop_oneof![
        12 => (codes, modifiers).prop_map(|(code, with)| {
            // Leaving and stopping are tested elsewhere; here the app is to go on.
            let leaves = with == KeyModifiers::CONTROL && matches!(code, Char('c'));
            Event::Key(KeyEvent::new(if leaves { Char('x') } else { code }, with))
        }),
        2 => "[a-zA-Z .!?]{0,30}|\\PC{0,8}".prop_map(Event::Paste),
        2 => (0u16..130, 0u16..45).prop_map(|(x, y)| Event::Resize(x, y)),
        2 => (0u16..130, 0u16..45, any::<bool>()).prop_map(|(column, row, wheel)| {
            use ratatui::crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
            let kind = if wheel { MouseEventKind::ScrollUp } else { MouseEventKind::Down(MouseButton::Left) };
            Event::Mouse(MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE })
        }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]
    #[test]
    fn nothing_one_can_do_makes_it_panic(events in prop::collection::vec(anything(), 0..60)) {
        let folder = folder();
        let mut d = Driver::on(desk_in(folder.path()), (100, 30), &Opening::Home);
        d.begin();
        for event in events {
            if d.ended {
                break;
            }
            match event {
                Event::Resize(w, h) => { d.resize(w, h); }
                event => { d.feed(vec![event]); }
            }
        }
    }
}
