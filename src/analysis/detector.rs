//! What a detector is, and how evidence becomes a finding.

use std::ops::Range;

use super::Finding;
use super::context::TurnContext;
use super::feedback;
use super::lexicon::pattern::Reach;
use super::rubric::Id;

/// A reply that counts, with the grade it should get at the least.
#[derive(Clone, Copy, Debug)]
pub struct Example {
    /// What the other said before.
    pub context: &'static str,
    /// The reply.
    pub reply: &'static str,
    /// The grade, severity or (safety) certainty expected.
    pub grade: u8,
}

/// A reply that looks like one and is not: it must stay under the cut-off.
#[derive(Clone, Copy, Debug)]
pub struct Lure {
    /// What the other said before.
    pub context: &'static str,
    /// The reply.
    pub reply: &'static str,
    /// Why it does not count.
    pub why: &'static str,
}

/// A reply that counts, said after nothing in particular.
pub const fn example(reply: &'static str, grade: u8) -> Example {
    Example { context: "", reply, grade }
}

/// A reply that counts after these words.
pub const fn example_after(context: &'static str, reply: &'static str, grade: u8) -> Example {
    Example { context, reply, grade }
}

/// A lure, said after nothing in particular.
pub const fn lure(reply: &'static str, why: &'static str) -> Lure {
    Lure { context: "", reply, why }
}

/// A lure after these words.
pub const fn lure_after(context: &'static str, reply: &'static str, why: &'static str) -> Lure {
    Lure { context, reply, why }
}

/// What a detector says of itself: its page in the docs and its tests.
#[derive(Debug)]
pub struct Meta {
    /// What it detects.
    pub id: Id,
    /// Where IPT teaches it.
    pub source: &'static str,
    /// What it looks for.
    pub looks_for: &'static str,
    /// Why it matters.
    pub why: &'static str,
    /// Replies that count.
    pub examples: &'static [Example],
    /// Replies that do not.
    pub lures: &'static [Lure],
}

/// Looks for one id in a reply.
pub trait Detector: Sync {
    /// What it says of itself.
    fn meta(&self) -> &'static Meta;
    /// Add what it finds, surest or not: the analysis keeps what passes and takes the rest as the score.
    fn detect(&self, turn: &TurnContext<'_>, out: &mut Vec<Finding>);
}

/// One piece of evidence.
#[derive(Clone, Debug)]
pub struct Mark {
    /// Grade or severity.
    pub grade: u8,
    /// How sure, 0..1.
    pub confidence: f32,
    /// The tokens that show it.
    pub tokens: Range<usize>,
    /// What kind of evidence: chooses the reason's wording.
    pub tag: &'static str,
}

/// The evidence for one id in one reply; makes at most one finding of it.
#[derive(Debug)]
pub struct Marks<'t, 'a> {
    /// The reply.
    pub turn: &'t TurnContext<'a>,
    id: Id,
    /// The evidence so far.
    pub all: Vec<Mark>,
}

/// A finding less sure than this is no finding, only a score.
pub const SURE_ENOUGH: f32 = 0.5;

impl<'t, 'a> Marks<'t, 'a> {
    /// No evidence yet.
    pub fn new(turn: &'t TurnContext<'a>, id: Id) -> Self {
        Self { turn, id, all: Vec::new() }
    }

    /// The evidence of the id's patterns. Sections of grade 0 are none: they are for the detector to ask about.
    pub fn of_rules(turn: &'t TurnContext<'a>, id: Id) -> Self {
        let mut marks = Self::new(turn, id);
        for (rule, hit) in turn.hits(id).filter(|(r, _)| r.grade > 0) {
            let tokens = match rule.reach {
                Reach::Match => hit.range(),
                Reach::Clause => marks.clauses(hit.range()),
                Reach::Sentence => turn.doc.sentence_of(hit.start as usize),
            };
            marks.all.push(Mark { grade: rule.grade, confidence: rule.confidence, tokens, tag: rule.tag });
        }
        marks
    }

    /// The tokens of the clauses that a range stands in.
    pub fn clauses(&self, tokens: Range<usize>) -> Range<usize> {
        let doc = &self.turn.doc;
        match (doc.clause_of(tokens.start), doc.clause_of(tokens.end.saturating_sub(1))) {
            (Some(a), Some(b)) => a.start as usize..b.end as usize,
            _ => tokens,
        }
    }

    /// Add evidence.
    pub fn add(&mut self, grade: u8, confidence: f32, tokens: Range<usize>, tag: &'static str) {
        self.all.push(Mark { grade, confidence, tokens, tag });
    }

    /// Whether a section of the id's patterns matched.
    pub fn has(&self, tag: &str) -> bool {
        self.turn.tagged(self.id, tag).is_some()
    }

    /// Drop the evidence of these kinds (all, where none is named) that shares a word with a match of the section `tag`.
    /// Counts of covered words up to each word, so that long replies stay linear.
    pub fn take_back(&mut self, tag: &str, of: &[&str]) {
        if self.all.is_empty() {
            return;
        }
        let n = self.turn.tokens().len();
        let mut edges = vec![0i32; n + 1];
        let mut any = false;
        for (_, hit) in self.turn.hits(self.id).filter(|(r, _)| r.tag == tag) {
            for (at, step) in [(hit.start, 1), (hit.end, -1)] {
                if let Some(e) = edges.get_mut(at as usize) {
                    *e += step;
                }
            }
            any = true;
        }
        if !any {
            return;
        }
        let (mut open, mut sum) = (0, 0usize);
        let mut covered = Vec::with_capacity(n + 1);
        for e in &edges {
            covered.push(sum);
            open += e;
            sum += usize::from(open > 0);
        }
        let before = |t: usize| covered.get(t.min(n)).copied().unwrap_or(0);
        self.all.retain(|m| before(m.tokens.end) == before(m.tokens.start) || !(of.is_empty() || of.contains(&m.tag)));
    }

    /// Make all evidence less sure.
    pub fn dampen(&mut self, factor: f32) {
        for m in &mut self.all {
            m.confidence *= factor;
        }
    }

    /// The finding: the highest grade among the sure marks, its words as the span, all evidence together as confidence.
    pub fn emit(self, out: &mut Vec<Finding>) {
        let sure = |m: &&Mark| m.confidence >= SURE_ENOUGH;
        let rank = |m: &&Mark| (m.grade, (m.confidence * 1000.0) as u32);
        let best = self
            .all
            .iter()
            .filter(sure)
            .max_by_key(rank)
            .or_else(|| self.all.iter().max_by_key(|m| ((m.confidence * 1000.0) as u32, m.grade)));
        let Some(best) = best else { return };
        let doubt =
            self.all.iter().fold(1.0f32, |d, m| if m.tag == best.tag { d } else { d * (1.0 - m.confidence * 0.5) });
        let confidence = (1.0 - (1.0 - best.confidence) * doubt).clamp(0.0, 0.99);
        let span = self.turn.doc.bytes(best.tokens.clone());
        let Some(quote) = self.turn.turn.reply.get(span.clone()).filter(|q| !q.is_empty()) else { return };
        out.push(Finding {
            id: self.id,
            grade: best.grade,
            span,
            confidence,
            reason: feedback::reason(self.id, best.grade, best.tag, quote),
        });
    }
}
