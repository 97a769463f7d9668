//! A model as judge and as coach: beside the scene, never in its way, and never believed without the words.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod model_support;

use std::sync::Arc;
use std::time::Duration;

use model_support::*;
use saywell::analysis::Id;
use saywell::coach::offline;
use saywell::judge::differences;
use saywell::llm::{Engine, Format, Kind, Provider};
use saywell::prompts::Prompts;
use saywell::runtime::{Model, Runtime, Told};
use saywell::session::{Command, Event, Session, Source};

const BLAME: &str = "You never help with bedtime. I felt so alone on Tuesday.";

fn model(fake: &Arc<Fake>) -> Model {
    let provider: Arc<dyn Provider> = Arc::clone(fake) as Arc<dyn Provider>;
    Model::new(Engine::default(), provider, Arc::new(Prompts::default()))
}

fn judged(fake: &Arc<Fake>, leads: bool) -> Runtime {
    let mut runtime = scripted(&scenario(CHORES), CHORES);
    runtime.use_judge(&model(fake), leads);
    runtime
}

/// Wait for the opinions that are still to come, and take them in.
fn opinions(runtime: &mut Runtime) -> Vec<Event> {
    let mut events = Vec::new();
    runtime
        .opinions(Duration::from_secs(60), &mut |told| {
            if let Told::Event(recorded) = told {
                events.push(recorded.event.clone());
            }
        })
        .unwrap();
    events
}

fn marks(list: &str) -> Answer {
    says(&format!("{{\"marks\":[{list}]}}"))
}

#[test]
fn an_opinion_is_stored_beside_the_analysis_and_moves_nothing() {
    let fake = Fake::new([marks(
        r#"{"quote":"You never help with bedtime","id":"blame","grade":3},{"quote":"made up","id":"contempt","grade":3}"#,
    )]);
    let (mut plain, mut runtime) = (scripted(&scenario(CHORES), CHORES), judged(&fake, false));
    say(&mut plain, BLAME);
    // A quick judge is heard before the reply is done with.
    let mut events: Vec<Event> = say(&mut runtime, BLAME).into_iter().map(|recorded| recorded.event).collect();
    events.retain(|event| matches!(event, Event::Judged { .. }));
    events.extend(opinions(&mut runtime));
    let Some(Event::Judged { turn, opinion }) = events.first() else { panic!("{events:?}") };
    assert_eq!(opinion.marks.len(), 1, "a mark without words of the reply is dropped");
    assert_eq!((opinion.marks[0].id, opinion.marks[0].grade, opinion.model.as_str()), (Id::Blame, 3, "fake/test"));
    assert_eq!(plain.session().position(), runtime.session().position());
    let told = differences(runtime.session(), *turn).join("; ");
    assert!(told.contains("does not see over-generalising"), "{told}");
    let request = &fake.asked.lock().unwrap()[0];
    assert!(matches!(request.format, Format::Json { .. }));
    assert_eq!(request.temperature, Some(0.0));
}

#[test]
fn the_scene_does_not_wait_for_the_judge() {
    let fake = Fake::new([Answer::Hangs("{\"marks\":".into())]);
    let mut runtime = judged(&fake, false);
    for reply in [BLAME, "I was on my own with them on Wednesday.", "Could you do Sunday?"] {
        let (text, source, _) = line(&say(&mut runtime, reply));
        assert!(!text.is_empty() && source == Source::Scripted);
    }
    // Leaving ends the request that hangs.
    drop(runtime);
}

