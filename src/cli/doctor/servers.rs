//! The servers with language models: those of the settings, and those that answer on their usual ports. The latter are
//! offered and never chosen. None of the user's words is sent, only a fixed sentence.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{Ground, Line, State};
use crate::llm::catalogue::PROFILES;
use crate::llm::{Chunk, Engine, Error, Format, Kind, Limits, Message, OpenAi, Permit, Provider as _, Request, Server};
use crate::runtime::{Stop, forms};

/// How long a server may take for its list of models.
const LIST_WAIT: Duration = Duration::from_secs(10);
/// How long one on this computer may take to show that it is there.
const PROBE_WAIT: Duration = Duration::from_millis(800);
/// How many models are named.
const NAMED: usize = 12;

/// The tokens of thirty replies at most: of the requests and of the answers.
const THIRTY: (f64, f64) = (96_000.0, 6_000.0);

/// What is said to a model to see whether it answers.
const HELLO: &str = "Say hello in one short sentence.";

/// The servers of the settings.
pub fn chosen(ground: &Ground, line: &mut dyn FnMut(Line)) {
    let none = BTreeMap::new();
    let servers = ground.config.as_ref().map_or(&none, |config| &config.servers);
    if servers.is_empty() {
        return line(Line::new(State::Good, "none in the settings; the script plays the other person"));
    }
    if ground.offline {
        line(Line::new(State::Note, "connections are off (--offline): no server was asked"));
        let store = ground.store.borrow();
        let Some(Ok(store)) = store.as_ref() else { return };
        for server in servers.values() {
            if let Some(form) = forms::kept(store, server) {
                let found = format!("{}: structured answers worked another time ({})", server.name, form.as_str());
                line(Line::new(State::Note, found));
            }
        }
        return;
    }
    let engine = Engine::default();
    for server in servers.values() {
        let used = ground.config.as_ref().is_ok_and(|config| {
            [&config.counterpart, &config.judge].into_iter().any(|name| name.as_deref() == Some(server.name.as_str()))
        });
        look_at(&engine, server, used, ground, line);
    }
}

fn look_at(engine: &Engine, server: &Server, used: bool, ground: &Ground, line: &mut dyn FnMut(Line)) {
    let client = OpenAi::new(server.clone(), Permit::Host(server.host().to_owned()));
    let name = &server.name;
    let failed = |what: &str, error: &Error| {
        let state = if used { State::Unreachable } else { State::Note };
        Line::new(state, format!("{name}: {what}")).mend(error.to_string())
    };
    let models = get(engine, &client, "models", LIST_WAIT);
    let list = match &models {
        Ok(value) => names(value),
        Err(Error { kind: Kind::WrongAddress(_), .. }) => Vec::new(),
        Err(error) => return line(failed(&format!("no answer from {}", server.base_url), error)),
    };
    let here = if server.is_local() { "on this computer" } else { "on another computer" };
    line(Line::new(State::Good, format!("{name}: {} answers at {}, {here}", server.profile().name, server.base_url)));
    if list.is_empty() {
        line(Line::new(State::Note, format!("{name}: it does not say which models it has")));
    } else if list.contains(&server.model) {
        line(Line::new(State::Good, format!("{name}: it has the model '{}'", server.model)));
    } else {
        line(
            Line::new(State::Bad, format!("{name}: it has no model '{}'", server.model))
                .mend(format!("Set model to one of these: {}", some(&list))),
        );
        return;
    }
    match round_trip(engine, &client) {
        Ok(words) => line(Line::new(State::Good, format!("{name}: {words}"))),
        Err(error) => return line(failed("it did not answer a short request", &error)),
    }
    line(form(engine, &client, ground));
    let said = server.profile().context_at.and_then(|path| get(engine, &client, path, LIST_WAIT).ok());
    let context = said.iter().chain(&models).find_map(|value| context(value, &server.model));
    line(room(server, context));
    if let Some((request, answer)) = server.price {
        let cost = (THIRTY.0 * request + THIRTY.1 * answer) / 1e6;
        line(Line::new(
            State::Note,
            format!("{name}: thirty replies cost about {cost:.3} at the prices in the settings"),
        ));
    }
}

