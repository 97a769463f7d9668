//! A stream of text as whole sentences, each given out as soon as it is whole.

/// Ends of words that look like the end of a sentence and are none.
const ABBREVIATIONS: &[&str] = &["mr", "mrs", "ms", "dr", "st", "prof", "vs", "etc", "e.g", "i.e", "no", "a.m", "p.m"];
/// More than this without an end is given out as it is, for the checks to refuse.
const LONGEST: usize = 1_200;

/// Cuts a stream into sentences.
#[derive(Clone, Debug, Default)]
pub struct Sentences {
    held: String,
}

impl Sentences {
    /// Take in the next piece; the sentences that are whole now, in order.
    pub fn push(&mut self, text: &str) -> Vec<String> {
        self.held.push_str(text);
        let mut whole = Vec::new();
        while let Some(end) = self.end() {
            let rest = self.held.split_off(end);
            let sentence = std::mem::replace(&mut self.held, rest);
            // Marks that came after their sentence was given out belong to nothing.
            if sentence.chars().any(char::is_alphanumeric) {
                whole.push(sentence.trim().to_owned());
            }
        }
        whole
    }

    /// What is left when the stream has ended.
    pub fn rest(self) -> Option<String> {
        let rest = self.held.trim();
        rest.chars().any(char::is_alphanumeric).then(|| rest.to_owned())
    }

    /// Where the first sentence that is held ends, if it does.
    fn end(&self) -> Option<usize> {
        let text = self.held.as_str();
        let (mut depth, mut starred) = (0usize, false);
        let mut chars = text.char_indices().peekable();
        while let Some((at, c)) = chars.next() {
            match c {
                '(' | '[' => depth += 1,
                ')' | ']' => depth = depth.saturating_sub(1),
                '*' if chars.peek().is_none_or(|(_, next)| *next != '*') => starred = !starred,
                _ => {}
            }
            if at > LONGEST {
                return Some(at);
            }
            // What stands in brackets or between stars is one piece.
            if depth > 0 || starred {
                continue;
            }
            if c == '\n' {
                return Some(at + 1);
            }
            if !matches!(c, '.' | '?' | '!' | '\u{2026}' | '\u{3002}' | '\u{ff1f}' | '\u{ff01}') {
                continue;
            }
            let mut end = at + c.len_utf8();
            while let Some((more, closing)) = chars.peek().copied() {
                if !matches!(closing, '.' | '?' | '!' | '\u{2026}' | '"' | '\'' | '\u{201d}' | '\u{2019}' | '*') {
                    break;
                }
                end = more + closing.len_utf8();
                chars.next();
            }
            if c == '.' && !ends_here(text.get(..at).unwrap_or_default(), text.get(end..).unwrap_or_default()) {
                continue;
            }
            match chars.peek() {
                // The stream stands at a mark: the sentence is shown at once and does not wait for the next word.
                None => return Some(end),
                Some((_, next)) if next.is_whitespace() || c > '\u{3000}' => return Some(end),
                Some(_) => {}
            }
        }
        None
    }
}

/// Whether a full stop after this text ends a sentence.
fn ends_here(before: &str, after: &str) -> bool {
    let word =
        before.rsplit(|c: char| c.is_whitespace() || matches!(c, '"' | '\u{201c}' | '(')).next().unwrap_or_default();
    let lower = word.to_lowercase();
    if ABBREVIATIONS.contains(&lower.as_str()) {
        // "No." ends a sentence where it is one.
        return lower == "no" && !after.trim_start().starts_with(|c: char| c.is_ascii_digit()) && !after.is_empty();
    }
    // Where nothing came after it yet, "3." may become "3.5" and "J." a name.
    let short = word.chars().count() == 1 && word.chars().all(|c| c.is_uppercase() && c != 'I');
    let number = word.ends_with(|c: char| c.is_ascii_digit());
    !(short || number && after.is_empty())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn all(pieces: &[&str]) -> Vec<String> {
        let mut sentences = Sentences::default();
        let mut out: Vec<String> = pieces.iter().flat_map(|piece| sentences.push(piece)).collect();
        out.extend(sentences.rest());
        out
    }

    #[test]
    fn sentences_come_when_they_are_whole() {
        let mut sentences = Sentences::default();
        assert!(sentences.push("I kn").is_empty());
        assert_eq!(sentences.push("ow."), ["I know."]);
        assert_eq!(sentences.push(" And? You"), ["And?"]);
        assert_eq!(sentences.rest().as_deref(), Some("You"));
    }

    #[test]
    fn what_only_looks_like_an_end_is_none() {
        assert_eq!(
            all(&["It was 3.", "5 hours, Mr. Jones. No. Not J. R. again."]),
            ["It was 3.5 hours, Mr. Jones.", "No.", "Not J. R. again."]
        );
        assert_eq!(all(&["Well", "...", " fine."]), ["Well...", "fine."]);
        assert_eq!(all(&["Really", "?", "!", " Yes."]), ["Really?", "Yes."]);
        assert_eq!(all(&["*He sighs. Looks away.* I know."]), ["*He sighs. Looks away.* I know."]);
        assert_eq!(all(&["One\nTwo"]), ["One", "Two"]);
        assert_eq!(all(&["\u{201c}I know.\u{201d} Do you?"]), ["\u{201c}I know.\u{201d}", "Do you?"]);
        assert_eq!(all(&["我知道。你呢？"]), ["我知道。", "你呢？"]);
    }

    #[test]
    fn a_stream_without_an_end_is_not_held_for_ever() {
        let mut sentences = Sentences::default();
        let given: usize = (0..200).map(|_| sentences.push(&"word ".repeat(10)).len()).sum();
        assert!(given >= 7 && sentences.held.len() <= LONGEST + 60);
    }

    proptest! {
        #[test]
        fn however_it_is_cut_no_word_is_lost(text in "[a-zA-Z0-9 .?!,'*()\n\u{e9}\u{2026}]{0,200}", cuts in prop::collection::vec(0usize..200, 0..20)) {
            let mut cuts: Vec<usize> = cuts.into_iter().filter(|c| text.is_char_boundary(*c) && *c < text.len()).collect();
            cuts.extend([0, text.len()]);
            cuts.sort_unstable();
            let pieces: Vec<&str> = cuts.windows(2).map(|w| &text[w[0]..w[1]]).collect();
            let words = |s: &str| s.chars().filter(|c| c.is_alphanumeric()).collect::<String>();
            let out = all(&pieces);
            prop_assert_eq!(words(&out.concat()), words(&text));
        }
    }
}
