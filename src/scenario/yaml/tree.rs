//! YAML as a tree whose nodes know where they stand in the file.

use std::collections::HashSet;
use std::fmt;
use std::ops::Range;

use serde::Deserialize;
use serde::de::{self, MapAccess, SeqAccess, Visitor};

use crate::scenario::problem::{Code, Problem};

/// A node of the file.
#[derive(Debug)]
pub struct Node {
    pub(super) id: usize,
    /// Where it stands, in bytes; for a list or a group of keys only its first character.
    pub span: Range<usize>,
    /// What it is.
    pub kind: Kind,
}

/// What a [`Node`] is.
#[derive(Debug)]
pub enum Kind {
    /// Nothing.
    Null,
    /// A text, a number, true or false: as it was written.
    Scalar(String),
    /// A list.
    Seq(Vec<Node>),
    /// A group of keys.
    Map(Vec<(Node, Node)>),
}

impl Node {
    /// The entries, where this is a group of keys.
    pub fn entries(&self) -> &[(Self, Self)] {
        match &self.kind {
            Kind::Map(entries) => entries,
            _ => &[],
        }
    }

    /// The key and value of this name.
    pub fn entry(&self, key: &str) -> Option<(&Self, &Self)> {
        self.entries().iter().find(|(k, _)| k.is(key)).map(|(k, v)| (k, v))
    }

    /// Whether this is the scalar `text`.
    fn is(&self, text: &str) -> bool {
        matches!(&self.kind, Kind::Scalar(s) if s == text)
    }

    /// The byte where the last part of this node ends.
    pub fn end(&self) -> usize {
        match &self.kind {
            Kind::Null | Kind::Scalar(_) => self.span.end,
            Kind::Seq(items) => items.last().map_or(self.span.end, Self::end),
            Kind::Map(entries) => entries.last().map_or(self.span.end, |(k, v)| v.end().max(k.end())),
        }
    }

    /// Calls `visit` for this node and everything in it.
    pub fn walk<'a>(&'a self, visit: &mut impl FnMut(&'a Self)) {
        visit(self);
        match &self.kind {
            Kind::Null | Kind::Scalar(_) => {}
            Kind::Seq(items) => items.iter().for_each(|item| item.walk(visit)),
            Kind::Map(entries) => entries.iter().for_each(|(key, value)| {
                key.walk(visit);
                value.walk(visit);
            }),
        }
    }
}

/// Read `text` as a tree. `None`, with a problem noted, where it is no YAML or no group of keys.
pub fn read(text: &str, problems: &mut Vec<Problem>) -> Option<Node> {
    let options = serde_saphyr::options! {
        strict_booleans: true,
        with_snippet: false,
        duplicate_keys: serde_saphyr::DuplicateKeyPolicy::PassThrough,
    };
    let raw: serde_saphyr::Spanned<Raw> = match serde_saphyr::from_str_with_options(text, options) {
        Ok(raw) => raw,
        Err(error) => {
            problems.push(syntax_problem(text, &error));
            return None;
        }
    };
    let root = number(raw, &Lines::of(text), &mut 0);
    if !matches!(root.kind, Kind::Map(_)) {
        let help = "start with 'format: 1' on the first line, then one 'key: value' a line".to_owned();
        let (span, message) = match root.kind {
            Kind::Null => (0..0, "there is nothing in this file"),
            _ => (root.span, "this is not a scenario"),
        };
        problems.push(Problem::new(Code::NotAScenario, span, message).help(help));
        return None;
    }
    note_duplicate_keys(&root, problems);
    Some(root)
}

/// What serde-saphyr gives: the same without ids.
struct Raw(RawKind);

