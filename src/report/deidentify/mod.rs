//! A report without the names, places, numbers and addresses in it: the same one always becomes the same placeholder.
//!
//! It goes by rules: words that are written with a capital within a sentence, a list of common first names and places,
//! whatever stands where a name stands ("Denise said"), and the names of the scene. [`PROMISE`] says what that is worth.

mod words;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::Report;
use words::{Token, Word, tokens};

/// What stands in a de-identified report.
pub const PROMISE: &str = "Names, places, numbers, web and mail addresses were replaced by a set of rules. Rules miss \
     some: nicknames, names that are ordinary words too, names at the start of a sentence. And a story can show who is \
     meant without any name. Read it through before you share it.";

/// What a placeholder stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Name,
    Place,
    Number,
    Mail,
    Link,
}

impl Kind {
    const fn word(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Place => "place",
            Self::Number => "number",
            Self::Mail => "mail",
            Self::Link => "link",
        }
    }
}

/// What was replaced so far, and by what.
#[derive(Debug, Default)]
struct Mask {
    /// Words in small letters that are names or places.
    known: BTreeMap<String, Kind>,
    /// Those of them that are ordinary words as well: replaced only where written with a capital.
    doubtful: BTreeSet<String>,
    given: BTreeMap<(Kind, String), usize>,
    counts: BTreeMap<Kind, usize>,
}

/// A text after replacing: what stood where, and how long it is now.
struct Masked {
    text: String,
    edits: Vec<(Range<usize>, usize)>,
}

impl Report {
    /// Replace names, places, numbers and addresses, and leave out the id and the day.
    pub fn deidentify(&mut self) {
        let mut mask = Mask::default();
        mask.name(&self.counterpart);
        let mut learn = |text: &mut String| mask.learn(text);
        self.each_source(&mut learn);
        self.id = None;
        self.day = None;
        // The scenario's own id often names what it is about; its hash still tells which version it was.
        self.versions.scenario = "[scenario]".to_owned();
        for line in &mut self.talk {
            let masked = mask.apply(&line.text);
            for mark in &mut line.marks {
                mark.span = masked.moved(&mark.span);
            }
            line.text = masked.text;
        }
        self.each_text(&mut |text| *text = mask.apply(text).text);
        self.deidentified = Some(PROMISE);
    }

    /// The texts that names are learnt from: those of people, not those of the program.
    fn each_source(&mut self, learn: &mut dyn FnMut(&mut String)) {
        self.talk.iter_mut().for_each(|line| learn(&mut line.text));
        [&mut self.situation, &mut self.goal, &mut self.title].into_iter().for_each(&mut *learn);
        self.takes.iter_mut().flat_map(|take| &mut take.differs).for_each(&mut *learn);
        self.goals.iter_mut().for_each(|goal| learn(&mut goal.text));
        self.plan.iter_mut().flat_map(|p| [&mut p.who, &mut p.what, &mut p.when]).for_each(&mut *learn);
        self.attempt.iter_mut().for_each(|a| learn(&mut a.note));
        self.debrief.iter_mut().flat_map(|d| d.facts.iter_mut()).for_each(|f| learn(&mut f.text));
    }
}

impl Mask {
    /// Take a whole name as one.
    fn name(&mut self, name: &str) {
        for token in tokens(name) {
            if let Token::Word(word) = token
                && !words::is_title(&word.lower)
            {
                self.note(&word, Kind::Name);
            }
        }
    }

    fn note(&mut self, word: &Word<'_>, kind: Kind) {
        let key = word.stem().to_owned();
        if words::is_ordinary(&key) {
            self.doubtful.insert(key.clone());
        }
        // What was once a name stays one.
        self.known.entry(key).or_insert(kind);
    }

    /// Find the names and places of a text.
    fn learn(&mut self, text: &str) {
        let found: Vec<Token<'_>> = tokens(text);
        let only_words = || found.iter().filter_map(|t| if let Token::Word(word) = t { Some(word) } else { None });
        let (all, capitals) = (only_words().count(), only_words().filter(|w| w.capital()).count());
        // A heading in capitals says nothing about names.
        let heading = all > 2 && capitals * 2 > all;
        for (n, token) in found.iter().enumerate() {
            let Token::Word(word) = token else { continue };
            let beside = |at: Option<usize>| match at.and_then(|k| found.get(k)) {
                Some(Token::Word(word)) => Some(word.lower.as_str()),
                _ => None,
            };
            let (before, after) = (beside(n.checked_sub(1)), beside(n.checked_add(1)));
            let stem = word.stem();
            if words::is_no_name(stem) {
                continue;
            }
            if let Some(kind) = words::listed(stem)
                && (word.capital() || !words::is_ordinary(stem))
                && !(word.starts && words::is_ordinary(stem))
            {
                self.note(word, kind);
            } else if word.capital() && !word.all_capitals() && !heading && !word.starts {
                let place = before.is_some_and(words::leads_to_place);
                self.note(word, if place { Kind::Place } else { Kind::Name });
            } else if word.capital() && word.starts && after.is_some_and(words::people_do) {
                self.note(word, Kind::Name);
            }
        }
    }

