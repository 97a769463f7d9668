//! Which language a text is in, as far as a few words tell: by its script, and in Latin script by the small words that no
//! sentence does without. It is unsure rather than wrong: names, loan words and short answers tell nothing.

use crate::session::words::{Word, words};

/// Fewer words than this may be in any language: "Nein.", "C'est la vie."
const FEWEST: usize = 4;
/// In scripts without spaces, fewer letters than this.
const FEWEST_LETTERS: usize = 4;
/// The most words that are looked at.
const MOST: usize = 200;

/// A language, or those that cannot be told apart, by the code that their locales begin with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Language(&'static str);

/// Small words of languages in Latin script. What two of them share stands in both, so that the one is not taken for the
/// other; what English people use as well stands in none but the English row.
const SMALL: &[(&str, &str)] = &[
    (
        "en",
        "the and you i i'm i've i'll it it's that that's this where was had did then them him not don't have what but with \
         for your my they he she we are be been were of to if just know how when why there would could can can't didn't from about is at or our me do",
    ),
    (
        "de",
        "ich du er wir ihr nicht ist das die der den dem ein eine einen einer und aber mir mich dich dir mit auf für dass \
         wenn auch noch schon doch nur zu von habe hast kann will was sie es bin nein ja denn wie sich mehr",
    ),
    (
        "fr",
        "je tu il elle nous vous les des une un est pas ne mais que qui dans pour avec sur ce ça c'est j'ai suis moi toi \
         et ou la le du de au mon ton ma ta plus n'est tout fait très oui",
    ),
    (
        "es",
        "que de la el los las por para con una un no yo tú te me se es está estoy pero muy lo mi tu y qué cuando porque \
         como más sí nada ya le si eso soy tengo",
    ),
    (
        "it",
        "che di la il lo gli le per con una un non io tu ti mi si è sono ma molto più e cosa quando perché come sei ho hai \
         ha questo della nel anche solo niente",
    ),
    (
        "pt",
        "que de a o os as por para com uma um não eu você te me se é está estou mas muito isso meu minha e quando porque \
         como mais sim nada já tu foi tenho do da no na",
    ),
    (
        "nl",
        "ik je jij het een niet de en maar dat die van voor met op aan zijn heb hebt kan wil wat hoe als ook nog wel dan \
         mij jou mijn er naar te ben nee geen",
    ),
    (
        "pl",
        "nie się jest jestem to że na do ja ty mnie ciebie mi ale co jak tak już tylko bo czy z w i dla po o ten ta tego \
         mam masz był może",
    ),
    (
        "sv",
        "jag du det inte är och att en ett som på för med har kan vill men vad hur mig dig min vi han hon nej ja så om av \
         till den nu bara",
    ),
    (
        "da",
        "jeg du det ikke er og at en et som på for med har kan vil men hvad hvordan mig dig min vi han hun nej ja så om af \
         til den nu bare meg deg av å hva",
    ),
    (
        "tr",
        "bir ve bu ben sen değil için ama çok ne var yok mi mı mu da de gibi kadar daha bana sana beni seni hiç şey evet \
         hayır ki o biz",
    ),
    (
        "fi",
        "ei en on ole olen se ja minä sinä että mutta mitä niin kun nyt vain jos sen mun sun oli olet tämä minun sinun \
         kuin hän me te",
    ),
    ("hi", "hai hain nahi nahin kya mujhe tum aap aur mein toh bhi ka ki ke ko se yeh woh tumhe mera tera hoon kyun"),
];

/// Locales whose language is told by its script, or goes with another.
const LOCALES: &[(&str, &str)] = &[
    ("ru", "ru uk bg be mk kk ky mn"),
    ("ar", "ar fa ur ps"),
    ("he", "he iw yi"),
    ("hi", "hi mr ne"),
    ("da", "da no nb nn"),
    ("el", "el"),
    ("zh", "zh"),
    ("ja", "ja"),
    ("ko", "ko"),
    ("th", "th"),
];

/// In a script that none of these locales has.
const OTHER: Language = Language("?");

impl Language {
    /// English.
    pub const ENGLISH: Self = Self("en");

    /// The language of a locale such as `de-AT`; none where it cannot be told from others. No locale is English.
    pub fn of_locale(locale: &str) -> Option<Self> {
        let code = locale.split(['-', '_']).next().unwrap_or_default().to_lowercase();
        if code.is_empty() {
            return Some(Self::ENGLISH);
        }
        let by_script = LOCALES.iter().find(|(_, codes)| codes.split(' ').any(|c| c == code)).map(|(name, _)| *name);
        let by_words = || SMALL.iter().find(|(name, _)| *name == code).map(|(name, _)| *name);
        by_script.or_else(by_words).map(Self)
    }

