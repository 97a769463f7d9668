//! PrematureAdvice: a solution before exploring.

use crate::analysis::context::TurnContext;
use crate::analysis::detector::{Detector, Marks, Meta, example, example_after, lure, lure_after};
use crate::analysis::moves::{Ask, Cues, Move, moves};
use crate::analysis::{Finding, Id};

static META: Meta = Meta {
    id: Id::PrematureAdvice,
    source: "Therapist techniques (Weissman, Markowitz & Klerman 2018, ch. 10): exploration before solutions",
    looks_for: "A solution before exploring.",
    why: "It ends the story before it was told.",
    examples: &[
        example("Have you tried writing it down?", 2),
        example("you should just tell him", 2),
        example("A yoga class might do you good.", 2),
        example_after("He rang drunk again.", "Block his number and change the locks.", 2),
        example("What about asking your sister to have the kids?", 2),
    ],
    lures: &[
        lure("What would you like to say to him?", "asks for theirs"),
        lure("You should have seen her face, you said.", "no advice"),
        lure("Go on", "an encouragement"),
        lure("take your time", "an encouragement"),
        lure("Try it out on me", "a rehearsal"),
        lure("I'd like to hear it", "interest"),
        lure("I'd put those two side by side.", "a link"),
        lure("Start wherever you like.", "an invitation"),
        lure("Give me her words, then yours.", "about the exchange"),
        lure_after("How would you word it?", "I'd keep it short and ask him for Sunday.", "asked for"),
    ],
};

/// Detects `premature_advice`.
pub struct PrematureAdvice;

impl Detector for PrematureAdvice {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn detect(&self, turn: &TurnContext<'_>, out: &mut Vec<Finding>) {
        let id = Id::PrematureAdvice;
        let mut marks = Marks::of_rules(turn, id);
        if !turn.after("ask_advice") {
            let cues = Cues::of(turn, id, &["order", "here"]);
            let orders = |m: &Move| m.orders && m.ask == Ask::No && m.tokens.len() > 2;
            for (n, m) in moves(&turn.doc).iter().enumerate().filter(|(_, m)| orders(m)) {
                if cues.has(n, "order") && !cues.has(n, "here") {
                    marks.add(2, 0.6, m.tokens.clone(), "order");
                }
            }
        }
        if marks.has("asked") || marks.has("safety") {
            marks.dampen(0.45);
        } else if marks.has("not_advice") {
            marks.dampen(0.65);
        }
        marks.emit(out);
    }
}
