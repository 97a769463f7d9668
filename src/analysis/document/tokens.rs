//! Text to tokens: normal forms, contractions, punctuation flags, quotation marks, sentences.

use super::normalise::{fold, is_apostrophe, is_emoji, is_invisible, squeeze};
use super::{Document, Token, after, class, mask};
use crate::analysis::lexicon::{Lexicon, NUMBER, PICTURE};

/// A word longer than this is no word of the lexicon; its normal form is cut here.
const LONGEST: usize = 40;
/// A quotation longer than this many tokens is taken for stray marks.
const LONGEST_QUOTE: usize = 60;

struct Reader<'a> {
    text: &'a str,
    lexicon: &'a Lexicon,
    doc: Document,
    sentence: u32,
    sentence_start: u32,
    double: Option<usize>,
    single: Option<usize>,
}

/// Split a text into tokens and sentences; mark quotations.
pub(super) fn tokenise(text: &str, lexicon: &Lexicon) -> Document {
    let mut doc = Document::default();
    doc.tokens.reserve(text.len() / 4 + 4);
    doc.norms.reserve(text.len() + 8);
    let mut reader = Reader { text, lexicon, doc, sentence: 0, sentence_start: 0, double: None, single: None };
    reader.run();
    reader.end_sentence();
    reader.settle();
    reader.sentences();
    reader.doc
}

fn is_word_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || (!c.is_ascii() && c.is_alphanumeric())
}

