//! Every example and lure of every detector; properties that hold for any text.

use super::lexicon::Lexicon;
use super::model::Model;
use super::registry::DETECTORS;
use super::{Audience, Finding, Turn, analyse, analyse_with};

fn finding(id: super::Id, context: &str, reply: &str, model: Option<&Model>) -> Option<Finding> {
    let audience = if id.is_for(Audience::Client) { Audience::Client } else { Audience::Trainee };
    analyse_with(&Turn { audience, context, reply }, model).get(id).cloned()
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

fn wrong(model: Option<&Model>) -> (Vec<String>, usize) {
    let (mut wrong, mut all) = (Vec::new(), 0);
    for meta in DETECTORS.iter().map(|d| d.meta()) {
        all += meta.examples.len() + meta.lures.len();
        for e in meta.examples {
            let grade = finding(meta.id, e.context, e.reply, model).map_or(0, |f| f.grade);
            // How severe a fault is, the rules say of their own examples; joined, it need only be there.
            if grade < if model.is_some() { e.grade.min(meta.id.cutoff()) } else { e.grade } {
                wrong.push(format!("{}: wanted {} got {grade}: {}", meta.id, e.grade, e.reply));
            }
        }
        for l in meta.lures {
            if let Some(f) = finding(meta.id, l.context, l.reply, model).filter(|f| f.grade >= meta.id.cutoff()) {
                wrong.push(format!("{}: lure taken with {} ({}): {}", meta.id, f.grade, l.why, l.reply));
            }
        }
    }
    (wrong, all)
}

#[test]
fn examples_count_and_lures_do_not() {
    let (wrong, _) = wrong(None);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn nearly_all_examples_and_lures_hold_with_the_model() {
    let (wrong, all) = wrong(Model::get());
    assert!(wrong.len() * 20 <= all, "{} of {all}\n{}", wrong.len(), wrong.join("\n"));
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
