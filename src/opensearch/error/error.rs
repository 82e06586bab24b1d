use std::error::Error as StdError;
use std::fmt;

use http::StatusCode;

use super::api_error::ApiError;
use super::kind::ErrorKind;
use super::one_line::OneLine;
use super::refusal::Refusal;
use crate::error::BoxError;

/// Why a call did not succeed.
///
/// `Display` is one line, with the status and the id of the request. The cause is the [`source`](StdError::source). What
/// a server wrote is kept without secrets and up to a limit.
///
/// ```
/// # use http::{HeaderMap, StatusCode};
/// use sigtower::opensearch::{ErrorKind, Response};
///
/// # let body = r#"{"error":{"type":"index_not_found_exception","reason":"no such index [movies]"}}"#;
/// # let response = Response::new(StatusCode::NOT_FOUND, HeaderMap::new(), body);
/// let error = response.success().unwrap_err();
/// assert_eq!(error.kind(), ErrorKind::NotFound);
/// assert_eq!(error.error_type(), Some("index_not_found_exception"));
/// assert_eq!(error.to_string(), "index_not_found_exception: no such index [movies] (404)");
/// ```
pub struct Error(Box<Inner>);

pub(super) struct Inner {
    pub(super) kind: ErrorKind,
    /// The crate's own message. Without it, the server's is shown.
    pub(super) line: Option<String>,
    pub(super) hint: Option<String>,
    pub(super) document: Option<String>,
    pub(super) status: Option<StatusCode>,
    pub(super) api: ApiError,
    pub(super) refusal: Option<Refusal>,
    pub(super) body: Option<String>,
    pub(super) retryable: bool,
    pub(super) timed_out: bool,
    pub(super) attempts: u32,
    pub(super) may_have_been_applied: bool,
    pub(super) source: Option<BoxError>,
}

impl Error {
    /// An error for a call with an invalid argument: nothing is sent.
    pub fn invalid(reason: impl Into<String>) -> Self {
        Self::new(ErrorKind::InvalidRequest, reason)
    }

    /// What kind of failure this is.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The response's status, if there was a response.
    pub fn status(&self) -> Option<StatusCode> {
        self.0.status
    }

    /// The server's name for the error, `index_not_found_exception` for instance.
    pub fn error_type(&self) -> Option<&str> {
        self.0.api.error_type.as_deref()
    }

    /// The reason that the server states.
    pub fn reason(&self) -> Option<&str> {
        self.0.api.reason.as_deref()
    }

    /// The root cause that the server states, if it is different from the reason.
    pub fn cause(&self) -> Option<&str> {
        self.0.api.cause.as_deref()
    }

    /// The id that AWS gave the request, or else the caller's `x-opaque-id`.
    pub fn request_id(&self) -> Option<&str> {
        self.0.api.request_id.as_deref()
    }

    /// The header `x-aoss-response-hint`. With it OpenSearch Serverless says what refused the request.
    pub fn response_hint(&self) -> Option<&str> {
        self.0.api.response_hint.as_deref()
    }

    /// Whether the same call may succeed later, and may be sent again.
    ///
    /// The client's own retries follow the same rule, as [`retry`](crate::retry) states it: true after throttling, after
    /// a failed connection, and after a lost response to an idempotent call. False if the call may have been applied and
    /// is not idempotent, and for what lasts, such as a certificate that is not accepted.
    pub fn is_retryable(&self) -> bool {
        self.0.retryable
    }

    /// Whether a phase took longer than its limit. Always true with [`ErrorKind::Timeout`].
    pub fn is_timeout(&self) -> bool {
        self.0.kind == ErrorKind::Timeout || self.0.timed_out
    }

    /// How many attempts there were. An attempt may have ended before anything was sent.
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// Whether the server may have applied the call in spite of this error: an attempt was lost on the way, or a 2xx
    /// response cannot be read. Always true with [`ErrorKind::Unknown`]. A response to GET or HEAD counts only if it
    /// was lost.
    pub fn may_have_been_applied(&self) -> bool {
        self.0.may_have_been_applied
    }

    /// Why the request was refused, if it was.
    pub fn refusal(&self) -> Option<&Refusal> {
        self.0.refusal.as_ref()
    }

    /// One line on what to do about it, if the crate knows.
    pub fn hint(&self) -> Option<&str> {
        self.0.hint.as_deref()
    }

