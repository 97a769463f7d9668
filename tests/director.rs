//! What must hold of the director whatever a user says: properties over random findings and replies.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::HashSet;
use std::sync::OnceLock;

use proptest::prelude::*;
use saywell::analysis::{Analysis, Finding, Id, Kind};
use saywell::scenario::library::BUILT_IN;
use saywell::scenario::{self, Difficulty, Scenario};
use saywell::session::lines::Said;
use saywell::session::{Director, Heard, Position, Step};

/// The built-in scenarios, read once.
fn scenarios() -> &'static [Scenario] {
    static ALL: OnceLock<Vec<Scenario>> = OnceLock::new();
    ALL.get_or_init(|| BUILT_IN.iter().map(|(_, text)| scenario::parse(text).0.unwrap()).collect())
}

fn analysis(ids: &[(Id, u8)]) -> Analysis {
    let mut ids = ids.to_vec();
    ids.sort();
    ids.dedup_by_key(|(id, _)| *id);
    let findings = ids
        .into_iter()
        .map(|(id, grade)| Finding { id, grade, span: 0..1, confidence: 1.0, reason: String::new() })
        .collect();
    Analysis { findings, scores: vec![] }
}

fn finding() -> impl Strategy<Value = (Id, u8)> {
    (prop::sample::select(Id::ALL.iter().copied().filter(|id| id.kind() != Kind::Safety).collect::<Vec<_>>()), 1u8..=3)
        .prop_map(|(id, grade)| (id, if id.kind() == Kind::Skill { grade.min(2) } else { grade }))
}

fn reply() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(String::new()),
        Just("Could you do bedtime on Tuesday?".to_owned()),
        Just("bye".to_owned()),
        Just("sorry".to_owned()),
        Just("asdf qwer zxcv".to_owned()),
        "[a-z]{1,9}( [a-z']{1,9}){0,12}[.?!]?",
        ".{0,80}",
    ]
}

fn talk() -> impl Strategy<Value = Vec<(String, Vec<(Id, u8)>)>> {
    prop::collection::vec((reply(), prop::collection::vec(finding(), 0..4)), 1..30)
}

/// Play a talk; at the end of the scene it goes on from the start, as a user who goes back does.
fn play(scenario: &Scenario, difficulty: Difficulty, seed: u64, talk: &[(String, Vec<(Id, u8)>)]) -> Vec<Step> {
    let director = Director::new(scenario, difficulty, seed);
    let (mut at, mut said, mut steps) = (director.start(), Said::default(), Vec::<Step>::new());
    for (n, (reply, ids)) in talk.iter().enumerate() {
        let analysis = analysis(ids);
        let mut lately = [None; 3];
        for (slot, (earlier, _)) in lately.iter_mut().zip(talk[..n].iter().rev()) {
            *slot = Some(earlier.as_str());
        }
        let heard = Heard { reply, analysis: &analysis, lately, lines_said: n as u32 };
        let step = director.step(&at, &heard, &said);
        said.note(&step.template, n as u32);
        at = if step.after.ended.is_some() { director.start() } else { step.after.clone() };
        steps.push(step);
    }
    steps
}

fn in_range(at: &Position) -> bool {
    (0..=100).contains(&at.trust) && (0..=100).contains(&at.tension)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn meters_stay_in_range_and_every_reply_is_answered(talk in talk(), seed: u64, which: usize, hard in 0usize..3) {
        let scenario = &scenarios()[which % scenarios().len()];
        for step in play(scenario, Difficulty::ALL[hard], seed, &talk) {
            prop_assert!(in_range(&step.after));
            prop_assert!(scenario.state_index(&step.after.state).is_some());
            prop_assert!(!step.line.trim().is_empty());
            prop_assert!(!step.line.contains(['{', '}']), "an open slot: {}", step.line);
        }
    }

    #[test]
    fn no_line_is_said_twice_in_twenty_five_turns(talk in prop::collection::vec((reply(), prop::collection::vec(finding(), 0..4)), 25), seed: u64, which: usize) {
        let scenario = &scenarios()[which % scenarios().len()];
        let mut said = HashSet::new();
        for step in play(scenario, Difficulty::Moderate, seed, &talk) {
            // Coming to an ending again after going back may use up the few lines that close a scene.
            if step.after.ended.is_none() {
                prop_assert!(said.insert(step.template.clone()), "said twice: {}", step.template);
            }
        }
    }

    #[test]
    fn a_fact_is_told_only_when_it_is_unlocked(talk in talk(), seed: u64, which: usize) {
        let scenario = &scenarios()[which % scenarios().len()];
        for step in play(scenario, Difficulty::Moderate, seed, &talk) {
            for fact in &scenario.facts {
                let tells = fact.say.iter().any(|line| line.value == step.template);
                prop_assert!(!tells || step.told.as_deref() == Some(fact.id.value.as_str()));
                prop_assert!(!tells || step.after.told.contains(&fact.id.value));
            }
        }
    }

    #[test]
    fn skills_in_place_of_faults_never_lower_trust(talk in talk(), seed: u64, which: usize, spare in prop::collection::vec(finding(), 30)) {
        let scenario = &scenarios()[which % scenarios().len()];
        let director = Director::new(scenario, Difficulty::Moderate, seed);
        let (mut worse, mut better) = (director.start(), director.start());
        let said = Said::default();
        for (n, (reply, ids)) in talk.iter().enumerate() {
            let skills: Vec<(Id, u8)> = ids
                .iter()
                .map(|&(id, grade)| if id.kind() == Kind::Fault && spare[n].0.kind() == Kind::Skill { (spare[n].0, 2) } else { (id, grade) })
                // A swap keeps what was there; it never lowers the grade of a skill that stands beside it.
                .map(|(id, grade)| if id.kind() == Kind::Skill { (id, 2) } else { (id, grade) })
                .collect();
            let step = |at: &Position, analysis: &Analysis| {
                director.step(at, &Heard { reply, analysis, lately: [None; 3], lines_said: n as u32 }, &said).after
            };
            worse = step(&worse, &analysis(ids));
            better = step(&better, &analysis(&skills));
            prop_assert!(better.trust >= worse.trust, "{} < {} after {reply:?} {ids:?} -> {skills:?}", better.trust, worse.trust);
        }
    }

    #[test]
    fn the_same_talk_comes_out_the_same(talk in talk(), seed: u64) {
        let scenario = &scenarios()[0];
        prop_assert_eq!(play(scenario, Difficulty::Hard, seed, &talk), play(scenario, Difficulty::Hard, seed, &talk));
    }
}
