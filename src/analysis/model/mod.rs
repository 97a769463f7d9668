//! A small linear model as evidence beside the rules.
//!
//! Two sets of weights over the same features: one for the reply as a whole, one for a single clause (learnt from the
//! quotes). A third, tiny step joins both scores with what the rules found; its output is the probability of an id.
//! The weights are made by `cargo run --release --example train` and embedded.

pub mod features;
#[cfg(test)]
mod tests;
pub mod train;

use std::sync::OnceLock;

use super::context::TurnContext;
use super::rubric::{Audience, Id, Kind};
use features::{Sink, Verdict};

/// The ids the model scores: all skills and faults, in the rubric's order.
pub const SCORED: usize = 24;
/// Safety signals, a second voice beside their rules.
pub const SIGNALS: usize = 5;
/// What the second voice listens for: each signal, and any of them.
const VOICES: usize = SIGNALS + 1;
/// Weights of one feature: a byte for each id, for the reply and for the clause, then for each safety signal; the rest
/// fills the last word.
const ROW: usize = 2 * SCORED + 8;
/// Slots of the table, as bits of a feature.
const SLOT_BITS: u32 = 16;
const SLOTS: usize = 1 << SLOT_BITS;
/// Inputs of the last step: three scores, two of the rules, the scores of the other ids.
const INPUTS: usize = 5 + SCORED;
/// Weights are kept as bytes with this added, so that eight can be summed at once in the lanes of two words.
const OFFSET: i32 = 128;
/// The bytes of a word that are summed in its own lanes; the others are shifted there.
const EVEN: u64 = 0x00ff_00ff_00ff_00ff;
/// Features of one narrow sum: 250 times 255 is still within 16 bits.
const MOST_NARROW: u32 = 250;
/// A clause's score where there is no clause.
const NO_CLAUSE: f32 = -2.0;

const MAGIC: &[u8; 4] = b"SWLM";
/// The layout of the weights; a file of another one is not used.
const LAYOUT: u32 = 3;
const HEADER: usize = 8;

/// The model's number of an id; none for safety signals.
pub fn number(id: Id) -> Option<usize> {
    let n = id as usize;
    (n < SCORED).then_some(n)
}

/// The model's number of a safety signal; none for what is scored.
pub fn signal_number(id: Id) -> Option<usize> {
    (id as usize).checked_sub(SCORED).filter(|n| *n < SIGNALS)
}

/// The id of a number.
fn id_of(number: usize) -> Option<Id> {
    Id::ALL.get(number).copied()
}

/// What a row's values are scaled by: a long reply weighs no more than a short one.
fn scale(features: u32) -> f32 {
    1.0 / (4.0 * (features.max(8) as f32).sqrt())
}

/// Scores of one id: of the reply, of its best clause, of its second best.
pub type Scores = [[f32; 3]; SCORED];

/// What the rules made of each id: confidence and grade of their best finding.
pub type Rules = [(f32, u8); SCORED];

/// What the last step is given for the id of number `n`.
fn inputs(scores: &Scores, rules: &Rules, n: usize) -> [f32; INPUTS] {
    let mut x = [0.0; INPUTS];
    let own = scores.get(n).copied().unwrap_or_default();
    let (confidence, grade) = rules.get(n).copied().unwrap_or_default();
    let sure = if confidence >= super::detector::SURE_ENOUGH { f32::from(grade) } else { 0.0 };
    let first = [own[0], own[1], own[2].max(-1.5), confidence, sure];
    for (slot, v) in x.iter_mut().zip(first) {
        *slot = v;
    }
    for (k, (slot, other)) in x.iter_mut().skip(first.len()).zip(scores).enumerate() {
        if k != n {
            *slot = (other[0] * 0.3).clamp(-0.6, 0.6);
        }
    }
    x
}

/// Levels of a grade: shown; attempted (a skill) or more than mild (a fault); dominating (a fault).
const LEVELS: usize = 3;

/// The last step for one id.
#[derive(Clone, Copy, Debug)]
struct Head {
    weights: [[f32; INPUTS + 1]; LEVELS],
    /// From which probability on.
    cut: [f32; LEVELS],
}

impl Default for Head {
    fn default() -> Self {
        Self { weights: [[0.0; INPUTS + 1]; LEVELS], cut: [2.0; LEVELS] }
    }
}

