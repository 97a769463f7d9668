//! The provider for every server that talks like OpenAI: tries, pauses and the way down the forms of structured output.
//! One try is in [`attempt`].

mod attempt;
mod body;
mod form;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream::{self, BoxStream};
use secrecy::SecretString;
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;

use super::breaker::Breaker;
use super::catalogue::Form;
use super::fault::Fault;
use super::retry::Tries;
use super::wire::{self, Lazy};
use super::{Chunk, Error, Format, Kind, Provider, Request, Server, Wait};
use body::Without;

/// Where connections may go. The one place that decides it is the provider: whoever has no permit opens no socket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Permit {
    /// Nowhere.
    Offline,
    /// To this computer only.
    ThisComputer,
    /// To this computer and to this host, which the user was asked about and agreed to.
    Host(String),
}

impl Permit {
    fn check(&self, server: &Server) -> Result<(), Kind> {
        match self {
            Self::Offline => Err(Kind::Offline),
            _ if server.is_local() => Ok(()),
            Self::Host(host) if host == server.host() => Ok(()),
            _ => Err(Kind::NoConsent(server.host().to_owned())),
        }
    }
}

/// A server that talks like OpenAI.
#[derive(Clone, Debug)]
pub struct OpenAi(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    server: Arc<Server>,
    permit: Permit,
    http: Lazy<reqwest::Client>,
    key: Lazy<Option<SecretString>>,
    breaker: Breaker,
    learnt: Mutex<Learnt>,
    /// How many requests for text are under way.
    talking: watch::Sender<usize>,
}

/// What this server turned out to know and not to know.
#[derive(Clone, Copy, Debug)]
struct Learnt {
    without: Without,
    /// The form of structured output that is tried next.
    form: Form,
    /// It worked.
    works: bool,
    /// It worked another time; if it does not now, the others are tried from the first on.
    kept: bool,
}

impl Learnt {
    /// There was an answer in this form.
    fn worked(&mut self, form: Form) {
        self.works |= self.form == form;
    }

    /// The form did not work. Whether another one is left to be tried; one that worked another time tells nothing any more, so
    /// that the surest comes first again.
    fn failed(&mut self, first: Form) -> bool {
        let next = if self.kept && self.form != first { Some(first) } else { self.form.next() };
        (self.works, self.kept) = (false, false);
        self.form = next.unwrap_or(self.form);
        next.is_some()
    }
}

impl OpenAi {
    /// A provider for this server. Nothing is opened or read before it is asked.
    pub fn new(server: Server, permit: Permit) -> Self {
        Self::knowing(server, permit, None)
    }

    /// The same, for a server where this form of structured output worked another time; see [`Provider::form`].
    pub fn knowing(server: Server, permit: Permit, form: Option<Form>) -> Self {
        let profile = server.profile();
        let learnt = Learnt {
            without: Without::of(profile),
            form: form.unwrap_or(profile.form),
            works: form.is_some(),
            kept: form.is_some(),
        };
        Self(Arc::new(Inner {
            server: Arc::new(server),
            permit,
            http: Lazy::default(),
            key: Lazy::default(),
            breaker: Breaker::default(),
            learnt: Mutex::new(learnt),
            talking: watch::Sender::new(0),
        }))
    }

    /// Set up connections ahead of the first request, certificates and all. Opens none.
    ///
    /// # Errors
    /// What would keep a request from being sent: no permit, no key.
    pub fn prepare(&self) -> Result<(), Error> {
        let ready = self.0.permit.check(&self.0.server).and_then(|()| self.0.key()).and_then(|_| self.0.http());
        ready.map(|_| ()).map_err(|kind| kind.at(&self.0.server.name))
    }

    /// Fetch a page of this server and read it as JSON: for what is asked about a server beside its answers. `path` counts
    /// from `base_url`, or from the host where it begins with a slash.
    ///
    /// # Errors
    /// As for a request.
    pub async fn get(&self, path: &str) -> Result<serde_json::Value, Error> {
        let inner = &self.0;
        let kind = async {
            inner.permit.check(&inner.server)?;
            let (http, key) = (inner.http()?, inner.key()?);
            attempt::get(&inner.server, http, key, path).await.map_err(|fault| fault.kind)
        };
        kind.await.map_err(|kind| kind.at(&inner.server.name))
    }
}

impl Provider for OpenAi {
    fn server(&self) -> &Server {
        &self.0.server
    }

    fn form(&self) -> Option<Form> {
        let learnt = self.0.learnt();
        learnt.works.then_some(learnt.form)
    }

