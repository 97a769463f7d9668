//! Experiments.
use std::collections::BTreeSet;
use std::time::Instant;

use saywell::analysis::Id;
use saywell::analysis::model::train::*;
use saywell::analysis::model::{SCORED, number};

fn opt(name: &str, default: f32) -> f32 {
    std::env::args().find_map(|a| a.strip_prefix(&format!("{name}=")).and_then(|v| v.parse().ok())).unwrap_or(default)
}

struct Data {
    replies: Matrix,
    clauses: Matrix,
    /// rows of clauses by example
    of: Vec<std::ops::Range<u32>>,
    columns: usize,
}

fn build(ex: &[Example], v: &Vocabulary) -> Data {
    let (mut replies, mut clauses, mut of) = (Matrix::new(), Matrix::new(), Vec::new());
    for e in ex {
        let mut parts: Vec<&[u32]> = e.clauses.iter().map(|c| &c.0[..]).collect();
        parts.push(&e.whole);
        replies.push(v, &parts);
        let from = clauses.len() as u32;
        for c in &e.clauses {
            clauses.push(v, &[&c.0]);
        }
        of.push(from..clauses.len() as u32);
    }
    Data { replies, clauses, of, columns: v.features.len() }
}

/// scores: [ex][id] -> (reply, max clause, second)
type Scores = Vec<[[f32; 3]; SCORED]>;

fn fit_score(train: &[usize], test: &[usize], ex: &[Example], test_ex: &[Example], d: &Data, td: &Data, weights: &[f32], out: &mut Scores) {
    let (cost, ccost, passes, posw, cposw) = (opt("C", 1.0), opt("CC", 1.0), opt("passes", 12.0) as usize, opt("pos", 0.5), opt("cpos", 0.5));
    for &id in Id::ALL.iter().filter(|i| number(**i).is_some()) {
        let n = number(id).unwrap();
        let rows: Vec<usize> = train.iter().copied().filter(|i| id.is_for(ex[*i].audience)).collect();
        let pos = rows.iter().filter(|i| ex[**i].grades[n] >= id.cutoff()).count().max(1) as f32;
        let ratio = ((rows.len() as f32 - pos) / pos).powf(posw);
        let partial = opt("partial", 0.3);
        let data: Vec<(u32, bool, f32)> = rows
            .iter()
            .map(|i| {
                let y = ex[*i].grades[n] >= id.cutoff();
                let half = if !y && ex[*i].grades[n] > 0 { partial } else { 1.0 };
                (*i as u32, y, weights[*i] * if y { ratio } else { half })
            })
            .collect();
        let (w, b) = solve(&d.replies, &data, d.columns, Settings { cost, passes, bias: 0.5 });
        let mut cw = (Vec::new(), 0.0);
        if ccost > 0.0 {
            let mut crow = Vec::new();
            for &i in &rows {
                let shown = ex[i].grades[n] >= id.cutoff();
                let any = ex[i].clauses.iter().any(|c| c.1 >> n & 1 == 1);
                for (k, r) in d.of[i].clone().enumerate() {
                    let marked = ex[i].clauses[k].1 >> n & 1 == 1;
                    let y = shown && marked;
                    // Clauses of replies with no usable quote teach nothing; those below the cut-off little.
                    if (shown && !any) || (!shown && ex[i].grades[n] > 0 && marked) {
                        continue;
                    }
                    crow.push((r, y, weights[i]));
                }
            }
            let p = crow.iter().filter(|c| c.1).count().max(1) as f32;
            let ratio = ((crow.len() as f32 - p) / p).powf(cposw);
            for c in &mut crow {
                if c.1 {
                    c.2 *= ratio;
                }
            }
            cw = solve(&d.clauses, &crow, d.columns, Settings { cost: ccost, passes, bias: 0.5 });
        }
        for &i in test {
            if !id.is_for(test_ex[i].audience) {
                continue;
            }
            let s = td.replies.dot(i, &w) + b;
            let (mut m1, mut m2) = (-2.0f32, -2.0f32);
            if ccost > 0.0 {
                for r in td.of[i].clone() {
                    let c = td.clauses.dot(r as usize, &cw.0) + cw.1;
                    if c > m1 {
                        (m1, m2) = (c, m1);
                    } else if c > m2 {
                        m2 = c;
                    }
                }
            }
            out[i][n] = [s, m1, m2];
        }
    }
}

