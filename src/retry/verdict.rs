use std::time::SystemTime;

use http::StatusCode;

use super::backoff::Pace;
use crate::error::BoxError;
use crate::service_error::{Author, Meaning, ServiceError};
use crate::transport::{Phase, TransportError};

/// What the outcome of an attempt means for the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// A success, or an error that a retry does not change.
    Final,
    /// The service did nothing about the request, so any request may be sent again.
    Declined(Pace),
    /// The response is missing, or leaves open whether the service acted.
    Lost,
    /// There is a response, but it cannot be read. A retry would bring the same.
    Unreadable,
    /// The service rejected the credentials.
    CredentialsRejected,
    /// The service rejected the signature, perhaps because of its time.
    SignatureRejected {
        /// The service's time, if the response states it in its text.
        server_time: Option<SystemTime>,
        /// Whether the response says that the time is the reason.
        is_for_its_time: bool,
    },
}

impl Verdict {
    /// Judges an error response, of status 400 or more.
    pub(super) fn of_response(status: StatusCode, error: &ServiceError) -> Self {
        match status.as_u16() {
            _ if error.is_lasting => Self::Final,
            _ if error.meaning == Some(Meaning::Throttled) => Self::Declined(Pace::Throttled),
            // A full disk blocks writes with 429, too. It does not get empty within seconds.
            429 if error.has_type("cluster_block_exception") => Self::Final,
            // Of many operations some were applied.
            429 if error.is_result => Self::Lost,
            429 => Self::Declined(Pace::Throttled),
            400 if error.meaning == Some(Meaning::BodyNotReceived) => {
                Self::Declined(Pace::Transient)
            }
            400 | 401 | 403 => Self::of_a_refusal(error.meaning.as_ref()),
            500 if error.author == Author::Cluster => Self::Final,
            500 | 502 | 504 => Self::Lost,
            503 if error.author == Author::Front => Self::Declined(Pace::Transient),
            503 => Self::Lost,
            _ => Self::Final,
        }
    }

    /// Judges a failure without a response. `was_sent` says whether the request was signed and passed on.
    pub(super) fn of_failure(error: &BoxError, was_sent: bool) -> Self {
        match TransportError::within(&**error) {
            Some(error) if error.is_lasting() => Self::Final,
            Some(
                TransportError::Connect { .. }
                | TransportError::Unsent(_)
                | TransportError::Unprocessed(_)
                | TransportError::Timeout {
                    phase: Phase::Connect,
                    ..
                },
            ) => Self::Declined(Pace::Transient),
            Some(TransportError::Timeout { .. }) if !was_sent => Self::Declined(Pace::Transient),
            Some(
                TransportError::InvalidResponse(_)
                | TransportError::ResponseTooLarge { .. }
                | TransportError::Decompress { .. },
            ) => Self::Unreadable,
            _ if was_sent => Self::Lost,
            _ => Self::Final,
        }
    }

    /// Whether the same request may succeed later without any change.
    pub(super) fn is_passing(self) -> bool {
        matches!(self, Self::Declined(_) | Self::Lost)
    }

    /// Whether the service may have acted on the request.
    pub(super) fn may_have_been_applied(self) -> bool {
        matches!(self, Self::Lost | Self::Unreadable)
    }

    fn of_a_refusal(meaning: Option<&Meaning>) -> Self {
        match meaning {
            Some(Meaning::ExpiredToken | Meaning::UnknownKey) => Self::CredentialsRejected,
            Some(meaning @ (Meaning::SignatureExpired(_) | Meaning::SignatureNotYetCurrent(_))) => {
                Self::SignatureRejected {
                    server_time: meaning.server_time(),
                    is_for_its_time: true,
                }
            }
            // Services use these for a wrong time, too.
            Some(
                Meaning::SignatureMismatch | Meaning::NotAuthenticated | Meaning::AccessDenied,
            ) => Self::SignatureRejected {
                server_time: None,
                is_for_its_time: false,
            },
            _ => Self::Final,
        }
    }
}

/// Whether the same request may succeed later, after an error response that nothing more is known of.
#[cfg(feature = "opensearch")]
pub(crate) fn is_passing(status: StatusCode, error: &ServiceError) -> bool {
    Verdict::of_response(status, error).is_passing()
}

/// Whether nothing was done about a request that failed like this.
#[cfg(feature = "opensearch")]
pub(crate) fn was_declined(error: &BoxError) -> bool {
    matches!(Verdict::of_failure(error, true), Verdict::Declined(_))
}

#[cfg(test)]
mod tests;
