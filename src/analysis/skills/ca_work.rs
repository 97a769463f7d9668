//! CaWork: elicits the words said and what each felt or wanted; weighs choices; rehearses.

use crate::analysis::context::TurnContext;
use crate::analysis::detector::{Detector, Marks, Meta, example, example_after, lure};
use crate::analysis::moves::{Ask, moves};
use crate::analysis::{Finding, Id};

static META: Meta = Meta {
    id: Id::CaWork,
    source: "Therapist techniques (Weissman, Markowitz & Klerman 2018, ch. 10): communication analysis, decision analysis, role play",
    looks_for: "Elicits the words said and what each felt or wanted; weighs choices; rehearses.",
    why: "What was really said, and meant, shows where it went wrong.",
    examples: &[
        example("What did you say to her, word for word?", 2),
        example("Let's try it out: I'll be your mum", 2),
        example("What would you like to have said to him instead?", 2),
        example("What exactly did he say?", 2),
        example("who said what?", 2),
        example("What do you think she heard in that?", 2),
        example("What would staying cost you, and what would leaving cost?", 2),
        example_after("We had a row.", "And then what happened?", 1),
    ],
    lures: &[
        lure("That sounds hard.", "no work on the exchange"),
        lure("And how was the weekend?", "no exchange"),
        lure("You should just say sorry to her.", "advice"),
    ],
};

/// Detects `ca_work`.
pub struct CaWork;

impl Detector for CaWork {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn detect(&self, turn: &TurnContext<'_>, out: &mut Vec<Finding>) {
        let mut marks = Marks::of_rules(turn, Id::CaWork);
        let ordinary = marks.has("ordinary");
        let said = moves(&turn.doc);
        // The same words ask for the exchange and tell of it: telling is worth less.
        for mark in &mut marks.all {
            let sentence = turn.doc.tokens.get(mark.tokens.start).and_then(|t| said.get(t.sentence as usize));
            let tells = sentence.is_some_and(|m| m.ask == Ask::No && !m.marked && !m.orders);
            match mark.tag {
                "words" if tells => mark.confidence *= 0.72,
                "happened" if ordinary => mark.confidence *= 0.7,
                _ => {}
            }
        }
        if turn.hits(Id::PrematureAdvice).any(|(r, _)| r.grade > 1) {
            marks.dampen(0.8);
        }
        marks.emit(out);
    }
}
