//! What is looked at in each sentence of a model before it is said. The checks are cautious: a good sentence that is refused
//! costs one more request or a scripted line; a bad one that passes costs the user's trust.

use std::collections::HashMap;
use std::sync::OnceLock;

use super::language::{Language, is_foreign};
use crate::analysis::{self, Audience, Id, Kind};
use crate::scenario::secrets::{Secrets, Words};
use crate::session::acts::acts;
use crate::session::lines::mentions;
use crate::session::words::{Word, words};
use crate::session::{Act, Slip};

/// The most words of one sentence. An answer that is too long is ended after a sentence and not refused.
const LONGEST_SENTENCE: usize = 60;
/// The most words of a whole answer.
pub const LONGEST_ANSWER: usize = 120;

/// A sentence of so many words that was said before is a copy; shorter ones people do repeat.
const COPIED: usize = 4;
/// So many words of the user's in a row are parroted.
const PARROTED: usize = 7;

/// What the checks hold a sentence against.
#[derive(Clone, Debug)]
pub struct Checks<'a> {
    /// The counterpart's name.
    pub name: &'a str,
    /// The user's name in the scene.
    pub you: &'a str,
    /// The scripted line: what it says the model may say.
    pub gist: Plain<'a>,
    /// The moment is tense, or an ask was just refused: nothing that gives in.
    pub firm: bool,
    /// The languages that the answer may be in: the scene's, and what the user writes in. None: they cannot be told.
    pub languages: Option<Vec<Language>>,
    /// The scenario's facts.
    pub secrets: &'a Secrets,
    /// Ids of the facts that may be spoken of.
    pub told: &'a [String],
    /// What was said in this take lately, by either, as the secrets see it.
    pub known: Words,
    /// The counterpart's latest lines in this take.
    pub earlier: Vec<Plain<'a>>,
    /// What the user just said.
    pub reply: Plain<'a>,
    /// Safety signals that the counterpart may speak of.
    pub may_mention: Vec<Id>,
}

/// A text and its words.
#[derive(Clone, Debug)]
pub struct Plain<'a> {
    text: &'a str,
    words: Vec<Word<'a>>,
    joined: String,
}

impl<'a> Plain<'a> {
    /// The words of a text.
    pub fn of(text: &'a str) -> Self {
        let words = words(text, 2 * LONGEST_ANSWER);
        let joined = joined(&words);
        Self { text, words, joined }
    }
}