fn round_trip(engine: &Engine, client: &OpenAi) -> Result<String, Error> {
    let request = Request::text(vec![Message::user(HELLO)], 400);
    let begun = Instant::now();
    let mut first = None;
    engine.ask(Arc::new(client.clone()), request, &Stop::default(), &mut |chunk| {
        if matches!(chunk, Chunk::Text(_)) && first.is_none() {
            first = Some(begun.elapsed());
        }
    })?;
    let (first, whole) = (first.unwrap_or_default().as_secs_f64(), begun.elapsed().as_secs_f64());
    Ok(format!("a short request took {whole:.1} s, the first words {first:.1} s"))
}

/// Which form of structured output works: for a judge, and for hints. It is found out from the surest form on and kept, so that
/// no rehearsal has to.
fn form(engine: &Engine, client: &OpenAi, ground: &Ground) -> Line {
    let schema = json!({
        "type": "object",
        "properties": { "greeting": { "type": "string" } },
        "required": ["greeting"],
        "additionalProperties": false,
    });
    let format = Format::Json { name: "hello".to_owned(), schema };
    let request = Request { format, ..Request::text(vec![Message::user(HELLO)], 400) };
    let server = client.server();
    let name = &server.name;
    let asked = engine.answer(Arc::new(client.clone()), request, &Stop::default());
    let now = client.form();
    let mut remembered = String::new();
    if let Some(Ok(store)) = ground.store.borrow_mut().as_mut() {
        let before = forms::kept(store, server).filter(|before| Some(*before) != now);
        if forms::keep(store, server, now).is_ok() {
            remembered = match (before, now) {
                (Some(before), Some(_)) => format!("; remembered, in the place of {}", before.as_str()),
                (Some(before), None) => format!(" any more; {} is forgotten", before.as_str()),
                (None, Some(_)) => "; remembered".to_owned(),
                (None, None) => String::new(),
            };
        }
    }
    match (asked, now) {
        (Ok(_), Some(form)) => {
            Line::new(State::Good, format!("{name}: structured answers work ({}{remembered})", form.as_str()))
        }
        (asked, _) => {
            let why = asked.err().map_or_else(String::new, |error| format!(": {error}"));
            Line::new(State::Note, format!("{name}: structured answers do not work{remembered}"))
                .mend(format!("As a counterpart it can be used, as a judge or coach hardly{why}"))
        }
    }
}

/// How much the model takes in, against the settings.
fn room(server: &Server, said: Option<u32>) -> Line {
    let name = &server.name;
    match (server.context, said) {
        (Some(set), Some(said)) if set > said => {
            Line::new(State::Bad, format!("{name}: context is set to {set} tokens, and the server takes in {said}"))
                .mend(format!("Set context = {said} in [servers.{name}], or start the server with more."))
        }
        (Some(set), _) => Line::new(State::Good, format!("{name}: context is {set} tokens")),
        (None, Some(said)) => {
            Line::new(State::Good, format!("{name}: the server takes in {said} tokens; 4096 are used"))
                .mend(format!("context = {said} in [servers.{name}] uses them."))
        }
        (None, None) => {
            Line::new(State::Note, format!("{name}: how much it takes in is not known; 4096 tokens are used"))
        }
    }
}

