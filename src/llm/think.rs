//! Takes a model's private reasoning out of its words: some servers hand it over between tags in the answer itself, and a
//! tag may be cut anywhere.

/// How reasoning begins and ends.
const TAGS: &[(&str, &str)] = &[
    ("<think>", "</think>"),
    ("<thinking>", "</thinking>"),
    ("<thought>", "</thought>"),
    ("<reasoning>", "</reasoning>"),
    ("[THINK]", "[/THINK]"),
];

/// Words in, words without reasoning out.
#[derive(Debug, Default)]
pub struct Think {
    /// The end that is waited for, inside of reasoning.
    inside: Option<&'static str>,
    /// What may be the beginning of a tag.
    held: String,
    /// Whether anything was let through.
    spoke: bool,
    /// Whether there was any reasoning.
    thought: bool,
}

impl Think {
    /// What may be said of the next piece.
    pub fn take(&mut self, piece: &str) -> String {
        self.held.push_str(piece);
        let mut out = String::new();
        loop {
            match self.inside {
                Some(end) => match self.held.find(end) {
                    Some(at) => {
                        self.held.drain(..at + end.len());
                        self.inside = None;
                    }
                    None => {
                        let keep = beginning_of(&self.held, &[end]);
                        self.held.drain(..self.held.len() - keep);
                        break;
                    }
                },
                None => match first_tag(&self.held) {
                    Some((at, tag, end)) => {
                        out.push_str(&self.held[..at]);
                        self.held.drain(..at + tag.len());
                        self.inside = end;
                        self.thought = true;
                    }
                    None => {
                        let keep = beginning_of(&self.held, &every_tag());
                        out.extend(self.held.drain(..self.held.len() - keep));
                        break;
                    }
                },
            }
        }
        self.begin(out)
    }

    /// What was held back, when nothing more comes.
    pub fn end(&mut self) -> String {
        let rest = std::mem::take(&mut self.held);
        if self.inside.is_some() { String::new() } else { self.begin(rest) }
    }

    /// Whether there was any reasoning.
    pub fn thought(&self) -> bool {
        self.thought
    }

    /// Blank space before the first words is none of them.
    fn begin(&mut self, mut text: String) -> String {
        if !self.spoke {
            text.drain(..text.len() - text.trim_start().len());
            self.spoke = !text.is_empty();
        }
        text
    }
}

fn every_tag() -> [&'static str; TAGS.len() * 2] {
    std::array::from_fn(|n| if n % 2 == 0 { TAGS[n / 2].0 } else { TAGS[n / 2].1 })
}

/// The first tag: where, which, and the end that is to be waited for. An end without a beginning is only taken out.
fn first_tag(text: &str) -> Option<(usize, &'static str, Option<&'static str>)> {
    let begins = TAGS.iter().filter_map(|(begin, end)| text.find(begin).map(|at| (at, *begin, Some(*end))));
    let ends = TAGS.iter().filter_map(|(_, end)| text.find(end).map(|at| (at, *end, None)));
    begins.chain(ends).min_by_key(|(at, ..)| *at)
}

/// The bytes at the end of the text that may be the beginning of one of these.
fn beginning_of(text: &str, tags: &[&str]) -> usize {
    let possible = |n: &usize| {
        let at = text.len() - n;
        text.is_char_boundary(at) && tags.iter().any(|tag| tag.len() > *n && tag.starts_with(&text[at..]))
    };
    let longest = tags.iter().map(|tag| tag.len() - 1).max().unwrap_or(0).min(text.len());
    (1..=longest).rev().find(possible).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn in_pieces(text: &str, size: usize) -> String {
        let mut think = Think::default();
        let chars: Vec<char> = text.chars().collect();
        let mut out: String = chars.chunks(size).map(|piece| think.take(&piece.iter().collect::<String>())).collect();
        out.push_str(&think.end());
        out
    }

    #[test]
    fn reasoning_is_taken_out_however_it_is_cut() {
        let cases = [
            ("<think>She is angry < me.</think>\n\nFine, then.", "Fine, then."),
            ("Well <thinking>hm</thinking>no.", "Well no."),
            ("[THINK]x[/THINK]a < b, <b>c</b> and <th", "a < b, <b>c</b> and <th"),
            ("<think>never ends", ""),
            ("</think> Sure.", "Sure."),
            ("<think></think><think>two</think>  \u{e9}t\u{e9}", "\u{e9}t\u{e9}"),
            ("no tags at all", "no tags at all"),
        ];
        for (text, said) in cases {
            for size in 1..12 {
                assert_eq!(in_pieces(text, size), said, "{text} in pieces of {size}");
            }
        }
    }

    #[test]
    fn words_are_held_back_only_while_they_may_be_a_tag() {
        let mut think = Think::default();
        assert_eq!(think.take("I see <"), "I see ");
        assert_eq!(think.take("3 you"), "<3 you");
    }
}
