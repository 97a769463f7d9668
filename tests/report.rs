//! The report is a function of the events: whatever happened, every form of it can be made, and its marks stand where they
//! belong.
#![allow(clippy::unwrap_used, clippy::panic)]

mod history_support;

use std::sync::Arc;

use history_support::{command, history, scenario};
use proptest::collection::vec;
use proptest::prelude::*;
use saywell::analysis::Id;
use saywell::report::{About, Lens, Report, csv, html, json, markdown};
use saywell::session::{Command, Event, Mark, Opinion, Session, Speaker};

fn session(seed: u64, commands: Vec<Command>) -> Session {
    Session::replay(Arc::clone(scenario()), history(seed, commands)).unwrap()
}

fn about() -> About {
    About { id: Some("0193a000-0000-7000-8000-000000000001".into()), day: Some("22 November 2026".into()) }
}

fn forms(report: &Report) -> [String; 4] {
    [html::text(report), markdown::text(report), json::text(report), csv::text(report)]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    #[test]
    fn any_history_has_a_report_in_every_form(seed in any::<u64>(), commands in vec(command(), 0..10)) {
        let session = session(seed, commands);
        for lens in [Lens::Own, Lens::Debrief] {
            let mut report = Report::of(&session, &about(), lens);
            prop_assert_eq!(&report, &Report::of(&session, &about(), lens));
            prop_assert_eq!(report.debrief.is_some(), lens == Lens::Debrief);
            prop_assert_eq!(report.talk.iter().any(|l| l.behind.is_some()) && lens == Lens::Own, false);
            for masked in [false, true] {
                if masked {
                    report.deidentify();
                    prop_assert!(report.id.is_none() && report.day.is_none());
                }
                for line in &report.talk {
                    prop_assert_eq!(line.pieces().into_iter().map(|(text, _)| text).collect::<String>(), line.text.clone());
                    for mark in &line.marks {
                        prop_assert!(line.text.get(mark.span.clone()).is_some_and(|words| !words.is_empty()), "{mark:?}");
                    }
                }
                for skill in &report.skills {
                    prop_assert!(skill.tally.taken <= skill.tally.chances && skill.tally.chances > 0);
                }
                let [html, markdown, json, csv] = forms(&report);
                prop_assert!(html.starts_with("<!doctype html>") && html.trim_end().ends_with("</html>"));
                prop_assert!(!html.to_lowercase().contains("<script") && !html.contains("http://"));
                for text in [&html, &markdown, &json, &csv] {
                    prop_assert!(text.contains("not an assessment"));
                    let bad = text.chars().find(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t'));
                    prop_assert_eq!(bad, None);
                }
                let value: serde_json::Value = serde_json::from_str(&json).unwrap();
                prop_assert_eq!(value["talk"].as_array().unwrap().len(), report.talk.len());
                let mut table = ::csv::Reader::from_reader(csv.trim_start_matches('\u{feff}').as_bytes());
                let rows: Vec<_> = table.records().map(Result::unwrap).collect();
                let notes = 1 + usize::from(masked);
                prop_assert_eq!(rows.len(), report.talk.len() + notes);
            }
        }
    }
}

#[test]
fn a_better_line_stands_where_there_is_one_and_only_once() {
    let say = |text: &str| Command::Say(text.into());
    let session =
        session(1, vec![say("You never ask me about her things."), say("You never ask me about her things.")]);
    let report = Report::of(&session, &about(), Lens::Own);
    let better: Vec<&str> = report.talk.iter().filter_map(|l| l.better.as_deref()).collect();
    assert!(!better.is_empty());
    let unique: std::collections::HashSet<&&str> = better.iter().collect();
    assert_eq!(unique.len(), better.len());
}

#[test]
fn takes_are_compared_and_counts_are_of_the_present_one() {
    let session = session(
        1,
        vec![
            Command::Say("You never ask me.".into()),
            Command::Back(1),
            Command::Say("I felt sad on Sunday when the machine had gone.".into()),
        ],
    );
    let report = Report::of(&session, &about(), Lens::Own);
    assert_eq!(report.takes.len(), 2);
    let [first, now] = report.takes.as_slice() else { panic!() };
    assert!(!first.present && now.present && first.tension > now.tension);
    assert!(now.skills.contains(&"\"I\" statement") && first.skills.is_empty());
    assert_eq!(first.differs.as_deref(), Some("You never ask me."));
    let felt = report.skills.iter().find(|s| s.name == "\"I\" statement").unwrap();
    assert_eq!((felt.tally.taken, felt.tally.chances), (1, 1), "the other take is not counted");
    assert_eq!(report.talk.iter().filter(|l| l.speaker == Speaker::You).count(), 1);
    assert!(report.movers.iter().all(|m| m.reply == 1));
}

#[test]
fn an_empty_rehearsal_has_a_report_too() {
    let report = Report::of(&session(1, vec![]), &About::default(), Lens::Debrief);
    assert_eq!((report.replies, report.skills.len(), report.movers.len()), (0, 0, 0));
    for text in forms(&report) {
        assert!(text.contains("not an assessment"));
    }
}

#[test]
fn a_second_opinion_is_in_every_form_and_its_quote_without_names_where_they_are_taken_out() {
    let reply = "I asked Zbigniew in Treorchy, and he rang 020 7946 0958.";
    let mut events = history(1, vec![Command::Say(reply.into())]);
    let turn = events.iter().find_map(|e| if let Event::UserSaid { turn, .. } = e { Some(*turn) } else { None });
    let mark = Mark { id: Id::Options, grade: 2, quote: reply.into() };
    let opinion = Opinion { model: "here/some-model".into(), prompts: "abc".into(), marks: vec![mark] };
    events.push(Event::Judged { turn: turn.unwrap(), opinion });
    let session = Session::replay(Arc::clone(scenario()), events).unwrap();
    let mut report = Report::of(&session, &about(), Lens::Own);
    for text in forms(&report) {
        assert!(text.contains("it also sees") && text.contains("Zbigniew"), "{text}");
    }
    report.deidentify();
    for text in forms(&report) {
        assert!(text.contains("it also sees"), "{text}");
        for name in ["Zbigniew", "Treorchy", "7946"] {
            assert!(!text.contains(name), "{name}: {text}");
        }
    }
}

#[test]
fn a_name_that_only_another_take_has_is_taken_out_too() {
    let commands = ["I asked Zbigniew about it.", "I felt sad on Sunday."].map(|text| Command::Say(text.into()));
    let [first, second] = commands;
    let mut report = Report::of(&session(1, vec![first, Command::Back(1), second]), &about(), Lens::Own);
    report.deidentify();
    let differs = report.takes[0].differs.as_deref().unwrap();
    assert!(differs.starts_with("I asked [name ") && differs.ends_with("] about it."), "{differs}");
}
