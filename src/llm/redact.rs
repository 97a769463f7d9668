//! Keeps names and places at home: each is replaced by another one before a request leaves, and put back in the answer,
//! wherever the server cuts it. A stand-in is a plausible name, as a model writes better of "Corin" than of "[NAME 1]".

use std::sync::Arc;

use futures_util::StreamExt as _;
use futures_util::stream::{self, BoxStream};

use super::catalogue::Form;
use super::{Chunk, Error, Provider, Request, Server};

const PEOPLE: &[&str] = &[
    "Corin", "Ashby", "Emlyn", "Jorah", "Devlin", "Tamsin", "Ottilie", "Farrow", "Isolde", "Leopold", "Maren", "Quincy",
];
const PLACES: &[&str] =
    &["Aldmoor", "Brackwater", "Corvale", "Dunsmere", "Eastwold", "Farnhollow", "Grenbury", "Holtside"];

/// What the user wants to keep at home.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Private {
    /// Names of people.
    pub names: Vec<String>,
    /// Names of places, schools, employers.
    pub places: Vec<String>,
}

impl Private {
    /// Whether there is nothing to keep.
    pub fn is_empty(&self) -> bool {
        self.names.iter().chain(&self.places).all(|word| word.trim().is_empty())
    }
}

/// A provider that never gets to see what is private.
#[derive(Debug)]
pub struct Redacted {
    inner: Arc<dyn Provider>,
    private: Private,
}

impl Redacted {
    /// The same provider, without the private words.
    pub fn new(inner: Arc<dyn Provider>, private: Private) -> Self {
        Self { inner, private }
    }
}

impl Provider for Redacted {
    fn server(&self) -> &Server {
        self.inner.server()
    }

    fn form(&self) -> Option<Form> {
        self.inner.form()
    }

    fn stream(&self, mut request: Request) -> BoxStream<'static, Result<Chunk, Error>> {
        let swaps = Swaps::new(&self.private, request.messages.iter().map(|m| m.content.as_str()));
        if swaps.0.is_empty() {
            return self.inner.stream(request);
        }
        for message in &mut request.messages {
            message.content = swaps.hide(&message.content);
        }
        let mut back = PutBack::new(swaps);
        let chunks = self.inner.stream(request).flat_map(move |chunk| {
            let mut out = Vec::new();
            match chunk {
                Ok(Chunk::Text(text)) => out.extend(said(back.take(&text))),
                Ok(Chunk::Done(done)) => {
                    out.extend(said(back.end()));
                    out.push(Ok(Chunk::Done(done)));
                }
                other => out.push(other),
            }
            stream::iter(out)
        });
        chunks.boxed()
    }
}

fn said(text: String) -> Option<Result<Chunk, Error>> {
    (!text.is_empty()).then_some(Ok(Chunk::Text(text)))
}

/// Pairs of a private word and its stand-in, as they are written in a sentence, in small letters and in capitals.
#[derive(Clone, Debug, Default)]
struct Swaps(Vec<(String, String)>);

impl Swaps {
    /// Stand-ins for what is private. A word that stands in the request already stands in for nothing: it could not be
    /// told apart in the answer.
    fn new<'t>(private: &Private, texts: impl Iterator<Item = &'t str>) -> Self {
        let taken = texts.collect::<Vec<_>>().join("\n").to_lowercase();
        let free = |list: &'static [&'static str]| list.iter().filter(|word| !taken.contains(&word.to_lowercase()));
        let mut swaps = Vec::new();
        for (words, stand_ins, other) in [(&private.names, PEOPLE, "Person"), (&private.places, PLACES, "Place")] {
            let mut stand_ins = free(stand_ins);
            for (n, word) in words.iter().map(|w| w.trim()).filter(|w| !w.is_empty()).enumerate() {
                let stand_in = stand_ins.next().map_or_else(|| format!("{other}{n}"), |s| (*s).to_owned());
                swaps.push((word.to_lowercase(), stand_in.to_lowercase()));
                swaps.push((word.to_uppercase(), stand_in.to_uppercase()));
                swaps.push((word.to_owned(), stand_in));
            }
        }
        // "Mary Ann" before "Mary".
        swaps.sort_by(|a, b| b.0.len().cmp(&a.0.len()).then_with(|| a.cmp(b)));
        swaps.dedup_by(|a, b| a.0 == b.0);
        Self(swaps)
    }

    fn hide(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut before = None;
        let mut at = 0;
        while let Some(c) = text[at..].chars().next() {
            let rest = &text[at..];
            let fits = |word: &String| rest.starts_with(word.as_str()) && !goes_on(rest[word.len()..].chars().next());
            match self.0.iter().find(|(word, _)| !goes_on(before) && fits(word)) {
                Some((word, stand_in)) => {
                    out.push_str(stand_in);
                    at += word.len();
                    before = word.chars().next_back();
                }
                None => {
                    out.push(c);
                    at += c.len_utf8();
                    before = Some(c);
                }
            }
        }
        out
    }
}