    /// What a sentence of this language may be taken for.
    fn covers(self, found: Self) -> bool {
        // Japanese can be written with Chinese characters alone.
        self == found || (self.0, found.0) == ("ja", "zh")
    }
}

/// The languages that the sentences of a text may be in, as far as it is sure.
pub fn spoken(text: &str) -> Vec<Language> {
    let sentence = |sentence| {
        let said = words(sentence, MOST);
        let by_small_words = || {
            let counts = counts(&said);
            let best = counts.iter().map(|(count, _)| *count).max().unwrap_or(0);
            let english = counts.first().map_or(0, |(count, _)| *count);
            let sure = is_much(best, said.len()) && (best == english || best > english * 2);
            let of_them = counts.into_iter().filter(|(count, _)| sure && *count == best);
            of_them.map(|(_, language)| language).collect::<Vec<_>>()
        };
        by_script(sentence, said.len()).map_or_else(by_small_words, |found| found.into_iter().collect())
    };
    text.split(['.', '!', '?', '\n', '\u{3002}']).flat_map(sentence).collect::<Vec<_>>()
}

/// Whether a text is surely in none of these languages.
pub fn is_foreign(text: &str, allowed: &[Language]) -> bool {
    let said = words(text, MOST);
    let may_be = |found: Language| allowed.iter().any(|language| language.covers(found));
    if let Some(found) = by_script(text, said.len()) {
        return found.is_some_and(|found| !may_be(found));
    }
    let most = |of_allowed: bool| {
        let counts = counts(&said).into_iter().filter(|(_, language)| may_be(*language) == of_allowed);
        counts.map(|(count, _)| count).max().unwrap_or(0)
    };
    let best = most(false);
    is_much(best, said.len()) && best > most(true) * 2
}

/// The script's language, where most of the letters are not Latin; whether that is enough to be sure of anything.
fn by_script(text: &str, words: usize) -> Option<Option<Language>> {
    let (mut latin, mut counts) = (0usize, [("ja", 0usize), ("zh", 0), ("th", 0), ("", 0)]);
    let mut spaced = None;
    for c in text.chars().filter(|c| c.is_alphabetic()).take(2_000) {
        let Some(script) = script(c) else {
            latin += 1;
            continue;
        };
        match counts.iter_mut().find(|(name, _)| *name == script) {
            Some((_, count)) => *count += 1,
            None => {
                spaced.get_or_insert(script);
                counts[3].1 += 1;
            }
        }
    }
    let [(_, kana), (_, han), (_, thai), (_, other)] = counts;
    let dense = kana + han + thai;
    if dense + other <= latin {
        return None;
    }
    let found = match (kana, han, thai) {
        _ if other > dense => return Some(spaced.filter(|_| words >= 2).map(Language)),
        (1.., ..) => "ja",
        (0, _, thai) if thai > han => "th",
        _ => "zh",
    };
    Some((dense >= FEWEST_LETTERS).then_some(Language(found)))
}

/// The language or group of a letter's script; none for Latin.
fn script(c: char) -> Option<&'static str> {
    Some(match c {
        '\u{0}'..='\u{24f}' | '\u{1e00}'..='\u{1eff}' | '\u{2b0}'..='\u{2ff}' => return None,
        '\u{370}'..='\u{3ff}' | '\u{1f00}'..='\u{1fff}' => "el",
        '\u{400}'..='\u{52f}' => "ru",
        '\u{590}'..='\u{5ff}' => "he",
        '\u{600}'..='\u{6ff}' | '\u{750}'..='\u{77f}' | '\u{fb50}'..='\u{fdff}' | '\u{fe70}'..='\u{feff}' => "ar",
        '\u{900}'..='\u{97f}' => "hi",
        '\u{e00}'..='\u{e7f}' => "th",
        '\u{1100}'..='\u{11ff}' | '\u{ac00}'..='\u{d7af}' => "ko",
        '\u{3040}'..='\u{30ff}' => "ja",
        '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{20000}'..='\u{2fa1f}' => "zh",
        _ => OTHER.0,
    })
}

