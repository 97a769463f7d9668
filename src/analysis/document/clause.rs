//! Clauses: who is the subject, who is addressed, what is claimed, asked or told to be done.

use super::{Document, Token, after, class};

/// Who a clause is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Subject {
    /// The speaker.
    I,
    /// The other.
    You,
    /// Both.
    We,
    /// Somebody else.
    Third,
    /// A thing, or "it" and "that".
    It,
    /// None to be seen.
    #[default]
    None,
}

/// What sort of clause it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Form {
    /// A statement, or a fragment.
    #[default]
    Statement,
    /// A question that opens with a question word.
    Open,
    /// A question that asks for yes or no.
    Closed,
    /// An order or a plea.
    Imperative,
}

/// When.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Tense {
    /// Now, or not said.
    #[default]
    Now,
    /// Before.
    Past,
    /// To come.
    Future,
}

/// A clause and what was read off it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Clause {
    /// First token.
    pub start: u32,
    /// Token after the last.
    pub end: u32,
    /// The subject.
    pub subject: Subject,
    /// The token of the subject, where there is one.
    pub subject_at: Option<u32>,
    /// The first verb that is no auxiliary, or the auxiliary where it stands alone.
    pub verb: Option<u32>,
    /// Statement, question, imperative.
    pub form: Form,
    /// Tense of the verb.
    pub tense: Tense,
    /// Whether the verb is negated.
    pub negated: bool,
    /// Whether the clause hangs on a subordinator (when, because, if ...).
    pub subordinate: bool,
    /// Whether "you" or "your" stands in it.
    pub second_person: bool,
    /// Bits of all its tokens.
    pub classes: u64,
}

impl Clause {
    /// Its tokens.
    pub fn range(&self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }

    /// Whether a token of it has one of these classes.
    pub const fn has(&self, class: u64) -> bool {
        self.classes & class != 0
    }
}

const AUX: u64 = class::BE | class::HAVE | class::DO | class::MODAL;
const SUBJECTS: u64 = class::I | class::YOU | class::WE | class::THIRD | class::IT | class::KIN | class::NAME;

impl Document {
    pub(super) fn find_clauses(&mut self) {
        let mut clauses: Vec<Clause> = Vec::with_capacity(self.tokens.len() / 5 + 1);
        for sentence in &self.sentences {
            let mut start = sentence.start;
            let mut has_verb = false;
            for i in sentence.start..sentence.end {
                let Some(token) = self.tokens.get(i as usize) else { break };
                let breaks = i > start
                    && (self.after(i - 1) & (after::COMMA | after::BREAK) != 0
                        || self.opens_clause(i, sentence.end, has_verb));
                if breaks {
                    clauses.push(Clause { start, end: i, ..Clause::default() });
                    (start, has_verb) = (i, false);
                }
                has_verb |= token.is(class::VERB | AUX);
            }
            if sentence.end > start {
                clauses.push(Clause { start, end: sentence.end, ..Clause::default() });
            }
        }
        for (n, clause) in clauses.iter_mut().enumerate() {
            self.read_clause(clause);
            for token in self.tokens.iter_mut().take(clause.end as usize).skip(clause.start as usize) {
                token.clause = n as u32;
            }
        }
        self.clauses = clauses;
    }

    fn after(&self, i: u32) -> u8 {
        self.tokens.get(i as usize).map_or(0, |t| t.after)
    }

    fn at(&self, i: u32, end: u32, class: u64) -> bool {
        i < end && self.tokens.get(i as usize).is_some_and(|t| t.is(class))
    }

    /// Whether a clause opens at `i` without punctuation before it.
    fn opens_clause(&self, i: u32, end: u32, has_verb: bool) -> bool {
        if !has_verb {
            return false;
        }
        let verb_after = |j: u32| {
            self.at(j, end, class::VERB | AUX)
                || (self.at(j, end, class::ADV) && self.at(j + 1, end, class::VERB | AUX))
        };
        if self.at(i, end, class::SUBORD) && !self.at(i, end, class::PREP) {
            return true;
        }
        if self.at(i, end, class::SUBORD | class::CONJ) {
            return (self.at(i + 1, end, SUBJECTS) && verb_after(i + 2))
                || self.at(i + 1, end, class::I)
                || (self.at(i, end, class::CONJ)
                    && self.at(i + 1, end, class::VERB | AUX | class::WH | class::SUBORD));
        }
        // A run-on: a new subject with a verb, where the last word neither governs it nor joins.
        let pronoun = class::I | class::YOU | class::WE | class::THIRD;
        self.at(i, end, pronoun)
            && verb_after(i + 1)
            && !self.at(
                i - 1,
                end,
                class::PREP | class::CONJ | class::SUBORD | class::WH | class::DET | AUX | class::VERB | class::THINK,
            )
    }

