//! What begins with a slash: commands about the talk rather than words in it.

use super::{Next, Plain};
use crate::cli::{Failure, reality};
use crate::coach;
use crate::report;
use crate::safety::{self, Country, lines};
use crate::session::explain::{capital, why};
use crate::session::{Command, MOST_TENSE, Moment, Speaker, TurnId};
use crate::text;

const HELP: &str = "\
Say what you would say, and press Enter. An empty line is silence; that is an answer too.
  /hint        a question to think about; a second time, an example
  /say         a line to start from, to change into your own words
  /coach       one strength and one next try (with a language model)
  /why         what your last reply did, and why
  /back [N]    take back your last reply (or the last N) and say it another way
  /retry [N]   try your reply number N again (or the last one)
  /takes [N]   list your attempts, or go on with attempt N
  /finish      end here and sum up
  /plan        note what you mean to do for real: with whom, what and when
  /tense N     say how tense you feel, 0 to 10: before you begin, or when it is over
  /support     where to turn, day or night; /support IE or /support all for other countries
  /quit        leave; everything is kept, and `saywell resume` goes on from here
  /exit-now    leave at once, without a word, and clear the screen
To say something that begins with a slash, type two.";

impl Plain {
    /// What stands behind the slash.
    pub(super) fn command(&mut self, command: &str) -> Result<Next, Failure> {
        let mut words = command.split_whitespace();
        let name = words.next().unwrap_or_default().to_lowercase();
        match name.as_str() {
            "exit-now" | "x" => {
                self.console.wipe()?;
                return Ok(Next::Leave);
            }
            "support" => {
                self.support(&words.collect::<Vec<_>>().join(" "))?;
                return Ok(Next::Go);
            }
            _ => {}
        }
        let number = words.next().map(|w| w.trim_start_matches('#').parse::<u32>());
        let number = match number {
            Some(Err(_)) => {
                self.tell(&format!("/{name} takes a whole number, for instance /{name} 2."))?;
                return Ok(Next::Go);
            }
            Some(Ok(n)) => Some(n),
            None => None,
        };
        match name.as_str() {
            "help" | "h" | "?" => self.tell(HELP)?,
            // While the scene is stopped nothing is said about how to talk.
            "hint" | "say" | "coach" | "why" | "takes" | "plan" | "tense"
                if self.runtime.session().stop().is_some() =>
            {
                self.tell(&safety::words().certain.go_on)?;
            }
            "hint" => self.hint()?,
            "say" => self.say_it_for_me()?,
            "coach" => self.coach()?,
            "why" => self.why()?,
            "back" | "undo" => self.submit(Command::Back(number.unwrap_or(1)))?,
            "retry" | "again" => self.retry(number)?,
            "takes" => self.takes(number)?,
            "finish" | "end" | "done" => self.submit(Command::Finish)?,
            "plan" => self.plan()?,
            "tense" => self.tense(number)?,
            "quit" | "q" | "exit" => {
                self.leave()?;
                return Ok(Next::Leave);
            }
            _ => {
                let known = [
                    "help", "hint", "say", "coach", "why", "back", "retry", "takes", "finish", "plan", "tense",
                    "support", "quit", "exit-now",
                ];
                let near = crate::scenario::problem::nearest(&name, known.into_iter());
                let near = near.first().map_or_else(String::new, |n| format!(" Did you mean /{n}?"));
                self.tell(&format!("There is no /{name}.{near} /help lists them all."))?;
            }
        }
        Ok(Next::Go)
    }

    fn plan(&mut self) -> Result<(), Failure> {
        let present = self.runtime.session().notes().plan.clone().unwrap_or_default();
        let (console, json, typing) = (&mut self.console, self.view.json, self.input.is_terminal);
        let mut tell = |text: &str| -> Result<(), Failure> {
            match (json, typing) {
                (true, _) => console.raw(&serde_json::json!({"event": "note", "text": text}).to_string())?,
                (false, true) => console.prompt(&format!("{text} "))?,
                (false, false) => console.say(text)?,
            }
            Ok(())
        };
        let plan = reality::plan(&present, &mut tell, &mut self.input)?;
        if plan == present { Ok(()) } else { self.submit(Command::Plan(plan)) }
    }

    fn tense(&mut self, level: Option<u32>) -> Result<(), Failure> {
        let Some(level) = level.and_then(|n| u8::try_from(n).ok()).filter(|n| *n <= MOST_TENSE) else {
            return self.tell("/tense takes a number from 0 (at ease) to 10, for instance /tense 6.");
        };
        let begun = self.runtime.session().turns().iter().any(|t| t.speaker == Speaker::You);
        let when = if begun { Moment::After } else { Moment::Before };
        self.submit(Command::Feel { when, level })
    }

