//! The JSON Schema of scenario files, so that editors complete keys and mark mistakes while one writes.

use serde_json::{Value, json};

use super::Scenario;
use crate::analysis::{Id, Kind};
use crate::session::Act;

/// Keys that a scenario cannot do without.
const REQUIRED: &[&str] = &[
    "format",
    "id",
    "title",
    "problem_area",
    "you",
    "counterpart",
    "situation",
    "goal",
    "objectives",
    "opening",
    "states",
    "safety",
];

/// Where ids of the rubric stand: type, key, and whether they are skills, faults, safety signals or anything in a reply.
const IDS: &[(&str, &str, Ids)] = &[
    ("", "skills", Ids::Skill),
    ("Condition", "any", Ids::Signal),
    ("Condition", "all", Ids::Signal),
    ("Condition", "none", Ids::Signal),
    ("Resists", "to", Ids::Skill),
    ("Expect", "skills", Ids::Skill),
    ("Expect", "not_skills", Ids::Skill),
    ("Expect", "faults", Ids::Fault),
    ("Expect", "not_faults", Ids::Fault),
    ("Safety", "may_mention", Ids::Safety),
];

#[derive(Clone, Copy)]
enum Ids {
    Skill,
    Fault,
    Safety,
    Signal,
}

impl Ids {
    fn names(self) -> Vec<&'static str> {
        let takes = |id: &&Id| match self {
            Self::Skill => id.kind() == Kind::Skill,
            Self::Fault => id.kind() == Kind::Fault,
            Self::Safety => id.kind() == Kind::Safety,
            Self::Signal => id.kind() != Kind::Safety,
        };
        let kinds = Act::ALL.iter().map(|act| act.as_str()).filter(|_| matches!(self, Self::Signal));
        Id::ALL.iter().filter(takes).map(|id| id.as_str()).chain(kinds).collect()
    }
}

/// The schema.
pub fn schema() -> Value {
    let mut schema = schemars::schema_for!(Scenario).to_value();
    schema["title"] = json!("A Saywell scenario");
    schema["required"] = json!(REQUIRED);
    schema["properties"]["format"] = json!({ "const": 1, "description": "The version of this file format. Always 1." });
    for (owner, key, ids) in IDS {
        if let Some(items) = property(&mut schema, owner, key).and_then(|p| p.get_mut("items")) {
            *items = json!({ "enum": ids.names() });
        }
    }
    for (key, ids) in [("sensitive_to", Ids::Fault), ("softened_by", Ids::Skill)] {
        if let Some(weights) = property(&mut schema, "Counterpart", key) {
            weights["propertyNames"] = json!({ "enum": ids.names() });
            weights["additionalProperties"] = json!({ "type": "integer", "minimum": 0, "maximum": 3 });
        }
    }
    for key in ["trust", "tension"] {
        if let Some(meter) = property(&mut schema, "Start", key) {
            meter["maximum"] = json!(10);
        }
    }
    schema
}

/// The schema as text for a file.
pub fn text() -> String {
    format!("{:#}\n", schema())
}

fn property<'a>(schema: &'a mut Value, owner: &str, key: &str) -> Option<&'a mut Value> {
    let place = if owner.is_empty() { schema } else { schema.get_mut("$defs")?.get_mut(owner)? };
    place.get_mut("properties")?.get_mut(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_of_ids_exists() {
        let mut schema = schema();
        for (owner, key, _) in IDS {
            let found = property(&mut schema, owner, key).and_then(|p| p.get("items")).and_then(|i| i.get("enum"));
            assert!(found.is_some(), "{owner}.{key}");
        }
        for key in ["sensitive_to", "softened_by"] {
            assert!(property(&mut schema, "Counterpart", key).is_some_and(|p| p.get("propertyNames").is_some()));
        }
    }

    #[test]
    fn every_key_is_described() {
        let schema = schema();
        let mut bare = Vec::new();
        let defs = schema["$defs"].as_object().into_iter().flatten().map(|(name, def)| (name.as_str(), def));
        for (name, def) in defs.chain([("", &schema)]) {
            for (key, value) in def["properties"].as_object().into_iter().flatten() {
                if value.get("description").is_none() {
                    bare.push(format!("{name}.{key}"));
                }
            }
        }
        assert!(bare.is_empty(), "{bare:?}");
    }
}
