use std::fmt;
use std::time::SystemTime;

use aws_credential_types::Credentials as SdkCredentials;
use aws_credential_types::provider::error::CredentialsError as ProviderError;
use aws_credential_types::provider::{ProvideCredentials, Result as ProviderResult, future};

use crate::error::BoxError;

/// Keys in memory: a provider of itself, or what an async function hands out.
///
/// ```
/// use sigtower::Credentials;
///
/// let long_lived = Credentials::new("AKIDEXAMPLE", "secret", None);
/// assert!(!format!("{long_lived:?}").contains("secret"));
/// ```
///
/// As a provider by itself it never changes: a session token given here stops working when AWS says
/// so. For keys that expire give a provider that fetches new ones, [`from_fn`] for instance.
#[derive(Clone)]
pub struct Credentials(SdkCredentials);

impl Credentials {
    /// Takes keys; they are checked when first used.
    pub fn new(
        access_key_id: impl Into<String>,
        secret_access_key: impl Into<String>,
        session_token: Option<String>,
    ) -> Self {
        let (id, secret) = (access_key_id.into(), secret_access_key.into());
        Self(SdkCredentials::new(
            id,
            secret,
            session_token,
            None,
            "sigtower",
        ))
    }

    /// Says when they expire, so that they are fetched anew before that.
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

/// Reads `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and `AWS_SESSION_TOKEN` when asked.
///
/// An empty variable counts as absent, as it does for AWS's own tools.
#[derive(Clone, Copy, Debug, Default)]
pub struct Environment;

impl Environment {
    fn read(variable: impl Fn(&str) -> Option<String>) -> ProviderResult {
        let variable = |name: &str| variable(name).filter(|value| !value.trim().is_empty());
        let required = |name: &'static str| {
            variable(name).ok_or_else(|| {
                ProviderError::not_loaded(format!("environment variable {name} is not set"))
            })
        };
        let id = required("AWS_ACCESS_KEY_ID")?;
        let secret = required("AWS_SECRET_ACCESS_KEY")?;
        let token = variable("AWS_SESSION_TOKEN");
        Ok(SdkCredentials::new(id, secret, token, None, "environment"))
    }
}

impl ProvideCredentials for Environment {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::ready(Self::read(|name| std::env::var(name).ok()))
    }
}

/// A provider made of an async function.
///
/// Return credentials [with an expiry](Credentials::with_expiry) and they are fetched anew in time,
/// by one caller at a time.
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
                Err(error) => Err(ProviderError::provider_error(error.into())),
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

    #[test]
    fn the_environment_is_read_and_a_missing_variable_named() {
        let read = |variables: &'static [(&str, &str)]| {
            Environment::read(move |name| {
                let found = variables.iter().find(|(key, _)| *key == name);
                found.map(|(_, value)| (*value).to_owned())
            })
        };
        let id = ("AWS_ACCESS_KEY_ID", "AKID");
        let secret = ("AWS_SECRET_ACCESS_KEY", "secret");
        const ID: (&str, &str) = ("AWS_ACCESS_KEY_ID", "AKID");
        const SECRET: (&str, &str) = ("AWS_SECRET_ACCESS_KEY", "secret");
        assert_eq!((id, secret), (ID, SECRET));

        let both = read(&[ID, SECRET]).unwrap();
        assert_eq!((both.access_key_id(), both.session_token()), ("AKID", None));
        let token = read(&[ID, SECRET, ("AWS_SESSION_TOKEN", "t")]).unwrap();
        assert_eq!(token.session_token(), Some("t"));
        let blank = read(&[ID, SECRET, ("AWS_SESSION_TOKEN", "")]).unwrap();
        assert_eq!(blank.session_token(), None);
        let missing = read(&[ID]).unwrap_err();
        let cause = std::error::Error::source(&missing).unwrap().to_string();
        assert!(cause.contains("AWS_SECRET_ACCESS_KEY"), "{cause}");
    }
}
