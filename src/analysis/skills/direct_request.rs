//! DirectRequest: a concrete, doable ask.

use crate::analysis::context::TurnContext;
use crate::analysis::detector::{Detector, Marks, Meta, example, lure};
use crate::analysis::{Finding, Id};

static META: Meta = Meta {
    id: Id::DirectRequest,
    source: "IPT-A / IPT-AST communication strategies (Mufson; Young); communication analysis: direct in place of indirect communication",
    looks_for: "A concrete, doable ask.",
    why: "A wish that is said can be met, refused or bargained over; a wish that is hinted at can only be guessed.",
    examples: &[
        example("Could you do bedtime on Tuesday?", 2),
        example("Please ring me before you book anything", 2),
        example("would you mind turning the music down after 11", 2),
    ],
    lures: &[
        lure("Could you be any more selfish?", "contempt in the form of a question"),
        lure("I'd like you to grow up", "contempt"),
        lure("Can you even hear yourself?", "mockery"),
    ],
};

/// Detects `direct_request`.
pub struct DirectRequest;

impl Detector for DirectRequest {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn detect(&self, turn: &TurnContext<'_>, out: &mut Vec<Finding>) {
        let mut marks = Marks::of_rules(turn, Id::DirectRequest);
        if marks.has("sham") {
            marks.dampen(0.4);
        }
        marks.emit(out);
    }
}
