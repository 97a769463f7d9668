//! A language model words the cue. The director stays the authority: the model is told the gist and never what is still
//! locked, each of its sentences is checked before anyone reads it, and where it fails the scenario's line is said.

pub mod budget;
pub mod checks;
pub mod data;
pub mod language;
mod note;
pub mod prompt;
pub mod sentences;
pub mod tidy;

use std::cell::OnceCell;
use std::sync::Arc;
use std::time::Duration;

use super::{Counterpart, Partly, Spoken};
use crate::llm::{Chunk, Done, Engine, Error, Kind, Provider, Request};
use crate::prompts::Prompts;
use crate::runtime::Stop;
use crate::scenario::secrets::{Secrets, stems};
use crate::session::lines::mix;
use crate::session::{Cue, Session, Slip, Source, Speaker, Turn, Wording};
use budget::{Budget, Count};
use checks::{Checks, LONGEST_ANSWER, Plain};
use language::Language;
use prompt::{Prompt, Remembered};
use sentences::Sentences;

/// How freely the model picks its words.
const TEMPERATURE: f32 = 0.8;
/// After so long without a word it is said that the model takes its time.
const QUIET: Duration = Duration::from_secs(4);
/// So many turns back a sentence is held against what was said before.
const LATELY: usize = 60;
/// Said where the model answered twice and neither answer was fit to be said.
const NO_WORDS: &str = "the model did not find words that fit";
/// Said where the user stopped the waiting.
const NOT_WAITED: &str = "you chose not to wait for the model";

/// A counterpart that asks a language model. It serves one session at a time.
pub struct Prompted {
    engine: Engine,
    provider: Arc<dyn Provider>,
    prompts: Arc<Prompts>,
    count: Box<dyn Count>,
    budget: Budget,
    /// The scenario's secrets and what the prompts of this session share; made when first needed.
    secrets: Option<Secrets>,
    remembered: Remembered,
    /// Trouble that only the user can mend: the model is not asked again in this session.
    lasting: Option<String>,
}

impl std::fmt::Debug for Prompted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Prompted").field("provider", &self.provider).finish_non_exhaustive()
    }
}

/// How one request ended.
enum Heard {
    /// The answer is whole, or long enough.
    Whole,
    /// A sentence could not be said.
    Slipped(Slip),
    /// The model failed; what was said before stays.
    Trouble(Error),
}

impl Prompted {
    /// A counterpart that asks this model. Nothing is sent before the first cue.
    pub fn new(engine: Engine, provider: Arc<dyn Provider>, prompts: Arc<Prompts>, count: Box<dyn Count>) -> Self {
        let budget = Budget::of(provider.server().context);
        Self {
            engine,
            provider,
            prompts,
            count,
            budget,
            secrets: None,
            remembered: Remembered::default(),
            lasting: None,
        }
    }

    fn prompt(&mut self, session: &Session, cue: &Cue) -> Result<Prompt, crate::prompts::Error> {
        Prompt::of(session, cue, &self.prompts, self.count.as_ref(), self.budget, &mut self.remembered)
    }

