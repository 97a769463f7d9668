//! Saywell: a place to rehearse a conversation one dreads.
//!
//! The core is pure and synchronous: [`scenario`], [`analysis`], [`session`] and [`report`] do no I/O and know no
//! clock. The edges ([`store`], [`runtime`], [`cli`]) depend on the core, never the reverse; `tests/architecture.rs`
//! holds that. `docs/ARCHITECTURE.md` has the shape on one page.

pub mod analysis;
pub mod cli;
pub mod coach;
pub mod config;
pub mod counterpart;
pub mod judge;
pub mod llm;
pub mod prompts;
pub mod report;
pub mod runtime;
pub mod safety;
pub mod scenario;
pub mod session;
pub mod store;
pub mod text;
pub mod tui;