enum RawKind {
    Null,
    Text(String),
    /// A number or a truth value, which loses how it was written (`1.50`, `0x1F`).
    Other(String),
    Seq(Vec<serde_saphyr::Spanned<Raw>>),
    Map(Vec<(serde_saphyr::Spanned<Raw>, serde_saphyr::Spanned<Raw>)>),
}

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: de::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct V;
        impl<'de> Visitor<'de> for V {
            type Value = Raw;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("YAML")
            }
            fn visit_bool<E>(self, v: bool) -> Result<Raw, E> {
                Ok(Raw(RawKind::Other(v.to_string())))
            }
            fn visit_i64<E>(self, v: i64) -> Result<Raw, E> {
                Ok(Raw(RawKind::Other(v.to_string())))
            }
            fn visit_u64<E>(self, v: u64) -> Result<Raw, E> {
                Ok(Raw(RawKind::Other(v.to_string())))
            }
            fn visit_f64<E>(self, v: f64) -> Result<Raw, E> {
                Ok(Raw(RawKind::Other(v.to_string())))
            }
            fn visit_str<E>(self, v: &str) -> Result<Raw, E> {
                Ok(Raw(RawKind::Text(v.to_owned())))
            }
            fn visit_unit<E>(self) -> Result<Raw, E> {
                Ok(Raw(RawKind::Null))
            }
            fn visit_none<E>(self) -> Result<Raw, E> {
                Ok(Raw(RawKind::Null))
            }
            fn visit_some<D: de::Deserializer<'de>>(self, deserializer: D) -> Result<Raw, D::Error> {
                Raw::deserialize(deserializer)
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Raw, A::Error> {
                let mut items = Vec::new();
                while let Some(item) = seq.next_element()? {
                    items.push(item);
                }
                Ok(Raw(RawKind::Seq(items)))
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Raw, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Raw(RawKind::Map(entries)))
            }
        }
        deserializer.deserialize_any(V)
    }
}

/// A text and where its lines begin, so that a place given as line and column costs no walk through the whole text.
struct Lines<'a> {
    text: &'a str,
    starts: Vec<usize>,
}

impl<'a> Lines<'a> {
    fn of(text: &'a str) -> Self {
        let starts = std::iter::once(0).chain(text.match_indices('\n').map(|(n, _)| n + 1)).collect();
        Self { text, starts }
    }

    /// The byte at a line and a column in characters, both counted from 1.
    fn byte(&self, line: u64, column: u64) -> usize {
        let index = |n: u64| usize::try_from(n.saturating_sub(1)).unwrap_or(usize::MAX);
        let Some(&start) = self.starts.get(index(line)) else { return self.text.len() };
        let end = self.starts.get(index(line) + 1).copied().unwrap_or(self.text.len());
        self.text[start..end].char_indices().nth(index(column)).map_or(end, |(n, _)| start + n)
    }

    fn range(&self, location: serde_saphyr::Location) -> Range<usize> {
        let span = location.span();
        let at = |n: Option<u64>| n.and_then(|n| usize::try_from(n).ok());
        let start = at(span.byte_offset()).unwrap_or_else(|| self.byte(location.line(), location.column()));
        let end = start.saturating_add(at(span.byte_len()).unwrap_or(0));
        widen(self.text, start..end)
    }
}

/// A range on character boundaries that holds at least one character where there is one, so that a caret can point at it.
fn widen(text: &str, range: Range<usize>) -> Range<usize> {
    let mut start = range.start.min(text.len());
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    let mut end = range.end.clamp(start, text.len());
    if end == start {
        end += text[start..].chars().next().map_or(0, char::len_utf8);
    }
    while !text.is_char_boundary(end) {
        end += 1;
    }
    let trimmed = text[start..end].trim_end().len();
    start..(if trimmed == 0 { end } else { start + trimmed })
}

fn number(raw: serde_saphyr::Spanned<Raw>, lines: &Lines<'_>, next: &mut usize) -> Node {
    let id = *next;
    *next += 1;
    let span = lines.range(raw.referenced);
    let kind = match raw.value.0 {
        RawKind::Null => Kind::Null,
        RawKind::Text(s) => Kind::Scalar(s),
        RawKind::Other(s) => {
            let written = lines.text[span.clone()].trim();
            let usable = !written.is_empty() && !written.contains([' ', '\n', '*', '&', '!', '"', '\'']);
            Kind::Scalar(if usable { written.to_owned() } else { s })
        }
        RawKind::Seq(items) => Kind::Seq(items.into_iter().map(|item| number(item, lines, next)).collect()),
        RawKind::Map(entries) => Kind::Map(
            entries.into_iter().map(|(key, value)| (number(key, lines, next), number(value, lines, next))).collect(),
        ),
    };
    Node { id, span, kind }
}

