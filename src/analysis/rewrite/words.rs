//! The words of one sentence, tidied, and the pieces of it that a rewrite can take over.

use super::vocabulary::{DEGREES, DOABLE, ENDS, FEELINGS, FILLERS, INNER, SEEN, SPOILS, SURE, TAILS, TIMES, TYPED};

/// The longest clause that is taken over; a longer one reads as a machine's echo.
const LONGEST: usize = 14;

/// One word: how it is compared, and how it is written in a rewrite.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Word {
    plain: String,
    shown: String,
    /// A comma or a mark of that kind stands behind it.
    breaks: bool,
}

/// The words of a sentence, or of a part of it.
#[derive(Clone, Debug)]
pub struct Words<'a> {
    all: std::borrow::Cow<'a, [Word]>,
}

/// The form of an act's first word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verb {
    /// As after "to".
    Base,
    /// As after "have been"; and its base form.
    Ing(&'static str),
    /// As in "you told"; and its base form.
    Past(&'static str),
}

/// What somebody does: a verb known here and what belongs to it.
#[derive(Clone, Debug)]
pub struct Act {
    words: Vec<Word>,
    verb: usize,
    form: Form,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Base,
    Ing,
    Past,
}

impl<'a> Words<'a> {
    /// The words of a sentence, with typed shortcuts written out and shouting made quiet.
    pub fn of(sentence: &str) -> Words<'static> {
        let shouts =
            sentence.chars().filter(|c| c.is_alphabetic()).count() > 3 && !sentence.chars().any(char::is_lowercase);
        let mut all = Vec::new();
        for raw in sentence.split_whitespace() {
            let word = raw.trim_matches(|c: char| !c.is_alphanumeric());
            if word.is_empty() {
                // A dash of its own.
                if let Some(last) = all.last_mut() {
                    let last: &mut Word = last;
                    last.breaks = true;
                }
                continue;
            }
            let breaks = raw.ends_with([',', ':', ')', '"', '\u{201d}', '.', '!', '?']);
            let lower = word.replace(['\u{2019}', '`'], "'").to_lowercase();
            let typed = TYPED.iter().find(|(short, _)| *short == lower).map(|(_, whole)| (*whole).to_owned());
            let quiet = shouts || (word.chars().count() > 1 && !word.chars().any(char::is_lowercase));
            let shown = typed.clone().unwrap_or_else(|| if quiet { lower.clone() } else { word.to_owned() });
            all.push(Word { plain: typed.map_or(lower, |t| t.to_lowercase()), shown, breaks });
        }
        Words { all: all.into() }
    }

    fn part(&self, from: usize) -> Words<'_> {
        Words { all: std::borrow::Cow::Borrowed(self.all.get(from..).unwrap_or_default()) }
    }

    /// Whether a word stands in it.
    pub fn has(&self, word: &str) -> bool {
        self.all.iter().any(|w| w.plain == word)
    }

    /// What stands behind the first of these phrases that is found.
    pub fn behind(&self, phrases: &[&[&str]]) -> Option<Words<'_>> {
        (0..self.all.len()).find_map(|at| {
            let fits = |phrase: &&&[&str]| {
                phrase.iter().enumerate().all(|(k, word)| self.all.get(at + k).is_some_and(|w| w.plain == *word))
            };
            phrases.iter().filter(fits).map(|phrase| at + phrase.len()).max().map(|end| self.part(end))
        })
    }

    /// From this word on.
    pub fn from(&self, word: &str) -> Option<Words<'_>> {
        self.all.iter().position(|w| w.plain == word).map(|at| self.part(at))
    }

    /// Without these words at its beginning.
    pub fn without(&self, words: &[&str]) -> Words<'_> {
        self.part(self.all.iter().take_while(|w| words.contains(&w.plain.as_str())).count())
    }

    /// The first word, as it is compared.
    pub fn first_plain(&self) -> Option<&str> {
        let at = self.all.iter().find(|w| !DEGREES.contains(&w.plain.as_str()) && !FILLERS.contains(&w.plain.as_str()));
        at.map(|w| w.plain.as_str())
    }

    /// The clause at its beginning, as far as it can be taken over; none where it is spoilt or too long.
    fn clause(&self) -> Option<&[Word]> {
        let mut end = 0;
        for word in self.all.iter() {
            if end > 0 && ENDS.contains(&word.plain.as_str()) {
                break;
            }
            end += 1;
            if word.breaks {
                break;
            }
        }
        let clause = self.all.get(..end).filter(|clause| !clause.is_empty() && clause.len() <= LONGEST)?;
        let spoilt = clause.iter().any(|w| SPOILS.contains(&w.plain.as_str()));
        (!spoilt).then_some(clause)
    }

    /// The act at its beginning, with all that belongs to it.
    pub fn act(&self) -> Option<Act> {
        let part = self.without(FILLERS);
        let mut words: Vec<Word> =
            part.clause()?.iter().filter(|w| !FILLERS.contains(&w.plain.as_str())).cloned().collect();
        let said = words.iter().rposition(|w| !TAILS.contains(&w.plain.as_str()))?;
        words.truncate(said + 1);
        let first = words.first()?.plain.as_str();
        // "What you should do is ...": the act comes later.
        let second = words.get(1).map_or("", |w| w.plain.as_str());
        if matches!(second, "is" | "was" | "are") || (words.len() == 2 && matches!(second, "it" | "that" | "this")) {
            return None;
        }
        let known = DOABLE.iter().chain(SEEN).enumerate();
        let (verb, form) = known
            .filter_map(|(n, (base, past, ing))| {
                let form = match first {
                    w if w == *base => Form::Base,
                    w if w == *past => Form::Past,
                    w if w == *ing => Form::Ing,
                    _ => return None,
                };
                Some((n, form))
            })
            .next()?;
        if let Some(word) = words.first_mut() {
            word.shown.clone_from(&word.plain);
        }
        Some(Act { words, verb, form })
    }

    /// A feeling at its beginning, with its degree: "so angry".
    pub fn feeling(&self) -> Option<String> {
        let degrees = self.all.iter().take_while(|w| DEGREES.contains(&w.plain.as_str())).count();
        let word = self.all.get(degrees).filter(|w| FEELINGS.contains(&w.plain.as_str()))?;
        let mut out: Vec<&str> = self.all.get(..degrees)?.iter().map(|w| w.plain.as_str()).collect();
        out.push(&word.plain);
        Some(out.join(" "))
    }

    /// "when you laughed at me": an event, as it was told.
    pub fn event(&self) -> Option<String> {
        let clause = self.clause().filter(|clause| clause.len() >= 3)?;
        Some(shown(clause))
    }

    /// "you don't care about me": what is claimed to go on in the other, without what makes it sure; none where it is
    /// not a plain clause about that.
    pub fn claim(&self) -> Option<String> {
        const HELPERS: &[&str] =
            &["don't", "didn't", "can't", "couldn't", "won't", "are", "were", "even", "do", "did", "still"];
        let words: Vec<&Word> = self.all.iter().filter(|w| !SURE.contains(&w.plain.as_str())).collect();
        let mut end = words.iter().position(|w| w.breaks).map_or(words.len(), |at| at + 1);
        let ends = |w: &&Word| matches!(w.plain.as_str(), "but" | "because" | "cos" | "and" | "so" | "or");
        end = end.min(words.iter().position(ends).unwrap_or(end));
        let clause = words.get(..end).filter(|clause| (3..=LONGEST).contains(&clause.len()))?;
        // Cut short, it may claim another thing than was said.
        let whole = end == words.len() || clause.last().is_some_and(|w| w.breaks) || clause.len() > 4;
        let vague = clause.len() == 3 && matches!(clause.last()?.plain.as_str(), "it" | "that" | "this");
        let (first, rest) = clause.split_first().filter(|_| whole && !vague)?;
        let inner = rest.iter().find(|w| !HELPERS.contains(&w.plain.as_str()))?;
        let told = matches!(first.plain.as_str(), "you" | "you're") && INNER.contains(&inner.plain.as_str());
        let is_fine =
            |w: &&&Word| INNER.contains(&w.plain.as_str()) || matches!(w.plain.as_str(), "lazy" | "like" | "hurt");
        let spoilt = rest.iter().filter(|w| !is_fine(w)).any(|w| SPOILS.contains(&w.plain.as_str()));
        (told && !spoilt).then(|| {
            let shown: Vec<&str> = rest.iter().map(|w| w.shown.as_str()).collect();
            format!("{} {}", first.plain, shown.join(" "))
        })
    }

    /// From the word on that says what is claimed of the other: "you" or "you're" among its first words.
    pub fn behind_you(&self) -> Option<Words<'_>> {
        // "because you ...", "deep down you ..." begin a clause; "about you", "when you" go on with one.
        const BEGINS: &[&str] =
            &["and", "but", "because", "cos", "down", "think", "feel", "well", "no", "oh", "that", "so"];
        let at = self.all.iter().take(4).position(|w| matches!(w.plain.as_str(), "you" | "you're"))?;
        let begins = at == 0 || self.all.get(at - 1).is_some_and(|w| w.breaks || BEGINS.contains(&w.plain.as_str()));
        begins.then(|| self.part(at))
    }
}

