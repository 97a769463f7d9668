//! Where a language model's opinion of a reply is another than the analyser's.

use crate::analysis::{Id, Kind};
use crate::session::explain::short_quote;
use crate::session::{Session, TurnId};

/// Where a judge and the analyser differ on what a reply shows, as sentences for the user. Empty where they agree.
pub fn differences(session: &Session, turn: TurnId) -> Vec<String> {
    let Some(reply) = session.turn(turn) else { return Vec::new() };
    let (Some(opinion), Some(analysis)) = (&reply.opinion, &reply.analysis) else { return Vec::new() };
    let mut out = Vec::new();
    for mark in opinion.marks.iter().filter(|m| m.grade >= m.id.cutoff() && !analysis.shows(m.id)) {
        let quote = short_quote(&mark.quote);
        out.push(format!("it also sees {} in \u{201c}{quote}\u{201d}", lower(mark.id)));
    }
    let judged = |id: Id| opinion.marks.iter().any(|m| m.id == id && m.grade >= id.cutoff());
    for finding in analysis.findings.iter().filter(|f| f.id.kind() != Kind::Safety && analysis.shows(f.id)) {
        if !judged(finding.id) {
            out.push(format!("it does not see {}", lower(finding.id)));
        }
    }
    out
}

fn lower(id: Id) -> String {
    match id {
        Id::IStatement => id.name().to_owned(),
        _ => id.name().to_lowercase(),
    }
}
