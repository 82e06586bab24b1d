use std::error::Error as StdError;
use std::fmt;

use http::StatusCode;

use super::Answer;
use crate::BoxError;
use crate::credentials::CredentialsError;
use crate::sigv4::SignError;
use crate::transport::{Phase, TransportError};

/// Why a call did not succeed.
pub struct Error(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    line: String,
    status: Option<StatusCode>,
    retryable: bool,
    source: Option<BoxError>,
}

/// What kind of failure an [`Error`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The call cannot be asked like this; nothing was sent.
    InvalidRequest,
    /// There were no usable credentials; nothing was sent.
    Credentials,
    /// The request could not be signed; nothing was sent.
    Sign,
    /// No connection could be made; nothing was sent.
    Connect,
    /// Something took longer than it may.
    Timeout,
    /// The exchange broke; whether the server acted is unknown.
    Transport,
    /// The server answered 3xx, which is never followed.
    Redirect,
    /// 401 or 403; [`Error::refusal`] says more.
    Refused,
    /// The server asks to slow down.
    Throttled,
    /// 404: no such index, document or route.
    NotFound,
    /// 409: the document or index is not as the call expects it.
    Conflict,
    /// Any other 4xx: the server takes the request for wrong.
    Rejected,
    /// 5xx: the server failed.
    Server,
    /// The answer is not what this call's answers look like.
    Decode,
}

impl Error {
    /// An error for a call that cannot be asked like this.
    pub fn invalid(reason: impl Into<String>) -> Self {
        Self::new(ErrorKind::InvalidRequest, reason.into())
    }

    /// What kind of failure this is.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The answer's status, if there was an answer.
    pub fn status(&self) -> Option<StatusCode> {
        self.0.status
    }

    /// Whether the same call may succeed a little later, and cannot have been carried out already.
    pub fn is_retryable(&self) -> bool {
        self.0.retryable
    }

    /// Whether something took longer than it may.
    pub fn is_timeout(&self) -> bool {
        self.0.kind == ErrorKind::Timeout
    }

    pub(super) fn from_answer(answer: &Answer) -> Self {
        let kind = match answer.status.as_u16() {
            300..400 => ErrorKind::Redirect,
            401 | 403 => ErrorKind::Refused,
            404 => ErrorKind::NotFound,
            409 => ErrorKind::Conflict,
            429 => ErrorKind::Throttled,
            400..500 => ErrorKind::Rejected,
            _ => ErrorKind::Server,
        };
        let mut error = Self::new(kind, answer.status.to_string());
        error.0.status = Some(answer.status);
        error.0.retryable = matches!(answer.status.as_u16(), 429 | 502 | 503 | 504);
        error
    }

    pub(super) fn decode(answer: &Answer, source: serde_json::Error) -> Self {
        let mut error = Self::new(ErrorKind::Decode, "answer is not as expected".into());
        error.0.status = Some(answer.status);
        error.0.source = Some(source.into());
        error
    }

    /// Reads what the stack of layers failed with.
    #[allow(dead_code, reason = "the client calls it")]
    pub(crate) fn from_stack(error: BoxError) -> Self {
        let error = match error.downcast::<Self>() {
            Ok(error) => return *error,
            Err(error) => error,
        };
        let (kind, line, retryable) = classify(error.as_ref());
        let mut ours = Self::new(kind, line.into());
        ours.0.retryable = retryable;
        ours.0.source = Some(error);
        ours
    }

    fn new(kind: ErrorKind, line: String) -> Self {
        Self(Box::new(Inner {
            kind,
            line,
            status: None,
            retryable: false,
            source: None,
        }))
    }
}

fn classify(error: &(dyn StdError + 'static)) -> (ErrorKind, &'static str, bool) {
    let mut next = Some(error);
    while let Some(error) = next {
        if error.is::<CredentialsError>() {
            return (ErrorKind::Credentials, "no usable credentials", false);
        }
        match error.downcast_ref() {
            Some(SignError::Credentials(_)) => {
                return (ErrorKind::Credentials, "no usable credentials", false);
            }
            Some(_) => return (ErrorKind::Sign, "request could not be signed", false),
            None => {}
        }
        match error.downcast_ref() {
            Some(TransportError::Connect { .. }) => {
                return (ErrorKind::Connect, "could not connect", true);
            }
            Some(TransportError::Timeout { phase, .. }) => {
                return (ErrorKind::Timeout, "timed out", *phase == Phase::Connect);
            }
            Some(_) => return (ErrorKind::Transport, "exchange failed", false),
            None => {}
        }
        next = error.source();
    }
    (ErrorKind::Transport, "exchange failed", false)
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.line)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("kind", &self.0.kind)
            .field("line", &self.0.line)
            .field("status", &self.0.status)
            .field("source", &self.0.source)
            .finish_non_exhaustive()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}

impl From<http::Error> for Error {
    fn from(source: http::Error) -> Self {
        let mut error = Self::invalid("request cannot be built");
        error.0.source = Some(source.into());
        error
    }
}

impl From<serde_json::Error> for Error {
    fn from(source: serde_json::Error) -> Self {
        let mut error = Self::invalid("request body cannot be serialised");
        error.0.source = Some(source.into());
        error
    }
}
