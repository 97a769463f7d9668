//! What the user said about the rehearsal rather than in it: what to look out for, how it feels, what to do for real.

use super::event::{Attempt, Event, Moment};
use crate::analysis::Id;

/// The most skills that a rehearsal focuses on: more than three is no focus.
pub const MOST_FOCUS: usize = 3;
/// The highest word for how tense one feels.
pub const MOST_TENSE: u8 = 10;

/// What the user means to do for real.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Plan {
    /// With whom.
    pub who: String,
    /// What.
    pub what: String,
    /// When.
    pub when: String,
}

/// Everything of the kind that a session holds. Sessions from before these events have none of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Notes {
    /// The skills to focus on; none chosen means all.
    pub focus: Vec<Id>,
    /// Nothing is to be said about the replies before the end.
    pub feedback_hidden: bool,
    /// How tense the user felt before, 0-10.
    pub before: Option<u8>,
    /// How tense the user felt after, 0-10.
    pub after: Option<u8>,
    /// What they mean to do for real.
    pub plan: Option<Plan>,
    /// What became of it, as the user last said, and in what words.
    pub attempt: Option<(Attempt, String)>,
}

impl Notes {
    /// Take in an event of this kind; any other changes nothing.
    pub(super) fn apply(&mut self, event: &Event) {
        match event {
            Event::Prepared { focus, feedback } => {
                self.focus = focus.iter().copied().take(MOST_FOCUS).collect();
                self.feedback_hidden = !feedback;
            }
            Event::Felt { when: Moment::Before, level } => self.before = Some((*level).min(MOST_TENSE)),
            Event::Felt { when: Moment::After, level } => self.after = Some((*level).min(MOST_TENSE)),
            Event::Planned { who, what, when } => {
                let plan = Plan { who: who.clone(), what: what.clone(), when: when.clone() };
                self.plan = (plan != Plan::default()).then_some(plan);
                // Another plan is a new one to be asked about.
                self.attempt = None;
            }
            Event::Attempted { how, note } => self.attempt = Some((*how, note.clone())),
            _ => {}
        }
    }
}
