//! Replaces the metrics in builds without them: nothing is recorded, at no cost.

use std::time::{Duration, SystemTime};

#[cfg(feature = "client")]
pub(crate) use self::exchange::*;

#[cfg(feature = "opensearch")]
pub(crate) struct Operation;

#[cfg(feature = "opensearch")]
impl Operation {
    #[inline]
    pub(crate) fn begin(_: impl FnOnce() -> String) -> Self {
        Self
    }

    #[inline]
    pub(crate) fn end(self, _: Option<http::StatusCode>, _: Option<&'static str>) {}
}

#[cfg(feature = "opensearch")]
#[derive(Default)]
pub(crate) struct Ingest {}

#[cfg(feature = "opensearch")]
impl Ingest {
    #[inline]
    pub(crate) fn record(&mut self, _: impl FnOnce() -> IngestTotals) {}
}

#[cfg(feature = "opensearch")]
#[expect(dead_code, reason = "without metrics, nothing reads the numbers")]
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

#[inline]
pub(crate) fn refresh(_: Duration, _: Option<&'static str>) {}

#[inline]
pub(crate) fn credentials(_: SystemTime, _: Option<SystemTime>) {}

#[cfg(feature = "client")]
mod exchange {
    use http::{Method, StatusCode, Uri};

    pub(crate) struct Attempt;

    impl Attempt {
        #[inline]
        pub(crate) fn begin() -> Self {
            Self
        }

        #[inline]
        pub(crate) fn end(
            self,
            _: &Method,
            _: &Uri,
            _: Option<StatusCode>,
            _: Option<&'static str>,
        ) {
        }
    }

    #[inline]
    pub(crate) fn retry(_: &'static str) {}

    #[inline]
    pub(crate) fn retry_denied(_: &'static str) {}

    #[inline]
    pub(crate) fn clock_skew(_: &Uri, _: f64) {}
}
