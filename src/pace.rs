//! The waits of a program that asks again and again.

use std::time::Duration;

use tokio::time::{Instant, sleep, sleep_until};

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
pub(crate) async fn sleep_within(deadline: Option<Instant>, wait: Duration) -> bool {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_the_longest_and_lose_at_most_a_half() {
        let seconds = Duration::from_secs;
        let mut pace = Pace::new(seconds(1), seconds(5));
        let waits = [0.0, 0.0, 0.0, 0.0, 1.0, 0.5].map(|random| pace.next(random));
        let expected = [1000, 2000, 4000, 5000, 2500, 3750].map(Duration::from_millis);
        assert_eq!(waits, expected);
    }
}
