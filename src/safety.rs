//! The words about danger and help. They stand in `safety/words.yaml`, where a clinician can review them, and the numbers
//! in `safety/lines.yaml`. `docs/safety.md` says when which is shown.

pub mod lines;

use std::sync::OnceLock;

use serde::Deserialize;

use crate::analysis::Id;
use crate::scenario::yaml;
pub use lines::Country;

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
    /// When the user goes on after a stop.
    pub go_on: String,
    /// Where to turn; the lines themselves are in another file.
    pub help: Help,
    /// How to leave the app without a trace.
    pub exit: String,
    /// The same in plain mode.
    pub exit_plain: String,
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
    /// What is said when the lines for help have been named.
    pub after_help: String,
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
    /// When the user stopped here.
    pub stopped: String,
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

/// Where to turn.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Help {
    /// Above the lines of a country.
    pub heading: String,
    /// Above the lines of several.
    pub anywhere: String,
    /// In danger.
    pub emergency: String,
    /// To talk.
    pub crisis: String,
    /// By text message.
    pub text: String,
    /// Domestic abuse.
    pub abuse: String,
    /// Children.
    pub child: String,
    /// Every other country.
    pub elsewhere: String,
    /// In danger, in a country that is not known.
    pub unknown: String,
}

/// How a paragraph of the flow is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// Said plainly.
    Said,
    /// Where to turn: it has to stand out.
    Help,
    /// By the way.
    Aside,
}

/// The words, read once.
pub fn words() -> &'static Words {
    static WORDS: OnceLock<Words> = OnceLock::new();
    WORDS.get_or_init(|| yaml::read(include_str!("../safety/words.yaml"), &mut Vec::new()).unwrap_or_default())
}

impl Words {
    /// What is said after a direct statement about these signals, a paragraph each. Where to turn comes first. `name` is
    /// the other person of the scene.
    pub fn for_certain(&self, signals: &[Id], name: &str, country: Option<Country>) -> Vec<(Tone, String)> {
        let said = |text: &str| (Tone::Said, text.trim_end().replace("{name}", name));
        let help = (Tone::Help, lines::help(country, signals));
        let mut out = vec![said(&self.certain.opening)];
        // Who only asks to stop is not told that it sounds like danger.
        let danger = signals.iter().any(|id| *id != Id::Stop);
        if danger {
            out.extend([help.clone(), said(&self.certain.after_help)]);
        }
        out.extend(signals.iter().map(|id| {
            said(match id {
                Id::SelfHarm => &self.certain.self_harm,
                Id::HarmToOthers => &self.certain.harm_to_others,
                Id::Abuse => &self.certain.abuse,
                Id::ChildOrElderHarm => &self.certain.child_or_elder_harm,
                _ => &self.certain.stop,
            })
        }));
        if !danger {
            out.push(help);
        }
        out.push((Tone::Aside, self.certain.kept.replace("{name}", name)));
        out
    }

    /// What is said when the question before a scene was answered with yes or unsure.
    pub fn for_screen(&self, country: Option<Country>) -> Vec<(Tone, String)> {
        let stop = (Tone::Said, self.screen.stop.trim_end().to_owned());
        vec![stop, (Tone::Help, lines::help(country, &[Id::Abuse])), (Tone::Aside, self.screen.kept.clone())]
    }
}

/// Paragraphs as one text.
pub fn text(paragraphs: &[(Tone, String)]) -> String {
    paragraphs.iter().map(|(_, text)| text.as_str()).collect::<Vec<_>>().join("\n\n")
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
        let mut seen = std::collections::HashSet::new();
        for signal in [Id::SelfHarm, Id::HarmToOthers, Id::Abuse, Id::ChildOrElderHarm, Id::Stop] {
            let text = text(&words.for_certain(&[signal], "Alex", Country::of("IE")));
            assert!(text.contains("Alex was only a role"), "{text}");
            assert!(text.contains("116 123") && !text.contains('{'), "{text}");
            assert!(seen.insert(text.clone()), "{signal} has no words of its own: {text}");
        }
    }

    #[test]
    fn where_to_turn_comes_before_everything_but_the_stop_itself() {
        for signal in [Id::SelfHarm, Id::HarmToOthers, Id::Abuse, Id::ChildOrElderHarm] {
            let said = words().for_certain(&[signal], "Alex", None);
            assert_eq!(said.iter().position(|(tone, _)| *tone == Tone::Help), Some(1), "{said:?}");
        }
        let said = words().for_certain(&[Id::Stop], "Alex", None);
        assert!(!text(&said).contains("danger. That matters"), "{said:?}");
    }
}
