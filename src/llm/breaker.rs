//! Leaves a server alone for a while after it failed, the longer the more often it failed in a row.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// No server is left alone for longer.
const LONGEST: Duration = Duration::from_secs(300);

/// One for each server.
#[derive(Debug, Default)]
pub struct Breaker(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    failures: u32,
    until: Option<Instant>,
}

impl Breaker {
    /// How long the server is still to be left alone; none where it may be asked.
    pub fn rests(&self, now: Instant) -> Option<Duration> {
        let until = self.state().until?;
        until.checked_duration_since(now).filter(|left| !left.is_zero())
    }

    /// Whether the last request failed, so that the next one is a careful one: one try.
    pub fn is_careful(&self) -> bool {
        self.state().failures > 0
    }

    /// The server answered.
    pub fn good(&self) {
        *self.state() = State::default();
    }

    /// The server failed, after all tries. `asked` is the pause it asked for itself.
    pub fn bad(&self, now: Instant, first: Duration, asked: Option<Duration>) {
        let mut state = self.state();
        let rest = first.saturating_mul(2_u32.saturating_pow(state.failures)).max(asked.unwrap_or_default());
        state.failures = state.failures.saturating_add(1);
        state.until = Some(now + rest.min(LONGEST));
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_that_goes_on_failing_is_left_alone_for_longer() {
        let (breaker, first, now) = (Breaker::default(), Duration::from_secs(30), Instant::now());
        assert_eq!(breaker.rests(now), None);
        breaker.bad(now, first, None);
        assert_eq!(breaker.rests(now), Some(first));
        let later = now + first;
        assert!(breaker.rests(later).is_none() && breaker.is_careful());
        breaker.bad(later, first, None);
        assert_eq!(breaker.rests(later), Some(2 * first));
        breaker.bad(later, first, Some(Duration::from_secs(10_000)));
        assert_eq!(breaker.rests(later), Some(LONGEST));
        breaker.good();
        assert!(breaker.rests(later).is_none() && !breaker.is_careful());
    }
}
