//! YAML as a tree whose nodes know where they stand in the file.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use granit_parser::{Event, Marker, Parser, ScalarStyle};

use super::syntax::{QUOTE, syntax_problem};
use crate::scenario::problem::{Code, Problem};

/// A node of the file.
#[derive(Clone, Debug)]
pub struct Node {
    pub(super) id: usize,
    /// Where it stands, in bytes; for a list or a group of keys only its first character.
    pub span: Range<usize>,
    /// What it is.
    pub kind: Kind,
}

/// What a [`Node`] is.
#[derive(Clone, Debug)]
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

/// The deepest nesting that is read; a scenario has about ten levels.
const DEEPEST: usize = 64;

/// The most nodes that are read, with what `*name` repeats counted each time, so that a small file that repeats what
/// repeats what ... stays small.
const MOST_NODES: usize = 250_000;

/// Read `text` as a tree. `None`, with a problem noted, where it is no YAML or no group of keys.
pub fn read(text: &str, problems: &mut Vec<Problem>) -> Option<Node> {
    let root = match build(text) {
        Ok(root) => root,
        Err(problem) => {
            problems.push(*problem);
            return None;
        }
    };
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

/// A list or a group of keys that is not closed yet.
struct Open {
    node: Node,
    anchor: usize,
    /// A key that waits for its value.
    key: Option<Node>,
}

/// The tree under way.
struct Builder<'a> {
    text: &'a str,
    open: Vec<Open>,
    anchors: HashMap<usize, Node>,
    nodes: usize,
    root: Option<Node>,
}

fn build(text: &str) -> Result<Node, Box<Problem>> {
    let mut builder = Builder { text, open: Vec::new(), anchors: HashMap::new(), nodes: 0, root: None };
    let mut options = granit_parser::Options::default();
    options.set_emit_comments(false);
    for event in Parser::new_from_str_with_options(text, options) {
        let (event, span) = event.map_err(|error| Box::new(syntax_problem(text, &error)))?;
        let span = byte(text, &span.start)..byte(text, &span.end);
        builder.take(event, span)?;
    }
    Ok(builder.root.unwrap_or(Node { id: 0, span: 0..0, kind: Kind::Null }))
}

/// The byte of a place in the text.
pub(super) fn byte(text: &str, mark: &Marker) -> usize {
    // Text that is read from a string always has byte offsets.
    mark.byte_offset().unwrap_or(text.len())
}

impl Builder<'_> {
    fn take(&mut self, event: Event<'_>, span: Range<usize>) -> Result<(), Box<Problem>> {
        match event {
            Event::Scalar(value, style, anchor, tag) => {
                let empty = matches!(&*value, "" | "~" | "null" | "Null" | "NULL");
                let kind = match style {
                    ScalarStyle::Plain if empty && tag.is_none() => Kind::Null,
                    _ => Kind::Scalar(value.into_owned()),
                };
                let node = self.node(span, kind)?;
                self.add(node, anchor);
            }
            Event::SequenceStart(_, anchor, _) => self.begin(span, Kind::Seq(Vec::new()), anchor)?,
            Event::MappingStart(_, anchor, _) => self.begin(span, Kind::Map(Vec::new()), anchor)?,
            Event::SequenceEnd | Event::MappingEnd => {
                if let Some(open) = self.open.pop() {
                    self.add(open.node, open.anchor);
                }
            }
            Event::Alias(anchor) => {
                let place = widen(self.text, span);
                let Some(original) = self.anchors.remove(&anchor) else {
                    let message = "this cannot be read as YAML: what is repeated here is not finished yet";
                    return Err(Box::new(Problem::new(Code::Syntax, place, message).help(QUOTE.into())));
                };
                let copy = self.copy(&original, &place);
                self.anchors.insert(anchor, original);
                let mut copy = copy?;
                copy.span = place;
                self.add(copy, 0);
            }
            Event::DocumentStart(..) if self.root.is_some() => {
                let message = "this cannot be read as YAML: a line '---' begins a second file inside this one";
                let place = widen(self.text, span);
                return Err(Box::new(
                    Problem::new(Code::Syntax, place, message).help("keep one scenario a file".into()),
                ));
            }
            _ => {}
        }
        Ok(())
    }

    fn node(&mut self, span: Range<usize>, kind: Kind) -> Result<Node, Box<Problem>> {
        let span = widen(self.text, span);
        if self.nodes >= MOST_NODES {
            return Err(too_much(span, "there is far too much in this file"));
        }
        self.nodes += 1;
        Ok(Node { id: self.nodes, span, kind })
    }

    fn begin(&mut self, span: Range<usize>, kind: Kind, anchor: usize) -> Result<(), Box<Problem>> {
        // Of a list or a group only the beginning: its end is known later, and nobody wants a caret under a page.
        let node = self.node(span.start..span.start, kind)?;
        if self.open.len() >= DEEPEST {
            return Err(too_much(node.span, "things stand inside each other too deep here"));
        }
        self.open.push(Open { node, anchor, key: None });
        Ok(())
    }

    /// Put a finished node where it belongs.
    fn add(&mut self, node: Node, anchor: usize) {
        if anchor != 0 {
            self.anchors.insert(anchor, node.clone());
        }
        match self.open.last_mut() {
            None => self.root = Some(node),
            Some(Open { node: parent, key, .. }) => match &mut parent.kind {
                Kind::Seq(items) => items.push(node),
                Kind::Map(entries) => match key.take() {
                    None => *key = Some(node),
                    Some(key) => entries.push((key, node)),
                },
                Kind::Null | Kind::Scalar(_) => {}
            },
        }
    }

    /// The same again, with ids of its own.
    fn copy(&mut self, node: &Node, place: &Range<usize>) -> Result<Node, Box<Problem>> {
        let kind = match &node.kind {
            Kind::Null => Kind::Null,
            Kind::Scalar(text) => Kind::Scalar(text.clone()),
            Kind::Seq(items) => Kind::Seq(items.iter().map(|item| self.copy(item, place)).collect::<Result<_, _>>()?),
            Kind::Map(entries) => {
                let copies = entries.iter().map(|(k, v)| Ok((self.copy(k, place)?, self.copy(v, place)?)));
                Kind::Map(copies.collect::<Result<_, Box<Problem>>>()?)
            }
        };
        if self.nodes >= MOST_NODES {
            return Err(too_much(
                place.clone(),
                "there is far too much in this file, with everything that is repeated",
            ));
        }
        self.nodes += 1;
        Ok(Node { id: self.nodes, span: node.span.clone(), kind })
    }
}

fn too_much(span: Range<usize>, what: &str) -> Box<Problem> {
    let problem = Problem::new(Code::Syntax, span, format!("this cannot be read as YAML: {what}"));
    Box::new(problem.help("nothing that a scenario needs comes near this limit".into()))
}

/// A range on character boundaries that holds at least one character where there is one, so that a caret can point at it.
pub(super) fn widen(text: &str, range: Range<usize>) -> Range<usize> {
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
