//! What the linear model sees of a turn: rule hits, clause structure, words with their masks, what the other just said.
//!
//! Each feature is a 32-bit hash. Training and inference share this code, so they can't drift apart.

use crate::analysis::context::TurnContext;
use crate::analysis::document::{Clause, Document, Form, Subject, Tense, Token, after, class, mask};
use crate::analysis::lexicon::{Lexicon, key};
use crate::analysis::rubric::{Audience, Id};

/// Takes features in, clause by clause; those after the last clause are of the reply as a whole.
pub trait Sink {
    /// One more feature.
    fn add(&mut self, feature: u32);
    /// The features since the last call are of this clause.
    fn end_clause(&mut self, clause: usize);
}

/// What the rules made of one id: confidence and grade of the best finding.
pub type Verdict = (Id, f32, u8);

/// Clauses read one by one; what stands after them counts as one more clause.
pub const MOST_CLAUSES: usize = 64;
/// Words of the other's turn that are looked at: its end.
const CONTEXT_WORDS: usize = 30;
/// The longest word whose letters are looked at.
const LONGEST_WORD: usize = 16;

/// Families of features, by number.
mod family {
    pub const WORD: u32 = 1;
    pub const PAIR: u32 = 2;
    pub const SKIP: u32 = 3;
    pub const LETTERS: u32 = 4;
    pub const SIGNS: u32 = 5;
    pub const SIGN_WORD: u32 = 6;
    pub const TO_YOU: u32 = 7;
    pub const SUBJECT_WORD: u32 = 8;
    pub const SHAPE: u32 = 9;
    pub const CLASS: u32 = 10;
    pub const MARK: u32 = 11;
    pub const HIT: u32 = 12;
    pub const VERDICT: u32 = 13;
    pub const OPENING: u32 = 14;
    pub const ENDING: u32 = 15;
    pub const CONTEXT: u32 = 16;
    pub const COUNT: u32 = 17;
    pub const CHAIN: u32 = 18;
    pub const BEFORE: u32 = 19;
    pub const OVERLAP: u32 = 20;
    pub const AUDIENCE: u32 = 21;
    pub const TRIPLE: u32 = 22;
    pub const VERB: u32 = 23;
    pub const BUT: u32 = 24;
    pub const HIT_PAIR: u32 = 25;
}

fn mix(family: u32, a: u32, b: u32) -> u32 {
    let x = (u64::from(a) << 32 | u64::from(b)).wrapping_mul(0x9e37_79b9_7f4a_7c15)
        ^ u64::from(family).wrapping_mul(0xd6e8_feb8_6659_fd93);
    let x = (x ^ (x >> 32)).wrapping_mul(0xd6e8_feb8_6659_fd93);
    (x >> 32) as u32 ^ x as u32
}

/// How many, roughly.
const fn bucket(n: usize) -> u32 {
    match n {
        0..=3 => n as u32,
        4..=6 => 4,
        7..=12 => 5,
        13..=25 => 6,
        26..=50 => 7,
        _ => 8,
    }
}

/// Classes that say more of a token than its others.
const TELLING: u64 = class::INSULT
    | class::FEEL_NEG
    | class::FEEL_POS
    | class::FEEL_NOUN
    | class::JUDGE_FEEL
    | class::PROFAN
    | class::PLEASE
    | class::ABSOLUTE
    | class::NEG
    | class::MODAL
    | class::I
    | class::YOU
    | class::ME
    | class::YOUR
    | class::WE
    | class::THIRD
    | class::WANT
    | class::SAY
    | class::THINK
    | class::FEEL_VERB
    | class::WH;

/// The one class a token is known by; 64 for none.
const fn sign(class: u64) -> u32 {
    let telling = class & TELLING;
    if telling != 0 { telling.trailing_zeros() } else { class.trailing_zeros() }
}

fn word_key(doc: &Document, lexicon: &Lexicon, at: usize, token: &Token) -> u32 {
    match lexicon.key_of(token.word) {
        0 => key(doc.norm(at)),
        k => k,
    }
}

const fn subject_number(s: Subject) -> u32 {
    match s {
        Subject::I => 1,
        Subject::You => 2,
        Subject::We => 3,
        Subject::Third => 4,
        Subject::It => 5,
        Subject::None => 6,
    }
}

