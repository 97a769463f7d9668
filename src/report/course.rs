//! How trust and tension went over the turns of a take, and the replies that moved them.

use serde::Serialize;

use crate::session::director::Meter;
use crate::session::explain::{lower_first, short_quote};
use crate::session::{Session, Speaker, TurnId};

/// The least change, in tenths, that is told of.
const LEAST: i32 = 5;
/// The most replies that are named.
const MOST: usize = 6;

/// Where the counterpart stood after one reply.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Point {
    /// The user's turn; none for the start.
    pub turn: Option<TurnId>,
    /// Which of the user's replies it was, from 1; 0 for the start.
    pub reply: usize,
    /// Trust, 0-100.
    pub trust: i32,
    /// Tension, 0-100.
    pub tension: i32,
}

/// A reply that moved something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Mover {
    /// The user's turn.
    pub turn: TurnId,
    /// Which of the user's replies it was, from 1.
    pub reply: usize,
    /// The reply, shortened.
    pub quote: String,
    /// What it moved and why, as a sentence.
    pub text: String,
}

/// The start and every reply of the present take.
pub fn course(session: &Session) -> Vec<Point> {
    let start = session.position_at(None);
    let mut points = vec![Point { turn: None, reply: 0, trust: start.trust, tension: start.tension }];
    for turn in session.take().into_iter().filter(|t| t.speaker == Speaker::You) {
        if let Some(step) = &turn.step {
            let reply = points.len();
            points.push(Point { turn: Some(turn.id), reply, trust: step.after.trust, tension: step.after.tension });
        }
    }
    points
}

/// The replies that moved most, in the order they were said.
pub fn movers(session: &Session) -> Vec<Mover> {
    let points = course(session);
    let mut moved: Vec<(i32, Mover)> = points
        .windows(2)
        .filter_map(|pair| {
            let (before, after) = (&pair[0], &pair[1]);
            let turn = session.turn(after.turn?)?;
            // An imported log may hold any number.
            let trust = after.trust.saturating_sub(before.trust);
            let tension = after.tension.saturating_sub(before.tension);
            let mut said = Vec::new();
            for (by, meter, up, down) in [
                (trust, Meter::Trust, "trust grew", "trust shrank"),
                (tension, Meter::Tension, "tension rose", "tension eased"),
            ] {
                if by.saturating_abs() < LEAST {
                    continue;
                }
                let step = turn.step.as_ref()?;
                let because = step.shifts.iter().filter(|s| s.meter == meter && (s.by > 0) == (by > 0));
                let because = because
                    .max_by_key(|s| s.by.saturating_abs())
                    .map(|s| format!(" ({})", lower_first(s.because.name())));
                let how = if by.saturating_abs() >= 15 { " a lot" } else { "" };
                said.push(format!("{}{how}{}", if by > 0 { up } else { down }, because.unwrap_or_default()));
            }
            if said.is_empty() {
                return None;
            }
            let quote = if turn.text.trim().is_empty() { "(silence)".into() } else { short_quote(&turn.text) };
            let text = format!("{}.", said.join(", "));
            Some((
                trust.saturating_abs().max(tension.saturating_abs()),
                Mover { turn: turn.id, reply: after.reply, quote, text },
            ))
        })
        .collect();
    moved.sort_by_key(|(by, mover)| (std::cmp::Reverse(*by), mover.reply));
    moved.truncate(MOST);
    let mut movers: Vec<Mover> = moved.into_iter().map(|(_, mover)| mover).collect();
    movers.sort_by_key(|m| m.reply);
    movers
}