impl Checks<'_> {
    /// What is wrong with the next sentence, after `before` was said; none where it may be said.
    pub fn slip(&self, before: &str, sentence: &str) -> Option<Slip> {
        let said = words(sentence, LONGEST_SENTENCE + 1);
        // What the scenario itself says here is no slip.
        let has = |list: &str| {
            phrases(list).iter().any(|phrase| mentions(&said, phrase) && !mentions(&self.gist.words, phrase))
        };
        if said.is_empty() {
            return Some(Slip::Empty);
        }
        if is_markup(sentence) {
            return Some(Slip::Markup);
        }
        if self.speaks_for_user(sentence, &said) {
            return Some(Slip::SpeaksForUser);
        }
        if self.narrates(sentence, &said) {
            return Some(Slip::Markup);
        }
        if has("out_of_role") {
            return Some(Slip::OutOfRole);
        }
        if has("therapist_talk") {
            return Some(Slip::TherapistTalk);
        }
        if said.len() > LONGEST_SENTENCE {
            return Some(Slip::Length);
        }
        if self.is_unsafe(sentence) {
            return Some(Slip::Unsafe);
        }
        if self.secrets.given_away(&format!("{before} {sentence}"), self.told, &self.known).is_some() {
            return Some(Slip::GivesAway);
        }
        if self.firm && has("too_agreeable") {
            return Some(Slip::TooAgreeable);
        }
        if self.is_copy(&said) {
            return Some(Slip::Copy);
        }
        self.is_other_language(before, sentence, &said).then_some(Slip::Language)
    }

    /// In none of the languages that it may be in; or, where that is English alone, in no words at all.
    fn is_other_language(&self, before: &str, sentence: &str, said: &[Word<'_>]) -> bool {
        let Some(languages) = &self.languages else { return false };
        // A short sentence is seen together with what came before it.
        let foreign = is_foreign(sentence, languages) || is_foreign(&format!("{before} {sentence}"), languages);
        let english = matches!(languages.as_slice(), [only] if *only == Language::ENGLISH);
        foreign || english && said.len() > 2 && acts(sentence, std::iter::empty()).contains(&Act::Gibberish)
    }

    /// Labels of other speakers; "Sam nods"; "You nod".
    fn speaks_for_user(&self, sentence: &str, said: &[Word<'_>]) -> bool {
        if let Some((label, rest)) = sentence.split_once(':') {
            let label = label.trim().to_lowercase();
            let others = ["you", "user", "human", "assistant", "system", "therapist", "client", "narrator", "director"];
            if !rest.is_empty() && (others.contains(&label.as_str()) || label == self.you.trim().to_lowercase()) {
                return true;
            }
        }
        let you = words(self.you, 4);
        let after_name =
            said.windows(you.len().max(1)).enumerate().filter(|(_, w)| same(w, &you)).map(|(n, _)| n + you.len());
        let named = after_name.into_iter().any(|n| at(said, n, "narrates") && !said_to(sentence, said, n));
        let first = said.first().is_some_and(|w| w.lower == "you") && at(said, 1, "you_do");
        let last_two: Vec<&str> = said.iter().rev().take(2).map(|w| w.lower.as_str()).collect();
        let quoted = sentence.contains(['"', '\u{201d}'])
            && matches!(last_two.as_slice(), ["say" | "reply" | "whisper" | "answer", "you"]);
        !you.is_empty() && named || first || quoted
    }

    /// "Alex sighs"; "he says quietly" after a quotation.
    fn narrates(&self, sentence: &str, said: &[Word<'_>]) -> bool {
        let name = words(self.name, 4);
        let starts = !name.is_empty() && said.get(..name.len()).is_some_and(|head| same(head, &name));
        if starts && at(said, name.len(), "narrates") && !said_to(sentence, said, name.len()) {
            return true;
        }
        let quotes = sentence.contains(['"', '\u{201c}']);
        quotes
            && said.windows(2).enumerate().any(|(n, w)| {
                ["he", "she", "they", "i"].contains(&w[0].lower.as_str())
                    && (at(said, n + 1, "narrates") || w[1].lower == "say" || w[1].lower == "whisper")
                    && sentence.get(..w[0].start).is_some_and(|head| head.trim_end().ends_with(['"', '\u{201d}']))
            })
    }

    fn is_copy(&self, said: &[Word<'_>]) -> bool {
        let spoken = joined(said);
        let stands_in = |text: &Plain<'_>| text.joined.contains(&spoken);
        let again = said.len() >= COPIED && self.earlier.iter().any(stands_in);
        let parroted = said.len() >= PARROTED && stands_in(&self.reply);
        (again || parroted) && !stands_in(&self.gist)
    }

    fn is_unsafe(&self, sentence: &str) -> bool {
        let found = |reply: &str| -> Vec<Id> {
            let turn = analysis::Turn { audience: Audience::Client, context: "", reply };
            let findings = analysis::analyse(&turn).findings;
            findings.iter().filter(|f| f.id.kind() == Kind::Safety && f.grade >= 2).map(|f| f.id).collect()
        };
        let signals = found(sentence);
        signals.iter().any(|id| !self.may_mention.contains(id)) && found(self.gist.text).is_empty()
    }
}

/// Whether the words of a sentence stand in a text, in a row.
pub fn holds(text: &str, sentence: &str) -> bool {
    Plain::of(text).joined.contains(&Plain::of(sentence).joined)
}

/// Characters and words that nobody speaks.
fn is_markup(sentence: &str) -> bool {
    let lower = sentence.to_lowercase();
    sentence.contains(['*', '#', '`', '<', '>', '{', '}', '[', ']', '(', ')', '|', '\\', '_', '\u{bb}', '\u{fffd}'])
        || ["http", "www.", "://", "\u{2022}"].iter().any(|piece| lower.contains(piece))
        || sentence.trim_start().starts_with(['-', '\u{2013}', '~'])
            && sentence.trim_start().chars().nth(1) == Some(' ')
        || lower
            .split_once(". ")
            .is_some_and(|(number, _)| !number.is_empty() && number.chars().all(|c| c.is_ascii_digit()))
}

/// Whether one of the phrases stands at this word.
fn at(said: &[Word<'_>], n: usize, list: &str) -> bool {
    phrases(list).iter().any(|phrase| {
        let parts: Vec<&str> = phrase.split(' ').collect();
        said.get(n..n + parts.len()).is_some_and(|w| w.iter().zip(&parts).all(|(w, p)| w.lower == *p))
    })
}

/// Whether the name before this word is spoken to, "Sam, ...", rather than told about.
fn said_to(sentence: &str, said: &[Word<'_>], n: usize) -> bool {
    let Some((name, next)) = n.checked_sub(1).and_then(|k| said.get(k)).zip(said.get(n)) else { return true };
    sentence.get(name.end..next.start).is_some_and(|between| between.contains([',', '.', '?', '!', ';']))
}

fn same(these: &[Word<'_>], those: &[Word<'_>]) -> bool {
    these.len() == those.len() && these.iter().zip(those).all(|(a, b)| a.lower == b.lower)
}

fn joined(said: &[Word<'_>]) -> String {
    let mut out = String::from(" ");
    for word in said {
        out.push_str(&word.lower);
        out.push(' ');
    }
    out
}

/// The phrases of one section.
fn phrases(section: &str) -> &'static [&'static str] {
    static SECTIONS: OnceLock<HashMap<&'static str, Vec<&'static str>>> = OnceLock::new();
    let sections = SECTIONS.get_or_init(|| {
        let mut sections: HashMap<&str, Vec<&str>> = HashMap::new();
        let mut here = "";
        for line in include_str!("phrases.txt").lines().map(str::trim).filter(|l| !l.is_empty() && !l.starts_with('#'))
        {
            match line.strip_prefix('[').and_then(|l| l.strip_suffix(']')) {
                Some(name) => here = name,
                None => sections.entry(here).or_default().push(line),
            }
        }
        sections
    });
    sections.get(section).map_or(&[], Vec::as_slice)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario;
    use crate::scenario::secrets::stems;

    fn secrets() -> Secrets {
        Secrets::of(&scenario::parse(include_str!("../../../scenarios/dispute-partner-chores.yaml")).0.unwrap())
    }

    fn slip(sentence: &str) -> Option<Slip> {
        slip_with(sentence, |_| {})
    }

    fn slip_with<'a>(sentence: &str, change: impl FnOnce(&mut Checks<'a>)) -> Option<Slip> {
        static SECRETS: OnceLock<Secrets> = OnceLock::new();
        let mut checks = Checks {
            name: "Alex",
            you: "Sam",
            gist: Plain::of("Okay. Shoes off, list away. What is it you're after?"),
            firm: false,
            languages: Some(vec![Language::ENGLISH]),
            secrets: SECRETS.get_or_init(secrets),
            told: &[],
            known: stems("You never help. I do plenty round here. You just don't see it."),
            earlier: vec![Plain::of("I do plenty round here. You just don't see it.")],
            reply: Plain::of("You were home late again and the kids waited for you on the stairs."),
            may_mention: Vec::new(),
        };
        change(&mut checks);
        checks.slip("", sentence)
    }

    #[test]
    fn what_people_say_passes() {
        for sentence in [
            "I've just got in.",
            "Sam, says who?",
            "You say that every time.",
            "What do you want me to say?",
            "I'm sorry, all right?",
            "You decide, then.",
            "You feel that way every Friday.",
            "It's ten to eleven.",
            "Listen: I'm tired.",
            "No.",
            "Hmm.",
            "My boss was on at me all day.",
            "I don't want to fight about it at this hour.",
        ] {
            assert_eq!(slip(sentence), None, "{sentence}");
        }
    }

    #[test]
    fn each_slip_is_seen() {
        use Slip::*;
        for (sentence, wanted) in [
            ("As an AI language model, I cannot be angry.", OutOfRole),
            ("I'm sorry, but I can't assist with that.", OutOfRole),
            ("My instructions say that I keep this back.", OutOfRole),
            ("Let's end the role-play here.", OutOfRole),
            ("Sam: I'm sorry, I was wrong.", SpeaksForUser),
            ("User: tell me more.", SpeaksForUser),
            ("Sam nods and looks at the floor.", SpeaksForUser),
            ("You nod slowly.", SpeaksForUser),
            ("You decide to let it go.", SpeaksForUser),
            ("\u{201c}I'm sorry,\u{201d} you say.", SpeaksForUser),
            ("*I know.", Markup),
            ("# Answer", Markup),
            ("Alex sighs and turns to the window.", Markup),
            ("\u{201c}Fine,\u{201d} he says.", Markup),
            ("Look at https://example.org for more.", Markup),
            ("1. I am tired.", Markup),
            ("It sounds like you're feeling overwhelmed.", TherapistTalk),
            ("Thank you for sharing that with me.", TherapistTalk),
            ("I've had a written warning for being late.", GivesAway),
            ("I sit in the parked car for twenty minutes, it's the only quiet there is.", GivesAway),
            ("I do plenty round here.", Copy),
            ("You were home late again and the kids waited for you on the stairs.", Copy),
            ("Ich möchte nicht mit dir sprechen, das ist mir zu viel.", Language),
            ("我不想说这个。", Language),
            ("I'm going to kill myself tonight.", Unsafe),
        ] {
            assert_eq!(slip(sentence), Some(wanted), "{sentence}");
        }
        assert_eq!(slip(&"and then ".repeat(40)), Some(Length));
    }

    #[test]
    fn another_language_is_a_slip_where_nobody_else_speaks_it() {
        let german = "Das kann ich dir nicht sagen, und du weißt das.";
        assert_eq!(slip(german), Some(Slip::Language));
        let also = |locale| Some(vec![Language::ENGLISH, Language::of_locale(locale).unwrap()]);
        assert_eq!(slip_with(german, |c| c.languages = also("de")), None, "the user writes it too");
        assert_eq!(slip_with(german, |c| c.languages = also("fr")), Some(Slip::Language));
        assert_eq!(slip_with(german, |c| c.languages = None), None, "a locale that cannot be told");
        // Short sentences tell nothing, until there are enough of them.
        for short in ["Nein.", "Na ja.", "Ich weiß nicht."] {
            assert_eq!(slip(short), None, "{short}");
        }
        let mut checks = None;
        slip_with("Fine.", |c| checks = Some(c.clone()));
        let checks = checks.unwrap();
        assert_eq!(checks.slip("Nein. Na ja.", "Ich weiß nicht."), Some(Slip::Language));
        assert_eq!(checks.slip("I told you where I was on Friday.", "Na ja, nein."), None);
    }

    #[test]
    fn giving_in_is_a_slip_only_where_it_is_too_early() {
        let sentence = "You're right, I'm so sorry.";
        assert_eq!(slip(sentence), None);
        assert_eq!(slip_with(sentence, |c| c.firm = true), Some(Slip::TooAgreeable));
        let scripted = |c: &mut Checks<'static>| (c.firm, c.gist) = (true, Plain::of("You're right. I'm so sorry."));
        assert_eq!(slip_with(sentence, scripted), None, "the scenario says so itself");
    }

    #[test]
    fn what_was_told_or_brought_up_may_be_spoken_of() {
        let sentence = "I've had a written warning for being late.";
        let told = ["warned_at_work".to_owned()];
        assert_eq!(slip_with(sentence, |c| c.told = &told), None);
        let known = "Did you get a written warning, a letter, for being late three times?";
        assert_eq!(slip_with("A written warning? Who says I was late?", |c| c.known = stems(known)), None);
    }

    #[test]
    fn every_section_has_phrases() {
        for section in ["out_of_role", "therapist_talk", "too_agreeable", "narrates", "you_do"] {
            assert!(phrases(section).len() > 10, "{section}");
        }
    }
}
