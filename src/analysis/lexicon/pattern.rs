//! The pattern language and the one matcher that runs all patterns over a document.
//!
//! A rules file has sections, `[tag grade confidence flag=value ...]`, each followed by one pattern a line:
//!
//! | in a pattern | matches |
//! |---|---|
//! | `word` | that word in any spelling that normal.txt knows; `don't` is `do not` |
//! | `@class` | a word of a class of classes.txt or verbs.txt |
//! | `~verb` | any form of a verb of verbs.txt |
//! | `(a b\|c\|@d)` | one of several; an alternative may have several words |
//! | `x?` | x or nothing |
//! | `!x` | one word that is not x |
//! | `*` | any one word |
//! | `..` | up to 3 words; `..6` up to 6, at most 9 |
//! | `^^` `$$` | start, end of a sentence; `^` `$` of a clause |
//!
//! A match never leaves its sentence. Flags: `not=` and `need=` masks (quoted, reported, negated, hypothetical, generic,
//! self, question, imperative; `not=none` lifts the default, quoted+reported+negated+hypothetical+generic), `ctx=` and
//! `noctx=` what the other's turn was (a section of context.txt), `span=match|clause|sentence`.
//!
//! Each pattern hangs in the index on its rarest element; a word of the reply wakes the patterns that hang on it, and
//! each is checked to the left and the right within its own short length. So the time is linear in the reply.

use std::collections::HashMap;

use super::words::Builder;
use crate::analysis::document::{Document, class, mask};
use crate::analysis::rubric::Id;

/// Patterns that one line with alternatives may stand for.
const MOST_VARIANTS: usize = 400;
const DEFAULT_NOT: u16 = mask::QUOTED | mask::REPORTED | mask::NEGATED | mask::HYPOTHETICAL | mask::GENERIC;

/// How much of the reply a mark of this rule quotes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Reach {
    /// The words matched.
    #[default]
    Match,
    /// The clauses they stand in.
    Clause,
    /// The sentence.
    Sentence,
}

/// A section of a rules file.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// Whose rule it is; none for masks and context.
    pub id: Option<Id>,
    /// The name of the section.
    pub tag: &'static str,
    /// Grade or severity of a mark.
    pub grade: u8,
    /// Confidence of a mark.
    pub confidence: f32,
    /// What is quoted.
    pub reach: Reach,
    not: u16,
    need: u16,
    context: u32,
    not_context: u32,
}

/// A pattern that matched: its rule and the tokens.
#[derive(Clone, Copy, Debug)]
pub struct Hit {
    /// Index of the rule.
    pub rule: u16,
    /// First token.
    pub start: u32,
    /// Token after the last.
    pub end: u32,
}

impl Hit {
    /// The tokens matched.
    pub fn range(&self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }
}

#[derive(Clone, Copy, Debug)]
enum Elem {
    One { classes: u64, words: List, not: bool, optional: bool },
    Gap(u8),
    SentenceStart,
    SentenceEnd,
    ClauseStart,
    ClauseEnd,
}

/// The words of an element: a stretch of the pool of all lists, which the variants of a line share. One word stands
/// for itself.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct List {
    start: u32,
    len: u16,
}

impl List {
    pub(crate) fn put(pool: &mut Vec<u32>, words: &[u32]) -> Self {
        if let [word] = words {
            return Self { start: *word, len: 1 };
        }
        let start = pool.len() as u32;
        pool.extend_from_slice(words);
        Self { start, len: words.len() as u16 }
    }

    fn get<'p>(&'p self, pool: &'p [u32]) -> &'p [u32] {
        if self.len == 1 {
            return std::slice::from_ref(&self.start);
        }
        let start = self.start as usize;
        pool.get(start..start + usize::from(self.len)).unwrap_or(&[])
    }
}

/// A rule's pattern: a stretch of all elements.
#[derive(Clone, Copy, Debug)]
struct Pattern {
    rule: u16,
    len: u16,
    start: u32,
}

impl Pattern {
    fn elems<'e>(&self, all: &'e [Elem]) -> &'e [Elem] {
        let start = self.start as usize;
        all.get(start..start + usize::from(self.len)).unwrap_or(&[])
    }
}

