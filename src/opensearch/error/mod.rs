//! What callers match on when a call did not succeed.

mod api_error;
mod classify;
mod difference;
mod refusal;
mod scrub;
mod stack;

#[cfg(test)]
mod tests;

use std::error::Error as StdError;
use std::fmt;

use http::header::LOCATION;
use http::{StatusCode, Uri};

use crate::error::BoxError;
use crate::opensearch::response::Response;

pub(crate) use self::api_error::ApiError;
pub use self::difference::{Difference, Part};
pub use self::refusal::{Authority, Refusal};
pub(crate) use self::scrub::{OneLine, json_error};

/// Why a call did not succeed.
///
/// It shows itself on one line, with the status and the request's id; what lies beneath is its
/// [`source`](StdError::source). What a server wrote is kept without secrets, cut to a bounded size.
///
/// ```
/// # use http::{HeaderMap, StatusCode};
/// use sigtower::opensearch::{Response, ErrorKind};
///
/// # let body = r#"{"error":{"type":"index_not_found_exception","reason":"no such index [movies]"}}"#;
/// # let response = Response::new(StatusCode::NOT_FOUND, HeaderMap::new(), body);
/// let error = response.success().unwrap_err();
/// assert_eq!(error.kind(), ErrorKind::NotFound);
/// assert_eq!(error.error_type(), Some("index_not_found_exception"));
/// assert_eq!(error.to_string(), "index_not_found_exception: no such index [movies] (404)");
/// ```
pub struct Error(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    /// Our own words; without them, the server's are shown.
    line: Option<String>,
    status: Option<StatusCode>,
    api: ApiError,
    refusal: Option<Refusal>,
    body: Option<String>,
    retryable: bool,
    timed_out: bool,
    attempts: u32,
    may_have_been_applied: bool,
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
    /// No connection could be made; nothing was sent by this attempt.
    Connect,
    /// Something took longer than it may. Either nothing was sent or the call may be sent again.
    Timeout,
    /// The exchange broke. Either nothing was sent or the call may be sent again.
    Transport,
    /// The call may have been applied, or not: it was sent, and how it ended is not known. Since it
    /// cannot be applied twice, or not without a false conflict, it was not sent again.
    Unknown,
    /// The server answered 3xx, which is never followed.
    Redirect,
    /// The caller may not do this: 401, 403, or a 400 about the signature. [`Error::refusal`] says why.
    Denied,
    /// The server asks to slow down.
    Throttled,
    /// 404: no such index, document or route.
    NotFound,
    /// 409: the document or index is not as the call expects it.
    Conflict,
    /// Any other 4xx: the server cannot accept this request.
    BadRequest,
    /// 5xx: the server, or what stands before it, failed.
    Server,
    /// The response is not what this call's responses look like.
    Decode,
}

impl ErrorKind {
    /// For logs and metrics.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::InvalidRequest => "InvalidRequest",
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
            Self::BadRequest => "BadRequest",
            Self::Server => "Server",
            Self::Decode => "Decode",
        }
    }
}

impl Error {
    /// An error for a call that cannot be asked like this.
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

    /// What the server wrote about the reason.
    pub fn reason(&self) -> Option<&str> {
        self.0.api.reason.as_deref()
    }

    /// What the server names as cause of its reason, if that is something else.
    pub fn cause(&self) -> Option<&str> {
        self.0.api.cause.as_deref()
    }

    /// The id that AWS, or else the caller's `x-opaque-id`, gave the request.
    pub fn request_id(&self) -> Option<&str> {
        self.0.api.request_id.as_deref()
    }

    /// The header `x-aoss-response-hint`, with which OpenSearch Serverless says who refused.
    pub fn response_hint(&self) -> Option<&str> {
        self.0.api.response_hint.as_deref()
    }

    /// Whether the same call may well succeed later: 429, 502, 503, 504, quotas and throttling in any
    /// dress, and failures to connect. Not so when the server may have acted unseen.
    pub fn is_retryable(&self) -> bool {
        self.0.retryable
    }

    /// Whether something took longer than it may.
    pub fn is_timeout(&self) -> bool {
        self.0.timed_out
    }

    /// How often the request was sent, or tried to be.
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// Whether an attempt was lost on the way, or its response could not be read, so that the call may
    /// have been applied in spite of this error. Always so with [`ErrorKind::Unknown`].
    pub fn may_have_been_applied(&self) -> bool {
        self.0.may_have_been_applied
    }

    /// Why the request was refused, if it was.
    pub fn refusal(&self) -> Option<&Refusal> {
        self.0.refusal.as_ref()
    }

    /// One line on what to do about it, if there is something to say.
    pub fn hint(&self) -> Option<&str> {
        self.refusal().map(Refusal::hint)
    }

    /// The response's body as text, without secrets, cut after 8 KiB.
    pub fn body(&self) -> Option<&str> {
        self.0.body.as_deref()
    }

