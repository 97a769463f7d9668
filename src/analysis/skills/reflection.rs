//! Reflection: says back the content or the meaning.

use crate::analysis::context::TurnContext;
use crate::analysis::detector::{Detector, Marks, Meta, example, example_after, lure, lure_after};
use crate::analysis::document::{Document, Subject, after, class, mask};
use crate::analysis::moves::{Ask, Echo, Move, cue, moves};
use crate::analysis::{Finding, Id};

static META: Meta = Meta {
    id: Id::Reflection,
    source: "Therapist techniques (Weissman, Markowitz & Klerman 2018, ch. 10): clarification",
    looks_for: "Says back the content or the meaning.",
    why: "Being understood comes before being helped.",
    examples: &[
        example("So it isn't the job, it's who you were when you had it.", 2),
        example("Sounds like the house went quiet in one go.", 2),
        example_after("I still set two places for tea.", "The second place keeps him coming home.", 2),
        example_after("She said I was a burden.", "A burden.", 1),
        example_after("He gets the thanks and I get the washing.", "You do the work, and the thanks go to him.", 2),
    ],
    lures: &[
        lure("Have you tried a diary?", "advice"),
        lure("Why did you leave?", "a question"),
        lure_after("I shouted at my dad.", "You should ring your dad.", "advice"),
        lure_after("I shouted at my dad.", "My dad was a shouter as well.", "the therapist's own"),
        lure_after("I was late again.", "Thanks for telling me, let's start on the form.", "housekeeping"),
        lure_after("I never rang.", "You just want her to feel bad.", "a motive told as a fact"),
    ],
};

/// Detects `reflection`.
pub struct Reflection;

impl Detector for Reflection {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn detect(&self, turn: &TurnContext<'_>, out: &mut Vec<Finding>) {
        let mut marks = Marks::of_rules(turn, Id::Reflection);
        let said = moves(&turn.doc);
        for mark in &mut marks.all {
            let sentence = turn.doc.sentence_of(mark.tokens.start);
            if let Some(m) = said.iter().find(|m| m.tokens == sentence) {
                mark.confidence *= doubt(turn, m);
            }
        }
        let echo = Echo::of(&turn.before);
        let checked = said.iter().any(|m| m.ask != Ask::No && cue(turn, Id::Reflection, "checked", &m.tokens));
        for (n, m) in said.iter().enumerate() {
            if let Some((grade, sure)) = told(turn, m, &echo, n, checked) {
                let tag = if grade == 1 { "bit" } else { "told" };
                marks.add(grade, sure * doubt(turn, m), m.tokens.clone(), tag);
            }
        }
        marks.emit(out);
    }
}

/// How much what speaks against it leaves.
fn doubt(turn: &TurnContext<'_>, m: &Move) -> f32 {
    let is = |tag| cue(turn, Id::Reflection, tag, &m.tokens);
    let mut left = 1.0;
    if is("not_reflection") {
        left *= 0.6;
    }
    if is("faulted") {
        left *= 0.6;
    }
    if cue_of_fault(turn, m) {
        left *= 0.65;
    }
    left
}

/// Whether the sentence blames, mocks, makes small, reads a mind or gives advice.
fn cue_of_fault(turn: &TurnContext<'_>, m: &Move) -> bool {
    [Id::Blame, Id::Contempt, Id::Minimise, Id::MindReading, Id::PrematureAdvice].iter().any(|id| {
        turn.hits(*id).any(|(r, h)| {
            r.grade > 1 && m.tokens.start <= h.start as usize && h.end as usize <= m.tokens.end
        })
    })
}

/// A sentence that tells the client something of what they said: grade and confidence.
fn told(turn: &TurnContext<'_>, m: &Move, echo: &Echo, n: usize, checked: bool) -> Option<(u8, f32)> {
    let doc = &turn.doc;
    let len = m.tokens.len();
    if m.orders || m.own || len == 0 || len > 60 || !tells(doc, m) {
        return None;
    }
    let (content, shared) = echo.shared(doc, m.tokens.clone());
    let quoted = doc.slice(m.tokens.clone()).iter().filter(|t| t.mask & mask::QUOTED != 0).count();
    // A word or two of theirs, said again.
    if shared > 0 && (shared == content && len <= 6 || quoted * 2 > len) {
        return Some((1, if n == 0 { 0.68 } else { 0.55 }));
    }
    if len < 3 {
        return None;
    }
    let of = |class| doc.slice(m.tokens.clone()).iter().any(|t| t.is(class));
    let mut sure: f32 = 0.3;
    sure += match shared {
        0 => 0.0,
        1 => 0.12,
        _ => 0.2,
    };
    let subject = doc.clause_of(m.tokens.start).map(|c| c.subject);
    sure += match subject {
        Some(Subject::You) => 0.12,
        Some(Subject::Third) => 0.06,
        Some(Subject::None | Subject::It) => 0.02,
        _ => -0.1,
    };
    if of(class::YOU | class::YOUR) {
        sure += 0.06;
    }
    if cue(turn, Id::Reflection, "opens", &m.tokens) {
        sure += 0.18;
    }
    if cue(turn, Id::Reflection, "names_it", &m.tokens) {
        sure += 0.05;
    }
    if checked {
        sure += 0.1;
    }
    if n == 0 {
        sure += 0.1;
    }
    if of(class::I | class::ME) {
        sure -= 0.15;
    }
    let last = doc.slice(m.tokens.end - 1..m.tokens.end).iter().fold(0, |a, t| a | t.after);
    if last & after::SHOUT != 0 {
        sure -= 0.12;
    }
    if len >= 7 {
        sure += 0.06;
    }
    let grade = if content <= shared + 1 && len <= 6 { 1 } else { 2 };
    Some((grade, sure.min(0.85)))
}

/// Whether a sentence tells; one that opens with "so" or a fragment of theirs may end in a question mark.
fn tells(doc: &Document, m: &Move) -> bool {
    match m.ask {
        Ask::No => true,
        Ask::Closed => {
            let told = doc.slice(m.tokens.clone()).iter().take(3).any(|t| t.mask & mask::QUESTION == 0);
            let so = matches!(doc.norm(m.tokens.start), "so" | "like" | "then");
            told || so
        }
        Ask::Open | Ask::Why => false,
    }
}
