//! What happens in a session, as an append-only list. The state of a session is a pure function of its events.

use serde::{Deserialize, Serialize};

use super::director::Step;
use super::wording::{Opinion, Wording};
use crate::analysis::{Analysis, Audience, Id};
use crate::scenario::Difficulty;

/// A turn's place in the session: 0, 1, 2 ... in the order the turns were made, whatever take they belong to.
pub type TurnId = u32;

/// Who worded the counterpart's line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// The line of the scenario.
    Scripted,
    /// A language model, to the same cue.
    Model,
    /// The line of the scenario, in the place of a model that did not answer or did not keep to its role.
    StoodIn,
}

/// When something was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Moment {
    /// Before the first reply.
    Before,
    /// When the talk was over.
    After,
}

/// What became of a plan for the real talk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Attempt {
    /// The talk took place.
    Done,
    /// It is still to come.
    NotYet,
    /// The user decided against it; that can be right.
    LetGo,
}

impl Attempt {
    /// Every answer, in the order they are offered.
    pub const ALL: [Self; 3] = [Self::Done, Self::NotYet, Self::LetGo];

    /// In the user's words.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Done => "I did it",
            Self::NotYet => "Not yet",
            Self::LetGo => "I decided not to",
        }
    }
}

/// How a session came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Finish {
    /// The user asked for the summary.
    Done,
    /// A safety signal stopped it.
    Safety,
}

/// Something that happened. Every event is stored before it is acted on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// A rehearsal began. Always the first event.
    Started {
        /// The scenario's id.
        scenario: String,
        /// The hash of the scenario's text, under which the store keeps that text.
        scenario_hash: String,
        /// Who practises.
        audience: Audience,
        /// How hard it was made.
        difficulty: Difficulty,
        /// Picks among equal lines.
        seed: u64,
        /// The analyser's version.
        analyser: u32,
    },
    /// The counterpart said something: the opening, or the answer to the turn `parent`.
    CounterpartSaid {
        /// This turn.
        turn: TurnId,
        /// The user's turn that it answers; none for the opening.
        parent: Option<TurnId>,
        /// The words.
        text: String,
        /// Who worded them.
        source: Source,
    },
    /// A language model was asked for the counterpart's line `turn`; follows the line.
    Worded {
        /// The counterpart's turn.
        turn: TurnId,
        /// How it went.
        wording: Wording,
    },
    /// The user said something.
    UserSaid {
        /// This turn.
        turn: TurnId,
        /// The counterpart's turn that it answers.
        parent: Option<TurnId>,
        /// The words, as typed.
        text: String,
    },
    /// The reply was analysed.
    Analysed {
        /// The user's turn.
        turn: TurnId,
        /// What it showed.
        analysis: Analysis,
        /// The analyser's version.
        version: u32,
    },
    /// A language model was asked for its opinion of a reply. It is shown where it differs, and moves nothing.
    Judged {
        /// The user's turn.
        turn: TurnId,
        /// What it saw.
        opinion: Opinion,
    },
    /// The counterpart was moved by the reply.
    Moved {
        /// The user's turn.
        turn: TurnId,
        /// What was heard, what it moved and why.
        step: Box<Step>,
    },
    /// The user went back: the next reply answers `to`, or the opening where it is none. A new take begins there.
    WentBack {
        /// The counterpart's turn that the take goes on from.
        to: Option<TurnId>,
    },
    /// A safety signal was found in a reply. The reply is not scored and the scene waits.
    SafetyStopped {
        /// The user's turn.
        turn: TurnId,
        /// What was found.
        signals: Vec<Id>,
        /// Whether it was a direct statement rather than a vague one.
        certain: bool,
    },
    /// The user read the words about help and chose to go on.
    SafetyAcknowledged {
        /// The user's turn.
        turn: TurnId,
        /// Whether they said that the words belonged to the role.
        in_role: bool,
    },
    /// The user chose what to look out for, and whether anything is said about the replies before the end.
    Prepared {
        /// The skills to focus on; at most three.
        focus: Vec<Id>,
        /// Whether feedback shows after each reply.
        feedback: bool,
    },
    /// The user said how tense they feel, 0-10.
    Felt {
        /// Before the talk or after it.
        when: Moment,
        /// 0 is at ease, 10 is as tense as can be.
        level: u8,
    },
    /// The user noted what they mean to do for real.
    Planned {
        /// With whom. Rehearsals from before this was asked have none.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        who: String,
        /// What.
        what: String,
        /// When.
        when: String,
    },
    /// The user said what became of the plan.
    Attempted {
        /// What became of it.
        how: Attempt,
        /// In their own words; may be empty.
        note: String,
    },
    /// The rehearsal was ended and summed up. Going back opens it again.
    Finished {
        /// How.
        how: Finish,
    },
}
