//! A sign of danger stops the scene in every mode: where to turn comes first, nothing is scored, the words are set aside,
//! and only a word on it goes on.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::io::Write as _;
use std::process::{Command as Process, Stdio};
use std::sync::Arc;

use ratatui::crossterm::event::KeyCode;
use saywell::report::{self, About, Lens, Report, Summary};
use saywell::scenario;
use saywell::session::{Command, Effect, Event, Phase, Refusal, SET_ASIDE, Session, Setup, Source};
use saywell::store::text_hash;
use serde_json::Value;
use support::Driver;

const GRIEF: &str = "grief-mother-belongings";
const CHORES: &str = "dispute-partner-chores";
const CERTAIN: &str = "I want to kill myself";
/// Vague enough to be asked about.
const UNCLEAR: &str = "what's the point of anything anymore";

// ---- the core ----

/// A session that is moved on as the runtime does it, and every cue that was handed out on the way.
struct Talk {
    session: Session,
    cues: Vec<String>,
}

impl Talk {
    fn begin() -> Self {
        let text = std::fs::read_to_string(format!("scenarios/{GRIEF}.yaml")).unwrap();
        let scenario = Arc::new(scenario::parse(&text).0.unwrap());
        let setup = Setup {
            audience: scenario.audience,
            difficulty: scenario.difficulty,
            seed: 3,
            scenario_hash: text_hash(&text),
        };
        let (session, started) = Session::start(scenario, setup);
        let mut talk = Self { session, cues: Vec::new() };
        talk.handle(started);
        talk
    }

    fn handle(&mut self, event: Event) {
        let mut queue = vec![event];
        while let Some(event) = queue.pop() {
            for effect in self.session.handle(event).unwrap() {
                match effect {
                    Effect::Record(event) => queue.push(event),
                    Effect::Speak(cue) => {
                        self.cues.push(format!("{cue:?}"));
                        let (turn, parent, text) = (cue.turn, cue.parent, cue.line);
                        queue.push(Event::CounterpartSaid { turn, parent, text, source: Source::Scripted });
                    }
                    Effect::ShowSafety(_) => {}
                }
            }
        }
    }

    fn does(&mut self, command: Command) {
        let event = self.session.decide(command).unwrap();
        self.handle(event);
    }

    fn says(&mut self, text: &str) {
        self.does(Command::Say(text.into()));
    }

    /// Everything that is made of the session for anybody to read.
    fn told(&self) -> String {
        let session = &self.session;
        let turns: Vec<_> = session.turns().iter().map(|t| (&t.text, &t.analysis, &t.step)).collect();
        let mut told = format!("{:?} {turns:?} {:?} {:?}", self.cues, Summary::of(session), report::takes(session));
        for lens in [Lens::Own, Lens::Debrief] {
            let report = Report::of(session, &About::default(), lens);
            for text in [report::markdown::text, report::html::text, report::json::text, report::csv::text] {
                told.push_str(&text(&report));
            }
        }
        told
    }
}

#[test]
fn what_stopped_the_scene_is_in_no_cue_report_or_list_of_takes() {
    let mut talk = Talk::begin();
    talk.says("I miss her.");
    talk.says(CERTAIN);
    assert_eq!(talk.session.phase(), Phase::SafetyStop);
    assert!(!talk.told().contains("kill myself"), "at the stop");
    talk.does(Command::Acknowledge { in_role: false });
    talk.says("I was in a dark place. I miss her.");
    talk.does(Command::Back(1));
    talk.says("Could we keep her scarf?");
    talk.does(Command::Finish);
    let told = talk.told();
    assert!(!told.contains("kill myself"), "{told}");
    assert!(told.contains("Could we keep her scarf?") && told.contains(SET_ASIDE), "{told}");
    let stopped = talk.session.turns().iter().find(|t| t.safety.is_some()).unwrap();
    assert!(stopped.analysis.is_none() && stopped.step.is_none(), "nothing is scored");
}