    /// The IAM document that removes the cause, as JSON, if the call knows it; the [`hint`](Self::hint) says where it
    /// belongs. Calls of [`snapshot`](crate::opensearch::snapshot) have one, and calls that a data access policy of a
    /// collection denies.
    pub fn document(&self) -> Option<&str> {
        self.0.document.as_deref()
    }

    /// The response's body as text, without secrets, cut after 8 KiB.
    pub fn body(&self) -> Option<&str> {
        self.0.body.as_deref()
    }

    /// An error for a part of a response that has been read and does not have the expected form.
    pub(crate) fn unreadable(reason: impl Into<String>) -> Self {
        Self::new(ErrorKind::Decode, reason)
    }

    /// An error for a wait that exceeded its limit.
    pub(crate) fn timed_out(line: impl Into<String>) -> Self {
        Self::new(ErrorKind::Timeout, line)
    }

    pub(crate) fn new(kind: ErrorKind, line: impl Into<String>) -> Self {
        Self::from_inner(Inner {
            kind,
            line: Some(line.into()),
            hint: None,
            document: None,
            status: None,
            api: ApiError::default(),
            refusal: None,
            body: None,
            retryable: false,
            timed_out: false,
            attempts: 0,
            may_have_been_applied: false,
            source: None,
        })
    }

    pub(super) fn from_inner(inner: Inner) -> Self {
        Self(Box::new(inner))
    }

    pub(super) fn inner_mut(&mut self) -> &mut Inner {
        &mut self.0
    }

    /// The same error with a line that says more than the server's.
    pub(crate) fn with_line(self, kind: ErrorKind, line: impl Into<String>) -> Self {
        let mut error = self.not_applied(kind);
        error.0.line = Some(line.into());
        error
    }

    /// The same error for a call that the server refused and did not apply.
    pub(crate) fn not_applied(mut self, kind: ErrorKind) -> Self {
        self.0.kind = kind;
        self.0.retryable = false;
        self.0.may_have_been_applied = false;
        self
    }

    pub(crate) fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.0.hint = Some(hint.into());
        self
    }

    pub(crate) fn with_document(mut self, document: impl Into<String>) -> Self {
        self.0.document = Some(document.into());
        self
    }

    pub(crate) fn with_source(mut self, source: impl Into<BoxError>) -> Self {
        self.0.source = Some(source.into());
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { line, api, .. } = &*self.0;
        match (line, &self.0.refusal) {
            (Some(line), _) => write!(f, "{}", OneLine(line))?,
            (None, Some(Refusal::Throttled)) => {
                f.write_str("throttled: ")?;
                self.write_server_error(f)?;
            }
            (None, Some(refusal)) => write!(f, "{refusal}")?,
            (None, None) => self.write_server_error(f)?,
        }
        if self.0.kind == ErrorKind::Unknown {
            f.write_str("; the request may have been applied and was not sent again")?;
        }
        let Some(status) = self.0.status else {
            return Ok(());
        };
        write!(f, " ({}", status.as_u16())?;
        if let Some(hint) = &api.response_hint {
            write!(f, ", {}", OneLine(hint))?;
        }
        if let Some(id) = &api.request_id {
            write!(f, ", request {}", OneLine(id))?;
        }
        f.write_str(")")
    }
}

impl Error {
    /// The error in the server's words.
    fn write_server_error(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = [self.error_type(), self.reason(), self.cause()];
        let mut separator = "";
        for part in parts.into_iter().flatten() {
            write!(f, "{separator}{}", OneLine(part))?;
            separator = ": ";
        }
        if !separator.is_empty() {
            return Ok(());
        }
        let status = self.0.status.and_then(|status| status.canonical_reason());
        write!(
            f,
            "{}, and the response states no reason",
            status.unwrap_or("unknown status")
        )
    }
}

/// Leaves out the body, which may hold documents.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("kind", &self.0.kind)
            .field("line", &self.to_string())
            .field("refusal", &self.0.refusal)
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
        Self::invalid(format!("request cannot be built: {source}")).with_source(source)
    }
}

impl From<serde_json::Error> for Error {
    fn from(source: serde_json::Error) -> Self {
        Self::invalid(format!("request body cannot be serialised: {source}")).with_source(source)
    }
}
