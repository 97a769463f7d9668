//! HarmToOthers: intent to hurt somebody.

use crate::analysis::context::TurnContext;
use crate::analysis::detector::{Detector, Meta, example, lure};
use crate::analysis::{Finding, Id};

static META: Meta = Meta {
    id: Id::HarmToOthers,
    source: "Safety in IPT: risk comes before technique",
    looks_for: "Intent to hurt somebody.",
    why: "It stops the scene and brings help.",
    examples: &[
        example("I'm going to stab him tonight", 2),
        example("I'll come in tomorrow and hurt the people who did this", 2),
        example("I don't trust myself to be in the same room as him", 1),
    ],
    lures: &[
        lure("I could kill for a coffee", "an idiom"),
        lure("this commute is killing me", "an idiom"),
        lure("He puts petrol in my car.", "a kindness"),
        lure("I didn't burn the place down.", "it was not done"),
    ],
};

/// Detects `harm_to_others`.
pub struct HarmToOthers;

impl Detector for HarmToOthers {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn detect(&self, turn: &TurnContext<'_>, out: &mut Vec<Finding>) {
        super::signal(turn, Id::HarmToOthers, out);
    }
}
