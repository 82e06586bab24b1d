//! How long to wait before a retry: random up to a maximum that grows while the server refuses.

use std::time::Duration;

use http::HeaderMap;
use http::header::RETRY_AFTER;
use tokio::time::Instant;

/// Remembers across chunks how often the server refused work recently.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Backoff {
    level: u32,
    /// Whole requests that failed one after the other.
    failures: u32,
    /// When the last of them ended.
    failed_at: Option<Instant>,
}

impl Backoff {
    /// There was a response to a chunk; the server refused this share of it.
    pub(super) fn heard(&mut self, refused: f64) {
        self.level = match refused > 0.5 {
            true => (self.level + 1).min(MOST_LEVEL),
            false => self.level.saturating_sub(1),
        };
    }

    /// The server took a request.
    pub(super) fn worked(&mut self) {
        self.failures = 0;
    }

    /// A whole request failed, so that others would fail as well: how long nothing is sent.
    ///
    /// Requests that were in flight together are one failure.
    pub(super) fn pause(
        &mut self,
        began: Instant,
        now: Instant,
        asked: Option<Duration>,
    ) -> Duration {
        if self.failed_at.is_none_or(|failed_at| began >= failed_at) {
            self.failures = self.failures.saturating_add(1);
            self.failed_at = Some(now);
        }
        random(self.failures, asked)
    }

    /// The wait before an operation is sent for the `attempt`th time again, from 1.
    pub(super) fn wait(self, attempt: u32, asked: Option<Duration>) -> Duration {
        random(attempt.max(self.level.saturating_add(1)), asked)
    }
}

/// A random time below a maximum that doubles with each attempt, from 1; at least what the server asks for.
fn random(attempt: u32, asked: Option<Duration>) -> Duration {
    let doublings = attempt.saturating_sub(1).min(MOST_LEVEL);
    let most = (BASE * 2u32.pow(doublings)).min(MOST);
    let wait = most.mul_f64(fastrand::f64());
    wait.max(asked.unwrap_or_default().min(MOST_ASKED))
}

/// What a response asks for, in `x-amz-retry-after` (ms) or `Retry-After` (s).
pub(super) fn asked(headers: &HeaderMap) -> Option<Duration> {
    let number =
        |name: &str| -> Option<u64> { headers.get(name)?.to_str().ok()?.trim().parse().ok() };
    let millis = number("x-amz-retry-after").map(Duration::from_millis);
    millis.or_else(|| number(RETRY_AFTER.as_str()).map(Duration::from_secs))
}

const BASE: Duration = Duration::from_millis(100);
const MOST: Duration = Duration::from_secs(20);
const MOST_ASKED: Duration = Duration::from_secs(30);
const MOST_LEVEL: u32 = 8;

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn longest(backoff: Backoff, attempt: u32) -> Duration {
        let waits = (0..200).map(|_| backoff.wait(attempt, None));
        waits.max().unwrap_or_default()
    }

    #[test]
    fn waits_are_random_below_a_maximum_that_doubles_up_to_20_seconds() {
        for (attempt, most) in [
            (0, 100),
            (1, 100),
            (2, 200),
            (5, 1600),
            (9, 20_000),
            (u32::MAX, 20_000),
        ] {
            let longest = longest(Backoff::default(), attempt).as_millis();
            assert!(
                longest <= most && longest > most * 8 / 10,
                "{attempt}: {longest} ms"
            );
        }
    }

    #[test]
    fn a_new_chunk_waits_as_long_as_earlier_ones_if_the_server_still_refuses() {
        let mut backoff = Backoff::default();
        (0..6).for_each(|_| backoff.heard(1.0));
        assert!(longest(backoff, 1) > Duration::from_secs(4));
        (0..6).for_each(|_| backoff.heard(0.0));
        assert!(longest(backoff, 1) <= Duration::from_millis(100));
    }

    #[test]
    fn the_pause_after_whole_requests_grows_until_one_is_taken() {
        let longest = |backoff: &mut Backoff, began: Instant, now: Instant| {
            let pauses = (0..200).map(|_| backoff.pause(began, now, None));
            pauses.max().unwrap_or_default().as_millis()
        };
        let mut backoff = Backoff::default();
        let began = Instant::now();
        // All of these requests began before the first failure was seen.
        let at_once = longest(&mut backoff, began, began + Duration::from_millis(5));
        assert!((80..=100).contains(&at_once), "{at_once} ms");
        for number in 1..8 {
            let now = began + Duration::from_secs(number);
            backoff.pause(now, now, None);
        }
        let last = longest(&mut backoff, began, began);
        assert!((10_000..=12_800).contains(&last), "{last} ms");
        backoff.worked();
        let later = began + Duration::from_secs(9);
        let first = longest(&mut backoff, later, later + Duration::from_millis(5));
        assert!((80..=100).contains(&first), "{first} ms");
    }

    #[test]
    fn a_server_is_given_the_time_that_it_asks_for_up_to_30_seconds() {
        for (name, value, expected) in [
            ("retry-after", "3", Some(3)),
            ("x-amz-retry-after", "3000", Some(3)),
            ("retry-after", "99999999999", Some(30)),
            ("retry-after", "soon", None),
            ("retry-after", "-1", None),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(name, HeaderValue::from_static(value));
            let asked = asked(&headers);
            assert_eq!(asked.is_some(), expected.is_some(), "{value}");
            let wait = Backoff::default().wait(1, asked);
            let least = Duration::from_secs(expected.unwrap_or_default());
            assert!(
                wait >= least && wait <= least + Duration::from_millis(100),
                "{value}"
            );
        }
    }
}
