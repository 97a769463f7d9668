//! What communication analysis looks for, one file each.

pub mod blame;
pub mod contempt;
pub mod indirect;
pub mod kitchen_sink;
pub mod mind_reading;
pub mod minimise;
pub mod overgeneralise;
pub mod premature_advice;
pub mod question_fault;
pub mod stonewall;
pub mod threat_demand;
