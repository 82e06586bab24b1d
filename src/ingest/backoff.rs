//! How long to wait before a retry: random up to a maximum that grows while the server refuses.

use std::time::Duration;

use http::HeaderMap;
use http::header::RETRY_AFTER;

/// Remembers across chunks how often the server refused of late.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Backoff {
    level: u32,
}

impl Backoff {
    /// A chunk was answered; the server refused this share of it.
    pub(super) fn heard(&mut self, refused: f64) {
        if refused > 0.5 {
            self.level = (self.level + 1).min(MOST_LEVEL);
        } else if refused < 0.1 {
            self.level = self.level.saturating_sub(1);
        }
    }

    /// The wait before an operation is sent for the `attempt`th time again, from 1.
    pub(super) fn wait(self, attempt: u32, asked: Option<Duration>) -> Duration {
        let doublings = self.level.max(attempt.saturating_sub(1)).min(MOST_LEVEL);
        let most = (BASE * 2u32.pow(doublings)).min(MOST);
        let wait = most.mul_f64(fastrand::f64());
        wait.max(asked.unwrap_or_default().min(MOST_ASKED))
    }
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
