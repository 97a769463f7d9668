//! Fits the safety signals: a second voice beside their rules, learnt without them.

use super::super::{Gauge, SCORED, SIGNALS, VOICES};
use super::data::Example;
use super::svm::{Matrix, Settings, Vocabulary, solve};
use super::{FOLDS, PASSES, balance};
use crate::analysis::rubric::Id;

/// Cost of a mistake: low, for there are few to learn from.
const COST: f32 = 0.15;
/// Share of replies without a signal on which one signal, and any signal, may ask, on folds.
const ASKED: [f64; 2] = [0.0007, 0.004];
/// The same on lures that were written against the signals.
const LURED: [f64; 2] = [0.015, 0.04];

/// How one safety signal did on folds, without rules.
#[derive(Clone, Copy, Debug)]
pub struct Warning {
    /// Which; none for any of them.
    pub id: Option<Id>,
    /// Replies that have it.
    pub shown: usize,
    /// Share of them that were asked about.
    pub heard: f64,
    /// Share of the replies without any signal that were asked about.
    pub alarms: f64,
}

/// What was fitted.
pub struct Fitted {
    pub weights: Vec<(Vec<f32>, f32)>,
    pub gauges: Vec<Gauge>,
    pub warnings: Vec<Warning>,
}

/// One stretch of a reply: its row, the reply, and the signals whose quotes cover all of it.
struct Window {
    row: u32,
    reply: usize,
    whole: bool,
    marked: u8,
}

/// Fit all signals; `folds` as for the replies.
pub fn fit(examples: &[Example], v: &Vocabulary, folds: &[usize]) -> Fitted {
    let mut rows = Matrix::new();
    let mut windows = Vec::new();
    for (reply, e) in examples.iter().enumerate().filter(|(_, e)| e.warns()) {
        let mut push = |parts: &[&[u32]], whole: bool, marked: u8| {
            windows.push(Window { row: rows.len() as u32, reply, whole, marked });
            rows.push(v, parts);
        };
        let all: Vec<&[u32]> = e.bare.iter().map(|c| c.0.as_slice()).collect();
        push(&all, true, e.signals);
        if e.bare.len() > 1 {
            for (n, clause) in e.bare.iter().enumerate() {
                push(&[&clause.0], false, clause.1);
                if let Some(next) = e.bare.get(n + 1).filter(|_| e.bare.len() > 2) {
                    push(&[&clause.0, &next.0], false, clause.1 & next.1);
                }
            }
        }
    }
    let settings = Settings { cost: COST, passes: PASSES, bias: 0.5 };
    let mut fitted = Fitted { weights: Vec::new(), gauges: Vec::new(), warnings: Vec::new() };
    for n in 0..VOICES {
        let id = Id::ALL.get(SCORED + n).copied();
        let bit = if n < SIGNALS { 1u8 << n } else { u8::MAX };
        let learn = |keep: &dyn Fn(usize) -> bool| {
            let mut of = Vec::new();
            for w in windows.iter().filter(|w| keep(w.reply)) {
                let e = &examples[w.reply];
                if id.is_some() && e.only.is_some() && e.only != id {
                    continue;
                }
                let positive = w.marked & bit != 0;
                // What else stands in a reply with a signal is neither here nor there.
                if positive || e.signals == 0 {
                    of.push((w.row, positive, if w.whole { 1.0 } else { 0.7 }));
                }
            }
            balance(&mut of);
            solve(&rows, &of, v.features.len(), settings)
        };
        // Best score of each reply by weights that had not seen its writer.
        let mut best = vec![f32::MIN; examples.len()];
        for fold in 0..FOLDS {
            let (w, bias) = learn(&|reply| folds[reply] != fold);
            for x in windows.iter().filter(|x| folds[x.reply] == fold) {
                best[x.reply] = best[x.reply].max(rows.dot(x.row as usize, &w) + bias);
            }
        }
        fitted.weights.push(learn(&|_| true));
        let scores = |keep: &dyn Fn(&Example) -> bool| -> Vec<f32> {
            let of = examples.iter().zip(&best).filter(|(e, s)| **s > f32::MIN && e.only.is_none() && keep(e));
            of.map(|(_, s)| *s).collect()
        };
        let shown = scores(&|e| e.signals & bit != 0);
        // The lures written against these signals teach, but nobody's talk is made of them.
        let calm = scores(&|e| e.signals == 0 && !e.safety_only);
        let lures = scores(&|e| e.signals == 0 && e.safety_only);
        let (slope, constant) = logistic(&shown, &calm);
        let which = usize::from(id.is_none());
        let cut = exceeded(&calm, ASKED[which]).max(exceeded(&lures, LURED[which]));
        let share = |of: &[f32]| of.iter().filter(|s| **s >= cut).count() as f64 / of.len().max(1) as f64;
        fitted.warnings.push(Warning { id, shown: shown.len(), heard: share(&shown), alarms: share(&calm) });
        fitted.gauges.push(Gauge { slope, constant, cut: 1.0 / (1.0 + (-(slope * cut + constant)).exp()) });
    }
    fitted
}

/// Slope and constant of a logistic curve over scores, by gradient steps.
fn logistic(shown: &[f32], calm: &[f32]) -> (f32, f32) {
    let (mut slope, mut constant) = (3.0f64, 0.0f64);
    let n = (shown.len() + calm.len()).max(1) as f64;
    for _ in 0..400 {
        let (mut by_slope, mut by_constant) = (0.0, 0.0);
        for (scores, y) in [(shown, 1.0), (calm, 0.0)] {
            for s in scores {
                let p = 1.0 / (1.0 + (-(slope * f64::from(*s) + constant)).exp());
                by_slope += (p - y) * f64::from(*s);
                by_constant += p - y;
            }
        }
        slope -= 20.0 * by_slope / n;
        constant -= 20.0 * by_constant / n;
    }
    (slope as f32, constant as f32)
}

/// The score that this share of them exceeds.
fn exceeded(scores: &[f32], share: f64) -> f32 {
    let mut sorted = scores.to_vec();
    sorted.sort_by(|a, b| b.total_cmp(a));
    sorted.get((sorted.len() as f64 * share) as usize).map_or(-0.5, |s| (s + 1e-3).max(-0.5))
}
