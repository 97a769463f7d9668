//! Trains the model from labelled replies. Deterministic, on one core: the same files give the same bytes.
//!
//! 1. For each id two linear machines: one over whole replies, one over clauses, which learns from the quotes.
//! 2. Their scores for replies they have not seen (folds by writer) and what the rules found are joined by logistic
//!    regression, whose output is calibrated.
//! 3. Thresholds are chosen on those probabilities.
//!
//! Indexing is by numbers that this module makes itself.
#![allow(clippy::needless_range_loop)]

mod danger;
mod data;
mod join;
mod measure;
mod svm;

use std::collections::BTreeSet;
use std::ops::Range;

pub use danger::Warning;
pub use data::{Example, own_examples, read, second_ratings};
use join::join;
pub use measure::Figures;
use measure::{Judged, choose, figures, graded};
use svm::{Matrix, Settings, Vocabulary, solve};

use super::{
    Gauge, HEADER, Head, INPUTS, LAYOUT, LEVELS, MAGIC, NO_CLAUSE, OFFSET, ROW, SCORED, SLOTS, Scores, best_two,
    fingerprint, grade, id_of, inputs,
};
use crate::analysis::rubric::{Id, Kind};

/// Folds of writers.
const FOLDS: usize = 5;
/// A feature must stand in as many replies.
const LEAST: u32 = 2;
/// Cost of a mistake.
const COST: f32 = 0.4;
/// Passes over the data.
const PASSES: usize = 12;
/// How far a reply weighs in that has the id, but under its cut-off.
const PARTIAL: f32 = 0.3;
/// How far a mild fault weighs in as one: the clear ones teach what it is, and raters differ most about these.
const MILD: f32 = 0.5;
/// How far a reply weighs in about which its raters differ.
const DOUBTFUL: f32 = 0.3;
/// How far a reply of the sets weighs in when scores are joined: they have more faults than talk has.
const JOIN_SETS: f32 = 0.5;
/// Holds the weights of the last step small.
const RIDGE: f64 = 3.0;
/// A false accusation costs the user's trust: these ids are only marked with at least this precision on the folds. It is
/// lower for contempt, whose labels miss much of it: what the folds take for a false alarm often is none.
const CAREFUL: [(Id, f64); 3] = [(Id::Blame, 0.7), (Id::MindReading, 0.7), (Id::Contempt, 0.45)];

/// Weights of one id: for the reply and for a clause, with their biases.
#[derive(Default)]
struct Weights {
    reply: (Vec<f32>, f32),
    clause: (Vec<f32>, f32),
}

/// Replies and their clauses as rows of numbers.
struct Rows {
    replies: Matrix,
    clauses: Matrix,
    clauses_of: Vec<Range<u32>>,
    columns: usize,
}

impl Rows {
    fn new(examples: &[Example], v: &Vocabulary) -> Self {
        let (mut replies, mut clauses, mut clauses_of) = (Matrix::new(), Matrix::new(), Vec::new());
        for e in examples {
            replies.push(v, &e.parts());
            let from = clauses.len() as u32;
            for (features, _) in &e.clauses {
                clauses.push(v, &[features]);
            }
            clauses_of.push(from..clauses.len() as u32);
        }
        Self { replies, clauses, clauses_of, columns: v.features.len() }
    }

    fn score(&self, reply: usize, w: &Weights) -> [f32; 3] {
        let mut s = [self.replies.dot(reply, &w.reply.0) + w.reply.1, NO_CLAUSE, NO_CLAUSE];
        for r in self.clauses_of[reply].clone() {
            best_two(&mut s, self.clauses.dot(r as usize, &w.clause.0) + w.clause.1);
        }
        s
    }
}

/// The figures of one id on folds by writer: everything that was fitted or chosen was so on other writers.
#[derive(Clone, Copy, Debug)]
pub struct Line {
    /// Of what.
    pub id: Id,
    /// How many replies show it.
    pub shown: usize,
    /// The figures.
    pub figures: Figures,
    /// The figures on the sets of near neighbours, which are harder.
    pub sets: Figures,
}

