//! Trains the linear model from labelled replies: deterministic, one core, a minute or two.

mod data;
mod join;
mod measure;
mod svm;

pub use data::{Example, read};
pub use join::{Joint, join};
pub use measure::{Figures, figures, grade, kappa};
pub use svm::{Matrix, Settings, Vocabulary, solve};
