//! A report as Markdown.

use std::fmt::{Result, Write};

use super::{Line, Remark, Report, lead, level, tenth};
use crate::session::explain::lower_first;

/// A report as a page.
pub fn text(report: &Report) -> String {
    let mut out = String::new();
    // Writing to a string does not fail.
    let _ = write(&mut out, report);
    out
}

fn write(out: &mut String, r: &Report) -> Result {
    writeln!(out, "# {}\n", escape(&r.title))?;
    if let Some(day) = &r.day {
        writeln!(out, "A rehearsal of {}, {}.\n", escape(day), r.difficulty.as_str())?;
    }
    if let Some(note) = r.deidentified {
        writeln!(out, "> {note}\n")?;
    }
    writeln!(out, "{}\n", escape(&r.outcome))?;
    writeln!(out, "What I wanted: {}\n", escape(&r.goal))?;
    for goal in &r.goals {
        writeln!(out, "- [{}] {}", if goal.met { "x" } else { " " }, escape(&lower_first(&goal.text)))?;
    }
    remark(out, "A strength", r.strength.as_ref())?;
    remark(out, "To try next", r.next.as_ref())?;
    if !r.skills.is_empty() {
        writeln!(out, "\n## Chances, and those you took\n")?;
        for skill in &r.skills {
            writeln!(out, "- {}: {} of {}", skill.name, skill.tally.taken, skill.tally.chances)?;
        }
    }
    writeln!(out, "\n## The talk\n")?;
    for line in &r.talk {
        said(out, line)?;
    }
    moved(out, r)?;
    takes(out, r)?;
    if r.tense.before.is_some() || r.tense.after.is_some() {
        let (before, after) = (level(r.tense.before), level(r.tense.after));
        writeln!(out, "## How tense I was\n\nBefore: {before}. After: {after}.\n")?;
    }
    for_real(out, r)?;
    debrief(out, r)?;
    let v = &r.versions;
    let hash: String = v.scenario_hash.chars().take(12).collect();
    let analysers = v.analysers.iter().map(u32::to_string).collect::<Vec<_>>().join(", ");
    let models = match v.models.as_slice() {
        [] => String::new(),
        models => format!(" Language models: {}.", escape(&models.join("; "))),
    };
    writeln!(
        out,
        "---\n\n{}\n\nSaywell {}; situation {}, version {hash}; analyser {}.{models}",
        r.note,
        v.saywell,
        escape(&v.scenario),
        if analysers.is_empty() { "none" } else { &analysers }
    )
}

fn remark(out: &mut String, title: &str, remark: Option<&Remark>) -> Result {
    let Some(remark) = remark else { return Ok(()) };
    writeln!(out, "\n## {title}\n")?;
    let text = format!("{}{}", lead(&remark.quote, &remark.text), remark.text);
    writeln!(out, "Reply {}: {}", remark.reply, escape(&text))?;
    if let Some(example) = &remark.example {
        writeln!(out, "\nFor instance: \u{201c}{}\u{201d}", escape(example))?;
    }
    Ok(())
}

fn said(out: &mut String, line: &Line) -> Result {
    let words = match line {
        Line { stopped: true, .. } => {
            "(This reply stopped the scene. It was not scored, and is not repeated here.)".into()
        }
        line if line.text.trim().is_empty() => "(silence)".into(),
        line => escape(&line.text).replace('\n', "  \n"),
    };
    let number = line.reply.map_or_else(String::new, |n| format!(" ({n})"));
    writeln!(out, "**{}{number}:** {words}\n", escape(&line.name))?;
    for mark in &line.marks {
        let text = format!("{}{}", lead(&mark.quote, &mark.reason), mark.reason);
        writeln!(out, "> *{}*: {}\n", mark.name, escape(&text))?;
    }
    for other in &line.second_opinion {
        writeln!(out, "> A second opinion, by a language model: {}.\n", escape(other))?;
    }
    if let Some(better) = &line.better {
        writeln!(out, "> It can be said like this: \u{201c}{}\u{201d}\n", escape(better))?;
    }
    if let Some(b) = &line.behind {
        let way = if b.from == b.to { b.from.clone() } else { format!("{} \u{2192} {}", b.from, b.to) };
        let (trust, tension) = (tenth(b.trust), tenth(b.tension));
        write!(out, "> Behind it: {} ({}); ", escape(&way), escape(&b.stance))?;
        write!(out, "trust {trust}, tension {tension} of 10.")?;
        if let Some(why) = &b.because {
            write!(out, " Why: {}.", escape(why))?;
        }
        if let Some(told) = &b.told {
            write!(out, " Told now: {}", escape(told))?;
        }
        writeln!(out, "\n")?;
    }
    Ok(())
}

