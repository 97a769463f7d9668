//! ThreatDemand: coerces: a threat, an ultimatum, an order.

use crate::analysis::context::TurnContext;
use crate::analysis::detector::{Detector, Marks, Meta, example, lure};
use crate::analysis::{Finding, Id};

static META: Meta = Meta {
    id: Id::ThreatDemand,
    source: "Communication analysis (Klerman, Weissman, Markowitz; Stuart & Robertson)",
    looks_for: "Coerces: a threat, an ultimatum, an order.",
    why: "What is given under pressure is taken back.",
    examples: &[example("If you don't come home now we're over", 2), example("Do it or I'm telling everyone.", 2)],
    lures: &[
        lure("If the shouting starts I'll step out for ten minutes", "a limit to protect oneself"),
        lure("you must be tired", "a guess"),
    ],
};

/// Detects `threat_demand`.
pub struct ThreatDemand;

impl Detector for ThreatDemand {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn detect(&self, turn: &TurnContext<'_>, out: &mut Vec<Finding>) {
        let mut marks = Marks::of_rules(turn, Id::ThreatDemand);
        if marks.has("limit") {
            marks.dampen(0.5);
        }
        marks.emit(out);
    }
}
