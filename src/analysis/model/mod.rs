//! A small linear model as evidence beside the rules.

pub mod features;
pub mod train;

use super::rubric::Id;

/// The ids the model scores: all skills and faults, in the rubric's order.
pub const SCORED: usize = 24;

/// The model's number of an id; none for safety signals.
pub fn number(id: Id) -> Option<usize> {
    let n = id as usize;
    (n < SCORED).then_some(n)
}
