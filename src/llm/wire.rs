//! The HTTP below the API client: every answer passes through here before anything else reads it. Here a refusal keeps its
//! status, a web page is told from a model, a whole answer is made into a stream of one piece, and too much is cut off.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Once, OnceLock};
use std::task::{Context, Poll};
use std::time::Duration;

use async_openai::error::OpenAIError;
use async_openai::middleware::HttpRequestFactory;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use http::header::LOCATION;
use reqwest::Response;
use secrecy::SecretString;

use super::fault::{self, Fault};
use super::{Kind, Server};

/// The most that is read of a refusal.
const REFUSAL: usize = 64 * 1024;
/// The longest line of a stream. What reads it goes through an unfinished line again with each part that comes.
const LINE: usize = 256 * 1024;
/// A byte order mark, in UTF-8.
const BOM: &[u8] = b"\xef\xbb\xbf";
/// How long a refusal may take to come.
const REFUSAL_WAIT: Duration = Duration::from_secs(5);

/// The client for connections to this server. Redirections are not followed: neither the key nor the words go anywhere that
/// the user did not name.
pub fn client(server: &Server) -> Result<reqwest::Client, Kind> {
    static CRYPTO: Once = Once::new();
    let mut builder = reqwest::Client::builder()
        .user_agent(concat!("saywell/", env!("CARGO_PKG_VERSION")))
        .redirect(reqwest::redirect::Policy::none())
        .referer(false)
        .connect_timeout(server.limits.connect);
    if server.is_local() {
        builder = builder.no_proxy();
    }
    // Certificates are read from the system's store only where they are needed.
    CRYPTO.call_once(|| {
        let _ = rustls::crypto::ring::default_provider().install_default();
    });
    if !server.is_secure() {
        builder = builder.tls_certs_only([]);
    }
    builder.build().map_err(|error| Kind::Here(error.to_string()))
}

/// What was seen of one answer below the pieces that it consists of.
#[derive(Debug, Default)]
pub struct Seen {
    /// It was marked as complete with `[DONE]`.
    done: AtomicBool,
    /// It was cut off, as it was too long.
    too_long: AtomicBool,
}

impl Seen {
    /// Whether it was marked as complete.
    pub fn done(&self) -> bool {
        self.done.load(Ordering::Relaxed)
    }

    /// Whether it was cut off for its length.
    pub fn too_long(&self) -> bool {
        self.too_long.load(Ordering::Relaxed)
    }
}

/// Sends one request.
#[derive(Clone, Debug)]
pub struct Wire {
    /// The connections.
    pub client: reqwest::Client,
    /// Where to.
    pub server: Arc<Server>,
    /// The key, so that it can be kept out of what is shown.
    pub key: Option<SecretString>,
    /// What is seen of the answer.
    pub seen: Arc<Seen>,
    /// The time, in milliseconds since 1970.
    pub now: fn() -> i64,
}

impl tower::Service<HttpRequestFactory> for Wire {
    type Response = Response;
    type Error = OpenAIError;
    type Future = Pin<Box<dyn Future<Output = Result<Response, OpenAIError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: HttpRequestFactory) -> Self::Future {
        let wire = self.clone();
        Box::pin(async move {
            let request = request.build().await?;
            wire.send(request).await.map_err(|fault| OpenAIError::Boxed(Box::new(fault)))
        })
    }
}

impl Wire {
    async fn send(self, request: reqwest::Request) -> Result<Response, Fault> {
        let response = self.accepted(request).await?;
        self.open(response).await
    }

    /// A page as it is, up to a size that any list of models has.
    pub async fn page(self, request: reqwest::Request) -> Result<Vec<u8>, Fault> {
        let response = self.accepted(request).await?;
        Ok(beginning(response, self.server.limits.bytes).await)
    }

    /// The answer, if it is a success.
    async fn accepted(&self, request: reqwest::Request) -> Result<Response, Fault> {
        let sent = self.client.execute(request).await;
        let response = sent.map_err(|error| Fault::from(fault::of_connection(&error, &self.server)))?;
        let status = response.status();
        if status.is_redirection() {
            let to = response.headers().get(LOCATION).and_then(|to| to.to_str().ok()).unwrap_or("another place");
            return Err(Kind::Redirected(super::error::said(to, None)).into());
        }
        if !status.is_success() {
            let headers = response.headers().clone();
            let body = tokio::time::timeout(REFUSAL_WAIT, beginning(response, REFUSAL)).await.unwrap_or_default();
            let now = (self.now)();
            return Err(fault::of_status(status, &headers, &body, now, &self.server, self.key.as_ref()));
        }
        Ok(response)
    }

