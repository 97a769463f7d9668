//! What servers do wrong, and what comes of it: `llm` against a server that does it. The numbers are those of the list of
//! faults that are to be survived.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod wire_support;

use std::sync::Arc;
use std::time::Duration;

use saywell::llm::keys::KeySource;
use saywell::llm::{Chunk, Done, Error, Kind, OpenAi, Permit, Provider, Server, Unsafe, Usage};
use saywell::runtime::Stop;
use serde_json::json;
use wire_support::*;

/// The error that a server with these steps leads to, and how often it was asked.
fn fails(steps: Vec<Step>) -> (Kind, usize) {
    let server = TestServer::always(steps);
    let (told, result) = ask(&server.provider(), request());
    assert_eq!(told.text, "", "no words come with an error");
    (result.unwrap_err().kind, server.connections())
}

/// The words and the end that come of a server with these steps.
fn ends(steps: Vec<Step>) -> (String, Done) {
    let server = TestServer::always(steps);
    let (told, result) = ask(&server.provider(), request());
    result.unwrap();
    assert_eq!(server.connections(), 1, "nothing is tried again after words came");
    (told.text, told.done.unwrap())
}

fn broke(done: Done) -> Kind {
    match done {
        Done::Incomplete(Error { kind, .. }) => kind,
        other => panic!("it is said to be whole: {other:?}"),
    }
}

#[test]
fn a_good_answer_and_what_was_sent_for_it() {
    let usage = event(&json!({"choices": [], "usage": {"prompt_tokens": 12, "completion_tokens": 3}}));
    let server = TestServer::always(stream(&[&words("Tues"), &words("day? Fine."), &finish("stop"), &usage, DONE]));
    let (told, _) = ask(&server.provider(), saywell::llm::Request { temperature: Some(0.7), ..request() });
    assert_eq!((told.text.as_str(), told.done), ("Tuesday? Fine.", Some(Done::Stop)));
    assert_eq!(told.usage, Some(Usage { prompt: 12, cached: None, answer: 3 }));
    let sent = &server.requests()[0];
    assert!(sent.head.starts_with("POST /v1/chat/completions HTTP/1.1"), "{}", sent.head);
    assert_eq!(sent.body["model"], "tiny");
    assert_eq!((&sent.body["stream"], &sent.body["max_tokens"]), (&json!(true), &json!(60)));
    assert_eq!(sent.body["temperature"], json!(0.7));
    assert_eq!(sent.body["messages"][1], json!({"role": "user", "content": "Could you do bedtime on Tuesday?"}));
    assert_eq!(sent.header("authorization"), None, "there is no key");
}

#[test]
fn fault_1_a_pause_that_is_asked_for_is_counted_down_and_can_be_cancelled() {
    let server = TestServer::always(refuse(429, "retry-after: 40\r\n", "{}"));
    let stop = Stop::default();
    let (told, result) = ask_until(&server.provider(), request(), &stop, |chunk| {
        if matches!(chunk, Chunk::Waiting(_)) {
            stop.set();
        }
    });
    assert_eq!(result.unwrap_err().kind, Kind::Stopped);
    let wait = &told.waits[0];
    assert_eq!((wait.seconds, wait.attempt, wait.attempts), (40, 2, 3));
    assert_eq!(wait.why.kind, Kind::Busy(Some(40)));
    assert_eq!(server.connections(), 1);
}

#[test]
fn fault_1_a_date_is_understood_and_the_next_try_goes_well() {
    let date = "Sun, 06 Nov 1994 08:49:37 GMT";
    let server = TestServer::new(move |n, _| match n {
        0 => refuse(429, &format!("retry-after: {date}\r\ndate: {date}\r\n"), "{}"),
        _ => good("Fine."),
    });
    let (told, _) = ask(&server.provider(), request());
    assert_eq!((told.text.as_str(), server.connections()), ("Fine.", 2));
}

