//! QuestionFault: closed, leading, stacked or why-questions.

use crate::analysis::context::TurnContext;
use crate::analysis::detector::{Detector, Marks, Meta, example, lure};
use crate::analysis::document::after;
use crate::analysis::{Finding, Id};

static META: Meta = Meta {
    id: Id::QuestionFault,
    source: "Therapist techniques (Weissman, Markowitz & Klerman 2018, ch. 10): nondirective exploration",
    looks_for: "Closed, leading, stacked or why-questions.",
    why: "They steer, or corner; the client answers the question and not the matter.",
    examples: &[
        example("Why didn't you just tell her?", 2),
        example("Don't you think he's right?", 2),
        example("Were you angry? Did you say so? What did he do?", 2),
    ],
    lures: &[
        lure("Are you having any thoughts of suicide?", "risk"),
        lure("So the house went quiet. Is that right?", "a check"),
        lure("What was that like?", "open"),
    ],
};

/// Detects `question_fault`.
pub struct QuestionFault;

impl Detector for QuestionFault {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn detect(&self, turn: &TurnContext<'_>, out: &mut Vec<Finding>) {
        let mut marks = Marks::of_rules(turn, Id::QuestionFault);
        let doc = &turn.doc;
        let asked: Vec<_> = doc
            .sentences
            .iter()
            .filter(|s| doc.tokens.get(s.end as usize - 1).is_some_and(|t| t.after & after::ASK != 0))
            .collect();
        // "Can you tell me ...", "is that right" are open or a check, though they could be answered with yes.
        marks.take_back("fine", &["closed", "leading"]);
        if marks.has("risk") {
            marks.dampen(0.3);
        } else if let (Some(first), Some(last)) = (asked.first(), asked.last())
            && asked.len() > 1
        {
            let grade = if asked.len() > 2 { 3 } else { 2 };
            marks.add(grade, 0.72, first.start as usize..last.end as usize, "stacked");
        }
        marks.emit(out);
    }
}
