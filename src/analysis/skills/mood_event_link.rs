//! MoodEventLink: sets a mood or symptom beside an interpersonal event.

use crate::analysis::context::TurnContext;
use crate::analysis::detector::{Detector, Marks, Meta, example, lure};
use crate::analysis::{Finding, Id};

static META: Meta = Meta {
    id: Id::MoodEventLink,
    source: "Therapist techniques (Weissman, Markowitz & Klerman 2018, ch. 10); the IPT problem areas",
    looks_for: "Sets a mood or symptom beside an interpersonal event.",
    why: "That mood and events belong together is what IPT teaches a client to see.",
    examples: &[
        example("Your mood dropped the same week your sister stopped calling", 2),
        example("I notice the sleep went after the row with your dad", 2),
    ],
    lures: &[lure("You look tired.", "one side"), lure("How was your week?", "none")],
};

/// Detects `mood_event_link`.
pub struct MoodEventLink;

impl Detector for MoodEventLink {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn detect(&self, turn: &TurnContext<'_>, out: &mut Vec<Finding>) {
        Marks::of_rules(turn, Id::MoodEventLink).emit(out);
    }
}