    fn apply(&mut self, text: &str) -> Masked {
        let mut out = Masked { text: String::with_capacity(text.len()), edits: Vec::new() };
        let mut done = 0;
        for token in tokens(text) {
            let (range, kind, key) = match &token {
                Token::Word(word) => {
                    let stem = word.stem();
                    let Some(kind) = self.known.get(stem).copied() else { continue };
                    if self.doubtful.contains(stem) && !word.capital() {
                        continue;
                    }
                    (word.start..word.start + stem.len().min(word.text.len()), kind, stem.to_owned())
                }
                Token::Number(range, key) => (range.clone(), Kind::Number, key.clone()),
                Token::Mail(range) => (range.clone(), Kind::Mail, text[range.clone()].to_lowercase()),
                Token::Handle(range) => (range.clone(), Kind::Name, text[range.clone()].to_lowercase()),
                Token::Link(range) => (range.clone(), Kind::Link, text[range.clone()].to_lowercase()),
            };
            let Some(between) = text.get(done..range.start) else { continue };
            let placeholder = self.placeholder(kind, key);
            out.text.push_str(between);
            out.text.push_str(&placeholder);
            out.edits.push((range.clone(), placeholder.len()));
            done = range.end;
        }
        out.text.push_str(text.get(done..).unwrap_or_default());
        out
    }

    fn placeholder(&mut self, kind: Kind, key: String) -> String {
        let counts = &mut self.counts;
        let n = *self.given.entry((kind, key)).or_insert_with(|| {
            let count = counts.entry(kind).or_default();
            *count += 1;
            *count
        });
        format!("[{} {n}]", kind.word())
    }
}

impl Masked {
    /// Where a stretch of the old text is in the new one; a placeholder that it touches belongs to it whole.
    fn moved(&self, span: &Range<usize>) -> Range<usize> {
        let place = |at: usize, end: bool| {
            let mut now = at;
            let mut shift = 0_isize;
            for (old, len) in &self.edits {
                let grown = isize::try_from(*len).unwrap_or(0) - isize::try_from(old.len()).unwrap_or(0);
                if old.end <= at {
                    shift += grown;
                } else if old.start < at {
                    now = if end { old.end } else { old.start };
                    shift += if end { grown } else { 0 };
                    break;
                } else {
                    break;
                }
            }
            now.saturating_add_signed(shift)
        };
        place(span.start, false)..place(span.end, true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn masked(texts: &[&str]) -> Vec<String> {
        let mut mask = Mask::default();
        texts.iter().for_each(|text| mask.learn(text));
        texts.iter().map(|text| mask.apply(text).text).collect()
    }

    fn one(text: &str) -> String {
        masked(&[text]).remove(0)
    }

    #[test]
    fn the_same_name_is_the_same_placeholder_everywhere() {
        let out = masked(&[
            "I told Priya that it hurt. Priya's mother heard, too.",
            "then priya left with Zbigniew",
            "zbigniew called PRIYA",
        ]);
        assert_eq!(out[0], "I told [name 1] that it hurt. [name 1]'s mother heard, too.");
        assert_eq!(out[1], "then [name 1] left with [name 2]");
        assert_eq!(out[2], "[name 2] called [name 1]");
    }

    #[test]
    fn typed_chat_in_small_letters_is_covered_as_far_as_lists_go() {
        assert_eq!(one("i told anna in london that i can't"), "i told [name 1] in [place 1] that i can't");
    }

    #[test]
    fn places_numbers_mails_links_and_handles() {
        let text = "Meet me in Treorchy at 9:30, write to a.b+c@mail.example.org or call +44 20 7946 0958. \
                    See https://example.org/x?y=1 and @rhian_1, 14th, 9:30.";
        assert_eq!(
            one(text),
            "Meet me in [place 1] at [number 1], write to [mail 1] or call [number 2]. See [link 1] and [name 1], \
             [number 3], [number 1]."
        );
    }

    #[test]
    fn ordinary_words_stay() {
        for text in [
            "I'm tired. You never help on Tuesday, and Mum said the same. I DO mean it.",
            "We could talk. Will you? May I? Could Dad come at Christmas?",
            "He said: \u{201c}Maybe.\u{201d} Work was hard \u{2014} Everyone said so.",
            "Talking About Money With A Friend",
        ] {
            assert_eq!(one(text), text);
        }
    }

    #[test]
    fn a_name_at_the_start_is_found_by_what_people_do() {
        assert_eq!(one("Oisin said no."), "[name 1] said no.");
        assert_eq!(one("She said no."), "She said no.");
    }

    #[test]
    fn a_name_that_is_a_word_too_is_replaced_only_with_its_capital() {
        assert_eq!(one("I saw that Grace left. It had grace."), "I saw that [name 1] left. It had grace.");
    }

    #[test]
    fn marks_stay_on_their_words() {
        let mut mask = Mask::default();
        let text = "You know that Priya and Wes are late. You never help.";
        mask.learn(text);
        let out = mask.apply(text);
        let at = text.find("You never help").unwrap();
        let moved = out.moved(&(at..at + 14));
        assert_eq!(&out.text[moved], "You never help");
        let at = text.find("riya and W").unwrap();
        let moved = out.moved(&(at..at + 10));
        assert_eq!(&out.text[moved], "[name 1] and [name 2]");
    }
}
