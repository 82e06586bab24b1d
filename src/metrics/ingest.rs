use metrics::{counter, gauge};

use super::names::{
    INGEST_BODY_BYTES, INGEST_CONCURRENCY, INGEST_IN_FLIGHT, INGEST_OPERATIONS, INGEST_QUEUED,
    INGEST_REQUESTS, INGEST_RETRIES, INGEST_WIRE_BYTES,
};
use super::totals::IngestTotals;

/// Records the progress of one load. Several loads in one program add up.
#[derive(Default)]
pub(crate) struct Ingest {
    recorded: IngestTotals,
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
