use std::fs;
use std::path::Path;
use std::time::Duration;

use serde::Serialize;
use sigtower::BoxError;
use sigtower::ingest::Statistics;

/// The load in numbers.
#[derive(Debug, Serialize)]
pub(crate) struct Summary {
    submitted: u64,
    pub(crate) ok: u64,
    pub(crate) rejected: u64,
    pub(crate) unknown: u64,
    retried: u64,
    requests: u64,
    bytes: u64,
    wire_bytes: u64,
    seconds: f64,
    peak_buffer_bytes: usize,
}

/// How many operations ended how.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counts {
    pub(crate) ok: u64,
    pub(crate) rejected: u64,
    pub(crate) unknown: u64,
    /// Parts of the input that are no operations; they are rejected too.
    pub(crate) bad: u64,
}

impl Summary {
    pub(crate) fn new(counts: Counts, statistics: &Statistics, time: Duration) -> Self {
        Self {
            submitted: statistics.submitted + counts.bad,
            ok: counts.ok,
            rejected: counts.rejected + counts.bad,
            unknown: counts.unknown,
            retried: statistics.retried,
            requests: statistics.requests,
            bytes: statistics.bytes,
            wire_bytes: statistics.wire_bytes,
            seconds: time.as_secs_f64(),
            peak_buffer_bytes: statistics.peak_memory,
        }
    }

    pub(crate) fn write(&self, path: &Path) -> Result<(), BoxError> {
        let written = fs::write(path, serde_json::to_string(self)? + "\n");
        written.map_err(|error| format!("cannot write {}: {error}", path.display()).into())
    }

    pub(crate) fn line(&self) -> String {
        format!(
            "loaded {} of {} operations in {:.1} s ({:.0} a second): {} rejected, {} unknown, {} retried, {} requests",
            self.ok,
            self.submitted,
            self.seconds,
            self.ok as f64 / self.seconds.max(0.001),
            self.rejected,
            self.unknown,
            self.retried,
            self.requests,
        )
    }
}
