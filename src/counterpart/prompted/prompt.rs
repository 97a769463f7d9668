//! A prompt: first who the counterpart is, the same bytes throughout a session; then the talk, or its later part with a note
//! in the place of the rest; at the very end the director's cue. What is still locked stands in none of it.

use std::collections::HashMap;

use minijinja::context;

use super::budget::{A_MESSAGE, Budget, Count, by_words};
use super::data::{cut, one_line, quoted};
use super::note;
use crate::analysis::Audience;
use crate::llm::Message;
use crate::prompts::{self, Prompts};
use crate::scenario::Scenario;
use crate::session::explain::and;
use crate::session::lines::mix;
use crate::session::{Cue, Ended, Session, Slip, Speaker, Turn, TurnId};

/// From this tension on (0-100) the counterpart does not give in beyond the gist.
const TENSE: i32 = 60;
/// The most characters of one value from a scenario, and of the situation.
const MOST_OF_A_VALUE: usize = 300;
const MOST_OF_THE_SITUATION: usize = 2_400;
/// The most characters of the note on old turns.
const MOST_OF_THE_NOTE: usize = 900;

/// What one request is made of.
#[derive(Clone, Debug)]
pub struct Prompt {
    /// Everything up to the user's last words.
    before: Vec<Message>,
    /// The user's last words and the cue.
    last: String,
    /// For a repair.
    gist: String,
    mark: String,
    name: String,
}

/// What is remembered between the turns of one session: the first part, and what each turn costs.
#[derive(Clone, Debug, Default)]
pub struct Remembered {
    first: Option<(String, usize)>,
    costs: HashMap<TurnId, usize>,
}

impl Prompt {
    /// The prompt for this cue.
    ///
    /// # Errors
    /// A template of the user's own cannot be filled.
    pub fn of(
        session: &Session,
        cue: &Cue,
        prompts: &Prompts,
        count: &dyn Count,
        budget: Budget,
        remembered: &mut Remembered,
    ) -> Result<Self, prompts::Error> {
        let scenario = session.scenario();
        let mark = mark(session);
        let cost = |text: &str| count.count(text).max(by_words(text)) + A_MESSAGE;
        let (first, first_cost) = match &remembered.first {
            Some(first) => first.clone(),
            None => {
                let text = prompts.render(prompts::COUNTERPART, first_part(session, &mark))?;
                let cost = cost(&text);
                remembered.first.insert((text, cost)).clone()
            }
        };
        let talk: Vec<&Turn> = session.path_to(cue.parent).into_iter().filter(|t| t.safety.is_none()).collect();
        let mut costs = Vec::with_capacity(talk.len());
        for turn in &talk {
            let known = remembered.costs.entry(turn.id).or_insert_with(|| cost(&words_of(turn, &mark)));
            costs.push((turn.id, *known));
        }
        let ours = |id: TurnId| session.turn(id).is_some_and(|t| t.speaker == Speaker::Counterpart);
        let start = budget.first_kept(first_cost, &costs, ours);
        let (gone, kept) = talk.split_at(start.min(talk.len()));
        let above = match gone {
            [] => prompts.render(prompts::BEGIN, context! { mark => mark.as_str() })?,
            gone => prompts.render(prompts::NOTE, note::values(session, gone, &mark))?,
        };
        let mut before = vec![Message::system(first), Message::user(cut(&above, MOST_OF_THE_NOTE))];
        let mut last = String::new();
        for turn in kept {
            let words = words_of(turn, &mark);
            match turn.speaker {
                Speaker::Counterpart => before.push(Message::assistant(words)),
                Speaker::You if Some(turn.id) == cue.parent => last = words,
                // Two replies in a row stand in one message: some servers want the speakers to alternate.
                Speaker::You => before.push(Message::user(words)),
            }
        }
        let gist = value(&cue.line);
        let cue_text = prompts.render(prompts::CUE, cue_values(session, cue, &mark, &gist))?;
        Ok(Self { before, last: format!("{last}\n\n{cue_text}"), gist, mark, name: scenario.counterpart.name.clone() })
    }

    /// The messages of the first request.
    pub fn messages(&self) -> Vec<Message> {
        let mut messages = self.before.clone();
        messages.push(Message::user(self.last.clone()));
        messages
    }

    /// The messages with which the model is asked once more. They begin as the first ones do, and nothing of what was wrong
    /// stands in them: a model repeats what it reads.
    ///
    /// # Errors
    /// A template of the user's own cannot be filled.
    pub fn repair(&self, prompts: &Prompts, slip: Slip, said: &str) -> Result<Vec<Message>, prompts::Error> {
        let values = context! {
            mark => self.mark.as_str(), reason => slip.reason(), said, name => self.name.as_str(),
            gist => self.gist.as_str(),
        };
        let more = prompts.render(prompts::REPAIR, values)?;
        let mut messages = self.before.clone();
        messages.push(Message::user(format!("{}\n{more}", self.last)));
        Ok(messages)
    }
}