const fn form_number(f: Form) -> u32 {
    match f {
        Form::Statement => 1,
        Form::Open => 2,
        Form::Closed => 3,
        Form::Imperative => 4,
    }
}

const fn tense_number(t: Tense) -> u32 {
    match t {
        Tense::Now => 1,
        Tense::Past => 2,
        Tense::Future => 3,
    }
}

/// The sort of verb a clause has.
const fn verb_class(class: u64) -> u32 {
    const ORDER: [u64; 8] = [
        class::FEEL_VERB | class::GRIEF_VERB,
        class::SAY,
        class::THINK,
        class::WANT,
        class::BE,
        class::HAVE,
        class::DO,
        class::MODAL,
    ];
    let mut n = 0;
    while n < ORDER.len() {
        if class & ORDER[n] != 0 {
            return n as u32 + 1;
        }
        n += 1;
    }
    0
}

/// A clause in three small numbers: subject and form, tense and polarity, verb class.
struct Shape {
    subject: u32,
    form: u32,
    tense: u32,
    negated: u32,
    second: u32,
}

fn shape(c: &Clause) -> Shape {
    Shape {
        subject: subject_number(c.subject),
        form: form_number(c.form),
        tense: tense_number(c.tense),
        negated: u32::from(c.negated),
        second: u32::from(c.second_person),
    }
}

/// All features of a turn. `verdicts` is what the rules made of it; none to leave all that comes of rules out.
pub fn extract(turn: &TurnContext<'_>, verdicts: Option<&[Verdict]>, sink: &mut impl Sink) {
    let lexicon = Lexicon::get();
    let doc = &turn.doc;
    let mut hits: Vec<(u32, u32)> = turn
        .matches()
        .filter(|_| verdicts.is_some())
        .filter_map(|(rule, hit, admitted)| {
            let clause = doc.tokens.get(hit.start as usize)?.clause;
            Some((clause, mix(family::HIT, key(rule.tag), rule.id.map_or(99, |i| i as u32) << 1 | u32::from(admitted))))
        })
        .collect();
    hits.sort_unstable();
    hits.dedup();
    let mut hits = hits.iter().peekable();
    let last = doc.clauses.len().saturating_sub(1);
    for (n, c) in doc.clauses.iter().enumerate() {
        clause(turn, lexicon, c, sink);
        while let Some((_, hit)) = hits.next_if(|(of, _)| *of <= n as u32) {
            sink.add(*hit);
            sink.add(mix(family::HIT_PAIR, *hit, subject_number(c.subject) << 4 | form_number(c.form)));
        }
        // A long reply's tail is read as one clause, so that the marks kept stay few.
        if n + 1 < MOST_CLAUSES || n == last {
            sink.end_clause(n);
        }
    }
    whole(turn, lexicon, verdicts.unwrap_or(&[]), sink);
}

