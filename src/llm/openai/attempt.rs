//! One try of one request: sent, read piece by piece, and its end understood.

use std::sync::Arc;

use async_openai::Client;
use async_openai::config::Config;
use async_openai::error::OpenAIError;
use futures_util::StreamExt as _;
use http::header::{ACCEPT, AUTHORIZATION, HeaderMap, HeaderValue};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use tokio::time::{Instant, timeout_at};

use super::body::{self, Without};
use super::{Talk, Words};
use crate::llm::catalogue::KeyHeader;
use crate::llm::error::said;
use crate::llm::fault::Fault;
use crate::llm::piece::Piece;
use crate::llm::think::Think;
use crate::llm::wire::{Seen, Wire};
use crate::llm::{Chunk, Done, Kind, Request, Server};
use crate::runtime::system_clock;

/// How long is waited for what it cost, once the words have ended.
const COST_WAIT: std::time::Duration = std::time::Duration::from_secs(2);

/// Where requests go, and what goes with them.
struct Address {
    server: Arc<Server>,
    headers: HeaderMap,
    key: SecretString,
}

impl Address {
    fn new(server: Arc<Server>, key: Option<SecretString>) -> Result<Self, Kind> {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static("text/event-stream, application/json"));
        if let Some(key) = &key {
            let (name, text) = match server.profile().key_header {
                KeyHeader::Bearer => (AUTHORIZATION, format!("Bearer {}", key.expose_secret())),
                KeyHeader::ApiKey => (http::HeaderName::from_static("api-key"), key.expose_secret().to_owned()),
            };
            let mut value =
                HeaderValue::from_str(&text).map_err(|_| Kind::NotAllowed("where it was read".to_owned()))?;
            value.set_sensitive(true);
            headers.insert(name, value);
        }
        Ok(Self { server, headers, key: key.unwrap_or_else(|| "".into()) })
    }
}

impl Config for Address {
    fn headers(&self) -> HeaderMap {
        self.headers.clone()
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.server.base_url)
    }

    fn query(&self) -> Vec<(&str, &str)> {
        Vec::new()
    }

    fn api_base(&self) -> &str {
        &self.server.base_url
    }

    fn api_key(&self) -> &SecretString {
        &self.key
    }
}

/// Send it once and hand its words on.
pub(super) async fn run(
    talk: &Talk<'_>,
    request: &Request,
    without: Without,
    http: reqwest::Client,
    key: Option<SecretString>,
    words: &mut Words<'_>,
) -> Result<Done, Fault> {
    let server = &talk.inner.server;
    let seen = Arc::new(Seen::default());
    let wire = Wire {
        client: http.clone(),
        server: Arc::clone(server),
        key: key.clone(),
        seen: Arc::clone(&seen),
        now: system_clock,
    };
    let address = Address::new(Arc::clone(server), key)?;
    let client = Client::build(http, address).with_http_service(wire);
    let form = talk.inner.learnt().form;
    let body = body::body(&server.model, request, without, form);

    let start = Instant::now();
    let limits = server.limits;
    let (first, whole) = (start + limits.first, start + limits.whole);
    let slow = || Fault::from(Kind::Slow(limits.first.as_secs()));
    let chat = client.chat();
    let opened = timeout_at(first, chat.create_stream_byot::<_, Value>(body)).await.map_err(|_| slow())?;
    let mut pieces = opened.map_err(of_call)?;

    let mut answer = Answer::new(talk, words, limits.text);
    let mut deadline = first;
    let broke = loop {
        let next = match timeout_at(deadline.min(whole), pieces.next()).await {
            Ok(Some(next)) => next,
            Ok(None) if answer.finish.is_some() || seen.done() => break None,
            Ok(None) => break Some(Kind::Unfinished),
            // All words are here; only what they cost is not.
            Err(_) if answer.finish.is_some() => break None,
            Err(_) if !answer.live => break Some(Kind::Slow(limits.first.as_secs())),
            Err(_) if Instant::now() >= whole => break Some(Kind::Slow(limits.whole.as_secs())),
            Err(_) => break Some(Kind::Stalled(limits.idle.as_secs())),
        };
        let piece = match next {
            Ok(value) => Piece::of(&value),
            Err(_) if seen.too_long() => {
                answer.finish = Some("length".to_owned());
                break None;
            }
            Err(OpenAIError::JSONDeserialize(..)) => break Some(Kind::Garbled),
            Err(_) => break Some(Kind::Cut),
        };
        if let Some(error) = &piece.error {
            let key = talk.inner.key().ok().flatten();
            break Some(Kind::Said(said(&error.message, key.as_ref().map(ExposeSecret::expose_secret))));
        }
        answer.take(piece).await;
        if answer.full {
            break None;
        }
        if answer.finish.is_some() {
            deadline = Instant::now() + COST_WAIT;
        } else if answer.live {
            deadline = Instant::now() + limits.idle;
        }
    };
    // Closes the connection where it is not at its end.
    drop(pieces);
    answer.end(broke).await
}

