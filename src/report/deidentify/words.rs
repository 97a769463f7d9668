//! Words, numbers and addresses of a text, and what is known about words.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::OnceLock;

use super::Kind;

/// A word and where it stands.
#[derive(Clone, Debug)]
pub(super) struct Word<'a> {
    pub(super) text: &'a str,
    /// In small letters, with `'` for every apostrophe.
    pub(super) lower: String,
    pub(super) start: usize,
    /// Nothing but this word can be meant by a capital: it begins a sentence, a quote or a line.
    pub(super) starts: bool,
}

impl Word<'_> {
    /// The word without a genitive's ending.
    pub(super) fn stem(&self) -> &str {
        self.lower.strip_suffix("'s").or_else(|| self.lower.strip_suffix('\'')).unwrap_or(&self.lower)
    }

    pub(super) fn capital(&self) -> bool {
        self.text.chars().next().is_some_and(char::is_uppercase)
    }

    /// Shouted, or an abbreviation.
    pub(super) fn all_capitals(&self) -> bool {
        self.text.chars().count() > 1 && !self.text.chars().any(char::is_lowercase)
    }
}

/// A piece of a text that could be replaced.
#[derive(Clone, Debug)]
pub(super) enum Token<'a> {
    Word(Word<'a>),
    /// With its digits and letters.
    Number(Range<usize>, String),
    Mail(Range<usize>),
    Handle(Range<usize>),
    Link(Range<usize>),
}

/// The tokens of a text, in order.
pub(super) fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut out = Vec::new();
    let mut at = 0;
    // Whether the next word begins a sentence.
    let mut starts = true;
    while let Some(c) = text.get(at..).and_then(|rest| rest.chars().next()) {
        let rest = text.get(at..).unwrap_or_default();
        let chunk = rest.split(char::is_whitespace).next().unwrap_or_default();
        let token = if is_boundary(text, at) { address(chunk, at) } else { None };
        if let Some((token, len)) = token {
            out.push(token);
            at += len;
            starts = false;
        } else if c.is_ascii_digit() || (c == '+' && rest.get(1..2).is_some_and(is_digit)) {
            let len = number(rest);
            let key = rest.chars().take_while_bytes(len).filter(|c| c.is_alphanumeric()).collect::<String>();
            out.push(Token::Number(at..at + len, key.to_lowercase()));
            at += len;
            starts = false;
        } else if c.is_alphabetic() {
            let len = rest
                .char_indices()
                .find(|(i, c)| !(c.is_alphabetic() || (is_apostrophe(*c) && inside(rest, *i, *c))))
                .map_or(rest.len(), |(i, _)| i);
            let word = rest.get(..len).unwrap_or_default();
            // "SW1A" and "B2" are numbers to whoever looks somebody up.
            if rest.get(len..).is_some_and(is_digit) {
                let len = len + number(rest.get(len..).unwrap_or_default());
                let key = rest.chars().take_while_bytes(len).filter(|c| c.is_alphanumeric()).collect::<String>();
                out.push(Token::Number(at..at + len, key.to_lowercase()));
                at += len;
            } else {
                let lower = word.chars().flat_map(char::to_lowercase);
                let lower = lower.map(|c| if is_apostrophe(c) { '\'' } else { c }).collect();
                out.push(Token::Word(Word { text: word, lower, start: at, starts }));
                at += len;
            }
            starts = false;
        } else {
            // A full stop, a quote, a dash: after it a capital says nothing.
            starts |= !(c == ' ' || c == ',' || c == '\'' || c == '\u{2019}' || c == '/' || c == '&' || c == '-');
            at += c.len_utf8();
        }
    }
    out
}

/// The characters of the first so many bytes.
trait TakeBytes: Iterator<Item = char> + Sized {
    fn take_while_bytes(self, len: usize) -> impl Iterator<Item = char> {
        let mut used = 0;
        self.take_while(move |c| {
            used += c.len_utf8();
            used <= len
        })
    }
}

