//! Indirect: hints, martyrdom, heaps of hedges in place of the ask.

use crate::analysis::context::TurnContext;
use crate::analysis::detector::{Detector, Marks, Meta, example, lure};
use crate::analysis::{Finding, Id};

static META: Meta = Meta {
    id: Id::Indirect,
    source: "Communication analysis (Klerman, Weissman, Markowitz; Stuart & Robertson): unnecessarily indirect verbal communication",
    looks_for: "Hints, martyrdom, heaps of hedges in place of the ask.",
    why: "The mood is heard, the wish is not. It can be the safe or polite way: comment on it, never shame it.",
    examples: &[
        example("don't mind me, i'll just sit in the dark", 2),
        example("Some people would have rung. Just saying.", 2),
    ],
    lures: &[lure("Maybe you could ring me tonight?", "one polite hedge"), lure("Could you ring me?", "an ask")],
};

/// Detects `indirect`.
pub struct Indirect;

impl Detector for Indirect {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn detect(&self, turn: &TurnContext<'_>, out: &mut Vec<Finding>) {
        let mut marks = Marks::of_rules(turn, Id::Indirect);
        let hedges = turn.hits(Id::Indirect).filter(|(r, _)| r.tag == "hedges").count();
        if hedges >= 4 {
            marks.add(2, 0.62, 0..turn.tokens().len(), "heap");
        }
        marks.emit(out);
    }
}
