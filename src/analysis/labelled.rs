//! Labelled replies as they stand in files, one JSON object a line: what is learnt from and measured with.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::rubric::{Audience, Id, Kind};

/// What somebody found in a reply.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Labels {
    /// Grades 0-3; `null` or "na" where the moment gave no opportunity.
    #[serde(default)]
    skills: BTreeMap<String, Value>,
    /// Severities 0-3.
    #[serde(default)]
    faults: BTreeMap<String, Value>,
    /// The safety signals.
    #[serde(default)]
    pub safety: Vec<String>,
    /// The words that earned a mark, by id. Other tools write other things here.
    #[serde(default)]
    quotes: Value,
}

impl Labels {
    /// The grade of a skill or severity of a fault, 1 for a safety signal that is there; 0 where nothing is.
    pub fn grade(&self, id: Id) -> u8 {
        if id.kind() == Kind::Safety {
            return u8::from(self.safety.iter().any(|s| s == id.as_str()));
        }
        let of = |m: &BTreeMap<String, Value>| m.get(id.as_str()).and_then(Value::as_u64);
        of(&self.skills).or_else(|| of(&self.faults)).map_or(0, |g| g.min(3) as u8)
    }

    /// The quotes of ids that are known.
    pub fn quotes(&self) -> impl Iterator<Item = (Id, &str)> {
        let all = self.quotes.as_object().into_iter().flatten();
        all.filter_map(|(id, quote)| Some((id.parse().ok()?, quote.as_str()?)))
    }
}

/// A reply with its labels.
#[derive(Debug, Default, Deserialize)]
pub struct Row {
    /// What stands before its dash is who wrote it. Empty where there is none.
    #[serde(default)]
    pub id: String,
    /// Whose reply it is.
    #[serde(default)]
    pub audience: Audience,
    /// The other's turn before it.
    #[serde(default)]
    pub context: String,
    /// The reply.
    pub reply: String,
    /// Those that were agreed upon.
    pub(super) gold: Option<Labels>,
    /// The labels of single raters, where there are any.
    #[serde(default)]
    pub raters: Vec<Labels>,
    #[serde(flatten)]
    pub(super) own: Labels,
}

impl Row {
    /// What counts: the labels that were agreed upon, else its only ones.
    pub fn gold(&self) -> &Labels {
        self.gold.as_ref().unwrap_or(&self.own)
    }
}

/// What a second rater, who did not see the labels, found in the reply of this id.
#[derive(Debug, Deserialize)]
pub struct Rating {
    /// The reply's id.
    pub id: String,
    /// What they found.
    #[serde(flatten)]
    pub labels: Labels,
}