/// Whether the counterpart must not give in beyond the gist: the moment is tense, or an ask was refused just now.
pub fn is_firm(session: &Session, cue: &Cue) -> bool {
    let step = cue.parent.and_then(|id| session.turn(id)).and_then(|turn| turn.step.as_ref());
    step.is_some_and(|step| {
        let settled =
            matches!(step.after.ended, Some(Ended::Scene(crate::scenario::End::Good | crate::scenario::End::Partial)));
        !settled && (step.refused.is_some() || step.after.tension >= TENSE)
    })
}

/// Words that only the director knows: made from the session's seed, so that no reply can fake them.
fn mark(session: &Session) -> String {
    let seed = mix(session.setup().seed ^ 0x5a_9e11);
    format!("\u{bb}{:04x}", seed & 0xffff)
}

/// One turn as the model reads it.
fn words_of(turn: &Turn, mark: &str) -> String {
    match turn.speaker {
        Speaker::Counterpart => one_line(&turn.text, mark),
        Speaker::You => quoted(&turn.text, mark),
    }
}

/// A value from a scenario: on one line, without its full stop, of bounded length.
fn value(text: &str) -> String {
    cut(&crate::text::tame(text).split_whitespace().collect::<Vec<_>>().join(" "), MOST_OF_A_VALUE)
}

fn clause(text: &str) -> String {
    value(text).trim_end_matches('.').to_owned()
}

fn first_part(session: &Session, mark: &str) -> minijinja::Value {
    let scenario: &Scenario = session.scenario();
    let counterpart = &scenario.counterpart;
    let list = |items: &[String]| {
        let items: Vec<String> = items.iter().take(4).map(|item| clause(item)).collect();
        and(&items.iter().map(String::as_str).collect::<Vec<_>>())
    };
    let situation = crate::text::tame(&scenario.situation).split_whitespace().collect::<Vec<_>>().join(" ");
    context! {
        mark,
        name => clause(&counterpart.name),
        about => clause(&counterpart.about),
        voice => clause(&counterpart.voice),
        needs => list(&counterpart.needs),
        fears => list(&counterpart.fears),
        you => clause(&scenario.you.name),
        you_about => clause(&scenario.you.about),
        situation => cut(&situation, MOST_OF_THE_SITUATION),
        language => language(&scenario.locale),
        trainee => scenario.audience == Audience::Trainee,
    }
}

fn cue_values(session: &Session, cue: &Cue, mark: &str, gist: &str) -> minijinja::Value {
    let scenario = session.scenario();
    let step = cue.parent.and_then(|id| session.turn(id)).and_then(|turn| turn.step.as_ref());
    let told = step.and_then(|step| step.told.as_deref()).and_then(|id| note::fact(scenario, id));
    let open = step.map_or(0, |step| step.after.told.len());
    context! {
        mark,
        mood => scenario.state_index(&cue.state).map_or_else(|| cue.state.clone(), |n| clause(scenario.seems(n))),
        stance => clause(&cue.stance),
        told => told.map(|text| value(&text)).unwrap_or_default(),
        keeps => open < scenario.facts.len(),
        firm => is_firm(session, cue),
        // The usual length stands in the first part.
        length => if gist.split_whitespace().count() <= 6 { "Briefly." } else { "" },
        gist,
    }
}

/// The language of a locale, in English.
fn language(locale: &str) -> String {
    let code = locale.split(['-', '_']).next().unwrap_or_default().to_lowercase();
    let known = [
        ("en", "English"),
        ("de", "German"),
        ("fr", "French"),
        ("es", "Spanish"),
        ("it", "Italian"),
        ("nl", "Dutch"),
        ("pt", "Portuguese"),
        ("pl", "Polish"),
        ("sv", "Swedish"),
        ("da", "Danish"),
        ("tr", "Turkish"),
        ("ja", "Japanese"),
        ("zh", "Chinese"),
        ("hi", "Hindi"),
        ("ar", "Arabic"),
        ("he", "Hebrew"),
        ("fi", "Finnish"),
        ("cs", "Czech"),
    ];
    match known.iter().find(|(short, _)| *short == code) {
        Some((_, name)) => (*name).to_owned(),
        None if code.is_empty() => "English".to_owned(),
        None => format!("the language '{}'", clause(&code)),
    }
}
