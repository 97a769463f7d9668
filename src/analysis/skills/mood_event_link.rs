//! MoodEventLink: sets a mood or symptom beside an interpersonal event.

use crate::analysis::context::TurnContext;
use crate::analysis::detector::{Detector, Marks, Meta, example, example_after, lure, lure_after};
use crate::analysis::document::class;
use crate::analysis::moves::{Ask, faulted, moves, sentence};
use crate::analysis::{Finding, Id};

static META: Meta = Meta {
    id: Id::MoodEventLink,
    source: "Therapist techniques (Weissman, Markowitz & Klerman 2018, ch. 10); the IPT problem areas",
    looks_for: "Sets a mood or symptom beside an interpersonal event.",
    why: "That mood and events belong together is what IPT teaches a client to see.",
    examples: &[
        example("Your mood dropped the same week your sister stopped calling", 2),
        example("I notice the sleep went after the row with your dad", 2),
        example("Flat since Friday, and Friday was when he moved out. What do you make of those two?", 2),
        example_after(
            "I've slept badly all week.",
            "Monday was the day your son left. Could the two belong together?",
            2,
        ),
        example_after("I've been so low.", "When did it start to dip?", 1),
    ],
    lures: &[
        lure("You look tired.", "one side"),
        lure("How was your week?", "none"),
        lure("You should just sit down with him on Sunday and tell him how you feel", "advice"),
        lure_after("We had a row.", "What did he say when you came in?", "no mood"),
        lure_after("I can't sleep.", "Let's put Tuesday in the diary for next time", "housekeeping"),
    ],
};

/// Detects `mood_event_link`.
pub struct MoodEventLink;

impl Detector for MoodEventLink {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn detect(&self, turn: &TurnContext<'_>, out: &mut Vec<Finding>) {
        let id = Id::MoodEventLink;
        let mut marks = Marks::of_rules(turn, id);
        let doc = &turn.doc;
        let classes = doc.tokens.iter().fold(0, |all, t| all | t.class);
        let said_low = turn.after("mood");
        let low = marks.has("mood");
        let timed = classes & (class::DAY | class::TIME | class::TIME_UNIT | class::NUM) != 0;
        let person = classes & (class::THIRD | class::KIN | class::NAME) != 0;
        let tied = turn.tagged(id, "tie");
        let since = turn.tagged(id, "mood_since");
        let told = moves(doc).iter().any(|m| m.ask == Ask::No && !m.orders && m.tokens.len() > 3);
        let sure = match (tied.is_some(), since.is_some(), low, said_low) {
            (true, true, ..) => 0.74,
            (true, false, true, true) => 0.68,
            (true, false, false, true) | (true, false, true, false) => 0.54,
            (false, true, _, true) => 0.54,
            (false, true, _, false) => 0.46,
            (false, false, true, true) => 0.34,
            _ => 0.0,
        };
        if let Some(hit) = tied.or(since)
            && sure > 0.0
        {
            let mut sure: f32 = sure;
            sure += if person { 0.06 } else { -0.08 };
            sure += if timed { 0.06 } else { -0.06 };
            if !told {
                sure -= 0.12;
            }
            marks.add(2, sure, doc.sentence_of(hit.start as usize), "link");
        }
        let faults = [Id::Blame, Id::Contempt, Id::Minimise, Id::MindReading, Id::PrematureAdvice];
        let bad = faulted(turn, &faults);
        for m in &mut marks.all {
            if bad.get(sentence(doc, m.tokens.start)).copied().unwrap_or(false) {
                m.confidence *= 0.6;
            }
        }
        marks.emit(out);
    }
}
