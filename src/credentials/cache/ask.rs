use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError as ProviderError;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};
use futures_util::FutureExt;

use super::runtime;
use crate::credentials::{CredentialsError, Identity};

/// Asks a provider; one that panics or takes too long has failed.
pub(super) async fn ask(
    provider: &SharedCredentialsProvider,
    timeout: Duration,
) -> Result<Credentials, CredentialsError> {
    let asked = runtime::within(timeout, async { provider.provide_credentials().await });
    let answer = match AssertUnwindSafe(asked).catch_unwind().await {
        Ok(Some(answer)) => answer,
        Ok(None) => Err(ProviderError::provider_timed_out(timeout)),
        Err(_) => Err(ProviderError::unhandled("the provider panicked")),
    };
    answer.map_err(|error| CredentialsError::Provider(Arc::new(error)))
}

/// What can be sent and has not expired.
pub(super) fn check(
    credentials: &Credentials,
    now: SystemTime,
) -> Result<Identity, CredentialsError> {
    let identity = Identity::new(credentials)?;
    if identity.expiry().is_none_or(|expiry| expiry > now) {
        Ok(identity)
    } else {
        Err(CredentialsError::Expired)
    }
}
