//! `docs/skills.md`, made from what the detectors say of themselves, so that it cannot drift from the code.

use std::fmt::Write;

use super::registry::DETECTORS;
use super::rubric::{Audience, Kind};

const HEAD: &str = "\
# What is looked for in a reply

Made by `saywell analyse --skills-doc` from the detectors themselves; change it there.

Grades: a skill is shown from 2 on (1 is an attempt, and a 3 needs a human or a model as judge); a fault has a severity from
1 (mild) to 3 (dominating); a safety signal is 1 (unclear, it is asked about) or 2 (certain, it stops the scene). These grades
are this project's own reading of what IPT teaches; no clinician has validated them.
";

/// The whole document.
pub fn markdown() -> String {
    let mut out = HEAD.to_owned();
    for (kind, title) in [(Kind::Skill, "Skills"), (Kind::Fault, "Faults"), (Kind::Safety, "Safety signals")] {
        let _ = write!(out, "\n## {title}\n");
        for meta in DETECTORS.iter().map(|d| d.meta()).filter(|m| m.id.kind() == kind) {
            let id = meta.id;
            let whom = match (id.is_for(Audience::Client), id.is_for(Audience::Trainee)) {
                (true, true) => "clients and trainees",
                (true, false) => "clients",
                _ => "trainees",
            };
            let _ = write!(out, "\n### {} (`{id}`)\n\nFor {whom}. {}\n\n", id.name(), meta.looks_for);
            let _ = write!(out, "Why it matters: {}\n\nSource: {}\n\n", meta.why, meta.source);
            let after = |context: &str| {
                if context.is_empty() { String::new() } else { format!(" (after \u{201c}{context}\u{201d})") }
            };
            out.push_str("Counts:\n\n");
            for e in meta.examples {
                let _ = writeln!(out, "- \u{201c}{}\u{201d}{}: {}", e.reply, after(e.context), e.grade);
            }
            out.push_str("\nDoes not:\n\n");
            for l in meta.lures {
                let _ = writeln!(out, "- \u{201c}{}\u{201d}{}: {}", l.reply, after(l.context), l.why);
            }
        }
    }
    out
}
