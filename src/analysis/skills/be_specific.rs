//! BeSpecific: one observable behaviour, or one occasion.

use crate::analysis::context::TurnContext;
use crate::analysis::detector::{Detector, Marks, Meta, example, example_after, lure};
use crate::analysis::document::{Clause, Form, Subject, Tense, class, mask};
use crate::analysis::{Finding, Id};

static META: Meta = Meta {
    id: Id::BeSpecific,
    source: "IPT-A / IPT-AST communication strategies (Mufson; Young): be specific",
    looks_for: "One observable behaviour, or one occasion.",
    why: "A thing that can be seen can be talked about; a character can only be defended.",
    examples: &[
        example("When we got to your mum's on Sunday you went in the kitchen with Mike", 2),
        example("you said on tuesday you'd ring the school", 2),
        example("You read my letter out in front of your sisters last Friday", 2),
        example("at the barbecue on Saturday you turned the music up when I started talking", 2),
        example_after("What did I do?", "when you walked off in the middle of my sentence at the till", 2),
    ],
    lures: &[
        lure("It's your attitude.", "global"),
        lure("You never help.", "global"),
        lure("We could go on Sunday, or leave it until March.", "a plan, no occasion"),
    ],
};

/// What an occasion weighs at the least, in tenths.
const ENOUGH: i32 = 18;
/// What is worth a second look.
const NEARLY: i32 = 12;

/// Detects `be_specific`.
pub struct BeSpecific;

impl Detector for BeSpecific {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn detect(&self, turn: &TurnContext<'_>, out: &mut Vec<Finding>) {
        let mut marks = Marks::of_rules(turn, Id::BeSpecific);
        if marks.has("sweep") {
            marks.dampen(0.75);
        }
        // Asked what is wrong, people tell; a feeling with what set it off tells too; a string of grievances is none.
        let told = |id: Id| turn.hits(id).any(|(r, _)| r.grade > 0 && r.confidence >= 0.5);
        let mut lean = 0;
        if turn.after("ask_what") {
            lean += 4;
        }
        if turn.hits(Id::IStatement).any(|(r, _)| r.tag == "feeling") {
            lean += 4;
        }
        if turn.hits(Id::Perspective).any(|(r, _)| r.grade > 1) || told(Id::Contempt) {
            lean -= 4;
        }
        let deeds = turn.doc.clauses.iter().filter(|c| c.subject == Subject::You && c.tense == Tense::Past).count();
        if deeds > 3 {
            lean -= 10;
            marks.dampen(0.75);
        }
        let signs = Signs::of(turn);
        let best = turn
            .doc
            .clauses
            .iter()
            .enumerate()
            .map(|(n, c)| (weigh(turn, c, &signs, n) + lean, c))
            .max_by_key(|(w, _)| *w);
        if let Some((weight, clause)) = best {
            if weight >= ENOUGH {
                marks.add(2, if weight >= ENOUGH + 6 { 0.66 } else { 0.58 }, clause.range(), "scene");
            } else if weight >= NEARLY {
                marks.add(1, 0.2 + weight as f32 / 100.0, clause.range(), "trace");
            }
        }
        marks.emit(out);
    }
}

/// What a clause may have that makes it an occasion: sections of the lexicon, one bit each.
const SIGNS: [&str; 4] = ["when", "where", "said", "sweep"];

/// The signs of each clause and of each sentence, found in one pass.
struct Signs {
    clauses: Vec<u8>,
    sentences: Vec<u8>,
}

impl Signs {
    fn of(turn: &TurnContext<'_>) -> Self {
        let doc = &turn.doc;
        let mut signs = Self { clauses: vec![0; doc.clauses.len()], sentences: vec![0; doc.sentences.len()] };
        for (rule, hit) in turn.hits(Id::BeSpecific) {
            let Some(bit) = SIGNS.iter().position(|s| *s == rule.tag) else { continue };
            let Some(token) = doc.tokens.get(hit.start as usize) else { continue };
            if let Some(c) = signs.clauses.get_mut(token.clause as usize) {
                *c |= 1 << bit;
            }
            if let Some(s) = signs.sentences.get_mut(token.sentence as usize) {
                *s |= 1 << bit;
            }
        }
        signs
    }

    /// The weight of a sign: whole in the clause, half elsewhere in its sentence.
    fn weight(&self, sign: &str, clause: usize, sentence: usize, weight: i32) -> i32 {
        let Some(bit) = SIGNS.iter().position(|s| *s == sign) else { return 0 };
        let has = |of: &[u8], n: usize| of.get(n).is_some_and(|s| s & (1 << bit) != 0);
        match (has(&self.clauses, clause), has(&self.sentences, sentence)) {
            (true, _) => weight,
            (false, true) => weight / 2,
            _ => 0,
        }
    }
}

/// How much a clause tells of one occasion: who did what, when, where, before whom, in what words.
fn weigh(turn: &TurnContext<'_>, clause: &Clause, signs: &Signs, number: usize) -> i32 {
    let tokens = turn.doc.slice(clause.range());
    if matches!(clause.form, Form::Imperative | Form::Open | Form::Closed)
        || clause.tense == Tense::Future
        || clause.has(class::MODAL | class::INSULT | class::PROFAN | class::ABSOLUTE)
    {
        return 0;
    }
    let sentence = turn.doc.tokens.get(clause.start as usize).map_or(0, |t| t.sentence as usize);
    let sign = |tag: &str, weight: i32| signs.weight(tag, number, sentence, weight);
    let past = clause.tense == Tense::Past || tokens.iter().any(|t| t.is(class::PAST));
    let mut weight = match (clause.subject, past) {
        (Subject::You, true) => 10,
        (Subject::Third, true) => 6,
        (Subject::I | Subject::We, true) => 5,
        (Subject::It | Subject::None, true) => 4,
        (Subject::You, false) => 2,
        _ => 0,
    };
    weight += sign("when", 9) + sign("where", 5) + sign("said", 4);
    if tokens.iter().any(|t| t.mask & mask::QUOTED != 0) {
        weight += 6;
    }
    if clause.subordinate {
        weight += 2;
    }
    if clause.has(class::FEEL_NEG | class::THINK) {
        weight -= 3;
    }
    if sign("sweep", 8) > 0 {
        weight -= 8;
    }
    weight
}