/// Rules and patterns as they are read.
#[derive(Default)]
pub(crate) struct Rules {
    rules: Vec<Rule>,
    patterns: Vec<Pattern>,
    elems: Vec<Elem>,
    pub(crate) problems: Vec<String>,
}

/// All patterns, indexed by the word they hang on.
#[derive(Debug, Default)]
pub struct Matcher {
    /// The rules, by index.
    pub rules: Vec<Rule>,
    patterns: Vec<Pattern>,
    elems: Vec<Elem>,
    lists: Vec<u32>,
    starts: Vec<u32>,
    entries: Vec<(u32, u8)>,
}

impl Rules {
    pub(crate) fn read(&mut self, id: Option<Id>, file: &str, text: &'static str, b: &mut Builder) {
        for (n, line) in text.lines().enumerate() {
            let line = line.split(" #").next().unwrap_or("").trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let result = match line.strip_prefix('[').and_then(|l| l.strip_suffix(']')) {
                Some(head) => self.section(id, head),
                None => self.line(line, b),
            };
            if let Err(why) = result {
                self.problems.push(format!("{file}:{}: {why}: {line}", n + 1));
            }
        }
    }

    fn section(&mut self, id: Option<Id>, head: &'static str) -> Result<(), String> {
        let mut parts = head.split_whitespace();
        let tag = parts.next().ok_or("a section needs a name")?;
        let mut rule = Rule {
            id,
            tag,
            grade: 1,
            confidence: 0.5,
            reach: Reach::Match,
            not: if id.is_some() { DEFAULT_NOT } else { 0 },
            need: 0,
            context: 0,
            not_context: 0,
        };
        for part in parts {
            match part.split_once('=') {
                Some(("not", v)) => {
                    rule.not = if v.contains("none") { 0 } else { rule.not } | masks(v)?;
                }
                Some(("allow", v)) => rule.not &= !masks(v)?,
                Some(("need", v)) => rule.need |= masks(v)?,
                Some(("ctx", v)) => rule.context |= contexts(v)?,
                Some(("noctx", v)) => rule.not_context |= contexts(v)?,
                Some(("span", "clause")) => rule.reach = Reach::Clause,
                Some(("span", "sentence")) => rule.reach = Reach::Sentence,
                Some(("span", "match")) => rule.reach = Reach::Match,
                Some((k, _)) => return Err(format!("unknown flag {k}")),
                None if part.contains('.') => rule.confidence = part.parse().map_err(|_| "bad confidence")?,
                None => rule.grade = part.parse().map_err(|_| "bad grade")?,
            }
        }
        self.rules.push(rule);
        Ok(())
    }

    fn line(&mut self, line: &str, b: &mut Builder) -> Result<(), String> {
        let rule = self.rules.len().checked_sub(1).ok_or("a pattern before the first section")? as u16;
        let variants = parse_sequence(line, b)?;
        for elems in variants {
            self.patterns.push(Pattern { rule, len: elems.len() as u16, start: self.elems.len() as u32 });
            self.elems.extend(elems);
        }
        Ok(())
    }

