//! The same thing said another way, in the user's own words: their clause is taken over and only its frame is changed.
//!
//! "You never help me with bedtime" becomes "Could you help me with bedtime this week?". What happened, and what it felt
//! like, only the user knows: such a place is left open with an ellipsis. Where their clause cannot be taken over well
//! there is no rewrite at all; a contrast pair of the scenario does better then.
//!
//! The frames are those of IPT's communication skills: from a global "never" to one ask, from an accusation to "when you
//! ..., I feel ...", from a guess about the other to a question (Mufson et al., "I" statements and being specific;
//! Weissman et al. 2018, ch. 10, communication analysis).

mod vocabulary;
mod words;

use super::Finding;
use super::rubric::Id;
use words::{Act, Verb, Words};

/// The user's words another way, as one or two sentences without quotation marks; `None` where that can't be done well.
///
/// `reply` is the reply that the finding was made in.
pub fn rewrite(reply: &str, finding: &Finding) -> Option<String> {
    let (sentence, from_mark) = sentence_around(reply, finding.span.start)?;
    let words = Words::of(sentence);
    let found = match finding.id {
        Id::Overgeneralise | Id::Blame | Id::KitchenSink | Id::Contempt => {
            never(&words).or_else(|| always(&words)).or_else(|| made_me(&words)).or_else(|| my_judgement(&words))
        }
        Id::IStatement => my_judgement(&words),
        Id::MindReading => guess(&Words::of(from_mark)),
        Id::ThreatDemand => demand(&words),
        Id::Indirect => hint(&words),
        Id::PrematureAdvice => advice(&words),
        Id::QuestionFault => question(&words),
        _ => None,
    }?;
    // What comes out as it went in helps nobody.
    (found.to_lowercase() != sentence.trim().to_lowercase()).then_some(found)
}

/// The sentence that this byte of the reply stands in, and what of it stands behind that byte.
fn sentence_around(reply: &str, at: usize) -> Option<(&str, &str)> {
    let ends = |c: char| matches!(c, '.' | '!' | '?' | '\n' | ';' | '\u{2026}');
    let (before, behind) = (reply.get(..at)?, reply.get(at..)?);
    let start = before.rfind(ends).map_or(0, |i| i + before[i..].chars().next().map_or(1, char::len_utf8));
    // The mark at the end belongs to it: a question is read differently.
    let end = behind.find(ends).map_or(reply.len(), |i| at + i + behind[i..].chars().next().map_or(1, char::len_utf8));
    Some((reply.get(start..end)?, reply.get(at..end)?))
}

/// "You never help me with bedtime": one ask. "You never told me": what did not happen, and room for the feeling.
fn never(words: &Words<'_>) -> Option<String> {
    let behind = words.behind(&[
        &["you", "never"],
        &["you", "don't", "ever"],
        &["you", "hardly", "ever"],
        &["why", "can't", "you", "ever"],
        &["why", "can't", "you"],
    ])?;
    let act = behind.act()?;
    match act.verb() {
        Verb::Base if act.is_doable() => {
            let when = match act.base() {
                _ if act.has_time() => "",
                "listen" => " for a few minutes",
                _ => " this week",
            };
            Some(format!("Could you {}{when}? It would help me.", act.text()))
        }
        Verb::Past(base) if !act.is_bare() => Some(format!("When you didn't {}, I felt \u{2026}", act.with_verb(base))),
        _ => None,
    }
}

/// "You always leave your cups on my desk": when that happens, what it does.
fn always(words: &Words<'_>) -> Option<String> {
    let behind = words.behind(&[
        &["you", "always"],
        &["you're", "always"],
        &["you", "are", "always"],
        &["you", "constantly"],
        &["you", "keep"],
        &["every", "time", "you"],
        &["every", "single", "time", "you"],
    ])?;
    let act = behind.act().filter(Act::is_seen)?;
    let did = match act.verb() {
        Verb::Base => act.text(),
        Verb::Ing(base) => act.with_verb(base),
        Verb::Past(_) => return None,
    };
    // One "when" is enough: "when my mother visits and you take over".
    Some(match did.split_once(" when ") {
        Some((did, event)) => format!("When {event} and you {did}, I feel \u{2026}"),
        None => format!("When you {did}, I feel \u{2026}"),
    })
}

