//! Lengths: what can be taken in at a glance or said in one breath.

use super::Check;
use super::context::{Context, Place};
use crate::scenario::problem::Code;

pub const CHECK: Check = Check { codes: &[Code::TooLong], run };

/// Words of one spoken line.
const LINE: usize = 45;
/// Words of a line that tells a fact or closes the scene: people take a breath for those.
const STORY: usize = 60;
/// Words of the situation.
const SITUATION: usize = 180;
/// Words of the goal.
const GOAL: usize = 40;
/// Characters of the title.
const TITLE: usize = 70;

fn run(context: &Context<'_>) {
    let s = context.scenario;
    let long = |span: &std::ops::Range<usize>, what: String, help: &str| {
        context.note(Code::TooLong, span.clone(), what, help);
    };
    if s.title.chars().count() > TITLE {
        let help = format!("keep it under {TITLE}: it stands in a list");
        long(&s.title.span, format!("the title has {} characters", s.title.chars().count()), &help);
    }
    if words(&s.situation) > SITUATION {
        let help = "60 to 120 words are enough: what happened, where they are, what is at stake";
        long(&s.situation.span, format!("the situation has {} words", words(&s.situation)), help);
    }
    if words(&s.goal) > GOAL {
        long(&s.goal.span, format!("the goal has {} words", words(&s.goal)), "say it in one short sentence");
    }
    for speech in context.speeches() {
        let most = match speech.place {
            Place::Fact(_) => STORY,
            Place::Enters(state) if state.end.is_some() => STORY,
            _ => LINE,
        };
        for line in speech.lines.iter().filter(|line| words(line) > most) {
            let what = format!("this line has {} words; nobody says so much in one go", words(line));
            long(&line.span, what, "break it into several lines, or keep the one thing that matters");
        }
    }
}

fn words(text: &str) -> usize {
    text.split_whitespace().count()
}
