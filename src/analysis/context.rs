//! What a detector is given: the reply read once, the patterns that matched, and what the other had just said.

use super::document::{Document, Token, mask};
use super::lexicon::Lexicon;
use super::lexicon::pattern::{Hit, Rule};
use super::rubric::Id;
use super::{Audience, Turn};

/// How much of the other's turn is read: its end.
const CONTEXT_BYTES: usize = 600;

const NAMES: &[&str] = &[
    "question",
    "ask_ok",
    "ask_advice",
    "ask_what",
    "request",
    "refusal",
    "complaint",
    "feeling",
    "accused",
    "apology",
    "goodbye",
    "talk",
    "none",
    "mood",
];

/// The bit of a kind of turn, a section of context.txt; `none` where the other said nothing.
pub fn bit(name: &str) -> Option<u32> {
    NAMES.iter().position(|n| *n == name).map(|p| 1 << p)
}

/// A reply, read.
#[derive(Debug)]
pub struct TurnContext<'a> {
    /// What is scored.
    pub turn: &'a Turn<'a>,
    /// The reply.
    pub doc: Document,
    /// What the other said before: words and classes.
    pub before: Document,
    /// What kind of turn that was: bits of [`bit`].
    pub context: u32,
    hits: Vec<Hit>,
    /// Matches whose guards did not hold.
    refused: Vec<Hit>,
    lexicon: &'static Lexicon,
}

impl<'a> TurnContext<'a> {
    /// Read a turn.
    pub fn read(turn: &'a Turn<'a>) -> Self {
        let lexicon = Lexicon::get();
        let before = Document::read(tail(turn.context), lexicon);
        let mut found = Vec::new();
        lexicon.context.run(&before, &mut found);
        let mut context = found
            .iter()
            .filter_map(|h| lexicon.context.rules.get(usize::from(h.rule)))
            .filter_map(|r| bit(r.tag))
            .fold(0, |all, b| all | b);
        if before.tokens.is_empty() {
            context |= bit("none").unwrap_or(0);
        }
        if before.tokens.last().is_some_and(|t| t.after & super::document::after::ASK != 0) {
            context |= bit("question").unwrap_or(0);
        }
        let mut doc = Document::read(turn.reply, lexicon);
        let mut hits = Vec::new();
        lexicon.matcher.run(&doc, &mut hits);
        // What a trainee says as the other in a role play is that other's, from there to the end.
        let mut role = doc.tokens.len();
        for hit in &hits {
            let Some(rule) = lexicon.matcher.rules.get(usize::from(hit.rule)).filter(|r| r.id.is_none()) else {
                continue;
            };
            let (bits, range) = match rule.tag {
                "generic" => (mask::GENERIC, hit.range()),
                "role" => {
                    if turn.audience == Audience::Trainee && opens_role(&doc, hit.end) {
                        role = role.min(hit.end as usize);
                    }
                    continue;
                }
                _ => (mask::HYPOTHETICAL, hit.range()),
            };
            for t in doc.tokens.iter_mut().take(range.end).skip(range.start) {
                t.mask |= bits;
            }
        }
        for t in doc.tokens.iter_mut().skip(role) {
            t.mask |= mask::QUOTED;
        }
        let mut refused = Vec::new();
        hits.retain(|h| {
            let admitted = lexicon.matcher.admits(&doc, h, context);
            if !admitted {
                refused.push(*h);
            }
            admitted
        });
        Self { turn, doc, before, context, hits, refused, lexicon }
    }

    /// The admitted matches of an id's patterns, with their rules.
    pub fn hits(&self, id: Id) -> impl Iterator<Item = (&'static Rule, Hit)> + '_ {
        let rules = &self.lexicon.matcher.rules;
        self.hits
            .iter()
            .filter_map(move |h| rules.get(usize::from(h.rule)).filter(|r| r.id == Some(id)).map(|r| (r, *h)))
    }

    /// Every match with its rule, and whether the rule's guards held.
    pub fn matches(&self) -> impl Iterator<Item = (&'static Rule, Hit, bool)> + '_ {
        let rules = &self.lexicon.matcher.rules;
        let with = |admitted: bool| move |h: &Hit| rules.get(usize::from(h.rule)).map(|r| (r, *h, admitted));
        self.hits.iter().filter_map(with(true)).chain(self.refused.iter().filter_map(with(false)))
    }

    /// The first match of one section of an id's patterns.
    pub fn tagged(&self, id: Id, tag: &str) -> Option<Hit> {
        self.hits(id).find(|(r, _)| r.tag == tag).map(|(_, h)| h)
    }

    /// Whether the other's turn was one of these (a section of context.txt).
    pub fn after(&self, name: &str) -> bool {
        bit(name).is_some_and(|b| self.context & b != 0)
    }

    /// Whose reply it is.
    pub fn audience(&self) -> Audience {
        self.turn.audience
    }

    /// The tokens of the reply.
    pub fn tokens(&self) -> &[Token] {
        &self.doc.tokens
    }
}

/// Whether the words of a role begin here: only after a bracket or a colon.
fn opens_role(doc: &Document, from: u32) -> bool {
    let before = doc.slice((from as usize).saturating_sub(1)..from as usize);
    before.iter().any(|t| t.after & super::document::after::BREAK != 0)
}

fn tail(text: &str) -> &str {
    let mut from = text.len().saturating_sub(CONTEXT_BYTES);
    while !text.is_char_boundary(from) {
        from += 1;
    }
    text.get(from..).unwrap_or("")
}
