/// How long a call of the OpenSearch client took.
pub const OPERATION_DURATION: &str = "db.client.operation.duration";
/// How long one attempt took, from signing to the last byte of the response.
pub const REQUEST_DURATION: &str = "http.client.request.duration";
/// Requests sent again.
pub const RETRIES: &str = "sigtower.retry.count";
/// Requests that failed for a reason that may pass and were not sent again.
pub const RETRIES_DENIED: &str = "sigtower.retry.denied";
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
