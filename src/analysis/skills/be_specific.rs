//! BeSpecific: one observable behaviour, or one occasion.

use crate::analysis::context::TurnContext;
use crate::analysis::detector::{Detector, Marks, Meta, example, lure};
use crate::analysis::{Finding, Id};

static META: Meta = Meta {
    id: Id::BeSpecific,
    source: "IPT-A / IPT-AST communication strategies (Mufson; Young): be specific",
    looks_for: "One observable behaviour, or one occasion.",
    why: "A thing that can be seen can be talked about; a character can only be defended.",
    examples: &[
        example("When we got to your mum's on Sunday you went in the kitchen with Mike", 2),
        example("you said on tuesday you'd ring the school", 2),
    ],
    lures: &[lure("It's your attitude.", "global"), lure("You never help.", "global")],
};

/// Detects `be_specific`.
pub struct BeSpecific;

impl Detector for BeSpecific {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn detect(&self, turn: &TurnContext<'_>, out: &mut Vec<Finding>) {
        Marks::of_rules(turn, Id::BeSpecific).emit(out);
    }
}
