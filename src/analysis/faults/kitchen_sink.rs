//! KitchenSink: three or more separate grievances in one turn.

use crate::analysis::context::TurnContext;
use crate::analysis::detector::{Detector, Marks, Meta, example, lure};
use crate::analysis::document::{Form, Subject, Tense, class};
use crate::analysis::{Finding, Id};

static META: Meta = Meta {
    id: Id::KitchenSink,
    source: "Communication analysis (Klerman, Weissman, Markowitz; Stuart & Robertson); IPT-A: be specific",
    looks_for: "Three or more separate grievances in one turn.",
    why: "They can answer one at most, and none is solved.",
    examples: &[example(
        "You forgot my birthday, you left the kitchen in a state, you were late for Mum and you didn't even ring the school",
        2,
    )],
    lures: &[
        lure("We could swap weekends, I could do Fridays, or you could ask your mum", "options"),
        lure("Dad died in March, then the house was sold, then the dog went", "a story of loss"),
    ],
};

/// Detects `kitchen_sink`.
pub struct KitchenSink;

impl Detector for KitchenSink {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn detect(&self, turn: &TurnContext<'_>, out: &mut Vec<Finding>) {
        // Clauses that charge the other with something: "you" and a past or negated verb.
        let doc = &turn.doc;
        let charges: Vec<_> = doc
            .clauses
            .iter()
            .filter(|c| {
                c.subject == Subject::You
                    && matches!(c.form, Form::Statement)
                    && (c.tense == Tense::Past || c.negated || c.has(class::ABSOLUTE))
                    && !c.has(class::WANT)
            })
            .collect();
        let joined = turn.tagged(Id::KitchenSink, "joiner").is_some();
        let mut marks = Marks::new(turn, Id::KitchenSink);
        if let (Some(first), Some(last)) = (charges.first(), charges.last()) {
            let n = charges.len() + usize::from(joined);
            let (grade, confidence) = match n {
                0..=1 => (1, 0.1),
                2 => (1, 0.25),
                3 => (2, 0.65),
                _ => (3, 0.8),
            };
            marks.add(grade, confidence, first.start as usize..last.end as usize, "list");
        }
        marks.emit(out);
    }
}