fn clause(turn: &TurnContext<'_>, lexicon: &Lexicon, c: &Clause, sink: &mut impl Sink) {
    let doc = &turn.doc;
    let s = shape(c);
    let who = s.subject << 4 | s.form;
    let (mut before, mut before2, mut sign_before) = (1u32, 1u32, 70u32);
    let verb = c.verb.and_then(|v| doc.tokens.get(v as usize).map(|t| (v as usize, t)));
    for i in c.range() {
        let Some(t) = doc.tokens.get(i) else { break };
        let word = word_key(doc, lexicon, i, t);
        let said = u32::from(t.mask & (mask::QUOTED | mask::REPORTED) != 0);
        let masked = word ^ (said * 0x55aa_55aa);
        let own = sign(t.class);
        sink.add(mix(family::WORD, masked, 0));
        if t.mask & mask::NEGATED != 0 {
            sink.add(mix(family::WORD, word, 1));
        }
        if t.mask & mask::HYPOTHETICAL != 0 {
            sink.add(mix(family::WORD, word, 2));
        }
        sink.add(mix(family::PAIR, before, masked));
        sink.add(mix(family::SKIP, before2, masked));
        sink.add(mix(family::TRIPLE, mix(family::PAIR, before2, before), masked));
        sink.add(mix(family::SIGNS, sign_before, own));
        sink.add(mix(family::SIGN_WORD, sign_before, word));
        if c.second_person {
            sink.add(mix(family::TO_YOU, masked, 0));
        }
        if t.class & (class::DET | class::PREP | class::BE) == 0 {
            sink.add(mix(family::SUBJECT_WORD, who << 1 | s.negated, word));
        }
        // The lexicon's own words need no letters: they are typed often enough to be learnt as they are.
        if lexicon.key_of(t.word) == 0 {
            letters(doc.norm(i), sink);
        }
        (before2, before, sign_before) = (before, word, own);
    }
    sink.add(mix(family::PAIR, before, 2));
    sink.add(mix(family::SIGNS, sign_before, 71));
    let class_of = verb.map_or(9, |(_, t)| verb_class(t.class));
    let verb_key = verb.map_or(0, |(at, t)| word_key(doc, lexicon, at, t));
    let first = doc.tokens.get(c.start as usize);
    let hypothetical = u32::from(first.is_some_and(|t| t.mask & mask::HYPOTHETICAL != 0));
    let time = s.tense << 1 | s.negated;
    sink.add(mix(family::SHAPE, who, 0));
    sink.add(mix(family::SHAPE, who << 8 | class_of, 1));
    sink.add(mix(family::SHAPE, s.subject << 8 | class_of, 2 + s.negated));
    sink.add(mix(family::SHAPE, s.subject << 8 | class_of, 8 + s.tense));
    sink.add(mix(family::SHAPE, who << 8 | class_of, 16 + time));
    let hangs = u32::from(c.subordinate) << 2 | s.second << 1 | hypothetical;
    sink.add(mix(family::SHAPE, s.subject << 8 | s.tense, 32 + hangs));
    sink.add(mix(family::VERB, verb_key, s.subject));
    sink.add(mix(family::VERB, verb_key, s.subject << 8 | time << 4 | 8));
    sink.add(mix(family::VERB, verb_key, who << 8 | s.second << 4 | 9));
    let mut bits = c.classes;
    while bits != 0 {
        let bit = bits.trailing_zeros();
        bits &= bits - 1;
        sink.add(mix(family::CLASS, bit, who));
        sink.add(mix(family::CLASS, bit, 256 + (s.negated << 1 | s.second)));
    }
    if let Some(end) = (c.end as usize).checked_sub(1).and_then(|e| doc.tokens.get(e)) {
        for bit in [after::COMMA, after::STOP, after::ASK, after::SHOUT, after::DOTS, after::BREAK] {
            if end.after & bit != 0 {
                sink.add(mix(family::MARK, u32::from(bit), 0));
                sink.add(mix(family::MARK, u32::from(bit), who));
            }
        }
    }
    if doc.norm(c.start as usize) == "but" {
        sink.add(mix(family::BUT, 0, 0));
        sink.add(mix(family::BUT, who, 1));
    }
}

/// Runs of three to five letters of a word, its ends marked.
fn letters(norm: &str, sink: &mut impl Sink) {
    let bytes = norm.as_bytes();
    let length = bytes.len().min(LONGEST_WORD);
    if length < 3 {
        return;
    }
    let mut marked = [b'<'; LONGEST_WORD + 2];
    for (slot, b) in marked.iter_mut().skip(1).zip(bytes.iter().take(length)) {
        *slot = *b;
    }
    if let Some(end) = marked.get_mut(length + 1) {
        *end = b'>';
    }
    let marked = marked.get(..length + 2).unwrap_or(&[]);
    for start in 0..marked.len() {
        let mut h = 7u32;
        for (n, b) in marked.iter().skip(start).take(5).enumerate() {
            h = h.wrapping_mul(0x0100_0193) ^ u32::from(*b);
            if n >= 2 {
                sink.add(mix(family::LETTERS, h, n as u32));
            }
        }
    }
}

