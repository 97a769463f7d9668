//! DirectRequest: a concrete, doable ask.

use crate::analysis::context::TurnContext;
use crate::analysis::detector::{Detector, Marks, Meta, example, lure};
use crate::analysis::document::Form;
use crate::analysis::{Finding, Id};

static META: Meta = Meta {
    id: Id::DirectRequest,
    source: "IPT-A / IPT-AST communication strategies (Mufson; Young); communication analysis: direct in place of indirect communication",
    looks_for: "A concrete, doable ask.",
    why: "A wish that is said can be met, refused or bargained over; a wish that is hinted at can only be guessed.",
    examples: &[
        example("Could you do bedtime on Tuesday?", 2),
        example("Please ring me before you book anything", 2),
        example("I don't suppose you could move the van forward a bit?", 2),
        example("Next time text me before you swap the shift", 2),
        example("would thursday evening suit you to go through the forms?", 2),
        example("would you mind turning the music down after 11", 2),
    ],
    lures: &[
        lure("Could you be any more selfish?", "contempt in the form of a question"),
        lure("I'd like you to grow up", "contempt"),
        lure("Can you even hear yourself?", "mockery"),
        lure("can we talk?", "opens the talk, asks for nothing yet"),
        lure("hold me", "no doable ask for later"),
        lure("You must be shattered, up at five, and then you still get up for him.", "their side, no ask"),
        lure("Let me see if I've got that right", "a check"),
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
        // "Let me see", "tell me if I'm wrong" and "which would you like?" ask for nothing to be done.
        marks.take_back("idle", &[]);
        marks.all.retain(|m| m.tag != "ask" || turn.doc.clause_of(m.tokens.start).is_none_or(|c| c.form != Form::Open));
        if marks.has("sham") {
            marks.dampen(0.4);
        }
        marks.emit(out);
    }
}
