//! IStatement: a feeling word of the speaker's own, with the event it belongs to.

use std::ops::Range;

use crate::analysis::context::TurnContext;
use crate::analysis::detector::{Detector, Marks, Meta, example, lure};
use crate::analysis::document::{Document, after, class};
use crate::analysis::{Finding, Id};

static META: Meta = Meta {
    id: Id::IStatement,
    source: "IPT-A / IPT-AST communication strategies (Mufson; Young): use \"I\" statements",
    looks_for: "A feeling word of the speaker's own, with the event it belongs to.",
    why: "A feeling can be heard where an accusation is fought.",
    examples: &[
        example("I felt hurt when you left before the speeches", 2),
        example("i was scared when it got to 11 and no text", 2),
        example("i feel ignored", 1),
        example("I just feel invisible", 1),
        example("I feel so alone", 1),
        example("You cancelled on Friday with the table booked. I was gutted.", 2),
    ],
    lures: &[
        lure("I feel that you are selfish", "an opinion in disguise"),
        lure("I feel like you never listen", "an opinion in disguise"),
        lure("I feel like pizza", "no feeling"),
    ],
};

/// Detects `i_statement`.
pub struct IStatement;

/// How far from a feeling its event may stand, in words: a run-on may be one sentence of any length.
const NEAR: usize = 60;

impl Detector for IStatement {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn detect(&self, turn: &TurnContext<'_>, out: &mut Vec<Finding>) {
        let mut marks = Marks::of_rules(turn, Id::IStatement);
        if marks.has("blame_in_disguise") {
            marks.dampen(0.5);
        }
        // A feeling with its event is clear: a clause that gives the when or why, or a second clause about the other.
        let doc = &turn.doc;
        let mut clear = Vec::new();
        let mut near = None;
        for mark in marks.all.iter().filter(|m| m.tag == "feeling") {
            let sentence = doc.sentence_of(mark.tokens.start);
            let whole = sentence.start.max(mark.tokens.start.saturating_sub(NEAR))
                ..sentence.end.min(mark.tokens.end + NEAR).max(mark.tokens.end);
            let event = doc.slice(whole.clone()).iter().enumerate().any(|(n, t)| {
                !mark.tokens.contains(&(whole.start + n))
                    && (t.is(class::YOU
                        | class::YOUR
                        | class::TIME
                        | class::SUBORD
                        | class::PAST
                        | class::THIRD
                        | class::PREP))
            });
            if event {
                clear.push(whole);
            } else if let Some(beside) = Some(sentence).filter(|s| s.len() <= 2 * NEAR).and_then(|s| beside(doc, &s)) {
                near = Some(beside);
            }
        }
        for tokens in clear {
            marks.add(2, 0.72, tokens, "with_event");
        }
        if let Some(tokens) = near {
            marks.add(2, 0.6, tokens, "with_event");
        }
        marks.emit(out);
    }
}

/// The sentence of a feeling with the one next to it, where that one tells what happened.
fn beside(doc: &Document, whole: &Range<usize>) -> Option<Range<usize>> {
    let tells = |r: &Range<usize>| {
        let tokens = doc.slice(r.clone());
        let last = tokens.last().map_or(0, |t| t.after);
        last & after::ASK == 0
            && tokens.len() > 3
            && tokens.iter().any(|t| t.is(class::PAST))
            && tokens
                .iter()
                .any(|t| t.is(class::YOU | class::YOUR | class::THIRD | class::TIME | class::NUM | class::NAME))
    };
    let before = whole.start.checked_sub(1).map(|i| doc.sentence_of(i)).filter(|r| tells(r));
    if let Some(before) = before {
        return Some(before.start..whole.end);
    }
    let next = (whole.end < doc.tokens.len()).then(|| doc.sentence_of(whole.end)).filter(|r| tells(r))?;
    Some(whole.start..next.end)
}
