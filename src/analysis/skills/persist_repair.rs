//! PersistRepair: after a no or a slip: asks again calmly, owns the slip, or brings a smaller step.

use crate::analysis::context::TurnContext;
use crate::analysis::detector::{Detector, Marks, Meta, example, lure};
use crate::analysis::{Finding, Id};

static META: Meta = Meta {
    id: Id::PersistRepair,
    source: "IPT-A / IPT-AST communication strategies (Mufson; Young): don't give up",
    looks_for: "After a no or a slip: asks again calmly, owns the slip, or brings a smaller step.",
    why: "The first no is often the start of the talk.",
    examples: &[example("I snapped at you and I'm sorry.", 2), example("that was out of order, sorry", 2)],
    lures: &[lure("sorry if you were offended", "no ownership"), lure("sorry, but you started it", "takes it back")],
};

/// Detects `persist_repair`.
pub struct PersistRepair;

impl Detector for PersistRepair {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn detect(&self, turn: &TurnContext<'_>, out: &mut Vec<Finding>) {
        let mut marks = Marks::of_rules(turn, Id::PersistRepair);
        if marks.has("sham") {
            marks.dampen(0.4);
        }
        marks.emit(out);
    }
}