#[test]
fn fault_1_a_pause_of_more_than_a_minute_is_not_waited_for_and_the_server_is_left_alone() {
    let server = TestServer::always(refuse(429, "retry-after: 120\r\n", "{}"));
    let provider = server.provider();
    let (told, result) = ask(&provider, request());
    assert_eq!((result.unwrap_err().kind, told.waits.len()), (Kind::Busy(Some(120)), 0));
    let (_, again) = ask(&provider, request());
    assert!(matches!(again.unwrap_err().kind, Kind::Resting(seconds) if (60..=120).contains(&seconds)));
    assert_eq!(server.connections(), 1);
}

#[test]
fn fault_2_and_3_three_tries_then_the_server_is_left_alone() {
    for status in [429, 500, 502, 503, 504, 408] {
        let server = TestServer::always(refuse(status, "", r#"{"error":{"message":"overloaded"}}"#));
        let provider = server.provider();
        let (told, result) = ask(&provider, request());
        let expected = if status == 429 { Kind::Busy(None) } else { Kind::Failing(status, "overloaded".into()) };
        assert_eq!(result.unwrap_err().kind, expected);
        assert_eq!(server.connections(), 3, "{status}");
        let attempts: Vec<u32> = told.waits.iter().map(|wait| wait.attempt).collect();
        assert_eq!(attempts, [2, 3], "{status}");
        let (_, again) = ask(&provider, request());
        assert!(matches!(again.unwrap_err().kind, Kind::Resting(_)));
        assert_eq!(server.connections(), 3, "{status}: no socket is opened while it rests");
    }
}

#[test]
fn a_storm_that_passes_leaves_no_trace() {
    let server = TestServer::new(|n, _| if n < 2 { refuse(503, "", "") } else { good("Fine.") });
    let provider = server.provider();
    for _ in 0..2 {
        let (told, result) = ask(&provider, request());
        assert!(result.is_ok() && told.text == "Fine.");
    }
    assert_eq!(server.connections(), 4);
}

#[test]
fn a_model_that_is_being_loaded_is_waited_for() {
    let loading = r#"{"error":{"code":503,"message":"Loading model","type":"unavailable_error"}}"#;
    let server =
        TestServer::new(|n, _| if n < 4 { refuse(503, "retry-after-ms: 2\r\n", loading) } else { good("Fine.") });
    let (told, _) = ask(&server.provider(), request());
    assert_eq!((told.text.as_str(), server.connections()), ("Fine.", 5));
    assert!(told.waits.iter().all(|wait| wait.why.kind == Kind::Loading));
}

#[test]
fn fault_4_a_refused_key_is_not_tried_again_and_never_shown() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key");
    std::fs::write(&path, "top-secret-key\n").unwrap();
    #[cfg(unix)]
    std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    for status in [401, 403] {
        let server = TestServer::always(refuse(status, "", r#"{"error":{"message":"no: top-secret-key"}}"#));
        let mut settings = server.settings();
        settings.key = Some(KeySource::File(path.clone()));
        let provider = OpenAi::new(settings, Permit::ThisComputer);
        assert!(!format!("{provider:?}").contains("top-secret"), "nor in what is logged");
        let provider: Arc<dyn Provider> = Arc::new(provider);
        let (_, result) = ask(&provider, request());
        let words = result.unwrap_err().to_string();
        assert!(words.contains(&path.display().to_string()) && !words.contains("top-secret"), "{words}");
        assert_eq!(server.connections(), 1);
        assert_eq!(server.requests()[0].header("authorization"), Some("Bearer top-secret-key"));
        assert!(!format!("{provider:?}").contains("top-secret"));
    }
}

#[cfg(unix)]
#[test]
fn a_key_that_others_may_read_is_not_used() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key");
    std::fs::write(&path, "top-secret-key").unwrap();
    std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o644)).unwrap();
    let server = TestServer::always(good("Fine."));
    let mut settings = server.settings();
    settings.key = Some(KeySource::File(path));
    let provider: Arc<dyn Provider> = Arc::new(OpenAi::new(settings, Permit::ThisComputer));
    let words = ask(&provider, request()).1.unwrap_err().to_string();
    assert!(words.contains("chmod 600") && !words.contains("top-secret"), "{words}");
    assert_eq!(server.connections(), 0);
}

