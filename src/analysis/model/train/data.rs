//! Labelled replies as examples.

use std::collections::BTreeMap;

use serde::de::Error as _;

use super::super::features::{self, MOST_CLAUSES, Sink};
use super::super::{Rules, SCORED, id_of, number, signal_number};
use crate::analysis::context::TurnContext;
use crate::analysis::labelled::{Labels, Rating, Row};
use crate::analysis::rubric::{Audience, Id};
use crate::analysis::{Turn, evidence, registry};

/// The share of replies read without rules.
const BLIND: f32 = 0.3;

/// A labelled reply, its features read.
#[derive(Debug)]
pub struct Example {
    /// Its id.
    pub name: String,
    /// What the other said, and the reply.
    pub text: (String, String),
    /// Who wrote it: what stands before the dash in its id.
    pub writer: String,
    /// Whose reply it is.
    pub audience: Audience,
    /// Grades by the model's number of the id.
    pub grades: [u8; SCORED],
    /// Features of each clause, and for each the ids whose quotes lie in it, as bits.
    pub clauses: Vec<(Vec<u32>, u32)>,
    /// Features of the reply as a whole.
    pub whole: Vec<u32>,
    /// What the rules made of it.
    pub rules: Rules,
    /// The only id it was labelled for; none where it was for all.
    pub only: Option<Id>,
    /// One of a set of near neighbours, written to teach: not counted when measuring.
    pub of_a_set: bool,
    /// Read without what comes of rules.
    pub blind: bool,
    /// A blind copy teaches in its place.
    pub covered: bool,
    /// Labelled for its safety signals alone.
    pub safety_only: bool,
    /// Ids about which its writer and a second rater differ, as bits: little is learnt there, and nothing measured.
    pub doubtful: u32,
    /// Which safety signals it has, as bits.
    pub signals: u8,
    /// Features of each clause without what comes of rules, and the safety signals whose quotes lie in it, as bits.
    pub bare: Vec<(Vec<u32>, u8)>,
}

impl Example {
    /// Features of its clauses and of the whole.
    pub fn parts(&self) -> Vec<&[u32]> {
        self.clauses.iter().map(|c| c.0.as_slice()).chain([self.whole.as_slice()]).collect()
    }

    /// Whether it counts when this id is measured.
    pub fn counts(&self, id: Id) -> bool {
        !self.blind && self.only.is_none() && self.is_scored() && id.is_for(self.audience) && !self.is_doubtful(id)
    }

    /// Whether it says something of this id.
    pub fn teaches(&self, id: Id) -> bool {
        !self.covered && self.is_scored() && id.is_for(self.audience) && self.only.is_none_or(|o| o == id)
    }

    /// Whether its writer and a second rater differ about this id.
    pub fn is_doubtful(&self, id: Id) -> bool {
        number(id).is_some_and(|n| self.doubtful >> n & 1 == 1)
    }

    /// Lay a second rater's grades beside the writer's: the mean of both where they agree that an id is shown or not.
    fn weigh(&mut self, second: &[u8; SCORED]) {
        for (n, (own, second)) in self.grades.iter_mut().zip(second).enumerate() {
            let Some(id) = id_of(n) else { continue };
            if (*own >= id.cutoff()) == (*second >= id.cutoff()) {
                *own = (*own + *second).div_ceil(2);
            } else {
                self.doubtful |= 1 << n;
            }
        }
    }

    /// Whether it was labelled for skills and faults; a reply with a safety signal is not scored.
    pub fn is_scored(&self) -> bool {
        self.signals == 0 && !self.safety_only
    }

