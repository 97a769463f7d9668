//! KitchenSink: three or more separate grievances in one turn.

use crate::analysis::context::TurnContext;
use crate::analysis::detector::{Detector, Marks, Meta, example, lure};
use crate::analysis::document::{Clause, Document, Form, Subject, Tense, class};
use crate::analysis::{Audience, Finding, Id};

static META: Meta = Meta {
    id: Id::KitchenSink,
    source: "Communication analysis (Klerman, Weissman, Markowitz; Stuart & Robertson); IPT-A: be specific",
    looks_for: "Three or more separate grievances in one turn.",
    why: "They can answer one at most, and none is solved.",
    examples: &[example(
        "You forgot my birthday, you left the kitchen in a state, you were late for Mum and you didn't even ring the school",
        2,
    )],
    lures: &[
        lure("We could swap weekends, I could do Fridays, or you could ask your mum", "options"),
        lure("Dad died in March, then the house was sold, then the dog went", "a story of loss"),
    ],
};

/// Detects `kitchen_sink`.
pub struct KitchenSink;

impl Detector for KitchenSink {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn detect(&self, turn: &TurnContext<'_>, out: &mut Vec<Finding>) {
        let doc = &turn.doc;
        let weight = |c: &Clause| weigh(doc, c);
        let charges: Vec<_> = doc.clauses.iter().filter(|c| weight(c) > 0.0).collect();
        let total: f32 = charges.iter().map(|c| weight(c)).sum();
        // A list of choices has its "or" and its "could".
        let options = doc.clauses.iter().filter(|c| c.has(class::MODAL) && c.subject != Subject::Third).count();
        let joined = turn.tagged(Id::KitchenSink, "joiner").is_some();
        let addressed = charges.iter().any(|c| c.second_person);
        let mut marks = Marks::new(turn, Id::KitchenSink);
        if let (Some(first), Some(last)) = (charges.first(), charges.last()) {
            // What a therapist tells of a client's week is a story.
            let told = if turn.audience() == Audience::Trainee { 1.5 } else { 0.0 };
            let sum = total - told + if joined { 1.0 } else { 0.0 }
                - 0.5 * options as f32
                - if addressed { 0.0 } else { 1.0 };
            let (grade, confidence) = match sum {
                s if s >= 4.0 => (3, 0.8),
                s if s >= 3.0 => (2, 0.65),
                s if s >= 2.5 => (1, 0.45),
                s if s >= 2.0 => (1, 0.3),
                _ => (1, 0.1),
            };
            marks.add(grade, confidence, first.start as usize..last.end as usize, "list");
        }
        marks.emit(out);
    }
}

/// How much of a grievance a clause is: "you" and a past, a lack or an "always" is a whole one; a bare noun in a list
/// ("the bins", "your brother on the sofa") or a lack that nobody is named for is part of one.
fn weigh(doc: &Document, c: &Clause) -> f32 {
    if !matches!(c.form, Form::Statement) || c.has(class::WANT | class::HEDGE) || c.range().len() < 2 {
        return 0.0;
    }
    let charged = c.tense == Tense::Past || c.negated || c.has(class::ABSOLUTE | class::NEG | class::PAST);
    let first = doc.tokens.get(c.start as usize);
    let listed = first.is_some_and(|t| t.is(class::DET | class::YOUR | class::CONJ | class::KIN));
    match c.subject {
        Subject::You if charged => 1.0,
        Subject::You if c.has(class::HAVE) => 0.8,
        Subject::I | Subject::We => 0.0,
        _ if c.has(class::YOUR | class::YOU) && (charged || listed) => 0.8,
        Subject::Third | Subject::It if charged && c.has(class::NEG) => 0.6,
        Subject::None if charged || listed => 0.6,
        Subject::Third | Subject::It if charged => 0.4,
        _ => 0.0,
    }
}
