//! The engine's stock of everyday lines: the last resort behind a scenario's own reactions.

use std::sync::OnceLock;

use serde::Deserialize;

use crate::analysis::Audience;
use crate::scenario::{Reaction, yaml};

/// A file of reactions.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Everyday {
    reactions: Vec<Reaction>,
}

const CLIENT: &str = include_str!("../../scenarios/everyday/client.yaml");
const TRAINEE: &str = include_str!("../../scenarios/everyday/trainee.yaml");

fn read(text: &str) -> Vec<Reaction> {
    yaml::read::<Everyday>(text, &mut Vec::new()).unwrap_or_default().reactions
}

/// The everyday reactions for scenes of this audience.
pub fn reactions(audience: Audience) -> &'static [Reaction] {
    static CLIENT_LINES: OnceLock<Vec<Reaction>> = OnceLock::new();
    static TRAINEE_LINES: OnceLock<Vec<Reaction>> = OnceLock::new();
    match audience {
        Audience::Client => CLIENT_LINES.get_or_init(|| read(CLIENT)),
        Audience::Trainee => TRAINEE_LINES.get_or_init(|| read(TRAINEE)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::signal::Act;

    #[test]
    fn the_stock_reads_without_a_problem_and_answers_every_kind_of_reply() {
        for (text, audience) in [(CLIENT, Audience::Client), (TRAINEE, Audience::Trainee)] {
            let mut problems = Vec::new();
            yaml::read::<Everyday>(text, &mut problems);
            assert_eq!(problems, vec![]);
            for act in [Act::Silence, Act::Foreign, Act::Gibberish, Act::Long, Act::Repeat, Act::Goodbye, Act::Question]
            {
                let answered = reactions(audience)
                    .iter()
                    .any(|r| r.when.as_ref().is_some_and(|w| w.any.iter().any(|a| a.value == act.as_str())));
                assert!(answered, "{audience}: nothing answers {act}");
            }
            let always: usize = reactions(audience).iter().filter(|r| r.when.is_none()).map(|r| r.say.len()).sum();
            assert!(always >= 25, "{audience}: only {always} lines that always fit");
        }
    }
}
