//! The model: training repeats itself, the embedded weights are the code's, marks have words.

use super::features::{Sink, extract};
use super::train::{own_examples, train};
use super::{Model, ROW, SLOTS, number};
use crate::analysis::context::TurnContext;
use crate::analysis::{Audience, Id, Turn, analyse, evidence};

#[test]
fn training_repeats_itself() {
    // Few examples: what is learnt does not matter.
    let few = || own_examples().into_iter().step_by(9).take(24).collect::<Vec<_>>();
    let once = train(&few());
    assert!(once.features > 100);
    assert_eq!(once.bytes, train(&few()).bytes);
    // The bytes are a model that this code reads.
    assert!(Model::read(once.bytes.leak()).is_some());
}

#[test]
fn the_embedded_weights_fit_the_code() {
    assert!(Model::get().is_some());
    const { assert!(SLOTS * (ROW + 2) < 4 << 20) };
}

#[test]
fn features_end_where_the_clauses_end() {
    #[derive(Default)]
    struct Count(usize, usize);
    impl Sink for Count {
        fn add(&mut self, _: u32) {
            self.0 += 1;
        }
        fn end_clause(&mut self, _: usize) {
            self.1 += 1;
        }
    }
    let count = |reply: &str| {
        let turn = Turn { audience: Audience::Client, context: "Well?", reply };
        let read = TurnContext::read(&turn);
        let mut c = Count::default();
        extract(&read, Some(&evidence(&read)), &mut c);
        c
    };
    assert_eq!(count("you left, and I waited").1, 2);
    let long = count(&"you left, ".repeat(4000));
    assert!(long.1 <= super::features::MOST_CLAUSES);
    assert!(long.0 < 4000 * 200);
}

#[test]
fn a_score_for_every_id_and_words_for_every_mark() {
    for (audience, reply) in [
        (Audience::Client, "its always me isn't it. fine, do what you like, you dont care anyway"),
        (Audience::Trainee, "You should just ring her. Why didn't you? Were you cross?"),
    ] {
        let a = analyse(&Turn { audience, context: "I am home late.", reply });
        let ids: Vec<Id> = a.scores.iter().map(|s| s.0).filter(|id| number(*id).is_some()).collect();
        assert_eq!(ids, Id::scored_for(audience).collect::<Vec<_>>());
        assert!(a.scores.iter().all(|(_, s)| (0.0..=1.0).contains(s)));
        assert!(!a.findings.is_empty());
        for f in &a.findings {
            assert!(!reply[f.span.clone()].trim().is_empty() && !f.reason.is_empty());
        }
    }
}