    pub(crate) fn build(self, classes: &[u64], common: &[u32], lists: &[u32]) -> Matcher {
        // How often a word stands in a reply, a rare one being 1: `common` runs from the most frequent down.
        let mut weights: Vec<usize> = vec![1; classes.len()];
        for (rank, word) in common.iter().enumerate() {
            if let Some(w) = weights.get_mut(*word as usize) {
                // The frequency of words falls about as one over their rank.
                *w = (500 / (rank + 5)).max(2);
            }
        }
        for (word, weight) in [(super::NUMBER, 10), (0, 60)] {
            if let Some(w) = weights.get_mut(word as usize) {
                *w = weight;
            }
        }
        let cost = |words: &[u32]| words.iter().map(|w| weights.get(*w as usize).copied().unwrap_or(1)).sum::<usize>();
        // The words of a set of classes, looked up once for each set.
        let mut members: HashMap<u64, (usize, Vec<u32>)> = HashMap::new();
        let mut hangs: Vec<(u32, u8)> = Vec::with_capacity(self.patterns.len());
        for (p, pattern) in self.patterns.iter().enumerate() {
            let mut best: Option<(usize, usize)> = None;
            for (k, elem) in pattern.elems(&self.elems).iter().enumerate() {
                let Elem::One { classes: bits, words, not: false, optional: false } = elem else { continue };
                let words = words.get(lists);
                // A list costs at least one for each word, so that a long one need not be added up.
                if best.is_some_and(|(c, _)| words.len() >= c) {
                    continue;
                }
                let mut total = cost(words);
                if *bits != 0 {
                    total += members
                        .entry(*bits)
                        .or_insert_with(|| {
                            let of = classes.iter().enumerate().filter(|(_, c)| *c & bits != 0);
                            let mut of: Vec<u32> = of.map(|(w, _)| w as u32).collect();
                            // Classes that tokens get from their look wake the tokens that may have them.
                            let looks = [(class::OF_NUMBERS, super::NUMBER), (class::OF_UNKNOWN, 0)];
                            of.extend(
                                looks
                                    .iter()
                                    .filter(|(c, w)| bits & c != 0 && !of.contains(w))
                                    .map(|(_, w)| *w)
                                    .collect::<Vec<_>>(),
                            );
                            (cost(&of), of)
                        })
                        .0;
                }
                if best.is_none_or(|(c, _)| total < c) {
                    best = Some((total, k));
                }
            }
            let Some((_, k)) = best else { continue };
            hangs.push((p as u32, k as u8));
        }
        // First how many patterns each word wakes, then which: one allocation for all.
        let mut starts = vec![0u32; classes.len() + 1];
        let none: &[u32] = &[];
        let woken_by = |p: u32, k: u8| {
            let elem = self.patterns.get(p as usize).and_then(|p| p.elems(&self.elems).get(usize::from(k)));
            let (bits, words) = match elem {
                Some(Elem::One { classes, words, .. }) => (*classes, words.get(lists)),
                _ => (0, none),
            };
            let of_class = members.get(&bits).map_or(none, |(_, of)| of.as_slice());
            let listed = words.iter().filter(move |w| classes.get(**w as usize).is_none_or(|c| c & bits == 0));
            of_class.iter().chain(listed).map(|w| *w as usize)
        };
        for &(p, k) in &hangs {
            for w in woken_by(p, k) {
                if let Some(n) = starts.get_mut(w + 1) {
                    *n += 1;
                }
            }
        }
        let mut total = 0;
        for n in &mut starts {
            total += *n;
            *n = total;
        }
        let mut entries = vec![(0u32, 0u8); total as usize];
        let mut next = starts.clone();
        for &(p, k) in &hangs {
            for w in woken_by(p, k) {
                if let Some(at) = next.get_mut(w) {
                    if let Some(e) = entries.get_mut(*at as usize) {
                        *e = (p, k);
                    }
                    *at += 1;
                }
            }
        }
        Matcher {
            rules: self.rules,
            patterns: self.patterns,
            elems: self.elems,
            lists: lists.to_vec(),
            starts,
            entries,
        }
    }
}

/// The items of a line: words and bracketed groups, with whether a `?` follows.
fn items(line: &str) -> Result<Vec<(&str, bool)>, String> {
    let mut out = Vec::new();
    let mut rest = line.trim();
    while !rest.is_empty() {
        let mut depth = 0usize;
        let mut end = rest.len();
        for (i, c) in rest.bytes().enumerate() {
            match c {
                b'(' => depth += 1,
                b')' => depth = depth.checked_sub(1).ok_or("a bracket too many")?,
                b' ' | b'\t' if depth == 0 => {
                    end = i;
                    break;
                }
                _ => {}
            }
        }
        if depth > 0 {
            return Err("a bracket is not closed".to_owned());
        }
        let (item, after) = rest.split_at(end);
        out.push(match item.strip_suffix('?').filter(|i| !i.is_empty()) {
            Some(item) => (item, true),
            None => (item, false),
        });
        rest = after.trim_start();
    }
    Ok(out)
}

