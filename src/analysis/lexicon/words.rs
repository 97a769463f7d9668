//! Builds the table of words from normal.txt, classes.txt and verbs.txt.

use std::collections::HashMap;
use std::hash::BuildHasherDefault;

use super::pattern::List;
use super::{Spelling, WordHasher, Words};
use crate::analysis::document::class;

/// The words that stand nearly everywhere, the most frequent first, counted in conversations; no pattern should hang
/// on one where it has a rarer.
const COMMON: &str = "the you i it and is a to that not in on have of would your me was do with what for am my at are there be one \
    will so no did or like if can about he we her she when up out say then all this go by him off could as from how \
    know said they just get two only got had back want were been right sorry ok them see now time before come but \
    bit who well because down after tell put people here us since his think until over week thing came going first \
    every went some ask day mum told more own phone sunday take good let feel something too where an nothing being \
    nobody still does half three has last maybe oh door ring night look never though next hear dad yes side house \
    way again home four word need might car left ten wrong same leave sit yeah mind face yourself goes monday even \
    room friday minutes done round whole other through asked asking five which bring name keep years th once both \
    any else work fine six nine please talk mean those thursday somebody sat should call always stop year tuesday \
    gone front thought morning give mine comes really someone read days than line yours anything saturday head \
    table words man saying god coming doing thank start sure course love must end under honestly weeks lot hand \
    says";

/// Marks the id of a word that normal.txt reads as others: it does not stand for itself in a pattern.
const OTHER: u32 = 1 << 31;

type Table<T> = HashMap<Box<str>, T, BuildHasherDefault<WordHasher>>;

/// Collects words, their classes, verb forms and spellings.
pub(crate) struct Builder {
    ids: Table<u32>,
    classes: Vec<u64>,
    normal: Table<Vec<Box<str>>>,
    sets: Table<Vec<u32>>,
    lemmas: Table<Vec<u32>>,
    /// The word lists of pattern elements.
    pub(crate) lists: Vec<u32>,
    listed: Table<List>,
    pub(crate) common: Vec<u32>,
    pub(crate) problems: Vec<String>,
}

impl Builder {
    pub(crate) fn new(normal: &str, classes: &str, verbs: &str) -> Self {
        let mut b = Self {
            ids: Table::with_capacity_and_hasher(1 << 13, Default::default()),
            classes: vec![0, class::NUM, class::EMOJI],
            normal: Table::default(),
            sets: Table::default(),
            lemmas: Table::default(),
            lists: Vec::with_capacity(1 << 15),
            listed: Table::default(),
            common: Vec::new(),
            problems: Vec::new(),
        };
        for (left, right) in entries(normal, " = ") {
            b.normal.insert(left.into(), right.split_whitespace().map(Into::into).collect());
        }
        for (name, words) in entries(classes, ":") {
            b.read_class(name, words);
        }
        for (name, words) in entries(verbs, ":") {
            for verb in words.split_whitespace() {
                b.read_verb(name, verb);
            }
        }
        // "your" is a spelling of its own, but settles as "ur" does.
        b.common = COMMON.split_whitespace().map(|w| b.word(w)).collect();
        b
    }

    fn read_class(&mut self, name: &str, words: &str) {
        let bit = class::bit(name).unwrap_or(0);
        let mut set = Vec::new();
        for word in words.split_whitespace() {
            if let Some(other) = word.strip_prefix('@') {
                match self.sets.get(other) {
                    Some(more) => set.extend(more.iter().copied()),
                    None => self.problems.push(format!("classes.txt: @{other} is not known above @{name}")),
                }
            } else {
                // A spelling that is read as another word would give that word the class, unseen.
                if let Some(to) = self.normal.get(word) {
                    self.problems.push(format!("classes.txt: {word} in @{name} is read as {}", to.join(" ")));
                }
                let id = self.word(word);
                set.push(id);
            }
        }
        for id in &set {
            self.add_class(*id, bit);
        }
        let all = self.sets.entry(name.into()).or_default();
        all.extend(set);
        all.sort_unstable();
        all.dedup();
    }

