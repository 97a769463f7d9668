//! Counts, kappa and its bootstrap interval.

/// Resamples of the bootstrap.
const RESAMPLES: usize = 1000;

/// Hits, misses and false alarms at a cut-off.
#[derive(Debug, Default)]
pub struct Tally {
    both: usize,
    only_gold: usize,
    only_found: usize,
}

fn ratio(a: usize, b: usize) -> f64 {
    if b == 0 { 0.0 } else { a as f64 / b as f64 }
}

impl Tally {
    /// Count (gold, found) grades.
    pub fn of(pairs: &[(u8, u8)], cutoff: u8) -> Self {
        // A safety signal is there or not, whatever its certainty.
        let mut t = Self::default();
        for (gold, found) in pairs {
            match (*gold >= cutoff, *found >= cutoff) {
                (true, true) => t.both += 1,
                (true, false) => t.only_gold += 1,
                (false, true) => t.only_found += 1,
                (false, false) => {}
            }
        }
        t
    }

    /// How many there are.
    pub fn gold(&self) -> usize {
        self.both + self.only_gold
    }

    /// How many were found, rightly or not.
    pub fn found(&self) -> usize {
        self.both + self.only_found
    }

    /// Of those found, how many are there.
    pub fn precision(&self) -> f64 {
        ratio(self.both, self.found())
    }

    /// Of those there, how many are found.
    pub fn recall(&self) -> f64 {
        ratio(self.both, self.gold())
    }

    /// Harmonic mean of the two.
    pub fn f1(&self) -> f64 {
        ratio(2 * self.both, self.gold() + self.found())
    }
}

/// How much higher than the label the found grades are on average; below zero: lower.
pub fn bias(pairs: &[(u8, u8)]) -> f64 {
    let sum: i64 = pairs.iter().map(|(gold, found)| i64::from(*found) - i64::from(*gold)).sum();
    if pairs.is_empty() { 0.0 } else { sum as f64 / pairs.len() as f64 }
}

type Matrix = [[f64; 4]; 4];

fn matrix(pairs: impl Iterator<Item = (u8, u8)>) -> Matrix {
    let mut m = [[0.0; 4]; 4];
    for (a, b) in pairs {
        m[usize::from(a.min(3))][usize::from(b.min(3))] += 1.0;
    }
    m
}

fn kappa_of(m: &Matrix) -> f64 {
    let total: f64 = m.iter().flatten().sum();
    let row = |i: usize| m[i].iter().sum::<f64>();
    let column = |j: usize| m.iter().map(|r| r[j]).sum::<f64>();
    let (mut seen, mut chance) = (0.0, 0.0);
    for (i, line) in m.iter().enumerate() {
        for (j, cell) in line.iter().enumerate() {
            let weight = ((i as f64 - j as f64) / 3.0).powi(2);
            seen += weight * cell;
            chance += weight * row(i) * column(j) / total.max(1.0);
        }
    }
    // Where both never vary there is nothing to agree by chance on.
    if chance == 0.0 { 1.0 } else { 1.0 - seen / chance }
}

/// Quadratic weighted kappa over grades 0-3.
pub fn kappa(pairs: &[(u8, u8)]) -> f64 {
    kappa_of(&matrix(pairs.iter().copied()))
}

/// The 95 % bootstrap interval of kappa; the same for the same pairs.
pub fn interval(pairs: &[(u8, u8)]) -> [f64; 2] {
    let mut state = 0x9e37_79b9_7f4a_7c15u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 33) as usize
    };
    let mut values: Vec<f64> = (0..RESAMPLES)
        .map(|_| kappa_of(&matrix((0..pairs.len()).filter_map(|_| pairs.get(next() % pairs.len().max(1)).copied()))))
        .collect();
    values.sort_by(f64::total_cmp);
    let at = |q: f64| values.get((q * (RESAMPLES - 1) as f64).round() as usize).copied().unwrap_or(0.0);
    [at(0.025), at(0.975)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kappa_is_one_for_agreement_and_about_zero_for_chance() {
        let same: Vec<(u8, u8)> = (0..40).map(|i| (i % 4, i % 4)).collect();
        assert!((kappa(&same) - 1.0).abs() < 1e-9);
        let chance: Vec<(u8, u8)> = (0..4).flat_map(|a| (0..4).map(move |b| (a, b))).collect();
        assert!(kappa(&chance).abs() < 1e-9);
    }

    #[test]
    fn bias_has_a_sign() {
        assert!((bias(&[(0, 1), (2, 3), (1, 1), (3, 3)]) - 0.5).abs() < 1e-9);
        assert!((bias(&[(2, 0), (1, 1)]) + 1.0).abs() < 1e-9);
    }

    #[test]
    fn the_interval_holds_the_figure_and_repeats() {
        let pairs: Vec<(u8, u8)> = (0..200u16).map(|i| ((i % 4) as u8, ((i + i / 7 % 2) % 4) as u8)).collect();
        let [a, b] = interval(&pairs);
        assert!(a < kappa(&pairs) && kappa(&pairs) < b);
        assert_eq!([a, b], interval(&pairs));
    }
}
