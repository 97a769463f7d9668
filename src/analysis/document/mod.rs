//! A reply as the detectors see it: words with byte spans and classes, sentences, clauses, masks. One linear pass.

pub mod class;
mod clause;
mod masks;
pub(crate) mod normalise;
mod repeats;
mod tokens;

use std::ops::Range;

use super::lexicon::Lexicon;
pub use clause::{Clause, Form, Subject, Tense};

/// What a token stands inside of.
pub mod mask {
    /// Inside quotation marks.
    pub const QUOTED: u16 = 1;
    /// What somebody is reported to have said or thought ("you said I was lazy").
    pub const REPORTED: u16 = 1 << 1;
    /// In the scope of a negation.
    pub const NEGATED: u16 = 1 << 2;
    /// Supposed, not claimed: "if ...", "imagine ...".
    pub const HYPOTHETICAL: u16 = 1 << 3;
    /// "You" that means anyone.
    pub const GENERIC: u16 = 1 << 4;
    /// Said of oneself: the clause has "I" as subject and no "you".
    pub const SELF: u16 = 1 << 5;
    /// In a question.
    pub const QUESTION: u16 = 1 << 6;
    /// In an imperative clause.
    pub const IMPERATIVE: u16 = 1 << 7;
}

/// Punctuation after a token.
pub mod after {
    /// Comma.
    pub const COMMA: u8 = 1;
    /// Full stop.
    pub const STOP: u8 = 1 << 1;
    /// Question mark.
    pub const ASK: u8 = 1 << 2;
    /// Exclamation mark.
    pub const SHOUT: u8 = 1 << 3;
    /// Ellipsis.
    pub const DOTS: u8 = 1 << 4;
    /// New line.
    pub const LINE: u8 = 1 << 5;
    /// Dash, colon, semicolon or bracket.
    pub const BREAK: u8 = 1 << 6;
    /// The sentence ends here.
    pub const ENDS: u8 = STOP | ASK | SHOUT | LINE | DOTS;
}

/// One word, number or emoji. A contraction is several tokens with one span ("don't" is "do", "not").
#[derive(Clone, Copy, Debug)]
pub struct Token {
    /// Its number in the lexicon; 0 for a word that is not there.
    pub word: u32,
    /// First byte in the text.
    pub start: u32,
    /// Byte after the last.
    pub end: u32,
    /// Bits of [`class`].
    pub class: u64,
    /// Bits of [`mask`].
    pub mask: u16,
    /// Bits of [`after`].
    pub after: u8,
    /// Index of its clause.
    pub clause: u32,
    /// Index of its sentence.
    pub sentence: u32,
    /// Where its normal form stands in the document's buffer.
    norm: (u32, u16),
}

impl Token {
    /// Whether the token has one of these classes.
    pub const fn is(&self, class: u64) -> bool {
        self.class & class != 0
    }
}

/// A text, read.
#[derive(Clone, Debug, Default)]
pub struct Document {
    /// The words.
    pub tokens: Vec<Token>,
    /// Clauses, as ranges of tokens with what they are about.
    pub clauses: Vec<Clause>,
    /// Sentences, as ranges of tokens.
    pub sentences: Vec<Range<u32>>,
    norms: String,
}

impl Document {
    /// Read a text: words, sentences, clauses and all masks except those that patterns give.
    pub fn read(text: &str, lexicon: &Lexicon) -> Self {
        let mut doc = tokens::tokenise(text, lexicon);
        doc.drop_repeats();
        doc.find_clauses();
        doc.find_masks(lexicon);
        doc
    }

    /// The normal form of a token: folded and lower case.
    pub fn norm(&self, token: usize) -> &str {
        self.tokens
            .get(token)
            .and_then(|t| self.norms.get(t.norm.0 as usize..t.norm.0 as usize + usize::from(t.norm.1)))
            .unwrap_or("")
    }

    /// The bytes that a range of tokens covers.
    pub fn bytes(&self, tokens: Range<usize>) -> Range<usize> {
        match (self.tokens.get(tokens.start), self.tokens.get(tokens.end.saturating_sub(1))) {
            (Some(a), Some(b)) if tokens.start < tokens.end => a.start as usize..b.end as usize,
            _ => 0..0,
        }
    }

    /// The clause of a token.
    pub fn clause_of(&self, token: usize) -> Option<&Clause> {
        self.clauses.get(self.tokens.get(token)?.clause as usize)
    }

    /// The tokens of the sentence that a token is in.
    pub fn sentence_of(&self, token: usize) -> Range<usize> {
        self.tokens
            .get(token)
            .and_then(|t| self.sentences.get(t.sentence as usize))
            .map_or(0..0, |r| r.start as usize..r.end as usize)
    }

    /// The tokens in a range; empty where the range is not.
    pub fn slice(&self, range: Range<usize>) -> &[Token] {
        self.tokens.get(range).unwrap_or(&[])
    }

    /// Whether the sentence of this token ends in a question mark or is built as a question.
    pub fn is_question(&self, token: usize) -> bool {
        self.tokens.get(token).is_some_and(|t| t.mask & mask::QUESTION != 0)
    }
}
