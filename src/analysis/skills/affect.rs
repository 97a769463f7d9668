//! Affect: names the client's feeling as a guess, or asks after it.

use crate::analysis::context::TurnContext;
use crate::analysis::detector::{Detector, Marks, Meta, example, lure};
use crate::analysis::moves::{Ask, Cues, faulted, moves, sentence};
use crate::analysis::{Finding, Id};

static META: Meta = Meta {
    id: Id::Affect,
    source: "Therapist techniques (Weissman, Markowitz & Klerman 2018, ch. 10): encouragement of affect",
    looks_for: "Names the client's feeling as a guess, or asks after it.",
    why: "A feeling that is named can be borne, and tells what one needs.",
    examples: &[
        example("It sounds like you were hurt, and maybe a bit ashamed too", 2),
        example("How did that feel?", 1),
        example("I'd guess there was some dread in it, before you even rang.", 2),
        example("There could be relief in there, and guilt at the relief.", 2),
        example("Humiliating, would that be too strong?", 2),
        example("You must be devastated.", 1),
    ],
    lures: &[
        lure("I'm glad you came.", "the therapist's own"),
        lure("What time did he leave?", "passes it by"),
        lure("You're angry because you can't admit he was right", "a motive told as a fact"),
        lure("Get it all down on paper, maybe", "down is no mood here"),
    ],
};

/// Detects `affect`.
pub struct Affect;

impl Detector for Affect {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn detect(&self, turn: &TurnContext<'_>, out: &mut Vec<Finding>) {
        let mut marks = Marks::of_rules(turn, Id::Affect);
        let cues = Cues::of(turn, Id::Affect, &["not_named"]);
        let bad = faulted(turn, &[Id::Blame, Id::Contempt, Id::MindReading, Id::PrematureAdvice]);
        let said = moves(&turn.doc);
        for m in &mut marks.all {
            let n = sentence(&turn.doc, m.tokens.start);
            if m.tag == "asked" {
                continue;
            }
            if cues.has(n, "not_named") || said.get(n).is_some_and(|s| s.ask == Ask::Why || s.orders) {
                m.confidence *= 0.62;
            } else if bad.get(n).copied().unwrap_or(false) {
                m.confidence *= 0.75;
            }
        }
        marks.emit(out);
    }
}
