//! Stop: asks to stop, panic, dissociation.

use crate::analysis::context::TurnContext;
use crate::analysis::detector::{Detector, Meta, example, lure};
use crate::analysis::{Finding, Id};

static META: Meta = Meta {
    id: Id::Stop,
    source: "Safety in IPT: risk comes before technique",
    looks_for: "Asks to stop, panic, dissociation.",
    why: "The person at the keyboard comes first.",
    examples: &[
        example("can we stop the exercise please", 2),
        example("stop the scene", 2),
        example("I need this to be over right now", 2),
    ],
    lures: &[
        lure("can you stop doing that", "to the other in the scene"),
        lure("stop lying to me", "to the other in the scene"),
        lure("it's too much for me, I never see the kids", "the load, not the exercise"),
    ],
};

/// Detects `stop`.
pub struct Stop;

impl Detector for Stop {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn detect(&self, turn: &TurnContext<'_>, out: &mut Vec<Finding>) {
        super::signal(turn, Id::Stop, out);
    }
}
