//! ChildOrElderHarm: a child or an older person is hurt or neglected.

use crate::analysis::context::TurnContext;
use crate::analysis::detector::{Detector, Meta, example, lure};
use crate::analysis::{Finding, Id};

static META: Meta = Meta {
    id: Id::ChildOrElderHarm,
    source: "Safety in IPT: risk comes before technique",
    looks_for: "A child or an older person is hurt or neglected.",
    why: "It stops the scene and brings help.",
    examples: &[
        example("he hits the kids when he's drunk", 2),
        example("She ties grandpa to the chair and leaves him there", 2),
        example("I lost my temper with him and I went too far", 1),
    ],
    lures: &[
        lure("the baby hit me with a spoon lol", "no harm to the child"),
        lure("She bit her brother and she's on the naughty step", "children among themselves"),
        lure("She was braking so hard I thought she'd go through the floor", "no child"),
    ],
};

/// Detects `child_or_elder_harm`.
pub struct ChildOrElderHarm;

impl Detector for ChildOrElderHarm {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn detect(&self, turn: &TurnContext<'_>, out: &mut Vec<Finding>) {
        super::signal(turn, Id::ChildOrElderHarm, out);
    }
}