fn whole(turn: &TurnContext<'_>, lexicon: &Lexicon, verdicts: &[Verdict], sink: &mut impl Sink) {
    let doc = &turn.doc;
    let tokens = &doc.tokens;
    let at = |i: usize| tokens.get(i).map_or(3, |t| word_key(doc, lexicon, i, t));
    let n = tokens.len();
    let first = at(0);
    let two = mix(0, first, at(1));
    sink.add(mix(family::OPENING, first, 1));
    sink.add(mix(family::OPENING, two, 2));
    sink.add(mix(family::OPENING, mix(0, two, at(2)), 3));
    if n > 0 {
        sink.add(mix(family::ENDING, at(n - 1), 1));
        sink.add(mix(family::ENDING, mix(0, at(n - 1), at(n.wrapping_sub(2))), 2));
    }
    let mut bits = if turn.context == 0 { 1 << 31 } else { turn.context };
    while bits != 0 {
        let bit = bits.trailing_zeros();
        bits &= bits - 1;
        sink.add(mix(family::CONTEXT, bit, 0));
        sink.add(mix(family::CONTEXT, 64 + bit, first));
        sink.add(mix(family::CONTEXT, 128 + bit, bucket(n)));
        for (id, confidence, grade) in verdicts {
            let sure = u32::from(*confidence >= 0.5);
            sink.add(mix(family::CONTEXT, 256 + bit, (*id as u32) << 4 | u32::from(*grade) << 1 | sure));
        }
    }
    let count = |f: &dyn Fn(&&Clause) -> bool| bucket(doc.clauses.iter().filter(f).count());
    let told = |c: &&Clause| c.subject == Subject::You && c.form == Form::Statement;
    let asked = bucket(tokens.iter().filter(|t| t.after & after::ASK != 0).count());
    let shouted = bucket(tokens.iter().filter(|t| t.after & after::SHOUT != 0).count());
    let charged = count(&|c| told(c) && (c.negated || c.tense == Tense::Past));
    for (which, number) in [
        bucket(n),
        bucket(doc.clauses.len()),
        asked,
        shouted,
        count(&told),
        count(&|c| c.subject == Subject::I),
        charged,
        bucket(doc.sentences.len()),
        count(&|c| c.form == Form::Imperative),
    ]
    .into_iter()
    .enumerate()
    {
        sink.add(mix(family::COUNT, which as u32, number));
    }
    for (a, b) in doc.clauses.iter().zip(doc.clauses.iter().skip(1)).take(MOST_CLAUSES) {
        let (a, b) = (shape(a), shape(b));
        sink.add(mix(family::CHAIN, a.subject << 4 | a.form, b.subject << 4 | b.form));
    }
    for (id, confidence, grade) in verdicts {
        sink.add(mix(family::VERDICT, *id as u32, u32::from(*grade) << 1 | u32::from(*confidence >= 0.5)));
        sink.add(mix(family::VERDICT, *id as u32 + 64, (*confidence * 6.0) as u32));
    }
    sink.add(mix(family::AUDIENCE, u32::from(turn.audience() == Audience::Client), 0));
    before(turn, lexicon, sink);
}

/// What the other said, and how much of it comes back.
fn before(turn: &TurnContext<'_>, lexicon: &Lexicon, sink: &mut impl Sink) {
    let said = &turn.before;
    let from = said.tokens.len().saturating_sub(CONTEXT_WORDS);
    let mut content: Vec<u32> = Vec::with_capacity(CONTEXT_WORDS);
    let function = class::PREP | class::DET | class::BE | class::I | class::YOU | class::IT | class::CONJ | class::DO;
    for (i, t) in said.tokens.iter().enumerate().skip(from) {
        let word = word_key(said, lexicon, i, t);
        sink.add(mix(family::BEFORE, word, 0));
        if !t.is(function) {
            content.push(word);
        }
    }
    for c in said.clauses.iter().rev().take(6) {
        let s = shape(c);
        sink.add(mix(family::BEFORE, s.subject << 4 | s.form, 256 + (s.tense << 1 | s.negated)));
    }
    let asks = said.tokens.last().is_some_and(|t| t.after & after::ASK != 0);
    sink.add(mix(family::BEFORE, u32::from(asks), 512));
    sink.add(mix(family::BEFORE, bucket(said.tokens.len()), 513));
    content.sort_unstable();
    let doc = &turn.doc;
    let read = doc.tokens.len().min(200);
    let back = doc
        .tokens
        .iter()
        .take(read)
        .enumerate()
        .filter(|(i, t)| !t.is(function) && content.binary_search(&word_key(doc, lexicon, *i, t)).is_ok())
        .count();
    sink.add(mix(family::OVERLAP, bucket(back), 0));
    sink.add(mix(family::OVERLAP, (5 * back / read.max(1)) as u32, 1));
    if let Some(c) = doc.clauses.first() {
        let s = shape(c);
        sink.add(mix(family::OVERLAP, bucket(back), 16 + (s.subject << 4 | s.form)));
    }
}
