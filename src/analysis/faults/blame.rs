//! Blame: accuses the other's character or makes them the cause.

use crate::analysis::context::TurnContext;
use crate::analysis::detector::{Detector, Marks, Meta, example, lure};
use crate::analysis::{Finding, Id};

static META: Meta = Meta {
    id: Id::Blame,
    source: "Communication analysis (Klerman, Weissman, Markowitz; Stuart & Robertson)",
    looks_for: "Accuses the other's character or makes them the cause.",
    why: "Who is accused defends; what was needed is lost.",
    examples: &[
        example("This is all your fault.", 2),
        example("you ruined my birthday", 2),
        example("I feel that you are selfish", 2),
    ],
    lures: &[
        lure("It's not your fault", "negated"),
        lure("you said I was selfish", "reported"),
        lure("when you left, I felt alone", "an event and a feeling"),
        lure("I ruined the dinner, it's my fault", "of oneself"),
    ],
};

/// Detects `blame`.
pub struct Blame;

impl Detector for Blame {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn detect(&self, turn: &TurnContext<'_>, out: &mut Vec<Finding>) {
        Marks::of_rules(turn, Id::Blame).emit(out);
    }
}
