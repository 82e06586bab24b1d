//! Numbers for dashboards and alarms, told to whichever recorder of the crate [`metrics`] the
//! program installs.
//!
//! | name | kind, unit | labels |
//! | --- | --- | --- |
//! | [`db.client.operation.duration`](OPERATION_DURATION) | histogram, s | `db.system.name`, `db.operation.name`, `db.response.status_code`, `error.type` |
//! | [`http.client.request.duration`](REQUEST_DURATION) | histogram, s | `http.request.method`, `server.address`, `server.port`, `http.response.status_code`, `error.type` |
//! | [`sigtower.retry.count`](RETRIES) | counter | `reason` |
//! | [`sigtower.retry.denied`](RETRIES_DENIED) | counter | `reason` |
//! | [`sigtower.clock.skew`](CLOCK_SKEW) | gauge, s | `server.address`, `server.port` |
//! | [`sigtower.credentials.refresh.duration`](REFRESH_DURATION) | histogram, s | |
//! | [`sigtower.credentials.refresh.count`](REFRESHES) | counter | |
//! | [`sigtower.credentials.refresh.failures`](REFRESH_FAILURES) | counter | `error.type` |
//! | [`sigtower.credentials.obtained`](CREDENTIALS_OBTAINED) | gauge, Unix time in s | |
//! | [`sigtower.credentials.expiry`](CREDENTIALS_EXPIRY) | gauge, Unix time in s | |
//!
//! The first two are OpenTelemetry's, by their stable names: one value for each call of the
//! OpenSearch client with all its attempts and waits, and one for each attempt, whoever uses the
//! `Stack`. The cache of credentials reports for any layer or signer. An
//! operation is named as in the spans, `search` or `cluster.health`; no label
//! ever holds an index, an id, a query or a key, so that their values stay few. A label without a
//! value is left out: `error.type` stands only where something failed, and is a status of 400 or
//! more, or a word for what happened instead of an answer.
//!
//! `reason` of a retry is `transient`, `throttling`, `lost` (it may have been applied, and may be
//! again), `clock` or `credentials`; of one denied, `attempts` (there were enough), `not_idempotent`,
//! `unhelpful` (it would be signed with the same), `deadline` or `quota` (the bucket is empty).
//!
//! How old credentials are is `time() - sigtower.credentials.obtained`, how long they live
//! `sigtower.credentials.expiry - time()`, at whatever time somebody looks; those that do not expire
//! have `+Inf`. With several caches in one program, these two are of the last refresh.
//!
//! Nothing is counted where a request is signed: what is, costs as much as the recorder does, once
//! for an attempt or a refresh.
//!
//! ```
//! // After the recorder is installed: units and descriptions, for exporters that show them.
//! sigtower::metrics::describe();
//! ```

use std::time::{Duration, SystemTime, UNIX_EPOCH};

#[cfg(feature = "client")]
pub(crate) use self::exchange::*;

#[cfg(feature = "opensearch")]
pub(crate) use self::operation::Operation;

#[cfg(feature = "client")]
mod exchange;
#[cfg(feature = "opensearch")]
mod operation;

/// How long a call of the OpenSearch client took.
pub const OPERATION_DURATION: &str = "db.client.operation.duration";
/// How long one attempt took, from signing to the last byte of its answer.
pub const REQUEST_DURATION: &str = "http.client.request.duration";
/// Requests sent again.
pub const RETRIES: &str = "sigtower.retry.count";
/// Requests that failed in passing and were not sent again.
pub const RETRIES_DENIED: &str = "sigtower.retry.denied";
/// How far the service's clock is ahead of ours by its last answer.
pub const CLOCK_SKEW: &str = "sigtower.clock.skew";
/// How long the provider of credentials took.
pub const REFRESH_DURATION: &str = "sigtower.credentials.refresh.duration";
/// Calls to the provider of credentials that ended, well or not.
pub const REFRESHES: &str = "sigtower.credentials.refresh.count";
/// Those of them that brought no usable credentials.
pub const REFRESH_FAILURES: &str = "sigtower.credentials.refresh.failures";
/// When the credentials in use were obtained.
pub const CREDENTIALS_OBTAINED: &str = "sigtower.credentials.obtained";
/// When the credentials in use expire.
pub const CREDENTIALS_EXPIRY: &str = "sigtower.credentials.expiry";

/// Tells the recorder what these metrics are: their units, and a line on each.
pub fn describe() {
    use ::metrics::Unit::{Count, Seconds};
    use ::metrics::{describe_counter, describe_gauge, describe_histogram};

    describe_histogram!(OPERATION_DURATION, Seconds, "Duration of OpenSearch calls");
    describe_histogram!(REQUEST_DURATION, Seconds, "Duration of HTTP attempts");
    describe_counter!(RETRIES, Count, "Requests sent again");
    describe_counter!(RETRIES_DENIED, Count, "Requests not sent again");
    describe_gauge!(CLOCK_SKEW, Seconds, "How far the service's clock is ahead");
    describe_histogram!(
        REFRESH_DURATION,
        Seconds,
        "Duration of credential refreshes"
    );
    describe_counter!(REFRESHES, Count, "Credential refreshes");
    describe_counter!(REFRESH_FAILURES, Count, "Credential refreshes that failed");
    describe_gauge!(
        CREDENTIALS_OBTAINED,
        Seconds,
        "When credentials were obtained"
    );
    describe_gauge!(CREDENTIALS_EXPIRY, Seconds, "When credentials expire");
}

/// A call to the provider of credentials ended.
pub(crate) fn refresh(took: Duration, failure: Option<&'static str>) {
    ::metrics::counter!(REFRESHES).increment(1);
    ::metrics::histogram!(REFRESH_DURATION).record(took);
    if let Some(failure) = failure {
        ::metrics::counter!(REFRESH_FAILURES, "error.type" => failure).increment(1);
    }
}

/// There are other credentials in use.
pub(crate) fn credentials(obtained: SystemTime, expiry: Option<SystemTime>) {
    ::metrics::gauge!(CREDENTIALS_OBTAINED).set(unix(obtained));
    ::metrics::gauge!(CREDENTIALS_EXPIRY).set(expiry.map_or(f64::INFINITY, unix));
}

fn unix(time: SystemTime) -> f64 {
    let since = time.duration_since(UNIX_EPOCH);
    since.map_or(0.0, |since| since.as_secs_f64())
}
