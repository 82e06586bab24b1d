use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::names::{
    CREDENTIALS_EXPIRY, CREDENTIALS_OBTAINED, REFRESH_DURATION, REFRESH_FAILURES, REFRESHES,
};

/// Records that a call to the credentials provider ended.
pub(crate) fn refresh(took: Duration, failure: Option<&'static str>) {
    ::metrics::counter!(REFRESHES).increment(1);
    ::metrics::histogram!(REFRESH_DURATION).record(took);
    if let Some(failure) = failure {
        ::metrics::counter!(REFRESH_FAILURES, "error.type" => failure).increment(1);
    }
}

/// Records that different credentials are in use.
pub(crate) fn credentials(obtained: SystemTime, expiry: Option<SystemTime>) {
    ::metrics::gauge!(CREDENTIALS_OBTAINED).set(unix(obtained));
    ::metrics::gauge!(CREDENTIALS_EXPIRY).set(expiry.map_or(f64::INFINITY, unix));
}

fn unix(time: SystemTime) -> f64 {
    let since = time.duration_since(UNIX_EPOCH);
    since.map_or(0.0, |since| since.as_secs_f64())
}
