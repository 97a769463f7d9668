//! What each sentence of an interviewer's turn does: asks openly, asks for yes or no, asks why, or tells.

use std::ops::Range;

use super::Id;
use super::context::TurnContext;
use super::document::{Clause, Document, Form, Subject, Token, after, class};

/// What a sentence does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ask {
    /// It tells.
    No,
    /// It asks with what, how, where, who, which or when.
    Open,
    /// It asks for yes or no, or for one of two.
    Closed,
    /// It asks why.
    Why,
}

/// One sentence.
#[derive(Clone, Debug)]
pub struct Move {
    /// Its tokens.
    pub tokens: Range<usize>,
    /// Whether and how it asks.
    pub ask: Ask,
    /// Whether it ends in a question mark.
    pub marked: bool,
    /// Whether its main clause is about the speaker ("I had one of those").
    pub own: bool,
    /// Whether it opens with an order.
    pub orders: bool,
    /// Further questions strung on with "and" or a comma ("..., and have you told her").
    pub strung: u8,
}

/// The sentences of the reply.
pub fn moves(doc: &Document) -> Vec<Move> {
    doc.sentences.iter().map(|s| read(doc, s.start as usize..s.end as usize)).collect()
}

fn read(doc: &Document, tokens: Range<usize>) -> Move {
    let of = doc.slice(tokens.clone());
    let marked = of.last().is_some_and(|t| t.after & after::ASK != 0);
    let mut m = Move { tokens: tokens.clone(), ask: Ask::No, marked, own: false, orders: false, strung: 0 };
    let (Some(first), Some(last)) = (of.first(), of.last()) else { return m };
    let clauses = doc.clauses.get(first.clause as usize..=last.clause as usize).unwrap_or(&[]);
    let mut asked = 0u8;
    for (n, clause) in clauses.iter().enumerate() {
        let ask = asks(doc, clause, marked);
        if ask != Ask::No && clause.end - clause.start > 1 {
            asked = asked.saturating_add(1);
        }
        // The first question decides; "why" always does.
        if m.ask == Ask::No || ask == Ask::Why {
            m.ask = if ask == Ask::No { m.ask } else { ask };
        }
        if n == 0 {
            m.own = clause.subject == Subject::I && ask == Ask::No;
            m.orders = clause.form == Form::Imperative && ask == Ask::No;
        }
    }
    m.strung = asked.saturating_sub(1);
    if m.ask == Ask::No && marked {
        m.ask = Ask::Closed;
    }
    m
}

fn asks(doc: &Document, clause: &Clause, marked: bool) -> Ask {
    let tokens = doc.slice(clause.range());
    let skip = |t: &&Token| {
        t.is(class::CONJ | class::DISC | class::EMOJI | class::ADV | class::PREP)
            && !t.is(class::WH | class::BE | class::DO | class::HAVE | class::MODAL)
    };
    let lead = tokens.iter().take_while(skip).count();
    let Some(first) = tokens.get(lead) else { return Ask::No };
    let aux = class::BE | class::DO | class::HAVE | class::MODAL | class::POSS;
    if first.is(class::WH) {
        // "when you left" hangs on something, "what you said" and "from what is there" are things.
        let at = |n: usize, class| tokens.get(lead + n).is_some_and(|t: &Token| t.is(class));
        let subject = class::YOU | class::THIRD | class::I | class::IT | class::WE | class::KIN | class::NAME;
        let inverted = at(1, aux) || (at(2, aux) && at(3, subject | class::DET) && !at(1, subject));
        let governed = lead > 0 && tokens.get(lead - 1).is_some_and(|t| t.is(class::PREP));
        let asking = !clause.subordinate && (marked || (inverted && !governed));
        if !asking {
            return Ask::No;
        }
        let word = doc.norm(clause.start as usize + lead);
        return if word.starts_with("why") { Ask::Why } else { Ask::Open };
    }
    let inverted = first.is(class::BE | class::DO | class::HAVE | class::MODAL)
        && clause.form == Form::Closed
        && tokens.get(lead + 1).is_some_and(|t| {
            t.is(class::YOU
                | class::THIRD
                | class::IT
                | class::NEG
                | class::KIN
                | class::NAME
                | class::YOUR
                | class::WE)
                || (marked && t.is(class::DET | class::I))
        });
    if inverted && (marked || tokens.len() > 3) { Ask::Closed } else { Ask::No }
}

