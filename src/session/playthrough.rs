//! Plays the playthroughs that stand inside a scenario, and says where what came differs from what was expected.

use std::ops::Range;
use std::sync::Arc;

use super::{Command, Effect, Ended, Event, Session, Setup, Source, Speaker};
use crate::analysis::{Analysis, Id};
use crate::scenario::yaml::Spanned;
use crate::scenario::{End, Playthrough, Scenario};

/// One expectation that did not come true.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// What was expected and what came.
    pub what: String,
    /// Where the expectation stands in the file, where that is known.
    pub span: Option<Range<usize>>,
}

/// What came of a playthrough.
#[derive(Clone, Debug, Default)]
pub struct PlaythroughResult {
    /// Empty where everything came as expected.
    pub failures: Vec<Failure>,
    /// Who said what.
    pub transcript: Vec<(Speaker, String)>,
}

/// Play one playthrough.
pub fn run(scenario: &Arc<Scenario>, test: &Playthrough) -> PlaythroughResult {
    let mut result = PlaythroughResult::default();
    let mut fail = |what: String, span: Option<Range<usize>>| result.failures.push(Failure { what, span });
    let setup = Setup {
        audience: scenario.audience,
        difficulty: test.difficulty.unwrap_or(scenario.difficulty),
        seed: test.seed,
        scenario_hash: String::new(),
    };
    let (mut session, started) = Session::start(Arc::clone(scenario), setup);
    settle(&mut session, started);
    for (n, reply) in test.say.iter().enumerate() {
        match session.decide(Command::Say(reply.clone())) {
            Ok(event) => settle(&mut session, event),
            Err(refusal) => {
                fail(format!("reply {} ('{reply}') could not be said: {refusal}", n + 1), None);
                break;
            }
        }
    }
    let expect = &test.expect;
    let position = session.position();
    let wanted = |what: &str, wanted: &str, came: &str| format!("expected {what} '{wanted}', but it was '{came}'");
    if let Some(state) = expect.state.as_ref().filter(|s| s.value != position.state) {
        fail(wanted("the state", state, &position.state), Some(state.span.clone()));
    }
    let ended = match position.ended {
        Some(Ended::Scene(end)) => Some(end),
        _ => None,
    };
    if expect.end.is_some() && expect.end != ended {
        let word = |end: Option<End>| end.map_or("not ended", End::as_str);
        fail(format!("expected the scene to end as '{}', but it was '{}'", word(expect.end), word(ended)), None);
    }
    let nothing = Analysis::default();
    let last = session.turns().iter().rev().find(|t| t.speaker == Speaker::You);
    let analysis = last.and_then(|t| t.analysis.as_ref()).unwrap_or(&nothing);
    let shown = || analysis.findings.iter().map(|f| format!("{} {}", f.id, f.grade)).collect::<Vec<_>>().join(", ");
    for (list, should) in
        [(&expect.skills, true), (&expect.faults, true), (&expect.not_skills, false), (&expect.not_faults, false)]
    {
        for name in list {
            let is = name.value.parse::<Id>().is_ok_and(|id| analysis.shows(id));
            if is != should {
                let not = if should { "" } else { "not " };
                let what = format!("the last reply should {not}show {}; found: {}", name.value, shown());
                fail(what, Some(name.span.clone()));
            }
        }
    }
    let mut lists = |list: &[Spanned<String>], came: &[String], should: bool, what: &str| {
        for name in list.iter().filter(|name| came.contains(&name.value) != should) {
            let not = if should { "" } else { "not " };
            fail(format!("'{}' should {not}be {what} by now", name.value), Some(name.span.clone()));
        }
    };
    lists(&expect.told, &position.told, true, "told");
    lists(&expect.not_told, &position.told, false, "told");
    lists(&expect.met, &position.met, true, "met");
    lists(&expect.not_met, &position.met, false, "met");
    for (bound, value, name) in [(expect.trust, position.trust, "trust"), (expect.tension, position.tension, "tension")]
    {
        if let Some(bound) = bound.filter(|b| !b.holds_tenths(value)) {
            fail(format!("expected {name} {bound}, but it was {}.{}", value / 10, value % 10), None);
        }
    }
    if let Some(said) = &expect.said {
        let line = session.turns().iter().rev().find(|t| t.speaker == Speaker::Counterpart);
        let line = line.map_or("", |t| t.text.as_str());
        if !line.to_lowercase().contains(&said.to_lowercase()) {
            fail(format!("the last line should contain '{said}', but it was '{line}'"), None);
        }
    }
    result.transcript = session.take().iter().map(|t| (t.speaker, t.text.clone())).collect();
    result
}

/// Handle an event and everything that follows from it, with the scripted counterpart and no store.
pub fn settle(session: &mut Session, event: Event) {
    let mut queue = vec![event];
    while let Some(event) = queue.pop() {
        // Events that the session itself decided on always fit.
        for effect in session.handle(event).unwrap_or_default() {
            match effect {
                Effect::Record(event) => queue.push(event),
                Effect::Speak(cue) => queue.push(Event::CounterpartSaid {
                    turn: cue.turn,
                    parent: cue.parent,
                    text: cue.line,
                    source: Source::Scripted,
                }),
                Effect::ShowSafety(_) => {}
            }
        }
    }
}
