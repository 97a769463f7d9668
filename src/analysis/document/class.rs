//! Word classes as bits of a token, so that a pattern element is one `and`.

macro_rules! classes {
    ($($(#[$doc:meta])* $name:ident = $text:literal;)*) => {
        #[allow(non_camel_case_types, clippy::upper_case_acronyms)]
        enum Bit { $($name),* }
        $($(#[$doc])* pub const $name: u64 = 1 << Bit::$name as u64;)*
        /// The classes that are bits, by the name that patterns and lexicon files use.
        pub const NAMED: &[(&str, u64)] = &[$(($text, $name)),*];
    };
}

classes! {
    /// "I".
    I = "i";
    /// me, my, mine, myself.
    ME = "me";
    /// you.
    YOU = "you";
    /// your, yours, yourself.
    YOUR = "your";
    /// we, us, our.
    WE = "we";
    /// he, she, they and their forms.
    THIRD = "third";
    /// it, this, that, there.
    IT = "it";
    /// Forms of "be".
    BE = "be";
    /// Forms of "have".
    HAVE = "have";
    /// Forms of "do".
    DO = "do";
    /// can, could, will ...
    MODAL = "modal";
    /// not, never, no, hardly ...
    NEG = "neg";
    /// Words that soften.
    HEDGE = "hedge";
    /// always, never ...
    ABSOLUTE = "absolute";
    /// Question words.
    WH = "wh";
    /// Coordinators.
    CONJ = "conj";
    /// Subordinators.
    SUBORD = "subord";
    /// Prepositions.
    PREP = "prep";
    /// Determiners.
    DET = "det";
    /// Intensifiers.
    INTENS = "intens";
    /// Discourse markers and vocatives that stand before a clause.
    DISC = "disc";
    /// Adverbs that stand between subject and verb.
    ADV = "adv";
    /// Adjectives that follow "be".
    ADJ = "adj";
    /// Names of days.
    DAY = "day";
    /// Words for a time.
    TIME = "time";
    /// Units of time.
    TIME_UNIT = "time_unit";
    /// Relatives, friends, roles.
    KIN = "kin";
    /// Unpleasant feelings as adjectives.
    FEEL_NEG = "feel_neg";
    /// Pleasant feelings as adjectives.
    FEEL_POS = "feel_pos";
    /// Feelings as nouns.
    FEEL_NOUN = "feel_noun";
    /// "Feelings" that judge the other: ignored, used, betrayed.
    JUDGE_FEEL = "judge_feel";
    /// Insulting words.
    INSULT = "insult";
    /// Swearing.
    PROFAN = "profan";
    /// Any form of a verb.
    VERB = "verb";
    /// The base form of a verb.
    BASE = "base";
    /// Past or participle.
    PAST = "past";
    /// -ing form.
    ING = "ing";
    /// Verbs of saying.
    SAY = "say";
    /// Verbs of thinking.
    THINK = "think";
    /// Verbs of wanting.
    WANT = "want";
    /// feel, felt.
    FEEL_VERB = "feel_verb";
    /// hurts, stings, miss, dread ...
    GRIEF_VERB = "grief_verb";
    /// Numbers, in figures.
    NUM = "num";
    /// Numbers, in words.
    NUMBER_WORD = "number_word";
    /// A time of day in figures: 7pm, 6:30.
    CLOCK = "clock";
    /// A sum of money.
    MONEY = "money";
    /// Looks like a name: capital inside a sentence, not in the lexicon.
    NAME = "name";
    /// An emoji.
    EMOJI = "emoji";
    /// Not in the lexicon.
    UNKNOWN = "unknown";
    /// The possessive 's.
    POSS = "poss";
    /// Laughter.
    LAUGH = "laugh";
    /// please, kindly.
    PLEASE = "please";
}

/// The bit of a class, if it is one of [`NAMED`].
pub fn bit(name: &str) -> Option<u64> {
    NAMED.iter().find(|(n, _)| *n == name).map(|(_, b)| *b)
}

/// Classes that a number may have by its look.
pub const OF_NUMBERS: u64 = NUM | CLOCK | MONEY | TIME;
/// Classes that a word that is not in the lexicon may have by its look.
pub const OF_UNKNOWN: u64 = UNKNOWN | NAME | VERB | ING | PAST | ADV;
