//! What is said again word for word is read once: length earns nothing.

use std::collections::HashSet;

use super::Document;
use crate::analysis::lexicon::{NUMBER, PICTURE};

/// Fewer words than these are said twice for a reason: "no, no, no", "stop. Stop."
const SHORTEST: usize = 4;

impl Document {
    /// Leave out sentences that stood there before, and all rounds but the first of a text that goes round.
    pub(super) fn drop_repeats(&mut self) {
        if self.tokens.len() < 2 * SHORTEST {
            return;
        }
        let keys: Vec<u32> = (0..self.tokens.len()).map(|n| self.spelling_key(n)).collect();
        let period = period(&keys);
        if period >= SHORTEST && 2 * period <= keys.len() {
            self.tokens.truncate(period);
        }
        let mut seen = HashSet::new();
        let mut kept = vec![true; self.tokens.len()];
        let mut any = false;
        for sentence in &self.sentences {
            let range = sentence.start as usize..(sentence.end as usize).min(self.tokens.len());
            let (Some(of), true) = (keys.get(range.clone()), range.len() >= SHORTEST) else { continue };
            if !seen.insert(of) {
                any = true;
                kept.iter_mut().take(range.end).skip(range.start).for_each(|k| *k = false);
            }
        }
        if any {
            let mut kept = kept.iter();
            self.tokens.retain(|_| kept.next().copied().unwrap_or(true));
        }
        if any || self.sentences.last().is_some_and(|s| s.end as usize > self.tokens.len()) {
            self.number_sentences();
        }
    }

    fn spelling_key(&self, token: usize) -> u32 {
        // Numbers and rare emoji share a word each: there the spelling tells.
        match self.tokens.get(token).map_or(0, |t| t.word) {
            0 | NUMBER | PICTURE => crate::analysis::lexicon::key(self.norm(token)) | 1 << 31,
            word => word,
        }
    }

    /// Sentences anew, from the numbers that the tokens bear.
    fn number_sentences(&mut self) {
        self.sentences.clear();
        let mut last = None;
        for (n, token) in self.tokens.iter_mut().enumerate() {
            let n = n as u32;
            if last != Some(token.sentence) {
                last = Some(token.sentence);
                self.sentences.push(n..n);
            }
            token.sentence = self.sentences.len() as u32 - 1;
            if let Some(sentence) = self.sentences.last_mut() {
                sentence.end = n + 1;
            }
        }
    }
}

/// The length of the shortest round that the words go in; all of them where they don't (Knuth, Morris, Pratt).
fn period(keys: &[u32]) -> usize {
    let mut border = vec![0usize; keys.len()];
    for n in 1..keys.len() {
        let mut k = border.get(n - 1).copied().unwrap_or(0);
        while k > 0 && keys.get(k) != keys.get(n) {
            k = border.get(k - 1).copied().unwrap_or(0);
        }
        if keys.get(k) == keys.get(n) {
            k += 1;
        }
        if let Some(b) = border.get_mut(n) {
            *b = k;
        }
    }
    keys.len() - border.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use crate::analysis::document::Document;
    use crate::analysis::lexicon::Lexicon;

    #[test]
    fn what_is_said_again_is_read_once() {
        let words = |text: &str| {
            let doc = Document::read(text, Lexicon::get());
            assert!(doc.tokens.iter().all(|t| (t.sentence as usize) < doc.sentences.len()));
            doc.tokens.len()
        };
        let once = words("hello there I am thinking about things.");
        assert_eq!(words(&"hello there I am thinking about things. ".repeat(450)), once);
        assert_eq!(words(&"hello there I am thinking about things ".repeat(7)), once);
        let two = words("I am so tired of this. Can we sit down? ");
        assert_eq!(words("I am so tired of this. Can we sit down? I am so tired of this."), two);
        assert_eq!(words("no no no no no no no no no"), 9);
    }
}
