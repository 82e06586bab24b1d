use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use aws_credential_types::provider::error::CredentialsError as SdkError;

use super::reason;

/// Why there are no usable credentials.
///
/// The text is one line without secrets. It says which source failed and why.
///
/// Cheap to clone: all callers that waited for one call to the provider share its error.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum CredentialsError {
    /// The provider failed.
    #[error(transparent)]
    Provider(ProviderFailure),
    /// The provider took too long.
    #[error(
        "the credentials provider took longer than {timeout:?}; check the provider, or raise the limit with CachedCredentials::with_timeout"
    )]
    #[non_exhaustive]
    TimedOut {
        /// How long it may take.
        timeout: Duration,
    },
    /// The provider returned credentials that cannot be sent as headers.
    #[error("the {part} from the credentials provider {problem}")]
    #[non_exhaustive]
    Invalid {
        /// Which part: `access key id`, `secret access key` or `session token`.
        part: &'static str,
        /// What is wrong with it; never its value.
        problem: &'static str,
    },
    /// The provider returned credentials that have expired.
    #[error(
        "the credentials provider returned credentials that expired {} ago by the local clock; check the provider and the clock",
        Rounded(*ago)
    )]
    #[non_exhaustive]
    Expired {
        /// How long ago they expired, by the clock at the time when they arrived.
        ago: Duration,
    },
}

impl CredentialsError {
    pub(crate) fn of_provider(error: &SdkError) -> Self {
        let source = error.source();
        if let Some(FunctionFailed(cause)) = source.and_then(|it| it.downcast_ref())
            && let Some(error) = cause.downcast_ref()
        {
            return Self::of_provider(error); // a function that calls one of the SDK's providers
        }
        let failure = if let Some(described) = source.and_then(|it| it.downcast_ref()) {
            let Described(line) = described;
            ProviderFailure::new(line.clone(), None)
        } else if let Some(failed) = source.and_then(|it| it.downcast_ref()) {
            let FunctionFailed(cause) = failed;
            let line = format!("the credentials function failed: {}", reason::of(&**cause));
            ProviderFailure::new(line, Some(Arc::clone(cause)))
        } else {
            let line = format!("the credentials provider failed: {}", reason::of(error));
            ProviderFailure::new(line, None)
        };
        Self::Provider(failure)
    }

    pub(super) fn panicked() -> Self {
        let line = "the credentials provider panicked; see the panic message".to_owned();
        Self::Provider(ProviderFailure::new(line, None))
    }

    /// The value of `error.type` in metrics.
    pub(crate) fn word(&self) -> &'static str {
        match self {
            Self::Provider(_) => "provider",
            Self::TimedOut { .. } => "timeout",
            Self::Invalid { .. } => "invalid",
            Self::Expired { .. } => "expired",
        }
    }
}

/// How a credentials provider failed: one line, without secrets.
///
/// An error that a function of [`from_fn`](super::from_fn) returned is its
/// [`source`](Error::source), unchanged.
#[derive(Clone)]
pub struct ProviderFailure(Arc<Failure>);

struct Failure {
    line: String,
    cause: Option<Cause>,
}

type Cause = Arc<dyn Error + Send + Sync>;

impl ProviderFailure {
    fn new(line: String, cause: Option<Cause>) -> Self {
        Self(Arc::new(Failure { line, cause }))
    }
}

impl fmt::Display for ProviderFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.line)
    }
}

/// Leaves out the cause, which may show more than its text.
impl fmt::Debug for ProviderFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ProviderFailure")
            .field(&self.0.line)
            .finish()
    }
}

impl Error for ProviderFailure {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0.cause.as_deref().map(|cause| cause as _)
    }
}

/// A failure that a provider of ours has already described in one line without secrets.
#[derive(Debug)]
pub(super) struct Described(pub(super) String);

impl fmt::Display for Described {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Error for Described {}

/// The error that a user's function returned.
#[derive(Debug)]
pub(super) struct FunctionFailed(pub(super) Cause);

impl fmt::Display for FunctionFailed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl Error for FunctionFailed {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0.source()
    }
}

/// `3 days`, `7 hours`, `45 minutes` or `12 seconds`.
struct Rounded(Duration);

impl fmt::Display for Rounded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0.as_secs();
        for (unit, length) in [("days", 86_400), ("hours", 3600), ("minutes", 60)] {
            if seconds >= 2 * length {
                return write!(f, "{} {unit}", seconds / length);
            }
        }
        write!(f, "{seconds} seconds")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_one_line_that_says_what_failed_and_why() {
        let sealed = || Cause::from(Box::<dyn Error + Send + Sync>::from("vault\nis sealed"));
        for (error, line) in [
            (
                SdkError::provider_error(FunctionFailed(sealed())),
                "the credentials function failed: vault is sealed",
            ),
            (
                SdkError::provider_error("no such role"),
                "the credentials provider failed: no such role",
            ),
            (
                SdkError::not_loaded_no_source(),
                "the credentials provider failed: the credential provider was not enabled",
            ),
            (
                SdkError::not_loaded(Described("profile `x` is missing".into())),
                "profile `x` is missing",
            ),
        ] {
            assert_eq!(CredentialsError::of_provider(&error).to_string(), line);
        }
        let expired = |seconds| CredentialsError::Expired {
            ago: Duration::from_secs(seconds),
        };
        for (seconds, ago) in [(0, "0 seconds"), (119, "119 seconds"), (7300, "2 hours")] {
            let line = expired(seconds).to_string();
            assert!(line.contains(&format!("expired {ago} ago")), "{line}");
        }
    }

    #[test]
    fn an_error_of_a_function_can_be_downcast() {
        let error = std::io::Error::from(std::io::ErrorKind::NotFound);
        let error = SdkError::provider_error(FunctionFailed(Arc::new(error)));
        let error = CredentialsError::of_provider(&error);
        let source = error.source().unwrap();
        assert!(source.is::<std::io::Error>(), "{source:?}");
    }
}