/// Servers that answer on their usual ports and are not in the settings.
pub fn found(ground: &Ground, line: &mut dyn FnMut(Line)) {
    if ground.offline {
        return line(Line::new(State::Note, "connections are off (--offline): nothing was looked for"));
    }
    let known: Vec<String> = ground.config.iter().flat_map(|c| c.servers.values()).map(Server::place).collect();
    let engine = Engine::default();
    let mut any = false;
    for profile in PROFILES.iter().filter(|profile| profile.port.is_some()) {
        let Ok(mut server) = Server::new(profile.name, profile.base_url, "") else { continue };
        let port = profile.port.unwrap_or_default();
        if known.iter().any(|place| place.ends_with(&format!(":{port}"))) {
            continue;
        }
        server.limits = Limits { connect: PROBE_WAIT, ..Limits::default() };
        let client = OpenAi::new(server, Permit::ThisComputer);
        let Ok(list) = get(&engine, &client, "models", PROBE_WAIT).map(|value| names(&value)) else { continue };
        any = true;
        let model = list.first().map_or("NAME", String::as_str);
        let entry = format!("[servers.local]\nbase_url = \"{}\"\nmodel = \"{model}\"", profile.base_url);
        let what = format!("a server like {} at {}; models: {}", profile.name, profile.base_url, some(&list));
        line(
            Line::new(State::Note, what)
                .mend(format!("To use it, add this to the settings, and counterpart = \"local\" above it:\n{entry}")),
        );
    }
    if !any {
        line(Line::new(State::Good, "no other server on the usual ports; docs/models.md says how to run one"));
    }
}

fn get(engine: &Engine, client: &OpenAi, path: &str, longest: Duration) -> Result<Value, Error> {
    let (asking, path) = (client.clone(), path.to_owned());
    let answer = engine.run(async move { asking.get(&path).await }, longest);
    let server = &client.server().name;
    answer.unwrap_or_else(|| Err(Kind::Slow(longest.as_secs()).at(server)))
}

/// The models of a list.
fn names(list: &Value) -> Vec<String> {
    let entries = list.get("data").or_else(|| list.get("models")).and_then(Value::as_array);
    let name =
        |entry: &Value| ["id", "name", "model"].iter().find_map(|key| entry.get(key)?.as_str().map(str::to_owned));
    entries.into_iter().flatten().filter_map(name).collect()
}

fn some(names: &[String]) -> String {
    let shown = names.iter().take(NAMED).map(String::as_str).collect::<Vec<_>>().join(", ");
    match names.len() {
        0 => "none".to_owned(),
        n if n > NAMED => format!("{shown} and {} more", n - NAMED),
        _ => shown,
    }
}

/// How many tokens a model takes in, from what a server says of it: a list of models, or a page of its own.
fn context(value: &Value, model: &str) -> Option<u32> {
    const NAMES: [&str; 7] = [
        "loaded_context_length",
        "max_model_len",
        "context_length",
        "context_window",
        "max_context_length",
        "n_ctx",
        "n_ctx_train",
    ];
    let number = |value: &Value| NAMES.iter().find_map(|name| value.get(name)?.as_u64());
    let is_it = |entry: &&Value| ["id", "name", "model"].iter().any(|key| entry.get(key).is_some_and(|v| v == model));
    let entries = value.get("data").or_else(|| value.get("models")).and_then(Value::as_array);
    let entry = entries.into_iter().flatten().find(is_it);
    let of_entry = entry.and_then(|entry| number(entry).or_else(|| entry.get("meta").and_then(number)));
    let of_page = || value.get("default_generation_settings").and_then(number).or_else(|| number(value));
    of_entry.or_else(of_page).and_then(|tokens| u32::try_from(tokens).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_and_contexts_of_different_servers_are_read() {
        let vllm = json!({"data": [{"id": "a", "max_model_len": 8192}, {"id": "b"}]});
        assert_eq!(names(&vllm), ["a", "b"]);
        assert_eq!((context(&vllm, "a"), context(&vllm, "b")), (Some(8192), None));
        let llama = json!({"default_generation_settings": {"n_ctx": 4096}});
        assert_eq!(context(&llama, "any"), Some(4096));
        let ollama = json!({"models": [{"name": "tiny", "context_length": 2048}]});
        assert_eq!((names(&ollama), context(&ollama, "tiny")), (vec!["tiny".to_owned()], Some(2048)));
        assert_eq!(context(&json!({"data": [{"id": "a", "meta": {"n_ctx_train": 131_072}}]}), "a"), Some(131_072));
        assert!(names(&json!(["x"])).is_empty());
    }
}
