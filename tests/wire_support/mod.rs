//! A server that does on each request what a test wants, wrong things above all: raw sockets, so that it can.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![allow(dead_code)]

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use saywell::llm::{Chunk, Done, Engine, Error, Limits, Message, OpenAi, Permit, Provider, Request, Server};
use saywell::runtime::Stop;

/// What the server does next.
#[derive(Clone, Debug)]
pub enum Step {
    /// Send this.
    Send(Vec<u8>),
    /// Send this over and over until the other hangs up.
    Forever(Vec<u8>),
    /// Send this every few milliseconds until the other hangs up.
    Drip(Vec<u8>),
    /// Say nothing until the other hangs up.
    Stall,
    /// Break the connection, as a crash does.
    Break,
    /// Send these one by one, one every so often: for what is measured.
    Paced(Vec<String>, Duration),
}

/// A request as it came.
#[derive(Clone, Debug)]
pub struct Seen {
    pub head: String,
    pub body: serde_json::Value,
    /// When it was there whole.
    pub at: Instant,
}

impl Seen {
    pub fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.into_iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }
}

/// The server. It lives as long as the test.
pub struct TestServer {
    pub address: SocketAddr,
    seen: Arc<Mutex<Vec<Seen>>>,
    connections: Arc<AtomicUsize>,
    /// When each step that sends something was done.
    sent: Arc<Mutex<Vec<Instant>>>,
    /// Told each time the other hung up, with the bytes that were sent until then.
    pub hung_up: Receiver<usize>,
}

impl TestServer {
    /// A server that answers the n-th request (from 0) with these steps.
    pub fn new(answer: impl Fn(usize, &Seen) -> Vec<Step> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (seen, connections) = (Arc::new(Mutex::new(Vec::new())), Arc::new(AtomicUsize::new(0)));
        let (tell, hung_up) = channel();
        let answer = Arc::new(answer);
        let sent = Arc::new(Mutex::new(Vec::new()));
        let (all, count, times) = (Arc::clone(&seen), Arc::clone(&connections), Arc::clone(&sent));
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let Ok(mut stream) = stream else { return };
                let _ = stream.set_nodelay(true);
                count.fetch_add(1, Ordering::SeqCst);
                let (all, answer, tell, times) =
                    (Arc::clone(&all), Arc::clone(&answer), tell.clone(), Arc::clone(&times));
                std::thread::spawn(move || {
                    let Some(request) = read_request(&mut stream) else { return };
                    let n = {
                        let mut all = all.lock().unwrap();
                        all.push(request.clone());
                        all.len() - 1
                    };
                    if let Some(sent) = act(&mut stream, answer(n, &request), &times) {
                        let _ = tell.send(sent);
                    }
                });
            }
        });
        Self { address, seen, connections, sent, hung_up }
    }

    /// A server that always does this.
    pub fn always(steps: Vec<Step>) -> Self {
        Self::new(move |_, _| steps.clone())
    }

    pub fn requests(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    /// When each sending was done, since the last time that this was asked.
    pub fn take_sent(&self) -> Vec<Instant> {
        std::mem::take(&mut *self.sent.lock().unwrap())
    }

    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    pub fn url(&self) -> String {
        format!("http://{}/v1", self.address)
    }

    /// The settings of this server, with short limits.
    pub fn settings(&self) -> Server {
        let mut server = Server::new("test", &self.url(), "tiny").unwrap();
        server.limits = short();
        server
    }

    /// A provider that is not held to time.
    pub fn patient(&self) -> Arc<dyn Provider> {
        let mut settings = self.settings();
        settings.limits = patient();
        Arc::new(OpenAi::new(settings, Permit::ThisComputer))
    }

    pub fn provider(&self) -> Arc<dyn Provider> {
        Arc::new(OpenAi::new(self.settings(), Permit::ThisComputer))
    }
}

/// Limits for what takes long on a busy computer and is not about time.
pub fn patient() -> Limits {
    Limits { first: Duration::from_secs(60), idle: Duration::from_secs(60), ..short() }
}

/// Limits that a test can wait for.
pub fn short() -> Limits {
    Limits {
        first: Duration::from_millis(400),
        idle: Duration::from_millis(200),
        backoff: Duration::from_millis(2),
        ..Limits::default()
    }
}

fn read_request(stream: &mut TcpStream) -> Option<Seen> {
    let mut bytes = Vec::new();
    let mut part = [0; 4096];
    loop {
        let read = stream.read(&mut part).ok()?;
        if read == 0 {
            return None;
        }
        bytes.extend_from_slice(&part[..read]);
        let Some(end) = bytes.windows(4).position(|w| w == b"\r\n\r\n") else { continue };
        let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
        let length = |line: &str| {
            let (name, value) = line.split_once(": ")?;
            name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
        };
        let length = head.lines().find_map(length).unwrap_or(0);
        if bytes.len() >= end + 4 + length {
            let body = serde_json::from_slice(&bytes[end + 4..]).unwrap_or_default();
            return Some(Seen { head, body, at: Instant::now() });
        }
    }
}

