//! What is kept about a line that a language model was asked to word, and about a model's opinion of a reply.

use serde::{Deserialize, Serialize};

use crate::analysis::Id;

macro_rules! slips {
    ($($(#[$doc:meta])* $variant:ident = $text:literal, $reason:literal;)*) => {
        /// What was wrong with a sentence of a model, so that it was not said.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Slip { $($(#[$doc])* $variant,)* }

        impl Slip {
            /// Every kind.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The word for it in JSON.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),* }
            }

            /// The reason, as it is told to the model.
            pub const fn reason(self) -> &'static str {
                match self { $(Self::$variant => $reason),* }
            }
        }
    };
}

slips! {
    /// It speaks as a machine, of its instructions or of the scene as a scene.
    OutOfRole = "out_of_role", "you stepped out of the role";
    /// It says, does or decides something for the user.
    SpeaksForUser = "speaks_for_user", "you spoke or decided for the other person";
    /// Stage directions, narration, markup, labels, links.
    Markup = "markup", "only spoken words are wanted, without stage directions, labels or markup";
    /// It talks like a therapist or a handbook.
    TherapistTalk = "therapist_talk", "nobody talks like a therapist or a handbook here";
    /// It gives away something that is still kept back, or comes close.
    GivesAway = "gives_away", "you told something that you keep to yourself for now";
    /// It gives in although the moment is tense.
    TooAgreeable = "too_agreeable", "you gave in; the moment is too tense for that";
    /// It says an earlier line again.
    Copy = "copy", "you said the same as before";
    /// It is in another language.
    Language = "language", "keep to the language of the scene";
    /// It is too long.
    Length = "length", "that was too long; people say less at a time";
    /// It speaks of harm in a way that nobody should have to read in practice.
    Unsafe = "unsafe", "no harm, no threats of harm";
    /// What was to be told now was not told.
    Untold = "untold", "you left out what is to be told now";
    /// There were no words.
    Empty = "empty", "you said nothing";
}

/// How a model came to word a line, or did not.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wording {
    /// The server's name in the settings, and the model.
    pub model: String,
    /// The version of the prompts: a hash of their text.
    pub prompts: String,
    /// What was wrong with sentences that were not said, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub slips: Vec<Slip>,
    /// Whether the model was asked once more with the reason.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub repaired: bool,
    /// The model's answer ends early, for the reason in `trouble`; what came of it was said.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub broke_off: bool,
    /// Why the scripted line was said, or why the model's answer ends early, in words for the user.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trouble: Option<String>,
}

impl Wording {
    /// What is said to the user where the model failed: that the scene goes on, and why it is so.
    pub fn notice(&self) -> Option<String> {
        let trouble = self.trouble.as_ref()?;
        let what =
            if self.broke_off { "The answer ends early" } else { "The scene goes on with the script's own words" };
        Some(format!("{what}: {trouble}. Nothing you said is lost."))
    }
}

/// One mark of a judge: a skill or fault with the words that earned it, and a grade.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// What was seen.
    pub id: Id,
    /// Grade of a skill or severity of a fault, 1-3. What is not shown has no mark.
    pub grade: u8,
    /// The words of the reply that show it, as they stand there.
    pub quote: String,
}

/// What a judge made of one reply.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opinion {
    /// The server's name in the settings, and the model.
    pub model: String,
    /// The version of the prompts: a hash of their text.
    pub prompts: String,
    /// At most one mark for each id, in the order of the rubric.
    pub marks: Vec<Mark>,
}
