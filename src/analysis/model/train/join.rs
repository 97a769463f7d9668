//! Logistic regression on a handful of inputs, by Newton's method: joins the model's scores with the rules.
#![allow(clippy::needless_range_loop)] // Matrices read best by row and column.

use super::super::INPUTS;

/// Fit (inputs, whether, weight); `ridge` holds the weights small. The constant comes last.
pub fn join(rows: &[(&[f32; INPUTS], bool, f32)], ridge: f64) -> [f32; INPUTS + 1] {
    let k = INPUTS + 1;
    let mut w = vec![0.0f64; k];
    for _ in 0..15 {
        let mut gradient: Vec<f64> =
            w.iter().enumerate().map(|(i, w)| if i + 1 == k { 0.0 } else { ridge * w }).collect();
        let mut hessian = vec![vec![0.0f64; k]; k];
        for (i, line) in hessian.iter_mut().enumerate() {
            line[i] = if i + 1 == k { 1e-6 } else { ridge };
        }
        let at = |x: &[f32; INPUTS], i: usize| if i + 1 == k { 1.0 } else { f64::from(x[i]) };
        for (x, y, c) in rows {
            let z: f64 = (0..k).map(|i| w[i] * at(x, i)).sum();
            let p = 1.0 / (1.0 + (-z).exp());
            let (error, curve) =
                ((p - f64::from(u8::from(*y))) * f64::from(*c), (p * (1.0 - p)).max(1e-6) * f64::from(*c));
            for i in 0..k {
                let xi = at(x, i);
                if xi == 0.0 {
                    continue;
                }
                gradient[i] += error * xi;
                for j in 0..=i {
                    hessian[i][j] += curve * xi * at(x, j);
                }
            }
        }
        for i in 0..k {
            for j in i + 1..k {
                hessian[i][j] = hessian[j][i];
            }
        }
        let step = eliminate(hessian, gradient);
        let size = step.iter().map(|s| s * s).sum::<f64>().sqrt();
        let damp = if size > 5.0 { 5.0 / size } else { 1.0 };
        for (w, s) in w.iter_mut().zip(&step) {
            *w -= s * damp;
        }
        if size < 1e-5 {
            break;
        }
    }
    let mut out = [0.0; INPUTS + 1];
    for (slot, w) in out.iter_mut().zip(&w) {
        *slot = *w as f32;
    }
    out
}

/// Solve a small positive definite system.
fn eliminate(mut a: Vec<Vec<f64>>, mut b: Vec<f64>) -> Vec<f64> {
    let n = b.len();
    for p in 0..n {
        let pivot = if a[p][p].abs() < 1e-9 { 1e-9 } else { a[p][p] };
        for r in p + 1..n {
            let f = a[r][p] / pivot;
            if f == 0.0 {
                continue;
            }
            for c in p..n {
                a[r][c] -= f * a[p][c];
            }
            b[r] -= f * b[p];
        }
    }
    for p in (0..n).rev() {
        for c in p + 1..n {
            b[p] -= a[p][c] * b[c];
        }
        b[p] /= if a[p][p].abs() < 1e-9 { 1e-9 } else { a[p][p] };
    }
    b
}