impl Head {
    fn of(&self, level: usize, x: &[f32; INPUTS]) -> f32 {
        let Some(w) = self.weights.get(level) else { return 0.0 };
        let z = x.iter().zip(w).map(|(x, w)| x * w).sum::<f32>() + w.last().copied().unwrap_or(0.0);
        1.0 / (1.0 + (-z).exp())
    }
}

/// The grade that the probabilities of the levels give.
fn grade(id: Id, of: [f32; LEVELS], cut: [f32; LEVELS]) -> u8 {
    let second = of[1] >= cut[1];
    match (id.kind(), of[0] >= cut[0]) {
        (Kind::Skill, true) => 2,
        (Kind::Skill, false) => u8::from(second),
        (_, true) => 1 + u8::from(second) + u8::from(second && of[2] >= cut[2]),
        _ => 0,
    }
}

/// How the score of a safety signal is read.
#[derive(Clone, Copy, Debug, Default)]
struct Gauge {
    /// Slope and constant: the score as a probability.
    slope: f32,
    constant: f32,
    /// From which probability on it is asked about.
    cut: f32,
}

/// What the model makes of one safety signal.
#[derive(Clone, Copy, Debug)]
pub struct Signal {
    /// How likely it is.
    pub probability: f32,
    /// Likely enough to ask about it.
    pub asks: bool,
    /// The clauses that speak most for it: first and last.
    pub clauses: (u32, u32),
}

/// The embedded weights.
#[derive(Debug)]
pub struct Model {
    prints: &'static [u8],
    rows: &'static [u8],
    /// For each of [`ROW`]: what an i8 is worth, and the bias.
    worth: Vec<(f32, f32)>,
    heads: Vec<Head>,
    gauges: Vec<Gauge>,
}

/// What the model makes of a reply.
#[derive(Clone, Debug)]
pub struct Opinion {
    /// Scores of the reply and its clauses.
    pub scores: Scores,
    /// Probability of being shown and grade, by number of the id; none for ids that are not the audience's.
    pub grades: [Option<(f32, u8)>; SCORED],
    /// Safety signals, in the order of the rubric; after them, any of them.
    pub signals: [Option<Signal>; VOICES],
    /// Scores of each clause that was read.
    clauses: Vec<(u32, [f32; SCORED])>,
}

impl Model {
    /// The embedded model; none where its weights are of another layout.
    pub fn get() -> Option<&'static Self> {
        static MODEL: OnceLock<Option<Model>> = OnceLock::new();
        MODEL.get_or_init(|| Self::read(include_bytes!("weights.bin"))).as_ref()
    }

    fn read(bytes: &'static [u8]) -> Option<Self> {
        let (magic, rest) = bytes.split_at_checked(4)?;
        let (layout, rest) = rest.split_at_checked(HEADER - 4)?;
        if magic != MAGIC || layout != LAYOUT.to_le_bytes() {
            return None;
        }
        let (prints, rest) = rest.split_at_checked(SLOTS * 2)?;
        let (rows, rest) = rest.split_at_checked(SLOTS * ROW)?;
        let mut numbers = rest.chunks_exact(4).filter_map(|c| Some(f32::from_le_bytes(c.try_into().ok()?)));
        let mut worth = Vec::with_capacity(ROW);
        for _ in 0..ROW {
            worth.push((numbers.next()?, numbers.next()?));
        }
        let mut heads = Vec::with_capacity(SCORED);
        for _ in 0..SCORED {
            let mut head = Head::default();
            for slot in head.weights.iter_mut().flatten().chain(&mut head.cut) {
                *slot = numbers.next()?;
            }
            heads.push(head);
        }
        let mut gauges = Vec::with_capacity(VOICES);
        for _ in 0..VOICES {
            gauges.push(Gauge { slope: numbers.next()?, constant: numbers.next()?, cut: numbers.next()? });
        }
        Some(Self { prints, rows, worth, heads, gauges })
    }

    /// Read a turn.
    pub fn opinion(&self, turn: &TurnContext<'_>, verdicts: &[Verdict]) -> Opinion {
        let mut sums = Sums::new(self);
        features::extract(turn, Some(verdicts), &mut sums);
        let mut rules: Rules = [(0.0, 0); SCORED];
        for (id, confidence, grade) in verdicts {
            if let Some(slot) = number(*id).and_then(|n| rules.get_mut(n)) {
                *slot = (*confidence, *grade);
            }
        }
        let signals = sums.signals();
        let (scores, clauses) = sums.finish(turn.audience());
        let mut grades = [None; SCORED];
        for (n, (slot, head)) in grades.iter_mut().zip(&self.heads).enumerate() {
            let Some(id) = id_of(n).filter(|id| id.is_for(turn.audience())) else { continue };
            let x = inputs(&scores, &rules, n);
            let shown = head.of(0, &x);
            let higher = if id.kind() == Kind::Skill || shown < head.cut[0] { 0.0 } else { head.of(2, &x) };
            *slot = Some((shown, grade(id, [shown, head.of(1, &x), higher], head.cut)));
        }
        Opinion { scores, grades, signals, clauses }
    }
}

