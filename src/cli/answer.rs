//! The other's answer in plain mode: the coach's word on the reply, then the line; a model's line sentence by sentence.

use std::io;

use super::console::Console;
use crate::counterpart::Partly;
use crate::session::explain::{how_it_landed, lower_first, what_was_seen};
use crate::session::{Session, Speaker, Turn, TurnId, Wording};

/// What was shown of an answer that is on its way, and what was said about the model.
#[derive(Debug, Default)]
pub struct Answer {
    shown: String,
    /// The reply whose feedback was shown.
    fed_back: Option<TurnId>,
    /// It was said that the model takes its time.
    slow: bool,
    /// It was said that the model is asked again.
    paused: bool,
    /// It was said that the model fails.
    failing: bool,
}

impl Answer {
    /// More of it came. The session stands at the reply.
    pub fn more(&mut self, out: &mut Console, session: &Session, partly: Partly<'_>, feedback: bool) -> io::Result<()> {
        match partly {
            // Something to read while the other thinks.
            Partly::Asked => {
                if let Some(reply) = session.here().and_then(|id| session.turn(id)).filter(|_| feedback) {
                    self.feedback(out, session, reply)?;
                }
            }
            Partly::Slow if !self.slow => {
                self.slow = true;
                let name = &session.scenario().counterpart.name;
                out.aside(&format!("{name} is thinking. Ctrl+C stops the waiting, and the script answers."))?;
            }
            Partly::Sentence(text) if self.shown.is_empty() => {
                out.begin(&session.scenario().counterpart.name, text)?;
                self.shown.push_str(text);
            }
            Partly::Sentence(text) => {
                out.more(text)?;
                self.shown.push(' ');
                self.shown.push_str(text);
            }
            // The first word is enough: a line a second would drown a screen reader.
            Partly::Waiting(seconds, why) if !self.paused => {
                self.paused = true;
                out.aside(&format!("One moment: {why}. Trying again in {seconds} s; Ctrl+C stops the waiting."))?;
            }
            Partly::Waiting(..) | Partly::Slow => {}
        }
        out.flush()
    }

    /// The answer is whole: show what was not shown yet.
    pub fn whole(&mut self, out: &mut Console, session: &Session, turn: &Turn, feedback: bool) -> io::Result<()> {
        let shown = std::mem::take(&mut self.shown);
        match turn.text.strip_prefix(&shown).filter(|_| !shown.is_empty()) {
            Some(rest) => {
                out.more(rest)?;
                out.end()
            }
            None => {
                if let Some(reply) = turn.parent.and_then(|id| session.turn(id)).filter(|_| feedback) {
                    self.feedback(out, session, reply)?;
                }
                line(out, session, turn)
            }
        }
    }

    /// The coach's word on this reply, once.
    fn feedback(&mut self, out: &mut Console, session: &Session, reply: &Turn) -> io::Result<()> {
        if self.fed_back.replace(reply.id) == Some(reply.id) { Ok(()) } else { show_feedback(out, session, reply) }
    }

    /// Say that a model failed and that the scene goes on; once, until it works again.
    pub fn worded(&mut self, out: &mut Console, wording: &Wording) -> io::Result<()> {
        self.paused = false;
        let told = std::mem::replace(&mut self.failing, wording.trouble.is_some());
        match wording.notice() {
            Some(words) if !told => out.aside(&words),
            _ => Ok(()),
        }
    }
}

/// A turn with the speaker's name.
pub fn line(out: &mut Console, session: &Session, turn: &Turn) -> io::Result<()> {
    let name = match turn.speaker {
        Speaker::You => "You",
        Speaker::Counterpart => &session.scenario().counterpart.name,
    };
    out.line(name, if turn.text.trim().is_empty() { "(silence)" } else { &turn.text })
}

/// What was seen in the reply and how the other took it.
fn show_feedback(out: &mut Console, session: &Session, reply: &Turn) -> io::Result<()> {
    let scenario = session.scenario();
    let mut text: Vec<String> = reply.analysis.iter().flat_map(what_was_seen).map(str::to_owned).collect();
    text.push(how_it_landed(scenario, reply));
    out.note("Coach", &text.join(" "))?;
    for id in reply.step.iter().flat_map(|step| &step.met) {
        if let Some(objective) = scenario.objective_index(id).and_then(|i| scenario.objectives.get(i)) {
            out.note("Done", &format!("{}.", lower_first(&objective.text)))?;
        }
    }
    Ok(())
}