/// "You made me feel stupid when you laughed": the feeling is one's own, the event stays.
fn made_me(words: &Words<'_>) -> Option<String> {
    let (now, then) = (&[&["you", "make", "me"][..], &["you", "always", "make", "me"]], &[&["you", "made", "me"][..]]);
    let (behind, feel) = match words.behind(then) {
        Some(behind) => (behind, "felt"),
        None => (words.behind(now)?, "feel"),
    };
    let behind = behind.without(&["feel", "look"]);
    let feeling = behind.feeling()?;
    let event = behind.from("when").or_else(|| behind.from("in")).and_then(|event| event.event());
    Some(match event {
        Some(event) => format!("I {feel} {feeling} {event}."),
        None => format!("I {feel} {feeling} when \u{2026}"),
    })
}

/// "I feel ignored when you're on your phone": a judgement of the other stands where a feeling could.
fn my_judgement(words: &Words<'_>) -> Option<String> {
    let behind = words.behind(&[&["i", "feel"], &["i", "felt"], &["i'm", "feeling"]])?;
    let feeling = vocabulary::feeling_behind(behind.first_plain()?)?;
    let feel = if words.has("felt") { "felt" } else { "feel" };
    let event = behind.from("when").and_then(|event| event.event())?;
    Some(format!("I {feel} {feeling} {event}."))
}

/// "You don't care about me": a guess, said as one, and a question.
fn guess(words: &Words<'_>) -> Option<String> {
    let clause = words.behind_you()?.claim()?;
    Some(format!("Sometimes it seems to me that {clause}. Have I got that wrong?"))
}

/// "You have to tell your mother": the same as something one can say yes or no to.
fn demand(words: &Words<'_>) -> Option<String> {
    let frames: &[&[&str]] = &[
        &["you", "have", "to"],
        &["you", "need", "to"],
        &["you've", "got", "to"],
        &["you", "better"],
        &["you'd", "better"],
        &["you", "must"],
        &["you're", "going", "to"],
    ];
    let framed = words.behind(frames).or_else(|| words.behind(&[&["if", "you", "don't"]]));
    // "Do it or I leave": the order stands at the beginning.
    let act = framed.as_ref().or_else(|| words.has("or").then_some(words))?.act()?;
    let doable = act.verb() == Verb::Base && act.is_doable();
    doable.then(|| format!("Could you {}? It matters a lot to me.", act.text()))
}

/// "It would be nice if somebody helped with the shopping": the ask in it.
fn hint(words: &Words<'_>) -> Option<String> {
    let wishes: &[&[&str]] = &[
        &["nice", "if", "you"],
        &["nice", "if", "somebody"],
        &["nice", "if", "someone"],
        &["nice", "if", "people"],
        &["nice", "if", "anyone"],
        &["nice", "if", "anybody"],
        &["lovely", "if", "someone"],
        &["lovely", "if", "somebody"],
        &["wish", "somebody", "would"],
        &["wish", "someone", "would"],
        &["wish", "people", "would"],
        &["some", "people", "could"],
        &["someone", "could"],
        &["somebody", "could"],
    ];
    if let Some(act) = words.behind(wishes).and_then(|behind| behind.without(&["could", "would", "just"]).act()) {
        let text = match act.verb() {
            Verb::Base => act.text(),
            Verb::Past(base) => act.with_verb(base),
            Verb::Ing(_) => return None,
        };
        return act.is_doable().then(|| format!("Could you {text}?"));
    }
    let alone: &[&[&str]] = &[&["i'll", "just"], &["i", "guess", "i'll"], &["i", "suppose", "i'll"], &["i'll"]];
    let act = words.behind(alone)?.without(&["just", "have", "to"]).act()?;
    let own = ["myself", "on my own", "by myself", "alone"].iter().find_map(|tail| act.text_before(tail))?;
    (act.verb() == Verb::Base).then(|| format!("I'd rather not {own} on my own. Could you help me?"))
}