    pub(crate) fn from_response(response: &Response) -> Self {
        let api = ApiError::read(response);
        let report = response.report();
        let mut refusal = Refusal::read(response.status, &api);
        let signed = report.and_then(|report| report.canonical_request.as_deref());
        if let (Some(refusal), Some(signed)) = (&mut refusal, signed) {
            refusal.compare(signed);
        }
        let kind = match report {
            Some(report) if report.withheld => ErrorKind::Unknown,
            _ => kind_of(response.status, refusal.as_ref()),
        };
        let mut error = Self(Box::new(Inner {
            kind,
            line: (kind == ErrorKind::Redirect).then(|| redirect_line(response)),
            status: Some(response.status),
            api,
            refusal,
            body: Some(scrub::body(&response.body)),
            retryable: false,
            timed_out: false,
            attempts: response.attempts(),
            may_have_been_applied: report.is_some_and(|report| report.may_have_been_applied),
            source: None,
        }));
        let is_passing = kind == ErrorKind::Throttled || is_passing(response.status);
        error.0.retryable = is_passing && kind != ErrorKind::Unknown;
        error
    }

    /// An error for a response that arrived but does not have the expected form.
    pub fn decode(response: &Response, source: impl Into<BoxError>) -> Self {
        let mut error = Self::new(ErrorKind::Decode, "response is not as expected");
        error.0.status = Some(response.status);
        error.0.api = if response.status.is_success() {
            ApiError::from_headers(&response.headers)
        } else {
            ApiError::read(response)
        };
        error.0.body = Some(scrub::body(&response.body));
        error.0.retryable = is_passing(response.status);
        error.0.attempts = response.attempts();
        error.with_source(source)
    }

    pub(crate) fn with_source(mut self, source: impl Into<BoxError>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    fn new(kind: ErrorKind, line: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            kind,
            line: Some(line.into()),
            status: None,
            api: ApiError::default(),
            refusal: None,
            body: None,
            retryable: false,
            timed_out: false,
            attempts: 0,
            may_have_been_applied: false,
            source: None,
        }))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { line, api, .. } = &*self.0;
        match (line, &self.0.refusal) {
            (Some(line), _) => write!(f, "{}", OneLine(line))?,
            (None, Some(Refusal::Throttled)) => {
                f.write_str("throttled: ")?;
                self.write_complaint(f)?;
            }
            (None, Some(refusal)) => write!(f, "{refusal}")?,
            (None, None) => self.write_complaint(f)?,
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
    /// What the server complained about, in its own words.
    fn write_complaint(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = [self.error_type(), self.reason(), self.cause()];
        let mut said = false;
        for part in parts.into_iter().flatten() {
            let separator = if said { ": " } else { "" };
            write!(f, "{separator}{}", OneLine(part))?;
            said = true;
        }
        if said {
            return Ok(());
        }
        let status = self.0.status.and_then(|status| status.canonical_reason());
        write!(
            f,
            "{}, without a reason",
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
        Self::invalid("request cannot be built").with_source(source)
    }
}

impl From<serde_json::Error> for Error {
    fn from(source: serde_json::Error) -> Self {
        Self::invalid("request body cannot be serialised").with_source(source)
    }
}

fn kind_of(status: StatusCode, refusal: Option<&Refusal>) -> ErrorKind {
    match (status.as_u16(), refusal) {
        (_, Some(Refusal::Throttled)) => ErrorKind::Throttled,
        (_, Some(_)) | (401 | 403, _) => ErrorKind::Denied,
        (300..400, _) => ErrorKind::Redirect,
        (404, _) => ErrorKind::NotFound,
        (409, _) => ErrorKind::Conflict,
        (400..500, _) => ErrorKind::BadRequest,
        _ => ErrorKind::Server,
    }
}

/// Statuses of a gateway or of a node that is busy or on its way out.
fn is_passing(status: StatusCode) -> bool {
    matches!(status.as_u16(), 429 | 502 | 503 | 504)
}

/// Where the response points to, without user information, query and fragment.
fn redirect_line(response: &Response) -> String {
    let location = response.headers.get(LOCATION).map(|value| value.as_bytes());
    // `//host/path` is of the same scheme; to `Uri` it would be a path.
    let same_scheme = location.is_some_and(|location| location.starts_with(b"//"));
    let location = location.map(|location| match same_scheme {
        true => [b"same:", location].concat(),
        false => location.to_vec(),
    });
    let Some(location) = location.and_then(|location| Uri::try_from(location).ok()) else {
        return "redirected, which is not followed".into();
    };
    let origin = match (location.scheme_str(), location.authority()) {
        (Some(scheme), Some(authority)) => {
            let host = authority.as_str().rsplit('@').next().unwrap_or_default();
            let scheme = if same_scheme {
                ""
            } else {
                &format!("{scheme}:")
            };
            format!("{scheme}//{host}")
        }
        _ => String::new(),
    };
    let path = location.path();
    format!("redirected to {origin}{path}, which is not followed")
}
