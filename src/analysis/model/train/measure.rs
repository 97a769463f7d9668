//! Figures, and the thresholds that make them best.

use crate::analysis::rubric::{Id, Kind};

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

/// Quadratic weighted kappa over grades 0-3.
pub fn kappa(pairs: &[(u8, u8)]) -> f64 {
    let mut m = [[0.0f64; 4]; 4];
    for (a, b) in pairs {
        m[usize::from(a & 3)][usize::from(b & 3)] += 1.0;
    }
    let n = pairs.len().max(1) as f64;
    let (mut seen, mut chance) = (0.0, 0.0);
    for i in 0..4 {
        for j in 0..4 {
            let w = ((i as f64 - j as f64) / 3.0).powi(2);
            seen += w * m[i][j];
            chance += w * m[i].iter().sum::<f64>() * m.iter().map(|r| r[j]).sum::<f64>() / n;
        }
    }
    if chance == 0.0 { 1.0 } else { 1.0 - seen / chance }
}

/// Figures of (gold, found) grades.
pub fn figures(id: Id, pairs: &[(u8, u8)]) -> Figures {
    let cut = id.cutoff();
    let count = |f: &dyn Fn(bool, bool) -> bool| pairs.iter().filter(|(a, b)| f(*a >= cut, *b >= cut)).count() as f64;
    let (both, gold, found) = (count(&|a, b| a && b), count(&|a, _| a), count(&|_, b| b));
    Figures {
        precision: both / found.max(1.0),
        recall: both / gold.max(1.0),
        f1: 2.0 * both / (gold + found).max(1.0),
        kappa: kappa(pairs),
    }
}

/// The grade that probabilities give: of being shown, of being more than mild (faults) or attempted (skills).
pub fn grade(id: Id, shown: f32, other: f32, threshold: f32, second: f32) -> u8 {
    if id.kind() == Kind::Skill {
        if shown >= threshold { 2 } else { u8::from(other >= second) }
    } else if shown >= threshold {
        if other >= second { 2 } else { 1 }
    } else {
        0
    }
}
