//! A server's response, as data.

use std::fmt;

use bytes::Bytes;
use http::{HeaderMap, StatusCode};

use super::call::permission::CollectionCall;
use crate::retry::{Report, Reported};
use crate::service_error::request_id;
use crate::transport::{Pending, StreamingBody};

/// A server's response: status, headers and the whole body.
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
    /// What a call to a collection asked for, if it was denied.
    collection_call: Option<Box<CollectionCall>>,
    /// The body that is still to be read, of a call that asked for it.
    pending: Option<Pending>,
}

/// A [`Response`] without its body: what
/// [`Client::send_with_response`](super::Client::send_with_response) returns beside the output.
#[derive(Clone)]
#[non_exhaustive]
pub struct ResponseHead {
    /// The status code.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    attempts: u32,
}

impl Response {
    /// A response with these parts, for instance to test a call of your own.
    pub fn new(status: StatusCode, headers: HeaderMap, body: impl Into<Bytes>) -> Self {
        let body = body.into();
        Self {
            status,
            headers,
            body,
            report: None,
            collection_call: None,
            pending: None,
        }
    }

    /// Returns the id that AWS gave the request.
    pub fn request_id(&self) -> Option<&str> {
        request_id(&self.headers)
    }

    /// Returns how many attempts it took to get this response.
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
            collection_call: None,
            pending: head.extensions.get().cloned(),
        }
    }

    /// Keeps what a call to a collection asked for.
    pub(super) fn keep_call(&mut self, call: CollectionCall) {
        self.collection_call = Some(Box::new(call));
    }

    /// What a call to a collection asked for, if it was denied.
    pub(super) fn collection_call(&self) -> Option<&CollectionCall> {
        self.collection_call.as_deref()
    }

    /// The body as it arrives, or what has arrived.
    pub(crate) fn take_body(&mut self) -> StreamingBody {
        let pending = self.pending.take().and_then(|pending| pending.take());
        pending.unwrap_or_else(|| StreamingBody::whole(self.status, self.body.clone()))
    }

    /// Whether an earlier attempt was lost, so that the server may have applied that one.
    pub(crate) fn follows_a_lost_attempt(&self) -> bool {
        self.report()
            .is_some_and(|report| report.may_have_been_applied)
    }

    /// What is known of the attempts.
    pub(crate) fn report(&self) -> Option<&Report> {
        self.report.as_ref()
    }

    pub(crate) fn head(&self) -> ResponseHead {
        ResponseHead {
            status: self.status,
            headers: self.headers.clone(),
            attempts: self.attempts(),
        }
    }
}

impl ResponseHead {
    /// Returns the id that AWS gave the request.
    pub fn request_id(&self) -> Option<&str> {
        request_id(&self.headers)
    }

    /// Returns how many attempts it took to get this response.
    pub fn attempts(&self) -> u32 {
        self.attempts
    }
}

/// Leaves out headers and body: both may hold what must not be logged.
impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response")
            .field("status", &self.status)
            .field("body_len", &self.body.len())
            .finish_non_exhaustive()
    }
}

/// Leaves out the headers: they may hold what must not be logged.
impl fmt::Debug for ResponseHead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseHead")
            .field("status", &self.status)
            .field("attempts", &self.attempts)
            .finish_non_exhaustive()
    }
}
