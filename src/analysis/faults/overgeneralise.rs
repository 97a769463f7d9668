//! Overgeneralise: you, and always, never, every time.

use crate::analysis::context::TurnContext;
use crate::analysis::detector::{Detector, Marks, Meta, example, lure};
use crate::analysis::{Finding, Id};

static META: Meta = Meta {
    id: Id::Overgeneralise,
    source: "Communication analysis (Klerman, Weissman, Markowitz; Stuart & Robertson)",
    looks_for: "You, and always, never, every time.",
    why: "They will look for the one exception, and the talk is about that.",
    examples: &[
        example("You never help around here.", 2),
        example("u always do this", 2),
        example("every time i ask you make a face", 2),
    ],
    lures: &[
        lure("never mind", "an idiom"),
        lure("I'll always love you", "a promise"),
        lure("I'm not saying you never help", "denied"),
        lure("you never know", "anyone"),
    ],
};

/// Detects `overgeneralise`.
pub struct Overgeneralise;

impl Detector for Overgeneralise {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn detect(&self, turn: &TurnContext<'_>, out: &mut Vec<Finding>) {
        let mut marks = Marks::of_rules(turn, Id::Overgeneralise);
        if marks.has("not_always") {
            marks.dampen(0.6);
        }
        marks.emit(out);
    }
}
