//! Signs that someone may be in danger, one file each.

pub mod abuse;
pub mod child_or_elder_harm;
pub mod harm_to_others;
pub mod self_harm;
pub mod stop;

use super::Audience;
use super::Finding;
use super::context::TurnContext;
use super::detector::{Mark, Marks};
use super::document::{class, mask};
use super::rubric::Id;

/// The marks of an id's patterns, without those that an idiom covers. A trainee asks about danger and gives back what
/// the client said of it: there only what is said of oneself counts.
fn signal(turn: &TurnContext<'_>, id: Id, out: &mut Vec<Finding>) {
    let mut marks = Marks::of_rules(turn, id);
    marks.take_back("idiom", &[]);
    if turn.audience() == Audience::Trainee {
        marks.all.retain(|m| of_oneself(turn, id, m));
    }
    marks.emit(out);
}

/// Whether the words are about the speaker, and neither ask nor address the other.
fn of_oneself(turn: &TurnContext<'_>, id: Id, mark: &Mark) -> bool {
    let tokens = turn.doc.slice(mark.tokens.clone());
    let all = tokens.iter().fold(0, |c, t| c | t.class);
    let asked = tokens.iter().any(|t| t.mask & mask::QUESTION != 0);
    let (first, last) = (mark.tokens.start, mark.tokens.end.saturating_sub(1));
    let around = [first, last].iter().filter_map(|t| turn.doc.clause_of(*t)).fold(0, |c, clause| c | clause.classes);
    let other = around & (class::YOU | class::YOUR) != 0;
    match id {
        // "Can we stop the exercise" asks, and is meant.
        Id::Stop => !other || all & class::PLEASE != 0,
        _ => !asked && !other && all & (class::I | class::ME) != 0,
    }
}