#[test]
fn what_cannot_be_used_is_no_opinion() {
    for answer in [
        says("I would give it a 3."),
        marks(r#"{"quote":"You never","id":"blame","grade":9}"#),
        Answer::Fails(Kind::NotJson),
        Answer::Fails(Kind::Busy(None)),
    ] {
        let fake = Fake::new([answer]);
        let mut runtime = judged(&fake, false);
        say(&mut runtime, BLAME);
        assert_eq!(opinions(&mut runtime), vec![]);
    }
}

#[test]
fn what_has_no_words_or_stopped_the_scene_is_not_sent() {
    let fake = Fake::new([marks("")]);
    let mut runtime = judged(&fake, false);
    say(&mut runtime, ":");
    say(&mut runtime, "");
    runtime.submit(Command::Say("I want to kill myself, I have a plan.".into())).unwrap();
    assert_eq!(opinions(&mut runtime), vec![]);
    assert_eq!(fake.asked.lock().unwrap().len(), 0);
}

#[test]
fn the_judge_sees_three_turns_and_the_reply() {
    let fake = Fake::new([marks("")]);
    let mut runtime = judged(&fake, false);
    for reply in ["one thing first", "two things then", "three things now"] {
        say(&mut runtime, reply);
        opinions(&mut runtime);
    }
    let asked = fake.asked.lock().unwrap();
    let last: serde_json::Value = serde_json::from_str(&asked.last().unwrap().messages[1].content).unwrap();
    assert_eq!(last["reply"], "three things now");
    assert_eq!(last["before"].as_array().unwrap().len(), 3);
    assert!(!last.to_string().contains("one thing first"));
}

#[test]
fn the_director_goes_by_the_judge_only_where_the_user_chose_so() {
    let warm = marks(r#"{"quote":"I felt so alone on Tuesday","id":"i_statement","grade":3}"#);
    let fake = Fake::new([warm]);
    let (mut rules, mut led) = (judged(&fake, false), judged(&fake, true));
    say(&mut rules, BLAME);
    let happened = say(&mut led, BLAME);
    assert!(happened.iter().any(|r| matches!(r.event, Event::Judged { .. })));
    assert!(rules.session().position().tension > led.session().position().tension);
    let again = Session::replay(
        Arc::clone(led.session().scenario()),
        std::iter::once(Event::Started {
            scenario: "x".into(),
            scenario_hash: String::new(),
            audience: led.session().setup().audience,
            difficulty: led.session().setup().difficulty,
            seed: 7,
            analyser: 1,
        })
        .chain(std::iter::once(Event::CounterpartSaid {
            turn: 0,
            parent: None,
            text: "Hi.".into(),
            source: Source::Scripted,
        }))
        .chain(happened.into_iter().map(|r| r.event)),
    )
    .unwrap();
    assert_eq!(again.position(), led.session().position(), "the stored events hold what the director went by");

    let failing = Fake::new([Answer::Fails(Kind::Busy(None))]);
    let mut fallen_back = judged(&failing, true);
    say(&mut fallen_back, BLAME);
    assert_eq!(fallen_back.session().position(), rules.session().position(), "where the judge fails, the rules decide");
}

#[test]
fn on_one_server_the_counterpart_is_asked_first() {
    let fake = Fake::new([says("What else is on the list, then?"), marks("")]);
    let mut runtime = scripted(&scenario(CHORES), CHORES);
    runtime.use_model(&model(&fake));
    runtime.use_judge(&model(&fake), false);
    say(&mut runtime, BLAME);
    opinions(&mut runtime);
    let asked = fake.asked.lock().unwrap();
    assert_eq!(asked.len(), 2);
    assert_eq!(asked[0].format, Format::Text);
    assert!(matches!(asked[1].format, Format::Json { .. }));
}

fn coached(answer: Answer) -> (Runtime, Arc<Fake>) {
    let fake = Fake::new([says("What else is on the list, then?"), answer]);
    let mut runtime = scripted(&scenario(CHORES), CHORES);
    runtime.use_model(&model(&fake));
    say(&mut runtime, BLAME);
    (runtime, fake)
}

#[test]
fn a_hint_is_a_question_first_and_then_an_example() {
    let (mut runtime, fake) = coached(says(
        r#"{"question":"What was Tuesday like for you?","example":"On Tuesday I sat on the landing and cried."}"#,
    ));
    let hint = runtime.hint().unwrap();
    assert!(offline::worded(&hint, 1, "/hint").contains("What was Tuesday like"));
    assert!(!offline::worded(&hint, 1, "/hint").contains("landing"));
    assert!(offline::worded(&hint, 2, "/hint").contains("landing"));
    let sent = fake.prompts().last().unwrap().join("\n");
    assert!(sent.contains("You never help with bedtime") && sent.contains("Over-generalising"), "{sent}");
}

#[test]
fn help_that_is_not_fit_to_be_shown_is_left_out() {
    for bad in [
        r#"{"question":"","example":"x y"}"#,
        r#"{"question":"You scored 3/10. Why?","example":"I felt alone."}"#,
        r#"{"question":"Did you know about the written warning at work for being late?","example":"I felt alone."}"#,
        "no json",
    ] {
        let (mut runtime, _) = coached(says(bad));
        assert_eq!(runtime.hint(), None, "{bad}");
    }
    let long = format!(r#"{{"question":"{}","example":"I felt alone."}}"#, "word ".repeat(80));
    assert_eq!(coached(says(&long)).0.hint(), None);
    assert!(coached(Answer::Fails(Kind::Busy(None))).0.hint().is_none());
}

#[test]
fn advice_is_one_strength_one_next_try_and_an_example() {
    let good = r#"{"strength":"You said how Tuesday was.","next":"Name one evening.","example":"Could you do bedtime on Sunday?"}"#;
    let (mut runtime, _) = coached(says(good));
    let advice = runtime.advice().unwrap();
    assert_eq!(advice.example, "Could you do bedtime on Sunday?");
    let (mut failing, _) = coached(Answer::Fails(Kind::Busy(None)));
    assert!(failing.advice().unwrap_err().contains("/why"));
    assert!(scripted(&scenario(CHORES), CHORES).advice().unwrap_err().contains("/hint"), "without a model it says so");
}

#[test]
fn without_a_model_there_is_a_hint_and_a_line_too() {
    let scenario = scenario(CHORES);
    assert!(offline::hint(&scenario, &[], 1, "/hint again").contains("/hint again for an example"));
    assert!(offline::hint(&scenario, &[], 2, "/hint again").contains("It can be said like this"));
    assert!(offline::line(&scenario, &[]).unwrap().len() > 20);
}
