//! From what a server or the network did wrong to a [`Kind`] of trouble.

use std::error::Error as _;
use std::time::Duration;

use http::{HeaderMap, StatusCode};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

use super::error::{Unsafe, said};
use super::retry::asked_pause;
use super::{Kind, Server};

/// What went wrong with one try.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a server's refusal")]
pub struct Fault {
    /// What it was.
    pub kind: Kind,
    /// The pause that the server asked for.
    pub pause: Option<Duration>,
    /// What it said in full, in small letters, to find out which parameter it does not know. Never shown.
    pub about: String,
}

impl From<Kind> for Fault {
    fn from(kind: Kind) -> Self {
        Self { kind, pause: None, about: String::new() }
    }
}

/// What a server's error says, whatever its shape: `{"error": {"message", "code", "type", "param"}}`, `{"error": "..."}`,
/// `{"message": ...}`, `{"detail": ...}`.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Said {
    /// In words.
    pub message: String,
    /// Codes, types and parameters, in small letters.
    pub codes: String,
}

impl Said {
    /// The error in a body, if there is one.
    pub fn of(value: &Value) -> Option<Self> {
        let inner = match value.get("error") {
            Some(Value::Null) | None if value.get("object").is_some_and(|o| o == "error") => value,
            Some(Value::Null) | None => return None,
            Some(inner) => inner,
        };
        Some(Self::read(inner))
    }

    fn read(value: &Value) -> Self {
        let words = |value: &Value| value.as_str().map(str::to_owned);
        let message = ["message", "detail", "error", "title"].iter().find_map(|name| value.get(name).and_then(words));
        let code = |name| {
            value.get(name).map(|v| match v {
                Value::String(text) => text.to_lowercase(),
                other => other.to_string(),
            })
        };
        let codes: Vec<String> = ["code", "type", "param"].into_iter().filter_map(code).collect();
        let message = message.or_else(|| words(value)).unwrap_or_else(|| match value {
            Value::Object(_) | Value::Array(_) => value.get("detail").unwrap_or(value).to_string(),
            _ => String::new(),
        });
        Self { message, codes: codes.join(" ") }
    }
}

/// The trouble behind an answer that is no success.
pub fn of_status(
    status: StatusCode,
    headers: &HeaderMap,
    body: &[u8],
    now: i64,
    server: &Server,
    key: Option<&SecretString>,
) -> Fault {
    let text = String::from_utf8_lossy(body);
    let value: Option<Value> = serde_json::from_slice(body).ok();
    let is_page = value.is_none() && text.trim_start().starts_with('<');
    let error = match &value {
        Some(value) => Said::of(value).unwrap_or_else(|| Said::read(value)),
        None if is_page => Said { message: "it sent a web page".to_owned(), codes: String::new() },
        None => Said { message: text.into_owned(), codes: String::new() },
    };
    let about = format!("{} {}", error.message.to_lowercase(), error.codes);
    let says = |words: &[&str]| words.iter().any(|word| about.contains(word));
    let shown = said(&error.message, key.map(ExposeSecret::expose_secret));
    let pause = asked_pause(headers, now);
    let no_model = || says(&["model_not_found", "invalid_model"]) || (about.contains("model") && says(MISSING));
    let kind = match status.as_u16() {
        401 | 403 => Kind::NotAllowed(from(server)),
        402 => Kind::NoCredit,
        404 if no_model() => Kind::NoModel(server.model.clone()),
        404 | 405 => Kind::WrongAddress(format!("{}/chat/completions", server.base_url)),
        413 if !says(TOO_LONG) => Kind::TooLarge,
        429 if says(&["insufficient_quota", "credit", "billing"]) => Kind::NoCredit,
        429 => Kind::Busy(pause.map(|p| p.as_secs_f64().ceil() as u64)),
        _ if says(TOO_LONG) => Kind::TooLong,
        400..=499 if says(&["content_filter", "content management policy"]) => Kind::Filtered,
        400 if says(&["model_not_found"]) => Kind::NoModel(server.model.clone()),
        status @ (408 | 425) => Kind::Failing(status, shown),
        500..=599 if says(&["loading model", "model is loading", "loading the model"]) => Kind::Loading,
        // llama-cpp-python calls a form of answer that it does not know its own failure.
        500 if says(&["response_format", "json_schema", "literal_error", "validation error"]) => {
            Kind::Rejected(500, shown)
        }
        status @ 501 => Kind::Rejected(status, shown),
        status @ 500..=599 => Kind::Failing(status, shown),
        status => Kind::Rejected(status, shown),
    };
    Fault { kind, pause, about }
}

const MISSING: &[&str] = &["not found", "does not exist", "no such", "not exist", "unknown", "not available"];

const TOO_LONG: &[&str] = &[
    "context_length",
    "exceed_context",
    "context length",
    "context size",
    "context window",
    "maximum context",
    "prompt is too long",
    "too many tokens",
    "too many input tokens",
];

/// Where the key comes from, in words.
fn from(server: &Server) -> String {
    server.key.as_ref().map_or_else(
        || format!("nowhere: none is set. Add key_env or key_file to [servers.{}]", server.name),
        ToString::to_string,
    )
}