impl TakeBytes for std::str::Chars<'_> {}

fn is_digit(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_digit())
}

fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '\u{2019}' | '\u{2bc}')
}

/// Whether an apostrophe has a letter behind it.
fn inside(text: &str, at: usize, c: char) -> bool {
    text.get(at + c.len_utf8()..).and_then(|rest| rest.chars().next()).is_some_and(char::is_alphabetic)
}

fn is_boundary(text: &str, at: usize) -> bool {
    !text.get(..at).and_then(|head| head.chars().next_back()).is_some_and(|c| c.is_alphanumeric())
}

/// A mail address, a link or a handle at the start of a chunk without spaces.
fn address(chunk: &str, at: usize) -> Option<(Token<'_>, usize)> {
    let trimmed = chunk.trim_end_matches(['.', ',', ';', ':', '!', '?', ')', ']', '"', '\'', '\u{201d}', '\u{2019}']);
    let range = at..at + trimmed.len();
    let lower = trimmed.to_lowercase();
    if ["http://", "https://", "www."].iter().any(|lead| lower.starts_with(lead) && lower.len() > lead.len()) {
        return Some((Token::Link(range), trimmed.len()));
    }
    let (before, after) = trimmed.split_once('@')?;
    if before.is_empty() {
        let wide = after.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '.')).unwrap_or(after.len());
        return (wide > 0).then_some((Token::Handle(at..at + 1 + wide), 1 + wide));
    }
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '+' | '%');
    let dotted = after.contains('.') && !after.starts_with('.');
    (dotted && before.chars().all(plain) && after.chars().all(plain)).then_some((Token::Mail(range), trimmed.len()))
}

/// How long the number at the start is: groups of digits and letters, and the signs and single spaces between groups of
/// digits.
fn number(text: &str) -> usize {
    let mut len = 0;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let next_is_digit = chars.peek().is_some_and(|(_, next)| next.is_ascii_digit());
        let joins = matches!(c, '.' | ',' | ':' | '/' | '-' | ' ' | '+' | '(' | ')') && next_is_digit;
        if !(c.is_alphanumeric() || joins) {
            break;
        }
        len = at + c.len_utf8();
    }
    len
}

const NAMES: &str = include_str!("names.txt");
const PLACES: &str = include_str!("places.txt");

