//! Somebody beside the user, not in the scene: before a reply a question to think about and then an example; after it one
//! strength, one next try and an example in the user's own voice. Works without a model; a model makes it fit the talk.

pub mod offline;

use std::sync::Arc;

use minijinja::{Value, context};
use serde::Deserialize;
use serde_json::json;

use crate::counterpart::prompted::data::{cut, one_line};
use crate::llm::{Engine, Error, Format, Message, Provider, Request};
use crate::prompts::{self, Prompts};
use crate::runtime::Stop;
use crate::scenario::secrets::{Secrets, stems};
use crate::session::explain::{most_telling, quote, short_quote};
use crate::session::{Session, Speaker, Turn};
use crate::text::tame_line;

/// So many turns are shown to the coach.
const CONTEXT: usize = 6;
/// The longest answer, in tokens.
const ANSWER: u32 = 600;
const MOST_OF_A_TURN: usize = 600;
/// The most words of one piece of advice.
const MOST_WORDS: usize = 60;

/// What helps before a reply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    /// A question to think about first.
    pub question: String,
    /// How it could be said.
    pub example: String,
}

/// What helps after a reply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Advice {
    /// One thing that worked.
    pub strength: String,
    /// One thing to try next.
    pub next: String,
    /// How it could be said, in the user's own voice.
    pub example: String,
}

/// Why a model gave no help.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    /// The model failed.
    #[error(transparent)]
    Model(#[from] Error),
    /// Its answer cannot be used.
    #[error("the coach's answer cannot be used: {0}")]
    Unusable(&'static str),
    /// The user's own prompt has a mistake.
    #[error(transparent)]
    Prompt(#[from] prompts::Error),
}

/// A coach that asks a language model.
#[derive(Clone)]
pub struct Coach {
    engine: Engine,
    provider: Arc<dyn Provider>,
    prompts: Arc<Prompts>,
}

impl std::fmt::Debug for Coach {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Coach").field("provider", &self.provider).finish_non_exhaustive()
    }
}

#[derive(Deserialize)]
struct HintGiven {
    question: String,
    example: String,
}

#[derive(Deserialize)]
struct AdviceGiven {
    strength: String,
    next: String,
    example: String,
}

impl Coach {
    /// A coach that asks this model.
    pub fn new(engine: Engine, provider: Arc<dyn Provider>, prompts: Arc<Prompts>) -> Self {
        Self { engine, provider, prompts }
    }

    /// Help with the next reply.
    ///
    /// # Errors
    /// The model failed, or what it said cannot be used; [`offline::hint`] always works.
    pub fn hint(&self, session: &Session, stop: &Stop) -> Result<Hint, Trouble> {
        let text = self.ask(session, prompts::HINT, &["question", "example"], stop)?;
        let given: HintGiven = serde_json::from_str(&text).map_err(|_| Trouble::Unusable("its form"))?;
        Ok(Hint { question: keeps(session, fit(&given.question)?)?, example: fit(&given.example)? })
    }

    /// What to make of the last reply.
    ///
    /// # Errors
    /// As for [`Coach::hint`].
    pub fn advice(&self, session: &Session, stop: &Stop) -> Result<Advice, Trouble> {
        let text = self.ask(session, prompts::COACH, &["strength", "next", "example"], stop)?;
        let given: AdviceGiven = serde_json::from_str(&text).map_err(|_| Trouble::Unusable("its form"))?;
        let about = |text: &str| keeps(session, fit(text)?);
        Ok(Advice { strength: about(&given.strength)?, next: about(&given.next)?, example: fit(&given.example)? })
    }

    fn ask(&self, session: &Session, prompt: &str, keys: &[&str], stop: &Stop) -> Result<String, Trouble> {
        let task = self.prompts.render(prompt, values(session))?;
        let properties: serde_json::Map<String, serde_json::Value> =
            keys.iter().map(|key| ((*key).to_owned(), json!({"type": "string"}))).collect();
        let schema =
            json!({"type": "object", "additionalProperties": false, "required": keys, "properties": properties});
        let request = Request {
            messages: vec![Message::system(task), Message::user(talk(session).to_string())],
            max_tokens: ANSWER,
            temperature: Some(0.4),
            seed: Some(1),
            format: Format::Json { name: "coach".to_owned(), schema },
        };
        Ok(self.engine.answer(Arc::clone(&self.provider), request, stop)?.text)
    }
}

fn values(session: &Session) -> Value {
    let scenario = session.scenario();
    context! {
        you => one_line(&scenario.you.name, ""),
        name => one_line(&scenario.counterpart.name, ""),
        goal => cut(&one_line(&scenario.goal, ""), MOST_OF_A_TURN),
    }
}

/// The last turns and what was found in the last reply, as data. A reply that stopped the scene is not among them.
fn talk(session: &Session) -> serde_json::Value {
    let take: Vec<&Turn> = session.take().into_iter().filter(|t| t.safety.is_none()).collect();
    let turns: Vec<_> = take
        .iter()
        .skip(take.len().saturating_sub(CONTEXT))
        .map(|t| json!({"by": if t.speaker == Speaker::You { "you" } else { "other" }, "text": cut(&one_line(&t.text, ""), MOST_OF_A_TURN)}))
        .collect();
    let reply = take.iter().rev().find(|t| t.speaker == Speaker::You);
    let found: Vec<String> = reply
        .and_then(|reply| Some((reply, reply.analysis.as_ref()?)))
        .map(|(reply, analysis)| {
            let words =
                |f: &&crate::analysis::Finding| format!("{}: {}", f.id.name(), short_quote(quote(&reply.text, f)));
            most_telling(analysis).iter().map(words).collect()
        })
        .unwrap_or_default();
    json!({"turns": turns, "found": found})
}

/// A piece of advice, if it may be shown: some words, not too many, no score.
fn fit(text: &str) -> Result<String, Trouble> {
    let line = tame_line(text).split_whitespace().collect::<Vec<_>>().join(" ");
    let line = line.trim_matches(['"', '\u{201c}', '\u{201d}']).to_owned();
    let words = line.split_whitespace().count();
    if words == 0 || words > MOST_WORDS {
        return Err(Trouble::Unusable("its length"));
    }
    let lower = line.to_lowercase();
    if ["/10", "/100", "out of 10", "score", "grade", "http", "```", "<|"].iter().any(|piece| lower.contains(piece)) {
        return Err(Trouble::Unusable("its words"));
    }
    Ok(line)
}

/// The same, if it does not guess what the other still keeps back. An example may: what the user says is theirs.
fn keeps(session: &Session, line: String) -> Result<String, Trouble> {
    let said = session.take().iter().map(|t| t.text.as_str()).collect::<Vec<_>>().join(" ");
    match Secrets::of(session.scenario()).given_away(&line, &session.position().told, &stems(&said)) {
        Some(_) => Err(Trouble::Unusable("something that is still kept back")),
        None => Ok(line),
    }
}