/// The trouble behind a request that got no answer.
pub fn of_connection(error: &reqwest::Error, server: &Server) -> Kind {
    let mut causes = Vec::new();
    let mut next = error.source();
    while let Some(cause) = next {
        if let Some(io) = cause.downcast_ref::<std::io::Error>()
            && io.kind() == std::io::ErrorKind::ConnectionRefused
        {
            return Kind::Refused(server.place());
        }
        if let Some(tls) = tls_in(cause) {
            return Kind::Tls(server.place(), not_safe(tls));
        }
        causes.push(cause.to_string());
        next = cause.source();
    }
    let all = causes.join(": ").to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| all.contains(word));
    let last = said(causes.last().map_or("", String::as_str), None);
    if has(&["dns error", "failed to lookup", "name resolution", "no such host"]) {
        Kind::NoSuchHost(server.host().to_owned())
    } else if error.is_timeout() {
        Kind::NoConnection(format!("{} does not answer", server.place()))
    } else if has(&["certificate", "tls", "handshake"]) {
        Kind::Tls(server.place(), Unsafe::Other(last))
    } else if error.is_connect() {
        Kind::NoConnection(last)
    } else {
        // The connection stood and broke before any answer.
        Kind::Cut
    }
}

/// What TLS has to do with it. An I/O error is not the cause of what it is made of, but wraps it.
fn tls_in<'e>(cause: &'e (dyn std::error::Error + 'static)) -> Option<&'e rustls::Error> {
    let inner = || cause.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
    cause.downcast_ref().or_else(|| inner().and_then(|inner| tls_in(inner)))
}

/// Why a connection could not be made safe.
fn not_safe(error: &rustls::Error) -> Unsafe {
    use rustls::{CertificateError as Bad, Error};
    match error {
        Error::InvalidCertificate(bad) => match bad {
            Bad::Expired | Bad::ExpiredContext { .. } => Unsafe::Expired,
            Bad::NotValidYet | Bad::NotValidYetContext { .. } => Unsafe::NotYet,
            Bad::NotValidForName | Bad::NotValidForNameContext { .. } => Unsafe::OtherName,
            Bad::Revoked => Unsafe::Revoked,
            // One that vouches for itself is called by several names.
            Bad::UnknownIssuer | Bad::BadSignature | Bad::Other(_) => Unsafe::Unknown,
            other => Unsafe::Other(said(&format!("its certificate cannot be used: {other:?}"), None)),
        },
        Error::InvalidMessage(_) => Unsafe::Plain,
        other => Unsafe::Other(said(&other.to_string(), None)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(status: u16, body: &str) -> Kind {
        let server = Server::new("home", "http://localhost:1/v1", "tiny").unwrap();
        of_status(StatusCode::from_u16(status).unwrap(), &HeaderMap::new(), body.as_bytes(), 0, &server, None).kind
    }

    #[test]
    fn the_same_trouble_is_known_in_the_words_of_different_servers() {
        let no_model = Kind::NoModel("tiny".into());
        for (status, body, expected) in [
            (
                404,
                r#"{"error":{"message":"The model `tiny` does not exist","code":"model_not_found"}}"#,
                no_model.clone(),
            ),
            (404, r#"{"error":"model 'tiny' not found, try pulling it first"}"#, no_model.clone()),
            (404, r#"{"object":"error","message":"The model `tiny` does not exist.","code":404}"#, no_model),
            (404, "404 page not found", Kind::WrongAddress("http://localhost:1/v1/chat/completions".into())),
            (400, r#"{"error":{"message":"too long","code":"context_length_exceeded"}}"#, Kind::TooLong),
            (400, r#"{"error":{"code":400,"message":"x","type":"exceed_context_size_error"}}"#, Kind::TooLong),
            (
                400,
                r#"{"object":"error","message":"This model's maximum context length is 4096 tokens."}"#,
                Kind::TooLong,
            ),
            (413, "<html>Request Entity Too Large</html>", Kind::TooLarge),
            (
                429,
                r#"{"error":{"message":"You exceeded your current quota","type":"insufficient_quota"}}"#,
                Kind::NoCredit,
            ),
            (429, "slow down", Kind::Busy(None)),
            (402, "{}", Kind::NoCredit),
            (
                500,
                r#"{"error":{"message":"[{'loc': ('body', 'response_format', 'type')}]","type":"internal_server_error"}}"#,
                Kind::Rejected(500, "[{'loc': ('body', 'response_format', 'type')}]".into()),
            ),
            (503, r#"{"error":{"code":503,"message":"Loading model","type":"unavailable_error"}}"#, Kind::Loading),
            (502, "<!doctype html><p>Bad Gateway", Kind::Failing(502, "it sent a web page".into())),
            (408, "", Kind::Failing(408, String::new())),
            (
                422,
                r#"{"detail":[{"loc":["body","seed"]}]}"#,
                Kind::Rejected(422, r#"[{"loc":["body","seed"]}]"#.into()),
            ),
            (400, r#"{"error":{"code":"content_filter","message":"no"}}"#, Kind::Filtered),
        ] {
            assert_eq!(kind(status, body), expected, "{status} {body}");
        }
    }

    #[test]
    fn a_refused_key_names_the_setting_and_never_the_key() {
        let mut server = Server::new("home", "http://localhost:1/v1", "tiny").unwrap();
        server.key = Some(crate::llm::keys::KeySource::Env("HOME_KEY".into()));
        let key: SecretString = "very-secret".into();
        let body = br#"{"error":{"message":"bad key very-secret"}}"#;
        for status in [401, 403, 400, 500] {
            let status = StatusCode::from_u16(status).unwrap();
            let fault = of_status(status, &HeaderMap::new(), body, 0, &server, Some(&key));
            let shown = fault.kind.at("home").to_string();
            assert!(!shown.contains("very-secret"), "{shown}");
            assert!(status.as_u16() >= 500 || status.as_u16() == 400 || shown.contains("HOME_KEY"), "{shown}");
        }
    }
}
