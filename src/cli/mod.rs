//! The command line, one file a subcommand.

pub mod analyse;
pub mod eval;
