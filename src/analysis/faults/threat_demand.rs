//! ThreatDemand: coerces: a threat, an ultimatum, an order.

use crate::analysis::context::TurnContext;
use crate::analysis::detector::{Detector, Marks, Meta, example, lure};
use crate::analysis::moves::{Cues, moves, sentence};
use crate::analysis::{Audience, Finding, Id};

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
        // "Tell me about her" from an interviewer invites; "you need to ring HR" is advice, and marked as such.
        if turn.audience() == Audience::Trainee {
            let advice = Cues::of(turn, Id::PrematureAdvice, &["here", "advice"]);
            let said = moves(&turn.doc);
            for m in marks.all.iter_mut().filter(|m| m.tag == "demand") {
                let n = sentence(&turn.doc, m.tokens.start);
                let invites = said.get(n).is_some_and(|s| s.orders) && advice.has(n, "here");
                if invites || advice.has(n, "advice") {
                    m.confidence *= 0.6;
                }
            }
        }
        marks.emit(out);
    }
}
