//! Stub.
pub mod playthrough;