fn inputs(e: &Example, s: &[[f32; 3]; SCORED], n: usize) -> Vec<f32> {
    let mut v = vec![s[n][0], s[n][1], s[n][2].max(-1.5)];
    let (c, g) = e.rules[n];
    v.push(c);
    v.push(f32::from(u8::from(c >= 0.5)) * f32::from(g));
    if opt("others", 1.0) > 0.0 {
        for (k, o) in s.iter().enumerate() {
            if k != n {
                v.push((o[0] * 0.3).clamp(-0.6, 0.6));
            }
        }
    }
    v
}

#[derive(Clone, Copy)]
struct Cut {
    t: f32,
    second: f32,
}

fn choose(id: Id, p: &[(f32, f32, u8)], floor: f64) -> Cut {
    let mut best = (-1.0, Cut { t: 2.0, second: 2.0 });
    for t in 4..95 {
        let t = t as f32 / 100.0;
        for s in [0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 2.0] {
            let pairs: Vec<(u8, u8)> = p.iter().map(|(a, b, g)| (*g, joint_grade(id, *a, *b, t, s))).collect();
            let f = figures(id, &pairs);
            if f.precision < floor {
                continue;
            }
            let v = 0.5 * f.f1 + 0.5 * f.kappa;
            if v > best.0 {
                best = (v, Cut { t, second: s });
            }
        }
    }
    best.1
}

fn joint_grade(id: Id, a: f32, b: f32, t: f32, s: f32) -> u8 {
    grade(id, a, b, t, s)
}

