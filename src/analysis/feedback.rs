//! Why a mark was given, in plain words that quote the reply. The wording stands in lexicon/reasons.txt.

use std::sync::OnceLock;

use super::rubric::Id;

/// The longest quotation in a reason, in characters.
const LONGEST_QUOTE: usize = 90;

type Entry = (Id, &'static str, &'static str);

fn table() -> &'static [Entry] {
    static TABLE: OnceLock<Vec<Entry>> = OnceLock::new();
    TABLE.get_or_init(|| {
        include_str!("lexicon/reasons.txt")
            .lines()
            .filter(|l| !l.starts_with('#'))
            .filter_map(|l| {
                let (key, text) = l.split_once(": ")?;
                let (id, detail) = key.split_once('.').unwrap_or((key, ""));
                Some((id.parse().ok()?, detail, text.trim()))
            })
            .collect()
    })
}

/// The reason for a mark: a wording for its kind of evidence, else for its grade, else for its id. Where there are
/// several, the quote decides, so that one reply always gets the same and a talk does not sound like a form.
pub fn reason(id: Id, grade: u8, tag: &str, quote: &str) -> String {
    let by_grade = match grade {
        0 | 1 => "1",
        2 => "2",
        _ => "3",
    };
    let find = |detail: &str| {
        let all = || table().iter().filter(|(i, d, _)| *i == id && *d == detail).map(|(_, _, text)| *text);
        all().nth(quote.len() % all().count().max(1))
    };
    let text = find(tag).or_else(|| find(by_grade)).or_else(|| find("")).unwrap_or("\u{201c}{quote}\u{201d}");
    text.replace("{quote}", &shorten(quote))
}

/// A quotation cut at a word, with an ellipsis where something is left out.
fn shorten(quote: &str) -> String {
    match quote.char_indices().nth(LONGEST_QUOTE) {
        None => quote.trim().to_owned(),
        Some((end, _)) => {
            let cut = quote.get(..end).unwrap_or("");
            let cut = cut.rfind(' ').and_then(|i| cut.get(..i)).unwrap_or(cut);
            format!("{}\u{2026}", cut.trim())
        }
    }
}
