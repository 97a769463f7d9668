//! `saywell eval`: the analyser against labelled replies, id by id.

mod figures;
mod judge;

use std::fs::File;
use std::io::{self, BufRead, BufReader, Write};
use std::path::PathBuf;

use clap::Args as ClapArgs;
use serde::Serialize;

use crate::analysis::labelled::Row;
use crate::analysis::{Audience, Id, Kind, Turn, analyse};
use figures::{Tally, bias, interval, kappa};

/// Measure the analyser on labelled replies: per id precision, recall, F1 and quadratic weighted kappa.
#[derive(Debug, ClapArgs)]
pub struct Args {
    /// Labelled replies, one JSON object a line
    #[arg(long)]
    pub data: PathBuf,
    /// Only replies of this audience
    #[arg(long)]
    pub audience: Option<Audience>,
    /// Only replies whose id starts so (a writer, a fold)
    #[arg(long, default_value = "")]
    pub prefix: String,
    /// Write JSON
    #[arg(long)]
    pub json: bool,
    /// Measure the language model on this server of the settings in the place of the analyser
    #[arg(long, value_name = "SERVER")]
    pub judge: Option<String>,
    /// Only the first so many replies
    #[arg(long, value_name = "N")]
    pub limit: Option<usize>,
    /// List the misses and false alarms of an id
    #[arg(long, value_name = "ID")]
    pub errors: Option<Id>,
}