    fn read_verb(&mut self, name: &str, forms: &str) {
        let mut parts = forms.split('/');
        let Some(base) = parts.next() else { return };
        let given: Vec<&str> = parts.collect();
        let own = class::bit(name).unwrap_or(0);
        let mut all = Vec::new();
        let mut add = |b: &mut Self, form: &str, bits: u64| {
            let id = b.word(form);
            b.add_class(id, bits | own | if name == "be" || name == "have" || name == "do" { 0 } else { class::VERB });
            all.push(id);
        };
        add(self, base, class::BASE);
        if name == "be" {
            for form in &given {
                add(self, form, if matches!(*form, "was" | "were" | "been") { class::PAST } else { 0 });
            }
        } else {
            add(self, &third_person(base), 0);
            add(self, &ing(base), class::ING);
            if given.is_empty() {
                add(self, &past(base), class::PAST);
            }
            for form in &given {
                add(self, form, if *form == base { class::BASE } else { class::PAST });
            }
        }
        all.sort_unstable();
        all.dedup();
        self.sets.entry(name.into()).or_default().extend(all.iter().copied());
        for (set, bit) in [("verb", class::VERB), ("base", class::BASE), ("past", class::PAST), ("ing", class::ING)] {
            let of: Vec<u32> =
                all.iter().copied().filter(|w| self.classes.get(*w as usize).is_some_and(|c| c & bit != 0)).collect();
            self.sets.entry(set.into()).or_default().extend(of);
        }
        self.lemmas.entry(base.into()).or_default().extend(all);
    }

    /// The id of one word; new words get one. A spelling that stands for another word gets that one's.
    pub(crate) fn word(&mut self, word: &str) -> u32 {
        let target = match self.normal.get(word) {
            Some(to) if to.len() == 1 => to.first().cloned(),
            _ => None,
        };
        match target {
            Some(target) => self.intern(&target),
            None => self.intern(word),
        }
    }

    fn intern(&mut self, word: &str) -> u32 {
        if let Some(id) = self.ids.get(word) {
            return *id & !OTHER;
        }
        let id = self.classes.len() as u32;
        self.classes.push(0);
        let other = if word.contains('\'') || self.normal.contains_key(word) { OTHER } else { 0 };
        self.ids.insert(word.into(), id | other);
        id
    }

    /// The id of a word that stands for itself alone, as most words in patterns do.
    pub(crate) fn plain(&mut self, word: &str) -> Option<u32> {
        match self.ids.get(word) {
            Some(id) => (id & OTHER == 0).then_some(*id),
            None => (!self.normal.contains_key(word) && !word.contains('\'')).then(|| self.intern(word)),
        }
    }

    /// The ids that a word in a pattern stands for, contractions taken apart.
    pub(crate) fn sequence(&mut self, word: &str) -> Vec<u32> {
        let parts: Vec<Box<str>> = self.normal.get(word).cloned().unwrap_or_else(|| vec![word.into()]);
        let mut out = Vec::new();
        for part in parts {
            match part.strip_suffix("'s") {
                Some(stem) if !stem.is_empty() => out.extend([self.word(stem), self.word("'s")]),
                _ => out.push(self.word(&part)),
            }
        }
        out
    }

    pub(crate) fn add_class(&mut self, word: u32, bits: u64) {
        if let Some(c) = self.classes.get_mut(word as usize) {
            *c |= bits;
        }
    }

    /// The words of a class that is no bit, as a list of the pool.
    pub(crate) fn set_list(&mut self, name: &str) -> Option<List> {
        Self::list(&mut self.lists, &mut self.listed, &self.sets, '@', name)
    }

    /// All forms of a verb, as a list of the pool.
    pub(crate) fn lemma_list(&mut self, base: &str) -> Option<List> {
        Self::list(&mut self.lists, &mut self.listed, &self.lemmas, '~', base)
    }

