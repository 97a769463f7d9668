//! Who words the counterpart's cue. The director has decided everything else.

pub mod prompted;
mod scripted;

use crate::runtime::Stop;
use crate::session::{Cue, Session, Source, Wording};

pub use prompted::Prompted;
pub use scripted::Scripted;

/// What is told while an answer is on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Partly<'a> {
    /// The request is on its way, and nothing of the answer is here yet.
    Asked,
    /// A few seconds have gone by, and still nothing is here.
    Slow,
    /// The next whole sentence of the answer. It was checked and stays.
    Sentence(&'a str),
    /// There is a pause of so many seconds before the model is asked again, for this reason.
    Waiting(u64, &'a str),
}

/// A line of the counterpart, and how it came about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spoken {
    /// The words.
    pub text: String,
    /// Who found them.
    pub source: Source,
    /// Where a model was asked: how that went.
    pub wording: Option<Wording>,
}

impl Spoken {
    /// The cue's own line.
    pub fn scripted(cue: &Cue) -> Self {
        Self { text: cue.line.clone(), source: Source::Scripted, wording: None }
    }
}

/// What words a cue.
pub trait Counterpart: Send {
    /// The words for this cue in this session, and who found them. One that takes its time tells of each sentence as it
    /// comes and looks at `stop`; when that is set it answers at once, with the cue's line if it has nothing better.
    fn say(&mut self, session: &Session, cue: &Cue, stop: &Stop, tell: &mut dyn FnMut(Partly<'_>)) -> Spoken;
}