/// A reply that was judged otherwise than it is labelled, by what was learnt from other writers.
#[derive(Clone, Copy, Debug)]
pub struct Miss {
    /// Of what.
    pub id: Id,
    /// Which of the examples.
    pub example: usize,
    /// The grade by hand and the grade that was found.
    pub grades: (u8, u8),
    /// How likely it was held to be.
    pub probability: f32,
}

/// A trained model and how well it did.
#[derive(Debug)]
pub struct Trained {
    /// What `weights.bin` holds.
    pub bytes: Vec<u8>,
    /// Figures on folds by writer.
    pub lines: Vec<Line>,
    /// How the safety signals did.
    pub warnings: Vec<Warning>,
    /// Where folds and labels differ about whether an id is shown.
    pub misses: Vec<Miss>,
    /// Features kept.
    pub features: usize,
}

/// Train.
pub fn train(examples: &[Example]) -> Trained {
    let v = Vocabulary::new(examples.iter().map(Example::parts), LEAST, super::SLOT_BITS);
    let rows = Rows::new(examples, &v);
    let folds = folds(examples);
    let mut unseen: Vec<Scores> = vec![[[0.0; 3]; SCORED]; examples.len()];
    let mut weights = Vec::with_capacity(SCORED);
    let fitted = (0..SCORED).map(|n| fit_id(n, examples, &rows, &folds)).collect::<Vec<_>>();
    for (n, (w, scores)) in fitted.into_iter().enumerate() {
        weights.push(w);
        for (i, s) in scores {
            unseen[i][n] = s;
        }
    }
    let danger = danger::fit(examples, &v, &folds);
    let mut heads = Vec::with_capacity(SCORED);
    let mut lines = Vec::with_capacity(SCORED);
    let mut misses = Vec::new();
    for n in 0..SCORED {
        let Some(id) = id_of(n) else { continue };
        let (head, line, missed) = last_step(id, n, examples, &unseen, &folds);
        heads.push(head);
        lines.push(line);
        misses.extend(missed);
    }
    let bytes = bytes(&v, &weights, &danger.weights, &heads, &danger.gauges);
    Trained { bytes, lines, warnings: danger.warnings, misses, features: v.features.len() }
}

/// Weights of one id, and the scores of all replies by weights that had not seen their writer.
fn fit_id(n: usize, examples: &[Example], rows: &Rows, folds: &[usize]) -> (Weights, Vec<(usize, [f32; 3])>) {
    let Some(id) = id_of(n) else { return (Weights::default(), Vec::new()) };
    let mine: Vec<usize> = (0..examples.len()).filter(|i| examples[*i].teaches(id)).collect();
    let mut scores = Vec::with_capacity(examples.len());
    for fold in 0..FOLDS {
        let seen: Vec<usize> = mine.iter().copied().filter(|i| folds[*i] != fold).collect();
        let w = fit(id, n, &seen, examples, rows);
        // Scores are wanted of other ids' examples, too: the last step looks at them.
        for i in (0..examples.len()).filter(|i| folds[*i] == fold && id.is_for(examples[*i].audience)) {
            scores.push((i, rows.score(i, &w)));
        }
    }
    (fit(id, n, &mine, examples, rows), scores)
}

/// A fold for each example, by writer; the detectors' own examples are spread.
fn folds(examples: &[Example]) -> Vec<usize> {
    let writers: BTreeSet<&str> = examples.iter().map(|e| e.writer.as_str()).collect();
    let writers: Vec<&str> = writers.into_iter().collect();
    let place = |e: &Example| writers.iter().position(|w| *w == e.writer).unwrap_or(0);
    examples.iter().enumerate().map(|(i, e)| if e.only.is_some() { i / 40 } else { place(e) } % FOLDS).collect()
}

