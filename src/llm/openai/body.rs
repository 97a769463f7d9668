//! The body of a request, and what of it a server turned out not to know.

use serde_json::{Value, json};

use crate::llm::catalogue::{Form, Profile};
use crate::llm::fault::Fault;
use crate::llm::{Format, Kind, Message, Request, Role};

/// What is left out, or called by its other name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Without {
    temperature: bool,
    seed: bool,
    stream_options: bool,
    /// `max_completion_tokens` is its name, and not `max_tokens`.
    new_name: bool,
    /// Neither name is known.
    limit: bool,
}

impl Without {
    /// What is known beforehand.
    pub fn of(profile: &Profile) -> Self {
        Self { new_name: profile.max_tokens == "max_completion_tokens", ..Self::default() }
    }

    /// What is to be left out after this refusal; none where it names nothing that could be.
    pub fn learn(self, fault: &Fault) -> Option<Self> {
        let Kind::Rejected(400 | 422, _) = fault.kind else { return None };
        let names = |parameter: &str| fault.about.contains(parameter);
        let mut more = self;
        if !self.limit && (names("max_tokens") || names("max_completion_tokens")) {
            // Refusals name both: the one that is not known and the one to use. Each is tried once.
            if self.new_name == names("'max_completion_tokens' is not") || names("use 'max_completion_tokens'") {
                more.new_name = !self.new_name;
            }
            more.limit = more.new_name == self.new_name;
        } else if !self.temperature && names("temperature") {
            more.temperature = true;
        } else if !self.seed && names("seed") {
            more.seed = true;
        } else if !self.stream_options && (names("stream_options") || names("include_usage")) {
            more.stream_options = true;
        }
        (more != self).then_some(more)
    }
}

/// The body of a request to this model.
pub fn body(model: &str, request: &Request, without: Without, form: Form) -> Value {
    let mut body = json!({ "model": model, "messages": messages(request, form), "stream": true });
    let mut set = |name: &str, value: Value| body[name] = value;
    if !without.stream_options {
        set("stream_options", json!({ "include_usage": true }));
    }
    if !without.limit {
        set(if without.new_name { "max_completion_tokens" } else { "max_tokens" }, request.max_tokens.into());
    }
    if let Some(temperature) = request.temperature.filter(|_| !without.temperature) {
        // 0.7 as f32 would be sent as 0.699999988079071.
        set("temperature", ((f64::from(temperature) * 1000.0).round() / 1000.0).into());
    }
    if let Some(seed) = request.seed.filter(|_| !without.seed) {
        // Servers read it as a signed number.
        set("seed", (seed >> 1).into());
    }
    if let Format::Json { name, schema } = &request.format {
        match form {
            Form::Schema => set(
                "response_format",
                json!({ "type": "json_schema", "json_schema": { "name": name, "schema": schema, "strict": true } }),
            ),
            Form::TopLevel => set("json_schema", schema.clone()),
            Form::Object => set("response_format", json!({ "type": "json_object" })),
            Form::Words => {}
        }
    }
    body
}

/// The messages; where the server is not handed the schema, it stands in words at the end of the first one.
fn messages(request: &Request, form: Form) -> Vec<Message> {
    let mut messages = request.messages.clone();
    let Format::Json { schema, .. } = &request.format else { return messages };
    if form < Form::Object {
        return messages;
    }
    let words = format!("Answer with one JSON object and nothing else. It has to fit this JSON schema:\n{schema}");
    match messages.first_mut().filter(|first| first.role == Role::System) {
        Some(first) => first.content = format!("{}\n\n{words}", first.content),
        None => messages.insert(0, Message::system(words)),
    }
    messages
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request() -> Request {
        Request { temperature: Some(0.7), seed: Some(4), ..Request::text(vec![Message::user("hi")], 60) }
    }

    fn refusal(about: &str) -> Fault {
        Fault { about: about.to_lowercase(), ..Kind::Rejected(400, String::new()).into() }
    }

    #[test]
    fn what_a_server_does_not_know_is_left_out_once_and_for_all() {
        let mut without = Without::default();
        for (about, gone) in [
            ("Unsupported value: 'temperature' does not support 0.7", "temperature"),
            (
                "Unsupported parameter: 'max_tokens' is not supported. Use 'max_completion_tokens' instead.",
                "max_tokens",
            ),
            ("extra fields not permitted: stream_options", "stream_options"),
            ("unknown field seed", "seed"),
        ] {
            assert!(body("m", &request(), without, Form::Schema).get(gone).is_some(), "{gone}");
            without = without.learn(&refusal(about)).unwrap();
            assert!(body("m", &request(), without, Form::Schema).get(gone).is_none(), "{gone}");
            assert_eq!(without.learn(&refusal("something else is wrong")), None);
        }
        assert_eq!(body("m", &request(), without, Form::Schema)["max_completion_tokens"], 60);
        let neither = without.learn(&refusal("unknown parameter max_completion_tokens")).unwrap();
        assert_eq!(neither.learn(&refusal("max_tokens")), None, "it ends");
        let body = body("m", &request(), neither, Form::Schema);
        assert!(body.get("max_completion_tokens").is_none() && body.get("max_tokens").is_none());
    }

    #[test]
    fn each_form_says_what_is_wanted_in_its_own_way() {
        let schema = json!({ "type": "object" });
        let format = Format::Json { name: "marks".into(), schema: schema.clone() };
        let request = Request { format, messages: vec![Message::system("Judge."), Message::user("hi")], ..request() };
        let body = |form| body("m", &request, Without::default(), form);
        assert_eq!(body(Form::Schema)["response_format"]["json_schema"]["schema"], schema);
        assert_eq!(body(Form::TopLevel)["json_schema"], schema);
        assert_eq!(body(Form::Object)["response_format"]["type"], "json_object");
        for form in [Form::Object, Form::Words] {
            let first = body(form)["messages"][0]["content"].as_str().unwrap().to_owned();
            assert!(first.starts_with("Judge.") && first.contains(r#"{"type":"object"}"#), "{first}");
        }
        assert_eq!(body(Form::Schema)["messages"][0]["content"], "Judge.");
        assert_eq!(body(Form::Words).get("response_format"), None);
        assert_eq!(body(Form::Words)["temperature"], 0.7);
    }
}
