//! PersistRepair: after a no or a slip: asks again calmly, owns the slip, or brings a smaller step.

use crate::analysis::context::TurnContext;
use crate::analysis::detector::{Detector, Marks, Meta, example, example_after, lure, lure_after};
use crate::analysis::{Finding, Id};

static META: Meta = Meta {
    id: Id::PersistRepair,
    source: "IPT-A / IPT-AST communication strategies (Mufson; Young): don't give up",
    looks_for: "After a no or a slip: asks again calmly, owns the slip, or brings a smaller step.",
    why: "The first no is often the start of the talk.",
    examples: &[
        example("I snapped at you and I'm sorry.", 2),
        example("that was out of order, sorry", 2),
        example("I bit your head off this morning, and you'd only asked", 2),
        example_after("No. I'm not coming to that.", "Ok, not the whole day then. Could you come for the lunch?", 2),
    ],
    lures: &[
        lure("sorry if you were offended", "no ownership"),
        lure("sorry, but you started it", "takes it back"),
        lure("It's not my fault they restructured", "defends"),
        lure("I can explain", "defends"),
        lure("i know", "a token"),
        lure_after("I need the Tuesday off.", "would Bilal swap", "nobody has resisted"),
    ],
};

/// Detects `persist_repair`.
pub struct PersistRepair;

impl Detector for PersistRepair {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn detect(&self, turn: &TurnContext<'_>, out: &mut Vec<Finding>) {
        let mut marks = Marks::of_rules(turn, Id::PersistRepair);
        // A plain sorry counts, unless what follows takes it back or it is only manners.
        let sorry = marks.all.iter().find(|m| m.tag == "sorry_alone").map(|m| m.tokens.clone());
        if let Some(tokens) = sorry {
            marks.add(2, if turn.after("none") { 0.52 } else { 0.64 }, tokens, "sorry");
        }
        // After a no: takes it in, then asks for something else or something smaller.
        if turn.after("refusal") {
            let asks = |id: Id| turn.hits(id).find(|(r, _)| r.grade > 0 && !matches!(r.tag, "vague" | "imperative"));
            let ask = asks(Id::DirectRequest).or_else(|| asks(Id::Options)).map(|(_, h)| h.range());
            if let Some(tokens) = ask {
                let heard = marks.has("heard");
                marks.add(if heard { 2 } else { 1 }, if heard { 0.62 } else { 0.42 }, tokens, "asks_again");
            }
        }
        if marks.has("sham") {
            marks.dampen(0.4);
        }
        marks.emit(out);
    }
}
