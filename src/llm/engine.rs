//! The one thread on which requests run. The rest of the program is synchronous and talks to it by blocking.

use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::StreamExt as _;
use tokio::runtime::Handle;
use tokio::sync::oneshot;

use super::{Chunk, Done, Error, Kind, Provider, Request, Usage};
use crate::runtime::{Stop, Watching};

/// Runs requests. The thread behind it starts with the first of them; clones share it, and it ends with the last clone.
#[derive(Clone, Default)]
pub struct Engine(Arc<Mutex<Option<Running>>>);

struct Running {
    handle: Handle,
    /// Dropping it ends the thread, and with it all connections.
    _alive: oneshot::Sender<()>,
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Engine").finish_non_exhaustive()
    }
}

/// A whole answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// Its text.
    pub text: String,
    /// How it ended.
    pub done: Done,
    /// What it cost, where the server says so.
    pub usage: Option<Usage>,
}

/// A request under way; dropping it ends it.
pub struct Asked {
    name: String,
    told: Receiver<News>,
    _watching: Watching,
    _end: EndOnDrop,
}

impl std::fmt::Debug for Asked {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Asked").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Asked {
    /// Hand over each piece of the answer as it comes. Returns when the answer has ended.
    ///
    /// # Errors
    /// What went wrong before the first words; [`Kind::Stopped`].
    pub fn hear(self, on: &mut dyn FnMut(Chunk)) -> Result<(), Error> {
        self.hear_patiently(Duration::MAX, &mut |chunk| chunk.into_iter().for_each(&mut *on))
    }

    /// The same; where nothing at all came for so long, this is told once as none.
    ///
    /// # Errors
    /// As [`Asked::hear`].
    pub fn hear_patiently(self, quiet: Duration, on: &mut dyn FnMut(Option<Chunk>)) -> Result<(), Error> {
        let mut next = self.told.recv_timeout(quiet);
        if matches!(next, Err(RecvTimeoutError::Timeout)) {
            on(None);
            next = self.told.recv().map_err(RecvTimeoutError::from);
        }
        loop {
            match next {
                Ok(News::Chunk(chunk)) => on(Some(chunk)),
                Ok(News::End(result)) => return result,
                Ok(News::Stopped) => return Err(Kind::Stopped.at(&self.name)),
                Err(_) => return Err(Kind::Here("the program is ending".to_owned()).at(&self.name)),
            }
            next = self.told.recv().map_err(RecvTimeoutError::from);
        }
    }
}

enum News {
    Chunk(Chunk),
    End(Result<(), Error>),
    Stopped,
}

impl Engine {
    /// Ask, and hand over each piece of the answer on this thread as it comes; see [`Engine::begin`] and [`Asked::hear`].
    ///
    /// # Errors
    /// What went wrong before the first words.
    pub fn ask(
        &self,
        provider: Arc<dyn Provider>,
        request: Request,
        stop: &Stop,
        on: &mut dyn FnMut(Chunk),
    ) -> Result<(), Error> {
        self.begin(provider, request, stop)?.hear(on)
    }

    /// Ask, and come back at once: the request leaves while this thread does something else. Where `stop` is set the request
    /// is ended, its socket closed, and the error is [`Kind::Stopped`], also after words came. Several threads may ask at
    /// once.
    ///
    /// # Errors
    /// The thread behind it could not be started.
    pub fn begin(&self, provider: Arc<dyn Provider>, request: Request, stop: &Stop) -> Result<Asked, Error> {
        let name = provider.server().name.clone();
        let handle = self.handle().map_err(|why| Kind::Here(why).at(&name))?;
        let (tell, told) = channel();
        let watching = stop.watch({
            let tell = tell.clone();
            move || {
                let _ = tell.send(News::Stopped);
            }
        });
        let task = EndOnDrop(handle.spawn(stream(provider, request, tell)));
        Ok(Asked { name, told, _watching: watching, _end: task })
    }

    /// The same, collected: for answers that nobody watches.
    ///
    /// # Errors
    /// As [`Engine::ask`].
    pub fn answer(&self, provider: Arc<dyn Provider>, request: Request, stop: &Stop) -> Result<Answer, Error> {
        let mut answer = Answer { text: String::new(), done: Done::Stop, usage: None };
        self.ask(provider, request, stop, &mut |chunk| match chunk {
            Chunk::Text(text) => answer.text.push_str(&text),
            Chunk::Usage(usage) => answer.usage = Some(usage),
            Chunk::Done(done) => answer.done = done,
            Chunk::Waiting(_) => {}
        })?;
        Ok(answer)
    }