    fn stream(&self, request: Request) -> BoxStream<'static, Result<Chunk, Error>> {
        let inner = Arc::clone(&self.0);
        let (tell, mut told) = mpsc::channel(16);
        let work = async move {
            let talk = Talk { inner: &inner, tell };
            let result = match &request.format {
                Format::Text => talk.text(&request).await.map(|_| ()),
                Format::Json { schema, .. } => talk.json(&request, schema).await,
            };
            if let Err(kind) = result {
                let _ = talk.tell.send(Err(kind.at(&inner.server.name))).await;
            }
        };
        let work = stream::once(work).filter_map(|()| async { None });
        stream::select(stream::poll_fn(move |cx| told.poll_recv(cx)), work).boxed()
    }
}

impl Inner {
    fn learnt(&self) -> MutexGuard<'_, Learnt> {
        self.learnt.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn key(&self) -> Result<Option<SecretString>, Kind> {
        self.key.get(|| self.server.key.as_ref().map(|source| source.read().map_err(Kind::Key)).transpose())
    }

    fn http(&self) -> Result<reqwest::Client, Kind> {
        self.http.get(|| wire::client(&self.server))
    }
}

/// One request, tries and all.
struct Talk<'a> {
    inner: &'a Inner,
    tell: mpsc::Sender<Result<Chunk, Error>>,
}

/// What to do with the words of an answer.
enum Words<'a> {
    /// Hand them on as they come.
    Tell,
    /// Collect them.
    Keep(&'a mut String),
}

impl Talk<'_> {
    async fn tell(&self, chunk: Chunk) {
        let _ = self.tell.send(Ok(chunk)).await;
    }

    async fn text(&self, request: &Request) -> Result<(), Kind> {
        let _talking = Talking::new(&self.inner.talking);
        let done = self.tried(request, &mut Words::Tell).await.map_err(|fault| fault.kind)?;
        self.tell(Chunk::Done(done)).await;
        Ok(())
    }

    /// One request with as many tries as it gets. Nothing is tried again once words were told.
    async fn tried(&self, request: &Request, words: &mut Words<'_>) -> Result<super::Done, Fault> {
        let Inner { server, breaker, .. } = self.inner;
        self.inner.permit.check(server)?;
        if let Some(left) = breaker.rests(Instant::now()) {
            return Err(Kind::Resting(left.as_secs_f64().ceil() as u64).into());
        }
        let (http, key) = (self.inner.http()?, self.inner.key()?);
        let mut tries = Tries::new(&server.limits, breaker.is_careful());
        loop {
            let without = self.inner.learnt().without;
            let fault = match attempt::run(self, request, without, http.clone(), key.clone(), words).await {
                Ok(done) => {
                    breaker.good();
                    return Ok(done);
                }
                Err(fault) => fault,
            };
            // A parameter that it does not know is left out from now on; that is no failure of the server.
            if let Some(more) = without.learn(&fault) {
                self.inner.learnt().without = more;
                continue;
            }
            match tries.pause(&fault.kind, fault.pause, jitter()) {
                Some(pause) => self.wait(pause, tries.count(), &fault.kind).await,
                None => {
                    if fault.kind.is_failing() {
                        breaker.bad(Instant::now(), server.limits.rest, fault.pause);
                    }
                    return Err(fault);
                }
            }
        }
    }

    /// Wait, telling each second how long it still takes.
    async fn wait(&self, pause: Duration, (attempt, attempts): (u32, u32), why: &Kind) {
        let end = Instant::now() + pause;
        loop {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            let seconds = left.as_secs_f64().ceil() as u64;
            let why = why.clone().at(&self.inner.server.name);
            self.tell(Chunk::Waiting(Wait { seconds, attempt, attempts, why })).await;
            let part = left.saturating_sub(Duration::from_secs(seconds.saturating_sub(1)));
            tokio::time::sleep(part).await;
        }
    }
}

/// As long as it lives, a request for text is under way.
struct Talking<'a>(&'a watch::Sender<usize>);

impl<'a> Talking<'a> {
    fn new(count: &'a watch::Sender<usize>) -> Self {
        count.send_modify(|count| *count += 1);
        Self(count)
    }
}

impl Drop for Talking<'_> {
    fn drop(&mut self) {
        self.0.send_modify(|count| *count = count.saturating_sub(1));
    }
}

/// A number from 0 to 1.
fn jitter() -> f64 {
    let bits = uuid::Uuid::now_v7().as_u64_pair().1;
    f64::from((bits >> 16) as u32) / f64::from(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_permit_lets_nothing_through_but_what_it_names() {
        let here = Server::new("s", "http://127.0.0.1:1/v1", "m").unwrap();
        let there = Server::new("s", "https://models.example/v1", "m").unwrap();
        assert_eq!(Permit::Offline.check(&here), Err(Kind::Offline));
        assert_eq!(Permit::ThisComputer.check(&here), Ok(()));
        assert_eq!(Permit::ThisComputer.check(&there), Err(Kind::NoConsent("models.example".into())));
        assert_eq!(Permit::Host("models.example".into()).check(&there), Ok(()));
        assert!(Permit::Host("example".into()).check(&there).is_err());
    }
}
