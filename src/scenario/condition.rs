//! Conditions: when a reaction fits, a state changes, a fact is told, an objective is met.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer};

use super::yaml::Spanned;

/// When something holds. Every key that is given must hold; each adds to the weight of the rule.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Condition {
    /// At least one of these was in the reply: ids of the rubric, or what kind of reply it is (`question`, `apology` ...).
    pub any: Vec<Spanned<String>>,
    /// All of these were in the reply.
    pub all: Vec<Spanned<String>>,
    /// None of these was in the reply.
    pub none: Vec<Spanned<String>>,
    /// The reply speaks of one of these words or phrases; `work*` also stands for "works", "working".
    pub mentions: Vec<Spanned<String>>,
    /// A bound on trust after this reply, 0-10, e.g. `">= 6"`.
    pub trust: Option<Bound>,
    /// A bound on tension after this reply, 0-10.
    pub tension: Option<Bound>,
    /// A bound on how many replies the user has given in this take.
    pub turn: Option<Bound>,
    /// A bound on how many replies the user has given in this state.
    pub here: Option<Bound>,
    /// Facts that were told before this reply.
    pub told: Vec<Spanned<String>>,
    /// Facts that were not told before this reply.
    pub not_told: Vec<Spanned<String>>,
    /// Objectives that are met, this reply included.
    pub met: Vec<Spanned<String>>,
    /// Objectives that are not met, this reply included.
    pub not_met: Vec<Spanned<String>>,
}

/// A comparison with a whole number, written `">= 6"`, `"<= 3"`, `"> 4"`, `"< 2"` or `"= 5"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bound {
    /// How it compares.
    pub op: Op,
    /// With what.
    pub value: i32,
}

/// How a [`Bound`] compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Op {
    /// `>=`
    AtLeast,
    /// `<=`
    AtMost,
    /// `>`
    Over,
    /// `<`
    Under,
    /// `=`
    Equal,
}

impl Bound {
    /// Whether `n` tenths satisfy a bound given in whole units.
    pub fn holds_tenths(self, tenths: i32) -> bool {
        self.compare(tenths, self.value.saturating_mul(10))
    }

    /// Whether a whole number satisfies the bound.
    pub fn holds(self, n: i32) -> bool {
        self.compare(n, self.value)
    }

    fn compare(self, n: i32, value: i32) -> bool {
        match self.op {
            Op::AtLeast => n >= value,
            Op::AtMost => n <= value,
            Op::Over => n > value,
            Op::Under => n < value,
            Op::Equal => n == value,
        }
    }
}

impl FromStr for Bound {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let digits = text.find(|c: char| c.is_ascii_digit()).unwrap_or(text.len());
        let (op, number) = text.split_at(digits);
        let op = match op.trim() {
            ">=" => Op::AtLeast,
            "<=" => Op::AtMost,
            ">" => Op::Over,
            "<" => Op::Under,
            "=" | "==" | "" => Op::Equal,
            _ => return Err(bound_help(text)),
        };
        let value = number.trim().parse::<u16>().map_err(|_| bound_help(text))?;
        Ok(Self { op, value: i32::from(value) })
    }
}

fn bound_help(text: &str) -> String {
    format!("'{text}' is no bound; write a comparison in quotes, such as \">= 6\", \"<= 3\" or \"= 5\"")
}

impl fmt::Display for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let op = match self.op {
            Op::AtLeast => ">=",
            Op::AtMost => "<=",
            Op::Over => ">",
            Op::Under => "<",
            Op::Equal => "=",
        };
        write!(f, "{op} {}", self.value)
    }
}

impl<'de> Deserialize<'de> for Bound {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl JsonSchema for Bound {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Bound".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": ["string", "integer"],
            "pattern": "^\\s*(>=|<=|>|<|=|==)?\\s*[0-9]+\\s*$",
            "description": "A comparison with a whole number, such as \">= 6\"."
        })
    }
}
