//! Every example and lure of every detector; properties that hold for any text.

use super::lexicon::Lexicon;
use super::registry::DETECTORS;
use super::{Audience, Finding, Turn, analyse};

fn finding(id: super::Id, context: &str, reply: &str) -> Option<Finding> {
    let audience = if id.is_for(Audience::Client) { Audience::Client } else { Audience::Trainee };
    analyse(&Turn { audience, context, reply }).get(id).cloned()
}

#[test]
fn the_data_files_are_sound() {
    assert_eq!(Lexicon::get().problems, Vec::<String>::new());
}

#[test]
fn the_registry_lists_every_id_once_in_order() {
    let ids: Vec<_> = DETECTORS.iter().map(|d| d.meta().id).collect();
    assert_eq!(ids, super::Id::ALL);
}

#[test]
fn examples_count_and_lures_do_not() {
    let mut wrong = Vec::new();
    for meta in DETECTORS.iter().map(|d| d.meta()) {
        for e in meta.examples {
            let grade = finding(meta.id, e.context, e.reply).map_or(0, |f| f.grade);
            if grade < e.grade {
                wrong.push(format!("{}: wanted {} got {grade}: {}", meta.id, e.grade, e.reply));
            }
        }
        for l in meta.lures {
            if let Some(f) = finding(meta.id, l.context, l.reply).filter(|f| f.grade >= meta.id.cutoff()) {
                wrong.push(format!("{}: lure taken with {} ({}): {}", meta.id, f.grade, l.why, l.reply));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

proptest::proptest! {
    #[test]
    fn spans_are_words_of_the_reply(reply in ".{0,200}", context in ".{0,60}", words in "((you|i|never|sorry|can|\"|'|…|😒|é|\u{200b}|\\?) ?){0,40}") {
        for text in [&reply, &words] {
            for audience in [Audience::Client, Audience::Trainee] {
                let turn = Turn { audience, context: &context, reply: text };
                let a = analyse(&turn);
                for f in &a.findings {
                    proptest::prop_assert!(text.get(f.span.clone()).is_some_and(|q| !q.is_empty()));
                }
                proptest::prop_assert_eq!(a, analyse(&turn));
            }
        }
    }
}

#[test]
fn clauses_know_who_does_what() {
    use super::document::{Document, Form, Subject, Tense};
    let read = |text: &str| {
        let doc = Document::read(text, Lexicon::get());
        doc.clauses.iter().map(|c| (c.subject, c.form, c.tense, c.negated)).collect::<Vec<_>>()
    };
    let s = Form::Statement;
    assert_eq!(
        read("You forgot my birthday, you left the kitchen in a state, and you didn't ring"),
        [
            (Subject::You, s, Tense::Past, false),
            (Subject::You, s, Tense::Past, false),
            (Subject::You, s, Tense::Past, true)
        ]
    );
    assert_eq!(read("could you ring me?"), [(Subject::You, Form::Closed, Tense::Now, false)]);
    assert_eq!(read("ring me tonight"), [(Subject::None, Form::Imperative, Tense::Now, false)]);
    assert_eq!(read("What did you hear?")[0].1, Form::Open);
}

#[test]
fn a_pattern_hangs_on_a_word() {
    // A pattern of nothing but gaps, options and worked-out classes would never be woken.
    assert_eq!(Lexicon::get().matcher.asleep(), Vec::<&str>::new());
}
