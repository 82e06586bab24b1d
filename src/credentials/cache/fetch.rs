use std::panic::AssertUnwindSafe;
use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials as SdkCredentials;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};
use futures_util::FutureExt;

use super::schedule::Lifetime;
use super::timer::Timer;
use crate::clock_skew::ClockSkew;
use crate::credentials::error::CredentialsError;
use crate::credentials::identity::Identity;

/// Calls a provider. It has failed if it panics or takes too long.
pub(super) async fn fetch(
    provider: &SharedCredentialsProvider,
    timeout: Duration,
    timer: &Timer,
) -> Result<SdkCredentials, CredentialsError> {
    let call = async { provider.provide_credentials().await };
    let call = AssertUnwindSafe(call).catch_unwind();
    match timer.limit(timeout, call).await {
        Some(Ok(Ok(credentials))) => Ok(credentials),
        Some(Ok(Err(error))) => Err(CredentialsError::of_provider(&error)),
        Some(Err(_)) => Err(CredentialsError::panicked()),
        None => Err(CredentialsError::TimedOut { timeout }),
    }
}

/// Checks that credentials can be sent, and judges how long they live.
pub(super) fn check(
    credentials: &SdkCredentials,
    local_now: SystemTime,
    skew: ClockSkew,
) -> Result<(Identity, Lifetime), CredentialsError> {
    let identity = Identity::new(credentials)?;
    let lifetime = Lifetime::at(skew.apply(local_now), identity.expiry());
    match lifetime {
        Lifetime::ExpiredFor(ago) if ago > GREATEST_SKEW => Err(CredentialsError::Expired { ago }),
        _ => Ok((identity, lifetime)),
    }
}

/// A wrong clock can make good credentials look expired, but not for longer: no skew of more than a
/// day is followed.
const GREATEST_SKEW: Duration = Duration::from_secs(24 * 60 * 60);
