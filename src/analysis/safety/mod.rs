//! Signs that someone may be in danger, one file each.

pub mod abuse;
pub mod child_or_elder_harm;
pub mod harm_to_others;
pub mod self_harm;
pub mod stop;