/// The alternatives of a group, split at the bars that stand in no inner bracket.
fn alternatives(body: &str) -> Vec<&str> {
    let (mut depth, mut from, mut out) = (0i32, 0, Vec::new());
    for (i, c) in body.bytes().enumerate() {
        match c {
            b'(' => depth += 1,
            b')' => depth -= 1,
            b'|' if depth == 0 => {
                out.push(&body[from..i]);
                from = i + 1;
            }
            _ => {}
        }
    }
    out.push(&body[from..]);
    out
}

fn one(classes: u64, words: List, not: bool, optional: bool) -> Elem {
    Elem::One { classes, words, not, optional }
}

/// Every sequence of elements that a stretch of a pattern stands for.
fn parse_sequence(text: &str, b: &mut Builder) -> Result<Vec<Vec<Elem>>, String> {
    let mut variants: Vec<Vec<Elem>> = vec![Vec::with_capacity(8)];
    for (item, optional) in items(text)? {
        let choices = match parse_item(item, optional, b)? {
            Item::One(elem) => {
                for v in &mut variants {
                    v.push(elem);
                }
                continue;
            }
            Item::Many(choices) => choices,
        };
        let mut next = Vec::with_capacity(variants.len() * choices.len());
        for mut v in variants {
            let Some((last, others)) = choices.split_last() else { continue };
            for c in others {
                let mut v = v.clone();
                v.extend(c.iter().cloned());
                next.push(v);
            }
            v.extend(last.iter().cloned());
            next.push(v);
        }
        if next.len() > MOST_VARIANTS {
            return Err(format!("stands for more than {MOST_VARIANTS} patterns"));
        }
        variants = next;
    }
    Ok(variants)
}

/// What one item may be: mostly one element, else several sequences.
enum Item {
    One(Elem),
    Many(Vec<Vec<Elem>>),
}

/// A sequence of words and nothing else, as most longer alternatives are.
fn plain_sequence(text: &str, b: &mut Builder) -> Option<Vec<Elem>> {
    if !text.bytes().all(|c| c.is_ascii_lowercase() || c == b' ') {
        return None;
    }
    let word = |w: &str| b.plain(w).map(|w| one(0, List { start: w, len: 1 }, false, false));
    text.split_ascii_whitespace().map(word).collect()
}

fn parse_item(item: &str, optional: bool, b: &mut Builder) -> Result<Item, String> {
    let single = |elem| Ok(Item::One(elem));
    match item {
        "^^" => return single(Elem::SentenceStart),
        "$$" => return single(Elem::SentenceEnd),
        "^" => return single(Elem::ClauseStart),
        "$" => return single(Elem::ClauseEnd),
        "*" => return single(one(u64::MAX, List::default(), false, optional)),
        _ => {}
    }
    if let Some(n) = item.strip_prefix("..") {
        let n: u8 = if n.is_empty() { 3 } else { n.parse().map_err(|_| "bad gap")? };
        return if n > 9 { Err("a gap of more than 9".to_owned()) } else { single(Elem::Gap(n)) };
    }
    let (not, body) = item.strip_prefix('!').map_or((false, item), |i| (true, i));
    let mut sequences = Vec::new();
    let (mut bits, mut words) = (0u64, Vec::new());
    match body.strip_prefix('(').and_then(|i| i.strip_suffix(')')) {
        Some(group) => {
            for alternative in alternatives(group) {
                if alternative.bytes().all(|c| c.is_ascii_lowercase())
                    && let Some(word) = b.plain(alternative)
                {
                    words.push(word);
                    continue;
                }
                match plain_sequence(alternative, b) {
                    Some(sequence) => sequences.push(sequence),
                    None => sequences.extend(parse_sequence(alternative, b)?),
                }
            }
        }
        None => {
            if body.bytes().all(|c| c.is_ascii_lowercase())
                && let Some(w) = b.plain(body)
            {
                return single(one(0, List { start: w, len: 1 }, not, optional));
            }
            sequences.push(parse_word(body, b)?);
        }
    }
    // Alternatives of one word each are one element; longer ones are sequences of their own.
    let mut longer: Vec<Vec<Elem>> = Vec::new();
    for sequence in sequences {
        match sequence.as_slice() {
            [Elem::One { classes, words: w, not: false, optional: false }] => {
                bits |= classes;
                words.extend_from_slice(w.get(&b.lists));
            }
            _ if not => return Err("a negated alternative must be one word".to_owned()),
            _ => longer.push(sequence),
        }
    }
    words.sort_unstable();
    words.dedup();
    if longer.is_empty() {
        let words = List::put(&mut b.lists, &words);
        return single(one(bits, words, not, optional));
    }
    let mut out = Vec::new();
    if bits != 0 || !words.is_empty() {
        let words = List::put(&mut b.lists, &words);
        out.push(vec![one(bits, words, not, false)]);
    }
    if optional {
        out.push(Vec::new());
    }
    out.extend(longer);
    Ok(Item::Many(out))
}