    /// Whether it says something of safety signals: each reply once.
    pub fn warns(&self) -> bool {
        !self.blind && self.only.is_none_or(|id| signal_number(id).is_some())
    }
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

/// Read labelled replies, one JSON object a line. `of_a_set` where they were written as sets of near neighbours,
/// `safety_only` where nothing but their safety signals is labelled.
///
/// # Errors
/// Where a line is no labelled reply.
pub fn read(text: &str, of_a_set: bool, safety_only: bool) -> Result<Vec<Example>, serde_json::Error> {
    let mut out = Vec::new();
    for line in text.lines().filter(|l| !l.trim().is_empty()) {
        let row: Row = serde_json::from_str(line)?;
        if row.id.is_empty() {
            // Folds go by writer, and the id tells who that is.
            return Err(serde_json::Error::missing_field("id"));
        }
        // Rules were written with these replies in sight, so they look better here than they are: some are read
        // without them, that the model learns to do without.
        let covered = !of_a_set && (out.len() as f32 * 0.618_034).fract() < BLIND;
        if covered {
            out.push(example(&row, false, true));
        }
        let mut e = example(&row, of_a_set, false);
        (e.covered, e.safety_only) = (covered, safety_only);
        out.push(e);
    }
    Ok(out)
}

/// Lay second ratings, one JSON object a line, beside the labels of the examples with the same ids.
///
/// # Errors
/// Where a line is no labelled reply.
pub fn second_ratings(text: &str, examples: &mut [Example]) -> Result<(), serde_json::Error> {
    let mut ratings = BTreeMap::new();
    for line in text.lines().filter(|l| !l.trim().is_empty()) {
        let row: Rating = serde_json::from_str(line)?;
        ratings.insert(row.id, grades(&row.labels));
    }
    for e in examples {
        if let Some(second) = ratings.get(&e.name) {
            e.weigh(second);
        }
    }
    Ok(())
}

/// The examples and lures that the detectors bring along.
pub fn own_examples() -> Vec<Example> {
    let mut out = Vec::new();
    for meta in registry::DETECTORS.iter().map(|d| d.meta()) {
        let mut add = |context: &str, reply: &str, grade: u8| {
            let audience = if meta.id.is_for(Audience::Client) { Audience::Client } else { Audience::Trainee };
            let row = Row {
                id: "own".to_owned(),
                audience,
                context: context.to_owned(),
                reply: reply.to_owned(),
                ..Row::default()
            };
            let mut e = example(&row, true, false);
            if let Some(slot) = number(meta.id).and_then(|n| e.grades.get_mut(n)) {
                *slot = grade;
            }
            if let Some(n) = signal_number(meta.id).filter(|_| grade > 0) {
                e.signals = 1 << n;
            }
            e.only = Some(meta.id);
            out.push(e);
        };
        for e in meta.examples {
            add(e.context, e.reply, e.grade);
        }
        for l in meta.lures {
            add(l.context, l.reply, 0);
        }
    }
    out
}

fn grades(labels: &Labels) -> [u8; SCORED] {
    let mut grades = [0; SCORED];
    for &id in Id::ALL {
        if let Some(slot) = number(id).and_then(|n| grades.get_mut(n)) {
            *slot = labels.grade(id);
        }
    }
    grades
}

fn example(row: &Row, of_a_set: bool, blind: bool) -> Example {
    let labels = row.gold();
    let turn = Turn { audience: row.audience, context: &row.context, reply: &row.reply };
    let read = TurnContext::read(&turn);
    let verdicts = evidence(&read);
    let mut collect = Collect::default();
    features::extract(&read, (!blind).then_some(&verdicts), &mut collect);
    let grades = grades(labels);
    let mut marks = vec![0u32; collect.clauses.len()];
    let mut danger = vec![0u8; collect.clauses.len()];
    for (id, quote) in labels.quotes() {
        let Some(start) = row.reply.find(quote) else { continue };
        let end = start + quote.len();
        for (k, clause) in read.doc.clauses.iter().enumerate() {
            let bytes = read.doc.bytes(clause.range());
            let shared = bytes.end.min(end).saturating_sub(bytes.start.max(start));
            if shared * 2 > (bytes.end - bytes.start).min(quote.len()) {
                let k = k.min(MOST_CLAUSES - 1);
                if let (Some(n), Some(m)) = (number(id), marks.get_mut(k)) {
                    *m |= 1 << n;
                }
                if let (Some(n), Some(m)) = (signal_number(id), danger.get_mut(k)) {
                    *m |= 1 << n;
                }
            }
        }
    }
    let signals = labels.safety.iter().filter_map(|s| s.parse().ok().and_then(signal_number));
    let signals = signals.fold(0u8, |all, n| all | 1 << n);
    let mut bare = Collect::default();
    features::extract(&read, None, &mut bare);
    let bare = bare.clauses.into_iter().zip(danger).collect();
    let mut rules: Rules = [(0.0, 0); SCORED];
    for (id, confidence, grade) in verdicts.into_iter().filter(|_| !blind) {
        if let Some(n) = number(id) {
            rules[n] = (confidence, grade);
        }
    }
    Example {
        name: row.id.clone(),
        text: (row.context.clone(), row.reply.clone()),
        writer: row.id.split('-').next().unwrap_or("").to_owned(),
        audience: row.audience,
        grades,
        clauses: collect.clauses.into_iter().zip(marks).collect(),
        whole: collect.now,
        rules,
        only: None,
        of_a_set,
        blind,
        covered: false,
        safety_only: false,
        doubtful: 0,
        signals,
        bare,
    }
}
