//! Metrics for dashboards and alarms, sent to the recorder of the crate [`metrics`] that the program
//! installs.
//!
//! | name | kind, unit | labels |
//! | --- | --- | --- |
//! | [`db.client.operation.duration`](OPERATION_DURATION) | histogram, s | `db.system.name`, `db.operation.name`, `db.response.status_code`, `error.type` |
//! | [`http.client.request.duration`](REQUEST_DURATION) | histogram, s | `http.request.method`, `server.address`, `server.port`, `http.response.status_code`, `error.type` |
//! | [`sigtower.retry.count`](RETRIES) | counter | `reason` |
//! | [`sigtower.retry.denied`](RETRIES_DENIED) | counter | `reason` |
//! | [`sigtower.ingest.operations`](INGEST_OPERATIONS) | counter | `outcome` |
//! | [`sigtower.ingest.retries`](INGEST_RETRIES) | counter | |
//! | [`sigtower.ingest.requests`](INGEST_REQUESTS) | counter | |
//! | [`sigtower.ingest.body_bytes`](INGEST_BODY_BYTES) | counter, bytes | |
//! | [`sigtower.ingest.wire_bytes`](INGEST_WIRE_BYTES) | counter, bytes | |
//! | [`sigtower.ingest.queued`](INGEST_QUEUED) | gauge | |
//! | [`sigtower.ingest.in_flight`](INGEST_IN_FLIGHT) | gauge | |
//! | [`sigtower.ingest.concurrency`](INGEST_CONCURRENCY) | gauge | |
//! | [`sigtower.clock.skew`](CLOCK_SKEW) | gauge, s | `server.address`, `server.port` |
//! | [`sigtower.credentials.refresh.duration`](REFRESH_DURATION) | histogram, s | |
//! | [`sigtower.credentials.refresh.count`](REFRESHES) | counter | |
//! | [`sigtower.credentials.refresh.failures`](REFRESH_FAILURES) | counter | `error.type` |
//! | [`sigtower.credentials.obtained`](CREDENTIALS_OBTAINED) | gauge, Unix time in s | |
//! | [`sigtower.credentials.expiry`](CREDENTIALS_EXPIRY) | gauge, Unix time in s | |
//!
//! The first two have OpenTelemetry's stable names. The first has one value for each call of the
//! OpenSearch client, with all its attempts and waits; the second has one for each attempt of any
//! `Stack`. The credentials cache reports for every layer and signer that uses it. An operation has
//! the same name as in the spans, for example `search` or `cluster.health`. No label contains an
//! index, an id, a query or a key, so that labels have few values. A label without a value is left
//! out: `error.type` is present only after a failure. It is a status of 400 or more, or a word for
//! what happened instead of a response.
//!
//! The `reason` of a retry is `transient`, `throttling`, `lost` (the request may have been applied,
//! and may be repeated), `clock` or `credentials`. The `reason` of a denied retry is `attempts` (the
//! maximum is reached), `not_idempotent`, `unhelpful` (the signature would be the same), `deadline`
//! or `quota` (the bucket is empty).
//!
//! The `outcome` of an ingest operation is `done`, `rejected` or `unknown`. Several loads in one program
//! add up, also in the gauges. A load records after each request, and returns its gauges to 0.
//!
//! The age of credentials is `time() - sigtower.credentials.obtained`; their remaining life is
//! `sigtower.credentials.expiry - time()`. Credentials that do not expire have `+Inf`. With several
//! caches in one program, these two gauges show the last refresh.
//!
//! Signing itself records nothing. Recording costs as much as the recorder does, once for each
//! attempt and each refresh.
//!
//! ```
//! // After the recorder is installed: units and descriptions, for exporters that show them.
//! sigtower::metrics::describe();
//! ```

mod credentials;
mod describe;
#[cfg(feature = "client")]
mod exchange;
#[cfg(feature = "opensearch")]
mod ingest;
mod names;
#[cfg(feature = "opensearch")]
mod operation;
#[cfg(feature = "opensearch")]
mod totals;

pub use self::describe::describe;
pub use self::names::{
    CLOCK_SKEW, CREDENTIALS_EXPIRY, CREDENTIALS_OBTAINED, INGEST_BODY_BYTES, INGEST_CONCURRENCY,
    INGEST_IN_FLIGHT, INGEST_OPERATIONS, INGEST_QUEUED, INGEST_REQUESTS, INGEST_RETRIES,
    INGEST_WIRE_BYTES, OPERATION_DURATION, REFRESH_DURATION, REFRESH_FAILURES, REFRESHES,
    REQUEST_DURATION, RETRIES, RETRIES_DENIED,
};

pub(crate) use self::credentials::{credentials, refresh};
#[cfg(feature = "client")]
pub(crate) use self::exchange::*;
#[cfg(feature = "opensearch")]
pub(crate) use self::ingest::Ingest;
#[cfg(feature = "opensearch")]
pub(crate) use self::operation::Operation;
#[cfg(feature = "opensearch")]
pub(crate) use self::totals::IngestTotals;
