//! What the user does, and the event that comes of it.

use super::{Attempt, Event, Finish, MOST_TENSE, Moment, Phase, Plan, Session, Speaker, TurnId};
use crate::analysis::Id;

/// What the user does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Say something.
    Say(String),
    /// Go back behind this many of one's own replies, to say the last of them another way.
    Back(u32),
    /// Go back to the place before this reply of one's own, in whatever take.
    Retry(TurnId),
    /// Go on from this line of the counterpart, in whatever take.
    GoTo(TurnId),
    /// Sum up.
    Finish,
    /// Choose what to look out for, and whether feedback shows after each reply.
    Prepare {
        /// The skills to focus on; at most three.
        focus: Vec<Id>,
        /// Whether feedback shows after each reply.
        feedback: bool,
    },
    /// Say how tense one feels, 0-10.
    Feel {
        /// Before the talk or after it.
        when: Moment,
        /// 0 is at ease, 10 is as tense as can be.
        level: u8,
    },
    /// Note what one means to do for real.
    Plan(Plan),
    /// Say that what sounded like danger is about oneself: the stop is then one after a direct statement.
    AboutMe,
    /// Say what became of the plan.
    Attempt {
        /// What became of it.
        how: Attempt,
        /// In one's own words; may be empty.
        note: String,
    },
    /// Go on after a safety stop; `in_role` says that the words belonged to the role.
    Acknowledge {
        /// The words belonged to the role.
        in_role: bool,
    },
}

/// Why a command cannot be done now, for the user.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It is not the user's turn.
    #[error("the scene is not waiting for you right now")]
    NotYourTurn,
    /// There is nothing to go back to.
    #[error("there is nothing to go back to yet")]
    NothingThere,
    /// The scene is over.
    #[error("the scene has ended; go back to try another way")]
    Over,
    /// The scene waits for a word on a safety signal.
    #[error("the scene has stopped")]
    Stopped,
}

impl Session {
    /// Turn what the user does into an event, or say why not. Nothing is changed before the event is handled.
    ///
    /// # Errors
    /// [`Refusal`] where it cannot be done now.
    pub fn decide(&self, command: Command) -> Result<Event, Refusal> {
        let phase = self.phase();
        let stop = self.stop();
        match command {
            // Going on, by whatever way, needs a word on the stop first.
            Command::Back(_) | Command::Retry(_) | Command::GoTo(_) if stop.is_some() => Err(Refusal::Stopped),
            Command::Say(text) => match phase {
                Phase::YourTurn => {
                    Ok(Event::UserSaid { turn: self.next_id(), parent: self.answerable(self.here), text })
                }
                Phase::Working => Err(Refusal::NotYourTurn),
                Phase::SafetyStop => Err(Refusal::Stopped),
                Phase::Ended | Phase::Finished => Err(Refusal::Over),
            },
            Command::Back(n) => {
                let own = self.ancestors(self.here).filter(|t| t.speaker == Speaker::You);
                let target = own.take(n.max(1) as usize).last().ok_or(Refusal::NothingThere)?;
                Ok(Event::WentBack { to: target.parent })
            }
            Command::Retry(id) => {
                let turn = self.turn(id).filter(|t| t.speaker == Speaker::You).ok_or(Refusal::NothingThere)?;
                Ok(Event::WentBack { to: turn.parent })
            }
            Command::GoTo(id) => match self.turn(id) {
                Some(turn) if turn.speaker == Speaker::Counterpart => Ok(Event::WentBack { to: Some(id) }),
                _ => Err(Refusal::NothingThere),
            },
            Command::Finish => match phase {
                Phase::Working => Err(Refusal::NotYourTurn),
                Phase::Finished => Err(Refusal::Over),
                Phase::SafetyStop => Ok(Event::Finished { how: Finish::Safety }),
                Phase::YourTurn | Phase::Ended => Ok(Event::Finished { how: Finish::Done }),
            },
            Command::Prepare { focus, feedback } => Ok(Event::Prepared { focus, feedback }),
            Command::Feel { when, level } => Ok(Event::Felt { when, level: level.min(MOST_TENSE) }),
            Command::Plan(Plan { who, what, when }) => Ok(Event::Planned { who, what, when }),
            Command::Attempt { how, note } => Ok(Event::Attempted { how, note }),
            Command::AboutMe => match stop {
                Some((turn, stop)) => {
                    Ok(Event::SafetyStopped { turn: turn.id, signals: stop.signals.clone(), certain: true })
                }
                None => Err(Refusal::NothingThere),
            },
            // A direct statement is nobody's role.
            Command::Acknowledge { in_role } => match stop {
                Some((turn, stop)) => {
                    Ok(Event::SafetyAcknowledged { turn: turn.id, in_role: in_role && !stop.certain })
                }
                None => Err(Refusal::NothingThere),
            },
        }
    }
}
