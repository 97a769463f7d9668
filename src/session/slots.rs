//! Slots of a line, filled from the user's own words with the pronouns turned round. A slot that cannot be filled well
//! stays empty, and a line that needs it is not said: an odd echo breaks the scene more than none.

use crate::analysis::{Analysis, Id};

use super::words::{Word, words};

/// What the user's reply offers to the slots of a line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Slots {
    /// `{request}`: what they ask for, as a clause that follows "to": "do bedtime on Tuesday".
    pub request: Option<String>,
    /// `{event}`: what they say happened, as a clause: "I came home late".
    pub event: Option<String>,
    /// `{feeling}`: the feeling they name: "lonely".
    pub feeling: Option<String>,
}

/// The names of the slots that a line may hold; `{you}` is the user's name and never empty.
pub const NAMES: [&str; 4] = ["request", "event", "feeling", "you"];

const ASKS: &[&[&str]] = &[
    &["would", "you", "be", "willing", "to"],
    &["would", "you", "be", "up", "for"],
    &["do", "you", "think", "you", "could"],
    &["i", "would", "like", "you", "to"],
    &["i'd", "like", "you", "to"],
    &["id", "like", "you", "to"],
    &["i", "need", "you", "to"],
    &["i", "want", "you", "to"],
    &["asking", "you", "to"],
    &["i'd", "like", "us", "to"],
    &["could", "you"],
    &["can", "you"],
    &["would", "you"],
    &["will", "you"],
    &["could", "we"],
    &["can", "we"],
    &["could", "u"],
    &["can", "u"],
];
const FILLERS: &[&str] = &["please", "just", "maybe", "possibly", "perhaps", "also", "at", "least", "then", "pls"];
const CLAUSE_ENDS: &[&str] = &[
    "because", "cause", "cos", "coz", "so", "but", "if", "since", "as", "when", "while", "or", "which", "i", "i'd",
    "i'm",
];
/// Verbs that make an echo of a request odd or sour: they are no concrete act.
const POOR_VERBS: &[&str] = &[
    "be", "stop", "not", "even", "you", "i", "we", "it", "mind", "imagine", "believe", "have", "think", "maybe", "a",
    "the",
];
const SWEAR: &[&str] =
    &["fuck", "fucking", "shit", "bloody", "bitch", "cunt", "bastard", "arse", "ass", "damn", "crap"];
const FEELINGS: &[&str] = &[
    "afraid",
    "alone",
    "angry",
    "annoyed",
    "anxious",
    "ashamed",
    "awful",
    "cross",
    "desperate",
    "devastated",
    "disappointed",
    "down",
    "drained",
    "embarrassed",
    "empty",
    "exhausted",
    "frightened",
    "frustrated",
    "furious",
    "guilty",
    "gutted",
    "heartbroken",
    "helpless",
    "homesick",
    "hurt",
    "irritated",
    "jealous",
    "lonely",
    "lost",
    "low",
    "mad",
    "miserable",
    "nervous",
    "numb",
    "overwhelmed",
    "panicky",
    "proud",
    "relieved",
    "resentful",
    "sad",
    "scared",
    "shattered",
    "stressed",
    "stuck",
    "tense",
    "terrified",
    "tired",
    "uneasy",
    "upset",
    "worn out",
    "worried",
];
const FEELS: &[&str] = &["feel", "felt", "feeling", "i'm", "im", "am", "was", "been"];
const INTENSIFIERS: &[&str] = &[
    "so",
    "really",
    "very",
    "quite",
    "pretty",
    "a",
    "bit",
    "just",
    "totally",
    "completely",
    "properly",
    "still",
    "too",
    "dead",
];

impl Slots {
    /// Fill what can be filled from one reply.
    pub fn from_reply(reply: &str, analysis: &Analysis) -> Self {
        let sour = [Id::Contempt, Id::ThreatDemand].into_iter().any(|id| analysis.get(id).is_some());
        let words = words(reply, 400);
        Self {
            request: if sour || analysis.get(Id::DirectRequest).is_none() { None } else { request(reply, &words) },
            event: if sour { None } else { event(reply, &words) },
            feeling: feeling(&words),
        }
    }

