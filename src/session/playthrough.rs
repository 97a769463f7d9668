//! Stub.
use std::ops::Range;

use crate::scenario::{Playthrough, Scenario};

/// One thing that came out otherwise than expected.
#[derive(Clone, Debug)]
pub struct Failure {
    /// What.
    pub what: String,
    /// Where the expectation stands.
    pub span: Range<usize>,
}

/// What came of a playthrough.
#[derive(Clone, Debug, Default)]
pub struct PlaythroughResult {
    /// What came out otherwise.
    pub failures: Vec<Failure>,
    /// Who said what.
    pub transcript: Vec<(String, String)>,
}

/// Run one.
pub fn run(_scenario: &Scenario, _playthrough: &Playthrough) -> PlaythroughResult {
    PlaythroughResult::default()
}
