//! What the other person may not speak of: suicide, violence, a child in danger. Only the simulated client of a trainee
//! may, in a scenario that says so. A line that somebody meets unprepared could do harm.
//!
//! This looks for plain words and not with the analyser, which is made for what users say of themselves and has to hear
//! the vaguest of it. Lines still want to be read by a clinician.

use super::Check;
use super::context::Context;
use crate::analysis::{Audience, Id};
use crate::scenario::problem::Code;

pub const CHECK: Check = Check { codes: &[Code::SpeaksOfDanger], run };

const WORDS: &[(Id, &[&str])] = &[
    (
        Id::SelfHarm,
        &[
            "suicide",
            "suicidal",
            "kill myself",
            "killed myself",
            "killing myself",
            "kill yourself",
            "hurt myself",
            "hurting myself",
            "harm myself",
            "end my life",
            "ending my life",
            "end it all",
            "want to die",
            "wanted to die",
            "wish i was dead",
            "wish i were dead",
            "better off dead",
            "better off without me",
            "want to live any more",
            "want to live anymore",
        ],
    ),
    (
        Id::HarmToOthers,
        &["kill you", "kill him", "kill her", "kill them", "stab", "shoot you", "shoot him", "shoot her"],
    ),
    (
        Id::Abuse,
        &[
            "hit me",
            "hits me",
            "hit you",
            "hits you",
            "beat me",
            "beats me",
            "beat you",
            "rape",
            "raped",
            "choked me",
            "strangled me",
        ],
    ),
    (
        Id::ChildOrElderHarm,
        &["hit the kids", "hits the kids", "hit the children", "hits the children", "hurts the kids", "molested"],
    ),
];

fn run(context: &Context<'_>) {
    let safety = context.scenario.safety.iter();
    let allowed: Vec<&str> = safety.flat_map(|safety| &safety.may_mention).map(|id| id.value.as_str()).collect();
    for line in context.speeches().iter().flat_map(|speech| speech.lines) {
        for id in spoken_of(line).filter(|id| !allowed.contains(&id.as_str())) {
            let message = format!("this line speaks of danger ({})", id.name());
            let help = match context.scenario.audience {
                Audience::Trainee => {
                    format!("if this client is to speak of it, say so: 'safety: {{ may_mention: [{id}] }}'")
                }
                Audience::Client => "reword it: nobody who practises for themselves is to be met with this".to_owned(),
            };
            context.note(Code::SpeaksOfDanger, line.span.clone(), message, help);
        }
    }
}

fn spoken_of(line: &str) -> impl Iterator<Item = Id> {
    let mut plain = String::from(" ");
    for word in line.to_lowercase().replace('\u{2019}', "'").split(|c: char| !(c.is_alphanumeric() || c == '\'')) {
        if !word.is_empty() {
            plain.push_str(word);
            plain.push(' ');
        }
    }
    let spoken = move |words: &&str| plain.contains(&format!(" {words} "));
    WORDS.iter().filter(move |(_, all)| all.iter().any(&spoken)).map(|(id, _)| *id)
}
