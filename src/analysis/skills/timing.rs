//! Timing: asking for or setting a time, or a pause with a return.

use crate::analysis::context::TurnContext;
use crate::analysis::detector::{Detector, Marks, Meta, example, lure};
use crate::analysis::{Finding, Id};

static META: Meta = Meta {
    id: Id::Timing,
    source: "IPT-A / IPT-AST communication strategies (Mufson; Young): strike while the iron is cold",
    looks_for: "Asking for or setting a time, or a pause with a return.",
    why: "Nothing is solved in the heat, and nothing in the silence after.",
    examples: &[
        example("I'm too wound up to do this now. I'll ring you at eight.", 2),
        example("Can we talk about it tomorrow after dinner?", 2),
        example("i need ten minutes, then i'll come back and we finish this", 2),
    ],
    lures: &[
        lure("not now", "no return"),
        lure("later", "no return"),
        lure("I can't talk to you when you're like this.", "no return"),
        lure("I take it back", "a repair"),
    ],
};

/// Detects `timing`.
pub struct Timing;

impl Detector for Timing {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn detect(&self, turn: &TurnContext<'_>, out: &mut Vec<Finding>) {
        let mut marks = Marks::of_rules(turn, Id::Timing);
        // "I can't now" with a time to come back is a pause, not a door.
        let back = marks.all.iter().find(|m| m.tag == "return").map(|m| m.tokens.clone());
        if let (Some(tokens), true) = (back, marks.all.iter().any(|m| m.tag == "bad_time")) {
            marks.add(2, 0.72, tokens, "pause");
        }
        if marks.has("taken_back") {
            marks.dampen(0.6);
        }
        marks.emit(out);
    }
}
