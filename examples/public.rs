//! How the analyser does in other registers: forums, negotiation, mail, labelled by people for other ends.
//!
//! `cargo run --release --example public -- FOLDER`, where FOLDER holds `advice.jsonl`, `casino.jsonl` and so on. The sets
//! are not part of this project; nothing is learnt from them but one threshold (`one score`) or one weight for each id
//! (`all scores`), on their training part. Their own floor, beside it, read their words.

use std::error::Error;
use std::fs;
use std::path::Path;

use saywell::analysis::{Audience, Id, Turn, analyse};
use serde::Deserialize;

#[derive(Deserialize)]
struct Row {
    text: String,
    #[serde(default)]
    context: Option<String>,
    #[serde(default)]
    split: Option<String>,
    labels: serde_json::Value,
}

/// Where a row's label stands. It is worth more than 0 for yes.
#[derive(Clone, Copy)]
enum Label {
    /// Under this name, as a number.
    Flag(&'static str),
    /// In a list, where it holds.
    Listed(&'static str),
    /// In the quarter that a row belongs to; the two in the middle are left out.
    Impolite,
}

impl Label {
    const fn name(self) -> &'static str {
        match self {
            Self::Flag(name) | Self::Listed(name) => name,
            Self::Impolite => "impolite",
        }
    }

    /// None leaves the row out.
    fn of(self, row: &Row) -> Option<f64> {
        match self {
            Self::Flag(name) => row.labels.get(name)?.as_f64(),
            Self::Listed(name) => {
                let there = row.labels.as_array()?.iter().any(|l| l.as_str() == Some(name));
                Some(f64::from(u8::from(there)))
            }
            Self::Impolite => match row.labels.get("quartile")?.as_str()? {
                "impolite" => Some(1.0),
                "polite" => Some(0.0),
                _ => None,
            },
        }
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Figure {
    /// F1 of yes.
    F1,
    /// Mean of the F1 of yes and of no.
    MeanF1,
    /// Share of right answers.
    Accuracy,
    /// Pearson's r.
    Correlation,
}

/// One label of one set, and the ids that come nearest to it.
struct Task {
    file: &'static str,
    /// What a row's split begins with.
    part: &'static str,
    label: Label,
    ids: &'static [(Audience, Id)],
    figure: Figure,
    floor: f64,
}

const fn task(
    file: &'static str,
    part: &'static str,
    label: Label,
    ids: &'static [(Audience, Id)],
    figure: Figure,
    floor: f64,
) -> Task {
    Task { file, part, label, ids, figure, floor }
}

use Audience::{Client, Trainee};
use Figure::{Accuracy, Correlation, F1, MeanF1};
use Id::{
    Affect, Blame, CheckUnderstanding, Contempt, DirectRequest, IStatement, Options, Perspective, PrematureAdvice,
};
use Label::{Flag, Impolite, Listed};

const TASKS: &[Task] = &[
    task("offmychest", "", Flag("Emotional_disclosure"), &[(Client, IStatement)], MeanF1, 0.706),
    task("offmychest", "", Flag("Info_support"), &[(Trainee, PrematureAdvice)], MeanF1, 0.718),
    task("offmychest", "", Flag("Emo_support"), &[(Client, Perspective), (Trainee, Affect)], MeanF1, 0.818),
    task("politeness", "wikipedia", Impolite, &[(Client, Blame), (Client, Contempt)], Accuracy, 0.838),
    task("politeness", "stack", Impolite, &[(Client, Blame), (Client, Contempt)], Accuracy, 0.651),
    task("advice", "askparents", Flag("advice_majority"), &[(Trainee, PrematureAdvice)], F1, 0.478),
    task("advice", "needadvice", Flag("advice_majority"), &[(Trainee, PrematureAdvice)], F1, 0.695),
    task("casino", "", Listed("promote-coordination"), &[(Client, Options)], F1, 0.607),
    task("casino", "", Listed("showing-empathy"), &[(Client, Perspective)], F1, 0.366),
    task("casino", "", Listed("elicit-pref"), &[(Client, CheckUnderstanding), (Client, Options)], F1, 0.724),
    task("casino", "", Listed("self-need"), &[(Client, IStatement)], F1, 0.700),
    task("receptiveness", "", Flag("receptive"), &[(Client, Perspective)], Correlation, 0.441),
    task("emailintent", "", Flag("intent"), &[(Client, DirectRequest)], F1, 0.743),
];

/// A set's name, its rows, and all scores of each.
type Set = (&'static str, Vec<Row>, Vec<Vec<f64>>);

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().nth(1).ok_or("which folder?")?;
    println!("{:<14}{:<28}{:>7}{:>11}{:>12}{:>7}", "set", "label", "n", "one score", "all scores", "floor");
    let mut read: Option<Set> = None;
    for task in TASKS {
        if read.as_ref().is_none_or(|(file, ..)| *file != task.file) {
            let rows = rows(&Path::new(&folder).join(format!("{}.jsonl", task.file)))?;
            let scores = rows.iter().map(scores).collect();
            read = Some((task.file, rows, scores));
        }
        let Some((_, rows, scores)) = &read else { continue };
        let (mut learn, mut measure) = (Vec::new(), Vec::new());
        for (n, row) in rows.iter().enumerate() {
            let split = row.split.as_deref().unwrap_or_default();
            let (true, Some(truth)) = (split.starts_with(task.part), task.label.of(row)) else { continue };
            let test = if split.contains("train") {
                false
            } else {
                split.contains("test") || (!split.contains("dev") && !split.contains("valid") && n % 5 == 0)
            };
            let one = task.ids.iter().map(|id| scores[n][place(*id)]).fold(f64::NEG_INFINITY, f64::max);
            let into = if test { &mut measure } else { &mut learn };
            into.push((truth, one, scores[n].clone()));
        }
        let one = figure(task.figure, &learn.iter().map(|l| (l.0, l.1)).collect::<Vec<_>>(), &pairs(&measure, |m| m.1));
        let weights = fit(&learn, task.figure == Correlation);
        let all = |m: &Sample| dot(&weights, &m.2);
        let all = figure(task.figure, &pairs(&learn, all), &pairs(&measure, all));
        let label = format!("{} {}", task.label.name(), task.part);
        println!("{:<14}{label:<28}{:>7}{one:>11.3}{all:>12.3}{:>7.3}", task.file, measure.len(), task.floor);
    }
    Ok(())
}

/// What the label says, the task's score, and all scores.
type Sample = (f64, f64, Vec<f64>);

fn pairs(of: &[Sample], score: impl Fn(&Sample) -> f64) -> Vec<(f64, f64)> {
    of.iter().map(|s| (s.0, score(s))).collect()
}

fn rows(path: &Path) -> Result<Vec<Row>, Box<dyn Error>> {
    fs::read_to_string(path)?.lines().map(|line| Ok(serde_json::from_str(line)?)).collect()
}

fn columns() -> impl Iterator<Item = (Audience, Id)> {
    [Client, Trainee].into_iter().flat_map(|a| Id::scored_for(a).map(move |id| (a, id)))
}

fn place(wanted: (Audience, Id)) -> usize {
    columns().position(|c| c == wanted).unwrap_or_default()
}

/// The score of each id as log-odds: what a sum of weights takes, and in the same order.
fn scores(row: &Row) -> Vec<f64> {
    let mut out: Vec<f64> = Vec::new();
    for audience in [Client, Trainee] {
        let context = row.context.as_deref().unwrap_or_default();
        let analysis = analyse(&Turn { audience, context, reply: &row.text });
        for id in Id::scored_for(audience) {
            let score = analysis.scores.iter().find(|(i, _)| *i == id).map_or(0.0, |(_, s)| f64::from(*s));
            let score = score.clamp(0.001, 0.999);
            out.push((score / (1.0 - score)).ln());
        }
    }
    out
}

fn dot(weights: &[f64], scores: &[f64]) -> f64 {
    weights.iter().zip(scores.iter().chain(std::iter::once(&1.0))).map(|(w, s)| w * s).sum()
}

/// Logistic (or linear) regression on the scores, by plain gradient descent. The columns are brought to one scale first, for
/// most scores are near 0 and would hardly be learnt from.
fn fit(learn: &[Sample], linear: bool) -> Vec<f64> {
    let width = learn.first().map_or(0, |s| s.2.len());
    let n = learn.len().max(1) as f64;
    let mean = |of: &dyn Fn(&Sample) -> f64| learn.iter().map(of).sum::<f64>() / n;
    let means: Vec<f64> = (0..width).map(|k| mean(&|s| s.2[k])).collect();
    let widths = (0..width).map(|k| mean(&|s| (s.2[k] - means[k]).powi(2)).sqrt().max(1e-6));
    let widths: Vec<f64> = widths.collect();
    let scaled = |s: &Sample| s.2.iter().zip(&means).zip(&widths).map(|((x, m), w)| (x - m) / w).collect();
    let rows: Vec<(f64, Vec<f64>)> = learn.iter().map(|s| (s.0, scaled(s))).collect();
    let mut weights = vec![0.0; width + 1];
    for _ in 0..1000 {
        let mut slope = vec![0.0; width + 1];
        for (truth, scores) in &rows {
            let z = dot(&weights, scores);
            let guess = if linear { z } else { 1.0 / (1.0 + (-z).exp()) };
            let off = guess - truth;
            for (s, x) in slope.iter_mut().zip(scores.iter().chain(std::iter::once(&1.0))) {
                *s += off * x / n;
            }
        }
        let step = if linear { 0.1 } else { 0.5 };
        weights.iter_mut().zip(&slope).for_each(|(w, s)| *w -= step * s);
    }
    // Back to the scale of the scores.
    let mut constant = weights.pop().unwrap_or_default();
    for ((w, m), width) in weights.iter_mut().zip(&means).zip(&widths) {
        *w /= width;
        constant -= *w * m;
    }
    weights.push(constant);
    weights
}

fn figure(what: Figure, learn: &[(f64, f64)], measure: &[(f64, f64)]) -> f64 {
    if what == Correlation {
        return correlation(measure);
    }
    let worth = |data: &[(f64, f64)], at: f64| {
        let [mut tp, mut fp, mut fn_, mut tn] = [0.0f64; 4];
        for (truth, score) in data {
            match (*truth > 0.5, *score >= at) {
                (true, true) => tp += 1.0,
                (false, true) => fp += 1.0,
                (true, false) => fn_ += 1.0,
                (false, false) => tn += 1.0,
            }
        }
        let f1 = |tp: f64, wrong: f64| if tp > 0.0 { 2.0 * tp / (2.0 * tp + wrong) } else { 0.0 };
        match what {
            F1 => f1(tp, fp + fn_),
            MeanF1 => (f1(tp, fp + fn_) + f1(tn, fp + fn_)) / 2.0,
            _ => (tp + tn) / (tp + fp + fn_ + tn),
        }
    };
    let mut cuts: Vec<f64> = learn.iter().map(|l| l.1).collect();
    cuts.sort_by(f64::total_cmp);
    let cuts = (0..100).filter_map(|k| cuts.get(k * cuts.len() / 100).copied());
    let best = cuts.max_by(|a, b| worth(learn, *a).total_cmp(&worth(learn, *b))).unwrap_or(0.5);
    worth(measure, best)
}

fn correlation(data: &[(f64, f64)]) -> f64 {
    let n = data.len().max(1) as f64;
    let mean = |f: fn(&(f64, f64)) -> f64| data.iter().map(f).sum::<f64>() / n;
    let (a, b) = (mean(|d| d.0), mean(|d| d.1));
    let of = |f: &dyn Fn(&(f64, f64)) -> f64| data.iter().map(f).sum::<f64>();
    let across = of(&|d| (d.0 - a) * (d.1 - b));
    across / (of(&|d| (d.0 - a).powi(2)) * of(&|d| (d.1 - b).powi(2))).sqrt().max(1e-12)
}