/// How many small words of each language there are; English comes first.
fn counts(said: &[Word<'_>]) -> Vec<(usize, Language)> {
    let count = |small: &str| {
        let of_them = |word: &&Word<'_>| small.split(' ').any(|s| s == word.lower);
        said.iter().filter(of_them).count()
    };
    SMALL.iter().map(|(name, small)| (count(small), Language(name))).collect()
}

/// Whether so many small words of so many words make a language.
fn is_much(small: usize, of: usize) -> bool {
    of >= FEWEST && small >= 2 && small * 4 >= of
}

#[cfg(test)]
mod tests {
    use super::*;

    fn foreign_to(locale: &str, text: &str) -> bool {
        is_foreign(text, &[Language::of_locale(locale).unwrap()])
    }

    /// A sentence or two as people say them, in each language.
    const SAID: &[(&str, &str)] = &[
        ("en", "I don't know what you want from me, and I'm too tired for this."),
        ("en-GB", "That's not what we said on Friday, is it?"),
        ("de-AT", "Ich weiß nicht, was du von mir willst, und ich bin zu müde dafür."),
        ("fr", "Je ne sais pas ce que tu veux de moi, et je suis trop fatigué."),
        ("es", "No sé qué quieres de mí, y estoy muy cansado para esto."),
        ("it", "Non so che cosa vuoi da me, e sono troppo stanco per questo."),
        ("pt-BR", "Eu não sei o que você quer de mim, e estou muito cansado."),
        ("nl", "Ik weet niet wat je van mij wilt, en ik ben er te moe voor."),
        ("pl", "Nie wiem, co chcesz ode mnie, i jestem już na to zmęczony."),
        ("sv", "Jag vet inte vad du vill mig, och jag är för trött för det."),
        ("nb", "Jeg vet ikke hva du vil meg, og jeg er for trøtt til det nå."),
        ("tr", "Benden ne istediğini bilmiyorum ve bu konuşma için çok yorgunum."),
        ("fi", "En tiedä mitä sinä haluat, ja minä olen nyt liian väsynyt."),
        ("ru", "Я не знаю, чего ты хочешь."),
        ("uk", "Я не знаю, чого ти хочеш."),
        ("el", "Δεν ξέρω τι θέλεις από μένα."),
        ("ar", "لا أعرف ماذا تريد مني."),
        ("he", "אני לא יודע מה אתה רוצה."),
        ("hi", "मुझे नहीं पता तुम क्या चाहते हो।"),
        ("zh", "我不知道你想要什么。"),
        ("ja", "何がほしいのか分からない。"),
        ("ko", "네가 뭘 원하는지 모르겠어."),
        ("th", "ฉันไม่รู้ว่าคุณต้องการอะไร"),
    ];

    #[test]
    fn each_language_is_at_home_in_its_own_scene_and_foreign_in_others() {
        for (locale, text) in SAID {
            assert!(!foreign_to(locale, text), "{locale}: {text}");
            let english = locale.starts_with("en");
            assert_eq!(foreign_to("en", text), !english, "{locale} in an English scene: {text}");
            assert_eq!(foreign_to("de", text), *locale != "de-AT", "{locale} in a German scene: {text}");
        }
        assert!(!foreign_to("ja", "全然大丈夫、心配無用。"), "Japanese in Chinese characters");
    }

    #[test]
    fn names_loan_words_short_answers_and_switching_in_a_sentence_are_no_other_language() {
        for text in [
            "Nein.",
            "C'est la vie.",
            "Nein, nein, nein!",
            "Hasta la vista, baby.",
            "Che sarà, sarà.",
            "Нет.",
            "はい。",
            "Mamma mia, not again.",
            "María de la Cruz was at the door.",
            "Ludwig van der Berg und Partner, that's where I was.",
            "Du hast, the song, it was on all night.",
            "I told her, ich kann nicht mehr, and she laughed.",
            "She always says no me digas, and then she tells me.",
            "He's from Βόλος, you know that.",
            "Déjà vu. You, me, and the à la carte menu.",
            "Die, for all I care.",
            "Want tea?",
            "Kids asleep, dishes done, lights off.",
            "Sorry. Long day.",
            "12, 13, 14.",
            "",
        ] {
            assert!(!foreign_to("en", text), "{text}");
        }
        for text in ["Okay, cool, dann machen wir ein Meeting.", "Sorry.", "Ja, well, das ist halt so."] {
            assert!(!foreign_to("de", text), "{text}");
        }
    }

    #[test]
    fn what_the_user_writes_in_is_allowed() {
        let user = "I can't say this in English. Ich möchte einfach, dass du mir zuhörst.";
        let mut allowed = vec![Language::of_locale("en").unwrap()];
        let answer = "Ich höre dir doch zu, was willst du denn noch?";
        assert!(is_foreign(answer, &allowed));
        allowed.extend(spoken(user));
        assert!(!is_foreign(answer, &allowed));
        assert!(is_foreign("Je ne sais pas ce que tu veux de moi.", &allowed));
        let few = spoken("Was it María at the door, or die Zeit, or nada?");
        assert!(few.iter().all(|found| *found == Language::ENGLISH), "a few words are no language: {few:?}");
    }

    #[test]
    fn a_locale_that_cannot_be_told_is_not_checked() {
        assert_eq!(Language::of_locale("ka"), None);
        assert_eq!(Language::of_locale(""), Language::of_locale("en_US"));
    }
}
