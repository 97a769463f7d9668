//! Stonewall: closes the talk off.

use crate::analysis::context::TurnContext;
use crate::analysis::detector::{Detector, Marks, Meta, example, lure};
use crate::analysis::{Finding, Id};

static META: Meta = Meta {
    id: Id::Stonewall,
    source: "Communication analysis (Klerman, Weissman, Markowitz; Stuart & Robertson): silence, closing off",
    looks_for: "Closes the talk off.",
    why: "The other is left alone with the matter, and it comes back bigger.",
    examples: &[example("whatever", 2), example("I'm done talking.", 2)],
    lures: &[
        lure("I need ten minutes, then I'll come back to this", "a pause with a return"),
        lure("I'm done with the dishes", "a task"),
    ],
};

/// Tokens of a reply that says little beside the closing word.
const SHORT: usize = 9;

/// Detects `stonewall`.
pub struct Stonewall;

impl Detector for Stonewall {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn detect(&self, turn: &TurnContext<'_>, out: &mut Vec<Finding>) {
        let mut marks = Marks::of_rules(turn, Id::Stonewall);
        // In a long reply such a word is a remark on the way; alone it shuts the door.
        let long = turn.tokens().len() > SHORT;
        for m in marks.all.iter_mut().filter(|m| long && m.tag == "short") {
            m.confidence *= 0.5;
        }
        if marks.has("return") {
            marks.dampen(0.7);
        }
        marks.emit(out);
    }
}
