use metrics::{counter, gauge};

use super::names::{
    INGEST_BODY_BYTES, INGEST_CONCURRENCY, INGEST_IN_FLIGHT, INGEST_OPERATIONS, INGEST_QUEUED,
    INGEST_REQUESTS, INGEST_RETRIES, INGEST_WIRE_BYTES,
};

/// Records the progress of one load. Several loads in one program add up.
#[derive(Default)]
pub(crate) struct Ingest {
    recorded: IngestTotals,
}

/// A load in numbers, so far.
#[derive(Clone, Copy, Default)]
pub(crate) struct IngestTotals {
    pub(crate) done: u64,
    pub(crate) rejected: u64,
    pub(crate) unknown: u64,
    pub(crate) retried: u64,
    pub(crate) requests: u64,
    pub(crate) bytes: u64,
    pub(crate) wire_bytes: u64,
    pub(crate) queued: u64,
    pub(crate) in_flight: u64,
    pub(crate) concurrency: f64,
}

impl Ingest {
    /// Adds what is new since the last call.
    pub(crate) fn record(&mut self, totals: impl FnOnce() -> IngestTotals) {
        let now = totals();
        let before = std::mem::replace(&mut self.recorded, now);
        let outcomes = [
            ("done", before.done, now.done),
            ("rejected", before.rejected, now.rejected),
            ("unknown", before.unknown, now.unknown),
        ];
        for (outcome, before, now) in outcomes {
            if now > before {
                counter!(INGEST_OPERATIONS, "outcome" => outcome).increment(now - before);
            }
        }
        let counters = [
            (INGEST_RETRIES, before.retried, now.retried),
            (INGEST_REQUESTS, before.requests, now.requests),
            (INGEST_BODY_BYTES, before.bytes, now.bytes),
            (INGEST_WIRE_BYTES, before.wire_bytes, now.wire_bytes),
        ];
        for (name, before, now) in counters {
            if now > before {
                counter!(name).increment(now - before);
            }
        }
        gauge!(INGEST_QUEUED).increment(now.queued as f64 - before.queued as f64);
        gauge!(INGEST_IN_FLIGHT).increment(now.in_flight as f64 - before.in_flight as f64);
        gauge!(INGEST_CONCURRENCY).increment(now.concurrency - before.concurrency);
    }
}