    /// The line with its slots filled, or `None` where one is empty or unknown. A slot at the start of a sentence gets a
    /// capital.
    pub fn fill(&self, line: &str, you: &str) -> Option<String> {
        let mut out = String::with_capacity(line.len() + 32);
        let mut rest = line;
        while let Some(open) = rest.find('{') {
            let (before, after) = rest.split_at(open);
            let close = after.find('}')?;
            out.push_str(before);
            let value = match &after[1..close] {
                "request" => self.request.as_deref()?,
                "event" => self.event.as_deref()?,
                "feeling" => self.feeling.as_deref()?,
                "you" => you,
                _ => return None,
            };
            let starts_sentence =
                out.trim_end_matches(['"', '\'', ' ']).chars().next_back().is_none_or(|c| ".?!".contains(c));
            let mut chars = value.chars();
            match chars.next() {
                Some(first) if starts_sentence => {
                    out.extend(first.to_uppercase());
                    out.push_str(chars.as_str());
                }
                Some(_) => out.push_str(value),
                None => return None,
            }
            rest = &after[close + 1..];
        }
        out.push_str(rest);
        Some(out)
    }
}

/// The slot names that a line uses, known or not.
pub fn used(line: &str) -> impl Iterator<Item = &str> {
    line.split('{').skip(1).filter_map(|part| part.split_once('}').map(|(name, _)| name))
}

