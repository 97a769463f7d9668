//! The note that stands in the place of old turns. The engine makes it from its own events, so it costs no call and is true.

use minijinja::{Value, context};

use crate::scenario::Scenario;
use crate::session::explain::and;
use crate::session::{Session, Turn};

/// The most facts and goals that are named; the latest ones.
const MOST: usize = 5;

/// What there is to say of these turns, as values for the template.
pub fn values(session: &Session, gone: &[&Turn], mark: &str) -> Value {
    let scenario = session.scenario();
    let steps: Vec<_> = gone.iter().filter_map(|turn| turn.step.as_deref()).collect();
    let position = session.position_at(gone.last().map(|turn| turn.id));
    let mut moods: Vec<&str> = Vec::new();
    let states = steps.iter().flat_map(|step| [&step.from, &step.after.state]);
    for mood in states.filter_map(|id| scenario.state_index(id)).map(|n| scenario.seems(n)) {
        if moods.last() != Some(&mood) {
            moods.push(mood);
        }
    }
    let moods: Vec<&str> = moods.split_off(moods.len().saturating_sub(3));
    let told = latest(&position.told, |id| fact(scenario, id));
    let met: Vec<String> = latest(&position.met, |id| {
        let objective = scenario.objective_index(id).and_then(|n| scenario.objectives.get(n))?;
        Some(crate::session::explain::lower_first(&objective.text))
    });
    context! {
        mark,
        replies => steps.len(),
        name => scenario.counterpart.name.as_str(),
        you => scenario.you.name.as_str(),
        moods => if moods.is_empty() { "as at the start".to_owned() } else { moods.join(", then ") },
        told => told.join(" "),
        met => and(&met.iter().map(String::as_str).collect::<Vec<_>>()),
        trust => level(position.trust),
        tension => level(position.tension),
    }
}

/// The text of a fact that was told.
pub fn fact(scenario: &Scenario, id: &str) -> Option<String> {
    scenario.fact_index(id).and_then(|n| scenario.facts.get(n)).map(|fact| fact.text.clone())
}

fn latest(ids: &[String], words: impl Fn(&str) -> Option<String>) -> Vec<String> {
    ids.iter().skip(ids.len().saturating_sub(MOST)).filter_map(|id| words(id)).collect()
}

/// A meter in a word.
fn level(tenths: i32) -> &'static str {
    match tenths {
        ..=33 => "low",
        34..=66 => "middling",
        _ => "high",
    }
}
