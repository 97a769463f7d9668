//! Reflection: says back the content or the meaning.

use crate::analysis::context::TurnContext;
use crate::analysis::detector::{Detector, Marks, Meta, example, lure};
use crate::analysis::{Finding, Id};

static META: Meta = Meta {
    id: Id::Reflection,
    source: "Therapist techniques (Weissman, Markowitz & Klerman 2018, ch. 10): clarification",
    looks_for: "Says back the content or the meaning.",
    why: "Being understood comes before being helped.",
    examples: &[
        example("So it isn't the job, it's who you were when you had it.", 2),
        example("Sounds like the house went quiet in one go.", 2),
    ],
    lures: &[lure("Have you tried a diary?", "advice"), lure("Why did you leave?", "a question")],
};

/// Detects `reflection`.
pub struct Reflection;

impl Detector for Reflection {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn detect(&self, turn: &TurnContext<'_>, out: &mut Vec<Finding>) {
        let mut marks = Marks::of_rules(turn, Id::Reflection);
        if marks.has("not_reflection") {
            marks.dampen(0.6);
        }
        marks.emit(out);
    }
}