fn parse_word(word: &str, b: &mut Builder) -> Result<Vec<Elem>, String> {
    let listed = |words: List| Ok(vec![one(0, words, false, false)]);
    if let Some(name) = word.strip_prefix('@') {
        return match (class::bit(name), b.set_list(name)) {
            (Some(bit), _) => Ok(vec![one(bit, List::default(), false, false)]),
            (None, Some(set)) => listed(set),
            _ => Err(format!("no class @{name}")),
        };
    }
    if let Some(base) = word.strip_prefix('~') {
        return listed(b.lemma_list(base).ok_or_else(|| format!("no verb ~{base} in verbs.txt"))?);
    }
    if word.bytes().all(|c| c.is_ascii_lowercase())
        && let Some(w) = b.plain(word)
    {
        return listed(List::put(&mut b.lists, &[w]));
    }
    if word.contains(['(', ')', '[', ']', '|', '?']) {
        return Err(format!("a stray bracket in {word}"));
    }
    let words = b.sequence(word);
    Ok(words.into_iter().map(|w| one(0, List::put(&mut b.lists, &[w]), false, false)).collect())
}

fn masks(names: &str) -> Result<u16, String> {
    names.split(',').try_fold(0, |all, name| {
        Ok(all
            | match name {
                "none" => 0,
                "quoted" => mask::QUOTED,
                "reported" => mask::REPORTED,
                "negated" => mask::NEGATED,
                "hypothetical" => mask::HYPOTHETICAL,
                "generic" => mask::GENERIC,
                "self" => mask::SELF,
                "question" => mask::QUESTION,
                "imperative" => mask::IMPERATIVE,
                _ => return Err(format!("no mask {name}")),
            })
    })
}

fn contexts(names: &str) -> Result<u32, String> {
    names.split(',').try_fold(0, |all, name| {
        crate::analysis::context::bit(name).map(|b| all | b).ok_or_else(|| format!("no context {name}"))
    })
}

impl Matcher {
    /// The sections with a pattern that no word wakes; for a test.
    #[cfg(test)]
    pub(crate) fn asleep(&self) -> Vec<&'static str> {
        let mut awake = vec![false; self.patterns.len()];
        for (p, _) in &self.entries {
            awake[*p as usize] = true;
        }
        let rule = |p: &Pattern| self.rules[usize::from(p.rule)].tag;
        self.patterns.iter().zip(awake).filter(|(_, a)| !a).map(|(p, _)| rule(p)).collect()
    }

    /// Every match of every pattern, guards not yet asked, in the order of the words they hang on.
    pub fn run(&self, doc: &Document, hits: &mut Vec<Hit>) {
        for (t, token) in doc.tokens.iter().enumerate() {
            let word = token.word as usize;
            let (Some(&from), Some(&to)) = (self.starts.get(word), self.starts.get(word + 1)) else { continue };
            for &(p, k) in self.entries.get(from as usize..to as usize).unwrap_or(&[]) {
                let Some(pattern) = self.patterns.get(p as usize) else { continue };
                let k = usize::from(k);
                let elems = pattern.elems(&self.elems);
                let lists = self.lists.as_slice();
                let Some(start) = back(doc, lists, elems.get(..k).unwrap_or(&[]), t, t) else { continue };
                let Some(end) = forth(doc, lists, elems.get(k + 1..).unwrap_or(&[]), t + 1, t) else { continue };
                if end > start {
                    hits.push(Hit { rule: pattern.rule, start: start as u32, end: end as u32 });
                }
            }
        }
    }

    /// Whether the guards of a hit's rule hold.
    pub fn admits(&self, doc: &Document, hit: &Hit, context: u32) -> bool {
        let Some(rule) = self.rules.get(usize::from(hit.rule)) else { return false };
        let tokens = doc.slice(hit.range());
        let (Some(first), Some(last)) = (tokens.first(), tokens.last()) else { return false };
        let at_first = mask::NEGATED | mask::QUOTED | mask::REPORTED | mask::HYPOTHETICAL | mask::IMPERATIVE;
        let at_last = mask::QUESTION | mask::SELF | mask::QUOTED | mask::REPORTED;
        let any = tokens.iter().fold(0, |m, t| m | t.mask) & mask::GENERIC;
        let bad = (first.mask & at_first) | (last.mask & at_last) | any;
        bad & rule.not == 0
            && (first.mask | last.mask) & rule.need == rule.need
            && (rule.context == 0 || rule.context & context != 0)
            && rule.not_context & context == 0
    }
}

