//! The way from practice to the real talk: asking what became of a plan, and a gentle word where there is only practice.
//!
//! What the user says is an event of the rehearsal. What is still to be asked is a setting of it, so that a start need
//! not read every rehearsal there is.

use super::desk::{Desk, Past};
use super::{Runtime, RuntimeError};
use crate::session::{Attempt, Command, Event, Plan};
use crate::store::{Filter, Store};

/// Rehearsals of one talk, without a word of a real one, after which one is spoken of.
pub const MANY: usize = 4;
/// How long a plan rests after "not yet", or after the question was passed over.
const REST_MS: i64 = 20 * 60 * 60 * 1000;

/// Names of settings; behind the `:` stands the rehearsal's id.
mod names {
    /// When to ask about the plan, in milliseconds since 1970.
    pub const PLAN: &str = "plan:";
    /// That the talk took place, or was let go.
    pub const ATTEMPT: &str = "attempt:";
    /// That the gentle word was said.
    pub const NUDGED: &str = "nudged:";
}

/// A plan that is to be asked about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    /// The rehearsal it belongs to.
    pub id: String,
    /// The scenario's title.
    pub title: String,
    /// The plan.
    pub plan: Plan,
}

impl Due {
    /// The question, in a sentence or two.
    pub fn question(&self) -> String {
        let Plan { who, what, when } = &self.plan;
        let mut out = format!("After \u{201c}{}\u{201d} you had a plan for real", self.title.trim());
        let quoted = |text: &str| format!("\u{201c}{text}\u{201d}");
        let said = [
            Some(who.trim()).filter(|t| !t.is_empty()).map(|who| format!("with {who}")),
            Some(what.trim()).filter(|t| !t.is_empty()).map(quoted),
            Some(when.trim()).filter(|t| !t.is_empty()).map(str::to_owned),
        ];
        let said: Vec<String> = said.into_iter().flatten().collect();
        if !said.is_empty() {
            out.push_str(&format!(" ({})", said.join(", ")));
        }
        out.push_str(". How did it go?");
        out
    }
}

/// A kind word after an answer.
pub const fn thanks(how: Attempt) -> &'static str {
    match how {
        Attempt::Done => "That took courage, however it went. It is kept with the rehearsal.",
        Attempt::NotYet => "That's all right. It will come up again another day.",
        Attempt::LetGo => "That can be the right choice. It won't be asked about again.",
    }
}

/// Keep in mind what an event says about a plan. Where this cannot be kept, nobody asks; the event itself is kept.
pub(super) fn note(store: &mut dyn Store, id: &str, at_ms: i64, event: &Event) {
    let (plan, attempt) = match event {
        Event::Planned { who, what, when } if who.is_empty() && what.is_empty() && when.is_empty() => (None, None),
        Event::Planned { .. } => (Some(at_ms), None),
        Event::Attempted { how: Attempt::NotYet, .. } => (Some(at_ms.saturating_add(REST_MS)), None),
        Event::Attempted { how: Attempt::Done | Attempt::LetGo, .. } => (None, Some("1")),
        _ => return,
    };
    let plan = plan.map(|at| at.to_string());
    let _ = store.set_setting(&format!("{}{id}", names::PLAN), plan.as_deref());
    let _ = store.set_setting(&format!("{}{id}", names::ATTEMPT), attempt);
}

impl Desk {
    /// The plan to ask about at a start, the latest one first; none where there is none, or none that can be read.
    pub fn due_plan(&mut self) -> Option<Due> {
        let now = self.now_ms();
        let store = self.kept().ok().flatten()?;
        let mut waiting: Vec<(i64, String)> = store
            .settings(names::PLAN)
            .ok()?
            .into_iter()
            .filter_map(|(key, at)| Some((at.parse::<i64>().ok()?, key.strip_prefix(names::PLAN)?.to_owned())))
            // A clock that went back by more than a rest is no reason to stay silent.
            .filter(|(at, _)| *at <= now || *at > now.saturating_add(REST_MS))
            .collect();
        waiting.sort_unstable_by(|a, b| b.cmp(a));
        waiting.into_iter().find_map(|(_, id)| {
            let past = self.find(&id).ok()?;
            let plan = self.session(&past).ok()?.notes().plan.clone()?;
            Some(Due { id: past.id, title: past.title, plan })
        })
    }

    /// Keep what became of a plan.
    ///
    /// # Errors
    /// Where it cannot be kept.
    pub fn answer_plan(&mut self, due: &Due, how: Attempt, note: &str) -> Result<(), RuntimeError> {
        let mut runtime: Runtime = self.resume(&due.id)?;
        runtime.submit(Command::Attempt { how, note: note.trim().to_owned() })?;
        Ok(())
    }

    /// The question was passed over: it rests for a day.
    pub fn rest_plan(&mut self, due: &Due) {
        let until = self.now_ms().saturating_add(REST_MS).to_string();
        // Where this cannot be kept, the question comes again: no harm is done.
        let _ = self.set_setting(&format!("{}{}", names::PLAN, due.id), Some(&until));
    }

    /// One gentle word where a talk was rehearsed often and never said for real. It is said once.
    pub fn word_about_attempts(&mut self, scenario: &str) -> Option<String> {
        let filter = Filter { scenario_id: Some(scenario.to_owned()), min_turns: 1, ..Filter::default() };
        let store = self.kept().ok().flatten()?;
        let past: Vec<Past> = store.sessions(&filter).ok()?;
        if past.len() < MANY {
            return None;
        }
        for name in [names::PLAN, names::ATTEMPT, names::NUDGED] {
            let set = store.settings(name).ok()?;
            if set.iter().any(|(key, _)| past.iter().any(|p| key.strip_prefix(name) == Some(p.id.as_str()))) {
                return None;
            }
        }
        let latest = past.first()?.id.clone();
        self.set_setting(&format!("{}{latest}", names::NUDGED), Some("1")).ok()?;
        Some(format!(
            "You have rehearsed this talk {} times. Maybe one sentence of it is ready to be said for real, to one person, \
             at a good time. Only you can tell; looking back has a page for it, \u{201c}For real\u{201d} (in plain mode: /plan).",
            past.len()
        ))
    }
}
