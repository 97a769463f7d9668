//! The words of one sentence, tidied, and the pieces of it that a rewrite can take over.

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

/// What one can do because one is asked to, and see when it is done: base, past, -ing form.
const DOABLE: &[(&str, &str, &str)] = &[
    ("answer", "answered", "answering"),
    ("ask", "asked", "asking"),
    ("book", "booked", "booking"),
    ("bring", "brought", "bringing"),
    ("buy", "bought", "buying"),
    ("call", "called", "calling"),
    ("check", "checked", "checking"),
    ("clean", "cleaned", "cleaning"),
    ("clear", "cleared", "clearing"),
    ("come", "came", "coming"),
    ("cook", "cooked", "cooking"),
    ("do", "did", "doing"),
    ("drive", "drove", "driving"),
    ("empty", "emptied", "emptying"),
    ("explain", "explained", "explaining"),
    ("feed", "fed", "feeding"),
    ("fix", "fixed", "fixing"),
    ("give", "gave", "giving"),
    ("help", "helped", "helping"),
    ("hold", "held", "holding"),
    ("hoover", "hoovered", "hoovering"),
    ("include", "included", "including"),
    ("introduce", "introduced", "introducing"),
    ("invite", "invited", "inviting"),
    ("join", "joined", "joining"),
    ("knock", "knocked", "knocking"),
    ("let", "let", "letting"),
    ("listen", "listened", "listening"),
    ("lock", "locked", "locking"),
    ("make", "made", "making"),
    ("message", "messaged", "messaging"),
    ("move", "moved", "moving"),
    ("pay", "paid", "paying"),
    ("phone", "phoned", "phoning"),
    ("pick", "picked", "picking"),
    ("play", "played", "playing"),
    ("put", "put", "putting"),
    ("read", "read", "reading"),
    ("reply", "replied", "replying"),
    ("ring", "rang", "ringing"),
    ("say", "said", "saying"),
    ("send", "sent", "sending"),
    ("share", "shared", "sharing"),
    ("show", "showed", "showing"),
    ("sign", "signed", "signing"),
    ("sit", "sat", "sitting"),
    ("speak", "spoke", "speaking"),
    ("stay", "stayed", "staying"),
    ("stop", "stopped", "stopping"),
    ("take", "took", "taking"),
    ("talk", "talked", "talking"),
    ("tell", "told", "telling"),
    ("text", "texted", "texting"),
    ("thank", "thanked", "thanking"),
    ("tidy", "tidied", "tidying"),
    ("turn", "turned", "turning"),
    ("visit", "visited", "visiting"),
    ("wait", "waited", "waiting"),
    ("wash", "washed", "washing"),
    ("watch", "watched", "watching"),
    ("write", "wrote", "writing"),
];

/// What can be seen and named without judging, and would not be asked for.
const SEEN: &[(&str, &str, &str)] = &[
    ("arrive", "arrived", "arriving"),
    ("cancel", "cancelled", "cancelling"),
    ("change", "changed", "changing"),
    ("choose", "chose", "choosing"),
    ("correct", "corrected", "correcting"),
    ("decide", "decided", "deciding"),
    ("finish", "finished", "finishing"),
    ("forget", "forgot", "forgetting"),
    ("go", "went", "going"),
    ("interrupt", "interrupted", "interrupting"),
    ("laugh", "laughed", "laughing"),
    ("leave", "left", "leaving"),
    ("look", "looked", "looking"),
    ("open", "opened", "opening"),
    ("raise", "raised", "raising"),
    ("roll", "rolled", "rolling"),
    ("shout", "shouted", "shouting"),
    ("slam", "slammed", "slamming"),
    ("throw", "threw", "throwing"),
    ("use", "used", "using"),
    ("walk", "walked", "walking"),
    ("yell", "yelled", "yelling"),
];

