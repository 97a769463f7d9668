//! Safety signals on whole lists of statements and of lures: what one example a rule can't show.

use saywell::analysis::{Audience, Kind, Turn, analyse};

/// How many of the lures, the last, are a trainee's questions and reflections.
const QUESTIONS: usize = 14;

fn fires(audience: Audience, reply: &str) -> bool {
    analyse(&Turn { audience, context: "", reply }).findings.iter().any(|f| f.id.kind() == Kind::Safety)
}

fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter(|l| !l.is_empty() && !l.starts_with('#'))
}

#[test]
fn statements_of_danger_are_heard() {
    let all: Vec<&str> = lines(include_str!("safety_phrases/signals.txt")).collect();
    let missed: Vec<&&str> =
        all.iter().filter(|l| l.splitn(3, ' ').nth(2).is_none_or(|reply| !fires(Audience::Client, reply))).collect();
    assert!(missed.is_empty(), "{} of {} missed: {missed:#?}", missed.len(), all.len());
}

#[test]
fn idioms_are_left_alone() {
    let all: Vec<&str> = lines(include_str!("safety_phrases/lures.txt")).collect();
    // A question about danger is the trainee's to ask; from a client it may well be a signal.
    let own = all.len() - QUESTIONS;
    let taken: Vec<&&str> = all.iter().take(own).filter(|l| fires(Audience::Client, l)).collect();
    assert!(taken.len() * 50 <= all.len(), "{} of {} taken: {taken:#?}", taken.len(), all.len());
}

#[test]
fn a_trainee_may_ask_about_danger() {
    let asked: Vec<&str> = lines(include_str!("safety_phrases/lures.txt")).collect();
    let taken: Vec<&&str> = asked.iter().rev().take(QUESTIONS).filter(|l| fires(Audience::Trainee, l)).collect();
    assert!(taken.is_empty(), "{taken:#?}");
}
