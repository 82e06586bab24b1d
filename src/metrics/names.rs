/// How long a call of the OpenSearch client took.
pub const OPERATION_DURATION: &str = "db.client.operation.duration";
/// How long one attempt took, from signing to the last byte of the response.
pub const REQUEST_DURATION: &str = "http.client.request.duration";
/// Requests sent again.
pub const RETRIES: &str = "sigtower.retry.count";
/// Requests that failed for a reason that may pass and were not sent again.
pub const RETRIES_DENIED: &str = "sigtower.retry.denied";
/// Operations of [loads](crate::ingest) that have their outcome.
pub const INGEST_OPERATIONS: &str = "sigtower.ingest.operations";
/// How often operations of loads were sent again.
pub const INGEST_RETRIES: &str = "sigtower.ingest.retries";
/// Requests of loads.
pub const INGEST_REQUESTS: &str = "sigtower.ingest.requests";
/// Bytes of the bodies of these requests before compression.
pub const INGEST_BODY_BYTES: &str = "sigtower.ingest.body_bytes";
/// Bytes of the bodies of these requests as sent.
pub const INGEST_WIRE_BYTES: &str = "sigtower.ingest.wire_bytes";
/// Operations of loads that wait to be sent.
pub const INGEST_QUEUED: &str = "sigtower.ingest.queued";
/// Operations of loads that are in requests.
pub const INGEST_IN_FLIGHT: &str = "sigtower.ingest.in_flight";
/// How many requests of loads may be in flight, on average.
pub const INGEST_CONCURRENCY: &str = "sigtower.ingest.concurrency";
/// How far the service's clock is ahead of this machine's, by its last response.
pub const CLOCK_SKEW: &str = "sigtower.clock.skew";
/// How long the credentials provider took.
pub const REFRESH_DURATION: &str = "sigtower.credentials.refresh.duration";
/// Calls to the credentials provider that ended, with or without success.
pub const REFRESHES: &str = "sigtower.credentials.refresh.count";
/// Calls to the credentials provider that returned no usable credentials.
pub const REFRESH_FAILURES: &str = "sigtower.credentials.refresh.failures";
/// When the credentials in use were obtained.
pub const CREDENTIALS_OBTAINED: &str = "sigtower.credentials.obtained";
/// When the credentials in use expire.
pub const CREDENTIALS_EXPIRY: &str = "sigtower.credentials.expiry";
