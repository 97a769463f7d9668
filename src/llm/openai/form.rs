//! Structured output: from the form that a server is sure to keep to, down to asking in words. What works is remembered.

use std::pin::pin;

use futures_util::future::{Either, select};
use serde_json::Value;

use super::{Talk, Words};
use crate::llm::fault::Fault;
use crate::llm::{Chunk, Done, Kind, Message, Request};

/// What is said to a model that answered in another form, once.
const AGAIN: &str = "That was not the JSON object that was asked for. Answer again with that object and nothing else.";

impl Talk<'_> {
    /// Ask for JSON, and tell it when it is whole and has the keys it needs.
    pub(super) async fn json(&self, request: &Request, schema: &Value) -> Result<(), Kind> {
        let mut request = request.clone();
        let mut asked_again = false;
        loop {
            let form = self.inner.learnt().form;
            let another = || {
                // Who asked beside us may have found it out already.
                let mut learnt = self.inner.learnt();
                learnt.form != form || learnt.failed(self.inner.server.profile().form)
            };
            let mut text = String::new();
            let result = self.behind(&request, &mut text).await;
            let kind = match result {
                Ok(done) => {
                    if let Some(object) = object(&text, schema) {
                        self.inner.learnt().worked(form);
                        self.tell(Chunk::Text(object.to_string())).await;
                        self.tell(Chunk::Done(Done::Stop)).await;
                        return Ok(());
                    }
                    match done {
                        Done::Stop => Kind::NotJson,
                        // Another form would not have had more room.
                        Done::Length => return Err(Kind::NotJson),
                        Done::Incomplete(error) => return Err(error.kind),
                    }
                }
                Err(fault) => fault.kind,
            };
            // What a server does not know it refuses, or passes over and answers as it likes.
            let unknown = matches!(kind, Kind::NotJson | Kind::Rejected(..));
            if !unknown {
                // Some fail over it and do not say why: another form may do better the next time.
                if matches!(kind, Kind::Failing(500, _)) {
                    another();
                }
                return Err(kind);
            }
            // In the last form, once more with the reason, before it is given up.
            if kind == Kind::NotJson && form.next().is_none() && !asked_again {
                asked_again = true;
                request.messages.push(Message::assistant(text));
                request.messages.push(Message::user(AGAIN));
            } else if !another() {
                return Err(kind);
            }
        }
    }
}

impl Talk<'_> {
    /// One request behind all requests for text. A server on this computer often does one thing at a time, and some drop what
    /// they are at when something new comes: a judge must not take the counterpart's words away, so it gives way and asks anew.
    async fn behind(&self, request: &Request, text: &mut String) -> Result<Done, Fault> {
        if !self.inner.server.is_local() {
            return self.tried(request, &mut Words::Keep(text)).await;
        }
        let mut talking = self.inner.talking.subscribe();
        loop {
            // The sender lives as long as this request.
            let _ = talking.wait_for(|count| *count == 0).await;
            text.clear();
            let mut words = Words::Keep(text);
            let asked = pin!(self.tried(request, &mut words));
            // Any change: an answer may have come and gone before we are awake again.
            let other = pin!(talking.changed());
            if let Either::Left((result, _)) = select(asked, other).await {
                return result;
            }
        }
    }
}

/// The first JSON object in a text that has all the keys which the schema requires.
fn object(text: &str, schema: &Value) -> Option<Value> {
    let required: Vec<&str> =
        schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
    // A text of nothing but braces would be read over and over.
    text.match_indices('{').take(64).find_map(|(at, _)| {
        let value: Value = serde_json::Deserializer::from_str(&text[at..]).into_iter().next()?.ok()?;
        (value.is_object() && required.iter().all(|key| value.get(key).is_some())).then_some(value)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_object_is_found_among_words() {
        let schema = json!({ "type": "object", "required": ["a"] });
        let found = |text| object(text, &schema);
        assert_eq!(found(r#"{"a":1}"#), Some(json!({"a":1})));
        assert_eq!(found("Sure! {here} you go:\n```json\n{\"a\": {\"b\": 2}}\n```"), Some(json!({"a":{"b":2}})));
        assert_eq!(found(r#"{"b":1} then {"a":2}"#), Some(json!({"a":2})));
        for nothing in ["", "no", "{", r#"{"a":"#, "[1]", r#"{"b":1}"#] {
            assert_eq!(found(nothing), None, "{nothing}");
        }
        assert_eq!(object(&"{".repeat(100_000), &schema), None);
    }
}
