//! Contempt: insult, mockery, sarcasm, name-calling.

use crate::analysis::context::TurnContext;
use crate::analysis::detector::{Detector, Marks, Meta, example, lure};
use crate::analysis::{Finding, Id};

static META: Meta = Meta {
    id: Id::Contempt,
    source: "Communication analysis (Klerman, Weissman, Markowitz; Stuart & Robertson); the tone of open attack",
    looks_for: "Insult, mockery, sarcasm, name-calling.",
    why: "Contempt is the surest sign of a talk that will fail.",
    examples: &[example("You're pathetic.", 2), example("oh well done, father of the year", 2)],
    lures: &[
        lure("I'm such an idiot", "of oneself"),
        lure("you called me an idiot", "reported"),
        lure("you said \"you're pathetic\" to me", "quoted"),
    ],
};

/// Detects `contempt`.
pub struct Contempt;

impl Detector for Contempt {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn detect(&self, turn: &TurnContext<'_>, out: &mut Vec<Finding>) {
        Marks::of_rules(turn, Id::Contempt).emit(out);
    }
}
