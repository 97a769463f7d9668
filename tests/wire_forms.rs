//! Structured output against servers that know different forms of it, kept answers, and private names, on the wire.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod wire_support;

use std::sync::Arc;

use saywell::llm::catalogue::Form;
use saywell::llm::redact::{Private, Redacted};
use saywell::llm::replay::{Recorder, Replayer};
use saywell::llm::{Done, Format, Kind, Message, OpenAi, Permit, Provider, Request};
use serde_json::{Value, json};
use wire_support::*;

fn marks() -> Request {
    let schema = json!({"type": "object", "required": ["grade"], "properties": {"grade": {"type": "integer"}}});
    Request { format: Format::Json { name: "marks".into(), schema }, ..request() }
}

fn form_of(body: &Value) -> Form {
    match body["response_format"]["type"].as_str() {
        Some("json_schema") => Form::Schema,
        Some("json_object") => Form::Object,
        _ if body.get("json_schema").is_some() => Form::TopLevel,
        _ => Form::Words,
    }
}

/// A server that knows one form only, and does this with every other.
fn knows(form: Form, otherwise: fn() -> Vec<Step>) -> TestServer {
    TestServer::new(
        move |_, seen| {
            if form_of(&seen.body) == form { good("Here: ```json\n{\"grade\": 2}\n```") } else { otherwise() }
        },
    )
}

