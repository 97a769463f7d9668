//! Who words the counterpart's cue. The director has decided everything else.

use crate::runtime::Stop;
use crate::session::{Cue, Source};

/// What words a cue.
pub trait Counterpart: Send {
    /// The words for this cue, and who found them. One that takes its time looks at `stop`, and when that is set
    /// answers at once, with the cue's line if it has nothing better.
    fn say(&mut self, cue: &Cue, stop: &Stop) -> (String, Source);
}

/// Says the line of the scenario. Works with no model and no network, always.
#[derive(Clone, Copy, Debug, Default)]
pub struct Scripted;

impl Counterpart for Scripted {
    fn say(&mut self, cue: &Cue, _: &Stop) -> (String, Source) {
        (cue.line.clone(), Source::Scripted)
    }
}
