//! Small habits of models that are mended without asking again: the speaker's name in front, quotation marks around,
//! actions between stars or in brackets, stars for stress.

use crate::text::tame_line;

/// A sentence as it is to be spoken; empty where nothing of it was. `name` is the speaker's.
pub fn tidy(sentence: &str, name: &str) -> String {
    let line = tame_line(sentence);
    let spoken = without_actions(&line.replace("**", "").replace("__", ""));
    let mut text = spoken.trim();
    if let Some((label, rest)) = text.split_once(':')
        && label.trim().eq_ignore_ascii_case(name.trim())
    {
        text = rest.trim();
    }
    let text = text.trim_start_matches(['"', '\u{201c}']);
    // Quotation marks around all of it go; those inside stay in pairs.
    let text = if text.matches(['"', '\u{201c}', '\u{201d}']).count() % 2 == 1 {
        text.trim_end_matches(['"', '\u{201d}'])
    } else {
        text
    };
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The text without what stands in brackets or, as an action, between stars; a stressed word loses its stars.
fn without_actions(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['*', '(', '[']) {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        let close = match from.as_bytes().first() {
            Some(b'*') => '*',
            Some(b'(') => ')',
            _ => ']',
        };
        let inside = from.get(1..).unwrap_or_default();
        let Some(end) = inside.find(close) else {
            // One that is never closed stays, for the checks to refuse.
            out.push_str(from);
            return out;
        };
        let (content, after) = (inside.get(..end).unwrap_or_default(), inside.get(end + 1..).unwrap_or_default());
        if close == '*' && !is_action(content) {
            out.push_str(content);
        } else if out.ends_with(char::is_alphanumeric) {
            out.push(' ');
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

/// Whether words between stars say what somebody does, rather than what is stressed.
fn is_action(content: &str) -> bool {
    let words: Vec<&str> = content.split_whitespace().collect();
    match words.as_slice() {
        [] => true,
        [word] => {
            let word = word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
            let stress = [
                "always",
                "this",
                "us",
                "yes",
                "yours",
                "was",
                "is",
                "his",
                "hers",
                "ours",
                "less",
                "something",
                "nothing",
                "anything",
                "everything",
                "thing",
                "things",
                "bring",
                "is",
                "as",
            ];
            word == "silence"
                || word == "pause"
                || (word.ends_with('s') || word.ends_with("ing")) && !stress.contains(&word.as_str())
        }
        [first, ..] => {
            let first = first.to_lowercase();
            let stressed = ["i", "you", "we", "i'm", "you're", "never", "not", "every", "my", "your", "that", "the"];
            !stressed.contains(&first.as_str())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn habits_are_mended() {
        for (said, spoken) in [
            ("Alex: I know.", "I know."),
            ("**Alex:** I know.", "I know."),
            ("\u{201c}I know.\u{201d}", "I know."),
            ("\"I know.", "I know."),
            ("*sighs* I know. (looks away)", "I know."),
            ("I *really* mean it.", "I really mean it."),
            ("You *never* asked.", "You never asked."),
            ("*He turns to the window.*", ""),
            ("She said \u{201c}later\u{201d} again.", "She said \u{201c}later\u{201d} again."),
            ("It's ten\u{1b}[2J past\nten.", "It's ten\u{fffd}2J past ten."),
        ] {
            let tidied = tidy(said, "Alex");
            if said.contains('\u{1b}') {
                assert!(!tidied.contains('\u{1b}'), "{tidied:?}");
            } else {
                assert_eq!(tidied, spoken, "{said:?}");
            }
        }
    }

    #[test]
    fn a_star_that_is_never_closed_stays_to_be_refused() {
        assert_eq!(tidy("*I know.", "Alex"), "*I know.");
    }
}
