use std::fmt;
use std::time::SystemTime;

use aws_credential_types::Credentials as SdkCredentials;
use http::HeaderValue;
use zeroize::Zeroizing;

use super::error::InvalidLogin;
use crate::credentials::{Identity, ProvideCredentials, from_fn};
use crate::error::BoxError;

/// A bearer token, and when it expires.
///
/// ```
/// use std::time::{Duration, SystemTime};
/// use sigtower::authentication::BearerToken;
///
/// let token = BearerToken::new("eyJhbGciOi...").with_expiry(SystemTime::now() + Duration::from_secs(900));
/// assert!(!format!("{token:?}").contains("eyJ"));
/// ```
#[derive(Clone)]
pub struct BearerToken {
    text: Zeroizing<String>,
    expiry: Option<SystemTime>,
}

impl BearerToken {
    /// Takes the text of a token, without `Bearer`. It is checked when it is used.
    pub fn new(token: impl Into<String>) -> Self {
        Self {
            text: Zeroizing::new(token.into()),
            expiry: None,
        }
    }

    /// Sets when the token expires. A new one is fetched before that time.
    #[must_use]
    pub fn with_expiry(mut self, expiry: SystemTime) -> Self {
        self.expiry = Some(expiry);
        self
    }

    /// The cache of credentials keeps the token, so it takes the place of a session token.
    fn into_credentials(self) -> Result<SdkCredentials, InvalidLogin> {
        let problem = if self.text.is_empty() {
            "is empty"
        } else if self.text.ends_with(['\n', '\r']) {
            "ends in a newline; remove it where the token is stored"
        } else if !self.text.bytes().all(|byte| byte.is_ascii_graphic()) {
            "contains a blank, or a character that is not visible ASCII; give it without `Bearer`"
        } else {
            let token = Some(self.text.to_string());
            return Ok(SdkCredentials::new(
                NAME,
                NAME,
                token,
                self.expiry,
                "sigtower",
            ));
        };
        Err(InvalidLogin {
            part: "bearer token",
            problem,
        })
    }
}

impl From<String> for BearerToken {
    fn from(token: String) -> Self {
        Self::new(token)
    }
}

impl From<&str> for BearerToken {
    fn from(token: &str) -> Self {
        Self::new(token)
    }
}

impl fmt::Debug for BearerToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BearerToken")
            .field("expiry", &self.expiry)
            .finish_non_exhaustive()
    }
}

/// A provider that keeps the tokens of this function where credentials have their session token.
pub(crate) fn provider<F, Fut, T, E>(function: F) -> impl ProvideCredentials + 'static
where
    F: Fn() -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<T, E>> + Send + 'static,
    T: Into<BearerToken> + 'static,
    E: Into<BoxError> + 'static,
{
    from_fn(move || {
        let fetching = function();
        async move {
            let token: BearerToken = fetching.await.map_err(Into::into)?.into();
            token.into_credentials().map_err(BoxError::from)
        }
    })
}

/// `Bearer eyJ…`, for an identity that [`provider`] made.
pub(super) fn header(identity: &Identity) -> HeaderValue {
    let token = identity.session_token().map(HeaderValue::as_bytes);
    let text = Zeroizing::new([b"Bearer ", token.unwrap_or_default()].concat());
    let mut header = HeaderValue::from_bytes(&text).expect("the token is visible ASCII");
    header.set_sensitive(true);
    header
}

const NAME: &str = "bearer";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_that_cannot_be_sent_is_an_error_without_its_text() {
        for (token, expected) in [
            ("", "the bearer token is empty"),
            ("hunter2\n", "the bearer token ends in a newline"),
            ("Bearer hunter2", "the bearer token contains a blank"),
            ("hunter2\u{e9}", "the bearer token contains a blank"),
        ] {
            let error = BearerToken::new(token).into_credentials().unwrap_err();
            let text = error.to_string();
            assert!(
                text.starts_with(expected) && !text.contains("hunter2"),
                "{text}"
            );
        }
    }
}
