//! The words about danger and help. They stand in `safety/words.yaml`, where a clinician can review them.

use std::sync::OnceLock;

use serde::Deserialize;

use crate::analysis::Id;
use crate::scenario::yaml;

/// The text of the whole safety flow.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Words {
    /// What Saywell is and is not.
    pub about: String,
    /// Before a scene that could be dangerous to carry into real life.
    pub screen: Screen,
    /// After a direct statement.
    pub certain: Certain,
    /// After a vague one.
    pub unclear: Unclear,
    /// Where to turn.
    pub help: String,
}

/// Before a scene.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Screen {
    /// The question.
    pub question: String,
    /// How to answer it.
    pub choices: String,
    /// Why Saywell stops here.
    pub stop: String,
    /// What becomes of the answer.
    pub kept: String,
}

/// After a direct statement.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Certain {
    /// First words.
    pub opening: String,
    /// For each signal.
    pub self_harm: String,
    /// For each signal.
    pub harm_to_others: String,
    /// For each signal.
    pub abuse: String,
    /// For each signal.
    pub child_or_elder_harm: String,
    /// For each signal.
    pub stop: String,
    /// What becomes of the reply.
    pub kept: String,
    /// How to leave or go on.
    pub go_on: String,
}

/// After a vague statement.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unclear {
    /// The question.
    pub question: String,
    /// How to answer it.
    pub choices: String,
}

/// The words, read once.
pub fn words() -> &'static Words {
    static WORDS: OnceLock<Words> = OnceLock::new();
    WORDS.get_or_init(|| yaml::read(include_str!("../safety/words.yaml"), &mut Vec::new()).unwrap_or_default())
}

impl Words {
    /// What is said first after a direct statement about these signals: an opening, then a sentence for each.
    pub fn for_certain(&self, signals: &[Id], name: &str) -> String {
        let mut out = self.certain.opening.replace("{name}", name);
        for id in signals {
            let words = match id {
                Id::SelfHarm => &self.certain.self_harm,
                Id::HarmToOthers => &self.certain.harm_to_others,
                Id::Abuse => &self.certain.abuse,
                Id::ChildOrElderHarm => &self.certain.child_or_elder_harm,
                _ => &self.certain.stop,
            };
            out.push_str(words);
            out.push('\n');
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_reads_whole_and_every_part_has_words() {
        let mut problems = Vec::new();
        let words: Option<Words> = yaml::read(include_str!("../safety/words.yaml"), &mut problems);
        assert_eq!(problems, vec![]);
        let words = words.unwrap();
        for signal in [Id::SelfHarm, Id::HarmToOthers, Id::Abuse, Id::ChildOrElderHarm, Id::Stop] {
            let text = words.for_certain(&[signal], "Alex");
            assert!(text.contains("Alex has gone"), "{text}");
            assert!(text.lines().count() >= 3, "{signal} has no words of its own: {text}");
        }
        assert!(words.help.contains("988") && words.help.contains("findahelpline.com"));
    }
}
