//! CheckUnderstanding: asking what was meant or heard, or a paraphrase that asks.

use crate::analysis::context::TurnContext;
use crate::analysis::detector::{Detector, Marks, Meta, example, lure};
use crate::analysis::{Finding, Id};

static META: Meta = Meta {
    id: Id::CheckUnderstanding,
    source: "Communication analysis (Klerman, Weissman, Markowitz; Stuart & Robertson): the wrong assumption that one has understood",
    looks_for: "Asking what was meant or heard, or a paraphrase that asks.",
    why: "Half of a quarrel is about things nobody said.",
    examples: &[
        example("When you say later, do you mean tonight?", 2),
        example("So you're saying the job scares you, have I got that right?", 2),
    ],
    lures: &[lure("What's that supposed to mean?", "an attack"), lure("Do you even hear yourself?", "contempt")],
};

/// Detects `check_understanding`.
pub struct CheckUnderstanding;

impl Detector for CheckUnderstanding {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn detect(&self, turn: &TurnContext<'_>, out: &mut Vec<Finding>) {
        let mut marks = Marks::of_rules(turn, Id::CheckUnderstanding);
        if marks.has("sham") {
            marks.dampen(0.3);
        }
        marks.emit(out);
    }
}