fn moved(out: &mut String, r: &Report) -> Result {
    let [first, .., last] = r.course.as_slice() else { return Ok(()) };
    writeln!(out, "## What moved {}\n", escape(&r.counterpart))?;
    writeln!(
        out,
        "Trust went from {} to {}, tension from {} to {} (of 10).\n",
        tenth(first.trust),
        tenth(last.trust),
        tenth(first.tension),
        tenth(last.tension)
    )?;
    writeln!(out, "| after reply | trust | tension |\n|---:|---:|---:|")?;
    for point in &r.course {
        writeln!(out, "| {} | {} | {} |", point.reply, tenth(point.trust), tenth(point.tension))?;
    }
    writeln!(out)?;
    for mover in &r.movers {
        let (quote, text) = (escape(&mover.quote), escape(&mover.text));
        writeln!(out, "- Reply {}, \u{201c}{quote}\u{201d}: {text}", mover.reply)?;
    }
    writeln!(out)
}

fn takes(out: &mut String, r: &Report) -> Result {
    if r.takes.len() < 2 {
        return Ok(());
    }
    writeln!(out, "## Your attempts side by side\n")?;
    writeln!(out, "| attempt | replies | done | trust | tension | with | what came of it |")?;
    writeln!(out, "|---:|---:|---|---:|---:|---|---|")?;
    for take in &r.takes {
        let here = if take.present { " (this one)" } else { "" };
        let with = take.differs.as_ref().map_or_else(String::new, |words| format!("\u{201c}{}\u{201d}", escape(words)));
        let (trust, tension) = (tenth(take.trust), tenth(take.tension));
        write!(out, "| {}{here} | {} | {} of {} ", take.number, take.replies, take.met.0, take.met.1)?;
        writeln!(out, "| {trust} | {tension} | {with} | {} |", escape(&take.outcome))?;
    }
    writeln!(out)
}

fn for_real(out: &mut String, r: &Report) -> Result {
    if r.plan.is_none() && r.attempt.is_none() {
        return Ok(());
    }
    writeln!(out, "## For real\n")?;
    if let Some(plan) = &r.plan {
        for (label, text) in [("With whom", &plan.who), ("What", &plan.what), ("When", &plan.when)] {
            if !text.is_empty() {
                writeln!(out, "{label}: {}\n", escape(text))?;
            }
        }
    }
    if let Some(attempt) = &r.attempt {
        writeln!(out, "What became of it: {}. {}\n", attempt.how.words(), escape(&attempt.note))?;
    }
    Ok(())
}

fn debrief(out: &mut String, r: &Report) -> Result {
    let Some(d) = &r.debrief else { return Ok(()) };
    writeln!(out, "## For the debrief: what {} kept back\n", escape(&r.counterpart))?;
    for (label, list) in [("Needs", &d.needs), ("Fears", &d.fears)] {
        if !list.is_empty() {
            writeln!(out, "{label}: {}.\n", escape(&list.join("; ")))?;
        }
    }
    for fact in &d.facts {
        writeln!(out, "- {}: {}", if fact.told { "Told" } else { "Not told" }, escape(&fact.text))?;
    }
    if let Some(notes) = &d.notes {
        writeln!(out, "\n{}", escape(notes))?;
    }
    writeln!(out)
}

/// Text in which nothing is read as Markdown or HTML.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut line_begins = true;
    for c in text.trim().chars() {
        let list_or_heading = line_begins && matches!(c, '-' | '+' | '=');
        if list_or_heading || matches!(c, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '|' | '~' | '&' | '!')
        {
            out.push('\\');
        }
        line_begins = c == '\n' || (line_begins && c.is_whitespace());
        out.push(c);
    }
    out
}