impl Opinion {
    /// The clauses that speak most for an id: first and last.
    pub fn clauses(&self, n: usize) -> Option<(u32, u32)> {
        let of = |k: usize| self.clauses.get(k).and_then(|(_, s)| s.get(n)).copied();
        let best =
            (0..self.clauses.len()).rev().max_by(|a, b| of(*a).unwrap_or(0.0).total_cmp(&of(*b).unwrap_or(0.0)))?;
        let clear = |k: usize| of(k).is_some_and(|s| s > 0.0);
        let (mut first, mut last) = (best, best);
        while first > 0 && clear(first - 1) {
            first -= 1;
        }
        while clear(last + 1) {
            last += 1;
        }
        Some((self.clauses.get(first)?.0, self.clauses.get(last)?.0))
    }
}

/// Sums of weights, clause by clause.
struct Sums<'m> {
    model: &'m Model,
    narrow: [[u64; 2]; ROW / 8],
    narrow_count: u32,
    now: [i32; ROW],
    count: u32,
    reply: [i32; SCORED],
    total: u32,
    clauses: Vec<(u32, [f32; SCORED])>,
    danger: Danger,
}

/// Sums for the safety signals. A danger may be told in one clause or across two, or lie over the whole reply: the
/// highest of these counts.
#[derive(Default)]
struct Danger {
    last: Option<(u32, [i32; VOICES], u32)>,
    all: [i32; VOICES],
    count: u32,
    /// Best score with its clauses.
    best: [Option<(f32, u32, u32)>; VOICES],
}

impl Danger {
    fn hear(&mut self, worth: &[(f32, f32)], sums: &[i32; VOICES], count: u32, from: u32, to: u32) {
        let scale = scale(count);
        for ((best, sum), (worth, bias)) in self.best.iter_mut().zip(sums).zip(worth) {
            let score = *sum as f32 * worth * scale + bias;
            if best.is_none_or(|(b, _, _)| score > b) {
                *best = Some((score, from, to));
            }
        }
    }

    fn end_clause(&mut self, worth: &[(f32, f32)], clause: u32, sums: [i32; VOICES], count: u32) {
        self.hear(worth, &sums, count, clause, clause);
        if let Some((from, mut both, counted)) = self.last {
            add(&mut both, &sums);
            self.hear(worth, &both, counted + count, from, clause);
        }
        add(&mut self.all, &sums);
        self.count += count;
        self.last = Some((clause, sums, count));
    }
}

fn add(to: &mut [i32; VOICES], more: &[i32; VOICES]) {
    for (to, more) in to.iter_mut().zip(more) {
        *to = to.saturating_add(*more);
    }
}

impl<'m> Sums<'m> {
    fn new(model: &'m Model) -> Self {
        Self {
            model,
            narrow: [[0; 2]; ROW / 8],
            narrow_count: 0,
            now: [0; ROW],
            count: 0,
            reply: [0; SCORED],
            total: 0,
            clauses: Vec::with_capacity(12),
            danger: Danger::default(),
        }
    }

