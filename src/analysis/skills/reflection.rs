//! Reflection: says back the content or the meaning.

use crate::analysis::context::TurnContext;
use crate::analysis::detector::{Detector, Marks, Meta, example, lure};
use crate::analysis::document::mask;
use crate::analysis::{Finding, Id};

static META: Meta = Meta {
    id: Id::Reflection,
    source: "Therapist techniques (Weissman, Markowitz & Klerman 2018, ch. 10): clarification",
    looks_for: "Says back the content or the meaning.",
    why: "Being understood comes before being helped.",
    examples: &[
        example("So it isn't the job, it's who you were when you had it.", 2),
        example("Sounds like the house went quiet in one go.", 2),
    ],
    lures: &[lure("Have you tried a diary?", "advice"), lure("Why did you leave?", "a question")],
};

/// Detects `reflection`.
pub struct Reflection;

impl Detector for Reflection {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn detect(&self, turn: &TurnContext<'_>, out: &mut Vec<Finding>) {
        let mut marks = Marks::of_rules(turn, Id::Reflection);
        let short = turn.doc.sentences.iter().find(|s| {
            let of = turn.doc.slice(s.start as usize..s.end as usize);
            (2..=4).contains(&of.len()) && of.iter().all(|t| t.mask & (mask::QUESTION | mask::IMPERATIVE) == 0)
        });
        if let Some(s) = short {
            marks.add(1, 0.52, s.start as usize..s.end as usize, "bit");
        }
        if marks.has("not_reflection") {
            marks.dampen(0.6);
        }
        marks.emit(out);
    }
}
