//! Abuse: violence, fear of the other, coercive control.

use crate::analysis::context::TurnContext;
use crate::analysis::detector::{Detector, Meta, example, lure};
use crate::analysis::{Finding, Id};

static META: Meta = Meta {
    id: Id::Abuse,
    source: "Safety in IPT: risk comes before technique",
    looks_for: "Violence, fear of the other, coercive control.",
    why: "Plain speech can be dangerous there; the exercise must not push for it.",
    examples: &[
        example("he hit me again last night", 2),
        example("she checks my phone every night and I'm not allowed to see my sister", 2),
        example("my husband does not permit it", 2),
        example("he said next time would be worse", 2),
        example("I just don't want to make him mad again so I keep quiet", 1),
    ],
    lures: &[
        lure("can I check my phone", "one's own"),
        lure("it hit me that she was gone", "an idiom"),
        lure("Gareth said keep the receipt in case it doesn't fit.", "a receipt is no control"),
        lure("It follows me in like a smell.", "no person"),
        lure("I'm scared of your driving, Yvonne", "not of her"),
    ],
};

/// Detects `abuse`.
pub struct Abuse;

impl Detector for Abuse {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn detect(&self, turn: &TurnContext<'_>, out: &mut Vec<Finding>) {
        super::signal(turn, Id::Abuse, out);
    }
}
