//! Figures, and the thresholds that make them best.

use super::super::{LEVELS, grade};
use crate::analysis::rubric::Id;

/// Probabilities of the levels, and the grade that was given by hand.
pub type Judged = ([f32; LEVELS], u8);

/// Precision, recall, F1 and kappa.
#[derive(Clone, Copy, Debug, Default)]
pub struct Figures {
    /// Of those found, how many are there.
    pub precision: f64,
    /// Of those there, how many are found.
    pub recall: f64,
    /// Harmonic mean.
    pub f1: f64,
    /// Quadratic weighted kappa.
    pub kappa: f64,
}

fn kappa(pairs: &[(u8, u8)]) -> f64 {
    let mut m = [[0.0f64; 4]; 4];
    for (a, b) in pairs {
        m[usize::from(a & 3)][usize::from(b & 3)] += 1.0;
    }
    let n = pairs.len().max(1) as f64;
    let row: Vec<f64> = m.iter().map(|r| r.iter().sum()).collect();
    let column: Vec<f64> = (0..4).map(|j| m.iter().map(|r| r[j]).sum()).collect();
    let (mut seen, mut chance) = (0.0, 0.0);
    for (i, line) in m.iter().enumerate() {
        for (j, cell) in line.iter().enumerate() {
            let w = ((i as f64 - j as f64) / 3.0).powi(2);
            seen += w * cell;
            chance += w * row[i] * column[j] / n;
        }
    }
    if chance == 0.0 { 1.0 } else { 1.0 - seen / chance }
}

/// Figures of (by hand, found) grades.
pub fn figures(id: Id, pairs: &[(u8, u8)]) -> Figures {
    let cut = id.cutoff();
    let (mut both, mut hand, mut found) = (0.0, 0.0, 0.0);
    for (a, b) in pairs {
        let (a, b) = (*a >= cut, *b >= cut);
        both += f64::from(u8::from(a && b));
        hand += f64::from(u8::from(a));
        found += f64::from(u8::from(b));
    }
    Figures {
        precision: both / f64::max(found, 1.0),
        recall: both / f64::max(hand, 1.0),
        f1: 2.0 * both / f64::max(hand + found, 1.0),
        kappa: kappa(pairs),
    }
}

/// The grades that thresholds give.
pub fn graded(id: Id, judged: &[Judged], cut: [f32; LEVELS]) -> Vec<(u8, u8)> {
    judged.iter().map(|(p, g)| (*g, grade(id, *p, cut))).collect()
}

/// How many neighbours on each side a threshold is judged with, in hundredths.
const SMOOTH: usize = 3;

/// How far below the best a threshold is still as good.
const PLATEAU: f64 = 0.01;

/// The thresholds with the best mean of F1 and kappa among those with at least this precision on all. Each is judged
/// together with its neighbours, so that a lucky one is not taken; talk and sets count the same, however many there are
/// of each, for the one has many replies without a mark and the other many lures.
pub fn choose(id: Id, talk: &[Judged], sets: &[Judged], floor: f64) -> [f32; LEVELS] {
    let all: Vec<Judged> = talk.iter().chain(sets).copied().collect();
    let value = |cut: [f32; LEVELS]| {
        let of = |judged: &[Judged]| {
            let f = figures(id, &graded(id, judged, cut));
            0.5 * f.f1 + 0.5 * f.kappa
        };
        (0.5 * of(talk) + 0.5 * of(sets), figures(id, &graded(id, &all, cut)).precision)
    };
    let mut best = (-1.0, [2.0; LEVELS]);
    for second in [0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 2.0] {
        let line: Vec<(f64, f64)> = (0..99u8).map(|first| value([f32::from(first + 1) / 100.0, second, 2.0])).collect();
        let smooth: Vec<(usize, f64)> = (3..95usize)
            .filter_map(|first| {
                let near = line.get(first.saturating_sub(SMOOTH)..=first + SMOOTH)?;
                let mean = |f: &dyn Fn(&(f64, f64)) -> f64| near.iter().map(f).sum::<f64>() / near.len().max(1) as f64;
                (mean(&|v| v.1) >= floor).then(|| (first, mean(&|v| v.0)))
            })
            .collect();
        let top = smooth.iter().map(|s| s.1).fold(-1.0, f64::max);
        let plateau: Vec<usize> = smooth.iter().filter(|s| s.1 >= top - PLATEAU).map(|s| s.0).collect();
        // The middle of what is as good.
        if let Some(first) = plateau.get(plateau.len() / 2).filter(|_| top > best.0) {
            best = (top, [(first + 1) as f32 / 100.0, second, 2.0]);
        }
    }
    let [first, second, _] = best.1;
    let with = |third: f32| figures(id, &graded(id, &all, [first, second, third])).kappa;
    let third = [0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 2.0].into_iter().max_by(|a, b| with(*a).total_cmp(&with(*b)));
    [first, second, third.unwrap_or(2.0)]
}
