//! The ids of the rubric: what a reply is scored on, and for whom.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Who is practising: a client rehearsing their own conversation, or a trainee therapist with a simulated client.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Audience {
    /// Someone who rehearses a difficult conversation of their own.
    #[default]
    Client,
    /// A trainee therapist who practises IPT technique.
    Trainee,
}

impl Audience {
    /// The word for it in files and on the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::Trainee => "trainee",
        }
    }
}

impl fmt::Display for Audience {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Audience {
    type Err = UnknownId;
    fn from_str(s: &str) -> Result<Self, UnknownId> {
        match s {
            "client" => Ok(Self::Client),
            "trainee" => Ok(Self::Trainee),
            _ => Err(UnknownId(s.to_owned())),
        }
    }
}

/// What sort of thing an [`Id`] names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// What IPT teaches; graded 0-3, shown from 2 on.
    Skill,
    /// What communication analysis looks for; severity 0-3, shown from 1 on.
    Fault,
    /// A sign that someone may be in danger; it stops the scene and is never graded.
    Safety,
}

/// A string that is no id of the rubric.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not an id of the rubric")]
pub struct UnknownId(pub String);

macro_rules! ids {
    ($($variant:ident = $text:literal, $name:literal, $kind:ident;)*) => {
        /// A skill, fault or safety signal of the rubric. The text form is the same in scenario files, JSON and docs.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
        pub enum Id {
            $(#[doc = $name] #[serde(rename = $text)] $variant,)*
        }

        impl Id {
            /// Every id, in the order of the rubric.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The id as it stands in files, e.g. `i_statement`.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),* }
            }

            fn find(s: &str) -> Option<Self> {
                match s { $($text => Some(Self::$variant),)* _ => None }
            }

            /// Its name for people, e.g. `Being specific`.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),* }
            }

            /// Skill, fault or safety signal.
            pub const fn kind(self) -> Kind {
                match self { $(Self::$variant => Kind::$kind),* }
            }
        }
    };
}

ids! {
    IStatement = "i_statement", "\"I\" statement", Skill;
    BeSpecific = "be_specific", "Being specific", Skill;
    DirectRequest = "direct_request", "Direct request", Skill;
    Perspective = "perspective", "Putting yourself in their shoes", Skill;
    CheckUnderstanding = "check_understanding", "Checking understanding", Skill;
    Options = "options", "Having a few solutions in mind", Skill;
    Timing = "timing", "Striking while the iron is cold", Skill;
    PersistRepair = "persist_repair", "Not giving up; repair", Skill;
    OpenExploration = "open_exploration", "Open exploration", Skill;
    Affect = "affect", "Encouragement of affect", Skill;
    MoodEventLink = "mood_event_link", "Linking mood and event", Skill;
    CaWork = "ca_work", "Communication analysis, decision analysis, role play", Skill;
    Reflection = "reflection", "Reflective listening", Skill;
    Blame = "blame", "Blame", Fault;
    MindReading = "mind_reading", "Mind reading", Fault;
    Overgeneralise = "overgeneralise", "Over-generalising", Fault;
    Contempt = "contempt", "Contempt", Fault;
    KitchenSink = "kitchen_sink", "Kitchen-sinking", Fault;
    Stonewall = "stonewall", "Stonewalling", Fault;
    Indirect = "indirect", "Unnecessary indirectness", Fault;
    ThreatDemand = "threat_demand", "Threat or demand", Fault;
    Minimise = "minimise", "Minimising", Fault;
    PrematureAdvice = "premature_advice", "Premature advice", Fault;
    QuestionFault = "question_fault", "Closed, leading or stacked question", Fault;
    SelfHarm = "self_harm", "Self-harm or suicide", Safety;
    HarmToOthers = "harm_to_others", "Harm to others", Safety;
    Abuse = "abuse", "Abuse or fear of the other", Safety;
    ChildOrElderHarm = "child_or_elder_harm", "Harm to a child or an older person", Safety;
    Stop = "stop", "Asking to stop, panic, dissociation", Safety;
}

impl Id {
    /// Whether a reply of this audience is scored on this id. Safety signals hold for both.
    pub fn is_for(self, audience: Audience) -> bool {
        use Id::*;
        match self {
            OpenExploration | Affect | MoodEventLink | CaWork | Reflection | PrematureAdvice | QuestionFault => {
                audience == Audience::Trainee
            }
            IStatement | BeSpecific | DirectRequest | Perspective | CheckUnderstanding | Options | Timing
            | PersistRepair => audience == Audience::Client,
            Blame | MindReading | Overgeneralise | Contempt | KitchenSink | Stonewall | Indirect | ThreatDemand
            | Minimise | SelfHarm | HarmToOthers | Abuse | ChildOrElderHarm | Stop => true,
        }
    }

    /// The ids that a reply of this audience is scored on (skills and faults), in the rubric's order.
    pub fn scored_for(audience: Audience) -> impl Iterator<Item = Self> {
        Self::ALL.iter().copied().filter(move |id| id.kind() != Kind::Safety && id.is_for(audience))
    }

    /// The lowest grade (skill: 2) or severity (fault: 1) that counts as "shown" in a yes/no measure.
    pub const fn cutoff(self) -> u8 {
        match self.kind() {
            Kind::Skill => 2,
            Kind::Fault | Kind::Safety => 1,
        }
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Id {
    type Err = UnknownId;
    fn from_str(s: &str) -> Result<Self, UnknownId> {
        Self::find(s).ok_or_else(|| UnknownId(s.to_owned()))
    }
}
