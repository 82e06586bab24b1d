//! The waits of a program that reads a state until it changes.

use std::time::Duration;

use tokio::time::{Instant, sleep, sleep_until};

/// The pauses between reads of a state, until a limit. Everything that waits for the cluster has the
/// same pauses: they double from 0.25 to 10 seconds.
#[derive(Debug)]
pub(crate) struct Polls {
    /// `None` without a limit, and if the limit is beyond what a clock can state.
    deadline: Option<Instant>,
    pace: Pace,
    failures: u32,
}

impl Polls {
    /// Begins a wait of at most this long; without a limit if there is none.
    pub(crate) fn new(limit: impl Into<Option<Duration>>) -> Self {
        let limit: Option<Duration> = limit.into();
        Self {
            deadline: limit.and_then(|limit| Instant::now().checked_add(limit)),
            pace: Pace::new(FIRST_PAUSE, LONGEST_PAUSE),
            failures: 0,
        }
    }

    /// Waits until it is time to read again. `false` if the limit has passed.
    pub(crate) async fn pause(&mut self) -> bool {
        let wait = self.pace.next(fastrand::f64());
        sleep_within(self.deadline, wait).await
    }

    /// Whether to read again after an error. A server that restarts fails some requests in a row.
    pub(crate) fn tolerates(&mut self, is_retryable: bool) -> bool {
        self.failures += 1;
        is_retryable && self.failures <= MAX_FAILURES
    }

    /// Records that a read succeeded.
    pub(crate) fn succeeded(&mut self) {
        self.failures = 0;
    }
}

/// How long to wait before each further read: waits that double, within limits, with jitter.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pace {
    next: Duration,
    longest: Duration,
}

impl Pace {
    /// The first wait, and the longest.
    pub(crate) fn new(first: Duration, longest: Duration) -> Self {
        Self {
            next: first.min(longest),
            longest,
        }
    }

    /// Returns the next wait; `random` is from 0 to 1.
    pub(crate) fn next(&mut self, random: f64) -> Duration {
        let wait = self.next;
        self.next = wait.saturating_mul(2).min(self.longest);
        wait.mul_f64(1.0 - random.clamp(0.0, 1.0) / 2.0)
    }
}

/// Sleeps for this time, but not beyond the deadline. Returns `false`, without sleeping, if the
/// deadline has passed.
async fn sleep_within(deadline: Option<Instant>, wait: Duration) -> bool {
    let Some(deadline) = deadline else {
        sleep(wait).await;
        return true;
    };
    let now = Instant::now();
    if now >= deadline {
        return false;
    }
    sleep_until(deadline.min(now + wait)).await;
    true
}

const FIRST_PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);
const MAX_FAILURES: u32 = 10;

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn pauses_grow_and_end_at_the_limit() {
        let started = Instant::now();
        let mut polls = Polls::new(Duration::from_secs(60));
        let mut before = started;
        let mut pauses = Vec::new();
        while polls.pause().await {
            pauses.push(before.elapsed());
            before = Instant::now();
        }
        assert!(pauses[0] <= Duration::from_millis(252), "{pauses:?}");
        let longest = Duration::from_millis(10_002);
        assert!(pauses.iter().all(|pause| *pause <= longest), "{pauses:?}");
        assert!((9..22).contains(&pauses.len()), "{pauses:?}");
        let took = started.elapsed();
        assert!((60_000..60_100).contains(&took.as_millis()), "{took:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn any_limit_is_accepted() {
        assert!(Polls::new(Duration::MAX).pause().await);
        assert!(Polls::new(None).pause().await);
        assert!(!Polls::new(Duration::ZERO).pause().await);
    }

    #[test]
    fn ten_failures_in_a_row_are_tolerated_if_they_may_pass() {
        let mut polls = Polls::new(None);
        for _ in 0..2 {
            let tolerated: Vec<_> = (0..11).map(|_| polls.tolerates(true)).collect();
            assert_eq!(tolerated, [[true; 10].as_slice(), &[false]].concat());
            polls.succeeded();
            assert!(!polls.tolerates(false));
            polls.succeeded();
        }
    }

    #[test]
    fn waits_double_up_to_the_longest_and_lose_at_most_a_half() {
        let seconds = Duration::from_secs;
        let mut pace = Pace::new(seconds(1), seconds(5));
        let waits = [0.0, 0.0, 0.0, 0.0, 1.0, 0.5].map(|random| pace.next(random));
        let expected = [1000, 2000, 4000, 5000, 2500, 3750].map(Duration::from_millis);
        assert_eq!(waits, expected);
    }
}
