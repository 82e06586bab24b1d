//! What logs, traces and metrics are told of attempts: one span for each, under OpenTelemetry's
//! names for HTTP clients, and an event for each decision. Never a path, a header, a body or a key.

use std::time::Duration;

use bytes::Bytes;
use http::request::Parts;
use http::{HeaderMap, Response, StatusCode, Version};
use tracing::Span;
use tracing::field::Empty;

use super::backoff::Pace;
use super::classify::Verdict;
use crate::error::BoxError;
use crate::metrics;
use crate::origin::server;
use crate::sigv4::{ClockSkew, SignError};
use crate::transport::TransportError;

/// One attempt, from before it is signed.
pub(super) struct Attempt {
    span: Span,
    timed: metrics::Attempt,
}

/// That a request is sent again: what for, and after how long.
#[derive(Clone, Copy, Debug)]
pub(super) struct Again {
    pub(super) reason: &'static str,
    pub(super) wait: Duration,
}

/// Why a request is not sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// There is nothing to mend.
    Final,
    Attempts,
    NotIdempotent,
    /// It would be signed with the same time or credentials.
    Unhelpful,
    Deadline,
    Quota,
}

impl Attempt {
    /// `again` says how it came to the attempt, unless it is the first.
    pub(super) fn begin(head: &Parts, number: u32, again: Option<Again>, skew: ClockSkew) -> Self {
        let span = tracing::info_span!(
            "http",
            otel.kind = "client",
            otel.name = head.method.as_str(),
            http.request.method = head.method.as_str(),
            http.request.resend_count = again.map(|_| number - 1),
            http.response.status_code = Empty,
            network.protocol.version = Empty,
            server.address = server(&head.uri).0,
            server.port = server(&head.uri).1,
            aws.request_id = Empty,
            error.r#type = Empty,
            retry.reason = again.map(|again| again.reason),
            retry.wait = again.map(|again| again.wait.as_secs_f64()),
            clock.skew = (skew != ClockSkew::ZERO).then(|| skew.as_millis() as f64 / 1000.0),
        );
        let timed = metrics::Attempt::begin();
        Self { span, timed }
    }

    pub(super) fn span(&self) -> Span {
        self.span.clone()
    }

    pub(super) fn end(self, head: &Parts, outcome: &Result<Response<Bytes>, BoxError>) {
        let status = outcome.as_ref().ok().map(Response::status);
        let failure = outcome.as_ref().err().map(failure);
        let Self { span, timed } = self;
        timed.end(&head.method, &head.uri, status, failure);
        if span.is_disabled() {
            return;
        }
        if let Ok(response) = outcome {
            record_answer(&span, response);
        }
        if let Some(failure) = failure {
            span.record("error.type", failure);
        }
    }
}

impl Stop {
    /// Tells of a request that failed in passing and is given up.
    pub(super) fn report(self, attempts: u32, verdict: Verdict) {
        let Some(reason) = self.reason() else {
            return;
        };
        metrics::retry_denied(reason);
        tracing::debug!(
            attempts,
            retry.reason = verdict.reason(),
            retry.denied = reason,
            "not sending the request again"
        );
    }

    fn reason(self) -> Option<&'static str> {
        match self {
            Self::Final => None,
            Self::Attempts => Some("attempts"),
            Self::NotIdempotent => Some("not_idempotent"),
            Self::Unhelpful => Some("unhelpful"),
            Self::Deadline => Some("deadline"),
            Self::Quota => Some("quota"),
        }
    }
}

impl Again {
    /// Tells of a request that is sent again.
    pub(super) fn report(self, attempts: u32) {
        metrics::retry(self.reason);
        tracing::debug!(
            attempts,
            retry.reason = self.reason,
            retry.wait = self.wait.as_secs_f64(),
            "sending the request again"
        );
    }
}

impl Verdict {
    /// Why a request is sent again that ended so.
    pub(super) fn reason(self) -> &'static str {
        match self {
            Self::Final | Self::Unreadable => "none",
            Self::Declined(Pace::Transient) => "transient",
            Self::Declined(Pace::Throttled) => "throttling",
            Self::Lost => "lost",
            Self::Credentials => "credentials",
            Self::Time { .. } => "clock",
        }
    }
}

fn record_answer(span: &Span, response: &Response<Bytes>) {
    let status = response.status();
    span.record("http.response.status_code", status.as_u16());
    if let Some(version) = protocol_version(response.version()) {
        span.record("network.protocol.version", version);
    }
    if let Some(id) = request_id(response.headers()) {
        span.record("aws.request_id", id);
    }
    if is_error(status) {
        span.record("error.type", status.as_str());
    }
}

/// One of few words for what happened instead of an answer.
fn failure(error: &BoxError) -> &'static str {
    if let Some(error) = TransportError::within(&**error) {
        return error.word();
    }
    match error.downcast_ref() {
        Some(SignError::Credentials(_)) => "credentials",
        Some(_) => "sign",
        None => "_OTHER",
    }
}

/// What AWS calls the request.
pub(crate) fn request_id(headers: &HeaderMap) -> Option<&str> {
    let mut names = ["x-amzn-requestid", "x-amz-request-id"].iter();
    let id = names.find_map(|name| headers.get(*name))?;
    id.to_str().ok()
}

fn is_error(status: StatusCode) -> bool {
    status.is_client_error() || status.is_server_error()
}

fn protocol_version(version: Version) -> Option<&'static str> {
    match version {
        Version::HTTP_10 => Some("1.0"),
        Version::HTTP_11 => Some("1.1"),
        Version::HTTP_2 => Some("2"),
        _ => None,
    }
}