#[test]
fn a_vague_one_that_belongs_to_the_role_is_heard_like_any_other() {
    let mut talk = Talk::begin();
    talk.says(UNCLEAR);
    let stop = talk.session.stop().map(|(_, stop)| stop.certain);
    assert_eq!(stop, Some(false), "the words were chosen to be unclear");
    assert!(!talk.told().contains(UNCLEAR));
    talk.does(Command::Acknowledge { in_role: true });
    assert_eq!(talk.session.phase(), Phase::YourTurn);
    let turn = talk.session.turns().iter().find(|t| t.cleared).unwrap();
    assert_eq!(turn.text, UNCLEAR);
    assert!(turn.analysis.is_some() && turn.step.is_some(), "and it is answered");
    assert!(talk.told().contains(UNCLEAR));
}

#[test]
fn about_me_makes_it_a_direct_statement_that_no_role_explains() {
    let mut talk = Talk::begin();
    talk.says(UNCLEAR);
    talk.does(Command::AboutMe);
    assert!(talk.session.stop().unwrap().1.certain);
    talk.does(Command::Acknowledge { in_role: true });
    let turn = talk.session.turns().last().unwrap();
    assert!(!turn.cleared && turn.analysis.is_none() && turn.text == SET_ASIDE);
    assert!(!talk.told().contains(UNCLEAR));
}

#[test]
fn nothing_goes_on_without_a_word_on_the_stop() {
    let mut talk = Talk::begin();
    talk.says("I miss her.");
    let (opening, reply, answer) = (0, 1, 2);
    talk.says(CERTAIN);
    let ways = || {
        [
            Command::Say("Anyway.".into()),
            Command::Back(1),
            Command::Back(2),
            Command::Retry(reply),
            Command::GoTo(opening),
            Command::GoTo(answer),
        ]
    };
    for way in ways() {
        assert_eq!(talk.session.decide(way.clone()), Err(Refusal::Stopped), "{way:?}");
    }
    // Nor after a summary, however long that was ago.
    talk.does(Command::Finish);
    for way in ways().into_iter().skip(1) {
        assert_eq!(talk.session.decide(way.clone()), Err(Refusal::Stopped), "{way:?}");
    }
    talk.does(Command::Acknowledge { in_role: false });
    assert_eq!(talk.session.phase(), Phase::YourTurn);
    talk.does(Command::Back(2));
    talk.says("I miss her so much.");
}

// ---- plain mode and JSON ----

struct Home(tempfile::TempDir);

