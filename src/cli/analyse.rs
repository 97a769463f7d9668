//! `saywell analyse`: one reply for a person, or lines of JSON for a program.

use std::collections::BTreeMap;
use std::io::{self, BufRead, Write};

use clap::Args as ClapArgs;
use serde::{Deserialize, Serialize};

use crate::analysis::{Analysis, Audience, Kind, Turn, analyse, rewrite};

/// Show what a reply does: skills, faults, safety signals, and the words that show them.
#[derive(Debug, ClapArgs)]
pub struct Args {
    /// The reply; leave out with --jsonl
    #[arg(required_unless_present_any = ["jsonl", "skills_doc"], conflicts_with = "jsonl")]
    pub reply: Option<String>,
    /// Read {"id","audience","context","reply"} lines on stdin, write one line for each
    #[arg(long)]
    pub jsonl: bool,
    /// What the other said before
    #[arg(long, default_value = "")]
    pub context: String,
    /// client or trainee
    #[arg(long, default_value = "client")]
    pub audience: Audience,
    /// Write docs/skills.md: what is looked for, why, and what counts
    #[arg(long, hide = true)]
    pub skills_doc: bool,
    /// Write JSON instead of text
    #[arg(long, conflicts_with = "jsonl")]
    pub json: bool,
}

/// What can go wrong.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Reading or writing failed.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// A line of input is no such object.
    #[error("line {line}: {source}")]
    Line {
        /// Counted from 1.
        line: usize,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// Output could not be written as JSON.
    #[error(transparent)]
    Json(#[from] serde_json::Error),
}

#[derive(Deserialize)]
struct Input {
    #[serde(default)]
    id: serde_json::Value,
    #[serde(default)]
    audience: Audience,
    #[serde(default)]
    context: String,
    reply: String,
}

/// The form of the output; it will not change.
#[derive(Serialize)]
struct Output<'a> {
    #[serde(skip_serializing_if = "serde_json::Value::is_null")]
    id: serde_json::Value,
    skills: BTreeMap<&'static str, u8>,
    faults: BTreeMap<&'static str, u8>,
    safety: Vec<&'static str>,
    quotes: BTreeMap<&'static str, &'a str>,
    scores: BTreeMap<&'static str, f64>,
}

impl<'a> Output<'a> {
    fn new(id: serde_json::Value, reply: &'a str, analysis: &Analysis) -> Self {
        let of = |kind: Kind| {
            analysis.findings.iter().filter(move |f| f.id.kind() == kind).map(|f| (f.id.as_str(), f.grade)).collect()
        };
        Self {
            id,
            skills: of(Kind::Skill),
            faults: of(Kind::Fault),
            safety: analysis.findings.iter().filter(|f| f.id.kind() == Kind::Safety).map(|f| f.id.as_str()).collect(),
            quotes: analysis
                .findings
                .iter()
                .filter_map(|f| Some((f.id.as_str(), reply.get(f.span.clone())?)))
                .collect(),
            scores: analysis
                .scores
                .iter()
                .map(|(id, s)| (id.as_str(), (f64::from(*s) * 10_000.0).round() / 10_000.0))
                .collect(),
        }
    }
}

/// Run the command.
///
/// # Errors
/// Where stdin or stdout fail, or a line of input is not what it should be.
pub fn run(args: Args) -> Result<(), Error> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    if args.skills_doc {
        out.write_all(crate::analysis::handbook::markdown().as_bytes())?;
    } else if args.jsonl {
        lines(io::stdin().lock(), &mut out)?;
    } else {
        let reply = args.reply.unwrap_or_default();
        let analysis = analyse(&Turn { audience: args.audience, context: &args.context, reply: &reply });
        if args.json {
            writeln!(out, "{}", serde_json::to_string(&Output::new(serde_json::Value::Null, &reply, &analysis))?)?;
        } else {
            show(&reply, &analysis, &mut out)?;
        }
    }
    out.flush()?;
    Ok(())
}

fn lines(input: impl BufRead, out: &mut impl Write) -> Result<(), Error> {
    for (n, line) in input.lines().enumerate() {
        let line = line?;
        if line.trim().is_empty() {
            continue;
        }
        let input: Input = serde_json::from_str(&line).map_err(|source| Error::Line { line: n + 1, source })?;
        let analysis = analyse(&Turn { audience: input.audience, context: &input.context, reply: &input.reply });
        writeln!(out, "{}", serde_json::to_string(&Output::new(input.id, &input.reply, &analysis))?)?;
    }
    Ok(())
}

/// A control character could move the reader's cursor or colour their terminal.
fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() && c != '\n' { '\u{fffd}' } else { c }).collect()
}

fn show(reply: &str, analysis: &Analysis, out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "{}", printable(reply))?;
    if analysis.findings.is_empty() {
        return writeln!(
            out,
            "\nNothing of the rubric stands out here. Most replies of a conversation show nothing, and that is fine."
        );
    }
    for (kind, title) in
        [(Kind::Safety, "First of all"), (Kind::Skill, "What it does well"), (Kind::Fault, "What may land badly")]
    {
        let mut titled = false;
        for f in analysis.findings.iter().filter(|f| f.id.kind() == kind) {
            if !titled {
                writeln!(out, "\n{title}")?;
                titled = true;
            }
            let word = match (kind, f.grade) {
                (Kind::Skill, 0 | 1) => "partly",
                (Kind::Skill, _) => "clearly",
                (Kind::Fault, 0 | 1) => "mildly",
                (Kind::Fault, 2) => "clearly",
                (Kind::Fault, _) => "strongly",
                (Kind::Safety, 0 | 1) => "unclear",
                (Kind::Safety, _) => "certain",
            };
            writeln!(out, "  {} ({word})", f.id.name())?;
            writeln!(out, "    {}", mark(reply, f.span.clone()))?;
            writeln!(out, "    {}", printable(&f.reason))?;
            if let Some(other) = rewrite(reply, f) {
                writeln!(out, "    Another way: \u{201c}{}\u{201d}", printable(&other))?;
            }
        }
    }
    writeln!(out, "\nThese grades are this program's own reading of what IPT teaches; no clinician has validated them.")
}

/// The reply around a span, with the span between brackets.
fn mark(reply: &str, span: std::ops::Range<usize>) -> String {
    let parts = (reply.get(..span.start), reply.get(span.clone()), reply.get(span.end..));
    let (Some(before), Some(words), Some(after)) = parts else { return printable(reply) };
    let from = before.char_indices().rev().nth(40).map_or(0, |(i, _)| i);
    let to = after.char_indices().nth(40).map_or(after.len(), |(i, _)| i);
    let dots = |cut: bool| if cut { "\u{2026}" } else { "" };
    printable(&format!(
        "{}{}[{words}]{}{}",
        dots(from > 0),
        before.get(from..).unwrap_or(""),
        after.get(..to).unwrap_or(""),
        dots(to < after.len())
    ))
    .replace('\n', " ")
}
