//! Text from outside (scenarios, imports, models) made safe for a terminal.
//!
//! A terminal obeys control characters: a line of a scenario could move the cursor, rename the window or fill the
//! clipboard, and invisible direction marks could make a line read otherwise than it was written. Everything that comes
//! from a file or a network passes through [`tame`] before it is shown.

use std::borrow::Cow;

/// Has a terminal forget: the cursor home, the screen cleared (ED 2), and the lines that scrolled off it (ED 3, which
/// xterm brought and most terminals know; `screen` does not).
pub const WIPE: &str = "\x1b[H\x1b[2J\x1b[3J";

/// What stands in the place of a control character.
const REPLACEMENT: char = '\u{FFFD}';

/// The text with nothing in it that a terminal would obey and nothing that hides.
///
/// Control characters except line feed and tab become `\u{FFFD}`; a carriage return before a line feed goes away;
/// direction marks and other invisible format characters go away. Joiners stay inside emoji and between letters of the
/// scripts that need them, and variation selectors stay. Text with none of these is returned as it is.
pub fn tame(text: &str) -> Cow<'_, str> {
    if !text.chars().any(may_be_unsafe) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match class(c) {
            Class::Plain => out.push(c),
            Class::Control if c == '\r' && chars.peek() == Some(&'\n') => {}
            Class::Control => out.push(REPLACEMENT),
            Class::Break => out.push('\n'),
            Class::Invisible => {}
            // The next one that stays decides, so that taming twice changes nothing more.
            Class::Joiner => {
                let next = chars.clone().find(|&n| !matches!(class(n), Class::Invisible | Class::Joiner));
                if joins(out.chars().next_back(), c, next) {
                    out.push(c);
                }
            }
        }
    }
    Cow::Owned(out)
}

/// The same for a text that must stay on one line: line feeds and tabs become spaces.
pub fn tame_line(text: &str) -> Cow<'_, str> {
    let tamed = tame(text);
    if tamed.contains(['\n', '\t']) { Cow::Owned(tamed.replace(['\n', '\t'], " ")) } else { tamed }
}

/// The same without a change of length in bytes, so that places in the text stay where they are.
pub fn tame_in_place(text: &str) -> Cow<'_, str> {
    if !text.chars().any(may_be_unsafe) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let stays = match class(c) {
            Class::Plain => true,
            Class::Joiner => joins(out.chars().next_back(), c, chars.peek().copied()),
            _ => false,
        };
        match c.len_utf8() {
            _ if stays => out.push(c),
            1 if c == '\r' => out.push(' '),
            1 => out.push('?'),
            2 => out.push('\u{BF}'),
            3 => out.push(REPLACEMENT),
            _ => out.extend([REPLACEMENT, '?']),
        }
    }
    Cow::Owned(out)
}

/// So many replies, in words: "1 reply", "3 replies".
pub fn replies(n: usize) -> String {
    if n == 1 { "1 reply".to_owned() } else { format!("{n} replies") }
}

/// The first character from `from` on that [`tame`] would change, with its place; the second value says what it is, for
/// people. A byte order mark at the very start and the carriage return of a Windows line end are no fault of the writer.
pub fn first_hazard(text: &str, from: usize) -> Option<(usize, char, &'static str)> {
    let tail = text.get(from..)?;
    let mut chars = tail.char_indices().peekable();
    let mut before = text.get(..from).and_then(|head| head.chars().next_back());
    while let Some((at, c)) = chars.next() {
        let place = from + at;
        let next = chars.peek().map(|&(_, n)| n);
        let name = match class(c) {
            Class::Plain => None,
            Class::Invisible if c == '\u{FEFF}' && place == 0 => None,
            Class::Control if c == '\r' && next == Some('\n') => None,
            Class::Joiner if joins(before, c, next) => None,
            Class::Control => Some("a control character"),
            Class::Break => Some("an invisible line separator"),
            Class::Joiner => Some("an invisible joiner"),
            Class::Invisible if is_direction(c) => Some("an invisible direction mark"),
            Class::Invisible => Some("an invisible character"),
        };
        if let Some(name) = name {
            return Some((place, c, name));
        }
        before = Some(c);
    }
    None
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Plain,
    Control,
    /// A line or paragraph separator.
    Break,
    Invisible,
    /// Zero-width joiner and non-joiner.
    Joiner,
}

/// Quick refusal for the common case; everything under U+007F but controls is plain.
fn may_be_unsafe(c: char) -> bool {
    class(c) != Class::Plain
}

fn class(c: char) -> Class {
    match c {
        '\n' | '\t' | ' '..='~' => Class::Plain,
        '\0'..='\u{1F}' | '\u{7F}'..='\u{9F}' => Class::Control,
        '\u{2028}' | '\u{2029}' => Class::Break,
        '\u{200C}' | '\u{200D}' => Class::Joiner,
        '\u{AD}'
        | '\u{34F}'
        | '\u{61C}'
        | '\u{180E}'
        | '\u{200B}'
        | '\u{200E}'
        | '\u{200F}'
        | '\u{202A}'..='\u{202E}'
        | '\u{2060}'..='\u{206F}'
        | '\u{FEFF}'
        | '\u{FFF0}'..='\u{FFFB}'
        | '\u{1BCA0}'..='\u{1BCA3}'
        | '\u{1D173}'..='\u{1D17A}'
        | '\u{E0000}'..='\u{E00FF}'
        | '\u{E01F0}'..='\u{E0FFF}' => Class::Invisible,
        _ => Class::Plain,
    }
}

