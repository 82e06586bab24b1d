use std::time::SystemTime;

use super::times;

/// What an error response means, where its author says so in a code or a known sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// The service asks the client to slow down.
    Throttled,
    /// The service did not receive the whole body in time, and stored nothing.
    BodyNotReceived,
    /// The body is larger than the service accepts.
    TooLarge,
    /// The session token has expired.
    ExpiredToken,
    /// The service does not know the access key, or the session token does not belong to it.
    UnknownKey,
    /// The request has no signature.
    Unsigned,
    /// The service could not verify the caller, and does not say why.
    NotAuthenticated,
    /// The service calculated a different signature.
    SignatureMismatch,
    /// The signature is older than the service allows.
    SignatureExpired(SignatureTimes),
    /// The signature is from the future.
    SignatureNotYetCurrent(SignatureTimes),
    /// The signature is for a different region or service.
    WrongScope(ScopeMismatch),
    /// The caller is known, but is not allowed to do this.
    AccessDenied,
}

/// The times in a refusal of a signature.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct SignatureTimes {
    /// When the request was signed, `20240522T115159Z` for instance.
    pub(crate) signed: Option<String>,
    /// The service's time, in the same form.
    pub(crate) server: Option<String>,
}

/// What a service says about the scope of a signature.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ScopeMismatch {
    /// The region that the service received and does not accept.
    pub(crate) region_sent: Option<String>,
    /// The region that the service expects.
    pub(crate) region_expected: Option<String>,
    /// The service name that the service expects.
    pub(crate) service_expected: Option<String>,
    /// Whether the region is wrong.
    pub(crate) is_region: bool,
}

impl Meaning {
    /// The service's time, where the refusal states it.
    pub(crate) fn server_time(&self) -> Option<SystemTime> {
        match self {
            Self::SignatureExpired(found) | Self::SignatureNotYetCurrent(found) => {
                times::basic(found.server.as_deref()?)
            }
            _ => None,
        }
    }
}
