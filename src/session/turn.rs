//! One utterance of a session, and what is known of it.

use super::{Opinion, Source, Step, TurnId, Wording};
use crate::analysis::{Analysis, Id};

/// Who speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Speaker {
    /// The user.
    You,
    /// The other person of the scene.
    Counterpart,
}

/// One utterance. Turns form a tree: going back and trying again adds a branch and overwrites nothing.
#[derive(Clone, Debug, PartialEq)]
pub struct Turn {
    /// Its place in the session.
    pub id: TurnId,
    /// The turn that it answers; none for the opening.
    pub parent: Option<TurnId>,
    /// Who said it.
    pub speaker: Speaker,
    /// The words.
    pub text: String,
    /// Of a reply of the user: what it showed. None until analysed, and for one that stopped the scene.
    pub analysis: Option<Analysis>,
    /// Of a reply of the user: what it did to the counterpart.
    pub step: Option<Box<Step>>,
    /// Of a reply that stopped the scene: what was found.
    pub safety: Option<SafetyStop>,
    /// The user said that what sounded like danger belonged to the role: the reply is heard like any other.
    pub cleared: bool,
    /// The words of a reply that stopped the scene, while [`SET_ASIDE`] stands in their place.
    pub(super) words: Option<String>,
    /// Of a line of the counterpart: who worded it.
    pub source: Option<Source>,
    /// Of a line that a model was asked for: how it went.
    pub wording: Option<Box<Wording>>,
    /// Of a reply of the user: what a model made of it, where one was asked.
    pub opinion: Option<Box<Opinion>>,
}

/// What stands in the place of the words of a reply that stopped the scene. The words themselves are in the log alone:
/// whatever reads a session, a report, a list of takes or a prompt, does not meet them.
pub const SET_ASIDE: &str = "(what you wrote here stopped the scene and is set aside)";

/// A reply that stopped the scene.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SafetyStop {
    /// What was found.
    pub signals: Vec<Id>,
    /// A direct statement rather than a vague one.
    pub certain: bool,
    /// Whether the user chose to go on, and if so, whether they said that the words belonged to the role.
    pub acknowledged: Option<bool>,
}