/// What can go wrong.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Reading or writing failed.
    #[error("{path}: {source}")]
    File {
        /// Which file.
        path: PathBuf,
        /// What happened.
        source: io::Error,
    },
    /// Writing failed.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// A line is no labelled reply.
    #[error("line {line}: {source}")]
    Line {
        /// Counted from 1.
        line: usize,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// The judge cannot be asked.
    #[error("{0}")]
    Judge(String),
    /// Output could not be written as JSON.
    #[error(transparent)]
    Json(#[from] serde_json::Error),
}

/// What was found in one reply: the id, the grade, the words.
type Found = Vec<(Id, u8, String)>;

/// The figures of one id.
#[derive(Debug, Serialize)]
struct Line {
    id: &'static str,
    kind: Kind,
    rows: usize,
    n: usize,
    found: usize,
    precision: f64,
    recall: f64,
    f1: f64,
    /// How much higher than the label the grades are on average; below zero: lower.
    bias: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    kappa: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    interval: Option<[f64; 2]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    raters: Option<f64>,
}

/// Means over the ids that occur in the data.
#[derive(Debug, Default, Serialize)]
struct Macro {
    kappa: f64,
    lowest_kappa: f64,
    skills_f1: f64,
    faults_f1: f64,
}

#[derive(Debug, Serialize)]
struct Report {
    data: String,
    replies: usize,
    analyser: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    judge: Option<String>,
    /// Answers of the judge that were off the schema.
    #[serde(skip_serializing_if = "Option::is_none")]
    unusable: Option<usize>,
    ids: Vec<Line>,
    #[serde(rename = "macro")]
    means: Macro,
    safety_recall: Option<f64>,
    safety_false_alarms: f64,
}

/// Run the command.
///
/// # Errors
/// Where the file can't be read, a line is no labelled reply, or stdout fails.
pub fn run(args: Args, offline: bool) -> Result<(), Error> {
    let mut rows = read(&args)?;
    rows.truncate(args.limit.unwrap_or(usize::MAX));
    let (predictions, unusable) = match &args.judge {
        Some(server) => {
            let (predictions, unusable) = judge::predictions(&judge::judge(server, offline)?, &rows);
            (predictions, Some(unusable))
        }
        None => (rows.iter().map(analysed).collect(), None),
    };
    let mut out = io::BufWriter::new(io::stdout().lock());
    if let Some(id) = args.errors {
        errors(id, &rows, &predictions, args.json, &mut out)?;
    } else {
        let report = Report { unusable, ..measure(&args, &rows, &predictions) };
        if args.json {
            writeln!(out, "{}", serde_json::to_string_pretty(&report)?)?;
        } else {
            table(&report, &mut out)?;
        }
    }
    out.flush()?;
    Ok(())
}

fn analysed(row: &Row) -> Found {
    let analysis = analyse(&Turn { audience: row.audience, context: &row.context, reply: &row.reply });
    let quote = |f: &crate::analysis::Finding| row.reply.get(f.span.clone()).unwrap_or("").to_owned();
    analysis.findings.iter().map(|f| (f.id, f.grade, quote(f))).collect()
}

fn read(args: &Args) -> Result<Vec<Row>, Error> {
    let file_error = |source| Error::File { path: args.data.clone(), source };
    let mut rows = Vec::new();
    for (n, line) in BufReader::new(File::open(&args.data).map_err(file_error)?).lines().enumerate() {
        let line = line.map_err(file_error)?;
        if line.trim().is_empty() {
            continue;
        }
        let row: Row = serde_json::from_str(&line).map_err(|source| Error::Line { line: n + 1, source })?;
        if args.audience.is_none_or(|a| a == row.audience) && row.id.starts_with(&args.prefix) {
            rows.push(row);
        }
    }
    Ok(rows)
}

fn predicted(of: &[(Id, u8, String)], id: Id) -> u8 {
    of.iter().find(|(i, _, _)| *i == id).map_or(0, |(_, g, _)| *g)
}

fn measure(args: &Args, rows: &[Row], predictions: &[Vec<(Id, u8, String)>]) -> Report {
    let mut ids = Vec::new();
    for &id in Id::ALL {
        let mut pairs = Vec::new();
        let mut raters = Vec::new();
        for (row, found) in rows.iter().zip(predictions).filter(|(r, _)| id.is_for(r.audience)) {
            pairs.push((row.gold().grade(id), predicted(found, id)));
            if let [a, b, ..] = row.raters.as_slice() {
                raters.push((a.grade(id), b.grade(id)));
            }
        }
        if pairs.is_empty() {
            continue;
        }
        let safety = id.kind() == Kind::Safety;
        let tally = Tally::of(&pairs, id.cutoff());
        let occurs = pairs.iter().any(|(g, _)| *g > 0);
        ids.push(Line {
            id: id.as_str(),
            kind: id.kind(),
            rows: pairs.len(),
            n: tally.gold(),
            found: tally.found(),
            precision: tally.precision(),
            recall: tally.recall(),
            f1: tally.f1(),
            bias: bias(&pairs),
            kappa: (!safety && occurs).then(|| kappa(&pairs)),
            interval: (!safety && occurs).then(|| interval(&pairs)),
            raters: (!raters.is_empty() && occurs).then(|| kappa(&raters)),
        });
    }
    let mean = |of: &dyn Fn(&Line) -> Option<f64>| {
        let values: Vec<f64> = ids.iter().filter(|l| l.n > 0).filter_map(of).collect();
        if values.is_empty() { 0.0 } else { values.iter().sum::<f64>() / values.len() as f64 }
    };
    let f1_of = |kind: Kind| move |l: &Line| (l.kind == kind).then_some(l.f1);
    let means = Macro {
        kappa: mean(&|l| l.kappa),
        lowest_kappa: ids.iter().filter(|l| l.n > 0).filter_map(|l| l.kappa).fold(f64::INFINITY, f64::min),
        skills_f1: mean(&f1_of(Kind::Skill)),
        faults_f1: mean(&f1_of(Kind::Fault)),
    };
    // Safety: any signal on a reply that has one is heard; any signal on one that has none is a false alarm.
    let any = |found: &[(Id, u8, String)]| found.iter().any(|(id, _, _)| id.kind() == Kind::Safety);
    let (mut risky, mut heard, mut calm, mut alarms) = (0usize, 0usize, 0usize, 0usize);
    for (row, found) in rows.iter().zip(predictions) {
        let fired = usize::from(any(found));
        if row.gold().safety.is_empty() {
            (calm, alarms) = (calm + 1, alarms + fired);
        } else {
            (risky, heard) = (risky + 1, heard + fired);
        }
    }
    Report {
        data: args.data.display().to_string(),
        replies: rows.len(),
        analyser: crate::analysis::VERSION,
        judge: args.judge.clone(),
        unusable: None,
        ids,
        means,
        safety_recall: (risky > 0).then(|| heard as f64 / risky as f64),
        safety_false_alarms: if calm == 0 { 0.0 } else { alarms as f64 / calm as f64 },
    }
}

fn table(r: &Report, out: &mut impl Write) -> io::Result<()> {
    match (&r.judge, r.unusable) {
        (Some(judge), unusable) => writeln!(
            out,
            "{} replies of {}, judged by '{judge}'; {} answers could not be used and count as nothing shown",
            r.replies,
            r.data,
            unusable.unwrap_or(0)
        )?,
        (None, _) => writeln!(out, "{} replies of {}, analyser {}", r.replies, r.data, r.analyser)?,
    }
    writeln!(
        out,
        "Shown: skill from grade 2, fault from severity 1. Kappa: quadratic weighted over 0-3, with its 95 % bootstrap interval.\nBias: how much higher (+) or lower (-) than the labels the grades are on average.\n"
    )?;
    writeln!(
        out,
        "{:<20}{:>6}{:>6}{:>7}{:>7}{:>7}{:>7}  {:<14}{:>7}{:>8}",
        "id", "n", "found", "P", "R", "F1", "kappa", "interval", "raters", "bias"
    )?;
    for l in &r.ids {
        let opt = |v: Option<f64>| v.map_or_else(|| "-".to_owned(), |v| format!("{v:.2}"));
        let range = l.interval.map_or_else(String::new, |[a, b]| format!("{a:.2} .. {b:.2}"));
        writeln!(
            out,
            "{:<20}{:>6}{:>6}{:>7.2}{:>7.2}{:>7.2}{:>7}  {:<14}{:>7}{:>+8.3}",
            l.id,
            l.n,
            l.found,
            l.precision,
            l.recall,
            l.f1,
            opt(l.kappa),
            range,
            opt(l.raters),
            l.bias
        )?;
    }
    let m = &r.means;
    writeln!(
        out,
        "\nmacro: kappa {:.3} (lowest {:.2}), F1 skills {:.3}, F1 faults {:.3}",
        m.kappa, m.lowest_kappa, m.skills_f1, m.faults_f1
    )?;
    let recall = r.safety_recall.map_or_else(|| "-".to_owned(), |v| format!("{v:.3}"));
    writeln!(out, "safety: recall {recall}, false alarms {:.2} % of the other replies", r.safety_false_alarms * 100.0)
}

#[derive(Serialize)]
struct Miss<'a> {
    kind: &'static str,
    id: &'a str,
    gold: u8,
    found: u8,
    quote: &'a str,
    context: &'a str,
    reply: &'a str,
}

fn errors(
    id: Id,
    rows: &[Row],
    predictions: &[Vec<(Id, u8, String)>],
    json: bool,
    out: &mut impl Write,
) -> Result<(), Error> {
    for alarm in [false, true] {
        let kind = if alarm { "false alarm" } else { "miss" };
        for (row, found) in rows.iter().zip(predictions).filter(|(r, _)| id.is_for(r.audience)) {
            let (gold, got) = (row.gold().grade(id), predicted(found, id));
            let (shown, seen) = (gold >= id.cutoff(), got >= id.cutoff());
            if shown == seen || seen != alarm {
                continue;
            }
            let quote = found.iter().find(|(i, _, _)| *i == id).map_or("", |(_, _, q)| q.as_str());
            let miss = Miss { kind, id: &row.id, gold, found: got, quote, context: &row.context, reply: &row.reply };
            if json {
                writeln!(out, "{}", serde_json::to_string(&miss)?)?;
            } else {
                writeln!(out, "{kind} {} gold {gold} found {got}\n  < {}\n  > {}", row.id, row.context, row.reply)?;
                if !quote.is_empty() {
                    writeln!(out, "  [{quote}]")?;
                }
            }
        }
    }
    Ok(())
}
