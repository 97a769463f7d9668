//! The rubric as a judge is given it: what each grade means, in few words. The grades are this project's own operational form
//! of what IPT teaches; no clinician has validated them.

use crate::analysis::Id;

/// What the grades 1 and 2 of a skill are, and what 3 adds.
pub struct Skill {
    /// Attempted or partial.
    pub one: &'static str,
    /// Clear.
    pub two: &'static str,
    /// Clear and fitted to this person and moment.
    pub three: &'static str,
}

/// What a fault is, and what only looks like it.
pub struct Fault {
    /// What it is.
    pub is: &'static str,
    /// What it is not.
    pub is_not: &'static str,
}

/// The grades of a skill.
pub fn skill(id: Id) -> Option<Skill> {
    let (one, two, three) = match id {
        Id::IStatement => (
            "\"I feel\" with a judgement of them (ignored, used), or a feeling with no event",
            "own emotion word and the event it belongs to",
            "the impact or the need, in proportion",
        ),
        Id::BeSpecific => {
            ("only names the topic", "one observable behaviour or one occasion", "both, in neutral words, one issue")
        }
        Id::DirectRequest => (
            "a vague or negative ask (\"be nicer\", \"stop it\")",
            "a concrete ask that can be done",
            "when or how, and room to say no",
        ),
        Id::Perspective => (
            "token (\"I get it\"), or undone by a \"but\"",
            "a specific, plausible account of their view or feeling",
            "shows that it makes sense, and links it to the speaker's own view",
        ),
        Id::CheckUnderstanding => {
            ("generic (\"ok?\")", "asks what was meant or heard, or says it back and asks", "invites correction")
        }
        Id::Options => ("one option", "two or more, or asks for theirs", "both, and they fit both sides' needs"),
        Id::Timing => (
            "says that it is a bad time",
            "asks for a time or sets one, or pauses with a return",
            "a reason, and a commitment to return",
        ),
        Id::PersistRepair => (
            "repeats itself after a no or a slip",
            "asks again calmly, or owns a slip and apologises; only after resistance or a slip",
            "acknowledges, revises, proposes a next step",
        ),
        Id::OpenExploration => {
            ("open but generic", "open and follows what the client said", "on the focus, one question")
        }
        Id::Affect => (
            "\"how did that feel?\"",
            "names the feeling tentatively",
            "stays with it, normalises, takes in mixed feelings",
        ),
        Id::MoodEventLink => (
            "mentions only the mood or only the event",
            "links a mood to an event between people",
            "ties it to the focus and asks the client",
        ),
        Id::CaWork => (
            "\"what happened?\"",
            "elicits the words that were said and what they felt or did",
            "the client's own alternative, and trying it out",
        ),
        Id::Reflection => {
            ("repeats a word", "says back the content or meaning", "adds the unsaid meaning, tentatively")
        }
        _ => return None,
    };
    Some(Skill { one, two, three })
}

/// What a fault is.
pub fn fault(id: Id) -> Option<Fault> {
    let (is, is_not) = match id {
        Id::Blame => (
            "accuses their character or makes them the cause (\"your fault\", \"I feel that you are cruel\")",
            "\"when you left, I felt ...\"",
        ),
        Id::MindReading => {
            ("states their motive or thought as a fact (\"you don't care\")", "\"I wondered if ..., is that right?\"")
        }
        Id::Overgeneralise => ("you with always, never, every time, not once", "\"never mind\", \"not always\""),
        Id::Contempt => ("insult, mockery, sarcasm, name-calling", "an insult to oneself, or theirs quoted"),
        Id::KitchenSink => ("three or more separate grievances in one turn", "listing options; the story of a loss"),
        Id::Stonewall => {
            ("closes off (\"whatever\", \"I'm done\")", "a pause with a return, a last boundary, leaving for safety")
        }
        Id::Indirect => ("hints, martyrdom or heaps of hedges in place of the ask", "one polite hedge"),
        Id::ThreatDemand => {
            ("coerces (\"or else\", \"you have to\")", "a limit that protects oneself; \"you must be tired\"")
        }
        Id::Minimise => ("invalidates (\"calm down\", \"at least\", \"get over it\")", "about oneself"),
        Id::PrematureAdvice => (
            "a solution before exploring (\"you should\", \"have you tried\")",
            "asked for; after looking at options together; safety",
        ),
        Id::QuestionFault => (
            "closed, leading or stacked questions, \"why didn't you\"",
            "a question about risk or symptoms; \"is that right?\"",
        ),
        _ => return None,
    };
    Some(Fault { is, is_not })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::{Audience, Kind};

    #[test]
    fn every_id_that_is_scored_has_its_words() {
        for id in [Audience::Client, Audience::Trainee].into_iter().flat_map(Id::scored_for) {
            assert_eq!(skill(id).is_some(), id.kind() == Kind::Skill, "{id}");
            assert_eq!(fault(id).is_some(), id.kind() == Kind::Fault, "{id}");
        }
    }
}
