//! A way to tell a counterpart on another thread that nobody wants to wait any longer.

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

/// A flag that several threads share. Cloning it gives another handle on the same flag.
#[derive(Clone, Debug, Default)]
pub struct Stop(Arc<(Mutex<bool>, Condvar)>);

impl Stop {
    /// Ask whoever is at work to come to an end.
    pub fn set(&self) {
        *self.0.0.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.0.1.notify_all();
    }

    /// Begin anew.
    pub fn clear(&self) {
        *self.0.0.lock().unwrap_or_else(PoisonError::into_inner) = false;
    }

    /// Whether it was asked for.
    pub fn is_set(&self) -> bool {
        *self.0.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Wait until it is asked for, but no longer than this; whether it was.
    pub fn wait(&self, longest: Duration) -> bool {
        let guard = self.0.0.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.0.1.wait_timeout_while(guard, longest, |set| !*set);
        *waited.unwrap_or_else(PoisonError::into_inner).0
    }
}
