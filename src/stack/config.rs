use std::time::Duration;

#[cfg(feature = "opensearch")]
use http::request::Parts;

use crate::retry::{self, Idempotency};

/// How a [`Stack`](super::Stack) behaves: attempts, timeouts, size limits and switches.
#[derive(Clone, Debug)]
#[must_use]
pub struct StackConfig {
    pub(super) retry: retry::Settings,
    pub(super) response: usize,
    max_concurrent_requests: Option<usize>,
    #[cfg(feature = "compression")]
    pub(super) compress_over: Option<usize>,
}

impl Default for StackConfig {
    fn default() -> Self {
        Self {
            retry: retry::Settings {
                max_attempts: 3,
                total: Duration::from_secs(120),
                attempt: Duration::from_secs(60),
                follows_service_clock: true,
                idempotency: Idempotency::of,
            },
            response: 100 * 1024 * 1024,
            max_concurrent_requests: None,
            #[cfg(feature = "compression")]
            compress_over: None,
        }
    }
}

impl StackConfig {
    /// The defaults.
    pub fn new() -> Self {
        Self::default()
    }

    /// How long a call may take with all its attempts and waits; 120 seconds by default.
    pub fn with_total_timeout(mut self, limit: Duration) -> Self {
        self.retry.total = limit;
        self
    }

    /// How often a request is sent at most: 3 times by default; 1, or 0, turns retries off.
    ///
    /// See [`retry`] for when a request is sent again.
    pub fn with_max_attempts(mut self, attempts: u32) -> Self {
        self.retry.max_attempts = attempts;
        self
    }

    /// Whether signatures follow the service's clock when this machine's clock is wrong; `true` by
    /// default.
    ///
    /// The service's time comes from the `Date` of a response, or else from the time in a refusal.
    /// It counts only if it came over TLS or from loopback and is within a day of this machine's
    /// time. Each origin has a clock of its own; the last 256 are remembered.
    pub fn with_clock_skew_correction(mut self, on: bool) -> Self {
        self.retry.follows_service_clock = on;
        self
    }

    /// How long one attempt may take, from sending to the last byte of the response; 60 seconds by
    /// default.
    ///
    /// Keep it below 5 minutes, because AWS rejects older signatures.
    pub fn with_attempt_timeout(mut self, limit: Duration) -> Self {
        self.retry.attempt = limit;
        self
    }

    /// The most bytes of a response body, before and after decompression; 100 MiB by default.
    ///
    /// An error response is cut off there instead, and not before 64 KiB.
    pub fn with_response_limit(mut self, bytes: usize) -> Self {
        self.response = bytes;
        self
    }

    /// How many requests are in flight at most; 64 by default, and 1 at least. A client over your own service
    /// ([`over`](crate::opensearch::ClientBuilder::over)) has no limit by default.
    ///
    /// The others wait for their turn, first come, first served, within their total timeout. Each
    /// request in flight needs a connection, and so a file descriptor; more of them than a server
    /// can work on only make it slower. Raise the limit for a server that is far away: at most this
    /// many requests are sent in the time that one response takes. A response that is
    /// [streamed](super::Stack::send_streaming) counts until its body has ended or is dropped.
    pub fn with_max_concurrent_requests(mut self, limit: usize) -> Self {
        self.max_concurrent_requests = Some(limit);
        self
    }

    /// Compresses request bodies of more bytes than this with gzip, where that makes them smaller.
    ///
    /// Off by default, because not every service accepts gzip.
    #[cfg(feature = "compression")]
    pub fn with_requests_compressed_over(mut self, bytes: usize) -> Self {
        self.compress_over = Some(bytes);
        self
    }

    /// Decides with this function which requests may be sent again after they may have been applied.
    #[cfg(feature = "opensearch")]
    pub(crate) fn with_idempotency(mut self, idempotency: fn(&Parts) -> Idempotency) -> Self {
        self.retry.idempotency = idempotency;
        self
    }

    /// Sets the limit of requests in flight, unless one was set.
    #[cfg(feature = "opensearch")]
    pub(crate) fn or_max_concurrent_requests(mut self, limit: usize) -> Self {
        self.max_concurrent_requests.get_or_insert(limit);
        self
    }

    pub(super) fn max_concurrent_requests(&self) -> usize {
        self.max_concurrent_requests
            .unwrap_or(DEFAULT_MAX_CONCURRENT_REQUESTS)
    }

    /// How long one attempt may take.
    pub fn attempt_timeout(&self) -> Duration {
        self.retry.attempt
    }
}

const DEFAULT_MAX_CONCURRENT_REQUESTS: usize = 64;
