//! The scenario engine's files: what they say, how they are read, checked and played through. Pure: text comes in.

pub mod condition;
pub mod graph;
pub mod library;
pub mod lint;
pub mod model;
pub mod problem;
pub mod schema;
pub mod secrets;
pub mod starter;
pub mod yaml;

pub use condition::{Bound, Condition};
pub use model::*;
pub use problem::{Code, Problem, Severity};

/// The largest scenario file that is read, in bytes. A long scene of 200 lines has about 30,000.
pub const MAX_BYTES: usize = 1_000_000;

/// Read a scenario. Every mistake of form is in the returned list; mistakes of sense are found by [`lint::check`].
///
/// `None` where the text is no scenario at all.
pub fn parse(text: &str) -> (Option<Scenario>, Vec<Problem>) {
    let mut problems = Vec::new();
    if let Some(problem) = too_large(text) {
        return (None, vec![problem]);
    }
    let scenario = yaml::read(text, &mut problems);
    (scenario, problems)
}

/// The problem with a text that is not worth reading as YAML.
fn too_large(text: &str) -> Option<Problem> {
    (text.len() > MAX_BYTES).then(|| {
        let message = format!("this file has {} bytes; a scenario has at most {MAX_BYTES}", text.len());
        Problem::new(Code::Unreadable, 0..0, message).help("split it into several scenarios".into())
    })
}
