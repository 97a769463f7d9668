//! CaWork: elicits the words said and what each felt or wanted; weighs choices; rehearses.

use crate::analysis::context::TurnContext;
use crate::analysis::detector::{Detector, Marks, Meta, example, lure};
use crate::analysis::{Finding, Id};

static META: Meta = Meta {
    id: Id::CaWork,
    source: "Therapist techniques (Weissman, Markowitz & Klerman 2018, ch. 10): communication analysis, decision analysis, role play",
    looks_for: "Elicits the words said and what each felt or wanted; weighs choices; rehearses.",
    why: "What was really said, and meant, shows where it went wrong.",
    examples: &[
        example("What did you say to her, word for word?", 2),
        example("Let's try it out: I'll be your mum", 2),
    ],
    lures: &[lure("That sounds hard.", "no work on the exchange"), lure("And how was the weekend?", "no exchange")],
};

/// Detects `ca_work`.
pub struct CaWork;

impl Detector for CaWork {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn detect(&self, turn: &TurnContext<'_>, out: &mut Vec<Finding>) {
        Marks::of_rules(turn, Id::CaWork).emit(out);
    }
}