    fn list(
        pool: &mut Vec<u32>,
        listed: &mut Table<List>,
        of: &Table<Vec<u32>>,
        mark: char,
        name: &str,
    ) -> Option<List> {
        let key = format!("{mark}{name}");
        if let Some(list) = listed.get(key.as_str()) {
            return Some(*list);
        }
        let mut words = of.get(name)?.clone();
        words.sort_unstable();
        words.dedup();
        let list = List::put(pool, &words);
        listed.insert(key.into(), list);
        Some(list)
    }

    /// A number for each word that hangs on nothing but its letters: the features of the model are made of it.
    pub(crate) fn keys(&self) -> Vec<u32> {
        let mut keys = vec![0; self.classes.len()];
        for (word, id) in &self.ids {
            if let Some(k) = keys.get_mut(*id as usize) {
                *k = super::key(word);
            }
        }
        keys
    }

    /// The finished tables.
    pub(crate) fn finish(&mut self) -> (Words, Vec<u64>) {
        let mut words = Words::with_capacity_and_hasher(self.ids.len() + self.normal.len(), Default::default());
        let keys: Vec<Box<str>> = self.normal.keys().cloned().collect();
        let mut sorted = keys;
        sorted.sort_unstable();
        for key in sorted {
            let ids = self.sequence(&key);
            words.insert(key, spelling(&ids));
        }
        for (word, id) in &self.ids {
            words.entry(word.clone()).or_insert_with(|| spelling(&[*id & !OTHER]));
        }
        (words, self.classes.clone())
    }
}

fn spelling(ids: &[u32]) -> Spelling {
    let mut s = Spelling::default();
    for (slot, id) in s.words.iter_mut().zip(ids) {
        *slot = *id;
        s.len += 1;
    }
    s
}

/// The entries of a data file: comments and blank lines left out, split at the first `mark`.
fn entries<'a>(text: &'a str, mark: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
    text.lines()
        .map(str::trim)
        .filter(|l| !l.is_empty() && !l.starts_with('#'))
        .filter_map(move |l| l.split_once(mark).map(|(a, b)| (a.trim(), b.trim())))
}

fn is_vowel(c: u8) -> bool {
    matches!(c, b'a' | b'e' | b'i' | b'o' | b'u')
}

fn ends_consonant_y(w: &str) -> bool {
    matches!(w.as_bytes(), [.., c, b'y'] if !is_vowel(*c))
}

/// Short stem with one vowel before its last consonant: drop, stop, nag.
fn doubles(w: &str) -> bool {
    matches!(w.as_bytes(), [.., a, v, c] if !is_vowel(*a) && is_vowel(*v) && !is_vowel(*c) && !matches!(c, b'w' | b'x' | b'y'))
        && w.bytes().filter(|c| is_vowel(*c)).count() == 1
}

fn third_person(w: &str) -> String {
    if ends_consonant_y(w) {
        format!("{}ies", &w[..w.len() - 1])
    } else if w.ends_with(['s', 'x', 'z', 'o']) || w.ends_with("ch") || w.ends_with("sh") {
        format!("{w}es")
    } else {
        match w {
            "have" => "has".to_owned(),
            _ => format!("{w}s"),
        }
    }
}

fn ing(w: &str) -> String {
    if let Some(stem) = w.strip_suffix("ie") {
        format!("{stem}ying")
    } else if w.ends_with('e') && !w.ends_with("ee") {
        format!("{}ing", &w[..w.len() - 1])
    } else if doubles(w) || matches!(w, "forget" | "begin" | "admit") {
        format!("{w}{}ing", &w[w.len() - 1..])
    } else {
        format!("{w}ing")
    }
}

fn past(w: &str) -> String {
    if w.ends_with('e') {
        format!("{w}d")
    } else if ends_consonant_y(w) {
        format!("{}ied", &w[..w.len() - 1])
    } else if doubles(w) || matches!(w, "admit" | "cancel" | "travel") {
        format!("{w}{}ed", &w[w.len() - 1..])
    } else {
        format!("{w}ed")
    }
}