    /// What is known of the safety signals once all clauses are read.
    fn signals(&mut self) -> [Option<Signal>; VOICES] {
        let worth = self.model.worth.get(2 * SCORED..).unwrap_or(&[]);
        if let Some((last, _, _)) = self.danger.last {
            let (all, count) = (self.danger.all, self.danger.count);
            self.danger.hear(worth, &all, count, 0, last);
        }
        let mut out = [None; VOICES];
        for ((slot, best), gauge) in out.iter_mut().zip(&self.danger.best).zip(&self.model.gauges) {
            *slot = best.map(|(score, from, to)| {
                let probability = 1.0 / (1.0 + (-(gauge.slope * score + gauge.constant)).exp());
                Signal { probability, asks: probability >= gauge.cut, clauses: (from, to) }
            });
        }
        out
    }

    fn widen(&mut self) {
        let offset = OFFSET * self.narrow_count as i32;
        for (wide, [even, odd]) in self.now.chunks_exact_mut(8).zip(&mut self.narrow) {
            for (n, sum) in wide.iter_mut().enumerate() {
                let lanes = if n % 2 == 0 { *even } else { *odd };
                let lane = (lanes >> (n / 2 * 16)) as u16;
                *sum = sum.saturating_add(i32::from(lane) - offset);
            }
            (*even, *odd) = (0, 0);
        }
        self.count += self.narrow_count;
        self.narrow_count = 0;
    }

    fn add_to_reply(&mut self) {
        for (sum, now) in self.reply.iter_mut().zip(&self.now) {
            *sum = sum.saturating_add(*now);
        }
        self.total += self.count;
        (self.now, self.count) = ([0; ROW], 0);
    }

    fn finish(mut self, audience: Audience) -> (Scores, Vec<(u32, [f32; SCORED])>) {
        self.widen();
        self.add_to_reply();
        let mut scores = [[0.0, NO_CLAUSE, NO_CLAUSE]; SCORED];
        let scale = scale(self.total);
        for (n, score) in scores.iter_mut().enumerate() {
            if !id_of(n).is_some_and(|id| id.is_for(audience)) {
                // Not scored for this audience: no evidence either way.
                *score = [0.0; 3];
                continue;
            }
            let (worth, bias) = self.model.worth.get(n).copied().unwrap_or_default();
            score[0] = self.reply.get(n).copied().unwrap_or(0) as f32 * worth * scale + bias;
            for s in self.clauses.iter().filter_map(|(_, c)| c.get(n)) {
                best_two(score, *s);
            }
        }
        (scores, self.clauses)
    }
}

/// Keep the two highest clause scores.
fn best_two(score: &mut [f32; 3], s: f32) {
    if s > score[1] {
        (score[1], score[2]) = (s, score[1]);
    } else if s > score[2] {
        score[2] = s;
    }
}

impl Sink for Sums<'_> {
    fn add(&mut self, feature: u32) {
        let slot = feature as usize & (SLOTS - 1);
        let print = fingerprint(feature).to_le_bytes();
        if self.model.prints.get(slot * 2..).and_then(<[u8]>::first_chunk::<2>) != Some(&print) {
            return;
        }
        let Some(row) = self.model.rows.get(slot * ROW..).and_then(<[u8]>::first_chunk::<ROW>) else { return };
        for ([even, odd], eight) in self.narrow.iter_mut().zip(row.as_chunks::<8>().0) {
            let eight = u64::from_le_bytes(*eight);
            *even += eight & EVEN;
            *odd += (eight >> 8) & EVEN;
        }
        self.narrow_count += 1;
        if self.narrow_count == MOST_NARROW {
            self.widen();
        }
    }

    fn end_clause(&mut self, clause: usize) {
        self.widen();
        let scale = scale(self.count);
        let mut scores = [0.0; SCORED];
        let own = self.now.iter().zip(&self.model.worth).skip(SCORED);
        if let Some(danger) = self.now.get(2 * SCORED..).and_then(<[i32]>::first_chunk::<VOICES>) {
            let worth = self.model.worth.get(2 * SCORED..).unwrap_or(&[]);
            self.danger.end_clause(worth, clause as u32, *danger, self.count);
        }
        for (score, (sum, (worth, bias))) in scores.iter_mut().zip(own) {
            *score = *sum as f32 * worth * scale + bias;
        }
        self.clauses.push((clause as u32, scores));
        self.add_to_reply();
    }
}

/// What tells a feature from others of its slot; never 0, which is an empty slot.
const fn fingerprint(feature: u32) -> u16 {
    (feature >> SLOT_BITS) as u16 | 1
}
