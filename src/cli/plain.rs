//! Plain mode: the conversation one line a turn, with names in front, that reads well aloud.

mod commands;

use std::time::Duration;

use super::Failure;
use super::answer::{self, Answer};
use super::console::Console;
use super::input::{Input, LONGEST, Line};
use super::interrupt::Interrupt;
use crate::coach;
use crate::judge;
use crate::report::{self, Summary};
use crate::runtime::{Runtime, RuntimeError, Told};
use crate::safety::{self, Country};
use crate::session::explain::{capital, lower_first};
use crate::session::{Command, Event, Finish, Phase, Refusal, Speaker, Turn};
use crate::store::Recorded;

/// How the talk is shown.
#[derive(Clone, Copy, Debug)]
pub struct View {
    /// One JSON event a line instead of prose.
    pub json: bool,
    /// Nothing about the replies before the end.
    pub hide_feedback: bool,
    /// Whether the rehearsal is kept on disk.
    pub saved: bool,
    /// Whose lines for help are shown.
    pub country: Option<Country>,
}

/// How long the last opinions of a judge are waited for when one leaves.
const LAST_OPINIONS: Duration = Duration::from_secs(5);

/// The conversation in plain mode.
pub struct Plain {
    runtime: Runtime,
    console: Console,
    input: Input,
    view: View,
    /// How many hints were asked for since the last reply.
    hints: usize,
    /// The hint that a model gave since then.
    hinted: Option<coach::Hint>,
    answer: Answer,
    interrupt: Interrupt,
}

enum Next {
    Go,
    Leave,
}

impl Plain {
    /// Plain mode around a running rehearsal.
    pub fn new(runtime: Runtime, console: Console, input: Input, view: View) -> Self {
        // Without a model nothing takes long, and Ctrl+C does what it always does.
        let listening = runtime.has_model().then(|| Interrupt::listen(runtime.stop()));
        let interrupt = listening.and_then(Result::ok).unwrap_or_default();
        Self { runtime, console, input, view, hints: 0, hinted: None, answer: Answer::default(), interrupt }
    }

    /// Show a beginning, then talk until the user leaves.
    pub fn begin(mut self, happened: &[Recorded]) -> Result<(), Failure> {
        self.show(happened)?;
        self.talk()
    }

    /// Show where a stored rehearsal stands, then talk on.
    pub fn go_on(mut self, happened: &[Recorded]) -> Result<(), Failure> {
        if self.view.json {
            self.show(happened)?;
            // What was told of just now has brought its words along.
            if !happened.iter().any(|r| matches!(r.event, Event::SafetyStopped { .. })) {
                self.safety_stop()?;
            }
            return self.talk();
        }
        let title = self.runtime.session().scenario().title.value.clone();
        self.console.heading(&format!("Going on with: {title}"))?;
        self.console.gap()?;
        let tail: Vec<Turn> = self.runtime.session().take().into_iter().rev().take(6).rev().cloned().collect();
        if self.runtime.session().take().len() > tail.len() {
            self.console.aside("(The last turns:)")?;
        }
        for turn in &tail {
            self.turn(turn)?;
        }
        if self.runtime.session().phase() == Phase::Finished {
            self.console
                .aside("This rehearsal was summed up. /back or /retry N opens it again, /takes lists attempts.")?;
        }
        self.safety_stop()?;
        self.talk()
    }

    fn talk(&mut self) -> Result<(), Failure> {
        loop {
            if !self.view.json && self.input.is_terminal {
                self.console.prompt("You: ")?;
            }
            self.console.flush()?;
            let line = match self.input.line()? {
                Line::Text(text) => text,
                Line::End => {
                    if !self.view.json {
                        self.console.gap()?;
                    }
                    return self.leave();
                }
                Line::TooLong => {
                    self.tell(&format!(
                        "That is more than {} kilobytes at once, and it was not said. Nothing else has changed; \
                         try a shorter piece.",
                        LONGEST / 1024
                    ))?;
                    continue;
                }
                Line::Binary => {
                    return Err(Failure::Failed(
                        "the input is not text (it holds zero bytes); everything said before is kept".into(),
                    ));
                }
            };
            let next = match line.strip_prefix('/') {
                Some(rest) if rest.starts_with('/') => self.say(rest.to_owned())?,
                Some(command) => self.command(command)?,
                None if self.runtime.session().stop().is_some() => self.answer_safety(&line)?,
                None => self.say(line)?,
            };
            if matches!(next, Next::Leave) {
                return Ok(());
            }
        }
    }

    fn say(&mut self, text: String) -> Result<Next, Failure> {
        if !self.view.json && !self.input.is_terminal {
            self.console.line("You", if text.trim().is_empty() { "(silence)" } else { &text })?;
        }
        (self.hints, self.hinted) = (0, None);
        self.submit(Command::Say(text))?;
        Ok(Next::Go)
    }

