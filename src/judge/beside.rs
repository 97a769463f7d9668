//! A judge on a thread of its own: the scene never waits for it.

use std::collections::HashSet;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::{Case, Judge, Trouble};
use crate::runtime::Stop;
use crate::session::{Opinion, TurnId};

/// Called on the judge's thread when an opinion is ready.
type Wake = Box<dyn Fn() + Send>;

/// A judge at work beside a rehearsal.
#[derive(Debug)]
pub struct Beside {
    todo: Option<Sender<(TurnId, Case)>>,
    done: Receiver<(TurnId, Result<Opinion, Trouble>)>,
    /// The replies whose opinion is still to come.
    open: HashSet<TurnId>,
    stop: Stop,
    worker: Option<JoinHandle<()>>,
}

impl Beside {
    /// Start it; `wake` is called whenever an opinion is ready.
    pub fn start(judge: Judge, wake: Wake) -> Self {
        let (todo, cases) = channel::<(TurnId, Case)>();
        let (tell, done) = channel();
        let stop = Stop::default();
        let worker = std::thread::spawn({
            let stop = stop.clone();
            move || {
                while let Ok((turn, case)) = cases.recv() {
                    if stop.is_set() || tell.send((turn, judge.opinion(&case, &stop))).is_err() {
                        return;
                    }
                    wake();
                }
            }
        });
        Self { todo: Some(todo), done, open: HashSet::new(), stop, worker: Some(worker) }
    }

    /// Have this reply looked at.
    pub fn consider(&mut self, turn: TurnId, case: Case) {
        if self.todo.as_ref().is_some_and(|todo| todo.send((turn, case)).is_ok()) {
            self.open.insert(turn);
        }
    }

    /// The opinions that are ready; those that failed are left out, for the scene can do without.
    pub fn ready(&mut self) -> Vec<(TurnId, Opinion)> {
        self.within(Duration::ZERO)
    }

    /// The same, waiting for those that are still to come, but no longer than this.
    pub fn within(&mut self, longest: Duration) -> Vec<(TurnId, Opinion)> {
        let end = Instant::now() + longest;
        let mut ready = Vec::new();
        while !self.open.is_empty() {
            match self.done.recv_timeout(end.saturating_duration_since(Instant::now())) {
                Ok((turn, result)) => {
                    self.open.remove(&turn);
                    ready.extend(result.ok().map(|opinion| (turn, opinion)));
                }
                Err(RecvTimeoutError::Timeout) => break,
                Err(RecvTimeoutError::Disconnected) => self.open.clear(),
            }
        }
        ready
    }
}

impl Drop for Beside {
    fn drop(&mut self) {
        self.stop.set();
        self.todo = None;
        if let Some(worker) = self.worker.take() {
            let _ = worker.join();
        }
    }
}