fn fits(doc: &Document, classes: u64, words: &[u32], not: bool, at: usize, home: usize) -> bool {
    let (Some(token), Some(home)) = (doc.tokens.get(at), doc.tokens.get(home)) else { return false };
    let listed =
        || if words.len() < 12 { words.contains(&token.word) } else { words.binary_search(&token.word).is_ok() };
    token.sentence == home.sentence && ((classes == u64::MAX || token.class & classes != 0 || listed()) != not)
}

/// Whether a boundary stands between the tokens `at - 1` and `at`.
fn boundary(doc: &Document, at: usize, of: fn(&crate::analysis::document::Token) -> u32) -> bool {
    match (at.checked_sub(1).and_then(|b| doc.tokens.get(b)), doc.tokens.get(at)) {
        (Some(a), Some(b)) => of(a) != of(b),
        _ => true,
    }
}

fn edge(doc: &Document, elem: &Elem, at: usize) -> bool {
    match elem {
        Elem::SentenceStart | Elem::SentenceEnd => boundary(doc, at, |t| t.sentence),
        Elem::ClauseStart | Elem::ClauseEnd => boundary(doc, at, |t| t.clause),
        _ => false,
    }
}

/// Match elements from `at` on; the token after the last one matched.
fn forth(doc: &Document, lists: &[u32], elems: &[Elem], at: usize, home: usize) -> Option<usize> {
    let Some((elem, rest)) = elems.split_first() else { return Some(at) };
    match elem {
        Elem::One { classes, words, not, optional } => {
            if fits(doc, *classes, words.get(lists), *not, at, home)
                && let Some(end) = forth(doc, lists, rest, at + 1, home)
            {
                return Some(end);
            }
            if *optional { forth(doc, lists, rest, at, home) } else { None }
        }
        Elem::Gap(n) => (0..=usize::from(*n))
            .take_while(|g| *g == 0 || fits(doc, u64::MAX, &[], false, at + g - 1, home))
            .find_map(|g| forth(doc, lists, rest, at + g, home)),
        _ => {
            if edge(doc, elem, at) {
                forth(doc, lists, rest, at, home)
            } else {
                None
            }
        }
    }
}

/// Match elements backwards, the last of them just before `at`; the first token matched.
fn back(doc: &Document, lists: &[u32], elems: &[Elem], at: usize, home: usize) -> Option<usize> {
    let Some((elem, rest)) = elems.split_last() else { return Some(at) };
    match elem {
        Elem::One { classes, words, not, optional } => {
            if let Some(before) = at.checked_sub(1)
                && fits(doc, *classes, words.get(lists), *not, before, home)
                && let Some(start) = back(doc, lists, rest, before, home)
            {
                return Some(start);
            }
            if *optional { back(doc, lists, rest, at, home) } else { None }
        }
        Elem::Gap(n) => (0..=usize::from(*n))
            .take_while(|g| *g == 0 || at.checked_sub(*g).is_some_and(|b| fits(doc, u64::MAX, &[], false, b, home)))
            .find_map(|g| at.checked_sub(g).and_then(|b| back(doc, lists, rest, b, home))),
        _ => {
            if edge(doc, elem, at) {
                back(doc, lists, rest, at, home)
            } else {
                None
            }
        }
    }
}