    /// Let something run to its end on the thread; none where it took longer than this, or the thread could not be started.
    pub fn run<T: Send + 'static>(
        &self,
        future: impl Future<Output = T> + Send + 'static,
        longest: Duration,
    ) -> Option<T> {
        let (tell, told) = channel();
        let _end = EndOnDrop(self.handle().ok()?.spawn(async move {
            if let Ok(value) = tokio::time::timeout(longest, future).await {
                let _ = tell.send(value);
            }
        }));
        told.recv().ok()
    }

    fn handle(&self) -> Result<Handle, String> {
        let mut running = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(running) = &*running {
            return Ok(running.handle.clone());
        }
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|e| e.to_string())?;
        let handle = runtime.handle().clone();
        let (alive, ended) = oneshot::channel::<()>();
        std::thread::Builder::new()
            .name("model".to_owned())
            .spawn(move || {
                let _ = runtime.block_on(ended);
                // A name that is being looked up must not keep the program from ending.
                runtime.shutdown_background();
            })
            .map_err(|e| e.to_string())?;
        *running = Some(Running { handle: handle.clone(), _alive: alive });
        Ok(handle)
    }
}

/// Ends a task when nobody waits for it any more.
struct EndOnDrop(tokio::task::JoinHandle<()>);

impl Drop for EndOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

async fn stream(provider: Arc<dyn Provider>, request: Request, tell: Sender<News>) {
    let mut chunks = provider.stream(request);
    while let Some(chunk) = chunks.next().await {
        let news = match chunk {
            Ok(chunk) => News::Chunk(chunk),
            Err(error) => News::End(Err(error)),
        };
        let end = matches!(news, News::End(_));
        if tell.send(news).is_err() || end {
            return;
        }
    }
    let _ = tell.send(News::End(Ok(())));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::llm::Server;
    use futures_util::stream::{self, BoxStream};

    #[derive(Debug)]
    struct Says(Server, Vec<Chunk>, bool);

    impl Provider for Says {
        fn server(&self) -> &Server {
            &self.0
        }

        fn stream(&self, _: Request) -> BoxStream<'static, Result<Chunk, Error>> {
            let said = stream::iter(self.1.clone().into_iter().map(Ok));
            if self.2 { said.chain(stream::pending()).boxed() } else { said.boxed() }
        }
    }

    fn says(chunks: Vec<Chunk>, then_hangs: bool) -> Arc<dyn Provider> {
        Arc::new(Says(Server::new("test", "http://localhost/v1", "m").unwrap(), chunks, then_hangs))
    }

    #[test]
    fn an_answer_is_collected() {
        let chunks = vec![Chunk::Text("He".into()), Chunk::Text("llo.".into()), Chunk::Done(Done::Length)];
        let answer = Engine::default().answer(says(chunks, false), Request::text(vec![], 9), &Stop::default()).unwrap();
        assert_eq!(answer, Answer { text: "Hello.".into(), done: Done::Length, usage: None });
    }

    #[test]
    fn where_nothing_comes_for_long_it_is_told_once_and_goes_on() {
        let (engine, stop) = (Engine::default(), Stop::default());
        let asked = engine.begin(says(vec![], true), Request::text(vec![], 9), &stop).unwrap();
        let mut quiet = 0;
        let result = asked.hear_patiently(Duration::from_millis(1), &mut |chunk| {
            assert_eq!(chunk, None);
            quiet += 1;
            stop.set();
        });
        assert_eq!((quiet, result.unwrap_err().kind), (1, Kind::Stopped));
    }

    #[test]
    fn stopping_ends_a_request_that_hangs_and_one_that_was_not_begun() {
        let (engine, stop) = (Engine::default(), Stop::default());
        let mut heard = String::new();
        let result =
            engine.ask(says(vec![Chunk::Text("Well".into())], true), Request::text(vec![], 9), &stop, &mut |chunk| {
                if let Chunk::Text(text) = chunk {
                    heard.push_str(&text);
                    stop.set();
                }
            });
        assert_eq!((heard.as_str(), result.unwrap_err().kind), ("Well", Kind::Stopped));
        let again = engine.ask(says(vec![], true), Request::text(vec![], 9), &stop, &mut |_| {});
        assert_eq!(again.unwrap_err().kind, Kind::Stopped);
    }
}