#[test]
fn the_form_that_works_is_found_and_remembered() {
    let refused = || refuse(400, "", r#"{"error":{"message":"unknown response_format"}}"#);
    let broken = || refuse(500, "", r#"{"error":{"message":"[{'loc': ('body', 'response_format', 'type')}]"}}"#);
    let passed_over = || good("She did well, I think.");
    for otherwise in [refused as fn() -> Vec<Step>, broken, passed_over] {
        for (n, form) in Form::ALL.into_iter().enumerate() {
            let server = knows(form, otherwise);
            let client = OpenAi::new(server.settings(), Permit::ThisComputer);
            let provider: Arc<dyn Provider> = Arc::new(client.clone());
            let (told, result) = ask(&provider, marks());
            result.unwrap();
            assert_eq!((told.text.as_str(), told.done), (r#"{"grade":2}"#, Some(Done::Stop)));
            assert_eq!((client.form(), server.connections()), (Some(form), n + 1));
            ask(&provider, marks()).1.unwrap();
            assert_eq!(server.connections(), n + 2, "it begins with what works");
        }
    }
}

#[test]
fn a_form_that_worked_another_time_comes_first_and_is_dropped_when_it_stops_working() {
    let refused = || refuse(400, "", r#"{"error":{"message":"unknown response_format"}}"#);
    let server = knows(Form::Object, refused);
    let client = OpenAi::knowing(server.settings(), Permit::ThisComputer, Some(Form::Object));
    let provider: Arc<dyn Provider> = Arc::new(client.clone());
    assert_eq!(client.form(), Some(Form::Object), "it is known before anything is asked");
    ask(&provider, marks()).1.unwrap();
    assert_eq!((client.form(), server.connections()), (Some(Form::Object), 1));

    // The server learnt something better, and forgot what it knew: all are tried again, the surest first.
    let server = knows(Form::Schema, refused);
    let client = OpenAi::knowing(server.settings(), Permit::ThisComputer, Some(Form::Words));
    ask(&(Arc::new(client.clone()) as Arc<dyn Provider>), marks()).1.unwrap();
    assert_eq!((client.form(), server.connections()), (Some(Form::Schema), 2));

    // Nothing works any more: nothing is to be kept.
    let server = TestServer::always(refused());
    let client = OpenAi::knowing(server.settings(), Permit::ThisComputer, Some(Form::TopLevel));
    assert!(ask(&(Arc::new(client.clone()) as Arc<dyn Provider>), marks()).1.is_err());
    assert_eq!((client.form(), server.connections()), (None, 5));

    // Trouble of another kind says nothing about the form.
    let server = TestServer::always(refuse(401, "", "{}"));
    let client = OpenAi::knowing(server.settings(), Permit::ThisComputer, Some(Form::Object));
    assert!(ask(&(Arc::new(client.clone()) as Arc<dyn Provider>), marks()).1.is_err());
    assert_eq!(client.form(), Some(Form::Object));
}

#[test]
fn a_model_that_keeps_to_no_form_is_told_so_once() {
    let server = TestServer::always(good("She did well."));
    let provider = server.provider();
    let (_, result) = ask(&provider, marks());
    assert_eq!(result.unwrap_err().kind, Kind::NotJson);
    assert_eq!(server.connections(), 5, "four forms and one more request");
    let last = &server.requests()[4].body["messages"];
    assert_eq!(last[2], json!({"role": "assistant", "content": "She did well."}));
    let better = TestServer::new(|n, _| good(if n == 4 { r#"{"grade":1}"# } else { "Hm." }));
    assert_eq!(ask(&better.provider(), marks()).0.text, r#"{"grade":1}"#);
}

#[test]
fn trouble_that_has_nothing_to_do_with_the_form_changes_no_form() {
    let server = TestServer::always(refuse(401, "", "{}"));
    let client = OpenAi::new(server.settings(), Permit::ThisComputer);
    let provider: Arc<dyn Provider> = Arc::new(client.clone());
    assert!(ask(&provider, marks()).1.is_err());
    assert_eq!((client.form(), server.connections()), (None, 1));
    // Half an object, as the limit of its length was reached: another form has no more room.
    let server = TestServer::always(stream(&[&words("{\"grade\":"), &finish("length"), DONE]));
    assert_eq!(ask(&server.provider(), marks()).1.unwrap_err().kind, Kind::NotJson);
    assert_eq!(server.connections(), 1);
}

#[test]
fn a_judge_gives_way_to_the_counterpart_and_asks_anew() {
    // The first request for an object is never answered; the next one is.
    let server = TestServer::new(|n, seen| match form_of(&seen.body) {
        Form::Words => good("Fine."),
        _ if n == 0 => vec![Step::Stall],
        _ => good(r#"{"grade":2}"#),
    });
    let mut settings = server.settings();
    settings.limits.first = std::time::Duration::from_secs(36_000);
    let provider: Arc<dyn Provider> = Arc::new(OpenAi::new(settings, Permit::ThisComputer));
    let judge = {
        let provider = Arc::clone(&provider);
        std::thread::spawn(move || ask(&provider, marks()))
    };
    while server.requests().is_empty() {
        std::thread::yield_now();
    }
    assert_eq!(ask(&provider, request()).0.text, "Fine.");
    server.hung_up.recv().unwrap();
    let (told, result) = judge.join().unwrap();
    result.unwrap();
    assert_eq!((told.text.as_str(), server.connections()), (r#"{"grade":2}"#, 3));
}

#[test]
fn a_kept_answer_is_given_to_the_same_request_and_to_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let server = TestServer::new(|n, _| {
        if n == 0 { stream(&[&words("Fi"), &words("ne."), &finish("length"), DONE]) } else { refuse(401, "", "") }
    });
    let recorder: Arc<dyn Provider> = Arc::new(Recorder::new(server.provider(), folder.path().to_owned()));
    assert_eq!(ask(&recorder, request()).0.text, "Fine.");
    assert!(ask(&recorder, Request { seed: Some(1), ..request() }).1.is_err());

    let replayer: Arc<dyn Provider> = Arc::new(Replayer::new(server.settings(), folder.path().to_owned()));
    let (told, _) = ask(&replayer, request());
    assert_eq!((told.text.as_str(), told.done), ("Fine.", Some(Done::Length)));
    for other in [
        Request { seed: Some(1), ..request() },
        Request { max_tokens: 61, ..request() },
        Request { messages: vec![Message::user("Could you do bedtime on Tuesday?")], ..request() },
        marks(),
    ] {
        assert!(matches!(ask(&replayer, other).1.unwrap_err().kind, Kind::NotRecorded(_)));
    }
    let mut another = server.settings();
    another.model = "large".into();
    let another: Arc<dyn Provider> = Arc::new(Replayer::new(another, folder.path().to_owned()));
    assert!(ask(&another, request()).1.is_err(), "another model is another answer");
    #[cfg(unix)]
    for entry in std::fs::read_dir(folder.path()).unwrap() {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(entry.unwrap().metadata().unwrap().permissions().mode() & 0o077, 0);
    }
}

#[test]
fn private_names_do_not_leave_and_come_back_in_the_answer() {
    // It says back what it was told, letter by letter.
    let server = TestServer::new(|_, seen| {
        let said = seen.body["messages"][1]["content"].as_str().unwrap().to_owned();
        let letters: Vec<String> = said.chars().map(|c| words(&c.to_string())).collect();
        let mut events: Vec<&str> = letters.iter().map(String::as_str).collect();
        events.extend([DONE]);
        stream(&events)
    });
    let private = Private { names: vec!["Jude".into(), "Ana\u{ef}s".into()], places: vec!["Leeds".into()] };
    let provider: Arc<dyn Provider> = Arc::new(Redacted::new(server.provider(), private));
    let text = "Jude, JUDE and jude's friend Ana\u{ef}s moved to Leeds. Judes stays.";
    let messages = vec![Message::system("You talk with Jude."), Message::user(text)];
    let (told, _) = ask(&provider, Request::text(messages, 60));
    assert_eq!(told.text, text);
    let sent = server.requests()[0].body.to_string();
    for word in ["Jude,", "JUDE", "jude'", "Ana", "Leeds"] {
        assert!(!sent.contains(word), "{word} in {sent}");
    }
    assert!(sent.contains("Judes stays"), "only whole words are private");
}
