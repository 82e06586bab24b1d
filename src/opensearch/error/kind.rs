use http::StatusCode;

use super::refusal::Refusal;
use crate::service_error::{Meaning, ServiceError};

/// What kind of failure an [`Error`](super::Error) is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The call has an invalid argument. Nothing was sent.
    InvalidRequest,
    /// The service that the client signs for does not have this call. Nothing was sent.
    Unsupported,
    /// There are no usable credentials. Nothing was sent.
    Credentials,
    /// The request could not be signed. Nothing was sent.
    Sign,
    /// No connection could be made. This attempt sent nothing.
    Connect,
    /// A phase took longer than its limit. Either nothing was sent, or the call may be sent again.
    Timeout,
    /// The exchange with the server failed. Either nothing was sent, or the call may be sent again.
    Transport,
    /// The call was sent, and may or may not have been applied. It was not sent again, because applying it twice would
    /// be wrong or would report a false conflict.
    Unknown,
    /// The server responded with 3xx. Redirects are never followed.
    Redirect,
    /// The caller may not do this: 401, 403, or a 400 about the signature. [`Error::refusal`](super::Error::refusal)
    /// says why.
    Denied,
    /// The server asks the client to slow down: 429, or an error code that means throttling.
    Throttled,
    /// 404: no such index, document or route.
    NotFound,
    /// The document or index is not in the state that the call expects: 409, or the creation of an index that exists.
    Conflict,
    /// The request body is larger than the server accepts: 413.
    TooLarge,
    /// Any other 4xx: the server cannot accept this request.
    BadRequest,
    /// 5xx: the server, or a proxy before it, failed.
    Server,
    /// The server did only a part of the work, such as a snapshot in which shards are missing.
    Incomplete,
    /// The response is not one that this call expects.
    Decode,
}

impl ErrorKind {
    /// The name for logs and metrics.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::InvalidRequest => "InvalidRequest",
            Self::Unsupported => "Unsupported",
            Self::Credentials => "Credentials",
            Self::Sign => "Sign",
            Self::Connect => "Connect",
            Self::Timeout => "Timeout",
            Self::Transport => "Transport",
            Self::Unknown => "Unknown",
            Self::Redirect => "Redirect",
            Self::Denied => "Denied",
            Self::Throttled => "Throttled",
            Self::NotFound => "NotFound",
            Self::Conflict => "Conflict",
            Self::TooLarge => "TooLarge",
            Self::BadRequest => "BadRequest",
            Self::Server => "Server",
            Self::Incomplete => "Incomplete",
            Self::Decode => "Decode",
        }
    }

    pub(super) fn of_response(
        status: StatusCode,
        error: &ServiceError,
        refusal: Option<&Refusal>,
    ) -> Self {
        let exists = error.error_type.as_deref() == Some("resource_already_exists_exception");
        match (status.as_u16(), refusal) {
            (_, Some(Refusal::Throttled)) => Self::Throttled,
            (_, Some(_)) | (401 | 403, _) => Self::Denied,
            (300..400, _) => Self::Redirect,
            (404, _) => Self::NotFound,
            (409, _) => Self::Conflict,
            (400, _) if exists => Self::Conflict,
            (400..500, _) if error.meaning == Some(Meaning::TooLarge) => Self::TooLarge,
            (400..500, _) => Self::BadRequest,
            _ => Self::Server,
        }
    }
}