/// What the parser's messages mean to someone who has never heard of YAML: a part of the message, what is wrong, advice.
const PLAIN_WORDS: &[(&str, &str, &str)] = &[
    ("found a tab", "a line is set in with a tab", TABS),
    ("tabs disallowed", "a line is set in with a tab", TABS),
    ("tab cannot be used", "a line is set in with a tab", TABS),
    ("unclosed quote", "the quote that opens here is never closed", "add the closing quote at the end of the text"),
    ("unclosed bracket", "the bracket that opens here is never closed", "add the closing bracket"),
    ("misplaced bracket", "a closing bracket without an opening one", "take it away, or add the opening bracket"),
    ("mapping values are not allowed", "a ': ' where no key can stand", QUOTE),
    ("did not find expected key", "no key is found where one belongs", INDENT),
    ("did not find expected '-'", "this line is set in otherwise than the lines it belongs to", INDENT),
    ("invalid indentation", "this line is set in otherwise than the lines it belongs to", INDENT),
    ("wrongly indented line", "this line is set in otherwise than the text it belongs to", INDENT),
    ("simple key expected", "a line that is neither 'key: value' nor a list item", INDENT),
    ("did not find expected ',' or", "a comma or a closing bracket is missing", "put a comma between the items"),
    ("trailing content after", "text goes on behind the closing quote", QUOTE),
    ("unknown anchor", "a word with '*' before it repeats what is marked with '&' before, and nothing is", QUOTE),
    ("anchor", "a word that begins with '*' or '&' means something special to YAML", QUOTE),
    ("alias", "a word that begins with '*' or '&' means something special to YAML", QUOTE),
    ("escape character", "a '\\' that means nothing here", "write '\\\\' for a backslash"),
    ("unexpected character", "a control character", "delete the character that the caret points at; it is invisible"),
    ("multiple YAML documents", "a line '---' begins a second file inside this one", "keep one scenario a file"),
    ("budget", "there is too much of one kind in this file", "nothing that a scenario needs comes near this limit"),
    ("unexpected eof", "the file ends in the middle of something", INDENT),
];

const TABS: &str = "YAML wants spaces: replace each tab at the beginning of a line by two spaces";
const QUOTE: &str = "put \"double quotes\" around the whole text, and a \\ before each double quote inside it";
const INDENT: &str = "set the line in with as many spaces as the lines beside it; a text that runs over several lines \
                      wants quotes or a '|'";

fn syntax_problem(text: &str, error: &serde_saphyr::Error) -> Problem {
    let error = error.without_snippet();
    let lines = Lines::of(text);
    let mut span = error.location().map_or(0..0, |location| lines.range(location));
    let full = error.to_string();
    // The first line of the parser's message; the place is shown by the caret.
    let detail = full.lines().next().unwrap_or_default();
    let detail = detail.split(" at line ").next().unwrap_or(detail).trim_end_matches([':', ' ']);
    let plain = PLAIN_WORDS.iter().find(|(part, ..)| detail.contains(part));
    if plain.is_some_and(|(_, _, help)| *help == TABS)
        && let Some(tab) = first_tab(text, &lines, span.start)
    {
        span = tab..tab + 1;
    }
    let (what, help) = plain.map_or((detail, INDENT), |(_, what, help)| (*what, *help));
    Problem::new(Code::Syntax, span, format!("this cannot be read as YAML: {what}")).help(help.to_owned())
}

/// The first tab that sets a line in, at or after the line of `from`: the parser points at where the text began that
/// the tab broke.
fn first_tab(text: &str, lines: &Lines<'_>, from: usize) -> Option<usize> {
    let first = lines.starts.partition_point(|&start| start <= from).saturating_sub(1);
    lines.starts.iter().skip(first).find_map(|&start| {
        let line = text[start..].lines().next().unwrap_or_default();
        let indent = line.len() - line.trim_start().len();
        line[..indent].find('\t').map(|n| start + n)
    })
}

fn note_duplicate_keys(node: &Node, problems: &mut Vec<Problem>) {
    node.walk(&mut |node| {
        let mut seen = HashSet::new();
        for (key, _) in node.entries() {
            if let Kind::Scalar(name) = &key.kind
                && !seen.insert(name.as_str())
            {
                problems.push(
                    Problem::new(Code::DuplicateKey, key.span.clone(), format!("'{name}' stands here twice"))
                        .help("keep one of the two; only the first is used".into()),
                );
            }
        }
    });
}
