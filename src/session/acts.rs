//! What kind of reply it is: a question, a greeting, silence, another language ...

use super::signal::Act;
use super::words::{Word, words};

/// A reply with more words than this is more than one can take in at once.
const LONG: usize = 150;

const GREETINGS: &[&str] = &["hi", "hey", "hello", "hiya", "heya", "yo", "morning", "evening", "howdy", "alright"];
const QUESTION_WORDS: &[&str] =
    &["what", "how", "why", "when", "where", "who", "which", "whose", "whats", "what's", "how's"];
const INVERSIONS: &[&str] = &[
    "are",
    "is",
    "am",
    "was",
    "were",
    "do",
    "does",
    "did",
    "don't",
    "didn't",
    "can",
    "could",
    "can't",
    "couldn't",
    "will",
    "would",
    "won't",
    "wouldn't",
    "should",
    "shouldn't",
    "have",
    "has",
    "haven't",
    "isn't",
    "aren't",
    "may",
    "shall",
];
const SUBJECTS: &[&str] =
    &["i", "you", "u", "we", "they", "he", "she", "it", "that", "this", "there", "the", "your", "my"];
const YES: &[&str] =
    &["yes", "yeah", "yep", "yea", "ok", "okay", "sure", "agreed", "fine", "deal", "true", "right", "alright"];
const NO: &[&str] = &["no", "nope", "nah", "never"];
const GOODBYES: &[&str] = &[
    "bye",
    "goodbye",
    "goodnight",
    "see you",
    "see ya",
    "talk later",
    "talk tomorrow",
    "good night",
    "i have to go",
    "ive got to go",
    "i've got to go",
    "got to go",
    "gotta go",
    "i'm going now",
    "i'm leaving",
    "im leaving",
    "i'll go now",
    "take care",
];
const SORRY_NOT: &[&str] = &[
    "not sorry",
    "sorry but",
    "sorry if",
    "sorry you",
    "sorry that you",
    "sorry for your loss",
    "sorry to hear",
    "sorry what",
    "sorry about your",
];
const SORRY: &[&str] = &[
    "sorry",
    "apologise",
    "apologize",
    "i was wrong",
    "forgive me",
    "i shouldn't have",
    "i should not have",
    "that was unfair of me",
    "that came out wrong",
    "let me start again",
    "i take that back",
];
/// The commonest English words: without any of them, a sentence of some length is hardly English.
const ENGLISH: &[&str] = &[
    "the", "a", "an", "and", "to", "of", "i", "you", "u", "it", "is", "was", "that", "in", "for", "on", "my", "me",
    "we", "are", "not", "do", "don't", "dont", "have", "be", "with", "but", "this", "so", "what", "your", "i'm", "im",
    "it's", "its", "no", "yes", "can", "just", "about", "at", "know", "want", "feel", "when", "if", "how", "they",
    "he", "she",
];
const OTHER_LANGUAGES: &[&str] = &[
    "que", "de", "la", "el", "los", "las", "por", "para", "con", "una", "un", "est", "je", "tu", "vous", "nous", "les",
    "des", "pas", "ne", "mais", "und", "ich", "du", "nicht", "ist", "das", "die", "der", "ein", "eine", "wir", "mir",
    "mich", "dich", "che", "non", "sono", "per", "ti", "mi", "perché", "porque", "yo", "tú", "muy", "não", "você",
    "eu", "isso", "ik", "je", "het", "een", "niet", "jestem", "nie", "się", "jak", "bu", "bir", "ben", "sen", "değil",
    "jag", "inte", "och", "och", "det", "ei", "ole", "hai", "kya", "nahi", "mujhe", "tum", "main", "aur", "lo", "si",
    "siento", "quiero", "hablar", "avec", "moi", "toi", "desole", "désolé", "können", "möchte", "sprechen", "vorrei",
    "parlare",
];