/// Whether a word goes on with this character.
fn goes_on(c: Option<char>) -> bool {
    c.is_some_and(char::is_alphanumeric)
}

/// Puts the private words back into an answer that comes in pieces.
#[derive(Debug)]
struct PutBack {
    swaps: Swaps,
    /// What may be the beginning of a stand-in.
    held: String,
    before: Option<char>,
}

impl PutBack {
    fn new(swaps: Swaps) -> Self {
        Self { swaps, held: String::new(), before: None }
    }

    fn take(&mut self, piece: &str) -> String {
        self.held.push_str(piece);
        self.pass(false)
    }

    fn end(&mut self) -> String {
        self.pass(true)
    }

    fn pass(&mut self, at_end: bool) -> String {
        let held = std::mem::take(&mut self.held);
        let mut out = String::with_capacity(held.len());
        let mut at = 0;
        while let Some(c) = held[at..].chars().next() {
            let rest = &held[at..];
            let mut found = None;
            if !goes_on(self.before) {
                // It may be cut in the middle, and what comes next decides whether the word ends here.
                let may_come = |(_, stand_in): &(String, String)| stand_in.starts_with(rest);
                if !at_end && self.swaps.0.iter().any(may_come) {
                    self.held = rest.to_owned();
                    return out;
                }
                found = self.swaps.0.iter().find(|(_, stand_in)| {
                    rest.strip_prefix(stand_in.as_str()).is_some_and(|after| !goes_on(after.chars().next()))
                });
            }
            match found {
                Some((word, stand_in)) => {
                    out.push_str(word);
                    at += stand_in.len();
                    self.before = stand_in.chars().next_back();
                }
                None => {
                    out.push(c);
                    at += c.len_utf8();
                    self.before = Some(c);
                }
            }
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn private() -> Private {
        let words = |list: &[&str]| list.iter().map(|w| (*w).to_owned()).collect();
        Private { names: words(&["Jude", "Mary", "Mary Ann"]), places: words(&["Leeds"]) }
    }

    #[test]
    fn whole_words_are_hidden_in_every_writing() {
        let text = "Jude and Mary Ann left Leeds. JUDE's mum, mary! Judeth stays, and so does St\u{e9}Jude.";
        let swaps = Swaps::new(&private(), std::iter::once(text));
        let hidden = swaps.hide(text);
        for word in ["Jude ", "JUDE", "Mary", "mary", "Leeds"] {
            assert!(!hidden.contains(word), "{word} in {hidden}");
        }
        assert!(hidden.contains("Judeth stays") && hidden.contains("St\u{e9}Jude"), "{hidden}");
        assert_eq!(swaps.hide("nothing here"), "nothing here");
    }

    #[test]
    fn they_are_put_back_wherever_the_answer_is_cut() {
        let text = "Jude? I told MARY ANN, and mary, about Leeds; Cor is no name. Jude";
        let swaps = Swaps::new(&private(), std::iter::once(text));
        let hidden = swaps.hide(text);
        for size in 1..20 {
            let mut back = PutBack::new(swaps.clone());
            let chars: Vec<char> = hidden.chars().collect();
            let mut out: String =
                chars.chunks(size).map(|piece| back.take(&piece.iter().collect::<String>())).collect();
            out.push_str(&back.end());
            assert_eq!(out, text, "in pieces of {size}");
        }
    }

    #[test]
    fn a_word_that_is_there_already_stands_in_for_nothing() {
        let swaps = Swaps::new(&private(), ["Corin is my boss", "Jude"].into_iter());
        assert!(swaps.0.iter().all(|(_, stand_in)| stand_in != "Corin"), "{swaps:?}");
        let many = Private { names: (0..30).map(|n| format!("Name{n}")).collect(), places: vec![] };
        let stand_ins = Swaps::new(&many, std::iter::empty()).0;
        let mut different: Vec<_> = stand_ins.iter().map(|(_, s)| s).collect();
        different.sort();
        different.dedup();
        assert_eq!(different.len(), stand_ins.len());
    }
}
