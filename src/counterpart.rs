//! Who words the counterpart's cue. The director has decided everything else.

use crate::session::{Cue, Source};

/// What words a cue.
pub trait Counterpart {
    /// The words for this cue, and who found them.
    fn say(&mut self, cue: &Cue) -> (String, Source);
}

/// Says the line of the scenario. Works with no model and no network, always.
#[derive(Clone, Copy, Debug, Default)]
pub struct Scripted;

impl Counterpart for Scripted {
    fn say(&mut self, cue: &Cue) -> (String, Source) {
        (cue.line.clone(), Source::Scripted)
    }
}