fn request(reply: &str, words: &[Word<'_>]) -> Option<String> {
    let start = (0..words.len())
        .find_map(|i| ASKS.iter().find(|ask| starts_with(&words[i..], ask)).map(|ask| i + ask.len()))?;
    let mut clause = clause(reply, &words[start..]);
    while clause.first().is_some_and(|w| FILLERS.contains(&w.lower.as_str())) {
        clause = &clause[1..];
    }
    while clause.last().is_some_and(|w| FILLERS.contains(&w.lower.as_str()) || w.lower == "and") {
        clause = &clause[..clause.len() - 1];
    }
    let first = clause.first()?;
    if POOR_VERBS.contains(&first.lower.as_str()) || first.lower.ends_with("ing") {
        return None;
    }
    if hangs(clause) {
        return None;
    }
    turned(clause, 2..=9)
}

/// Whether the clause breaks off where something must follow: "you said", "understand how".
fn hangs(clause: &[Word<'_>]) -> bool {
    const HANGING: &[&str] = &[
        "how",
        "what",
        "that",
        "why",
        "to",
        "the",
        "a",
        "an",
        "of",
        "my",
        "your",
        "with",
        "and",
        "for",
        "at",
        "in",
        "is",
        "was",
        "know",
        "understand",
        "see",
        "promised",
        "knew",
        "where",
        "who",
        "made",
        "let",
    ];
    clause.last().is_none_or(|w| HANGING.contains(&w.lower.as_str()))
}

/// Whether the clause ends in a verb of saying, behind which what was said is missing.
fn says(clause: &[Word<'_>]) -> bool {
    clause.last().is_some_and(|w| ["said", "told", "thought", "wrote", "texted"].contains(&w.lower.as_str()))
}

fn event(reply: &str, words: &[Word<'_>]) -> Option<String> {
    let when = words.iter().position(|w| w.lower == "when")?;
    let clause = clause(reply, &words[when + 1..]);
    let (first, second) = (clause.first()?, clause.get(1)?);
    let happened = second.lower.ends_with("ed")
        || second.lower.ends_with("n't")
        || [
            "were", "was", "said", "left", "went", "came", "told", "forgot", "took", "got", "put", "made", "gave",
            "had",
        ]
        .contains(&second.lower.as_str());
    if !["you", "we"].contains(&first.lower.as_str()) || !happened || hangs(clause) || says(clause) {
        return None;
    }
    turned(clause, 2..=9)
}

fn feeling(words: &[Word<'_>]) -> Option<String> {
    for (i, word) in words.iter().enumerate() {
        if !FEELS.contains(&word.lower.as_str()) {
            continue;
        }
        let own = word.lower.starts_with("i'")
            || word.lower == "im"
            || words[..i].iter().rev().take(3).any(|w| ["i", "me", "i've", "ive"].contains(&w.lower.as_str()));
        let negated = words[i.saturating_sub(2)..(i + 2).min(words.len())]
            .iter()
            .any(|w| w.lower == "not" || w.lower.ends_with("n't") || w.lower == "dont" || w.lower == "never");
        if !own || negated {
            continue;
        }
        let next = words[i + 1..].iter().take(4).find(|w| !INTENSIFIERS.contains(&w.lower.as_str()))?;
        if let Some(word) = FEELINGS.iter().find(|f| **f == next.lower) {
            return Some((*word).to_owned());
        }
    }
    None
}

fn starts_with(words: &[Word<'_>], phrase: &[&str]) -> bool {
    words.len() > phrase.len() && phrase.iter().zip(words).all(|(p, w)| w.lower == **p)
}

/// The words up to the end of the clause: a mark, or a word that begins the next clause.
fn clause<'w, 'a>(reply: &str, words: &'w [Word<'a>]) -> &'w [Word<'a>] {
    let mut len = 0;
    for (i, word) in words.iter().enumerate() {
        let broken = i > 0
            && reply[words[i - 1].end..word.start].contains(|c: char| ".,;:!?\n()\"-\u{2013}\u{2014}".contains(c));
        if broken || (i > 0 && CLAUSE_ENDS.contains(&word.lower.as_str())) {
            break;
        }
        len = i + 1;
    }
    &words[..len]
}

/// The clause with first and second person swapped, or `None` where that would be a guess.
fn turned(clause: &[Word<'_>], length: std::ops::RangeInclusive<usize>) -> Option<String> {
    if !length.contains(&clause.len()) || clause.iter().any(|w| SWEAR.contains(&w.lower.as_str())) {
        return None;
    }
    let mut out: Vec<String> = Vec::with_capacity(clause.len());
    for (i, word) in clause.iter().enumerate() {
        let next = clause.get(i + 1).map(|w| w.lower.as_str());
        let turned = match word.lower.as_str() {
            "i" => "you",
            "me" => "you",
            "my" => "your",
            "mine" => "yours",
            "myself" => "yourself",
            "i'm" | "im" => "you're",
            "i've" | "ive" => "you've",
            "i'd" => "you'd",
            "i'll" => "you'll",
            "your" | "ur" => "my",
            "yours" => "mine",
            "yourself" => "myself",
            "you're" | "youre" => "I'm",
            "you've" | "youve" => "I've",
            "you'd" => "I'd",
            "you'll" => "I'll",
            "you" | "u" if i == 0 => "I",
            "you" | "u" => match next {
                None
                | Some("to" | "for" | "at" | "in" | "on" | "with" | "about" | "and" | "this" | "that" | "tonight") => {
                    "me"
                }
                Some(
                    "are" | "were" | "did" | "didn't" | "have" | "had" | "can" | "could" | "will" | "would" | "said",
                ) => "I",
                Some(_) => return None,
            },
            "were" if i > 0 && ["you", "u"].contains(&clause[i - 1].lower.as_str()) => "was",
            "are" if i > 0 && ["you", "u"].contains(&clause[i - 1].lower.as_str()) => "am",
            "was" if i > 0 && clause[i - 1].lower == "i" => "were",
            "am" if i > 0 && clause[i - 1].lower == "i" => "are",
            _ => {
                // As typed, so that names keep their capitals; shouting does not carry over.
                let shouting = word.text.len() > 2 && word.text.chars().all(|c| !c.is_lowercase());
                out.push(if shouting { word.lower.clone() } else { word.text.to_owned() });
                continue;
            }
        };
        out.push(turned.to_owned());
    }
    Some(out.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::Finding;

    fn slots(reply: &str) -> Slots {
        let finding = Finding { id: Id::DirectRequest, grade: 2, span: 0..1, confidence: 1.0, reason: String::new() };
        Slots::from_reply(reply, &Analysis { findings: vec![finding], scores: vec![] })
    }

    #[test]
    fn a_request_is_turned_round() {
        let cases = [
            ("Could you do bedtime on Tuesday and Thursday?", Some("do bedtime on Tuesday and Thursday")),
            ("can you please tell me what your boss said, because i worry", Some("tell you what my boss said")),
            ("I'd like you to call me when you're late.", Some("call you")),
            ("Could you be any more selfish?", None),
            ("would you mind", None),
            ("Can we sit down with your mum on Sunday?", Some("sit down with my mum on Sunday")),
            ("could you help you know who i mean with it", None),
        ];
        for (reply, wanted) in cases {
            assert_eq!(slots(reply).request.as_deref(), wanted, "{reply}");
        }
    }

    #[test]
    fn an_event_and_a_feeling_are_found() {
        let found = slots("When you came home late, I felt so lonely.");
        assert_eq!(found.event.as_deref(), Some("I came home late"));
        assert_eq!(found.feeling.as_deref(), Some("lonely"));
        assert_eq!(slots("I'm not angry").feeling, None);
        assert_eq!(slots("when you said I was lazy").event, None);
        assert_eq!(slots("could you understand how I feel").request, None);
        assert_eq!(slots("when you were out with my sister").event.as_deref(), Some("I was out with your sister"));
    }

    #[test]
    fn a_line_is_filled_or_left() {
        let found = slots("Could you do bedtime on Tuesday?");
        assert_eq!(
            found.fill("{request}? On top of it all, {you}?", "Sam").as_deref(),
            Some("Do bedtime on Tuesday? On top of it all, Sam?")
        );
        assert_eq!(found.fill("So you felt {feeling}.", "Sam"), None);
        assert_eq!(found.fill("Broken {slot.", "Sam"), None);
    }
}
