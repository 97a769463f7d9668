//! Options: two or more ways, or asking for theirs.

use crate::analysis::context::TurnContext;
use crate::analysis::detector::{Detector, Marks, Meta, example, lure};
use crate::analysis::document::after;
use crate::analysis::{Finding, Id};

static META: Meta = Meta {
    id: Id::Options,
    source: "IPT-A / IPT-AST communication strategies (Mufson; Young): have a few solutions in mind",
    looks_for: "Two or more ways, or asking for theirs.",
    why: "With one solution there is a winner and a loser.",
    examples: &[
        example("We could swap weekends, or I could do the Fridays", 2),
        example("what would work for you?", 2),
        example("We could do the photos together on Sunday, or leave the bedroom until after her birthday", 2),
        example("I take the bins and you the recycling, or we swap each month. Which would you sooner?", 2),
    ],
    lures: &[
        lure("either apologise or leave", "an ultimatum"),
        lure("I want the car on Friday.", "one position"),
        lure("Either you change your shifts or I don't know what.", "an ultimatum"),
        lure("There's only one way to do this, and it isn't yours", "one position"),
        lure("Pay it by noon or I go to your boss.", "a threat"),
    ],
};

/// Detects `options`.
pub struct Options;

impl Detector for Options {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn detect(&self, turn: &TurnContext<'_>, out: &mut Vec<Finding>) {
        let mut marks = Marks::of_rules(turn, Id::Options);
        // A choice that asks is no ultimatum, however it is joined.
        let asks = turn.tokens().iter().any(|t| t.after & after::ASK != 0);
        let coerced = !asks && turn.hits(Id::ThreatDemand).any(|(r, _)| r.grade > 1);
        if marks.has("sham") || coerced {
            marks.dampen(0.3);
        }
        marks.emit(out);
    }
}