    fn read_clause(&self, clause: &mut Clause) {
        let tokens = self.slice(clause.range());
        let word = |k: usize| tokens.get(k).copied();
        clause.classes = tokens.iter().fold(0, |all, t| all | t.class);
        clause.second_person = clause.has(class::YOU | class::YOUR);
        let mut k = 0;
        // What may stand before the subject or the verb.
        while let Some(t) = word(k) {
            // "when you left" hangs on something; "when are you free" asks.
            if t.is(class::SUBORD) && (!t.is(class::WH) || (k + 1 < tokens.len() && !is_inverted(tokens, k + 1))) {
                clause.subordinate = true;
            } else if !t.is(class::CONJ | class::DISC | class::PLEASE | class::EMOJI)
                || t.is(class::WH | class::BE | class::VERB)
            {
                break;
            }
            k += 1;
        }
        let first = k;
        let ends_asking = tokens.last().is_some_and(|t| t.after & after::ASK != 0);
        if word(first).is_some_and(|t| t.is(class::WH)) && !clause.subordinate {
            if is_inverted(tokens, first + 1) || ends_asking || self.asks(clause) {
                clause.form = Form::Open;
            }
        } else if is_inverted(tokens, first) && !clause.subordinate {
            clause.form = Form::Closed;
        } else if word(first)
            .is_some_and(|t| t.is(class::BASE) && !t.is(class::FEEL_NEG | class::ADJ | class::DET | class::PREP))
            || (word(first).is_some_and(|t| t.is(class::DO)) && word(first + 1).is_some_and(|t| t.is(class::NEG)))
        {
            clause.form = Form::Imperative;
        }
        // In a question the auxiliary stands before the subject.
        let inverted = matches!(clause.form, Form::Open | Form::Closed);
        for (n, t) in tokens.iter().enumerate().skip(first) {
            if t.is(SUBJECTS)
                && clause.form != Form::Imperative
                && clause.subject_at.is_none()
                && (clause.verb.is_none() || inverted)
            {
                let preposition = n > 0 && tokens.get(n - 1).is_some_and(|p| p.is(class::PREP));
                if !preposition {
                    clause.subject = subject(t);
                    clause.subject_at = Some(clause.start + n as u32);
                    continue;
                }
            }
            if t.is(class::NEG) {
                clause.negated |= clause.verb.is_none_or(|v| {
                    v + 2 > clause.start + n as u32
                        || tokens.get((v - clause.start) as usize).is_some_and(|v| v.is(AUX))
                });
                continue;
            }
            if t.is(class::VERB) || t.is(AUX) {
                if t.is(class::MODAL)
                    && clause.tense == Tense::Now
                    && matches!(self.norm(clause.start as usize + n), "will" | "'ll" | "shall")
                {
                    clause.tense = Tense::Future;
                }
                if t.is(class::PAST) && clause.verb.is_none() {
                    clause.tense = Tense::Past;
                }
                let replace =
                    clause.verb.is_none_or(|v| tokens.get((v - clause.start) as usize).is_some_and(|v| v.is(AUX)))
                        && (clause.verb.is_none() || t.is(class::VERB));
                if replace {
                    clause.verb = Some(clause.start + n as u32);
                }
            }
        }
        if ends_asking && clause.form == Form::Statement {
            clause.form = Form::Closed;
        }
    }

    fn asks(&self, clause: &Clause) -> bool {
        let sentence = self.sentence_of(clause.start as usize);
        self.tokens.get(sentence.end.saturating_sub(1)).is_some_and(|t| t.after & after::ASK != 0)
    }
}

/// Auxiliary before subject: "can you", "did he".
fn is_inverted(tokens: &[Token], at: usize) -> bool {
    let Some(aux) = tokens.get(at) else { return false };
    if !aux.is(AUX) {
        return false;
    }
    let next = tokens.get(at + 1);
    let after_not = next.filter(|t| t.is(class::NEG)).and_then(|_| tokens.get(at + 2));
    after_not.or(next).is_some_and(|t| t.is(SUBJECTS | class::DET) && !t.is(class::ME))
}

fn subject(t: &Token) -> Subject {
    if t.is(class::I) {
        Subject::I
    } else if t.is(class::YOU) {
        Subject::You
    } else if t.is(class::WE) {
        Subject::We
    } else if t.is(class::THIRD | class::KIN | class::NAME) {
        Subject::Third
    } else {
        Subject::It
    }
}
