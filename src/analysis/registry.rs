//! Every detector, listed once, in the order of the rubric.

use super::detector::Detector;
use super::{faults, safety, skills};

/// All detectors.
pub static DETECTORS: &[&dyn Detector] = &[
    &skills::i_statement::IStatement,
    &skills::be_specific::BeSpecific,
    &skills::direct_request::DirectRequest,
    &skills::perspective::Perspective,
    &skills::check_understanding::CheckUnderstanding,
    &skills::options::Options,
    &skills::timing::Timing,
    &skills::persist_repair::PersistRepair,
    &skills::open_exploration::OpenExploration,
    &skills::affect::Affect,
    &skills::mood_event_link::MoodEventLink,
    &skills::ca_work::CaWork,
    &skills::reflection::Reflection,
    &faults::blame::Blame,
    &faults::mind_reading::MindReading,
    &faults::overgeneralise::Overgeneralise,
    &faults::contempt::Contempt,
    &faults::kitchen_sink::KitchenSink,
    &faults::stonewall::Stonewall,
    &faults::indirect::Indirect,
    &faults::threat_demand::ThreatDemand,
    &faults::minimise::Minimise,
    &faults::premature_advice::PrematureAdvice,
    &faults::question_fault::QuestionFault,
    &safety::self_harm::SelfHarm,
    &safety::harm_to_others::HarmToOthers,
    &safety::abuse::Abuse,
    &safety::child_or_elder_harm::ChildOrElderHarm,
    &safety::stop::Stop,
];