/// Do these; the bytes that were sent when the other hung up, if it did before the end.
fn act(stream: &mut TcpStream, steps: Vec<Step>, times: &Mutex<Vec<Instant>>) -> Option<usize> {
    let mut sent = 0;
    for step in steps {
        match step {
            Step::Send(bytes) => {
                if stream.write_all(&bytes).is_err() {
                    return Some(sent);
                }
                times.lock().unwrap().push(Instant::now());
                sent += bytes.len();
            }
            Step::Paced(parts, pace) => {
                for part in parts {
                    std::thread::sleep(pace);
                    if stream.write_all(part.as_bytes()).is_err() {
                        return Some(sent);
                    }
                    times.lock().unwrap().push(Instant::now());
                    sent += part.len();
                }
            }
            Step::Forever(bytes) => loop {
                if stream.write_all(&bytes).is_err() {
                    return Some(sent);
                }
                sent += bytes.len();
            },
            Step::Drip(bytes) => loop {
                stream.set_read_timeout(Some(Duration::from_millis(10))).unwrap();
                if !waits(stream) || stream.write_all(&bytes).is_err() {
                    return Some(sent);
                }
                sent += bytes.len();
            },
            Step::Stall => {
                while stream.read(&mut [0; 64]).is_ok_and(|n| n > 0) {}
                return Some(sent);
            }
            Step::Break => {
                let _ = stream.shutdown(Shutdown::Both);
                return None;
            }
        }
    }
    None
}

/// Whether the other is still there, after a moment.
fn waits(stream: &mut TcpStream) -> bool {
    match stream.read(&mut [0; 64]) {
        Ok(n) => n > 0,
        Err(error) => matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut),
    }
}

/// A refusal.
pub fn refuse(status: u16, headers: &str, body: &str) -> Vec<Step> {
    let length = body.len();
    let head = format!("HTTP/1.1 {status} X\r\nconnection: close\r\ncontent-length: {length}\r\n{headers}\r\n{body}");
    vec![Step::Send(head.into_bytes())]
}

/// The beginning of a stream that ends with its connection.
pub fn head() -> Step {
    Step::Send(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n".to_vec())
}

/// A stream of these bytes, each in a chunk of its own, so that the client gets them one by one.
pub fn byte_by_byte(body: &str) -> Vec<Step> {
    let mut all = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n".to_vec();
    for byte in body.bytes() {
        all.extend_from_slice(b"1\r\n");
        all.push(byte);
        all.extend_from_slice(b"\r\n");
    }
    all.extend_from_slice(b"0\r\n\r\n");
    vec![Step::Send(all)]
}

/// One event with these words.
pub fn words(text: &str) -> String {
    event(&serde_json::json!({ "choices": [{ "index": 0, "delta": { "content": text } }] }))
}

/// One event.
pub fn event(value: &serde_json::Value) -> String {
    format!("data: {value}\n\n")
}

/// The last event with words, for this reason.
pub fn finish(reason: &str) -> String {
    event(&serde_json::json!({ "choices": [{ "index": 0, "delta": {}, "finish_reason": reason }] }))
}

pub const DONE: &str = "data: [DONE]\n\n";

/// A stream of these events.
pub fn stream(events: &[&str]) -> Vec<Step> {
    vec![head(), Step::Send(events.concat().into_bytes())]
}

/// An answer as it should be.
pub fn good(text: &str) -> Vec<Step> {
    stream(&[&words(text), &finish("stop"), DONE])
}

/// What came of a request.
#[derive(Debug, Default)]
pub struct Told {
    pub text: String,
    pub done: Option<Done>,
    pub waits: Vec<saywell::llm::Wait>,
    pub usage: Option<saywell::llm::Usage>,
}

pub fn request() -> Request {
    Request::text(vec![Message::system("You are Alex."), Message::user("Could you do bedtime on Tuesday?")], 60)
}

/// Ask and wait for the end.
pub fn ask(provider: &Arc<dyn Provider>, request: Request) -> (Told, Result<(), Error>) {
    ask_until(provider, request, &Stop::default(), |_| {})
}

/// The same, looking at each chunk.
pub fn ask_until(
    provider: &Arc<dyn Provider>,
    request: Request,
    stop: &Stop,
    mut look: impl FnMut(&Chunk),
) -> (Told, Result<(), Error>) {
    let mut told = Told::default();
    let result = Engine::default().ask(Arc::clone(provider), request, stop, &mut |chunk| {
        look(&chunk);
        match chunk {
            Chunk::Text(text) => told.text.push_str(&text),
            Chunk::Done(done) => assert!(told.done.replace(done).is_none(), "it ended twice"),
            Chunk::Waiting(wait) => told.waits.push(wait),
            Chunk::Usage(usage) => told.usage = Some(usage),
        }
    });
    assert_eq!(result.is_ok(), told.done.is_some(), "it ends with a Done or an error, not both: {result:?} {told:?}");
    (told, result)
}
