//! A language model at work in a rehearsal: as the counterpart's voice, as coach, and as a judge beside it.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use super::forms::Forms;
use super::{Runtime, RuntimeError, Told};
use crate::analysis::{Analysis, Finding};
use crate::coach::{Advice, Coach, Hint};
use crate::counterpart::Prompted;
use crate::counterpart::prompted::budget::{Count, Estimate};
use crate::judge::{Beside, Case, Judge};
use crate::llm::Tokens;
use crate::llm::{Engine, Provider};
use crate::prompts::Prompts;
use crate::session::{Event, Opinion, Session, TurnId};

/// A model and what it takes to ask it. Nothing is connected or loaded before it is first asked.
#[derive(Clone, Debug)]
pub struct Model {
    engine: Engine,
    provider: Arc<dyn Provider>,
    prompts: Arc<Prompts>,
}

impl Model {
    /// A model behind this provider.
    pub fn new(engine: Engine, provider: Arc<dyn Provider>, prompts: Arc<Prompts>) -> Self {
        Self { engine, provider, prompts }
    }

    /// The name of its server in the settings.
    pub fn name(&self) -> &str {
        &self.provider.server().name
    }

    /// A counterpart with this voice.
    pub fn counterpart(&self) -> Prompted {
        let count = Box::new(Vocabulary::of(&self.provider.server().model));
        Prompted::new(self.engine.clone(), Arc::clone(&self.provider), Arc::clone(&self.prompts), count)
    }

    /// A judge.
    pub fn judge(&self) -> Judge {
        Judge::new(self.engine.clone(), Arc::clone(&self.provider), Arc::clone(&self.prompts))
    }

    fn coach(&self) -> Coach {
        Coach::new(self.engine.clone(), Arc::clone(&self.provider), Arc::clone(&self.prompts))
    }
}

/// Tokens by the model's vocabulary, which a thread of its own unpacks; until it is there they are estimated.
struct Vocabulary(Arc<OnceLock<Tokens>>);

impl Vocabulary {
    fn of(model: &str) -> Self {
        let tokens = Arc::new(OnceLock::new());
        let (model, there) = (model.to_owned(), Arc::clone(&tokens));
        // Without the thread the estimate stays, and that is all.
        let _ = std::thread::Builder::new().name("tokens".to_owned()).spawn(move || there.set(Tokens::of(&model)));
        Self(tokens)
    }
}

impl Count for Vocabulary {
    fn count(&self, text: &str) -> usize {
        self.0.get().map_or_else(|| Estimate.count(text), |tokens| tokens.count(text))
    }
}

/// Called on another thread when an opinion is ready.
pub type Wake = Box<dyn Fn() + Send>;

/// The models of one rehearsal besides the counterpart.
#[derive(Default)]
pub(super) struct Models {
    coach: Option<Coach>,
    judge: Option<Judge>,
    /// The judge shares a server with the counterpart: it is asked when the counterpart has spoken, so as not to delay it.
    after: bool,
    /// The director goes by the judge.
    leads: bool,
    beside: Option<Beside>,
    wake: Option<Wake>,
    /// The server that words the lines.
    voice: Option<String>,
    forms: Forms,
}

impl Models {
    /// An event was stored: have the judge look at the reply when it is time for that.
    pub(super) fn stored(&mut self, session: &Session, event: &Event) {
        let turn = match event {
            Event::Analysed { turn, .. } if !self.after => *turn,
            Event::CounterpartSaid { parent: Some(turn), .. } if self.after => *turn,
            _ => return,
        };
        let (Some(judge), false) = (&self.judge, self.leads) else { return };
        if let Some(case) = Case::of(session, turn) {
            let wake = &mut self.wake;
            let beside = self
                .beside
                .get_or_insert_with(|| Beside::start(judge.clone(), wake.take().unwrap_or_else(|| Box::new(|| {}))));
            beside.consider(turn, case);
        }
    }
}

