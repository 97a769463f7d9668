//! Minimise: makes what the other feels or what happened smaller.

use crate::analysis::context::TurnContext;
use crate::analysis::detector::{Detector, Marks, Meta, example, lure};
use crate::analysis::{Finding, Id};

static META: Meta = Meta {
    id: Id::Minimise,
    source: "Communication analysis (Klerman, Weissman, Markowitz; Stuart & Robertson)",
    looks_for: "Makes what the other feels or what happened smaller.",
    why: "They are left alone with it.",
    examples: &[example("Calm down.", 2), example("you're overreacting", 2), example("at least you have a job", 2)],
    lures: &[
        lure("it's not a big deal to me if we're late, is it to you?", "about oneself, and asks"),
        lure("You told me to calm down", "reported"),
    ],
};

/// Detects `minimise`.
pub struct Minimise;

impl Detector for Minimise {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn detect(&self, turn: &TurnContext<'_>, out: &mut Vec<Finding>) {
        let mut marks = Marks::of_rules(turn, Id::Minimise);
        if marks.has("own") {
            marks.dampen(0.6);
        }
        marks.emit(out);
    }
}
