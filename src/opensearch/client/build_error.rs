use std::time::Duration;

use crate::authentication::InvalidLogin;
use crate::endpoint::EndpointError;
use crate::opensearch::target::Target;
use crate::transport::TlsError;

/// Why a client could not be built.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// The URL, the region, the service or the address to connect to is not valid.
    #[error(transparent)]
    Endpoint(#[from] EndpointError),
    /// TLS is not available, or a certificate is not valid.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// No credentials were given.
    #[error(
        "no credentials given; set a provider with `credentials`, a password with `basic_auth`, or use Client::from_env or Client::connect"
    )]
    NoCredentials,
    /// The user name or the password cannot be sent.
    #[error(
        "{0}; check what is given to `basic_auth`, or OPENSEARCH_USERNAME and OPENSEARCH_PASSWORD"
    )]
    Login(#[from] InvalidLogin),
    /// A password or token would be sent in clear text to a host that is not on loopback.
    #[error(
        "a password or token is never sent unencrypted to {host}, which is not on loopback; use https"
    )]
    CleartextLogin {
        /// The host.
        host: String,
    },
    /// The target or the type of a collection that was set contradicts the host, or the two contradict each other.
    #[error(
        "{host} is not a {given}: it is a {expected}; correct what is given to `target` or `collection_type`"
    )]
    Target {
        /// The host.
        host: String,
        /// What the host, or the other setting, says.
        expected: Target,
        /// What was set.
        given: Target,
    },
    /// An attempt could take longer than its signature is valid.
    #[error(
        "attempt_timeout is {0:?}; set it below 5 minutes, because AWS rejects older signatures"
    )]
    AttemptTimeout(Duration),
    /// An environment variable is missing, empty or not valid UTF-8.
    #[error("environment variable {0} is missing, empty or not valid UTF-8; set it")]
    Variable(&'static str),
    /// An environment variable has a value that is not valid.
    #[error("environment variable {variable} has an invalid value; set it to {expected}")]
    Value {
        /// The variable's name.
        variable: &'static str,
        /// What it must be.
        expected: &'static str,
    },
    /// A key of the AWS profile in use has a value that is not valid.
    #[error("`{key}` in the AWS profile has an invalid value; set it to {expected}")]
    Profile {
        /// The name in the file.
        key: &'static str,
        /// What it must be.
        expected: &'static str,
    },
}
