use std::sync::atomic::{AtomicU64, Ordering};

/// How much has been asked so far, and how often it had to be sent for that.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Tally {
    /// Requests that were begun.
    pub requests: u64,
    /// Attempts at them.
    pub attempts: u64,
}

impl Tally {
    /// How many attempts were not a request's first.
    pub fn retries(&self) -> u64 {
        self.attempts.saturating_sub(self.requests)
    }
}

/// The tally of a client, being kept.
#[derive(Debug, Default)]
pub(super) struct Counter {
    requests: AtomicU64,
    attempts: AtomicU64,
}

impl Counter {
    /// Counts the `number`th attempt at a request.
    pub(super) fn attempt(&self, number: u32) {
        if number == 1 {
            self.requests.fetch_add(1, Ordering::Relaxed);
        }
        self.attempts.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn tally(&self) -> Tally {
        Tally {
            requests: self.requests.load(Ordering::Relaxed),
            attempts: self.attempts.load(Ordering::Relaxed),
        }
    }
}