fn fit(id: Id, n: usize, of: &[usize], examples: &[Example], rows: &Rows) -> Weights {
    let shown = |i: usize| examples[i].grades[n] >= id.cutoff();
    let settings = Settings { cost: COST, passes: PASSES, bias: 0.5 };
    let weight = |i: usize| {
        let g = examples[i].grades[n];
        match (shown(i), g) {
            _ if examples[i].is_doubtful(id) => DOUBTFUL,
            (false, g) if g > 0 => PARTIAL,
            (true, 1) => MILD,
            _ => 1.0,
        }
    };
    let mut whole: Vec<(u32, bool, f32)> = of.iter().map(|&i| (i as u32, shown(i), weight(i))).collect();
    balance(&mut whole);
    let mut parts = Vec::new();
    for &i in of {
        let e = &examples[i];
        let marked = |bits: u32| bits >> n & 1 == 1;
        let quoted = e.clauses.iter().any(|c| marked(c.1));
        for (row, (_, bits)) in rows.clauses_of[i].clone().zip(&e.clauses) {
            // A mark without a quote could be in any clause; one under the cut-off is neither here nor there.
            let usable = if shown(i) { quoted } else { !marked(*bits) };
            if usable {
                let positive = shown(i) && marked(*bits);
                parts.push((row, positive, if positive { weight(i) } else { 1.0 }));
            }
        }
    }
    balance(&mut parts);
    Weights {
        reply: solve(&rows.replies, &whole, rows.columns, settings),
        clause: solve(&rows.clauses, &parts, rows.columns, settings),
    }
}

/// Give the few that show it more weight: by the root of how few they are.
fn balance(rows: &mut [(u32, bool, f32)]) {
    let shown = rows.iter().filter(|r| r.1).count().max(1);
    let factor = ((rows.len() - shown.min(rows.len())) as f32 / shown as f32).max(1.0).sqrt();
    for r in rows.iter_mut().filter(|r| r.1) {
        r.2 *= factor;
    }
}

fn last_step(id: Id, n: usize, examples: &[Example], unseen: &[Scores], folds: &[usize]) -> (Head, Line, Vec<Miss>) {
    let of: Vec<usize> = (0..examples.len()).filter(|i| examples[*i].teaches(id)).collect();
    let x: Vec<[f32; INPUTS]> = of.iter().map(|&i| inputs(&unseen[i], &examples[i].rules, n)).collect();
    let levels: [u8; LEVELS] = if id.kind() == Kind::Skill { [2, 1, 3] } else { [1, 2, 3] };
    let heads = |keep: &dyn Fn(usize) -> bool| {
        levels.map(|level| {
            // How severe a fault is, is asked only of those that are there.
            let there = |i: usize| id.kind() == Kind::Skill || level == 1 || examples[i].grades[n] > 0;
            let wanted = |i: usize| keep(i) && there(i);
            let rows: Vec<_> = of
                .iter()
                .zip(&x)
                .filter(|(i, _)| wanted(**i))
                .map(|(&i, x)| {
                    let sure = if examples[i].is_doubtful(id) { DOUBTFUL } else { 1.0 };
                    (x, examples[i].grades[n] >= level, sure * if examples[i].of_a_set { JOIN_SETS } else { 1.0 })
                })
                .collect();
            join(&rows, RIDGE)
        })
    };
    let judge = |w: &[[f32; INPUTS + 1]; LEVELS], x: &[f32; INPUTS]| {
        let head = Head { weights: *w, cut: [2.0; LEVELS] };
        [head.of(0, x), head.of(1, x), head.of(2, x)]
    };
    // (fold, whether of a set, probabilities and grade, which), judged by what was learnt on the other folds.
    let mut judged: Vec<(usize, bool, Judged, usize)> = Vec::new();
    for fold in 0..FOLDS {
        let w = heads(&|i| folds[i] != fold);
        for (i, e) in examples.iter().enumerate() {
            if folds[i] == fold && e.counts(id) {
                let x = inputs(&unseen[i], &e.rules, n);
                judged.push((fold, e.of_a_set, (judge(&w, &x), e.grades[n]), i));
            }
        }
    }
    let floor = CAREFUL.iter().find(|(i, _)| *i == id).map_or(0.0, |(_, floor)| *floor);
    let of = |keep: &dyn Fn(usize, bool) -> bool| -> Vec<Judged> {
        judged.iter().filter(|j| keep(j.0, j.1)).map(|j| j.2).collect()
    };
    let without = |fold: usize| choose(id, &of(&|f, s| f != fold && !s), &of(&|f, s| f != fold && s), floor);
    let cuts: Vec<[f32; LEVELS]> = (0..=FOLDS).map(without).collect();
    let measured = |set: bool| -> Vec<(u8, u8)> {
        let by_fold = |fold| graded(id, &of(&|f, s| f == fold && s == set), cuts[fold]);
        (0..FOLDS).flat_map(by_fold).collect()
    };
    let pairs = measured(false);
    let shown = pairs.iter().filter(|(g, _)| *g >= id.cutoff()).count();
    let line = Line { id, shown, figures: figures(id, &pairs), sets: figures(id, &measured(true)) };
    // The median of what would be chosen without each fold: one fold must not decide.
    let mut cut = [0.0; LEVELS];
    for (level, slot) in cut.iter_mut().enumerate() {
        let mut of: Vec<f32> = cuts.iter().map(|c| c[level]).collect();
        of.sort_by(f32::total_cmp);
        *slot = of[of.len() / 2];
    }
    let misses = judged.iter().filter_map(|(fold, _, (p, hand), example)| {
        let found = grade(id, *p, cuts[*fold]);
        let differs = (found >= id.cutoff()) != (*hand >= id.cutoff());
        differs.then_some(Miss { id, example: *example, grades: (*hand, found), probability: p[0] })
    });
    let misses = misses.collect();
    (Head { weights: heads(&|_| true), cut }, line, misses)
}

