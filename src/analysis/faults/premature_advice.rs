//! PrematureAdvice: a solution before exploring.

use crate::analysis::context::TurnContext;
use crate::analysis::detector::{Detector, Marks, Meta, example, lure};
use crate::analysis::{Finding, Id};

static META: Meta = Meta {
    id: Id::PrematureAdvice,
    source: "Therapist techniques (Weissman, Markowitz & Klerman 2018, ch. 10): exploration before solutions",
    looks_for: "A solution before exploring.",
    why: "It ends the story before it was told.",
    examples: &[example("Have you tried writing it down?", 2), example("you should just tell him", 2)],
    lures: &[
        lure("What would you like to say to him?", "asks for theirs"),
        lure("You should have seen her face, you said.", "no advice"),
    ],
};

/// Detects `premature_advice`.
pub struct PrematureAdvice;

impl Detector for PrematureAdvice {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn detect(&self, turn: &TurnContext<'_>, out: &mut Vec<Finding>) {
        let mut marks = Marks::of_rules(turn, Id::PrematureAdvice);
        if marks.has("not_advice") {
            marks.dampen(0.6);
        }
        marks.emit(out);
    }
}
