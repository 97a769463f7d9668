//! A rehearsal's summary as Markdown.

use std::fmt::Write;

use super::course::movers;
use super::{Remark, Summary, json, outcome};
use crate::session::Session;
use crate::session::explain::{lower_first, quote, short_quote};

/// The present take of a session.
pub fn text(session: &Session) -> String {
    let summary = Summary::of(session);
    let mut out = String::new();
    // Writing to a string does not fail.
    let _ = write(&mut out, session, &summary);
    out
}

fn write(out: &mut String, session: &Session, summary: &Summary) -> std::fmt::Result {
    let name = &session.scenario().counterpart.name;
    writeln!(out, "# {}\n", escape(&summary.title))?;
    writeln!(out, "{}\n", escape(&outcome(summary.ended, name)))?;
    writeln!(out, "What I wanted: {}\n", escape(&summary.goal))?;
    for goal in &summary.goals {
        writeln!(out, "- [{}] {}", if goal.met { "x" } else { " " }, escape(&lower_first(&goal.text)))?;
    }
    remark(out, "A strength", summary.strength.as_ref())?;
    remark(out, "To try next", summary.next.as_ref())?;
    let notes = session.notes();
    if notes.before.is_some() || notes.after.is_some() {
        let level = |level: Option<u8>| level.map_or_else(|| "not asked".to_owned(), |l| format!("{l} of 10"));
        writeln!(out, "\n## How tense I was\n\nBefore: {}. After: {}.", level(notes.before), level(notes.after))?;
    }
    if let Some(plan) = &notes.plan {
        writeln!(out, "\n## For real\n\n{}\n\nWhen: {}", escape(&plan.what), escape(&plan.when))?;
    }
    let movers = movers(session);
    if !movers.is_empty() {
        writeln!(out, "\n## What moved {}\n", escape(name))?;
        for mover in &movers {
            writeln!(
                out,
                "- Reply {}, \u{201c}{}\u{201d}: {}",
                mover.reply,
                escape(&mover.quote),
                escape(&mover.text)
            )?;
        }
    }
    writeln!(out, "\n## The talk\n")?;
    for turn in session.take() {
        let said = if turn.text.trim().is_empty() { "(silence)".to_owned() } else { escape(&turn.text) };
        writeln!(out, "**{}:** {}\n", escape(json::speaker(session, turn.speaker)), said.replace('\n', "  \n"))?;
        for finding in turn.analysis.iter().flat_map(|a| &a.findings) {
            let quoted = escape(&short_quote(quote(&turn.text, finding)));
            writeln!(
                out,
                "> *{}* \u{2014} \u{201c}{quoted}\u{201d}: {}\n",
                finding.id.name(),
                escape(finding.reason.trim())
            )?;
        }
    }
    writeln!(out, "---\n\nPractice feedback by a set of rules, not an assessment; no clinician has checked its marks.")
}

fn remark(out: &mut String, title: &str, remark: Option<&Remark>) -> std::fmt::Result {
    let Some(remark) = remark else { return Ok(()) };
    writeln!(out, "\n## {title}\n")?;
    writeln!(out, "Reply {}, \u{201c}{}\u{201d}: {}", remark.reply, escape(&remark.quote), escape(&remark.text))?;
    if let Some(example) = &remark.example {
        writeln!(out, "\nFor instance: \u{201c}{}\u{201d}", escape(example))?;
    }
    Ok(())
}

/// Text in which nothing is read as Markdown or HTML.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.trim().chars() {
        if matches!(c, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '|' | '~' | '&') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}
