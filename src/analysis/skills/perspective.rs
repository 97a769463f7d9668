//! Perspective: a specific, plausible account of the other's view or feeling.

use crate::analysis::context::TurnContext;
use crate::analysis::detector::{Detector, Marks, Meta, example, lure};
use crate::analysis::{Finding, Id};

static META: Meta = Meta {
    id: Id::Perspective,
    source: "IPT-A / IPT-AST communication strategies (Mufson; Young): put yourself in their shoes",
    looks_for: "A specific, plausible account of the other's view or feeling.",
    why: "Who feels seen can listen.",
    examples: &[
        example("you must be worn out after three nights on that chair", 2),
        example("I can see why you didn't want to tell me, with the job and all", 2),
        example("Eight hours on that belt and then the walk to school at eight: I'd guess you come in drained", 2),
        example("That can't have been easy, standing there with everyone watching", 2),
        example("if I were you I'd be raging too", 2),
    ],
    lures: &[
        lure("I see you're still lazy", "an insult in its form"),
        lure("I get it", "a token"),
        lure("I know you're tired but so am I", "turned back on them"),
        lure("yeah I get that", "a token"),
        lure("you need to slow down", "a demand"),
        lure("course you did", "sarcasm"),
    ],
};

/// Detects `perspective`.
pub struct Perspective;

impl Detector for Perspective {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn detect(&self, turn: &TurnContext<'_>, out: &mut Vec<Finding>) {
        let mut marks = Marks::of_rules(turn, Id::Perspective);
        if marks.has("sham") {
            marks.dampen(0.3);
        }
        marks.emit(out);
    }
}