fn list(text: &'static str) -> BTreeSet<&'static str> {
    text.lines().filter(|line| !line.starts_with('#')).flat_map(str::split_whitespace).collect()
}

/// What a word is by the lists.
pub(super) fn listed(word: &str) -> Option<Kind> {
    static LISTS: OnceLock<[BTreeSet<&str>; 2]> = OnceLock::new();
    let [names, places] = LISTS.get_or_init(|| [list(NAMES), list(PLACES)]);
    match word {
        _ if names.contains(word) => Some(Kind::Name),
        _ if places.contains(word) => Some(Kind::Place),
        _ => None,
    }
}

/// Names that are ordinary words as well.
pub(super) fn is_ordinary(word: &str) -> bool {
    const WORDS: &[&str] = &[
        "amber",
        "angel",
        "april",
        "art",
        "august",
        "autumn",
        "bill",
        "bob",
        "carol",
        "chance",
        "chase",
        "christian",
        "crystal",
        "daisy",
        "dale",
        "dawn",
        "dean",
        "dolly",
        "drew",
        "earl",
        "eve",
        "faith",
        "fern",
        "flora",
        "frank",
        "gene",
        "ginger",
        "glen",
        "grace",
        "grant",
        "guy",
        "hazel",
        "heather",
        "hope",
        "iris",
        "ivy",
        "jack",
        "jade",
        "jasmine",
        "jo",
        "joy",
        "june",
        "lance",
        "lily",
        "mark",
        "max",
        "may",
        "miles",
        "nick",
        "nice",
        "olive",
        "pat",
        "patience",
        "pearl",
        "penny",
        "pierce",
        "polly",
        "poppy",
        "ray",
        "reading",
        "reed",
        "rich",
        "rob",
        "robin",
        "rose",
        "ruby",
        "rusty",
        "sandy",
        "sky",
        "sonny",
        "star",
        "sue",
        "summer",
        "sunny",
        "van",
        "victor",
        "violet",
        "wade",
        "ward",
        "will",
        "willow",
        "winter",
        "bath",
        "cork",
        "nice",
        "turkey",
        "china",
        "jordan",
    ];
    WORDS.contains(&word)
}

/// Words that are written with a capital and name nobody, and what families call each other.
pub(super) fn is_no_name(word: &str) -> bool {
    const WORDS: &[&str] = &[
        "i",
        "i'm",
        "i'd",
        "i'll",
        "i've",
        "ok",
        "okay",
        "tv",
        "dvd",
        "pc",
        "ai",
        "diy",
        "mum",
        "mom",
        "mam",
        "mummy",
        "mommy",
        "mama",
        "dad",
        "daddy",
        "papa",
        "gran",
        "granny",
        "grandma",
        "grandad",
        "grandpa",
        "nan",
        "nana",
        "nanna",
        "auntie",
        "aunt",
        "aunty",
        "uncle",
        "sis",
        "bro",
        "god",
        "lord",
        "jesus",
        "christ",
        "santa",
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
        "mon",
        "tue",
        "tues",
        "wed",
        "thu",
        "thur",
        "thurs",
        "fri",
        "sat",
        "sun",
        "january",
        "february",
        "march",
        "july",
        "september",
        "october",
        "november",
        "december",
        "mondays",
        "tuesdays",
        "wednesdays",
        "thursdays",
        "fridays",
        "saturdays",
        "sundays",
        "christmas",
        "easter",
        "ramadan",
        "eid",
        "diwali",
        "passover",
        "hanukkah",
        "halloween",
        "english",
        "french",
        "german",
        "spanish",
        "italian",
        "polish",
        "dutch",
        "chinese",
        "hindi",
        "urdu",
        "arabic",
        "turkish",
        "russian",
        "he",
        "she",
        "it",
        "we",
        "you",
        "they",
        "this",
        "that",
        "these",
        "those",
        "who",
        "what",
        "which",
        "there",
        "everyone",
        "everybody",
        "someone",
        "somebody",
        "anyone",
        "anybody",
        "nobody",
        "no",
        "one",
        "people",
        "both",
        "all",
        "some",
        "most",
        "many",
        "others",
        "the",
        "a",
        "an",
        "and",
        "but",
        "so",
        "or",
        "if",
        "then",
        "yes",
        "my",
        "your",
        "his",
        "her",
        "our",
        "their",
        "its",
        "us",
        "me",
        "him",
        "them",
        "facebook",
        "instagram",
        "whatsapp",
        "netflix",
        "youtube",
        "zoom",
        "google",
        "internet",
    ];
    WORDS.contains(&word) || is_title(word)
}

/// Titles before a name.
pub(super) fn is_title(word: &str) -> bool {
    matches!(word, "mr" | "mrs" | "ms" | "miss" | "mx" | "dr" | "doctor" | "sir" | "prof" | "professor" | "nurse")
}

/// Words after which a word with a capital is a place.
pub(super) fn leads_to_place(word: &str) -> bool {
    matches!(word, "in" | "near" | "from" | "into" | "around" | "across" | "outside" | "leaving" | "visiting")
}

/// Words after which people stand as the one who does it.
pub(super) fn people_do(word: &str) -> bool {
    matches!(
        word,
        "said"
            | "says"
            | "told"
            | "tells"
            | "asked"
            | "asks"
            | "thinks"
            | "thought"
            | "wants"
            | "wanted"
            | "called"
            | "texted"
            | "phoned"
            | "laughed"
            | "cried"
            | "shouted"
            | "hates"
            | "loves"
            | "knows"
            | "knew"
            | "felt"
    )
}
