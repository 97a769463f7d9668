//! What IPT teaches, one file each.

pub mod affect;
pub mod be_specific;
pub mod ca_work;
pub mod check_understanding;
pub mod direct_request;
pub mod i_statement;
pub mod mood_event_link;
pub mod open_exploration;
pub mod options;
pub mod persist_repair;
pub mod perspective;
pub mod reflection;
pub mod timing;
