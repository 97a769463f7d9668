//! A linear support vector machine with squared hinge, by dual coordinate descent (Hsieh et al. 2008).

use std::collections::HashMap;

use super::super::scale;

/// How the features of many examples are numbered.
#[derive(Debug, Default)]
pub struct Vocabulary {
    /// Column of a feature.
    pub columns: HashMap<u32, u32>,
    /// Weight of each column: rarer is heavier.
    pub idf: Vec<f32>,
    /// The feature of each column.
    pub features: Vec<u32>,
}

impl Vocabulary {
    /// The features that stand in at least `least` examples; where two fall in one slot, the more frequent.
    pub fn new<'a>(examples: impl Iterator<Item = Vec<&'a [u32]>>, least: u32, slot_bits: u32) -> Self {
        let mut counts: HashMap<u32, (u32, u32)> = HashMap::new();
        let mut n = 0u32;
        for parts in examples {
            n += 1;
            for f in parts.into_iter().flatten() {
                let c = counts.entry(*f).or_insert((0, 0));
                if c.1 != n {
                    *c = (c.0 + 1, n);
                }
            }
        }
        let mut all: Vec<(u32, u32)> =
            counts.into_iter().filter(|(_, c)| c.0 >= least).map(|(f, c)| (c.0, f)).collect();
        all.sort_unstable_by(|a, b| b.cmp(a));
        let mut taken = vec![false; 1 << slot_bits];
        let mut v = Self::default();
        for (count, feature) in all {
            let slot = (feature & ((1 << slot_bits) - 1)) as usize;
            if std::mem::replace(&mut taken[slot], true) {
                continue;
            }
            v.columns.insert(feature, v.features.len() as u32);
            v.features.push(feature);
            v.idf.push(((1 + n) as f32 / (1 + count) as f32).ln() + 1.0);
        }
        v
    }
}

/// Sparse rows.
#[derive(Debug, Default)]
pub struct Matrix {
    starts: Vec<usize>,
    cells: Vec<(u32, f32)>,
}

impl Matrix {
    /// An empty one.
    pub fn new() -> Self {
        Self { starts: vec![0], cells: Vec::new() }
    }

    /// Add a row of features; its values are scaled by the root of their number.
    pub fn push(&mut self, v: &Vocabulary, parts: &[&[u32]]) {
        let from = self.cells.len();
        for f in parts.iter().copied().flatten() {
            if let Some(c) = v.columns.get(f) {
                self.cells.push((*c, v.idf[*c as usize]));
            }
        }
        let scale = scale((self.cells.len() - from) as u32);
        for (_, x) in &mut self.cells[from..] {
            *x *= scale;
        }
        self.cells[from..].sort_unstable_by_key(|c| c.0);
        let mut to = from;
        for i in from..self.cells.len() {
            let cell = self.cells[i];
            if to > from && self.cells[to - 1].0 == cell.0 {
                self.cells[to - 1].1 += cell.1;
            } else {
                self.cells[to] = cell;
                to += 1;
            }
        }
        self.cells.truncate(to);
        self.starts.push(to);
    }

    /// How many rows.
    pub fn len(&self) -> usize {
        self.starts.len() - 1
    }

    /// A row.
    pub fn row(&self, i: usize) -> &[(u32, f32)] {
        &self.cells[self.starts[i]..self.starts[i + 1]]
    }

    /// Weights times a row.
    pub fn dot(&self, i: usize, weights: &[f32]) -> f32 {
        self.row(i).iter().map(|(c, x)| weights[*c as usize] * x).sum()
    }
}

/// How to solve.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// Cost of a mistake.
    pub cost: f32,
    /// Passes over the data.
    pub passes: usize,
    /// Value of the constant feature.
    pub bias: f32,
}

/// Weights of the columns, and the bias. `rows` are (row, whether positive, cost factor).
pub fn solve(m: &Matrix, rows: &[(u32, bool, f32)], columns: usize, s: Settings) -> (Vec<f32>, f32) {
    let mut w = vec![0.0f32; columns];
    let mut b = 0.0f32;
    let mut alpha = vec![0.0f32; rows.len()];
    let squares: Vec<f32> = rows
        .iter()
        .map(|(r, _, c)| {
            m.row(*r as usize).iter().map(|(_, x)| x * x).sum::<f32>() + s.bias * s.bias + 0.5 / (s.cost * c)
        })
        .collect();
    let mut order: Vec<u32> = (0..rows.len() as u32).collect();
    let mut state = 0x9e37_79b9_7f4a_7c15u64;
    for pass in 0..s.passes {
        for i in (1..order.len()).rev() {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            order.swap(i, (state >> 33) as usize % (i + 1));
        }
        for &i in &order {
            let i = i as usize;
            let (r, positive, c) = rows[i];
            // Rows that hold no weight after some passes seldom gain any: look at them every third pass.
            if pass > 2 && pass % 3 != 0 && alpha[i] == 0.0 {
                continue;
            }
            let y = if positive { 1.0 } else { -1.0 };
            let score = m.dot(r as usize, &w) + b * s.bias;
            let g = y * score - 1.0 + alpha[i] * 0.5 / (s.cost * c);
            let next = (alpha[i] - g / squares[i]).max(0.0);
            let step = (next - alpha[i]) * y;
            if step == 0.0 {
                continue;
            }
            alpha[i] = next;
            for (col, x) in m.row(r as usize) {
                w[*col as usize] += step * x;
            }
            b += step * s.bias;
        }
    }
    (w, b * s.bias)
}
