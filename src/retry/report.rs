use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use http::Response;

use crate::service_error::ServiceError;
use crate::sigv4::{Scope, SigningRecord};

/// How a response was obtained. It is in the extensions of the response.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Report {
    /// How many attempts there were.
    pub attempts: u32,
    /// Whether the service may have applied the request without saying so: an attempt was lost on the way, or this
    /// response leaves open whether the service acted.
    pub may_have_been_applied: bool,
    /// Whether the request was not sent again because it may have been applied and is not idempotent.
    pub withheld: bool,
    /// Whether the same request may succeed later, and may be sent again. This is what the retries go by, whether or
    /// not an attempt was left.
    pub retryable: bool,
    /// The canonical request that was signed, without the session token, if the response shows a different one.
    pub canonical_request: Option<Arc<str>>,
    #[cfg_attr(
        not(feature = "opensearch"),
        expect(dead_code, reason = "the errors of `opensearch` read it")
    )]
    pub(crate) evidence: Evidence,
}

/// What an error message needs to know of the last attempt.
#[derive(Clone)]
#[cfg_attr(
    not(feature = "opensearch"),
    expect(dead_code, reason = "the errors of `opensearch` read it")
)]
pub(crate) struct Evidence {
    /// What the attempt was signed with. Nothing of it may be shown.
    pub(crate) record: SigningRecord,
    /// The scope of a signature that was rejected.
    pub(crate) scope: Option<Scope>,
    /// How many bytes of a body were sent.
    pub(crate) body_len: usize,
    /// Whether the method only reads.
    pub(crate) is_safe: bool,
    /// What the response says, if its status is 400 or more.
    pub(crate) error: Option<Arc<ServiceError>>,
}

/// A response, and how it was obtained.
#[derive(Debug)]
pub(crate) struct Reported {
    pub(crate) response: Response<Bytes>,
    pub(crate) report: Report,
}

/// Shows nothing: it holds secrets, and texts that may echo them.
impl fmt::Debug for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Evidence").finish_non_exhaustive()
    }
}
