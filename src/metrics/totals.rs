/// A load in numbers, so far.
#[derive(Clone, Copy, Default)]
#[cfg_attr(
    not(feature = "metrics"),
    expect(dead_code, reason = "without metrics, nothing reads the numbers")
)]
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
