//! Whatever happened in a rehearsal comes back byte for byte, from every store.
#![allow(clippy::unwrap_used, clippy::panic)]

mod store_support;

use std::sync::Arc;

use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use saywell::analysis::{Analysis, Audience, Finding, Id};
use saywell::scenario::{self, Difficulty, End};
use saywell::session::director::{Meter, Shift};
use saywell::session::{
    Act, Command, Effect, Ended, Event, Finish, Mark, Opinion, Position, Session, Setup, Slip, Source, Step, Wording,
};
use saywell::store::{MemoryStore, NewSession, Recorded, SqliteStore, Store, text_hash};
use store_support::{TEXT, new};

/// Any text: quotes, controls, NUL, every script.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![3 => "\\PC{0,60}", 1 => any::<String>()]
}

fn id() -> impl Strategy<Value = Id> {
    select(Id::ALL)
}

fn number() -> impl Strategy<Value = f32> {
    use proptest::num::f32::{NEGATIVE, NORMAL, POSITIVE, SUBNORMAL, ZERO};
    prop_oneof![0_f32..=1.0, POSITIVE | NEGATIVE | NORMAL | SUBNORMAL | ZERO]
}

prop_compose! {
    fn finding()(id in id(), grade in 0_u8..4, start in 0_usize..5_000, length in 1_usize..200, confidence in number(),
                 reason in text()) -> Finding {
        Finding { id, grade, span: start..start + length, confidence, reason }
    }
}

prop_compose! {
    fn position()(state in text(), trust in any::<i32>(), tension in any::<i32>(), turn in any::<u32>(),
                  here in any::<u32>(), told in vec(text(), 0..3), met in vec(text(), 0..3),
                  refused in btree_map(text(), any::<u8>(), 0..3), ended in option::of(ended())) -> Position {
        Position { state, trust, tension, turn, here, told, met, refused, ended }
    }
}

fn ended() -> impl Strategy<Value = Ended> {
    prop_oneof![
        Just(Ended::Goodbye),
        Just(Ended::Scene(End::Good)),
        Just(Ended::Scene(End::Partial)),
        Just(Ended::Scene(End::WalkedAway)),
    ]
}

prop_compose! {
    fn shift()(meter in select(&[Meter::Trust, Meter::Tension][..]), by in any::<i32>(), because in id(),
               deep in any::<bool>()) -> Shift {
        Shift { meter, by, because, deep }
    }
}

prop_compose! {
    fn step()(acts in vec(select(Act::ALL), 0..3), shifts in vec(shift(), 0..4), from in text(),
              because in option::of(text()), refused in option::of(id()), told in option::of(text()),
              met in vec(text(), 0..2), template in text(), line in text(), after in position()) -> Step {
        Step { acts, shifts, from, because, refused, told, met, template, line, after }
    }
}

fn event() -> impl Strategy<Value = Event> {
    let turn = any::<u32>;
    prop_oneof![
        (turn(), option::of(turn()), text(), select(&[Source::Scripted, Source::Model, Source::StoodIn][..]))
            .prop_map(|(turn, parent, text, source)| Event::CounterpartSaid { turn, parent, text, source }),
        (turn(), option::of(turn()), text()).prop_map(|(turn, parent, text)| Event::UserSaid { turn, parent, text }),
        (turn(), vec(finding(), 0..5), vec((id(), number()), 0..8), any::<u32>()).prop_map(
            |(turn, findings, scores, version)| Event::Analysed {
                turn,
                analysis: Analysis { findings, scores },
                version
            }
        ),
        (turn(), step()).prop_map(|(turn, step)| Event::Moved { turn, step: Box::new(step) }),
        (turn(), text(), vec(select(Slip::ALL), 0..3), any::<bool>(), option::of(text())).prop_map(
            |(turn, model, slips, repaired, trouble)| Event::Worded {
                turn,
                wording: Wording { model, slips, repaired, broke_off: !repaired, trouble, ..Wording::default() },
            }
        ),
        (turn(), text(), vec((id(), 1u8..4, text()), 0..3)).prop_map(|(turn, model, marks)| {
            let marks = marks.into_iter().map(|(id, grade, quote)| Mark { id, grade, quote }).collect();
            Event::Judged { turn, opinion: Opinion { model, prompts: String::new(), marks } }
        }),
        option::of(turn()).prop_map(|to| Event::WentBack { to }),
        (turn(), vec(id(), 0..3), any::<bool>()).prop_map(|(turn, signals, certain)| Event::SafetyStopped {
            turn,
            signals,
            certain
        }),
        (turn(), any::<bool>()).prop_map(|(turn, in_role)| Event::SafetyAcknowledged { turn, in_role }),
        select(&[Finish::Done, Finish::Safety][..]).prop_map(|how| Event::Finished { how }),
    ]
}

