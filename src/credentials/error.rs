use std::sync::Arc;

use aws_credential_types::provider::error::CredentialsError as ProviderError;

/// Why there are no usable credentials.
///
/// Cheap to clone: callers that waited for one refresh share its error.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum CredentialsError {
    /// The provider failed.
    #[error("credentials provider failed")]
    Provider(#[source] Arc<ProviderError>),
    /// The provider's credentials cannot be sent as headers.
    #[error("{part} {problem}")]
    Invalid {
        /// Which part: `access key id`, `secret access key` or `session token`.
        part: &'static str,
        /// What is wrong with it; never its value.
        problem: &'static str,
    },
    /// The provider handed out credentials that had expired already.
    #[error("credentials provider returned expired credentials")]
    Expired,
}

impl CredentialsError {
    /// A word for it, of few.
    pub(crate) fn word(&self) -> &'static str {
        match self {
            Self::Provider(error) => match **error {
                ProviderError::ProviderTimedOut(_) => "timeout",
                _ => "provider",
            },
            Self::Invalid { .. } => "invalid",
            Self::Expired => "expired",
        }
    }
}