impl Runtime {
    /// Have this model word the lines from now on, and help where it is asked to.
    pub fn use_model(&mut self, model: &Model) {
        self.set_counterpart(Box::new(model.counterpart()));
        self.models.coach = Some(model.coach());
        self.models.voice = Some(model.provider.server().base_url.clone());
        self.models.forms.watch(Arc::clone(&model.provider), &self.log);
    }

    /// Have this model look at each reply. Where it `leads`, the director goes by its marks and waits for them; else it works
    /// beside and moves nothing.
    pub fn use_judge(&mut self, model: &Model, leads: bool) {
        self.models.judge = Some(model.judge());
        self.models.after = self.models.voice.as_ref() == Some(&model.provider.server().base_url);
        self.models.leads = leads;
        self.models.forms.watch(Arc::clone(&model.provider), &self.log);
    }

    /// Call this, on another thread, whenever an opinion is ready to be taken in by [`Runtime::opinions`].
    pub fn wake_with(&mut self, wake: Wake) {
        self.models.wake = Some(wake);
    }

    /// Whether a model words the lines.
    pub fn has_model(&self) -> bool {
        self.models.voice.is_some()
    }

    /// Store the judge's opinions that are ready, waiting no longer than this for those that are still to come.
    ///
    /// # Errors
    /// Where they cannot be kept.
    pub fn opinions(&mut self, longest: Duration, watch: &mut dyn FnMut(Told<'_>)) -> Result<(), RuntimeError> {
        let ready = self.models.beside.as_mut().map(|beside| beside.within(longest)).unwrap_or_default();
        self.models.forms.keep(&mut self.log);
        if ready.is_empty() {
            return Ok(());
        }
        self.keep(ready.into_iter().map(|(turn, opinion)| Event::Judged { turn, opinion }).collect(), watch)
    }

    /// A model's hint for the next reply; none without a model, or where it failed.
    pub fn hint(&mut self) -> Option<Hint> {
        self.stop.clear();
        let hint = self.models.coach.as_ref()?.hint(&self.session, &self.stop).ok();
        self.models.forms.keep(&mut self.log);
        hint
    }

    /// What a model makes of the last reply.
    ///
    /// # Errors
    /// A sentence for the user.
    pub fn advice(&mut self) -> Result<Advice, String> {
        self.stop.clear();
        let none = "This needs a language model (see docs/models.md). /why and /hint work without one.";
        let coach = self.models.coach.as_ref().ok_or_else(|| none.to_owned())?;
        if !self.session.take().iter().any(|t| t.analysis.is_some()) {
            return Err("Say something first; then there is something to look at.".to_owned());
        }
        let advice = coach.advice(&self.session, &self.stop);
        self.models.forms.keep(&mut self.log);
        advice.map_err(|why| format!("There is no advice this time: {why}. /why and /hint work."))
    }

    /// Where the judge leads: its marks in the place of the analyser's, and the opinion itself. Where it fails, the analyser
    /// stays.
    pub(super) fn led(&self, turn: TurnId, analysis: &mut Analysis) -> Option<Event> {
        let judge = self.models.judge.as_ref().filter(|_| self.models.leads)?;
        let case = Case::of(&self.session, turn)?;
        let opinion = judge.opinion(&case, &self.stop).ok()?;
        analysis.findings = findings(&case.reply, &opinion);
        Some(Event::Judged { turn, opinion })
    }
}

fn findings(reply: &str, opinion: &Opinion) -> Vec<Finding> {
    let marks = opinion.marks.iter().filter_map(|mark| {
        let start = reply.find(&mark.quote)?;
        Some(Finding {
            id: mark.id,
            grade: mark.grade,
            span: start..start + mark.quote.len(),
            confidence: 0.5,
            reason: format!("\u{201c}{}\u{201d}: the model that you chose as judge sees this here.", mark.quote),
        })
    });
    marks.collect()
}