    /// Ask once; `said` grows by each sentence that may be said.
    fn listen<'c>(
        &self,
        request: Request,
        checks: &dyn Fn() -> &'c Checks<'c>,
        stop: &Stop,
        said: &mut String,
        tell: &mut dyn FnMut(Partly<'_>),
    ) -> Heard {
        let enough = Stop::default();
        let _stopping = stop.watch({
            let enough = enough.clone();
            move || enough.set()
        });
        let mut sentences = Sentences::default();
        let mut heard: Option<Heard> = None;
        let mut cut_off = false;
        let say = |sentence: &str, said: &mut String, tell: &mut dyn FnMut(Partly<'_>)| -> Option<Heard> {
            let spoken = tidy::tidy(sentence, checks().name);
            // A model that begins anew after a repair, or goes round in circles, says a sentence twice.
            if spoken.is_empty() || checks::holds(said, &spoken) {
                return None;
            }
            if let Some(slip) = checks().slip(said, &spoken) {
                return Some(Heard::Slipped(slip));
            }
            if !said.is_empty() {
                said.push(' ');
            }
            said.push_str(&spoken);
            tell(Partly::Sentence(&spoken));
            (said.split_whitespace().count() >= LONGEST_ANSWER).then_some(Heard::Whole)
        };
        let asked = match self.engine.begin(Arc::clone(&self.provider), request, &enough) {
            Ok(asked) => asked,
            Err(error) => return Heard::Trouble(error),
        };
        tell(Partly::Asked);
        // There is time for it now, and was none before.
        checks();
        let ended = asked.hear_patiently(QUIET, &mut |chunk| {
            let Some(chunk) = chunk else { return tell(Partly::Slow) };
            if heard.is_some() {
                return;
            }
            match chunk {
                Chunk::Text(text) => {
                    for sentence in sentences.push(&text) {
                        heard = say(&sentence, said, tell);
                        if heard.is_some() {
                            enough.set();
                            return;
                        }
                    }
                }
                Chunk::Done(Done::Stop) => {}
                Chunk::Done(Done::Length) => cut_off = true,
                Chunk::Done(Done::Incomplete(error)) => heard = Some(Heard::Trouble(error)),
                Chunk::Waiting(wait) => tell(Partly::Waiting(wait.seconds, &wait.why.to_string())),
                Chunk::Usage(_) => {}
            }
        });
        match (heard, ended) {
            (Some(heard), _) => heard,
            (None, Err(error)) => Heard::Trouble(error),
            (None, Ok(())) => {
                // What has no full stop at the end is a sentence all the same, but not where it was cut off.
                let rest = sentences.rest().filter(|_| !cut_off);
                match rest.and_then(|rest| say(&rest, said, tell)) {
                    Some(heard) => heard,
                    None if said.is_empty() => Heard::Slipped(if cut_off { Slip::Length } else { Slip::Empty }),
                    None => Heard::Whole,
                }
            }
        }
    }
}

