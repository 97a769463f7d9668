//! One piece of an answer as servers send it, read leniently: typed structures of one server's documents fail on another's.

use serde_json::Value;

use super::Usage;
use super::fault::Said;

/// What a piece holds.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Piece {
    /// Words.
    pub text: String,
    /// Whether it holds private reasoning.
    pub thinking: bool,
    /// Whether the model declined in the field made for that.
    pub refused: bool,
    /// How the answer ended.
    pub finish: Option<String>,
    /// What it cost.
    pub usage: Option<Usage>,
    /// An error in place of an answer.
    pub error: Option<Said>,
}

impl Piece {
    /// Read a piece: of a stream (`delta`) or a whole answer (`message`).
    pub fn of(value: &Value) -> Self {
        let mut piece = Self { error: Said::of(value), usage: usage(value), ..Self::default() };
        let Some(choice) = value.get("choices").and_then(|choices| choices.get(0)) else { return piece };
        if piece.error.is_none() {
            piece.error = Said::of(choice);
        }
        piece.finish = choice.get("finish_reason").and_then(Value::as_str).map(str::to_owned);
        let Some(message) = choice.get("delta").or_else(|| choice.get("message")) else {
            piece.text = choice.get("text").and_then(Value::as_str).unwrap_or_default().to_owned();
            return piece;
        };
        piece.text = message.get("content").map(words).unwrap_or_default();
        piece.thinking = ["reasoning_content", "reasoning", "reasoning_details", "thinking"].iter().any(|name| {
            message.get(name).is_some_and(|v| !matches!(v, Value::Null) && v != "" && v != &Value::Array(Vec::new()))
        });
        piece.refused = message.get("refusal").and_then(Value::as_str).is_some_and(|text| !text.is_empty());
        piece
    }
}

/// Content is a text, or a list of parts of which some are text.
fn words(content: &Value) -> String {
    match content {
        Value::String(text) => text.clone(),
        Value::Array(parts) => parts.iter().filter_map(|part| part.get("text").and_then(Value::as_str)).collect(),
        _ => String::new(),
    }
}

fn usage(value: &Value) -> Option<Usage> {
    let usage = value.get("usage").filter(|usage| usage.is_object())?;
    let number = |value: &Value, name: &str| value.get(name).and_then(Value::as_u64);
    let cached = usage.get("prompt_tokens_details").and_then(|details| number(details, "cached_tokens"));
    Some(Usage {
        prompt: number(usage, "prompt_tokens")?,
        cached: cached.or_else(|| value.get("timings").and_then(|timings| number(timings, "cache_n"))),
        answer: number(usage, "completion_tokens").unwrap_or(0),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn pieces_of_different_servers_are_read() {
        let text = |value| Piece::of(&value).text;
        assert_eq!(text(json!({"choices":[{"delta":{"content":"Hi"},"index":0}]})), "Hi");
        assert_eq!(text(json!({"choices":[{"message":{"role":"assistant","content":"Hi"}}]})), "Hi");
        assert_eq!(text(json!({"choices":[{"delta":{"content":[{"type":"text","text":"H"},{"text":"i"}]}}]})), "Hi");
        assert_eq!(text(json!({"choices":[{"text":"Hi"}]})), "Hi");
        for nothing in [json!({}), json!([]), json!({"choices":[]}), json!({"choices":[{"delta":null}]}), json!(3)] {
            assert_eq!(Piece::of(&nothing), Piece::default());
        }
        for thinking in ["reasoning", "reasoning_content"] {
            let piece = Piece::of(&json!({"choices":[{"delta":{"content":null, thinking: "hm"}}]}));
            assert!(piece.thinking && piece.text.is_empty());
        }
        assert!(!Piece::of(&json!({"choices":[{"delta":{"content":"a","reasoning":null}}]})).thinking);
        let usage = json!({"choices":[],"usage":{"prompt_tokens":9,"completion_tokens":2,"prompt_tokens_details":{"cached_tokens":4}}});
        assert_eq!(Piece::of(&usage).usage, Some(Usage { prompt: 9, cached: Some(4), answer: 2 }));
        assert_eq!(Piece::of(&json!({"error":"overloaded"})).error.unwrap().message, "overloaded");
    }
}