/// The file: header, fingerprints, rows of bytes, then numbers as f32, all little endian.
fn bytes(v: &Vocabulary, weights: &[Weights], danger: &[(Vec<f32>, f32)], heads: &[Head], gauges: &[Gauge]) -> Vec<u8> {
    let mut out = Vec::with_capacity(HEADER + SLOTS * (ROW + 2) + 16_000);
    out.extend_from_slice(MAGIC);
    out.extend_from_slice(&LAYOUT.to_le_bytes());
    let mut prints = vec![0u16; SLOTS];
    let mut table = vec![0u8; SLOTS * ROW];
    let sets: Vec<&(Vec<f32>, f32)> =
        weights.iter().map(|w| &w.reply).chain(weights.iter().map(|w| &w.clause)).chain(danger).collect();
    let mut worth = Vec::with_capacity(ROW);
    for (w, bias) in &sets {
        let most = w.iter().zip(&v.idf).map(|(w, idf)| (w * idf).abs()).fold(0.0f32, f32::max);
        worth.push((most.max(1e-6) / 127.0, *bias));
    }
    worth.resize(ROW, (0.0, 0.0));
    for (column, feature) in v.features.iter().enumerate() {
        let slot = *feature as usize & (SLOTS - 1);
        prints[slot] = fingerprint(*feature);
        for (k, (w, _)) in sets.iter().enumerate() {
            let weight = (w[column] * v.idf[column] / worth[k].0).round().clamp(-127.0, 127.0);
            table[slot * ROW + k] = (weight as i32 + OFFSET) as u8;
        }
    }
    out.extend(prints.iter().flat_map(|p| p.to_le_bytes()));
    out.extend(table);
    let heads = heads.iter().flat_map(|h| h.weights.iter().flatten().chain(&h.cut).copied().collect::<Vec<_>>());
    let gauges = gauges.iter().flat_map(|g| [g.slope, g.constant, g.cut]);
    let numbers = worth.into_iter().flat_map(|(a, b)| [a, b]).chain(heads).chain(gauges);
    out.extend(numbers.flat_map(f32::to_le_bytes));
    out
}
