//! MindReading: states the other's motive or thought as a fact.

use crate::analysis::context::TurnContext;
use crate::analysis::detector::{Detector, Marks, Meta, example, lure};
use crate::analysis::{Finding, Id};

static META: Meta = Meta {
    id: Id::MindReading,
    source: "Communication analysis (Klerman, Weissman, Markowitz; Stuart & Robertson): the wrong assumption that one has understood",
    looks_for: "States the other's motive or thought as a fact.",
    why: "It is often wrong, and always shuts the other out of their own head.",
    examples: &[example("You just want to hurt me.", 2), example("you don't care about any of us", 2)],
    lures: &[
        lure("I wondered if you wanted to be alone, is that right?", "asked"),
        lure("Do you want to hurt me?", "asked"),
        lure("I'm not saying you don't care", "denied"),
    ],
};

/// Detects `mind_reading`.
pub struct MindReading;

impl Detector for MindReading {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn detect(&self, turn: &TurnContext<'_>, out: &mut Vec<Finding>) {
        Marks::of_rules(turn, Id::MindReading).emit(out);
    }
}
