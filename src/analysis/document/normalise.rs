//! One spelling for what is typed in many: case, accents, look-alike letters, invisible characters.

/// Characters that show nothing and part no words: zero-width marks, joiners, soft hyphen, combining accents,
/// variation selectors, skin tones.
pub fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2064}' | '\u{feff}' | '\u{fe00}'..='\u{fe0f}'
        | '\u{300}'..='\u{36f}' | '\u{202a}'..='\u{202e}' | '\u{1f3fb}'..='\u{1f3ff}')
}

/// Emoji and pictographs; each is a token of its own.
pub fn is_emoji(c: char) -> bool {
    matches!(c, '\u{1f000}'..='\u{1faff}' | '\u{2600}'..='\u{27bf}' | '\u{2b50}')
}

/// Every sort of apostrophe.
pub fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '\u{2019}' | '\u{2018}' | '\u{2bc}' | '\u{b4}' | '`' | '\u{ff07}' | '\u{2032}')
}

/// A letter as the lexicon spells it: lower case, without accent, Latin for its Cyrillic, Greek and full-width twins.
pub fn fold(c: char) -> char {
    if c.is_ascii() {
        return c.to_ascii_lowercase();
    }
    match c {
        'à'..='å' | 'À'..='Å' | 'ā' | 'а' | 'А' | 'α' | 'Α' => 'a',
        'ç' | 'Ç' | 'с' | 'С' => 'c',
        'è'..='ë' | 'È'..='Ë' | 'ē' | 'е' | 'Е' | 'ё' | 'Ε' => 'e',
        'ì'..='ï' | 'Ì'..='Ï' | 'і' | 'І' | 'ı' | 'ι' | 'Ι' => 'i',
        'ñ' | 'Ñ' => 'n',
        'ò'..='ö' | 'Ò'..='Ö' | 'ø' | 'ō' | 'о' | 'О' | 'ο' | 'Ο' => 'o',
        'ù'..='ü' | 'Ù'..='Ü' => 'u',
        'ý' | 'ÿ' | 'у' | 'У' => 'y',
        'р' | 'Р' | 'ρ' | 'Ρ' => 'p',
        'х' | 'Х' => 'x',
        'ѕ' => 's',
        'ј' => 'j',
        'һ' | 'Н' => 'h',
        'В' => 'b',
        'М' => 'm',
        'Т' => 't',
        'К' => 'k',
        'ν' => 'v',
        '\u{ff21}'..='\u{ff3a}' => shift(c, 0xff21),
        '\u{ff41}'..='\u{ff5a}' => shift(c, 0xff41),
        c => c.to_lowercase().next().unwrap_or(c),
    }
}

fn shift(c: char, from: u32) -> char {
    char::from_u32(u32::from(c) - from + u32::from('a')).unwrap_or(c)
}

/// "sooooo" as "so" or, with `keep` 2, as "soo": runs of three and more letters shortened. `None` where there is none.
pub fn squeeze(word: &str, keep: usize) -> Option<String> {
    let mut out = String::with_capacity(word.len());
    let (mut last, mut run, mut hit) = ('\0', 0usize, false);
    let mut pending: Vec<(char, usize)> = Vec::new();
    for c in word.chars() {
        if c == last {
            run += 1;
        } else {
            if run > 0 {
                pending.push((last, run));
            }
            (last, run) = (c, 1);
        }
    }
    if run > 0 {
        pending.push((last, run));
    }
    for (c, n) in pending {
        let n = if n >= 3 && c.is_alphabetic() {
            hit = true;
            keep
        } else {
            n
        };
        out.extend(std::iter::repeat_n(c, n));
    }
    hit.then_some(out)
}
