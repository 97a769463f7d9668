//! OpenExploration: an open question or invitation that follows the client.

use crate::analysis::context::TurnContext;
use crate::analysis::detector::{Detector, Marks, Meta, example, lure};
use crate::analysis::{Finding, Id};

static META: Meta = Meta {
    id: Id::OpenExploration,
    source: "Therapist techniques (Weissman, Markowitz & Klerman 2018, ch. 10): nondirective exploration, direct elicitation",
    looks_for: "An open question or invitation that follows the client.",
    why: "Who is not steered brings what matters.",
    examples: &[
        example("Can you tell me more about that evening?", 2),
        example("What was it like when he shut the door?", 2),
    ],
    lures: &[
        lure("What makes you so angry with her?", "an accusation in an open form"),
        lure("Did you sleep?", "closed"),
    ],
};

/// Detects `open_exploration`.
pub struct OpenExploration;

impl Detector for OpenExploration {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn detect(&self, turn: &TurnContext<'_>, out: &mut Vec<Finding>) {
        let mut marks = Marks::of_rules(turn, Id::OpenExploration);
        if marks.has("not_open") {
            marks.dampen(0.5);
        }
        marks.emit(out);
    }
}