/// Content words of the client's turn, as short keys.
#[derive(Debug)]
pub struct Echo {
    keys: Vec<u32>,
}

/// The most content words of the other's turn that are looked at.
const MOST_KEYS: usize = 64;

impl Echo {
    /// The words of what the other said.
    pub fn of(before: &Document) -> Self {
        let mut keys = Vec::with_capacity(32);
        for (n, t) in before.tokens.iter().enumerate() {
            if let Some(k) = key(before, n, t)
                && keys.len() < MOST_KEYS
                && !keys.contains(&k)
            {
                keys.push(k);
            }
        }
        Self { keys }
    }

    /// How many of these tokens are content words, and how many of them the client had said.
    pub fn shared(&self, doc: &Document, tokens: Range<usize>) -> (usize, usize) {
        let mut all = 0;
        let mut said = 0;
        for n in tokens {
            let Some(k) = doc.tokens.get(n).and_then(|t| key(doc, n, t)) else { continue };
            all += 1;
            said += usize::from(self.keys.contains(&k));
        }
        (all, said)
    }
}

/// The first letters of a content word: enough to match "stop" with "stopped".
fn key(doc: &Document, n: usize, t: &Token) -> Option<u32> {
    const EMPTY: u64 = class::I
        | class::ME
        | class::YOU
        | class::YOUR
        | class::WE
        | class::THIRD
        | class::IT
        | class::BE
        | class::HAVE
        | class::DO
        | class::MODAL
        | class::DET
        | class::PREP
        | class::CONJ
        | class::WH
        | class::SUBORD
        | class::INTENS
        | class::HEDGE
        | class::DISC
        | class::POSS;
    if t.is(EMPTY) && !t.is(class::KIN | class::NUM | class::FEEL_NEG) {
        return None;
    }
    // The second half of a contraction has the norm of the first.
    if n > 0 && doc.tokens.get(n - 1).is_some_and(|p| p.start == t.start) {
        return None;
    }
    let norm = doc.norm(n).as_bytes();
    if norm.len() < 3 && !t.is(class::NUM) {
        return None;
    }
    Some(norm.iter().take(4).fold(0u32, |k, b| (k << 8) | u32::from(*b)))
}

/// Which sections of an id's patterns matched in which sentence. One pass over the matches.
#[derive(Debug)]
pub struct Cues {
    tags: &'static [&'static str],
    found: Vec<u32>,
}

impl Cues {
    /// Look for these sections; at most 32.
    pub fn of(turn: &TurnContext<'_>, id: Id, tags: &'static [&'static str]) -> Self {
        let mut found = vec![0u32; turn.doc.sentences.len()];
        for (rule, hit) in turn.hits(id) {
            let sentence = turn.doc.tokens.get(hit.start as usize).map_or(0, |t| t.sentence as usize);
            if let (Some(bit), Some(slot)) = (tags.iter().position(|t| *t == rule.tag), found.get_mut(sentence)) {
                *slot |= 1 << bit;
            }
        }
        Self { tags, found }
    }

    /// Whether a section matched in the sentence of this number.
    pub fn has(&self, sentence: usize, tag: &str) -> bool {
        let bit = self.tags.iter().position(|t| *t == tag);
        bit.is_some_and(|b| self.found.get(sentence).is_some_and(|f| f & (1 << b) != 0))
    }
}

/// Sentences in which a rule of one of these faults is sure of itself.
pub fn faulted(turn: &TurnContext<'_>, ids: &[Id]) -> Vec<bool> {
    let mut out = vec![false; turn.doc.sentences.len()];
    for id in ids {
        for (_, hit) in turn.hits(*id).filter(|(r, _)| r.grade > 1) {
            let sentence = turn.doc.tokens.get(hit.start as usize).map_or(0, |t| t.sentence as usize);
            if let Some(slot) = out.get_mut(sentence) {
                *slot = true;
            }
        }
    }
    out
}

/// The number of the sentence that a token stands in.
pub fn sentence(doc: &Document, token: usize) -> usize {
    doc.tokens.get(token).map_or(0, |t| t.sentence as usize)
}
