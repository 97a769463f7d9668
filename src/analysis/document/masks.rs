//! What is quoted, reported, negated, supposed, said of oneself, asked or ordered.

use super::{Document, Form, Subject, after, class, mask};
use crate::analysis::lexicon::Lexicon;

/// How far a negation reaches inside its clause.
const NEGATION_REACH: usize = 8;

impl Document {
    pub(super) fn find_masks(&mut self, lexicon: &Lexicon) {
        self.by_clause();
        self.by_word(lexicon);
        self.by_sentence();
    }

    fn by_clause(&mut self) {
        for n in 0..self.clauses.len() {
            let Some(clause) = self.clauses.get(n).copied() else { break };
            let mut bits = 0;
            if clause.form == Form::Imperative {
                bits |= mask::IMPERATIVE;
            }
            if clause.subject == Subject::I && !clause.second_person {
                bits |= mask::SELF;
            }
            if clause.subordinate
                && self
                    .tokens
                    .get(clause.start as usize)
                    .is_some_and(|t| is_if(self.norm(clause.start as usize)) && t.is(class::SUBORD))
            {
                bits |= mask::HYPOTHETICAL;
            }
            if matches!(clause.form, Form::Open | Form::Closed) {
                bits |= mask::QUESTION;
            }
            if bits != 0 {
                for t in self.tokens.iter_mut().take(clause.end as usize).skip(clause.start as usize) {
                    t.mask |= bits;
                }
            }
        }
    }

    fn by_word(&mut self, lexicon: &Lexicon) {
        let n = self.tokens.len();
        // Reach of the scope that runs, by token index; a later opener may only lengthen it.
        let (mut negated_to, mut reported_to) = (0usize, 0usize);
        for i in 0..n {
            let Some(token) = self.tokens.get(i).copied() else { break };
            let mut bits = 0;
            if i < negated_to {
                bits |= mask::NEGATED;
            }
            if i < reported_to {
                bits |= mask::REPORTED;
            }
            if let Some(t) = self.tokens.get_mut(i) {
                t.mask |= bits;
            }
            if token.is(class::NEG) {
                let clause_end = self.clause_of(i).map_or(i, |c| c.end as usize);
                let denies =
                    (i + 1..(i + 4).min(n)).any(|j| self.tokens.get(j).is_some_and(|t| lexicon.denies(t.word)));
                negated_to =
                    if denies { self.segment_end(i) } else { clause_end.min(i + 1 + NEGATION_REACH) }.max(negated_to);
            }
            if token.is(class::SAY) && self.reports(i) {
                reported_to = self.segment_end(i).max(reported_to);
            }
        }
    }

    /// "you said ...", "she told me ...", "they reckon ...", but not "I'm telling you ...".
    fn reports(&self, i: usize) -> bool {
        let Some(token) = self.tokens.get(i) else { return false };
        if !is_report(self.norm(i)) {
            return false;
        }
        let before = i.checked_sub(1).and_then(|j| self.tokens.get(j));
        let subject = before.is_some_and(|t| {
            t.is(class::I
                | class::YOU
                | class::THIRD
                | class::NAME
                | class::KIN
                | class::ADV
                | class::DO
                | class::HAVE
                | class::CONJ
                | class::WE)
        });
        subject
            && (token.is(class::PAST)
                || before.is_some_and(|t| t.is(class::THIRD | class::NAME | class::KIN | class::DO)))
    }

    /// The end of the stretch up to "but", a full stop, a semicolon or a dash.
    fn segment_end(&self, i: usize) -> usize {
        let end = self.sentence_of(i).end;
        (i + 1..end)
            .take(40)
            .find(|&j| self.norm(j) == "but" || self.tokens.get(j - 1).is_some_and(|t| t.after & after::BREAK != 0))
            .unwrap_or(end)
    }

    fn by_sentence(&mut self) {
        for n in 0..self.sentences.len() {
            let Some(sentence) = self.sentences.get(n).cloned() else { break };
            let range = sentence.start as usize..sentence.end as usize;
            let asks = self.tokens.get(range.end.saturating_sub(1)).is_some_and(|t| t.after & after::ASK != 0);
            if !asks {
                continue;
            }
            // Only the last clause of a sentence is asked; what stands before it is told.
            let last = self.tokens.get(range.end - 1).map_or(0, |t| t.clause);
            for t in self.tokens.iter_mut().take(range.end).skip(range.start) {
                if t.clause == last {
                    t.mask |= mask::QUESTION;
                }
            }
        }
    }
}

fn is_if(word: &str) -> bool {
    matches!(word, "if" | "unless" | "suppose" | "imagine" | "whether")
}

fn is_report(word: &str) -> bool {
    matches!(
        word,
        "said"
            | "says"
            | "say"
            | "told"
            | "tells"
            | "tell"
            | "called"
            | "calls"
            | "call"
            | "asked"
            | "texted"
            | "shouted"
            | "yelled"
            | "screamed"
            | "claimed"
            | "claims"
            | "promised"
            | "replied"
            | "goes"
            | "mentioned"
            | "admitted"
    )
}