impl Act {
    /// The form of its verb.
    pub fn verb(&self) -> Verb {
        let base = self.entry().0;
        match self.form {
            Form::Base => Verb::Base,
            Form::Ing => Verb::Ing(base),
            Form::Past => Verb::Past(base),
        }
    }

    fn entry(&self) -> (&'static str, &'static str, &'static str) {
        DOABLE.iter().chain(SEEN).nth(self.verb).copied().unwrap_or_default()
    }

    /// Its verb as after "to".
    pub fn base(&self) -> &'static str {
        self.entry().0
    }

    /// Whether one can do it because one is asked to, and it is said what.
    pub fn is_doable(&self) -> bool {
        let whole =
            self.words.len() > 1 || matches!(self.entry().0, "call" | "ring" | "visit" | "listen" | "help" | "wait");
        self.verb < DOABLE.len() && whole && self.entry().0 != "stop"
    }

    /// Whether it is something that one can see.
    pub fn is_seen(&self) -> bool {
        self.words.len() > 1 || matches!(self.entry().0, "interrupt" | "shout" | "yell" | "cancel")
    }

    /// Whether nothing stands beside the verb.
    pub fn is_bare(&self) -> bool {
        self.words.len() < 2
    }

    /// Whether it says when.
    pub fn has_time(&self) -> bool {
        self.words.iter().any(|w| w.plain == "when" || TIMES.contains(&w.plain.as_str()))
    }

    /// It, as the user said it.
    pub fn text(&self) -> String {
        shown(&self.words)
    }

    /// It, with another form of its verb.
    pub fn with_verb(&self, verb: &str) -> String {
        let rest = shown(self.words.get(1..).unwrap_or_default());
        if rest.is_empty() { verb.to_owned() } else { format!("{verb} {rest}") }
    }

    /// What stands before these words; none where they don't stand in it.
    pub fn text_before(&self, tail: &str) -> Option<String> {
        let text = self.text();
        let at = text.find(&format!(" {tail}"))?;
        text.get(..at).map(str::to_owned)
    }
}

fn shown(words: &[Word]) -> String {
    words.iter().map(|w| w.shown.as_str()).collect::<Vec<_>>().join(" ")
}
