//! Replaces the metrics in builds without them: nothing is recorded, at no cost.

use std::time::{Duration, SystemTime};

#[cfg(feature = "client")]
pub(crate) use self::exchange::*;
#[cfg(feature = "opensearch")]
pub(crate) use self::totals::IngestTotals;

#[cfg(feature = "opensearch")]
mod totals;

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
