//! Reflection: says back the content or the meaning.

use std::collections::BTreeSet;

use crate::analysis::context::TurnContext;
use crate::analysis::detector::{Detector, Marks, Meta, example, example_after, lure, lure_after};
use crate::analysis::document::{Document, Subject, Tense, after, class, mask};
use crate::analysis::moves::{Ask, Cues, Echo, Move, faulted, moves, sentence};
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

/// A longer sentence, in tokens, is a speech.
const LONGEST: usize = 60;

/// Detects `reflection`.
pub struct Reflection;

impl Detector for Reflection {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn detect(&self, turn: &TurnContext<'_>, out: &mut Vec<Finding>) {
        let id = Id::Reflection;
        let mut marks = Marks::of_rules(turn, id);
        let said = moves(&turn.doc);
        let cues = Cues::of(turn, id, &["opens", "names_it", "checked", "not_reflection", "faulted"]);
        let faults = [Id::Blame, Id::Contempt, Id::Minimise, Id::MindReading, Id::PrematureAdvice];
        let at = Told {
            turn,
            echo: Echo::of(&turn.before),
            checked: said.iter().enumerate().any(|(n, m)| m.ask != Ask::No && cues.has(n, "checked")),
            faulted: faulted(turn, &faults),
            ruled: marks.all.iter().map(|m| sentence(&turn.doc, m.tokens.start)).collect::<BTreeSet<_>>(),
            cues,
        };
        marks.all.clear();
        for (n, m) in said.iter().enumerate() {
            if let Some((grade, sure)) = at.weigh(n, m) {
                marks.add(grade, sure, m.tokens.clone(), if grade == 1 { "bit" } else { "told" });
            }
        }
        marks.emit(out);
    }
}

/// What is known when the sentences are weighed.
struct Told<'t, 'a> {
    turn: &'t TurnContext<'a>,
    echo: Echo,
    cues: Cues,
    checked: bool,
    faulted: Vec<bool>,
    ruled: BTreeSet<usize>,
}

impl Told<'_, '_> {
    /// Grade and confidence of a sentence that tells the client something of what they said. The weights are those of a
    /// logistic model over these few features, rounded.
    fn weigh(&self, n: usize, m: &Move) -> Option<(u8, f32)> {
        let doc = &self.turn.doc;
        let tokens = doc.slice(m.tokens.clone());
        let len = tokens.len();
        if len == 0 || len > LONGEST || !tells(doc, m) {
            return None;
        }
        let (content, shared) = self.echo.shared(doc, m.tokens.clone());
        let quoted = tokens.iter().filter(|t| t.mask & mask::QUOTED != 0).count() * 2 > len;
        let echo = shared > 0 && shared == content && len <= 6;
        let classes = tokens.iter().fold(0, |all, t| all | t.class);
        let first = doc.clause_of(m.tokens.start).copied().unwrap_or_default();
        let shouts = tokens.last().is_some_and(|t| t.after & after::SHOUT != 0);
        let has = |tag| self.cues.has(n, tag);
        let weights = [
            (self.ruled.contains(&n), 1.0),
            (has("opens"), 1.9),
            (has("names_it"), 0.2),
            (self.checked, 1.5),
            (has("not_reflection"), -0.85),
            (has("faulted"), -0.5),
            (self.faulted.get(n).copied().unwrap_or(false), -0.95),
            (echo, 1.65),
            (quoted, 0.35),
            (shared > 0, 0.5),
            (shared > 1, 0.7),
            (shared > 2, 0.95),
            (shared == 0 && len <= 4, -0.55),
            (len <= 2, -0.1),
            ((3..=6).contains(&len), -0.5),
            (len > 6, 0.2),
            (len > 12, 0.2),
            (n == 0, 0.1),
            (doc.sentences.len() == 1, 0.3),
            (classes & (class::YOU | class::YOUR) != 0, 0.6),
            (classes & class::THIRD != 0, 0.4),
            (classes & class::PAST != 0, 0.25),
            (first.subject == Subject::Third, 0.25),
            (first.subject == Subject::We, -0.5),
            (first.tense == Tense::Past, 0.2),
            (first.negated, 0.2),
            (classes & class::I != 0, -0.7),
            (classes & class::ME != 0, -0.8),
            (classes & class::WE != 0, -0.9),
            (classes & class::KIN != 0, -0.6),
            (classes & class::MODAL != 0, -0.6),
            (classes & (class::DAY | class::TIME) != 0, -0.4),
            (tokens.first().is_some_and(|t| t.is(class::DISC)), -0.5),
            (m.orders, -1.0),
            (m.ask != Ask::No, -0.6),
            (shouts, -1.2),
            (self.turn.after("question"), -0.6),
        ];
        let z = weights.iter().filter(|(holds, _)| *holds).fold(-1.35f32, |z, (_, w)| z + w);
        let sure = (1.0 / (1.0 + (-z).exp())).min(0.92);
        let grade = if echo || quoted || (content <= shared + 1 && len <= 5) { 1 } else { 2 };
        Some((grade, sure))
    }
}

/// Whether a sentence tells; one that opens with "so" or a fragment of theirs may end in a question mark.
fn tells(doc: &Document, m: &Move) -> bool {
    match m.ask {
        Ask::No => true,
        Ask::Closed => {
            let told = doc.slice(m.tokens.clone()).iter().take(3).any(|t| t.mask & mask::QUESTION == 0);
            told || matches!(doc.norm(m.tokens.start), "so" | "like" | "then")
        }
        Ask::Open | Ask::Why => false,
    }
}
