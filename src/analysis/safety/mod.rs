//! Signs that someone may be in danger, one file each.

pub mod abuse;
pub mod child_or_elder_harm;
pub mod harm_to_others;
pub mod self_harm;
pub mod stop;

use std::ops::Range;

use super::Audience;
use super::Finding;
use super::context::TurnContext;
use super::detector::{Mark, Marks};
use super::document::{class, mask};
use super::model::Signal;
use super::rubric::Id;

/// The marks of an id's patterns, without those that an idiom covers. A trainee asks about danger and gives back what
/// the client said of it: there only what is said of oneself counts.
fn signal(turn: &TurnContext<'_>, id: Id, out: &mut Vec<Finding>) {
    let mut marks = Marks::of_rules(turn, id);
    if let Some(tokens) = two_cues(turn, id) {
        marks.add(2, 0.8, tokens, "cues");
    }
    marks.take_back("idiom", &[]);
    marks.all.retain(|m| !in_jest(turn, id, m));
    if id == Id::Stop && sets_a_time(turn) {
        marks.all.retain(|m| m.grade > 1 && !BODY.contains(&m.tag));
    }
    if turn.audience() == Audience::Trainee {
        marks.all.retain(|m| of_oneself(turn, id, m));
    }
    marks.emit(out);
}

/// Where no single signal is heard, but the talk is like that of danger all the same: the likeliest one, unclear.
pub(super) fn any(turn: &TurnContext<'_>, heard: &[Option<Signal>]) -> Option<Finding> {
    let (of, any) = heard.split_at_checked(super::model::SIGNALS)?;
    let any = any.first().copied().flatten().filter(|a| a.asks)?;
    let likeliest = of.iter().enumerate().filter_map(|(n, s)| Some((n, s.as_ref()?.probability)));
    let (n, _) = likeliest.max_by(|a, b| a.1.total_cmp(&b.1))?;
    let id = Id::ALL.iter().copied().find(|id| super::model::signal_number(*id) == Some(n))?;
    joined(turn, id, None, Some(any)).1
}

/// Laughter in the same sentence: "I can't breathe 😂". What is said of wishing to die is heard all the same.
fn in_jest(turn: &TurnContext<'_>, id: Id, mark: &Mark) -> bool {
    let sentence = turn.doc.sentence_of(mark.tokens.start);
    id != Id::SelfHarm && turn.doc.slice(sentence).iter().any(|t| t.is(class::LAUGH))
}

/// Sections of stop.txt that tell how one feels, not that one wants out.
const BODY: [&str; 3] = ["body", "body_too", "cues"];

/// Who shakes and asks the other for a time to go on wants out of the quarrel, not of the exercise.
fn sets_a_time(turn: &TurnContext<'_>) -> bool {
    turn.hits(Id::Timing).any(|(r, _)| matches!(r.tag, "set" | "bad_time"))
}

/// Words that are nothing alone and a sign together: from the first to the last of the first hits of two sections whose
/// names begin with "cue". They must stand near each other.
fn two_cues(turn: &TurnContext<'_>, id: Id) -> Option<Range<usize>> {
    let mut last: Option<(&str, Range<usize>)> = None;
    let mut hits: Vec<_> =
        turn.hits(id).filter(|(r, _)| r.tag.starts_with("cue")).map(|(r, h)| (h.start, h.end, r.tag)).collect();
    hits.sort_unstable();
    for (start, end, tag) in hits {
        let here = start as usize..end as usize;
        match &last {
            Some((other, there)) if *other != tag && here.start < there.end + NEAR => {
                return Some(there.start..there.end.max(here.end));
            }
            _ => last = Some((tag, here)),
        }
    }
    None
}

/// How far apart two cues may stand, in words.
const NEAR: usize = 25;

/// What rule and model make of a signal together: how likely it is, and the finding. The model hears what no rule knows;
/// it is never certain, and silent where an idiom stands.
pub(super) fn joined(
    turn: &TurnContext<'_>,
    id: Id,
    rule: Option<Finding>,
    heard: Option<Signal>,
) -> (f32, Option<Finding>) {
    let likely = heard.map_or(0.0, |s| s.probability).max(rule.as_ref().map_or(super::NO_EVIDENCE, |f| f.confidence));
    let rule = rule.filter(|f| f.confidence >= super::detector::SURE_ENOUGH);
    let Some(heard) = heard.filter(|s| rule.is_none() && s.asks) else { return (likely, rule) };
    let clause = |n: u32| turn.doc.clauses.get(n as usize).map_or(0..0, super::document::Clause::range);
    let tokens = clause(heard.clauses.0).start..clause(heard.clauses.1).end;
    let mut marks = Marks::new(turn, id);
    marks.add(1, heard.probability.max(super::detector::SURE_ENOUGH), tokens, "heard");
    marks.take_back("idiom", &[]);
    marks.all.retain(|m| !(in_jest(turn, id, m) || id == Id::Stop && sets_a_time(turn)));
    if turn.audience() == Audience::Trainee {
        marks.all.retain(|m| of_oneself(turn, id, m));
    }
    let mut found = Vec::with_capacity(1);
    marks.emit(&mut found);
    (likely, found.pop())
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
