//! Labelled replies as examples.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::super::features::{self, MOST_CLAUSES, Sink, Verdict};
use super::super::{SCORED, number};
use crate::analysis::context::TurnContext;
use crate::analysis::rubric::{Audience, Id};
use crate::analysis::{Turn, registry};

#[derive(Default, Deserialize)]
struct Labels {
    #[serde(default)]
    skills: BTreeMap<String, serde_json::Value>,
    #[serde(default)]
    faults: BTreeMap<String, serde_json::Value>,
    #[serde(default)]
    quotes: BTreeMap<String, serde_json::Value>,
    #[serde(default)]
    safety: Vec<String>,
}

#[derive(Deserialize)]
struct Row {
    id: String,
    #[serde(default)]
    audience: Audience,
    #[serde(default)]
    context: String,
    reply: String,
    gold: Option<Labels>,
    #[serde(flatten)]
    own: Labels,
}

/// A labelled reply, its features read.
#[derive(Debug)]
pub struct Example {
    /// Who wrote it: what stands before the dash in its id.
    pub writer: String,
    /// Whose reply it is.
    pub audience: Audience,
    /// Grades by the model's number of the id.
    pub grades: [u8; SCORED],
    /// Whether a safety signal is in it: such replies are not scored.
    pub risky: bool,
    /// Features of each clause, and for each the ids whose quotes lie in it, as bits.
    pub clauses: Vec<(Vec<u32>, u32)>,
    /// Features of the reply as a whole.
    pub whole: Vec<u32>,
    /// What the rules made of it.
    pub rules: [(f32, u8); SCORED],
}

#[derive(Default)]
struct Collect {
    clauses: Vec<Vec<u32>>,
    now: Vec<u32>,
}

impl Sink for Collect {
    fn add(&mut self, feature: u32) {
        self.now.push(feature);
    }
    fn end_clause(&mut self, _clause: usize) {
        self.clauses.push(std::mem::take(&mut self.now));
    }
}

/// What the detectors make of a turn.
pub fn verdicts(turn: &TurnContext<'_>) -> Vec<Verdict> {
    let mut out = Vec::new();
    let mut found = Vec::new();
    for detector in registry::DETECTORS {
        let id = detector.meta().id;
        if number(id).is_none() || !id.is_for(turn.audience()) {
            continue;
        }
        found.clear();
        detector.detect(turn, &mut found);
        let best = found.iter().max_by(|a, b| a.confidence.total_cmp(&b.confidence));
        out.extend(best.map(|f| (id, f.confidence, f.grade)));
    }
    out
}

/// Read labelled replies, one JSON object a line.
///
/// # Errors
/// Where a line is no labelled reply.
pub fn read(text: &str) -> Result<Vec<Example>, serde_json::Error> {
    text.lines().filter(|l| !l.trim().is_empty()).map(example).collect()
}

fn example(line: &str) -> Result<Example, serde_json::Error> {
    let row: Row = serde_json::from_str(line)?;
    let labels = row.gold.as_ref().unwrap_or(&row.own);
    let turn = Turn { audience: row.audience, context: &row.context, reply: &row.reply };
    let read = TurnContext::read(&turn);
    let verdicts = verdicts(&read);
    let mut collect = Collect::default();
    features::extract(&read, &verdicts, &mut collect);
    let mut grades = [0; SCORED];
    for (id, grade) in labels.skills.iter().chain(&labels.faults) {
        if let (Some(n), Some(g)) = (id.parse::<Id>().ok().and_then(number), grade.as_u64()) {
            grades[n] = g.min(3) as u8;
        }
    }
    let mut marks = vec![0u32; collect.clauses.len()];
    for (id, quote) in &labels.quotes {
        let (Some(n), Some(quote)) = (id.parse::<Id>().ok().and_then(number), quote.as_str()) else { continue };
        let Some(start) = row.reply.find(quote) else { continue };
        let end = start + quote.len();
        for (k, clause) in read.doc.clauses.iter().enumerate() {
            let bytes = read.doc.bytes(clause.range());
            let shared = bytes.end.min(end).saturating_sub(bytes.start.max(start));
            if shared * 2 > (bytes.end - bytes.start).min(quote.len())
                && let Some(m) = marks.get_mut(k.min(MOST_CLAUSES - 1))
            {
                *m |= 1 << n;
            }
        }
    }
    let mut rules = [(0.0, 0); SCORED];
    for (id, confidence, grade) in verdicts {
        if let Some(n) = number(id) {
            rules[n] = (confidence, grade);
        }
    }
    Ok(Example {
        writer: row.id.split('-').next().unwrap_or("").to_owned(),
        audience: row.audience,
        grades,
        risky: !labels.safety.is_empty(),
        clauses: collect.clauses.into_iter().zip(marks).collect(),
        whole: collect.now,
        rules,
    })
}
