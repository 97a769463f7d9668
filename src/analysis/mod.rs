//! Communication analysis: which IPT skills, faults and safety signals a reply shows, and where.
//!
//! Pure and deterministic: the same turn gives the same bytes. The rubric's grades are this project's operational form
//! of what IPT teaches; no clinician has validated them.

pub mod context;
pub mod detector;
pub mod document;
pub mod faults;
mod feedback;
pub mod handbook;
pub mod labelled;
pub mod lexicon;
pub mod model;
mod moves;
pub mod registry;
mod rewrite;
mod rubric;
pub mod safety;
pub mod skills;
#[cfg(test)]
mod tests;

use std::ops::Range;

use serde::{Deserialize, Serialize};

use model::Model;
use model::features::Verdict;
pub use rewrite::rewrite;
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
/// A rule at least so sure has found the words, even where it takes the model to make it a mark.
const USABLE: f32 = 0.3;

/// A rule so sure knows a phrase that is a mark by its form ("it's your fault"). It stands, however rare its other words,
/// unless the model doubts it.
const SURE: f32 = 0.7;
/// How sure rule and model must be together for it.
const FIRM: f32 = 1.1;

/// The best finding of each detector for the audience, sure or not.
fn by_rules(read: &context::TurnContext<'_>) -> Vec<(Id, Option<Finding>)> {
    let mut out = Vec::with_capacity(24);
    let mut found = Vec::new();
    for detector in registry::DETECTORS {
        let id = detector.meta().id;
        if id.is_for(read.audience()) {
            detector.detect(read, &mut found);
            out.push((id, found.drain(..).max_by(|a, b| a.confidence.total_cmp(&b.confidence))));
        }
    }
    out
}

fn verdicts(found: &[(Id, Option<Finding>)]) -> Vec<Verdict> {
    let scored = found.iter().filter(|(id, _)| id.kind() != Kind::Safety);
    scored.filter_map(|(id, f)| f.as_ref().map(|f| (*id, f.confidence, f.grade))).collect()
}

/// What the rules make of a turn, for the model.
pub(crate) fn evidence(read: &context::TurnContext<'_>) -> Vec<Verdict> {
    verdicts(&by_rules(read))
}

/// Analyse one reply. Never panics; time grows linearly with the reply's length.
pub fn analyse(turn: &Turn<'_>) -> Analysis {
    analyse_with(turn, Model::get())
}

fn analyse_with(turn: &Turn<'_>, model: Option<&Model>) -> Analysis {
    let read = context::TurnContext::read(turn);
    let found = by_rules(&read);
    // Nothing said, nothing to weigh.
    let model = model.filter(|_| !read.tokens().is_empty());
    let opinion = model.map(|m| m.opinion(&read, &verdicts(&found)));
    let mut analysis = Analysis::default();
    for (id, rule) in found {
        if let Some(n) = model::signal_number(id) {
            let heard = opinion.as_ref().and_then(|o| o.signals.get(n).copied().flatten());
            let (likely, finding) = safety::joined(&read, id, rule, heard);
            analysis.scores.push((id, likely));
            analysis.findings.extend(finding);
            continue;
        }
        let judged =
            opinion.as_ref().zip(model::number(id)).and_then(|(o, n)| Some((o, n, o.grades.get(n).copied()??)));
        let Some((opinion, n, (probability, grade))) = judged else {
            analysis.scores.push((id, rule.as_ref().map_or(NO_EVIDENCE, |f| f.confidence)));
            analysis.findings.extend(rule.filter(|f| f.confidence >= detector::SURE_ENOUGH));
            continue;
        };
        analysis.scores.push((id, probability));
        let stands = rule.as_ref().is_some_and(|f| {
            f.grade > grade && f.grade >= id.cutoff() && f.confidence >= SURE && f.confidence + probability >= FIRM
        });
        if stands {
            analysis.findings.extend(rule.map(|f| Finding { confidence: probability, ..f }));
        } else if grade > 0 {
            analysis.findings.extend(joined(&read, id, grade, probability, rule, opinion.clauses(n)));
        }
    }
    let calm = analysis.findings.iter().all(|f| f.id.kind() != Kind::Safety);
    analysis.findings.extend(opinion.filter(|_| calm).and_then(|o| safety::any(&read, &o.signals)));
    analysis
}

/// A mark of rules and model together: the rule's words where there is a rule, else the clauses that speak for it.
fn joined(
    read: &context::TurnContext<'_>,
    id: Id,
    grade: u8,
    confidence: f32,
    rule: Option<Finding>,
    clauses: Option<(u32, u32)>,
) -> Option<Finding> {
    if let Some(f) = rule.filter(|f| f.confidence >= USABLE) {
        let quote = read.turn.reply.get(f.span.clone())?;
        let reason = if f.grade == grade { f.reason } else { feedback::reason(id, grade, "", quote) };
        return Some(Finding { grade, confidence, reason, ..f });
    }
    let doc = &read.doc;
    let (first, last) = clauses?;
    let span = doc.bytes(doc.clauses.get(first as usize)?.range().start..doc.clauses.get(last as usize)?.range().end);
    let quote = read.turn.reply.get(span.clone()).filter(|q| !q.is_empty())?;
    Some(Finding { id, grade, confidence, reason: feedback::reason(id, grade, "", quote), span })
}
