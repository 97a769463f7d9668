//! A way to tell a counterpart on another thread that nobody wants to wait any longer.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// A flag that several threads share. Cloning it gives another handle on the same flag.
#[derive(Clone, Debug, Default)]
pub struct Stop(Arc<Inner>);

#[derive(Default)]
struct Inner {
    set: Mutex<bool>,
    changed: Condvar,
    watchers: Mutex<Vec<(u64, Watcher)>>,
}

type Watcher = Box<dyn Fn() + Send>;

impl std::fmt::Debug for Inner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Stop").field("set", &*locked(&self.set)).finish_non_exhaustive()
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Stop {
    /// Ask whoever is at work to come to an end.
    pub fn set(&self) {
        *locked(&self.0.set) = true;
        self.0.changed.notify_all();
        for (_, watcher) in locked(&self.0.watchers).iter() {
            watcher();
        }
    }

    /// Begin anew.
    pub fn clear(&self) {
        *locked(&self.0.set) = false;
    }

    /// Whether it was asked for.
    pub fn is_set(&self) -> bool {
        *locked(&self.0.set)
    }

    /// Wait until it is asked for, but no longer than this; whether it was.
    pub fn wait(&self, longest: Duration) -> bool {
        let guard = locked(&self.0.set);
        let waited = self.0.changed.wait_timeout_while(guard, longest, |set| !*set);
        *waited.unwrap_or_else(PoisonError::into_inner).0
    }

    /// Call this when it is asked for, or at once if it was already, until the guard is dropped. It may be called more than
    /// once and must neither block nor watch in turn.
    pub fn watch(&self, watcher: impl Fn() + Send + 'static) -> Watching {
        let mut watchers = locked(&self.0.watchers);
        let id = watchers.last().map_or(0, |(last, _)| last + 1);
        if self.is_set() {
            watcher();
        }
        watchers.push((id, Box::new(watcher)));
        Watching { stop: self.clone(), id }
    }
}

/// As long as this lives, the watcher is called.
#[derive(Debug)]
pub struct Watching {
    stop: Stop,
    id: u64,
}

impl Drop for Watching {
    fn drop(&mut self) {
        locked(&self.stop.0.watchers).retain(|(id, _)| *id != self.id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[test]
    fn watchers_are_told_until_they_go() {
        let (stop, told) = (Stop::default(), Arc::new(AtomicUsize::new(0)));
        let count = |told: &Arc<AtomicUsize>| {
            let told = Arc::clone(told);
            move || {
                told.fetch_add(1, Ordering::SeqCst);
            }
        };
        let first = stop.watch(count(&told));
        stop.set();
        assert_eq!(told.load(Ordering::SeqCst), 1);
        let second = stop.watch(count(&told));
        assert_eq!(told.load(Ordering::SeqCst), 2, "it was asked for already");
        drop((first, second));
        stop.set();
        assert_eq!(told.load(Ordering::SeqCst), 2);
    }
}
