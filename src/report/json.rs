//! A rehearsal's summary as JSON.

use serde_json::{Value, json};

use super::Summary;
use super::course::{course, movers};
use crate::session::{Session, Speaker};

/// The present take of a session, whole.
pub fn document(session: &Session) -> Value {
    let turns: Vec<Value> = session
        .take()
        .into_iter()
        .map(|turn| {
            let findings = turn.analysis.as_ref().map(|a| &a.findings);
            json!({ "turn": turn.id, "speaker": turn.speaker, "text": turn.text, "findings": findings })
        })
        .collect();
    let notes = session.notes();
    json!({
        "format": 1,
        "summary": Summary::of(session),
        "situation": session.scenario().situation.value,
        "counterpart": session.scenario().counterpart.name,
        "difficulty": session.setup().difficulty,
        "tense": { "before": notes.before, "after": notes.after },
        "plan": notes.plan,
        "course": course(session),
        "movers": movers(session),
        "turns": turns,
    })
}

/// The same as text, ending in a line feed.
pub fn text(session: &Session) -> String {
    let mut out = serde_json::to_string_pretty(&document(session)).unwrap_or_default();
    out.push('\n');
    out
}

/// How a speaker is called.
pub(super) fn speaker(session: &Session, speaker: Speaker) -> &str {
    match speaker {
        Speaker::You => "You",
        Speaker::Counterpart => &session.scenario().counterpart.name,
    }
}
