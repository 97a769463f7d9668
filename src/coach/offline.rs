//! The coach without a model: the scenario's own pairs of a weak and a strong line.

use super::Hint;
use crate::report::coaching;
use crate::scenario::{Coaching, Scenario};
use crate::session::explain::lower_first;

/// The pair that serves the first goal that is still open, else the scenario's first.
fn pair<'s>(scenario: &'s Scenario, met: &[String]) -> Option<&'s Coaching> {
    let open = scenario.objectives.iter().find(|o| !met.contains(&o.id.value));
    let serves = |id: &str| coaching(scenario, |c| c.objective.as_ref().is_some_and(|x| x.value == id));
    open.and_then(|o| serves(&o.id.value)).or_else(|| scenario.coaching.first().map(|c| &c.value))
}

/// A question to think about; asked again, an example. `again` says how to ask again.
pub fn hint(scenario: &Scenario, met: &[String], asked: usize, again: &str) -> String {
    let open = scenario.objectives.iter().find(|o| !met.contains(&o.id.value));
    match (pair(scenario, met), asked) {
        (None, _) => "Say what happened, how it was for you, and what you would like.".into(),
        (Some(pair), 0 | 1) => {
            let aim = open.map_or_else(String::new, |o| format!("Still open: {}. ", lower_first(&o.text)));
            let question = pair.hint.as_deref().unwrap_or("What would you like them to understand?");
            format!("{aim}{question} ({again} for an example.)")
        }
        (Some(pair), _) => format!(
            "It often comes out like this: \u{201c}{}\u{201d} It can be said like this: \u{201c}{}\u{201d} In your own \
             words is better still.",
            pair.weak, pair.strong
        ),
    }
}

/// The same where a model made the hint.
pub fn worded(hint: &Hint, asked: usize, again: &str) -> String {
    match asked {
        0 | 1 => format!("{} ({again} for an example.)", hint.question),
        _ => format!("It could be said like this: \u{201c}{}\u{201d} In your own words is better still.", hint.example),
    }
}

/// A line to start from, to be changed into one's own words; none where the scenario has none.
pub fn line(scenario: &Scenario, met: &[String]) -> Option<String> {
    pair(scenario, met).map(|pair| pair.strong.clone())
}
