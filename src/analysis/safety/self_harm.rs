//! SelfHarm: a wish to die, a plan, self-injury.

use crate::analysis::context::TurnContext;
use crate::analysis::detector::{Detector, Meta, example, lure};
use crate::analysis::{Finding, Id};

static META: Meta = Meta {
    id: Id::SelfHarm,
    source: "Safety in IPT: risk comes before technique",
    looks_for: "A wish to die, a plan, self-injury.",
    why: "It stops the scene and brings help.",
    examples: &[
        example("I want to kill myself", 2),
        example("i don't want to be here any more", 2),
        example("i dont think ill be alive friday", 2),
        example("I don't care what happens to me to be honest", 1),
    ],
    lures: &[
        lure("I'm dying of embarrassment", "an idiom"),
        lure("this commute is killing me", "an idiom"),
        lure("I'll put my phone in the drawer and I'll have slept.", "a plan for a night's sleep"),
        lure("I can't go on like this, I need you home by six", "tired of the load"),
    ],
};

/// Detects `self_harm`.
pub struct SelfHarm;

impl Detector for SelfHarm {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn detect(&self, turn: &TurnContext<'_>, out: &mut Vec<Finding>) {
        super::signal(turn, Id::SelfHarm, out);
    }
}
