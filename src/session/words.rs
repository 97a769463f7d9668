//! Words of a reply for matching: lower case, plain apostrophes, with their places.

/// A word and where it stands.
#[derive(Clone, Debug)]
pub struct Word<'a> {
    /// As typed.
    pub text: &'a str,
    /// Lower case, with `'` for every kind of apostrophe.
    pub lower: String,
    /// First byte.
    pub start: usize,
    /// Byte behind the last.
    pub end: usize,
}

/// The first `most` words of a text.
pub fn words(text: &str, most: usize) -> Vec<Word<'_>> {
    let mut out = Vec::new();
    let mut start = None;
    for (i, c) in text.char_indices().chain(std::iter::once((text.len(), ' '))) {
        let inside = c.is_alphanumeric() || (is_apostrophe(c) && start.is_some());
        match (inside, start) {
            (true, None) => start = Some(i),
            (false, Some(from)) => {
                let word = text[from..i].trim_end_matches(is_apostrophe);
                let lower = word
                    .chars()
                    .flat_map(char::to_lowercase)
                    .map(|c| if is_apostrophe(c) { '\'' } else { c })
                    .collect();
                out.push(Word { text: word, lower, start: from, end: from + word.len() });
                start = None;
                if out.len() == most {
                    break;
                }
            }
            _ => {}
        }
    }
    out
}

fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '\u{2019}' | '\u{2018}' | '\u{02bc}' | '`')
}
