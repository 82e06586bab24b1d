use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use aws_credential_types::Credentials as SdkCredentials;
use aws_credential_types::provider::error::CredentialsError as ProviderError;
use aws_credential_types::provider::{ProvideCredentials, future};

use super::error::{Described, FunctionFailed};
use crate::error::BoxError;

/// Keys in memory: a provider by themselves, or what an async function returns.
///
/// ```
/// use sigtower::Credentials;
///
/// let long_lived = Credentials::new("AKIDEXAMPLE", "secret", None);
/// assert!(!format!("{long_lived:?}").contains("secret"));
/// ```
///
/// As a provider they never change: a session token given here stops working when it expires. For
/// keys that expire, use a provider that fetches new ones, such as [`from_fn`].
#[derive(Clone)]
pub struct Credentials(SdkCredentials);

impl Credentials {
    /// Takes keys. An empty session token counts as none. The keys are checked when they are used.
    pub fn new(
        access_key_id: impl Into<String>,
        secret_access_key: impl Into<String>,
        session_token: Option<String>,
    ) -> Self {
        let token = session_token.filter(|token| !token.is_empty());
        let (id, secret) = (access_key_id.into(), secret_access_key.into());
        Self(SdkCredentials::new(id, secret, token, None, "sigtower"))
    }

    /// Sets when the keys expire. The cache fetches new ones before that time.
    #[must_use]
    pub fn with_expiry(mut self, expiry: SystemTime) -> Self {
        *self.0.expiry_mut() = Some(expiry);
        self
    }
}

impl ProvideCredentials for Credentials {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::ready(Ok(self.0.clone()))
    }
}

impl From<Credentials> for SdkCredentials {
    fn from(credentials: Credentials) -> Self {
        credentials.0
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials")
            .field("access_key_id", &self.0.access_key_id())
            .field("expiry", &self.0.expiry())
            .finish_non_exhaustive()
    }
}

/// Reads `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and `AWS_SESSION_TOKEN` at each call.
///
/// An empty variable counts as missing, as it does for AWS's own tools. Like AWS's SDKs it accepts
/// `SECRET_ACCESS_KEY` if `AWS_SECRET_ACCESS_KEY` is missing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Environment;

impl Environment {
    fn read(variable: impl Fn(&str) -> Option<String>) -> Result<SdkCredentials, Described> {
        let variable = |name: &str| variable(name).filter(|value| !value.trim().is_empty());
        let required = |name: &str| {
            let missing = || {
                Described(format!(
                    "environment variable {name} is missing, empty or not valid UTF-8"
                ))
            };
            variable(name).ok_or_else(missing)
        };
        let id = required("AWS_ACCESS_KEY_ID")?;
        let secret = match variable("SECRET_ACCESS_KEY") {
            Some(older) => variable("AWS_SECRET_ACCESS_KEY").unwrap_or(older),
            None => required("AWS_SECRET_ACCESS_KEY")?,
        };
        let token = variable("AWS_SESSION_TOKEN");
        Ok(SdkCredentials::new(id, secret, token, None, "environment"))
    }
}

impl ProvideCredentials for Environment {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        let read = Self::read(|name| std::env::var(name).ok());
        future::ProvideCredentials::ready(read.map_err(ProviderError::not_loaded))
    }
}

/// A provider made from an async function.
///
/// The cache calls it before the [expiry](Credentials::with_expiry) that it returned, one call at a
/// time. An error of the function is the `source()` of
/// [`CredentialsError::Provider`](super::CredentialsError::Provider).
///
/// ```
/// # use std::time::{Duration, SystemTime};
/// use sigtower::Credentials;
/// use sigtower::credentials::from_fn;
///
/// let provider = from_fn(|| async {
///     // … ask Vault, a sidecar, a file …
///     let expiry = SystemTime::now() + Duration::from_secs(3600);
///     Ok::<_, std::io::Error>(Credentials::new("AKIDEXAMPLE", "secret", None).with_expiry(expiry))
/// });
/// # let _ = provider;
/// ```
pub fn from_fn<F, Fut, C, E>(function: F) -> FromFn<F>
where
    F: Fn() -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<C, E>> + Send + 'static,
    C: Into<SdkCredentials>,
    E: Into<BoxError>,
{
    FromFn(function)
}

/// See [`from_fn`].
#[derive(Clone)]
pub struct FromFn<F>(F);

impl<F, Fut, C, E> ProvideCredentials for FromFn<F>
where
    F: Fn() -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<C, E>> + Send + 'static,
    C: Into<SdkCredentials>,
    E: Into<BoxError>,
{
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        let fetched = (self.0)();
        future::ProvideCredentials::new(async {
            match fetched.await {
                Ok(credentials) => Ok(credentials.into()),
                Err(error) => {
                    let error = FunctionFailed(Arc::from(error.into()));
                    Err(ProviderError::provider_error(error))
                }
            }
        })
    }
}

impl<F> fmt::Debug for FromFn<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FromFn").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: (&str, &str) = ("AWS_ACCESS_KEY_ID", "AKID");
    const SECRET: (&str, &str) = ("AWS_SECRET_ACCESS_KEY", "secret");

    fn read(variables: &[(&str, &str)]) -> Result<SdkCredentials, String> {
        let read = Environment::read(|name| {
            let found = variables.iter().find(|(key, _)| *key == name);
            found.map(|(_, value)| (*value).to_owned())
        });
        read.map_err(|described| described.to_string())
    }

    #[test]
    fn the_environment_is_read_and_a_missing_variable_is_named() {
        let both = read(&[ID, SECRET]).unwrap();
        assert_eq!((both.access_key_id(), both.session_token()), ("AKID", None));
        let token = read(&[ID, SECRET, ("AWS_SESSION_TOKEN", "t")]).unwrap();
        assert_eq!(token.session_token(), Some("t"));
        for (variables, missing) in [
            (&[ID][..], "AWS_SECRET_ACCESS_KEY"),
            (&[SECRET, ("AWS_ACCESS_KEY_ID", " ")], "AWS_ACCESS_KEY_ID"),
        ] {
            let error = read(variables).unwrap_err();
            assert!(error.contains(missing), "{error}");
        }
    }

    #[test]
    fn an_empty_session_token_means_none() {
        let read = read(&[ID, SECRET, ("AWS_SESSION_TOKEN", "")]).unwrap();
        assert_eq!(read.session_token(), None);
        let given = Credentials::new("AKID", "secret", Some(String::new()));
        assert_eq!(SdkCredentials::from(given).session_token(), None);
    }
}