/// The kinds that hold of `reply`, given what the user said lately in this take (latest first).
pub fn acts<'a>(reply: &str, lately: impl Iterator<Item = &'a str>) -> Vec<Act> {
    let words = words(reply, LONG + 1);
    let mut acts = Vec::new();
    let mut add = |holds: bool, act: Act| {
        if holds {
            acts.push(act);
        }
    };
    if words.is_empty() && reply.chars().all(|c| c.is_whitespace() || ".\u{2026}-_,\u{2013}\u{2014}".contains(c)) {
        return vec![Act::Silence];
    }
    let joined = join(&words);
    let first = words.first().map_or("", |w| w.lower.as_str());
    let short = words.len() <= 8;
    let (question, open) = questions(reply, &words);
    add(question, Act::Question);
    add(open, Act::OpenQuestion);
    add(words.len() <= 6 && GREETINGS.contains(&first) && !question_word_follows(&words), Act::Greeting);
    let thanks = ["thank you", "thanks", "thank u", "thankyou", "cheers", "appreciate it", "i appreciate"];
    add(
        has_any(&joined, &thanks) && !has_any(&joined, &["no thanks", "thanks for nothing", "no thank you"]),
        Act::Thanks,
    );
    add(has_any(&joined, SORRY) && !has_any(&joined, SORRY_NOT), Act::Apology);
    let agrees = short
        && (YES.contains(&first) || has_any(&joined, &["you're right", "youre right", "that's fair", "fair enough"]));
    add(agrees && !has_any(&joined, &["but", "not"]) && joined.trim() != "fine", Act::Agreement);
    add(
        short && (NO.contains(&first) || has_any(&joined, &["i won't", "i wont", "not a chance", "no way"])),
        Act::Refusal,
    );
    add(words.len() == 1, Act::OneWord);
    add(words.len() > LONG, Act::Long);
    let foreign = foreign(reply, &words);
    add(foreign, Act::Foreign);
    add(!foreign && gibberish(reply, &words), Act::Gibberish);
    add(words.len() <= 8 && !question && has_any(&joined, GOODBYES), Act::Goodbye);
    add(!words.is_empty() && lately.take(3).any(|said| same(&words, said)), Act::Repeat);
    acts
}

