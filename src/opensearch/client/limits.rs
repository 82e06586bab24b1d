//! Attempts, timeouts and sizes of requests.

use std::time::Duration;

use super::builder::ClientBuilder;
use crate::stack::StackConfig;

impl ClientBuilder {
    /// How often a request is sent at most: 3 times by default; 1 turns retries off.
    ///
    /// See [`retry`](crate::retry) for when a request is sent again.
    pub fn max_attempts(self, attempts: u32) -> Self {
        self.configure(|config| config.with_max_attempts(attempts))
    }

    /// Whether signatures follow the service's clock when this machine's clock is wrong; `true` by
    /// default. See [`StackConfig::with_clock_skew_correction`].
    pub fn clock_skew_correction(self, on: bool) -> Self {
        self.configure(|config| config.with_clock_skew_correction(on))
    }

    /// How long a call may take with all its attempts and waits; 120 seconds by default.
    pub fn total_timeout(self, limit: Duration) -> Self {
        self.configure(|config| config.with_total_timeout(limit))
    }

    /// How long one attempt may take, from sending to the last byte of the response; 60 seconds by
    /// default.
    ///
    /// It must be less than 5 minutes, because AWS rejects older signatures.
    pub fn attempt_timeout(self, limit: Duration) -> Self {
        self.configure(|config| config.with_attempt_timeout(limit))
    }

    /// The most bytes of a response body, before and after decompression; 100 MiB by default.
    pub fn response_limit(self, bytes: usize) -> Self {
        self.configure(|config| config.with_response_limit(bytes))
    }

    /// How many requests are in flight at most; 64 by default. The others wait for their turn, within
    /// their total timeout. There is no limit [over](Self::over) a service of yours by default. See
    /// [`StackConfig::with_max_concurrent_requests`].
    pub fn max_concurrent_requests(self, limit: usize) -> Self {
        self.configure(|config| config.with_max_concurrent_requests(limit))
    }

    /// Compresses request bodies of more bytes than this with gzip, where that makes them smaller.
    ///
    /// Off by default: a domain accepts gzip only with HTTP compression enabled, as on new domains,
    /// and a serverless collection may reject it. 8 KiB is a good threshold.
    #[cfg(feature = "compression")]
    pub fn compress_requests_over(self, bytes: usize) -> Self {
        self.configure(|config| config.with_requests_compressed_over(bytes))
    }

    fn configure(mut self, change: impl FnOnce(StackConfig) -> StackConfig) -> Self {
        self.config = change(self.config);
        self
    }
}