/// The trouble behind a call that was not answered.
fn of_call(error: OpenAIError) -> Fault {
    match error {
        OpenAIError::Boxed(error) => match error.downcast::<Fault>() {
            Ok(fault) => *fault,
            Err(error) => Kind::Here(error.to_string()).into(),
        },
        OpenAIError::Reqwest(error) => Kind::Here(said(&error.without_url().to_string(), None)).into(),
        _ => Kind::Here("the request could not be written".to_owned()).into(),
    }
}

/// An answer as it grows.
struct Answer<'t, 'w, 'k> {
    talk: &'t Talk<'t>,
    words: &'w mut Words<'k>,
    think: Think,
    /// How many bytes of text may still come.
    room: usize,
    /// Whether any words came.
    spoke: bool,
    /// Whether words or reasoning came.
    live: bool,
    /// Whether there was reasoning.
    thought: bool,
    refused: bool,
    full: bool,
    finish: Option<String>,
}

impl<'t, 'w, 'k> Answer<'t, 'w, 'k> {
    fn new(talk: &'t Talk<'t>, words: &'w mut Words<'k>, room: usize) -> Self {
        Self {
            talk,
            words,
            think: Think::default(),
            room,
            spoke: false,
            live: false,
            thought: false,
            refused: false,
            full: false,
            finish: None,
        }
    }

    async fn take(&mut self, piece: Piece) {
        self.live |= piece.thinking || !piece.text.is_empty();
        self.thought |= piece.thinking;
        self.refused |= piece.refused;
        let text = self.think.take(&piece.text);
        self.say(text).await;
        if let Some(usage) = piece.usage {
            self.talk.tell(Chunk::Usage(usage)).await;
        }
        self.finish = piece.finish.or(self.finish.take());
    }

    async fn say(&mut self, mut text: String) {
        if text.len() > self.room {
            self.full = true;
            text.truncate(text.floor_char_boundary(self.room));
        }
        if text.is_empty() {
            return;
        }
        self.room -= text.len();
        self.spoke = true;
        match self.words {
            Words::Tell => self.talk.tell(Chunk::Text(text)).await,
            Words::Keep(all) => all.push_str(&text),
        }
    }

    /// What the answer came to. `broke` is why it did not come to its own end.
    async fn end(mut self, broke: Option<Kind>) -> Result<Done, Fault> {
        let rest = self.think.end();
        if !self.full {
            self.say(rest).await;
        }
        self.thought |= self.think.thought();
        let filtered = self.finish.as_deref() == Some("content_filter");
        let kind = match broke {
            Some(kind) => kind,
            None if filtered => Kind::Filtered,
            None if self.full || matches!(self.finish.as_deref(), Some("length" | "max_tokens")) => {
                return if self.spoke { Ok(Done::Length) } else { Err(self.nothing().into()) };
            }
            None if self.spoke => return Ok(Done::Stop),
            None => self.nothing(),
        };
        match kind {
            kind if self.spoke => Ok(Done::Incomplete(kind.at(&self.talk.inner.server.name))),
            // Without words it is as if the connection had been lost before: another try may do.
            Kind::Unfinished => Err(Kind::Cut.into()),
            kind => Err(kind.into()),
        }
    }

    /// Why an answer that came to its end has no words.
    fn nothing(&self) -> Kind {
        if self.thought {
            Kind::OnlyThinking
        } else if self.refused {
            Kind::Filtered
        } else if self.finish.is_none() && !self.full {
            // llama-cpp-python ends an answer so when another request comes: nothing but the mark.
            Kind::Cut
        } else {
            Kind::Empty
        }
    }
}

/// Fetch a page as JSON.
pub(super) async fn get(
    server: &Arc<Server>,
    http: reqwest::Client,
    key: Option<SecretString>,
    path: &str,
) -> Result<Value, Fault> {
    let address = Address::new(Arc::clone(server), key.clone())?;
    let base = reqwest::Url::parse(&format!("{}/", server.base_url)).map_err(|e| Kind::Here(e.to_string()))?;
    let url = base.join(path).map_err(|e| Kind::Here(e.to_string()))?;
    let request = http.get(url).headers(address.headers).build().map_err(|e| Kind::Here(e.to_string()))?;
    let wire = Wire { client: http, server: Arc::clone(server), key, seen: Arc::default(), now: system_clock };
    let body = wire.page(request).await?;
    Ok(serde_json::from_slice(&body).map_err(|_| Kind::NotAModel("something else"))?)
}