    /// Look at how the answer begins: a stream of events passes through, a whole answer becomes one event.
    async fn open(self, response: Response) -> Result<Response, Fault> {
        let status = response.status();
        let mut bytes = Box::pin(response.bytes_stream());
        let mut start: Vec<u8> = Vec::new();
        let first = loop {
            // What reads the events falls over a byte order mark.
            if let Some(rest) = start.strip_prefix(BOM) {
                start = rest.to_vec();
            }
            let text = start.trim_ascii_start();
            if let Some(first) = text.first().filter(|_| !BOM.starts_with(text)) {
                break Some(*first);
            }
            if start.len() > LINE {
                return Err(Kind::NotAModel("nothing but blank space").into());
            }
            match bytes.next().await {
                Some(Ok(part)) => start.extend_from_slice(&part),
                Some(Err(_)) => return Err(Kind::Cut.into()),
                None => break None,
            }
        };
        let body = match first {
            Some(b'<') => return Err(Kind::NotAModel("a web page").into()),
            Some(b'{' | b'[') => {
                while let Some(part) = bytes.next().await {
                    start.extend_from_slice(&part.map_err(|_| Fault::from(Kind::Cut))?);
                    if start.len() > self.server.limits.bytes {
                        return Err(Kind::Garbled.into());
                    }
                }
                // The JSON is whole, which is as sure an end as the mark of a stream.
                self.seen.done.store(true, Ordering::Relaxed);
                reqwest::Body::from(as_event(&start)?)
            }
            _ => {
                let mut lines = Lines::new(self.seen, self.server.limits.bytes);
                let rest = bytes.map_ok(|part| part.to_vec()).map_err(std::io::Error::other);
                let whole = stream::iter((!start.is_empty()).then_some(Ok(start))).chain(rest);
                reqwest::Body::wrap_stream(whole.map(move |part| part.and_then(|part| lines.pass(part))))
            }
        };
        let mut response = http::Response::new(body);
        *response.status_mut() = status;
        Ok(response.into())
    }
}

/// The first bytes of a body.
async fn beginning(response: Response, most: usize) -> Vec<u8> {
    let mut bytes = Box::pin(response.bytes_stream());
    let mut body = Vec::new();
    while let Some(Ok(part)) = bytes.next().await {
        body.extend_from_slice(&part);
        if body.len() > most {
            body.truncate(most);
            break;
        }
    }
    body
}

/// A whole answer as a stream of one event.
fn as_event(body: &[u8]) -> Result<String, Fault> {
    let value: serde_json::Value = serde_json::from_slice(body).map_err(|_| Fault::from(Kind::Garbled))?;
    if value.get("choices").is_none() && fault::Said::of(&value).is_none() {
        return Err(Kind::NotAModel("something else").into());
    }
    Ok(format!("data: {value}\n\n"))
}

/// Watches the lines of a stream go by.
struct Lines {
    seen: Arc<Seen>,
    left: usize,
    /// How long the present line is.
    length: usize,
    /// How it begins.
    start: [u8; MARK.len()],
}

const MARK: &[u8] = b"data:[DONE]";

impl Lines {
    fn new(seen: Arc<Seen>, most: usize) -> Self {
        Self { seen, left: most, length: 0, start: [0; MARK.len()] }
    }

    fn pass(&mut self, part: Vec<u8>) -> std::io::Result<Vec<u8>> {
        for byte in &part {
            match byte {
                b'\n' | b'\r' => self.length = 0,
                // `data: [DONE]` with and without the space.
                b' ' if self.length == MARK.len() - "[DONE]".len() => {}
                byte => {
                    if let Some(place) = self.start.get_mut(self.length) {
                        *place = *byte;
                    }
                    self.length += 1;
                    if self.length == MARK.len() && self.start == MARK {
                        self.seen.done.store(true, Ordering::Relaxed);
                    }
                }
            }
        }
        let left = self.left.checked_sub(part.len());
        self.left = left.unwrap_or(0);
        if left.is_none() || self.length > LINE {
            self.seen.too_long.store(true, Ordering::Relaxed);
            return Err(std::io::Error::other("the answer is too long"));
        }
        Ok(part)
    }
}

/// A value that is made once, when it is first needed, and may fail to be made.
#[derive(Debug)]
pub struct Lazy<T>(OnceLock<T>);

impl<T> Default for Lazy<T> {
    fn default() -> Self {
        Self(OnceLock::new())
    }
}

impl<T: Clone> Lazy<T> {
    /// The value. A failure is not kept: the next one asks again.
    pub fn get(&self, make: impl FnOnce() -> Result<T, Kind>) -> Result<T, Kind> {
        if let Some(value) = self.0.get() {
            return Ok(value.clone());
        }
        let value = make()?;
        Ok(self.0.get_or_init(|| value).clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passes(parts: &[&[u8]], most: usize) -> (bool, bool) {
        let seen = Arc::new(Seen::default());
        let mut lines = Lines::new(Arc::clone(&seen), most);
        for part in parts {
            let _ = lines.pass(part.to_vec());
        }
        (seen.done(), seen.too_long())
    }

    #[test]
    fn the_mark_is_seen_however_it_is_cut_and_not_inside_of_words() {
        let stream = b"data: {\"a\":\"[DONE]\"}\r\n\r\ndata: [DONE]\n\n";
        for cut in 0..stream.len() {
            assert!(passes(&[&stream[..cut], &stream[cut..]], 1000).0, "{cut}");
        }
        assert!(passes(&[b"data:[DONE]"], 1000).0);
        assert!(!passes(&[b"data: \"data:[DONE]\"\n"], 1000).0);
    }

    #[test]
    fn too_much_is_cut_off() {
        assert!(!passes(&[b"data: x\n".as_slice(); 10], 80).1);
        assert!(passes(&[b"data: x\n".as_slice(); 11], 80).1);
        assert!(passes(&[&[b'x'; LINE + 1]], 1_000_000).1);
    }
}
