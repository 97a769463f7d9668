//! OpenExploration: an open question or invitation that follows the client.

use crate::analysis::context::TurnContext;
use crate::analysis::detector::{Detector, Marks, Meta, example, lure};
use crate::analysis::moves::{Ask, Cues, Echo, faulted, moves, sentence};
use crate::analysis::{Finding, Id};

static META: Meta = Meta {
    id: Id::OpenExploration,
    source: "Therapist techniques (Weissman, Markowitz & Klerman 2018, ch. 10): nondirective exploration, direct elicitation",
    looks_for: "An open question or invitation that follows the client.",
    why: "Who is not steered brings what matters.",
    examples: &[
        example("Can you tell me more about that evening?", 2),
        example("What was it like when he shut the door?", 2),
        example("Where does that word take you?", 2),
        example("I'd like to hear about the drive home, if you want.", 2),
        example("Tell me more.", 1),
        example("So how are things?", 1),
    ],
    lures: &[
        lure("What makes you so angry with her?", "an accusation in an open form"),
        lure("Did you sleep?", "closed"),
        lure("What about a yoga class?", "advice"),
        lure("Why did you go?", "asks for a justification"),
        lure("Where was it? Did you enjoy it? Who else went?", "stacked"),
    ],
};

/// Detects `open_exploration`.
pub struct OpenExploration;

impl Detector for OpenExploration {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn detect(&self, turn: &TurnContext<'_>, out: &mut Vec<Finding>) {
        let id = Id::OpenExploration;
        let mut marks = Marks::of_rules(turn, id);
        let said = moves(&turn.doc);
        let cues = Cues::of(turn, id, &["generic", "not_open"]);
        let bad = faulted(turn, &[Id::QuestionFault, Id::PrematureAdvice, Id::Contempt]);
        let asked = said.iter().filter(|m| m.ask != Ask::No).count();
        let closed = said.iter().filter(|m| matches!(m.ask, Ask::Closed | Ask::Why) && m.tokens.len() > 1).count();
        let echo = Echo::of(&turn.before);
        for (n, m) in said.iter().enumerate().filter(|(_, m)| m.ask == Ask::Open) {
            if cues.has(n, "generic") || m.tokens.len() < 2 {
                continue;
            }
            let (_, shared) = echo.shared(&turn.doc, m.tokens.clone());
            // "When did it start?" wants a date.
            let when = if turn.doc.norm(m.tokens.start).starts_with("when") { 0.2 } else { 0.0 };
            let sure =
                0.64 - when + if shared > 0 { 0.08 } else { 0.0 } + if m.tokens.len() > 4 { 0.04 } else { -0.04 };
            marks.add(2, sure, m.tokens.clone(), "open");
        }
        let stacked = match (asked, closed) {
            (0 | 1, _) | (2, 0) => 1.0,
            (2, _) => 0.85,
            _ => 0.6,
        };
        for mark in &mut marks.all {
            let n = sentence(&turn.doc, mark.tokens.start);
            let generic = mark.grade > 1 && cues.has(n, "generic");
            let left: f32 = if cues.has(n, "not_open") {
                0.5
            } else if bad.get(n).copied().unwrap_or(false) {
                0.62
            } else {
                1.0
            };
            mark.confidence *= left * stacked;
            if generic {
                mark.grade = 1;
            }
        }
        marks.emit(out);
    }
}
