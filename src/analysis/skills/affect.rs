//! Affect: names the client's feeling as a guess, or asks after it.

use crate::analysis::context::TurnContext;
use crate::analysis::detector::{Detector, Marks, Meta, example, lure};
use crate::analysis::{Finding, Id};

static META: Meta = Meta {
    id: Id::Affect,
    source: "Therapist techniques (Weissman, Markowitz & Klerman 2018, ch. 10): encouragement of affect",
    looks_for: "Names the client's feeling as a guess, or asks after it.",
    why: "A feeling that is named can be borne, and tells what one needs.",
    examples: &[
        example("It sounds like you were hurt, and maybe a bit ashamed too", 2),
        example("How did that feel?", 1),
    ],
    lures: &[lure("I'm glad you came.", "the therapist's own"), lure("What time did he leave?", "passes it by")],
};

/// Detects `affect`.
pub struct Affect;

impl Detector for Affect {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn detect(&self, turn: &TurnContext<'_>, out: &mut Vec<Finding>) {
        Marks::of_rules(turn, Id::Affect).emit(out);
    }
}
