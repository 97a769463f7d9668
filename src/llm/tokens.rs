//! How many tokens a text is. Vocabularies are in the program, so this works offline; the first one that is used takes some
//! 0.4 s and 50 MB to unpack, so it is never touched without a model in use.

use tiktoken_rs::CoreBPE;
use tiktoken_rs::tokenizer::{Tokenizer, get_tokenizer};

use super::Message;

/// Counts the tokens of one model.
#[derive(Clone, Copy)]
pub struct Tokens {
    vocabulary: &'static CoreBPE,
    approximate: bool,
}

impl std::fmt::Debug for Tokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tokens").field("approximate", &self.approximate).finish_non_exhaustive()
    }
}

/// What a message costs beside its words, and what begins the answer: OpenAI's figures, near those of other templates.
const PER_MESSAGE: usize = 4;
const PER_REQUEST: usize = 3;

/// Longer texts are counted in pieces: very long runs without a space take a vocabulary quadratic time.
const PIECE: usize = 4096;

impl Tokens {
    /// The counter for a model, by its name. Blocks while the vocabulary is unpacked for the first time.
    pub fn of(model: &str) -> Self {
        // Servers put the maker before the name: `openai/gpt-4o`.
        let name = model.rsplit('/').next().unwrap_or(model);
        let known = get_tokenizer(name);
        let vocabulary = match known {
            Some(Tokenizer::Cl100kBase) => tiktoken_rs::cl100k_base_singleton(),
            Some(Tokenizer::O200kHarmony) => tiktoken_rs::o200k_harmony_singleton(),
            _ => tiktoken_rs::o200k_base_singleton(),
        };
        let exact = matches!(known, Some(Tokenizer::Cl100kBase | Tokenizer::O200kHarmony | Tokenizer::O200kBase));
        Self { vocabulary, approximate: !exact }
    }

    /// Whether the model's own vocabulary is not known, so that counts are to be shown with a sign for "about".
    pub fn is_approximate(&self) -> bool {
        self.approximate
    }

    /// The tokens of a text. What looks like a special token in it counts as the plain text it is.
    pub fn count(&self, text: &str) -> usize {
        let mut rest = text;
        let mut sum = 0;
        while !rest.is_empty() {
            let mut end = rest.len().min(PIECE);
            while !rest.is_char_boundary(end) {
                end -= 1;
            }
            let (piece, after) = rest.split_at(end);
            sum += self.vocabulary.count_ordinary(piece);
            rest = after;
        }
        sum
    }

    /// The tokens of a whole conversation, with what goes around each message.
    pub fn count_messages(&self, messages: &[Message]) -> usize {
        messages.iter().map(|message| self.count_message(message)).sum::<usize>() + PER_REQUEST
    }

    /// The tokens of one message, with what goes around it.
    pub fn count_message(&self, message: &Message) -> usize {
        self.count(&message.content) + PER_MESSAGE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_models_are_exact_and_others_are_about_right() {
        let known = Tokens::of("gpt-4o-mini");
        // Checked against OpenAI's own page for o200k: "Could you do bedtime on Tuesday?"
        assert_eq!(known.count("Could you do bedtime on Tuesday?"), 7);
        assert!(!known.is_approximate() && !Tokens::of("openai/gpt-4o").is_approximate());
        let other = Tokens::of("llama3.2:3b");
        assert!(other.is_approximate());
        assert_eq!(other.count("Could you do bedtime on Tuesday?"), 7);
    }

    #[test]
    fn special_tokens_in_a_text_are_text_and_long_runs_are_counted() {
        let tokens = Tokens::of("m");
        assert!(tokens.count("<|endoftext|>") > 1);
        assert_eq!(tokens.count(""), 0);
        let long = "\u{e9}".repeat(100_000);
        assert!(tokens.count(&long) > 1000);
        let two = [Message::user("hi"), Message::assistant("hi")];
        assert_eq!(tokens.count_messages(&two), 2 * (1 + PER_MESSAGE) + PER_REQUEST);
    }
}