fn is_direction(c: char) -> bool {
    matches!(c, '\u{61C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// Whether a joiner between these two does something that a reader sees: a family emoji, a Persian or Hindi word.
fn joins(before: Option<char>, joiner: char, after: Option<char>) -> bool {
    let (Some(before), Some(after)) = (before, after) else { return false };
    let emoji = joiner == '\u{200D}' && (is_emoji(before) || before == '\u{FE0F}') && is_emoji(after);
    emoji || (needs_joiners(before) && needs_joiners(after))
}

fn is_emoji(c: char) -> bool {
    matches!(c, '\u{2190}'..='\u{2BFF}' | '\u{1F000}'..='\u{1FAFF}')
}

fn needs_joiners(c: char) -> bool {
    matches!(c, '\u{600}'..='\u{8FF}' | '\u{900}'..='\u{DFF}' | '\u{1000}'..='\u{109F}' | '\u{1780}'..='\u{17FF}'
        | '\u{1800}'..='\u{18AF}' | '\u{FB50}'..='\u{FDFF}' | '\u{FE70}'..='\u{FEFC}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn plain_text_is_returned_as_it_is() {
        for text in
            ["", "You're home. Before you start:\n\tI'm exhausted.", "naïve — “quoted” 日本語 עברית", "❤️ 👍🏽 1️⃣"]
        {
            assert!(matches!(tame(text), Cow::Borrowed(t) if t == text));
        }
    }

    #[test]
    fn sequences_lose_their_power() {
        assert_eq!(tame("\x1b]0;owned\x07"), "\u{FFFD}]0;owned\u{FFFD}");
        assert_eq!(tame("\u{9b}31mred"), "\u{FFFD}31mred");
        assert_eq!(tame("a\rb\r\nc\0"), "a\u{FFFD}b\nc\u{FFFD}");
        assert_eq!(tame("a\u{202e}b\u{2066}c\u{200b}d\u{feff}"), "abcd");
        assert_eq!(tame("a\u{2028}b"), "a\nb");
        assert_eq!(tame_line("a\nb\tc"), "a b c");
    }

    #[test]
    fn joiners_stay_where_they_join() {
        for text in ["👨\u{200d}👩\u{200d}👧", "🏳\u{fe0f}\u{200d}🌈", "👩🏽\u{200d}💻", "می\u{200c}خواهم", "क्\u{200d}ष"]
        {
            assert_eq!(tame(text), text);
            assert_eq!(first_hazard(text, 0), None);
        }
        assert_eq!(tame("a\u{200d}b"), "ab");
        assert_eq!(tame("👍\u{200d}"), "👍");
    }

    #[test]
    fn hazards_are_found_where_they_are() {
        assert_eq!(first_hazard("\u{feff}ab\r\nc", 0), None);
        assert_eq!(first_hazard("ab\u{202e}c\u{7}", 0), Some((2, '\u{202e}', "an invisible direction mark")));
        assert_eq!(first_hazard("ab\u{202e}c\u{7}", 5), Some((6, '\u{7}', "a control character")));
        assert_eq!(first_hazard("ab", 9), None);
    }

    fn nasty() -> impl Strategy<Value = String> {
        let piece = prop_oneof![
            any::<char>().prop_map(|c| c.to_string()),
            "[a-z \\n\\t]{0,4}",
            prop::sample::select(vec![
                "\x1b[2J",
                "\x1b]52;c;eA==\x07",
                "\u{9d}",
                "\u{90}",
                "\r",
                "\r\n",
                "\u{202e}",
                "\u{2067}",
                "\u{200d}",
                "👩",
                "\u{fe0f}",
                "\u{200c}",
                "ک",
                "\u{e0041}",
                "\u{ad}",
                "\0",
                "\u{7f}",
                "\u{2028}",
            ])
            .prop_map(str::to_owned),
        ];
        prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #[test]
        fn nothing_dangerous_is_left(text in nasty()) {
            let tamed = tame(&text).into_owned();
            let left = |c: char| (c.is_control() && c != '\n' && c != '\t') || is_direction(c);
            prop_assert!(!tamed.contains(left));
            let again = tame(&tamed);
            prop_assert_eq!(again.as_ref(), tamed.as_str());
            prop_assert_eq!(first_hazard(&tamed, 0), None);
            let in_place = tame_in_place(&text);
            prop_assert_eq!(in_place.len(), text.len());
            prop_assert!(!in_place.contains(left));
            prop_assert!(!tame_line(&text).contains(['\n', '\t']));
        }

        #[test]
        fn visible_text_stays(text in "[ -~äöüßéñ日本語\n\t]{0,60}") {
            let tamed = tame(&text);
            prop_assert_eq!(tamed.as_ref(), text.as_str());
        }
    }
}
