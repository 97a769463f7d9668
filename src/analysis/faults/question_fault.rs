//! QuestionFault: closed, leading, stacked or why-questions.

use crate::analysis::context::TurnContext;
use crate::analysis::detector::{Detector, Marks, Meta, example, lure, lure_after};
use crate::analysis::document::after;
use crate::analysis::moves::{Ask, Cues, Move, moves, sentence};
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
        example("She meant well though, didn't she?", 2),
        example("Did you tell your sister about it?", 1),
        example("How come you never rang them back?", 2),
    ],
    lures: &[
        lure("Are you having any thoughts of suicide?", "risk"),
        lure("So the house went quiet. Is that right?", "a check"),
        lure("What was that like?", "open"),
        lure("Hi Marta, how are you?", "a greeting"),
        lure("Could you tell me a bit more about the drive home?", "an invitation"),
        lure("Was there some relief in it, maybe?", "a guess at the feeling"),
        lure("Would you be willing to try it here, with me as your brother?", "an offer"),
        lure_after("We had words.", "What did he say? And what did you say back?", "one exchange, asked openly"),
    ],
};

const KINDS: &[&str] = &["risk", "symptom", "check", "invite", "guess", "house", "advice", "tentative"];

/// Detects `question_fault`.
pub struct QuestionFault;

impl Detector for QuestionFault {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn detect(&self, turn: &TurnContext<'_>, out: &mut Vec<Finding>) {
        let mut marks = Marks::of_rules(turn, Id::QuestionFault);
        let said = moves(&turn.doc);
        let cues = Cues::of(turn, Id::QuestionFault, KINDS);
        let mut asked: Vec<(&Move, bool)> = Vec::new();
        let mut risky = false;
        for (n, m) in said.iter().enumerate().filter(|(_, m)| m.ask != Ask::No) {
            let is = |tag| cues.has(n, tag);
            let excused = is("check") || is("invite") || is("guess") || is("house") || is("tentative");
            risky |= is("risk");
            asked.push((m, excused));
            if m.ask != Ask::Closed {
                continue;
            }
            let len = m.tokens.len();
            let symptom = is("symptom");
            let factor = if is("risk") {
                0.2
            } else if is("advice") {
                0.55
            } else if excused {
                0.4
            } else if symptom {
                0.7
            } else if m.own {
                0.6
            } else {
                1.0
            };
            let sure = match len {
                0..=1 => 0.3,
                2..=3 => 0.56,
                _ if m.marked => 0.66,
                _ => 0.54,
            };
            marks.add(1, sure * factor, m.tokens.clone(), "closed");
        }
        self.tags(&mut marks, &said);
        // Two open questions about one exchange may be one; a closed one beside another, or three, never are.
        let strung: usize = asked.iter().map(|(m, _)| usize::from(m.strung)).sum();
        let count = asked.len() + strung;
        let closed = asked.iter().filter(|(m, excused)| m.ask != Ask::Open && !excused).count();
        if let (Some((first, _)), Some((last, excused))) = (asked.first(), asked.last())
            && count > 1
        {
            let sure = match (count, closed) {
                (2, 0) => 0.4,
                (2, _) if *excused => 0.4,
                (2, 1) => 0.6,
                (_, 0) => 0.55,
                _ => 0.78,
            };
            let grade = if count > 3 || (count > 2 && closed > 1) { 3 } else { 2 };
            marks.add(grade, sure, first.tokens.start..last.tokens.end, "stacked");
        }
        if risky {
            marks.dampen(0.3);
        }
        marks.emit(out);
    }
}

impl QuestionFault {
    /// "She meant well, didn't she?": a tag after a comma turns what is told into a question that wants a yes.
    fn tags(&self, marks: &mut Marks<'_, '_>, said: &[Move]) {
        for (tag, sure) in [("tag", 0.62), ("soft_tag", 0.52)] {
            let hits: Vec<_> = marks
                .turn
                .hits(Id::QuestionFault)
                .filter(|(r, _)| r.tag == tag)
                .map(|(_, h)| h.start as usize)
                .collect();
            for start in hits {
                let Some(m) = said.get(sentence(&marks.turn.doc, start)) else { continue };
                let comma = start > m.tokens.start
                    && marks.turn.doc.slice(start - 1..start).iter().any(|t| t.after & after::COMMA != 0);
                if comma && (m.marked || tag == "tag") {
                    marks.add(2, sure, m.tokens.clone(), "leading");
                }
            }
        }
    }
}