impl Home {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn run(&self, arguments: &[&str], typed: &str) -> String {
        let home = self.0.path();
        let mut command = Process::new(env!("CARGO_BIN_EXE_saywell"));
        command.args(arguments).env_clear().env("HOME", home).env("XDG_DATA_HOME", home.join("data"));
        command.env("XDG_CONFIG_HOME", home.join("config")).env("LANG", "en_IE.UTF-8");
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(typed.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    fn json(&self, arguments: &[&str], typed: &str) -> Vec<Value> {
        self.run(arguments, typed).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// Whether anything was said in any rehearsal that is kept.
    fn keeps_nothing(&self) -> bool {
        let home = self.0.path();
        let mut command = Process::new(env!("CARGO_BIN_EXE_saywell"));
        command.args(["resume", "--plain"]).env_clear().env("HOME", home).env("XDG_DATA_HOME", home.join("data"));
        let output = command.stdin(Stdio::null()).output().unwrap();
        output.status.code() == Some(1) && String::from_utf8_lossy(&output.stderr).contains("no rehearsal")
    }
}

fn place(text: &str, word: &str) -> usize {
    text.find(word).unwrap_or_else(|| panic!("no {word:?} in\n{text}"))
}

fn events<'e>(events: &'e [Value], kind: &str) -> Vec<&'e Value> {
    events.iter().filter(|e| e["event"] == kind).collect()
}

#[test]
fn the_question_comes_before_the_scene_in_json_too() {
    let home = Home::new();
    for answer in ["yes", "Unsure.", "hello?\nmaybe"] {
        let all = home.json(&["play", CHORES, "--json"], &format!("{answer}\nYou never help.\n"));
        assert_eq!(all[0]["event"], "screen");
        let last = all.last().unwrap();
        assert_eq!(last["event"], "screen_stopped");
        let text = last["text"].as_str().unwrap();
        assert!(text.contains("Women's Aid") && text.contains("findahelpline.com"), "{text}");
        assert!(events(&all, "started").is_empty());
    }
    assert!(home.keeps_nothing());
    let all = home.json(&["play", CHORES, "--json", "--seed", "1"], "no\nHello\n/quit\n");
    assert_eq!(events(&all, "user_said")[0]["text"], "Hello");
}

#[test]
fn a_certain_stop_names_where_to_turn_first_and_then_waits() {
    let home = Home::new();
    let text = home.run(
        &["play", GRIEF, "--plain", "--seed", "3"],
        &format!("I miss her.\n{CERTAIN}\n/hint\n/why\n/back 2\n/takes 1\nwell?\nI am safe\nI miss her so.\n/quit\n"),
    );
    let stop = place(&text, "I'm stopping the scene here. Rhian was only a role");
    let text = &text[stop..];
    assert!(place(text, "116 123") < place(text, "may be in danger"), "{text}");
    let waiting = &text[..place(text, "You: I am safe")];
    assert_eq!(waiting.matches("If you are safe and want to go on").count(), 6, "{waiting}");
    for technique in ["Coach:", "Hint", "It often comes out", "Rhian:"] {
        assert!(!waiting.contains(technique), "{technique} in {waiting}");
    }
    assert!(text[place(text, "You: I miss her so.")..].contains("Rhian:"), "{text}");
}

#[test]
fn json_brings_the_words_and_so_does_going_on_later() {
    let home = Home::new();
    let all = home.json(&["play", GRIEF, "--json", "--seed", "3"], &format!("{UNCLEAR}\nme\nrole\n/back\n"));
    let words = events(&all, "safety_words");
    assert_eq!(words.iter().map(|w| w["certain"].as_bool().unwrap()).collect::<Vec<_>>(), [false, true]);
    assert!(words[1]["text"].as_str().unwrap().contains("116 123"), "{}", words[1]);
    assert!(events(&all, "safety_acknowledged").is_empty(), "no role explains it any more");
    assert!(events(&all, "went_back").is_empty() && events(&all, "analysed").is_empty());
    let all = home.json(&["resume", "--json"], "/finish\n");
    assert_eq!(events(&all, "safety_words").len(), 1, "{all:?}");
    assert_eq!(events(&all, "finished")[0]["how"], "safety");
    assert!(events(&all, "summary").is_empty(), "nothing is summed up");
    let text = home.run(
        &["resume", "--plain", events(&all, "finished")[0]["session"].as_str().unwrap()],
        "/back\nI am safe\n/quit\n",
    );
    assert!(!text.contains(UNCLEAR) && text.contains(SET_ASIDE), "{text}");
    let waiting = &text[..place(&text, "You: I am safe")];
    assert!(waiting.contains("116 123") && waiting.contains("If you are safe and want to go on"), "{text}");
}

#[test]
fn lines_of_other_countries_are_a_command_away() {
    let home = Home::new();
    let text = home.run(&["play", GRIEF, "--plain"], "/support\n/support NZ\n/support Atlantis\n/support all\n/quit\n");
    assert!(place(&text, "(Ireland)") < place(&text, "(New Zealand)"));
    assert!(text.contains("no lines of 'Atlantis'") && text.contains("3919"), "{text}");
    let text = home.run(&["play", GRIEF, "--plain", "--country", "ZA"], "/support\n/quit\n");
    assert!(text.contains("0800 567 567") && !text.contains("(Ireland)"), "{text}");
    std::fs::create_dir_all(home.0.path().join("config/saywell")).unwrap();
    std::fs::write(home.0.path().join("config/saywell/config.toml"), "country = \"UK\"\n").unwrap();
    assert!(home.run(&["play", GRIEF, "--plain"], "/support\n").contains("(United Kingdom)"));
}

#[test]
fn leaving_at_once_says_nothing_and_keeps_what_was_said() {
    let home = Home::new();
    let text = home.run(&["play", GRIEF, "--plain", "--seed", "3"], "I miss her.\n/exit-now\n");
    assert!(!text.contains("Kept."), "{text}");
    assert!(home.run(&["resume", "--plain"], "").contains("You: I miss her."));
    let text = home.run(&["play", CHORES, "--plain"], "/exit-now\nno\n");
    assert!(!text.contains("Alex:"), "{text}");
}

// ---- the app ----

fn stopped(text: &str) -> Driver {
    let mut driver = Driver::new((100, 30));
    driver.begin().say("I did the bins again.").say(text);
    driver
}

#[test]
fn the_app_stops_and_waits_by_whatever_way_one_comes_back() {
    let mut driver = stopped(CERTAIN);
    assert!(
        driver.shows("I'm stopping the scene here.") && driver.shows("I am safe, go on (g)"),
        "{}",
        driver.screen()
    );
    assert!(driver.find("Where to turn").unwrap().1 < driver.find("someone near you").unwrap().1);
    driver.ctrl('b').keys(&[KeyCode::F(4)]).typed("hello");
    assert!(driver.shows("I'm stopping the scene here."), "{}", driver.screen());
    driver.keys(&[KeyCode::Enter]);
    assert!(driver.shows("that is a good decision"), "{}", driver.screen());
    // Looked at again, it still waits.
    driver.keys(&[KeyCode::F(2), KeyCode::F(5)]);
    assert!(driver.shows("I'm stopping the scene here."), "{}", driver.screen());
    driver.typed("g");
    assert!(driver.shows("what would you say?") && driver.shows("set aside"), "{}", driver.screen());
    assert!(!driver.shows("kill myself"), "{}", driver.screen());
    driver.keys(&[KeyCode::Up]);
    assert!(!driver.shows("kill myself") && driver.shows("> I did the bins again."), "{}", driver.screen());
}

#[test]
fn the_app_asks_whether_a_vague_one_is_about_the_user() {
    let mut driver = stopped(UNCLEAR);
    assert!(driver.shows("or part of the role?"), "{}", driver.screen());
    driver.typed("m");
    assert!(driver.shows("I'm stopping the scene here."), "{}", driver.screen());
    driver.typed("r");
    assert!(driver.shows("I'm stopping the scene here."), "{}", driver.screen());
    let mut driver = stopped(UNCLEAR);
    driver.typed("r");
    assert!(driver.shows("what would you say?") && driver.shows("what's the point"), "{}", driver.screen());
}

#[test]
fn in_the_app_other_countries_are_a_key_away() {
    let mut driver = stopped(CERTAIN);
    assert!(driver.shows("United States: 911"), "{}", driver.screen());
    driver.keys(&[KeyCode::Right, KeyCode::Right]);
    assert!(driver.shows("Where to turn, day or night (Canada)"), "{}", driver.screen());
    driver.keys(&[KeyCode::Left, KeyCode::Left, KeyCode::Left]);
    assert!(driver.shows("(Sweden)"), "{}", driver.screen());
    let mut driver = Driver::new((60, 20));
    driver.keys(&[KeyCode::F(8)]);
    assert!(driver.shows("Where to turn") && driver.shows("Ctrl+X"), "{}", driver.screen());
}

#[test]
fn one_key_is_out_of_every_screen() {
    for keys in [&[][..], &[KeyCode::F(1)], &[KeyCode::F(2)], &[KeyCode::F(4)], &[KeyCode::F(8)]] {
        let mut driver = Driver::new((100, 30));
        driver.keys(keys).ctrl('x');
        assert!(driver.ended && driver.app.wants_to_vanish(), "{keys:?}");
    }
    for size in [(100, 30), (20, 5)] {
        let mut driver = stopped(CERTAIN);
        driver.resize(size.0, size.1).ctrl('x');
        assert!(driver.ended && driver.app.wants_to_vanish());
    }
    let mut driver = Driver::new((100, 30));
    driver.begin().typed("half a sentence").ctrl('c').ctrl('x');
    assert!(driver.ended && driver.app.wants_to_vanish(), "even where it asks whether to leave");
}
