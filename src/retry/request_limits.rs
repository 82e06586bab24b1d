use std::time::Duration;

use super::shared::Settings;

/// How long and how often one request may be sent, in place of what the client or stack is configured for.
///
/// Put it into the request's extensions. `Client::call` does it for a typed call.
///
/// ```
/// use std::time::Duration;
/// use http::Request;
/// use sigtower::retry::RequestLimits;
///
/// let request = Request::get("https://search-x.us-east-1.es.amazonaws.com/_search")
///     .extension(RequestLimits::new().with_total_timeout(Duration::from_secs(2)).with_max_attempts(1))
///     .body(())?;
/// # Ok::<(), http::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[must_use]
pub struct RequestLimits {
    pub(super) total: Option<Duration>,
    pub(super) max_attempts: Option<u32>,
}

impl RequestLimits {
    /// Limits that change nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// How long the request may take with all its attempts and waits.
    ///
    /// If this is longer than the configured attempt timeout, one attempt may take as long.
    pub fn with_total_timeout(mut self, limit: Duration) -> Self {
        self.total = Some(limit);
        self
    }

    /// How often the request is sent at most; 1, or 0, turns retries off.
    pub fn with_max_attempts(mut self, attempts: u32) -> Self {
        self.max_attempts = Some(attempts);
        self
    }

    /// The limits that count for this request, given the configured ones: attempts, total time, time of an attempt.
    pub(super) fn or(self, settings: &Settings) -> (u32, Duration, Duration) {
        let max_attempts = self.max_attempts.unwrap_or(settings.max_attempts);
        match self.total {
            Some(total) => (max_attempts, total, settings.attempt.max(total)),
            None => (max_attempts, settings.total, settings.attempt),
        }
    }
}
