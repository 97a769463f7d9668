//! Trains the analyser's linear model: `cargo run --release --example train`.
//!
//! Reads every `data/*.jsonl`, prints the figures on folds by writer, writes `src/analysis/model/weights.bin`.
//! `-- --dry=1` writes nothing, `--errors=ID` lists the replies that the folds judge otherwise than their labels.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use saywell::analysis::Kind;
use saywell::analysis::model::train::{Figures, Line, own_examples, read, second_ratings, train};

fn main() -> Result<(), Box<dyn Error>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let arg = |name: &str| std::env::args().find_map(|a| a.strip_prefix(name).map(str::to_owned));
    let root = arg("--root=").map_or(root.to_owned(), PathBuf::from);
    let mut files: Vec<_> = fs::read_dir(root.join("data"))?.filter_map(|f| Some(f.ok()?.path())).collect();
    files.retain(|f| f.extension().is_some_and(|e| e == "jsonl"));
    files.sort();
    let mut examples = Vec::new();
    let (ratings, replies): (Vec<_>, Vec<_>) = files.iter().partition(|f| name(f).starts_with("ratings"));
    for file in replies {
        // The sets of near neighbours teach, but are not what people type: they are not measured on.
        let name = name(file);
        let safety_only = name.starts_with("safety_");
        examples.extend(read(&fs::read_to_string(file)?, name.starts_with("train_") || safety_only, safety_only)?);
    }
    for file in ratings {
        second_ratings(&fs::read_to_string(file)?, &mut examples)?;
    }
    examples.extend(own_examples());
    let trained = train(&examples);
    println!("{} replies, {} features; figures on folds by writer", examples.len(), trained.features);
    println!("{:<20}{:>6}{:>7}{:>7}{:>7}{:>7}{:>12}{:>7}", "id", "n", "P", "R", "F1", "kappa", "sets: F1", "kappa");
    for l in &trained.lines {
        let (f, s) = (l.figures, l.sets);
        println!(
            "{:<20}{:>6}{:>7.2}{:>7.2}{:>7.2}{:>7.2}{:>12.2}{:>7.2}",
            l.id.as_str(),
            l.shown,
            f.precision,
            f.recall,
            f.f1,
            f.kappa,
            s.f1,
            s.kappa
        );
    }
    for w in &trained.warnings {
        println!(
            "{:<20}{:>6}  heard without rules {:.2}; alarms {:.2} %",
            w.id.map_or("any signal", |id| id.as_str()),
            w.shown,
            w.heard,
            100.0 * w.alarms
        );
    }
    means("folds by writer", &trained.lines, |l| l.figures);
    means("sets", &trained.lines, |l| l.sets);
    if let Some(id) = arg("--errors=") {
        for m in trained.misses.iter().filter(|m| m.id.as_str() == id) {
            let Some(e) = examples.get(m.example) else { continue };
            let (context, reply) = &e.text;
            println!("{} hand {} found {} ({:.2})\t{context}\t{reply}", e.name, m.grades.0, m.grades.1, m.probability);
        }
    }
    if arg("--dry").is_some() {
        return Ok(());
    }
    let out = arg("--out=").map_or(root.join("src/analysis/model/weights.bin"), PathBuf::from);
    fs::write(out, &trained.bytes)?;
    Ok(())
}

fn name(file: &Path) -> String {
    file.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default()
}

fn means(of: &str, lines: &[Line], get: impl Fn(&Line) -> Figures) {
    let mean = |keep: &dyn Fn(&&Line) -> bool, value: &dyn Fn(Figures) -> f64| {
        let v: Vec<f64> = lines.iter().filter(keep).map(|l| value(get(l))).collect();
        v.iter().sum::<f64>() / v.len().max(1) as f64
    };
    let kappa = mean(&|_| true, &|f| f.kappa);
    let skills = mean(&|l| l.id.kind() == Kind::Skill, &|f| f.f1);
    let faults = mean(&|l| l.id.kind() == Kind::Fault, &|f| f.f1);
    println!("{of}: macro kappa {kappa:.3}, F1 skills {skills:.3}, F1 faults {faults:.3}");
}