fn main() {
    let files = ["/work/shared/data/ipt_train.jsonl", "/work/briefs/train_w1.jsonl", "/work/briefs/train_w2.jsonl", "/work/briefs/train_w3.jsonl"];
    let t0 = Instant::now();
    let mut ex: Vec<Example> = files.iter().flat_map(|f| read(&std::fs::read_to_string(f).unwrap()).unwrap()).collect();
    ex.retain(|e| !e.risky);
    let writers: BTreeSet<String> = ex.iter().map(|e| e.writer.clone()).filter(|w| w.starts_with('c')).collect();
    let writers: Vec<String> = writers.into_iter().collect();
    let folds = opt("folds", 4.0) as usize;
    let fold: Vec<Option<usize>> = ex.iter().map(|e| writers.iter().position(|w| *w == e.writer).map(|p| p % folds)).collect();
    // w files by hash of position as pseudo-folds so that they have out-of-fold scores, too
    let wfold: Vec<usize> = ex.iter().enumerate().map(|(i, _)| fold[i].unwrap_or(i / 40 % folds)).collect();
    let extra = opt("extra", 1.0);
    let weights: Vec<f32> = fold.iter().map(|f| if f.is_some() { 1.0 } else { extra }).collect();
    let bits = opt("bits", 17.0) as u32;
    let least = opt("least", 2.0) as u32;
    let v = Vocabulary::new(
        ex.iter().map(|e| e.clauses.iter().map(|c| &c.0[..]).chain([&e.whole[..]]).collect()),
        least,
        bits,
    );
    let d = build(&ex, &v);
    let nnz: usize = (0..ex.len()).map(|i| d.replies.row(i).len()).sum();
    eprintln!("{} examples, {} features, {} per reply, read {:?}", ex.len(), v.features.len(), nnz / ex.len(), t0.elapsed());
    let mut scores: Scores = vec![[[0.0; 3]; SCORED]; ex.len()];
    for f in 0..folds {
        let train: Vec<usize> = (0..ex.len()).filter(|i| wfold[*i] != f).collect();
        let test: Vec<usize> = (0..ex.len()).filter(|i| wfold[*i] == f).collect();
        fit_score(&train, &test, &ex, &ex, &d, &d, &weights, &mut scores);
    }
    eprintln!("cv {:?}", t0.elapsed());
    let dev = if opt("dev", 0.0) > 0.0 {
        let dev: Vec<Example> = read(&std::fs::read_to_string("/work/shared/data/ipt_dev.jsonl").unwrap()).unwrap();
        let td = build(&dev, &v);
        let mut s: Scores = vec![[[0.0; 3]; SCORED]; dev.len()];
        fit_score(&(0..ex.len()).collect::<Vec<_>>(), &(0..dev.len()).collect::<Vec<_>>(), &ex, &dev, &d, &td, &weights, &mut s);
        Some((dev, s))
    } else {
        None
    };
    let mut sums = [(0.0f64, 0.0f64, 0.0f64, 0.0f64); 2];
    let mut counts = (0.0, 0.0);
    let jw = opt("jextra", 0.5);
    for &id in Id::ALL.iter().filter(|i| number(**i).is_some()) {
        let n = number(id).unwrap();
        let of: Vec<usize> = (0..ex.len()).filter(|i| id.is_for(ex[*i].audience)).collect();
        let other = if id.cutoff() == 2 { 1 } else { 2 };
        let rows = |keep: &dyn Fn(usize) -> bool, level: u8| -> Vec<(Vec<f32>, bool, f32)> {
            of.iter()
                .copied()
                .filter(|i| keep(*i))
                .filter(|i| id.cutoff() == 2 || level == 1 || ex[*i].grades[n] > 0)
                .map(|i| (inputs(&ex[i], &scores[i], n), ex[i].grades[n] >= level, if fold[i].is_some() { 1.0 } else { jw }))
                .collect()
        };
        let ridge = f64::from(opt("ridge", 3.0));
        let both = |keep: &dyn Fn(usize) -> bool| (join(&rows(keep, id.cutoff()), ridge), join(&rows(keep, other), ridge));
        // nested: probabilities of each fold by a join of the others
        let mut probs: Vec<(usize, (f32, f32, u8))> = Vec::new();
        for f in 0..folds {
            let (a, b) = both(&|i| wfold[i] != f);
            for &i in of.iter().filter(|i| fold[**i] == Some(f)) {
                let x = inputs(&ex[i], &scores[i], n);
                probs.push((f, (a.of(&x), b.of(&x), ex[i].grades[n])));
            }
        }
        let floor = if ["blame", "contempt", "mind_reading"].contains(&id.as_str()) { f64::from(opt("floor", 0.0)) } else { 0.0 };
        let mut pairs = Vec::new();
        for f in 0..folds {
            let c = choose(id, &probs.iter().filter(|p| p.0 != f).map(|p| p.1).collect::<Vec<_>>(), floor);
            pairs.extend(probs.iter().filter(|p| p.0 == f).map(|(_, (a, b, g))| (*g, joint_grade(id, *a, *b, c.t, c.second))));
        }
        let cv = figures(id, &pairs);
        let all = probs.iter().map(|p| p.1).collect::<Vec<_>>();
        let c = choose(id, &all, floor);
        let devf = dev.as_ref().map(|(dev, s)| {
            let (a, b) = both(&|_| true);
            let pairs: Vec<(u8, u8)> = dev
                .iter()
                .zip(s)
                .filter(|(e, _)| id.is_for(e.audience))
                .map(|(e, s)| {
                    let x = inputs(e, s, n);
                    (e.grades[n], joint_grade(id, a.of(&x), b.of(&x), c.t, c.second))
                })
                .collect();
            figures(id, &pairs)
        });
        let skill = id.cutoff() == 2;
        if skill { counts.0 += 1.0 } else { counts.1 += 1.0 }
        print!("{:20} cv P {:.2} R {:.2} F1 {:.2} k {:.2}", id.as_str(), cv.precision, cv.recall, cv.f1, cv.kappa);
        for (k, f) in [Some(cv), devf].into_iter().enumerate() {
            let Some(f) = f else { continue };
            sums[k].0 += f.kappa;
            if skill { sums[k].1 += f.f1 } else { sums[k].2 += f.f1 }
        }
        if let Some(f) = devf {
            print!("   dev P {:.2} R {:.2} F1 {:.2} k {:.2}", f.precision, f.recall, f.f1, f.kappa);
        }
        println!("  t {:.2} {:.2}", c.t, c.second);
    }
    for s in sums {
        println!("macro kappa {:.3} skills {:.3} faults {:.3}", s.0 / 24.0, s.1 / counts.0, s.2 / counts.1);
    }
    eprintln!("done {:?}", t0.elapsed());
}
