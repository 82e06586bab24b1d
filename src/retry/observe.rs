//! Spans, events and metrics of attempts: one span for each attempt, under OpenTelemetry's names for HTTP clients, and
//! one event for each decision. They hold no path, header, body or key.

use std::time::Duration;

use bytes::Bytes;
use http::request::Parts;
use http::{Response, StatusCode, Version};
use tracing::Span;
use tracing::field::Empty;

use super::backoff::Pace;
use super::decide::Stop;
use super::verdict::Verdict;
use crate::error::BoxError;
use crate::metrics;
use crate::origin::server;
use crate::service_error::request_id;
use crate::sigv4::{ClockSkew, SignError};
use crate::transport::TransportError;

/// One attempt, from before it is signed.
pub(super) struct Attempt {
    span: Span,
    timed: metrics::Attempt,
}

/// Why a request is sent again, and after how long.
#[derive(Clone, Copy, Debug)]
pub(super) struct Resending {
    pub(super) reason: &'static str,
    pub(super) wait: Duration,
}

impl Attempt {
    /// Begins the `number`th attempt, from 1. All but the first have a reason.
    pub(super) fn begin(
        head: &Parts,
        number: u32,
        resending: Option<Resending>,
        skew: ClockSkew,
    ) -> Self {
        let span = tracing::info_span!(
            "http",
            otel.kind = "client",
            otel.name = head.method.as_str(),
            http.request.method = head.method.as_str(),
            http.request.resend_count = resending.map(|_| number - 1),
            http.response.status_code = Empty,
            network.protocol.version = Empty,
            server.address = server(&head.uri).0,
            server.port = server(&head.uri).1,
            aws.request_id = Empty,
            error.r#type = Empty,
            retry.reason = resending.map(|resending| resending.reason),
            retry.wait = resending.map(|resending| resending.wait.as_secs_f64()),
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
            record_response(&span, response);
        }
        if let Some(failure) = failure {
            span.record("error.type", failure);
        }
    }
}

impl Resending {
    /// Reports that a request is sent again.
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

/// Reports that a request failed in a way that passes, and is not sent again.
pub(super) fn report_stop(stop: Stop, attempts: u32, verdict: Verdict) {
    let reason = match stop {
        Stop::Final => return,
        Stop::Attempts => "attempts",
        Stop::NotIdempotent => "not_idempotent",
        Stop::Unhelpful => "unhelpful",
        Stop::Deadline => "deadline",
        Stop::Quota => "quota",
    };
    metrics::retry_denied(reason);
    tracing::debug!(
        attempts,
        retry.reason = verdict.reason(),
        retry.denied = reason,
        "not sending the request again"
    );
}

impl Verdict {
    /// The label for why a request is sent again after this outcome.
    pub(super) fn reason(self) -> &'static str {
        match self {
            Self::Final | Self::Unreadable => "none",
            Self::Declined(Pace::Transient) => "transient",
            Self::Declined(Pace::Throttled) => "throttling",
            Self::Lost => "lost",
            Self::CredentialsRejected => "credentials",
            Self::SignatureRejected { .. } => "clock",
        }
    }
}

fn record_response(span: &Span, response: &Response<Bytes>) {
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

/// A label for what happened instead of a response. There are few of them.
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