/// "You should tell him": the client's own view of it first.
fn advice(words: &Words<'_>) -> Option<String> {
    let base: &[&[&str]] = &[
        &["you", "should"],
        &["you", "could", "always"],
        &["you", "ought", "to"],
        &["you", "need", "to"],
        &["you", "have", "to"],
        &["why", "don't", "you"],
        &["why", "not"],
        &["you", "could", "try", "to"],
    ];
    if let Some(act) = words.behind(base).and_then(|behind| behind.without(&["just", "try", "maybe", "really"]).act()) {
        return match act.verb() {
            Verb::Base if !act.is_bare() => Some(format!("What would it be like for you to {}?", act.text())),
            Verb::Ing(_) => Some(format!("What would {} be like for you?", act.text())),
            _ => None,
        };
    }
    let tried: &[&[&str]] = &[
        &["have", "you", "tried"],
        &["have", "you", "considered"],
        &["have", "you", "thought", "about"],
        &["have", "you", "thought", "of"],
        &["how", "about"],
        &["what", "about"],
        &["you", "could", "try"],
    ];
    let act = words.behind(tried)?.without(&["just", "maybe"]).act()?;
    matches!(act.verb(), Verb::Ing(_)).then(|| format!("What would {} be like for you?", act.text()))
}

/// "Why didn't you tell her?", "Were you angry?": the same, open.
fn question(words: &Words<'_>) -> Option<String> {
    if let Some(act) = words.behind(&[&["why", "didn't", "you"], &["why", "don't", "you"]]).and_then(|b| b.act()) {
        return (act.verb() == Verb::Base).then(|| format!("What made it hard to {}?", act.text()));
    }
    if let Some(act) = words.behind(&[&["why", "did", "you"]]).and_then(|behind| behind.act()) {
        return (act.verb() == Verb::Base)
            .then(|| format!("What was going on for you before you decided to {}?", act.text()));
    }
    let asked = words.behind(&[&["were", "you"], &["are", "you"], &["did", "you", "feel"], &["do", "you", "feel"]])?;
    let past = words.has("were") || words.has("did");
    let feeling = asked.feeling()?;
    let (did, were) = if past { ("did", "felt") } else { ("do", "feel") };
    Some(format!("How {did} you feel? I wondered whether you {were} {feeling}."))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rewritten(id: Id, reply: &str) -> Option<String> {
        rewrite(reply, &Finding { id, grade: 1, span: 0..reply.len(), confidence: 1.0, reason: String::new() })
    }

    #[test]
    fn the_users_clause_is_taken_over_into_another_frame() {
        for (id, reply, expected) in [
            (
                Id::Overgeneralise,
                "You never help me with bedtime.",
                "Could you help me with bedtime this week? It would help me.",
            ),
            (Id::Overgeneralise, "u never call me on sundays", "Could you call me on sundays? It would help me."),
            (
                Id::Overgeneralise,
                "You never told me about the move",
                "When you didn't tell me about the move, I felt \u{2026}",
            ),
            (
                Id::Overgeneralise,
                "you ALWAYS leave your cups on my desk!!",
                "When you leave your cups on my desk, I feel \u{2026}",
            ),
            (Id::Overgeneralise, "you're always interrupting me", "When you interrupt me, I feel \u{2026}"),
            (Id::Overgeneralise, "every time you walk out, and I am left here", "When you walk out, I feel \u{2026}"),
            (Id::Blame, "You made me feel stupid when you laughed at me.", "I felt stupid when you laughed at me."),
            (
                Id::Overgeneralise,
                "You always take over when my mum visits",
                "When my mum visits and you take over, I feel \u{2026}",
            ),
            (
                Id::Overgeneralise,
                "You never listen to me",
                "Could you listen to me for a few minutes? It would help me.",
            ),
            (
                Id::Blame,
                "why cant you ever just ring me when youre late",
                "Could you ring me when you're late? It would help me.",
            ),
            (Id::Blame, "You made me look small in front of them", "I felt small in front of them."),
            (
                Id::ThreatDemand,
                "Do the dishes tonight or I'm leaving",
                "Could you do the dishes tonight? It matters a lot to me.",
            ),
            (Id::Blame, "You make me so angry", "I feel so angry when \u{2026}"),
            (
                Id::IStatement,
                "I feel ignored when you're on your phone at dinner",
                "I feel lonely when you're on your phone at dinner.",
            ),
            (
                Id::MindReading,
                "You just don't care about me.",
                "Sometimes it seems to me that you don't care about me. Have I got that wrong?",
            ),
            (
                Id::MindReading,
                "you think im lazy",
                "Sometimes it seems to me that you think I'm lazy. Have I got that wrong?",
            ),
            (
                Id::ThreatDemand,
                "You have to tell your mother today or we're done.",
                "Could you tell your mother today? It matters a lot to me.",
            ),
            (
                Id::ThreatDemand,
                "If you don't sign the form by friday, I'm leaving.",
                "Could you sign the form by friday? It matters a lot to me.",
            ),
            (
                Id::Indirect,
                "It would be nice if somebody helped with the shopping.",
                "Could you help with the shopping?",
            ),
            (
                Id::Indirect,
                "Fine, I'll just do the dishes myself then.",
                "I'd rather not do the dishes on my own. Could you help me?",
            ),
            (
                Id::PrematureAdvice,
                "You should tell him how you feel.",
                "What would it be like for you to tell him how you feel?",
            ),
            (Id::PrematureAdvice, "Have you tried talking to him?", "What would talking to him be like for you?"),
            (Id::QuestionFault, "Why didn't you tell her?", "What made it hard to tell her?"),
            (Id::QuestionFault, "Were you angry?", "How did you feel? I wondered whether you felt angry."),
        ] {
            assert_eq!(rewritten(id, reply).as_deref(), Some(expected), "{reply}");
        }
    }

    #[test]
    fn what_cannot_be_said_well_is_not_said() {
        for (id, reply) in [
            (Id::Overgeneralise, "You never care."),
            (Id::Overgeneralise, "You never fucking listen"),
            (Id::Overgeneralise, "You always ruin everything"),
            (Id::Overgeneralise, "You never do anything around here."),
            (Id::Overgeneralise, "you always act like a child"),
            (Id::Overgeneralise, "never mind"),
            (Id::Blame, "It's all your fault."),
            (Id::Contempt, "You're pathetic."),
            (Id::MindReading, "you selfish pig, you love it"),
            (Id::ThreatDemand, "or else."),
            (Id::ThreatDemand, "You have to love me"),
            (Id::Stonewall, "Whatever."),
            (Id::Minimise, "Calm down."),
            (Id::QuestionFault, "Why are you like this?"),
        ] {
            assert_eq!(rewritten(id, reply), None, "{reply}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_and_any_place_in_it_will_do(reply in "(you|u never|always|when|i feel|why|,|!|\\PC| ){0,20}", id in 0..Id::ALL.len(), at in 0usize..60) {
            let start = (0..=at.min(reply.len())).rev().find(|i| reply.is_char_boundary(*i)).unwrap_or(0);
            let finding = Finding { id: Id::ALL[id], grade: 1, span: start..reply.len(), confidence: 1.0, reason: String::new() };
            if let Some(text) = rewrite(&reply, &finding) {
                proptest::prop_assert!(text.len() > 10 && !text.contains("  ") && text.ends_with(['.', '?', '\u{2026}']), "{text:?}");
            }
        }
    }

    #[test]
    fn only_the_sentence_of_the_finding_is_taken() {
        let reply = "I came home late. You never ask me about my day. And the dog was sick.";
        let start = reply.find("You never").unwrap();
        let finding = Finding {
            id: Id::Overgeneralise,
            grade: 2,
            span: start..start + 9,
            confidence: 1.0,
            reason: String::new(),
        };
        assert_eq!(
            rewrite(reply, &finding).as_deref(),
            Some("Could you ask me about my day this week? It would help me.")
        );
    }
}