impl Counterpart for Prompted {
    fn say(&mut self, session: &Session, cue: &Cue, stop: &Stop, tell: &mut dyn FnMut(Partly<'_>)) -> Spoken {
        // The scene opens with the scenario's own line, at once.
        let Some(reply) = cue.parent.and_then(|id| session.turn(id)) else { return Spoken::scripted(cue) };
        let server = self.provider.server();
        let mut wording = Wording {
            model: format!("{}/{}", server.name, server.model),
            prompts: self.prompts.version().to_owned(),
            ..Wording::default()
        };
        let secrets = self.secrets.take().unwrap_or_else(|| Secrets::of(session.scenario()));
        let mut said = String::new();
        let prompt = self.prompt(session, cue);
        match (&self.lasting, prompt) {
            (Some(trouble), _) => wording.trouble = Some(trouble.clone()),
            (None, Ok(prompt)) => {
                let held = OnceCell::new();
                let checks = || held.get_or_init(|| checks(session, cue, reply, &secrets));
                said = self.ask(session, cue, prompt, &checks, stop, tell, &mut wording);
            }
            (None, Err(error)) => wording.trouble = Some(self.lasting.insert(error.to_string()).clone()),
        }

        // What the scene rests on has to be said: a fact that is told now, the words at an ending.
        let step = reply.step.as_deref();
        let untold = step.and_then(|s| s.told.as_deref()).is_some_and(|fact| !secrets.tells(&said, fact));
        let unended = wording.trouble.is_some() && step.is_some_and(|s| s.after.ended.is_some());
        self.secrets = Some(secrets);
        if said.is_empty() {
            wording.trouble.get_or_insert_with(|| NO_WORDS.to_owned());
            return Spoken { text: cue.line.clone(), source: Source::StoodIn, wording: Some(wording) };
        }
        if untold {
            wording.slips.push(Slip::Untold);
        }
        if untold || unended {
            said = format!("{said} {}", cue.line);
        }
        wording.broke_off = wording.trouble.is_some();
        Spoken { text: said, source: Source::Model, wording: Some(wording) }
    }
}

impl Prompted {
    /// Ask, once more with the reason where a sentence could not be said, and shorter where the model says that it was too
    /// much. What may be said of it all; how it went is noted in `wording`.
    #[allow(clippy::too_many_arguments)]
    fn ask<'c>(
        &mut self,
        session: &Session,
        cue: &Cue,
        mut prompt: Prompt,
        checks: &dyn Fn() -> &'c Checks<'c>,
        stop: &Stop,
        tell: &mut dyn FnMut(Partly<'_>),
        wording: &mut Wording,
    ) -> String {
        let (mut said, mut messages, mut shortened) = (String::new(), prompt.messages(), false);
        loop {
            let request = Request {
                max_tokens: u32::try_from(self.budget.answer).unwrap_or(u32::MAX),
                temperature: Some(TEMPERATURE),
                // Some servers read it as a 32-bit number.
                seed: Some(mix(session.setup().seed ^ u64::from(cue.turn)) >> 33),
                ..Request::text(messages, 0)
            };
            let next = match self.listen(request, checks, stop, &mut said, tell) {
                Heard::Whole => return said,
                Heard::Slipped(slip) => {
                    wording.slips.push(slip);
                    if std::mem::replace(&mut wording.repaired, true) {
                        return said;
                    }
                    prompt.repair(&self.prompts, slip, &said)
                }
                Heard::Trouble(error) if error.kind == Kind::TooLong && said.is_empty() && !shortened => {
                    shortened = true;
                    self.budget = self.budget.smaller();
                    self.prompt(session, cue).map(|shorter| {
                        prompt = shorter;
                        prompt.messages()
                    })
                }
                Heard::Trouble(error) => {
                    if error.kind.is_lasting() {
                        self.lasting = Some(error.to_string());
                    }
                    let waited = error.kind != Kind::Stopped;
                    wording.trouble = Some(if waited { error.to_string() } else { NOT_WAITED.to_owned() });
                    return said;
                }
            };
            match next {
                Ok(next) => messages = next,
                Err(error) => {
                    wording.trouble = Some(error.to_string());
                    return said;
                }
            }
        }
    }
}

/// What the sentences of an answer to this reply are held against.
fn checks<'a>(session: &'a Session, cue: &'a Cue, reply: &'a Turn, secrets: &'a Secrets) -> Checks<'a> {
    let scenario = session.scenario();
    let talk = session.path_to(cue.parent);
    let lately = talk.get(talk.len().saturating_sub(LATELY)..).unwrap_or_default();
    let known = lately.iter().map(|t| t.text.as_str()).chain([cue.line.as_str()]).collect::<Vec<_>>().join(" ");
    let theirs = lately.iter().filter(|t| t.speaker == Speaker::Counterpart);
    Checks {
        name: &scenario.counterpart.name,
        you: &scenario.you.name,
        gist: Plain::of(&cue.line),
        firm: prompt::is_firm(session, cue),
        languages: Language::of_locale(&scenario.locale).map(|scene| {
            let users = lately.iter().filter(|t| t.speaker == Speaker::You).flat_map(|t| language::spoken(&t.text));
            let mut may = vec![scene];
            may.extend(users.chain(language::spoken(&cue.line)).filter(|found| *found != scene));
            may
        }),
        secrets,
        told: reply.step.as_ref().map_or(&[], |step| &step.after.told),
        known: stems(&known),
        earlier: theirs.map(|t| Plain::of(&t.text)).collect(),
        reply: Plain::of(&reply.text),
        may_mention: scenario.safety.iter().flat_map(|s| &s.may_mention).filter_map(|id| id.parse().ok()).collect(),
    }
}
