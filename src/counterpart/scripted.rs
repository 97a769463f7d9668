//! The counterpart without a model.

use super::{Counterpart, Partly, Spoken};
use crate::runtime::Stop;
use crate::session::{Cue, Session};

/// Says the line of the scenario. Works with no model and no network, always.
#[derive(Clone, Copy, Debug, Default)]
pub struct Scripted;

impl Counterpart for Scripted {
    fn say(&mut self, _: &Session, cue: &Cue, _: &Stop, _: &mut dyn FnMut(Partly<'_>)) -> Spoken {
        Spoken::scripted(cue)
    }
}
