//! When to send a request again: only before the first words, a few times, with growing pauses, never longer than the
//! budget. A server that names a pause gets it, or is not asked again.

use std::time::Duration;

use http::HeaderMap;
use http::header::{DATE, RETRY_AFTER};

use super::{Kind, Limits};

/// While a model is being loaded.
const LOADING: Duration = Duration::from_secs(2);

/// What is left of a request's tries.
#[derive(Clone, Copy, Debug)]
pub struct Tries {
    attempt: u32,
    attempts: u32,
    backoff: Duration,
    pauses: Duration,
}

impl Tries {
    /// As many as these limits allow; a single one for a server that just failed.
    pub fn new(limits: &Limits, careful: bool) -> Self {
        let attempts = if careful { 1 } else { limits.attempts.max(1) };
        Self { attempt: 1, attempts, backoff: limits.backoff, pauses: limits.pauses }
    }

    /// The present attempt, counted from 1, and how many there may be.
    pub fn count(&self) -> (u32, u32) {
        (self.attempt, self.attempts)
    }

    /// How long to wait before another try after this; none where there is to be none. `jitter` is from 0 to 1 and spreads
    /// the tries of many, so that they do not all come back at the same moment.
    pub fn pause(&mut self, kind: &Kind, asked: Option<Duration>, jitter: f64) -> Option<Duration> {
        let pause = match (kind, asked) {
            (Kind::Loading, asked) => {
                // Not one of the tries: the server is fine, only not ready. The pauses' budget ends it.
                self.attempt = self.attempt.saturating_sub(1);
                asked.unwrap_or(LOADING)
            }
            (kind, _) if !kind.is_passing() => return None,
            (_, Some(asked)) => asked,
            (_, None) => {
                let full = self.backoff.saturating_mul(2_u32.saturating_pow(self.attempt - 1));
                full.mul_f64(0.5 + jitter.clamp(0.0, 1.0) / 2.0)
            }
        };
        if self.attempt >= self.attempts || pause > self.pauses {
            return None;
        }
        self.pauses -= pause;
        self.attempt += 1;
        Some(pause)
    }
}

/// The pause that a server asks for: seconds or a date, as RFC 9110 has it, or milliseconds, as Azure says it.
/// `now` is in milliseconds since 1970; the server's own clock goes before it, where it tells the time.
pub fn asked_pause(headers: &HeaderMap, now: i64) -> Option<Duration> {
    let text = |name| headers.get(name).and_then(|value: &http::HeaderValue| value.to_str().ok()).map(str::trim);
    if let Some(ms) = text("retry-after-ms".parse().ok()?).and_then(|ms| ms.parse().ok()) {
        return Some(Duration::from_millis(ms));
    }
    let asked = text(RETRY_AFTER)?;
    if let Ok(seconds) = asked.parse::<f64>() {
        return Duration::try_from_secs_f64(seconds).ok();
    }
    let date = |text: &str| jiff::fmt::rfc2822::parse(text).ok().map(|date| date.timestamp().as_millisecond());
    let now = text(DATE).and_then(date).unwrap_or(now);
    let until = date(asked)?;
    Some(Duration::from_millis(u64::try_from(until.saturating_sub(now)).unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
    }

    #[test]
    fn a_pause_is_read_as_seconds_as_milliseconds_and_as_a_date() {
        let secs = |s| Some(Duration::from_secs(s));
        assert_eq!(asked_pause(&headers(&[("retry-after", "7")]), 0), secs(7));
        assert_eq!(asked_pause(&headers(&[("retry-after-ms", "3000"), ("retry-after", "9")]), 0), secs(3));
        // 1994-11-06 08:49:37 UTC is 784111777 s after 1970.
        let date = "Sun, 06 Nov 1994 08:49:37 GMT";
        assert_eq!(asked_pause(&headers(&[("retry-after", date)]), 784_111_767_000), secs(10));
        assert_eq!(asked_pause(&headers(&[("retry-after", date)]), 784_111_999_000), secs(0));
        let skewed = headers(&[("retry-after", date), ("date", "Sun, 06 Nov 1994 08:49:07 GMT")]);
        assert_eq!(asked_pause(&skewed, 0), secs(30));
        for nothing in ["", "soon", "-5", "inf"] {
            assert_eq!(asked_pause(&headers(&[("retry-after", nothing)]), 0), None, "{nothing}");
        }
    }

    #[test]
    fn tries_grow_apart_and_end() {
        let mut tries = Tries::new(&Limits::default(), false);
        let failing = Kind::Failing(503, String::new());
        assert_eq!(tries.pause(&failing, None, 1.0), Some(Duration::from_millis(500)));
        assert_eq!(tries.pause(&failing, None, 0.0), Some(Duration::from_millis(500)));
        assert_eq!(tries.pause(&failing, None, 1.0), None);
    }

    #[test]
    fn what_will_not_change_is_not_tried_again_and_a_long_pause_is_not_waited_for() {
        let mut tries = Tries::new(&Limits::default(), false);
        assert_eq!(tries.pause(&Kind::NotAllowed(String::new()), None, 0.5), None);
        assert_eq!(tries.pause(&Kind::Busy(Some(61)), Some(Duration::from_secs(61)), 0.5), None);
        assert_eq!(
            tries.pause(&Kind::Busy(Some(40)), Some(Duration::from_secs(40)), 0.5),
            Some(Duration::from_secs(40))
        );
        assert_eq!(tries.pause(&Kind::Busy(Some(40)), Some(Duration::from_secs(40)), 0.5), None, "over the budget");
    }

    #[test]
    fn a_model_that_loads_is_waited_for_as_long_as_the_budget_lasts() {
        let mut tries = Tries::new(&Limits::default(), false);
        let mut pauses = 0;
        while tries.pause(&Kind::Loading, None, 0.5).is_some() {
            pauses += 1;
        }
        assert_eq!(pauses, 30);
    }
}