/// Words that make an act global, or sour, or no act: such a clause is not taken over.
const SPOILS: &[&str] = &[
    "any",
    "toss",
    "shite",
    "monkeys",
    "anything",
    "everything",
    "nothing",
    "everyone",
    "anyone",
    "nobody",
    "everybody",
    "shit",
    "fuck",
    "fucking",
    "bloody",
    "damn",
    "crap",
    "bullshit",
    "arse",
    "ass",
    "bitch",
    "idiot",
    "stupid",
    "selfish",
    "lazy",
    "pig",
    "pathetic",
    "child",
    "baby",
    "like",
    "hell",
    "fault",
    "never",
    "always",
    "ever",
    "whatever",
    "kill",
    "die",
    "hit",
    "hurt",
    "hate",
    "love",
];
/// Where the clause that is taken over comes to an end.
const ENDS: &[&str] = &["but", "because", "cos", "cause", "and", "or", "so", "then", "unless", "until", "if", "which"];
const TIMES: &[&str] = &[
    "today",
    "tonight",
    "tomorrow",
    "week",
    "weekend",
    "weekends",
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "mondays",
    "tuesdays",
    "wednesdays",
    "thursdays",
    "fridays",
    "saturdays",
    "sundays",
    "morning",
    "mornings",
    "evening",
    "evenings",
    "night",
    "nights",
    "o'clock",
    "now",
    "month",
    "christmas",
    "birthday",
    "before",
    "after",
];
/// What trails behind what was said.
const TAILS: &[&str] = &[
    "tho", "though", "tbh", "lol", "mate", "innit", "ffs", "anymore", "either", "anyway", "haha", "love", "ok", "right",
];
const FILLERS: &[&str] = &["just", "really", "even", "actually", "literally", "please", "simply", "only", "ever"];

/// Typed shortcuts and how they are written out.
const TYPED: &[(&str, &str)] = &[
    ("u", "you"),
    ("ur", "your"),
    ("r", "are"),
    ("im", "I'm"),
    ("i", "I"),
    ("ive", "I've"),
    ("dont", "don't"),
    ("didnt", "didn't"),
    ("doesnt", "doesn't"),
    ("cant", "can't"),
    ("wont", "won't"),
    ("isnt", "isn't"),
    ("youre", "you're"),
    ("youve", "you've"),
    ("youd", "you'd"),
    ("thats", "that's"),
    ("wasnt", "wasn't"),
    ("pls", "please"),
    ("abt", "about"),
    ("nvr", "never"),
    ("alwys", "always"),
    ("allways", "always"),
    ("bc", "because"),
    ("n", "and"),
];

/// A judgement of the other in a feeling's place, and a feeling that often lies behind it.
const BEHIND: &[(&str, &str)] = &[
    ("abandoned", "lonely"),
    ("attacked", "scared"),
    ("betrayed", "hurt"),
    ("blamed", "hurt"),
    ("cheated", "angry"),
    ("controlled", "trapped"),
    ("criticised", "hurt"),
    ("criticized", "hurt"),
    ("disrespected", "hurt"),
    ("excluded", "lonely"),
    ("ignored", "lonely"),
    ("insulted", "hurt"),
    ("judged", "ashamed"),
    ("manipulated", "uneasy"),
    ("misunderstood", "lonely"),
    ("neglected", "lonely"),
    ("overlooked", "sad"),
    ("pressured", "tense"),
    ("rejected", "hurt"),
    ("unappreciated", "sad"),
    ("unheard", "lonely"),
    ("used", "hurt"),
];
const FEELINGS: &[&str] = &[
    "afraid",
    "alone",
    "angry",
    "annoyed",
    "anxious",
    "ashamed",
    "awful",
    "cross",
    "disappointed",
    "down",
    "embarrassed",
    "empty",
    "exhausted",
    "frightened",
    "frustrated",
    "furious",
    "guilty",
    "helpless",
    "hurt",
    "jealous",
    "lonely",
    "lost",
    "low",
    "mad",
    "miserable",
    "nervous",
    "numb",
    "overwhelmed",
    "relieved",
    "sad",
    "scared",
    "small",
    "stressed",
    "stuck",
    "stupid",
    "tense",
    "terrified",
    "tired",
    "uneasy",
    "upset",
    "useless",
    "worried",
    "worthless",
];
const DEGREES: &[&str] = &["so", "really", "very", "quite", "pretty", "too", "a", "bit", "such"];

/// A feeling that often lies behind a word that judges the other; none where the word is no such judgement.
pub fn feeling_behind(word: &str) -> Option<&'static str> {
    BEHIND.iter().find(|(judged, _)| *judged == word).map(|(_, felt)| *felt)
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
        const SURE: &[&str] = &[
            "just",
            "obviously",
            "clearly",
            "only",
            "really",
            "probably",
            "definitely",
            "literally",
            "totally",
            "actually",
        ];
        const INNER: &[&str] = &[
            "think",
            "thinks",
            "want",
            "wants",
            "care",
            "like",
            "find",
            "know",
            "knew",
            "thought",
            "hope",
            "hoping",
            "wish",
            "love",
            "hate",
            "trust",
            "stand",
            "believe",
            "mind",
            "enjoy",
            "prefer",
            "wanted",
            "blame",
            "resent",
            "expect",
            "planning",
            "waiting",
            "pretending",
            "glad",
            "jealous",
            "ashamed",
            "embarrassed",
            "hiding",
            "trying",
        ];
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