#[test]
fn what_will_not_change_is_asked_once() {
    for (status, body, expected) in [
        (400, r#"{"error":{"code":"context_length_exceeded","message":"too long"}}"#, Kind::TooLong),
        (
            404,
            r#"{"error":{"code":"model_not_found","message":"The model does not exist"}}"#,
            Kind::NoModel("tiny".into()),
        ),
        (413, "", Kind::TooLarge),
        (402, "", Kind::NoCredit),
        (400, "what?", Kind::Rejected(400, "what?".into())),
    ] {
        assert_eq!(fails(refuse(status, "", body)), (expected, 1), "{status}");
    }
}

#[test]
fn fault_6_a_web_page_is_no_model() {
    let page = "<!doctype html><html><body>Welcome to your router</body></html>";
    assert_eq!(fails(refuse(200, "content-type: text/html\r\n", page)), (Kind::NotAModel("a web page"), 1));
    assert_eq!(fails(refuse(502, "", page)), (Kind::Failing(502, "it sent a web page".into()), 3));
    assert_eq!(fails(refuse(200, "", r#"{"hello":"world"}"#)), (Kind::NotAModel("something else"), 1));
}

#[test]
fn fault_7_no_answer_at_all() {
    let server = TestServer::always(vec![Step::Stall]);
    let (_, result) = ask(&server.provider(), request());
    assert!(matches!(result.unwrap_err().kind, Kind::Slow(_)));
    server.hung_up.recv().unwrap();
    assert_eq!(server.connections(), 1, "whoever was slow once is not asked again at once");
}

#[test]
fn fault_7_an_answer_that_begins_and_then_says_nothing() {
    let role = event(&json!({"choices": [{"delta": {"role": "assistant", "content": ""}}]}));
    let (kind, asked) = fails(vec![head(), Step::Send(role.into_bytes()), Step::Stall]);
    assert!(matches!(kind, Kind::Slow(_)) && asked == 1, "{kind:?}");
}

#[test]
fn fault_8_a_stall_keeps_what_came() {
    let server = TestServer::always(vec![head(), Step::Send(words("I was go").into_bytes()), Step::Stall]);
    let (told, result) = ask(&server.provider(), request());
    result.unwrap();
    assert_eq!(told.text, "I was go");
    assert!(matches!(broke(told.done.unwrap()), Kind::Stalled(_)));
    server.hung_up.recv().unwrap();
}

#[test]
fn fault_9_comments_that_keep_a_connection_open_are_no_answer() {
    let comments = || Step::Drip(b": keep-alive\n\n".to_vec());
    let (kind, _) = fails(vec![head(), comments()]);
    assert!(matches!(kind, Kind::Slow(_)), "{kind:?}");
    let (text, done) = ends(vec![head(), Step::Send(words("Well").into_bytes()), comments()]);
    assert!(text == "Well" && matches!(broke(done), Kind::Stalled(_)));
}

#[test]
fn fault_10_a_cut_keeps_what_came() {
    let head = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-length: 9999\r\n\r\n".to_vec();
    let (text, done) = ends(vec![Step::Send(head.clone()), Step::Send(words("I was go").into_bytes()), Step::Break]);
    assert_eq!((text.as_str(), broke(done)), ("I was go", Kind::Cut));
    // Before any words it is tried again.
    assert_eq!(fails(vec![Step::Send(head), Step::Break]), (Kind::Cut, 3));
    assert_eq!(fails(vec![Step::Break]), (Kind::Cut, 3));
}

#[test]
fn fault_11_an_end_that_is_not_marked_is_no_end() {
    let (text, done) = ends(stream(&[&words("I was go")]));
    assert_eq!((text.as_str(), broke(done)), ("I was go", Kind::Unfinished));
    assert_eq!(ends(stream(&[&words("Fine."), &finish("stop")])), ("Fine.".into(), Done::Stop), "one mark is enough");
    assert_eq!(ends(stream(&[&words("Fine."), DONE])), ("Fine.".into(), Done::Stop), "either of them");
}

#[test]
fn a_server_that_never_hangs_up_after_its_last_words() {
    let all = [words("Fine."), finish("stop")].concat();
    assert_eq!(ends(vec![head(), Step::Send(all.into_bytes()), Step::Stall]), ("Fine.".into(), Done::Stop));
}

#[test]
fn fault_12_what_cannot_be_read_is_an_error() {
    assert_eq!(fails(stream(&["data: {\"choi\n\n", &words("Fine."), DONE])), (Kind::Garbled, 1));
    let (text, done) = ends(stream(&[&words("Fi"), "data: nonsense\n\n", &words("ne."), DONE]));
    assert_eq!((text.as_str(), broke(done)), ("Fi", Kind::Garbled));
    assert_eq!(fails(refuse(200, "", "{\"choices\": [")), (Kind::Garbled, 1));
}

#[test]
fn fault_13_an_error_in_the_stream_is_an_error() {
    let error = event(&json!({"error": {"message": "out of memory", "code": 500}}));
    assert_eq!(fails(stream(&[&error, DONE])), (Kind::Said("out of memory".into()), 1));
    let (text, done) = ends(stream(&[&words("Fi"), &error, &words("ne."), DONE]));
    assert_eq!((text.as_str(), broke(done)), ("Fi", Kind::Said("out of memory".into())));
}

#[test]
fn fault_14_the_same_text_however_it_is_cut() {
    let text = "Ça va\u{2026} \u{1f62e}\u{200d}\u{1f4a8} \"no\" \\ \u{4f60}\u{597d}";
    let pieces: String = text.chars().map(|c| words(&c.to_string())).collect();
    let body = format!("\u{feff}: hi\r\n\r\n{pieces}{}{DONE}", finish("stop")).replace("}]}\n\n", "}]}\r\n\r\n");
    assert_eq!(ends(byte_by_byte(&body)), (text.into(), Done::Stop));
}

#[test]
fn fault_15_an_endless_answer_is_cut_off() {
    let line = words(&"word ".repeat(100));
    for endless in [
        line.clone().into_bytes(),
        event(&json!({"choices": [{"delta": {"reasoning_content": "hm ".repeat(1000)}}]})).into_bytes(),
        vec![b'x'; 4096],
        vec![b' '; 4096],
    ] {
        let server = TestServer::always(vec![head(), Step::Send(b"data: ".to_vec()), Step::Forever(endless.clone())]);
        let (told, _) = ask(&server.provider(), request());
        let limits = short();
        assert!(told.text.len() <= limits.text);
        let sent = server.hung_up.recv().unwrap();
        // What was on its way when the client hung up comes on top.
        assert!(sent < limits.bytes + (16 << 20), "{sent} bytes were taken in");
    }
    let server = TestServer::always(vec![head(), Step::Forever(line.into_bytes())]);
    let (told, _) = ask(&server.provider(), request());
    assert_eq!((told.text.len(), told.done), (short().text, Some(Done::Length)));
}

#[test]
fn fault_15_ten_megabytes_at_once() {
    let whole = json!({"choices": [{"message": {"content": "x".repeat(10 << 20)}}]}).to_string();
    let server = TestServer::always(refuse(200, "", &whole));
    assert_eq!(ask(&server.patient(), request()).1.unwrap_err().kind, Kind::Garbled);
    let server = TestServer::always(stream(&[&words("Hm."), &words(&"x".repeat(10 << 20)), DONE]));
    let (told, _) = ask(&server.patient(), request());
    assert_eq!((told.text.as_str(), told.done), ("Hm.", Some(Done::Length)));
}

#[test]
fn fault_16_an_empty_answer_is_an_error() {
    assert_eq!(fails(stream(&[&finish("stop"), DONE])), (Kind::Empty, 1));
    assert_eq!(fails(stream(&[&words("  \n"), &finish("stop"), DONE])), (Kind::Empty, 1));
    assert_eq!(
        fails(refuse(200, "", r#"{"choices":[{"message":{"content":null},"finish_reason":"stop"}]}"#)),
        (Kind::Empty, 1)
    );
    // Not even a reason: it was broken off, and another try may do.
    assert_eq!(fails(stream(&[DONE])), (Kind::Cut, 3));
}

#[test]
fn reasoning_is_never_said() {
    let thinks = |name: &str| event(&json!({"choices": [{"delta": {name: "She is angry."}}]}));
    for name in ["reasoning", "reasoning_content"] {
        assert_eq!(fails(stream(&[&thinks(name), &finish("length"), DONE])), (Kind::OnlyThinking, 1));
        assert_eq!(
            ends(stream(&[&thinks(name), &words("Fine."), &finish("stop"), DONE])),
            ("Fine.".into(), Done::Stop)
        );
    }
    let tagged = [words("<thi"), words("nk>She is"), words(" angry</thi"), words("nk>\n\nFi"), words("ne.")].concat();
    assert_eq!(ends(stream(&[&tagged, &finish("stop"), DONE])), ("Fine.".into(), Done::Stop));
    assert_eq!(fails(stream(&[&words("<think>She"), &finish("stop"), DONE])), (Kind::OnlyThinking, 1));
}

#[test]
fn an_answer_at_its_limit_says_so() {
    assert_eq!(ends(stream(&[&words("And then I"), &finish("length"), DONE])), ("And then I".into(), Done::Length));
    assert_eq!(fails(stream(&[&finish("content_filter"), DONE])), (Kind::Filtered, 1));
    let (text, done) = ends(stream(&[&words("You"), &finish("content_filter"), DONE]));
    assert_eq!((text.as_str(), broke(done)), ("You", Kind::Filtered));
}

#[test]
fn fault_17_a_server_that_does_not_stream_works() {
    let whole = r#"{"id":"1","choices":[{"index":0,"message":{"role":"assistant","content":"Fine.\n<b>"},"finish_reason":"stop"}],
        "usage":{"prompt_tokens":9,"completion_tokens":1}}"#;
    let server = TestServer::always(refuse(200, "content-type: application/json\r\n", whole));
    let (told, _) = ask(&server.provider(), request());
    assert_eq!((told.text.as_str(), told.done), ("Fine.\n<b>", Some(Done::Stop)));
    assert_eq!(told.usage.unwrap().prompt, 9);
}

#[test]
fn fault_18_a_redirection_is_not_followed() {
    for status in [301, 302, 303, 307, 308] {
        let other = TestServer::always(good("Got it."));
        let to = format!("http://{}/v1/chat/completions", other.address);
        let (kind, asked) = fails(refuse(status, &format!("location: {to}\r\n"), ""));
        assert_eq!((kind, asked), (Kind::Redirected(to), 1));
        assert_eq!(other.connections(), 0);
    }
}

#[test]
fn fault_19_cancelling_closes_the_socket() {
    // Limits of hours: only the cancelling can close it.
    let patient = |server: &TestServer| -> Arc<dyn Provider> {
        let mut settings = server.settings();
        let hours = Duration::from_secs(36_000);
        (settings.limits.first, settings.limits.idle, settings.limits.whole) = (hours, hours, hours);
        Arc::new(OpenAi::new(settings, Permit::ThisComputer))
    };
    let server = TestServer::always(vec![head(), Step::Send(words("Well").into_bytes()), Step::Stall]);
    let stop = Stop::default();
    let (told, result) = ask_until(&patient(&server), request(), &stop, |_| stop.set());
    assert_eq!((told.text.as_str(), result.unwrap_err().kind), ("Well", Kind::Stopped));
    server.hung_up.recv().unwrap();
    // The same before anything was answered.
    let server = TestServer::always(vec![Step::Stall]);
    let (provider, stop) = (patient(&server), Stop::default());
    let asking = {
        let stop = stop.clone();
        std::thread::spawn(move || ask_until(&provider, request(), &stop, |_| {}).1)
    };
    while server.requests().is_empty() {
        std::thread::yield_now();
    }
    stop.set();
    assert_eq!(asking.join().unwrap().unwrap_err().kind, Kind::Stopped);
    server.hung_up.recv().unwrap();
}

/// What comes of a server at this address.
fn at(url: &str, permit: Permit) -> Kind {
    let mut server = Server::new("test", url, "tiny").unwrap();
    server.limits = short();
    let provider: Arc<dyn Provider> = Arc::new(OpenAi::new(server, permit));
    ask(&provider, request()).1.unwrap_err().kind
}

#[test]
fn nobody_there() {
    // A port that was free a moment ago.
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    assert_eq!(at(&format!("http://{free}/v1"), Permit::ThisComputer), Kind::Refused(free.to_string()));
    let host = "no-such-host.invalid";
    assert_eq!(at(&format!("http://{host}/v1"), Permit::Host(host.into())), Kind::NoSuchHost(host.into()));
}

#[test]
fn no_safe_connection() {
    // It speaks, but no TLS.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        use std::io::{Read, Write};
        for mut stream in listener.incoming().flatten() {
            let _ = stream.read(&mut [0; 1024]);
            let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n");
        }
    });
    let kind = at(&format!("https://{address}/v1"), Permit::ThisComputer);
    assert_eq!(kind, Kind::Tls(address.to_string(), Unsafe::Plain));
    let words = kind.at("home").to_string();
    assert!(words.contains(&address.to_string()) && words.contains("http://"), "{words}");
}

#[test]
fn a_parameter_that_is_not_known_is_left_out_from_then_on() {
    let server = TestServer::new(|_, seen| {
        let refusal = |words: &str| refuse(400, "", &json!({"error": {"message": words}}).to_string());
        if seen.body.get("max_tokens").is_some() {
            refusal("Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.")
        } else if seen.body.get("temperature").is_some() {
            refusal("'temperature' does not support 0.7 with this model.")
        } else {
            good("Fine.")
        }
    });
    let provider = server.provider();
    let asked = || saywell::llm::Request { temperature: Some(0.7), ..request() };
    assert_eq!(ask(&provider, asked()).0.text, "Fine.");
    assert_eq!(server.connections(), 3);
    assert_eq!(ask(&provider, asked()).0.text, "Fine.");
    assert_eq!(server.connections(), 4, "it is remembered");
    assert_eq!(server.requests()[3].body["max_completion_tokens"], 60);
}

#[test]
fn without_a_permit_no_socket_is_opened() {
    // All addresses of this computer: reachable, and not one of those that count as this computer.
    let server = TestServer::always(good("Fine."));
    let url = format!("http://0.0.0.0:{}/v1", server.address.port());
    assert_eq!(at(&server.url(), Permit::Offline), Kind::Offline);
    assert_eq!(at(&url, Permit::ThisComputer), Kind::NoConsent("0.0.0.0".into()));
    assert_eq!(at(&url, Permit::Host("other.example".into())), Kind::NoConsent("0.0.0.0".into()));
    assert_eq!(server.connections(), 0);
    let there = Server::new("test", &url, "tiny").unwrap();
    let provider: Arc<dyn Provider> = Arc::new(OpenAi::new(there, Permit::Host("0.0.0.0".into())));
    assert_eq!(ask(&provider, request()).0.text, "Fine.");
}
