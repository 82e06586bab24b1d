use std::sync::atomic::{AtomicU64, Ordering};

/// How many requests a client has sent so far, and in how many attempts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Statistics {
    /// Requests that were begun.
    pub requests: u64,
    /// Attempts at these requests.
    pub attempts: u64,
}

impl Statistics {
    /// How many attempts were not the first one of their request.
    pub fn retries(&self) -> u64 {
        self.attempts.saturating_sub(self.requests)
    }
}

/// Counts requests and attempts; all requests of a client share it.
#[derive(Debug, Default)]
pub(super) struct Counter {
    requests: AtomicU64,
    attempts: AtomicU64,
}

impl Counter {
    /// Counts the `number`th attempt at a request, from 1.
    pub(super) fn count_attempt(&self, number: u32) {
        if number == 1 {
            self.requests.fetch_add(1, Ordering::Relaxed);
        }
        self.attempts.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn statistics(&self) -> Statistics {
        Statistics {
            requests: self.requests.load(Ordering::Relaxed),
            attempts: self.attempts.load(Ordering::Relaxed),
        }
    }
}
