use std::borrow::Cow;
use std::fmt;

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::opensearch::error::Error;
use crate::opensearch::error::json_error;
use crate::retry::{Report, Reported, request_id};

/// What a server answered: status, headers and the whole body.
#[derive(Clone)]
#[non_exhaustive]
pub struct Response {
    /// The status code.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, decompressed.
    pub body: Bytes,
    report: Option<Report>,
}

impl Response {
    /// An response of these parts.
    pub fn new(status: StatusCode, headers: HeaderMap, body: impl Into<Bytes>) -> Self {
        let body = body.into();
        Self {
            status,
            headers,
            body,
            report: None,
        }
    }

    /// The id that AWS gave the request.
    pub fn request_id(&self) -> Option<&str> {
        request_id(&self.headers)
    }

    /// How many attempts it took to get it.
    pub fn attempts(&self) -> u32 {
        self.report().map_or(1, |report| report.attempts)
    }

    pub(crate) fn of(reported: Reported) -> Self {
        let (head, body) = reported.response.into_parts();
        Self {
            status: head.status,
            headers: head.headers,
            body,
            report: Some(reported.report),
        }
    }

    /// Whether an attempt before this one was lost, and may have been applied.
    pub(crate) fn follows_a_lost_one(&self) -> bool {
        self.report()
            .is_some_and(|report| report.may_have_been_applied)
    }

    /// What is known of how it came.
    pub(crate) fn report(&self) -> Option<&Report> {
        self.report.as_ref()
    }

    /// The response itself if its status is 2xx.
    ///
    /// # Errors
    ///
    /// For any other status, with what the body and headers tell about why.
    pub fn success(self) -> Result<Self, Error> {
        if self.status.is_success() {
            Ok(self)
        } else {
            Err(Error::from_response(&self))
        }
    }

    /// Reads the body as JSON, whatever the status and content type.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Decode`](super::ErrorKind::Decode) when the body is not JSON of this shape.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Error> {
        serde_json::from_slice(&self.body)
            .map_err(|error| Error::decode(self, json_error(error, &self.body)))
    }

    /// Reads the body as a JSON object: a struct would be read from an array as well, value by value.
    pub(crate) fn object<T: DeserializeOwned>(&self) -> Result<T, Error> {
        if !self.body.trim_ascii_start().starts_with(b"{") {
            // Fails, and says what there is instead.
            self.json::<Map<String, Value>>()?;
        }
        self.json()
    }

    /// The body as text; bytes that are not UTF-8 become U+FFFD.
    pub fn text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.body)
    }
}

/// Leaves out headers and body: both may hold what belongs in no log.
impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response")
            .field("status", &self.status)
            .field("body_len", &self.body.len())
            .finish_non_exhaustive()
    }
}