    fn retry(&mut self, number: Option<u32>) -> Result<(), Failure> {
        let own: Vec<TurnId> = self.own_replies();
        match number {
            None => self.submit(Command::Back(1)),
            Some(n) => match (n as usize).checked_sub(1).and_then(|k| own.get(k)) {
                Some(id) => self.submit(Command::Retry(*id)),
                None if own.is_empty() => self.tell("You have not said anything yet."),
                None => self.tell(&format!(
                    "In this attempt you have replied {} times; choose 1 to {}.",
                    own.len(),
                    own.len()
                )),
            },
        }
    }

    fn own_replies(&self) -> Vec<TurnId> {
        self.runtime.session().take().iter().filter(|t| t.speaker == Speaker::You).map(|t| t.id).collect()
    }

    fn takes(&mut self, number: Option<u32>) -> Result<(), Failure> {
        let session = self.runtime.session();
        let ends = session.takes();
        if let Some(n) = number {
            return match (n as usize).checked_sub(1).and_then(|k| ends.get(k)).copied() {
                Some(end) => {
                    let line = session
                        .path_to(Some(end))
                        .into_iter()
                        .rev()
                        .find(|t| t.speaker == Speaker::Counterpart)
                        .map(|t| t.id);
                    match line {
                        Some(id) => self.submit(Command::GoTo(id)),
                        None => self.tell("There is nothing in that attempt yet."),
                    }
                }
                None => self.tell(&format!("There are {} attempts.", ends.len())),
            };
        }
        let mut out = String::new();
        for take in report::takes(session) {
            let here = if take.present { " (this one)" } else { "" };
            let count = text::replies(take.replies);
            let words = take.differs.map_or_else(String::new, |words| format!(" \u{201c}{words}\u{201d}."));
            out.push_str(&format!("Attempt {}{here}: {count}.{words} {}\n", take.number, take.outcome));
        }
        if ends.len() > 1 {
            out.push_str("/takes N goes on with one of them.");
        } else {
            out.push_str("So far there is one attempt. /back or /retry begins another; this one is kept.");
        }
        self.tell(out.trim_end())
    }

    fn why(&mut self) -> Result<(), Failure> {
        let session = self.runtime.session();
        let take = session.take();
        let Some(reply) = take.iter().rev().find(|t| t.speaker == Speaker::You) else {
            return self.tell("Say something first; then /why tells what it did.");
        };
        let text = why(session.scenario(), reply).join("\n");
        self.tell(&text)
    }

    fn hint(&mut self) -> Result<(), Failure> {
        self.hints += 1;
        if self.hints == 1 || self.hinted.is_none() {
            self.hinted = self.interrupt.during(|| self.runtime.hint());
        }
        let text = match &self.hinted {
            Some(hint) => coach::offline::worded(hint, self.hints, "/hint again"),
            None => {
                let session = self.runtime.session();
                coach::offline::hint(session.scenario(), &session.position().met, self.hints, "/hint again")
            }
        };
        self.tell(&text)
    }

    /// A line to start from.
    fn say_it_for_me(&mut self) -> Result<(), Failure> {
        if self.hinted.is_none() {
            self.hinted = self.interrupt.during(|| self.runtime.hint());
        }
        let session = self.runtime.session();
        let line = match &self.hinted {
            Some(hint) => Some(hint.example.clone()),
            None => coach::offline::line(session.scenario(), &session.position().met),
        };
        match line {
            Some(line) => {
                self.tell(&format!("{line}\n(A line to start from: change it until it sounds like you, then say it.)"))
            }
            None => self.tell("Say what happened, how it was for you, and what you would like."),
        }
    }

    /// What a model makes of the last reply.
    fn coach(&mut self) -> Result<(), Failure> {
        match self.interrupt.during(|| self.runtime.advice()) {
            Ok(advice) => self.tell(&format!(
                "What worked: {}\nTo try next: {}\nIt could be said like this: \u{201c}{}\u{201d}",
                advice.strength, advice.next, advice.example
            )),
            Err(why) => self.tell(why.as_str()),
        }
    }

    /// Where to turn: in the user's country, in the one named, or in all.
    fn support(&mut self, place: &str) -> Result<(), Failure> {
        let text = match place {
            "" => lines::help(self.view.country, &[]),
            "all" => lines::all(),
            other => match other.parse::<Country>() {
                Ok(country) => lines::help(Some(country), &[]),
                Err(message) => format!("{}.", capital(&message)),
            },
        };
        self.tell(&text)
    }
}
