//! Which form of structured output works at which server with which model: found out once, and kept in the settings of the
//! store until it stops working there.

use std::sync::Arc;

use super::Runtime;
use super::log::Log;
use crate::llm::catalogue::Form;
use crate::llm::{Provider, Server};
use crate::store::{self, Store};

/// The names of these settings begin so.
const FORM: &str = "form:";

/// The setting that keeps it.
fn key(server: &Server) -> String {
    // No settings of a session end so: a model's name is no session's id.
    format!("{FORM}{} {}", server.place(), server.model)
}

/// The form that is kept for this server, read by whoever has the store.
pub fn kept(store: &dyn Store, server: &Server) -> Option<Form> {
    store.setting(&key(server)).ok().flatten().and_then(|name| Form::named(&name))
}

/// Keep what works there now, or that nothing does.
///
/// # Errors
/// What the store refuses.
pub fn keep(store: &mut dyn Store, server: &Server, form: Option<Form>) -> store::Result<()> {
    store.set_setting(&key(server), form.map(Form::as_str))
}

/// Whether any is kept.
///
/// # Errors
/// What the store refuses.
pub(super) fn any(store: &dyn Store) -> store::Result<bool> {
    Ok(!store.settings(FORM)?.is_empty())
}

/// Forget all of them.
///
/// # Errors
/// What the store refuses.
pub(super) fn forget(store: &mut dyn Store) -> store::Result<()> {
    for (key, _) in store.settings(FORM)? {
        store.set_setting(&key, None)?;
    }
    Ok(())
}

/// The providers of one rehearsal that may be asked for structured output, each with what is kept of it.
#[derive(Default)]
pub(super) struct Forms(Vec<(Arc<dyn Provider>, Option<Form>)>);

impl Forms {
    /// Watch this one.
    pub(super) fn watch(&mut self, provider: Arc<dyn Provider>, log: &Log) {
        let kept = kept(log.store(), provider.server());
        self.0.push((provider, kept));
    }

    /// Keep what has changed. Where that cannot be, it is found out again another time.
    pub(super) fn keep(&mut self, log: &mut Log) {
        for (provider, kept) in &mut self.0 {
            let now = provider.form();
            if now != *kept && keep(log.store_mut(), provider.server(), now).is_ok() {
                *kept = now;
            }
        }
    }
}

impl Runtime {
    /// The form of structured output that worked at this server another time.
    pub(super) fn kept_form(&self, server: &Server) -> Option<Form> {
        kept(self.log.store(), server)
    }
}