/// The words with a space around each, so that a phrase is found whole.
fn join(words: &[Word<'_>]) -> String {
    let mut out = String::from(" ");
    for word in words {
        out.push_str(&word.lower);
        out.push(' ');
    }
    out
}

fn has_any(joined: &str, phrases: &[&str]) -> bool {
    phrases.iter().any(|phrase| {
        joined
            .match_indices(phrase)
            .any(|(i, _)| joined[..i].ends_with(' ') && joined[i + phrase.len()..].starts_with(' '))
    })
}

fn question_word_follows(words: &[Word<'_>]) -> bool {
    words.get(1).is_some_and(|w| QUESTION_WORDS.contains(&w.lower.as_str()))
}

fn questions(reply: &str, words: &[Word<'_>]) -> (bool, bool) {
    let last_end = reply.trim_end().ends_with('?');
    let mut question = last_end || reply.contains("? ") || reply.contains("?\n");
    let mut open = false;
    for (i, word) in words.iter().enumerate() {
        let starts = i == 0 || reply[words[i - 1].end..word.start].contains(|c| ".?!;\n,".contains(c));
        if !starts {
            continue;
        }
        let next = words.get(i + 1).map_or("", |w| w.lower.as_str());
        let lower = word.lower.as_str();
        let asks =
            QUESTION_WORDS.contains(&lower) && (question || words.len() - i <= 10 && next != "a" && lower != "when");
        question |= asks || (INVERSIONS.contains(&lower) && SUBJECTS.contains(&next) && words.len() - i > 2);
        open |= asks && ["what", "how", "what's", "whats", "how's"].contains(&lower);
        open |= (lower == "tell" && next == "me") || lower == "describe";
    }
    let joined = join(words);
    open |= has_any(
        &joined,
        &["can you tell me", "could you tell me", "say more", "tell me more", "what was", "what happened"],
    );
    (question || open, open)
}

fn foreign(reply: &str, words: &[Word<'_>]) -> bool {
    let letters = reply.chars().filter(|c| c.is_alphabetic()).take(600);
    let (mut latin, mut other) = (0usize, 0usize);
    for c in letters {
        if c.is_ascii() || ('\u{c0}'..='\u{24f}').contains(&c) { latin += 1 } else { other += 1 }
    }
    if other > latin && other >= 2 {
        return true;
    }
    if words.len() < 3 {
        return false;
    }
    let count = |list: &[&str]| words.iter().filter(|w| list.contains(&w.lower.as_str())).count();
    let (english, foreign) = (count(ENGLISH), count(OTHER_LANGUAGES));
    foreign >= 2 && foreign > english * 2
}

fn gibberish(reply: &str, words: &[Word<'_>]) -> bool {
    let letters = words.iter().map(|w| w.lower.chars().count()).sum::<usize>();
    if words.is_empty() {
        // Marks without words: an emoji or a bare "?" or "!" says something, "%$#" does not.
        let marks = reply.chars().filter(char::is_ascii_punctuation).count();
        return marks >= 3 && !reply.contains(['?', '!']) && reply.is_ascii();
    }
    if letters < 5 {
        return false;
    }
    let odd: usize = words.iter().filter(|w| odd_word(&w.lower)).map(|w| w.lower.chars().count()).sum();
    odd * 2 > letters
}

/// No word one could say: a run of consonants, keys in a row, one letter held down.
fn odd_word(word: &str) -> bool {
    let letters: Vec<char> = word.chars().filter(|c| c.is_alphabetic()).collect();
    if letters.len() < 4 || !word.is_ascii() {
        return false;
    }
    const ROWS: [&str; 3] = ["qwertyuiop", "asdfghjkl", "zxcvbnm"];
    let keys_in_a_row = letters.len() >= 4
        && ROWS.iter().any(|row| {
            let at: Vec<_> = letters.iter().map(|c| row.find(*c)).collect();
            let steps = at.windows(2).filter(|p| matches!(p, [Some(a), Some(b)] if a.abs_diff(*b) == 1)).count();
            steps + 1 >= letters.len().min(5)
        });
    let vowels = letters.iter().filter(|c| "aeiouy".contains(**c)).count();
    let (mut run, mut longest) = (0, 0);
    for c in &letters {
        run = if "aeiouy".contains(*c) { 0 } else { run + 1 };
        longest = longest.max(run);
    }
    let sound = ["hmm", "mmm", "shh", "pff", "tsk", "brr", "grr", "ugh", "psst"].iter().any(|s| word.starts_with(s));
    !sound && (keys_in_a_row || longest >= 5 || vowels * 6 < letters.len())
}

fn same(these: &[Word<'_>], said: &str) -> bool {
    let those = words(said, LONG + 1);
    these.len() == those.len() && these.iter().zip(&those).all(|(a, b)| a.lower == b.lower)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(reply: &str) -> Vec<Act> {
        acts(reply, std::iter::empty())
    }

    #[test]
    fn kinds_of_reply_are_told_apart() {
        use Act::*;
        let cases: &[(&str, &[Act], &[Act])] = &[
            ("", &[Silence], &[OneWord]),
            ("...", &[Silence], &[Gibberish]),
            ("hi", &[Greeting, OneWord], &[Goodbye]),
            ("hey, what's going on with you?", &[Question, OpenQuestion], &[]),
            ("are you ok", &[Question], &[OpenQuestion]),
            ("Do what you like.", &[], &[Question]),
            ("thank you for telling me", &[Thanks], &[]),
            ("no thanks", &[Refusal], &[Thanks]),
            ("I'm sorry I snapped at you", &[Apology], &[]),
            ("sorry you feel that way", &[], &[Apology]),
            ("ok, deal", &[Agreement], &[]),
            ("fine", &[OneWord], &[Agreement]),
            ("Quiero hablar contigo porque no puedo más", &[Foreign], &[Gibberish]),
            ("我想和你谈谈", &[Foreign], &[Gibberish]),
            ("asdf jkl qwrtz", &[Gibberish], &[Foreign]),
            ("hmmm", &[OneWord], &[Gibberish]),
            ("dont shrug me off pls", &[], &[Gibberish, Foreign]),
            ("I have to go, bye", &[Goodbye], &[]),
            ("👍", &[], &[Gibberish, Silence]),
            ("when you left I cried", &[], &[Question]),
        ];
        for (reply, are, are_not) in cases {
            let found = of(reply);
            for act in *are {
                assert!(found.contains(act), "{reply:?} should be {act}: {found:?}");
            }
            for act in *are_not {
                assert!(!found.contains(act), "{reply:?} should not be {act}: {found:?}");
            }
        }
    }

    #[test]
    fn saying_the_same_again_is_noticed_whatever_the_case() {
        assert!(acts("please listen.", ["Please listen"].into_iter()).contains(&Act::Repeat));
        assert!(!acts("please listen now", ["Please listen"].into_iter()).contains(&Act::Repeat));
        assert!(!acts("x", ["a", "b", "c", "x"].into_iter()).contains(&Act::Repeat), "only the last three count");
    }

    #[test]
    fn a_long_paste_is_long() {
        assert!(of(&"word and ".repeat(200)).contains(&Act::Long));
    }
}
