use crate::metrics::IngestTotals;

/// A load in numbers, so far.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Statistics {
    /// Operations that were pushed.
    pub submitted: u64,
    /// Operations without an outcome yet that are not in a request.
    pub queued: u64,
    /// Operations in requests.
    pub in_flight: u64,
    /// Operations that were carried out.
    pub done: u64,
    /// Operations that were rejected.
    pub rejected: u64,
    /// Operations of which it is unknown whether they were carried out.
    pub unknown: u64,
    /// How often operations were sent again.
    pub retried: u64,
    /// Requests that were sent.
    pub requests: u64,
    /// Bytes of their bodies before compression.
    pub bytes: u64,
    /// Bytes of their bodies as sent.
    pub wire_bytes: u64,
    /// How many requests may be in flight, on average.
    pub concurrency: f64,
    /// The most bytes of memory that the load held, of its limit.
    pub peak_memory: usize,
}

impl Statistics {
    pub(super) fn totals(self) -> IngestTotals {
        IngestTotals {
            done: self.done,
            rejected: self.rejected,
            unknown: self.unknown,
            retried: self.retried,
            requests: self.requests,
            bytes: self.bytes,
            wire_bytes: self.wire_bytes,
            queued: self.queued,
            in_flight: self.in_flight,
            concurrency: self.concurrency,
        }
    }
}