impl Reader<'_> {
    fn run(&mut self) {
        let mut chars = self.text.char_indices().peekable();
        let mut prev = ' ';
        while let Some((at, c)) = chars.next() {
            if is_word_char(c) || (is_currency(c) && chars.peek().is_some_and(|(_, n)| n.is_ascii_digit())) {
                let norm_at = self.doc.norms.len();
                let mut end = at + c.len_utf8();
                self.doc.norms.push(fold(c));
                let (mut last, upper) = (c, c.is_uppercase());
                while let Some(&(i, n)) = chars.peek() {
                    let inside = if is_word_char(n) {
                        true
                    } else if is_invisible(n) {
                        end = i + n.len_utf8();
                        chars.next();
                        continue;
                    } else if is_apostrophe(n) || n == '*' {
                        let mut ahead = self.text.get(i + n.len_utf8()..).unwrap_or("").chars();
                        let next = ahead.next().unwrap_or(' ');
                        last != '\'' && (is_word_char(next) && !is_currency(next) || n == '*' && next == '*')
                    } else if matches!(n, '.' | ':' | ',') {
                        last.is_ascii_digit()
                            && self.text.get(i + 1..).and_then(|s| s.chars().next()).is_some_and(|d| d.is_ascii_digit())
                    } else {
                        false
                    };
                    if !inside {
                        break;
                    }
                    if self.doc.norms.len() - norm_at < LONGEST {
                        self.doc.norms.push(if is_apostrophe(n) { '\'' } else { fold(n) });
                    }
                    last = if is_apostrophe(n) { '\'' } else { n };
                    end = i + n.len_utf8();
                    chars.next();
                }
                self.word(norm_at, at, end, upper);
                prev = last;
            } else if is_invisible(c) {
                if let Some(t) = self.doc.tokens.last_mut()
                    && t.end as usize == at
                {
                    t.end = (at + c.len_utf8()) as u32;
                }
            } else if is_emoji(c) {
                self.emoji(at, c);
                prev = c;
            } else {
                let next = chars.peek().map_or(' ', |(_, n)| *n);
                self.punctuation(c, prev, next);
                prev = c;
            }
        }
    }

    fn push(&mut self, word: u32, class: u64, span: (usize, usize), norm: (usize, usize)) {
        let sentence = self.sentence;
        self.doc.tokens.push(Token {
            word,
            start: span.0 as u32,
            end: span.1 as u32,
            class: class | self.lexicon.class(word),
            mask: 0,
            after: 0,
            clause: 0,
            sentence,
            norm: (norm.0 as u32, (norm.1 - norm.0).min(u16::MAX as usize) as u16),
        });
    }

    fn word(&mut self, norm_at: usize, start: usize, end: usize, upper: bool) {
        let norm_end = self.doc.norms.len();
        let norm = self.doc.norms.get(norm_at..norm_end).unwrap_or("");
        let lexicon = self.lexicon;
        if norm.bytes().next().is_some_and(|b| b.is_ascii_digit() || !b.is_ascii() && norm.starts_with(is_currency))
            || norm.starts_with('$')
        {
            if let Some(words) = lexicon.spelling(norm) {
                self.expand(words, start, end, norm_at, norm_end);
                return;
            }
            let class = number_class(norm);
            self.push(NUMBER, class, (start, end), (norm_at, norm_end));
            return;
        }
        if let Some(words) = lexicon.spelling(norm) {
            self.expand(words, start, end, norm_at, norm_end);
            return;
        }
        // "mum's", "dishes'", "who'd": the stem, then what the ending stands for.
        if let Some(cut) = norm.rfind('\'') {
            let (stem, ending) = norm.split_at(cut);
            let tail = match ending {
                "'s" => Some(lexicon.poss),
                "'ll" => Some(lexicon.will),
                "'d" => Some(lexicon.would),
                "'ve" => Some(lexicon.have),
                "'re" => Some(lexicon.are),
                "'m" => Some(lexicon.am),
                _ => None,
            };
            if let Some(tail) = tail {
                let words = lexicon.spelling(stem).map(<[u32]>::to_vec);
                let cut_at = norm_at + cut;
                let extra = if words.is_none() { guess(stem) | self.name(upper) } else { 0 };
                match words {
                    Some(words) => self.expand(&words, start, end, norm_at, cut_at),
                    None => self.push(0, extra, (start, end), (norm_at, cut_at)),
                }
                self.push(tail, 0, (start, end), (cut_at, norm_end));
                return;
            }
        }
        let squeezed = if norm.len() > 3 {
            squeeze(norm, 1).into_iter().chain(squeeze(norm, 2)).find(|w| lexicon.spelling(w).is_some())
        } else {
            None
        };
        if let Some(words) = squeezed.as_deref().and_then(|w| lexicon.spelling(w)) {
            self.expand(words, start, end, norm_at, norm_end);
            return;
        }
        let class = guess(norm) | self.name(upper);
        self.push(0, class, (start, end), (norm_at, norm_end));
    }

    fn name(&self, upper: bool) -> u64 {
        if upper && self.doc.tokens.len() as u32 > self.sentence_start { class::NAME } else { 0 }
    }

    fn expand(&mut self, words: &[u32], start: usize, end: usize, norm_at: usize, norm_end: usize) {
        for &w in words {
            self.push(w, 0, (start, end), (norm_at, norm_end));
        }
    }

    fn emoji(&mut self, at: usize, c: char) {
        let norm_at = self.doc.norms.len();
        self.doc.norms.push(c);
        let norm = self.doc.norms.get(norm_at..).unwrap_or("");
        let word = self.lexicon.spelling(norm).and_then(|w| w.first().copied()).unwrap_or(PICTURE);
        let norm_end = self.doc.norms.len();
        // An emoji after a full stop belongs to the sentence before it.
        self.push(word, class::EMOJI, (at, at + c.len_utf8()), (norm_at, norm_end));
    }

    fn punctuation(&mut self, c: char, prev: char, next: char) {
        let flag = match c {
            ',' => after::COMMA,
            '.' if prev == '.' || next == '.' => after::DOTS,
            '.' if self.is_abbreviation() => 0,
            '.' | '\u{3002}' | '\u{964}' => after::STOP,
            '?' | '\u{ff1f}' | '\u{203d}' => after::ASK,
            '!' | '\u{ff01}' => after::SHOUT,
            '\u{2026}' => after::DOTS,
            '\n' => after::LINE,
            ';' | ':' | '\u{2014}' | '\u{2013}' | '(' | ')' | '[' | ']' | '/' => after::BREAK,
            '-' if prev == ' ' || next == ' ' || prev == '-' => after::BREAK,
            '"' => {
                self.quote_mark();
                0
            }
            '\u{201c}' | '\u{ab}' | '\u{201e}' => {
                self.double = Some(self.doc.tokens.len());
                0
            }
            '\u{201d}' | '\u{bb}' => {
                let open = self.double.take();
                self.close(open);
                0
            }
            c if is_apostrophe(c) => {
                if !is_word_char(prev) && is_word_char(next) && !matches!(prev, '.' | ',' | '?' | '!') {
                    self.single = Some(self.doc.tokens.len());
                } else if next != '\'' {
                    let open = self.single.take();
                    self.close(open);
                }
                0
            }
            _ => 0,
        };
        if flag == 0 {
            return;
        }
        if let Some(t) = self.doc.tokens.last_mut() {
            t.after |= flag;
        }
        if flag & after::ENDS != 0 {
            self.end_sentence();
        }
    }

    fn is_abbreviation(&self) -> bool {
        self.doc.tokens.last().is_some_and(|_| {
            matches!(
                self.doc.norm(self.doc.tokens.len() - 1),
                "mr" | "mrs" | "ms" | "dr" | "st" | "e" | "i.e" | "eg" | "etc"
            )
        })
    }

    fn quote_mark(&mut self) {
        match self.double.take() {
            Some(open) => self.close(Some(open)),
            None => self.double = Some(self.doc.tokens.len()),
        }
    }

    fn close(&mut self, open: Option<usize>) {
        let Some(open) = open else { return };
        let end = self.doc.tokens.len();
        if end - open.min(end) <= LONGEST_QUOTE {
            for t in self.doc.tokens.iter_mut().skip(open) {
                t.mask |= mask::QUOTED;
            }
        }
    }

    fn end_sentence(&mut self) {
        let end = self.doc.tokens.len() as u32;
        if end > self.sentence_start {
            self.sentence += 1;
            self.sentence_start = end;
        }
    }

    /// Settle spellings that only their neighbours decide: ur, your, id, ill.
    fn settle(&mut self) {
        let lexicon = self.lexicon;
        let mut inserts: Vec<(usize, [u32; 2])> = Vec::new();
        for (i, token) in self.doc.tokens.iter().enumerate() {
            if !lexicon.is_ambiguous(token.word) {
                continue;
            }
            let next = self.doc.tokens.get(i + 1).filter(|n| n.sentence == token.sentence);
            let next_is = |c: u64| next.is_some_and(|n| n.is(c));
            let base = next_is(class::BASE | class::ADV | class::HAVE | class::NEG);
            let pair = match self.doc.norm(i) {
                "ur" | "your" | "yr" if next_is(class::NEG | class::ING) => Some([lexicon.you, lexicon.are]),
                "ur" | "your" | "yr" if next_is(class::DET | class::INTENS) && !next_is(class::ADJ) => {
                    Some([lexicon.you, lexicon.are])
                }
                "ur" if next_is(class::ADJ | class::INSULT) => Some([lexicon.you, lexicon.are]),
                "id" if base => Some([lexicon.i, lexicon.would]),
                "ill" if base => Some([lexicon.i, lexicon.will]),
                _ => None,
            };
            inserts.extend(pair.map(|pair| (i, pair)));
        }
        if inserts.is_empty() {
            return;
        }
        let mut out = Vec::with_capacity(self.doc.tokens.len() + inserts.len());
        let mut inserts = inserts.into_iter().peekable();
        for (i, token) in self.doc.tokens.iter().enumerate() {
            match inserts.next_if(|(at, _)| *at == i) {
                Some((_, [a, b])) => {
                    out.push(Token { word: a, class: lexicon.class(a), after: 0, ..*token });
                    out.push(Token { word: b, class: lexicon.class(b), ..*token });
                }
                None => out.push(*token),
            }
        }
        self.doc.tokens = out;
    }

    fn sentences(&mut self) {
        for (i, token) in self.doc.tokens.iter().enumerate() {
            let i = i as u32;
            match self.doc.sentences.last_mut() {
                Some(last)
                    if self.doc.tokens.get(last.start as usize).is_some_and(|t| t.sentence == token.sentence) =>
                {
                    last.end = i + 1;
                }
                _ => self.doc.sentences.push(i..i + 1),
            }
        }
    }
}

fn is_currency(c: char) -> bool {
    matches!(c, '$' | '\u{a3}' | '\u{20ac}' | '\u{20b9}' | '\u{20a6}')
}

fn number_class(norm: &str) -> u64 {
    let mut class = class::NUM;
    if norm.starts_with(is_currency) {
        class |= class::MONEY;
    }
    if norm.ends_with("am") || norm.ends_with("pm") || norm.contains(':') {
        class |= class::CLOCK | class::TIME;
    }
    if norm.ends_with("th") || norm.ends_with("st") || norm.ends_with("nd") || norm.ends_with("rd") {
        class |= class::TIME;
    }
    class
}

/// The class of a word that is not in the lexicon, from its ending.
fn guess(norm: &str) -> u64 {
    let mut class = class::UNKNOWN;
    if norm.len() > 4 {
        if norm.ends_with("ing") {
            class |= class::VERB | class::ING;
        } else if norm.ends_with("ed") {
            class |= class::VERB | class::PAST;
        } else if norm.ends_with("ly") {
            class |= class::ADV;
        }
    }
    class
}
