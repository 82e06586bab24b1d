//! When to read a state again.

use std::time::Duration;

use tokio::time::Instant;

use crate::opensearch::error::Error;
use crate::pace::sleep_within;

/// The pauses between reads, until a limit. They grow from half a second to 10 seconds and vary
/// at random by a quarter, so that many waiting clients do not read at the same moment.
#[derive(Debug)]
pub(super) struct Polls {
    /// `None` if the limit is beyond what a clock can state.
    deadline: Option<Instant>,
    next: Duration,
    failures: u32,
}

impl Polls {
    pub(super) fn new(limit: Duration) -> Self {
        Self {
            deadline: Instant::now().checked_add(limit),
            next: FIRST,
            failures: 0,
        }
    }

    /// Waits until it is time to read again. `false` if the limit has passed.
    pub(super) async fn pause(&mut self) -> bool {
        let wait = self.next.mul_f64(0.75 + fastrand::f64() / 2.0);
        self.next = LAST.min(self.next.mul_f64(1.5));
        sleep_within(self.deadline, wait).await
    }

    /// Whether to read again after this error. A server that restarts fails some requests in a row.
    pub(super) fn tolerates(&mut self, error: &Error) -> bool {
        self.failures += 1;
        error.is_retryable() && self.failures < MAX_FAILURES
    }

    /// Records that a read succeeded.
    pub(super) fn succeeded(&mut self) {
        self.failures = 0;
    }
}

/// How long waits take at most, unless the caller sets it.
pub(super) const WAIT_TIMEOUT: Duration = Duration::from_secs(3600);
const FIRST: Duration = Duration::from_millis(500);
const LAST: Duration = Duration::from_secs(10);
const MAX_FAILURES: u32 = 5;

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
        assert!(pauses[0] <= Duration::from_millis(630), "{pauses:?}");
        assert!(
            pauses
                .iter()
                .all(|pause| *pause <= Duration::from_millis(12_510))
        );
        assert!((8..30).contains(&pauses.len()), "{pauses:?}");
        let took = started.elapsed();
        assert!((60_000..60_100).contains(&took.as_millis()), "{took:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn any_limit_is_accepted() {
        assert!(Polls::new(Duration::MAX).pause().await);
        assert!(!Polls::new(Duration::ZERO).pause().await);
    }
}