fn started() -> impl Strategy<Value = Event> {
    let audience = select(&[Audience::Client, Audience::Trainee][..]);
    (text(), audience, select(&Difficulty::ALL[..]), any::<u64>(), any::<u32>()).prop_map(
        |(scenario, audience, difficulty, seed, analyser)| Event::Started {
            scenario,
            scenario_hash: text_hash(TEXT),
            audience,
            difficulty,
            seed,
            analyser,
        },
    )
}

fn bytes(events: &[Event]) -> Vec<String> {
    events.iter().map(|event| serde_json::to_string(event).unwrap()).collect()
}

fn bare(recorded: Vec<Recorded>) -> Vec<Event> {
    recorded.into_iter().map(|r| r.event).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn every_history_comes_back_byte_for_byte(
        first in started(),
        batches in vec((any::<i64>(), vec(event(), 0..4)), 0..6),
    ) {
        let dir = tempfile::tempdir().unwrap();
        let path = store_support::database(&dir);
        let mut memory = MemoryStore::new();
        let mut sqlite = SqliteStore::open(&path).unwrap();
        let mut expected = vec![Recorded { seq: 1, at_ms: -5, event: first.clone() }];
        for store in [&mut memory as &mut dyn Store, &mut sqlite] {
            let mut last = store.create(&new("a"), -5, std::slice::from_ref(&first)).unwrap();
            expected.truncate(1);
            for (at_ms, events) in &batches {
                expected.extend(events.iter().zip(last + 1..).map(|(event, seq)| {
                    Recorded { seq, at_ms: *at_ms, event: event.clone() }
                }));
                last = store.append("a", last, *at_ms, events).unwrap();
            }
            prop_assert_eq!(last, expected.len() as u64);
        }
        drop(sqlite);
        let sqlite = SqliteStore::open(&path).unwrap();
        for store in [&memory as &dyn Store, &sqlite] {
            let found = store.events("a").unwrap();
            prop_assert_eq!(bytes(&bare(found.clone())), bytes(&bare(expected.clone())));
            prop_assert_eq!(&found, &expected);
        }
        prop_assert_eq!(memory.find("a").unwrap(), sqlite.find("a").unwrap());
    }
}

/// What a user may do, at any moment.
fn commands() -> impl Strategy<Value = Vec<Command>> {
    let say = select(vec![
        "You never help.",
        "I feel worn out when I do bedtime alone. Could you do Tuesday?",
        "It sounds as if work is a lot right now.",
        "",
        "ok",
        "I want to stop.",
        "I'm sorry. Let me try again.",
    ]);
    let command = prop_oneof![
        6 => say.prop_map(|text| Command::Say(text.to_owned())),
        1 => (1_u32..4).prop_map(Command::Back),
        1 => (0_u32..12).prop_map(Command::Retry),
        1 => Just(Command::Finish),
        1 => any::<bool>().prop_map(|in_role| Command::Acknowledge { in_role }),
    ];
    vec(command, 0..14)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn a_session_replayed_from_the_store_is_the_session(seed in any::<u64>(), commands in commands()) {
        let text = include_str!("../scenarios/dispute-partner-chores.yaml");
        let scenario = Arc::new(scenario::parse(text).0.unwrap());
        let setup = Setup {
            audience: scenario.audience,
            difficulty: scenario.difficulty,
            seed,
            scenario_hash: text_hash(text),
        };
        let (mut session, started) = Session::start(scenario, setup);
        let dir = tempfile::tempdir().unwrap();
        let mut store = SqliteStore::open(store_support::database(&dir)).unwrap();
        let new = NewSession { id: "a", title: "A", scenario_text: text };
        let mut last = store.create(&new, 0, std::slice::from_ref(&started)).unwrap();
        let mut queue = vec![started];
        let mut commands = commands.into_iter();
        loop {
            while !queue.is_empty() {
                let effects = session.handle(queue.remove(0)).unwrap();
                let event = effects.into_iter().find_map(|effect| match effect {
                    Effect::Record(event) => Some(event),
                    Effect::Speak(cue) => Some(Event::CounterpartSaid {
                        turn: cue.turn, parent: cue.parent, text: cue.line, source: Source::Scripted,
                    }),
                    Effect::ShowSafety(_) => None,
                });
                if let Some(event) = event {
                    last = store.append("a", last, 0, std::slice::from_ref(&event)).unwrap();
                    queue.push(event);
                }
            }
            let Some(command) = commands.next() else { break };
            if let Ok(event) = session.decide(command) {
                last = store.append("a", last, 0, std::slice::from_ref(&event)).unwrap();
                queue.push(event);
            }
        }
        let kept = scenario::parse(&store.scenario_text(&text_hash(text)).unwrap()).0.unwrap();
        let again = Session::replay(Arc::new(kept), bare(store.events("a").unwrap())).unwrap();
        prop_assert_eq!(again.turns(), session.turns());
        prop_assert_eq!(again.takes(), session.takes());
        prop_assert_eq!(again.position(), session.position());
        prop_assert_eq!(again.phase(), session.phase());
        let summary = store.find("a").unwrap();
        prop_assert_eq!(summary.finished, session.finished());
        prop_assert_eq!(summary.last_seq, last);
    }
}