    /// Hand a command to the runtime and show what came of it.
    fn submit(&mut self, command: Command) -> Result<(), Failure> {
        let Self { runtime, console, view, answer, interrupt, .. } = self;
        let (mut happened, mut shown) = (Vec::new(), Ok(()));
        let mut watch = |told: Told<'_>| match told {
            Told::Event(recorded) => happened.push(recorded.clone()),
            Told::Partly(session, partly) if !view.json && shown.is_ok() => {
                shown = answer.more(console, session, partly, !view.hide_feedback);
            }
            Told::Partly(..) => {}
        };
        let result = interrupt.during(|| runtime.submit_watched(command, &mut watch));
        shown?;
        match result {
            Ok(()) => {
                self.show(&happened)?;
                if self.runtime.session().phase() == Phase::Ended {
                    let happened = self.runtime.submit(Command::Finish)?;
                    self.show(&happened)?;
                }
                Ok(())
            }
            Err(RuntimeError::Refused(Refusal::Stopped)) => self.tell(&safety::words().certain.go_on),
            Err(RuntimeError::Refused(refusal)) => {
                let hint = match self.runtime.session().phase() {
                    Phase::Ended | Phase::Finished => " (/back, /retry N, /takes, /quit)",
                    _ => "",
                };
                self.tell(&format!("{}.{hint}", capital(&refusal.to_string())))?;
                Ok(())
            }
            Err(RuntimeError::Store { error, unsaved }) => {
                if let Some(unsaved) = unsaved {
                    self.console.flush()?;
                    self.give_back(&unsaved)?;
                }
                Err(Failure::Failed(error.to_string()))
            }
            Err(other) => Err(other.into()),
        }
    }

    /// What could not be kept is shown again, so that it can be copied.
    fn give_back(&mut self, text: &str) -> Result<(), Failure> {
        if self.view.json {
            let event = serde_json::json!({"event": "unsaved", "text": text});
            self.console.raw(&event.to_string())?;
        } else {
            self.console.say("This could not be saved. Here it is once more, so that you can copy it:")?;
            self.console.say(text)?;
        }
        self.console.flush()?;
        Ok(())
    }

    fn leave(&mut self) -> Result<(), Failure> {
        let mut happened = Vec::new();
        self.runtime.opinions(LAST_OPINIONS, &mut |told| {
            if let Told::Event(recorded) = told {
                happened.push(recorded.clone());
            }
        })?;
        self.show(&happened)?;
        if !self.view.json {
            if self.view.saved {
                let id = self.runtime.id().to_owned();
                self.console.say(&format!("Kept. `saywell resume` goes on from here (rehearsal {id})."))?;
            } else {
                self.console.say("Nothing was kept, as you asked.")?;
            }
        }
        self.console.flush()?;
        Ok(())
    }

    /// Tell the user something about the program, in whatever form the output has.
    fn tell(&mut self, text: &str) -> Result<(), Failure> {
        if self.view.json {
            self.console.raw(&serde_json::json!({"event": "note", "text": text}).to_string())?;
        } else {
            self.console.say(text)?;
        }
        Ok(())
    }

    fn show(&mut self, happened: &[Recorded]) -> Result<(), Failure> {
        for recorded in happened {
            if self.view.json {
                self.console.raw(&json_line(self.runtime.id(), recorded))?;
                if matches!(recorded.event, Event::SafetyStopped { .. }) {
                    self.safety_stop()?;
                }
                if matches!(recorded.event, Event::Finished { how: Finish::Done }) {
                    let mut summary = serde_json::to_value(Summary::of(self.runtime.session()))
                        .map_err(|error| Failure::Failed(error.to_string()))?;
                    summary["event"] = "summary".into();
                    self.console.raw(&summary.to_string())?;
                }
                continue;
            }
            match &recorded.event {
                Event::CounterpartSaid { turn, .. } => {
                    let session = self.runtime.session();
                    if let Some(turn) = session.turn(*turn) {
                        self.answer.whole(&mut self.console, session, turn, !self.view.hide_feedback)?;
                    }
                }
                Event::Worded { wording, .. } => self.answer.worded(&mut self.console, wording)?,
                Event::Judged { turn, .. } if !self.view.hide_feedback => {
                    for difference in judge::differences(self.runtime.session(), *turn) {
                        self.console.note("A second opinion", &format!("{difference}."))?;
                    }
                }
                Event::WentBack { .. } => self.went_back()?,
                Event::SafetyStopped { .. } => self.safety_stop()?,
                Event::SafetyAcknowledged { .. } => {
                    if self.runtime.session().phase() == Phase::YourTurn {
                        self.console.say(&safety::words().go_on)?;
                        let last = self
                            .runtime
                            .session()
                            .take()
                            .into_iter()
                            .rev()
                            .find(|t| t.speaker == Speaker::Counterpart)
                            .cloned();
                        if let Some(turn) = last {
                            self.turn(&turn)?;
                        }
                    }
                }
                Event::Finished { how: Finish::Safety } => self.console.say(&safety::words().certain.stopped)?,
                Event::Finished { how: Finish::Done } => self.summary()?,
                Event::Planned { .. } => self.console.say("Noted. It will be asked about, kindly, another time.")?,
                Event::Felt { .. } => self.console.say("Noted.")?,
                Event::Started { .. }
                | Event::UserSaid { .. }
                | Event::Analysed { .. }
                | Event::Judged { .. }
                | Event::Moved { .. }
                | Event::Prepared { .. }
                | Event::Attempted { .. } => {}
            }
        }
        self.console.flush()?;
        Ok(())
    }

    fn turn(&mut self, turn: &Turn) -> Result<(), Failure> {
        Ok(answer::line(&mut self.console, self.runtime.session(), turn)?)
    }

    fn went_back(&mut self) -> Result<(), Failure> {
        self.console.aside("Back to this point. What you said before is kept; /takes lists your attempts.")?;
        let last = self.runtime.session().take().last().map(|t| (*t).clone());
        if let Some(turn) = last {
            self.turn(&turn)?;
        }
        Ok(())
    }

    /// Where the scene is stopped, say why and what can be done.
    fn safety_stop(&mut self) -> Result<(), Failure> {
        let session = self.runtime.session();
        let Some((turn, stop)) = session.stop() else { return Ok(()) };
        let words = safety::words();
        let name = &session.scenario().counterpart.name;
        let (text, choices) = if stop.certain {
            (safety::text(&words.for_certain(&stop.signals, name, self.view.country)), &words.certain.go_on)
        } else {
            (words.unclear.question.replace("{name}", name), &words.unclear.choices)
        };
        if self.view.json {
            let (turn, certain) = (turn.id, stop.certain);
            let event = serde_json::json!({
                "event": "safety_words", "turn": turn, "certain": certain, "text": text, "choices": choices,
            });
            return Ok(self.console.raw(&event.to_string())?);
        }
        self.console.gap()?;
        self.console.say(&text)?;
        self.console.gap()?;
        self.console.say(choices)?;
        self.console.gap()?;
        Ok(())
    }

    /// The user's word on a stop. Whatever else they say is not taken for one.
    fn answer_safety(&mut self, line: &str) -> Result<Next, Failure> {
        if !self.view.json && !self.input.is_terminal {
            self.console.line("You", line)?;
        }
        let answer: String = line.trim().to_lowercase().chars().filter(|c| c.is_alphanumeric() || *c == ' ').collect();
        let certain = self.runtime.session().stop().is_some_and(|(_, stop)| stop.certain);
        let words = safety::words();
        match (certain, answer.trim()) {
            (_, "i am safe" | "im safe") => self.submit(Command::Acknowledge { in_role: false })?,
            (false, "role" | "the role" | "part of the role") => self.submit(Command::Acknowledge { in_role: true })?,
            (false, "me" | "about me" | "myself") => self.submit(Command::AboutMe)?,
            (true, _) => self.tell(&words.certain.go_on)?,
            (false, _) => self.tell(&words.unclear.choices)?,
        }
        Ok(Next::Go)
    }

    fn summary(&mut self) -> Result<(), Failure> {
        let session = self.runtime.session();
        let name = session.scenario().counterpart.name.clone();
        let summary = Summary::of(session);
        self.console.gap()?;
        self.console.heading("How it went")?;
        self.console.say(&report::outcome(summary.ended, &name))?;
        self.console.say(&format!("What you wanted: {}", summary.goal))?;
        for goal in &summary.goals {
            let mark = if goal.met { "Done" } else { "Still open" };
            self.console.say(&format!("  - {mark}: {}.", lower_first(&goal.text)))?;
        }
        if summary.replies == 0 {
            self.console.say("You have not said anything yet. That is all right; it is there when you come back.")?;
        }
        if let Some(strength) = &summary.strength {
            self.console.line("A strength", &format!("In reply {}, {}", strength.reply, strength.text))?;
        }
        if let Some(next) = &summary.next {
            self.console.line("To try next", &format!("In reply {}, {}", next.reply, next.text))?;
            if let Some(example) = &next.example {
                self.console.say(&format!("It can be said like this: \u{201c}{example}\u{201d}"))?;
            }
            self.console.say(&format!("/retry {} tries again from there; what you have said is kept.", next.reply))?;
        }
        self.console.aside(
            "This is practice feedback by a set of rules, not an assessment; no clinician has checked its marks.",
        )?;
        if summary.replies > 0 && session.notes().plan.is_none() {
            self.console.say("/plan notes what you mean to do for real: with whom, what and when.")?;
        }
        self.console.gap()?;
        Ok(())
    }
}

/// A stored event as one line of JSON: the event's own fields with `session`, `seq` and `at_ms`.
fn json_line(session: &str, recorded: &Recorded) -> String {
    let mut value = serde_json::to_value(&recorded.event).unwrap_or_default();
    if let Some(object) = value.as_object_mut() {
        object.insert("session".into(), session.into());
        object.insert("seq".into(), recorded.seq.into());
        object.insert("at_ms".into(), recorded.at_ms.into());
    }
    value.to_string()
}
