//! CheckUnderstanding: asking what was meant or heard, or a paraphrase that asks.

use std::ops::Range;

use crate::analysis::context::TurnContext;
use crate::analysis::detector::{Detector, Mark, Marks, Meta, example, lure};
use crate::analysis::document::{after, class};
use crate::analysis::{Finding, Id};

static META: Meta = Meta {
    id: Id::CheckUnderstanding,
    source: "Communication analysis (Klerman, Weissman, Markowitz; Stuart & Robertson): the wrong assumption that one has understood",
    looks_for: "Asking what was meant or heard, or a paraphrase that asks.",
    why: "Half of a quarrel is about things nobody said.",
    examples: &[
        example("Fine as in you agree, or fine as in you've given up?", 2),
        example("When you say later, do you mean tonight?", 2),
        example("So you're saying the job scares you, have I got that right?", 2),
    ],
    lures: &[
        lure("What's that supposed to mean?", "an attack"),
        lure("ok", "a token"),
        lure("Do you even hear yourself?", "contempt"),
    ],
};

/// Detects `check_understanding`.
pub struct CheckUnderstanding;

impl Detector for CheckUnderstanding {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn detect(&self, turn: &TurnContext<'_>, out: &mut Vec<Finding>) {
        let mut marks = Marks::of_rules(turn, Id::CheckUnderstanding);
        marks.all.extend(this_or_that(turn).map(|tokens| Mark {
            grade: 2,
            confidence: 0.56,
            tokens,
            tag: "either_or",
        }));
        if marks.has("sham") {
            marks.dampen(0.3);
        }
        marks.emit(out);
    }
}

/// "the noise, or the hour?": two readings of what was said, and no plan in either.
fn this_or_that(turn: &TurnContext<'_>) -> Option<Range<usize>> {
    let doc = &turn.doc;
    let plan =
        class::MODAL | class::DAY | class::CLOCK | class::NUM | class::I | class::WE | class::PROFAN | class::INSULT;
    doc.sentences.iter().map(|s| s.start as usize..s.end as usize).find(|s| {
        let tokens = doc.slice(s.clone());
        tokens.len() > 3
            && tokens.last().is_some_and(|t| t.after & after::ASK != 0)
            && s.clone().skip(1).any(|i| doc.norm(i) == "or")
            && !tokens.iter().any(|t| t.is(plan))
            && !matches!(doc.norm(s.start), "or" | "either" | "maybe" | "perhaps")
    })
}
