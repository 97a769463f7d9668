//! Communication analysis: which IPT skills, faults and safety signals a reply shows, and where.
//!
//! Pure and deterministic: the same turn gives the same bytes. The rubric's grades are this project's operational form
//! of what IPT teaches; no clinician has validated them.

pub mod context;
pub mod detector;
pub mod document;
pub mod faults;
mod feedback;
pub mod model;
pub mod lexicon;
pub mod registry;
mod rubric;
pub mod safety;
pub mod skills;
#[cfg(test)]
mod tests;

use std::ops::Range;

use serde::{Deserialize, Serialize};

pub use rubric::{Audience, Id, Kind, UnknownId};

/// The version of the analyser, kept with each analysed reply so that old sessions can be scored again.
pub const VERSION: u32 = 1;

/// One reply and what is known around it.
#[derive(Clone, Copy, Debug)]
pub struct Turn<'a> {
    /// Who speaks; decides which ids are scored.
    pub audience: Audience,
    /// What the other said just before; empty where nothing was said.
    pub context: &'a str,
    /// The reply that is scored.
    pub reply: &'a str,
}

/// One mark: a skill, fault or safety signal, with the words that earned it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// What was found.
    pub id: Id,
    /// Grade of a skill (1-2; a 3 needs a judge), severity of a fault (1-3), 1 for a safety signal that is `unclear`
    /// and 2 for one that is `certain`.
    pub grade: u8,
    /// Byte range in the reply; lies on character boundaries and is never empty.
    pub span: Range<usize>,
    /// How sure the analyser is, 0..1.
    pub confidence: f32,
    /// Why, in plain words that quote the reply.
    pub reason: String,
}

/// What a reply showed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Analysis {
    /// At most one finding for each id, in the order of the rubric.
    pub findings: Vec<Finding>,
    /// For every id scored for the audience, a calibrated 0..1.
    pub scores: Vec<(Id, f32)>,
}

impl Analysis {
    /// The finding of this id, if there is one.
    pub fn get(&self, id: Id) -> Option<&Finding> {
        self.findings.iter().find(|f| f.id == id)
    }

    /// Whether the id is shown: grade at or over its cut-off.
    pub fn shows(&self, id: Id) -> bool {
        self.get(id).is_some_and(|f| f.grade >= id.cutoff())
    }
}

/// The score of an id for which there is no evidence at all.
const NO_EVIDENCE: f32 = 0.02;

/// Analyse one reply. Never panics; time grows linearly with the reply's length.
pub fn analyse(turn: &Turn<'_>) -> Analysis {
    let read = context::TurnContext::read(turn);
    let mut found = Vec::new();
    let mut analysis = Analysis::default();
    for detector in registry::DETECTORS {
        let id = detector.meta().id;
        if !id.is_for(turn.audience) {
            continue;
        }
        found.clear();
        detector.detect(&read, &mut found);
        let best = found.drain(..).max_by(|a, b| a.confidence.total_cmp(&b.confidence));
        analysis.scores.push((id, best.as_ref().map_or(NO_EVIDENCE, |f| f.confidence)));
        analysis.findings.extend(best.filter(|f| f.confidence >= detector::SURE_ENOUGH));
    }
    analysis
}
