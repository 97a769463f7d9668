//! What the screens are made of.

pub mod canvas;
pub mod chart;
pub mod conversation;
pub mod editor;
pub mod mood;
pub mod prose;
pub mod wrap;
