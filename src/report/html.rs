//! A rehearsal's summary as one HTML page: no script, nothing fetched, every text escaped.

use std::fmt::Write;

use super::course::{course, movers};
use super::{Remark, Summary, json, outcome};
use crate::analysis::{Finding, Kind};
use crate::session::explain::lower_first;
use crate::session::{Session, Turn};

const STYLE: &str = "body{font:17px/1.55 system-ui,sans-serif;max-width:44rem;margin:2rem auto;padding:0 1rem;color:#222;background:#fdfdfb}\
 h1{font-size:1.5rem}h2{font-size:1.15rem;margin-top:2rem}.turn{margin:.8rem 0}.who{font-weight:600}\
 u.skill{text-decoration:underline solid #2a7d2a 2px}u.fault{text-decoration:underline wavy #b04a00 2px}\
 .note{margin:.2rem 0 .2rem 1.5rem;color:#444;font-size:.92em}.quiet{color:#555;font-size:.9em}svg{width:100%;height:auto}";

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
    let title = escape(&summary.title);
    writeln!(
        out,
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width\">\n<title>{title}</title><style>{STYLE}</style></head><body>\n<h1>{title}</h1>"
    )?;
    writeln!(
        out,
        "<p>{}</p>\n<p>What I wanted: {}</p>\n<ul>",
        escape(&outcome(summary.ended, name)),
        escape(&summary.goal)
    )?;
    for goal in &summary.goals {
        let mark = if goal.met { "Done" } else { "Still open" };
        writeln!(out, "<li>{mark}: {}</li>", escape(&lower_first(&goal.text)))?;
    }
    writeln!(out, "</ul>")?;
    remark(out, "A strength", summary.strength.as_ref())?;
    remark(out, "To try next", summary.next.as_ref())?;
    let notes = session.notes();
    if notes.before.is_some() || notes.after.is_some() {
        let level = |level: Option<u8>| level.map_or_else(|| "not asked".to_owned(), |l| format!("{l} of 10"));
        let (before, after) = (level(notes.before), level(notes.after));
        writeln!(out, "<h2>How tense I was</h2>\n<p>Before: {before}. After: {after}.</p>")?;
    }
    if let Some(plan) = &notes.plan {
        writeln!(out, "<h2>For real</h2>\n<p>{}</p>\n<p>When: {}</p>", escape(&plan.what), escape(&plan.when))?;
    }
    moved(out, session, name)?;
    writeln!(out, "<h2>The talk</h2>")?;
    for turn in session.take() {
        said(out, session, turn)?;
    }
    writeln!(
        out,
        "<p class=\"quiet\">Practice feedback by a set of rules, not an assessment; no clinician has checked its \
         marks.</p>\n</body></html>"
    )
}

fn remark(out: &mut String, title: &str, remark: Option<&Remark>) -> std::fmt::Result {
    let Some(remark) = remark else { return Ok(()) };
    let (quote, text) = (escape(&remark.quote), escape(&remark.text));
    writeln!(out, "<h2>{title}</h2>\n<p>Reply {}, \u{201c}{quote}\u{201d}: {text}</p>", remark.reply)?;
    if let Some(example) = &remark.example {
        writeln!(out, "<p>For instance: \u{201c}{}\u{201d}</p>", escape(example))?;
    }
    Ok(())
}

fn moved(out: &mut String, session: &Session, name: &str) -> std::fmt::Result {
    let points = course(session);
    if points.len() < 2 {
        return Ok(());
    }
    writeln!(out, "<h2>What moved {}</h2>", escape(name))?;
    let line = |level: fn(&super::course::Point) -> i32| {
        let step = 600 / (points.len() - 1).max(1);
        let at = |(n, p): (usize, &super::course::Point)| format!("{},{}", 10 + n * step, 110 - level(p));
        points.iter().enumerate().map(at).collect::<Vec<_>>().join(" ")
    };
    writeln!(
        out,
        "<svg viewBox=\"0 0 640 120\" role=\"img\" aria-label=\"Trust and tension over the replies\">\
         <polyline fill=\"none\" stroke=\"#1f6f8b\" stroke-width=\"2\" points=\"{}\"/>\
         <polyline fill=\"none\" stroke=\"#b04a00\" stroke-width=\"2\" stroke-dasharray=\"5 4\" points=\"{}\"/></svg>\n\
         <p class=\"quiet\">Trust is the whole line, tension the broken one.</p>\n<ul>",
        line(|p| p.trust),
        line(|p| p.tension)
    )?;
    for mover in movers(session) {
        let (quote, text) = (escape(&mover.quote), escape(&mover.text));
        writeln!(out, "<li>Reply {}, \u{201c}{quote}\u{201d}: {text}</li>", mover.reply)?;
    }
    writeln!(out, "</ul>")
}

fn said(out: &mut String, session: &Session, turn: &Turn) -> std::fmt::Result {
    let findings: Vec<&Finding> = turn.analysis.iter().flat_map(|a| &a.findings).collect();
    let who = escape(json::speaker(session, turn.speaker));
    let text = if turn.text.trim().is_empty() { "(silence)".to_owned() } else { underlined(&turn.text, &findings) };
    writeln!(out, "<div class=\"turn\"><span class=\"who\">{who}:</span> {}</div>", text.replace('\n', "<br>"))?;
    for finding in &findings {
        let sign = if finding.id.kind() == Kind::Skill { "\u{2713}" } else { "!" };
        let (name, reason) = (escape(finding.id.name()), escape(finding.reason.trim()));
        writeln!(out, "<div class=\"note\">{sign} {name}: {reason}</div>")?;
    }
    Ok(())
}

fn underlined(text: &str, findings: &[&Finding]) -> String {
    let mut edges: Vec<usize> =
        findings.iter().flat_map(|f| [f.span.start, f.span.end]).chain([0, text.len()]).collect();
    edges.sort_unstable();
    edges.dedup();
    let mut out = String::new();
    for pair in edges.windows(2) {
        let piece = escape(text.get(pair[0]..pair[1]).unwrap_or_default());
        let over = findings.iter().filter(|f| f.span.start <= pair[0] && f.span.end >= pair[1]);
        match over.max_by_key(|f| f.id.kind() != Kind::Skill) {
            Some(f) if f.id.kind() == Kind::Skill => out.push_str(&format!("<u class=\"skill\">{piece}</u>")),
            Some(_) => out.push_str(&format!("<u class=\"fault\">{piece}</u>")),
            None => out.push_str(&piece),
        }
    }
    out
}

/// Text in which nothing is read as HTML.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}
