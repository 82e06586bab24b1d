//! One span and one measurement for each call, under OpenTelemetry's stable names for [database
//! clients](https://opentelemetry.io/docs/specs/semconv/database/).
//!
//! A span never contains a document or a key. It contains a query only if the client was built to
//! record queries.

use http::Request;
use tracing::Span;
use tracing::field::{Empty, display};

use crate::body::Body;
use crate::endpoint::Endpoint;
use crate::metrics;
use crate::opensearch::call::kind::{BatchSize, Kind};
use crate::opensearch::error::Error;
use crate::opensearch::response::Response;
use crate::sigv4::{Region, ServiceName};

/// A call under way.
pub(super) struct Observed {
    span: Span,
    timed: metrics::Operation,
}

impl Observed {
    pub(super) fn begin(request: &Request<Body>, endpoint: &Endpoint) -> Self {
        Self {
            span: span(request, endpoint),
            timed: metrics::Operation::begin(|| kind(request).operation()),
        }
    }

    pub(super) fn span(&self) -> Span {
        self.span.clone()
    }

    /// Records the text of a search; for any other call, records nothing.
    pub(super) fn record_query_text(&self, request: &Request<Body>) {
        if self.span.is_disabled() || !kind(request).is_search() {
            return;
        }
        let parameters = request.uri().query().unwrap_or_default().split('&');
        let in_url = parameters
            .filter(|parameter| parameter.starts_with("q="))
            .map(str::as_bytes);
        let body: &[u8] = request.body().as_bytes();
        let parts: Vec<_> = in_url
            .chain([body])
            .filter(|part| !part.is_empty())
            .collect();
        let text = parts.join(&b"\n"[..]);
        let text = String::from_utf8_lossy(&text[..text.len().min(MOST_QUERY_TEXT)]);
        self.span.record("db.query.text", &*text);
    }

    pub(super) fn end(self, outcome: &Result<Response, Error>) {
        let (status, failure) = match outcome {
            Ok(response) => (Some(response.status), None),
            Err(error) => (error.status(), Some(error.kind().name())),
        };
        self.timed.end(status, failure);
        record(&self.span, outcome);
    }
}

fn span(request: &Request<Body>, endpoint: &Endpoint) -> Span {
    tracing::info_span!(
        "opensearch",
        otel.kind = "client",
        otel.name = kind(request).operation(),
        db.system.name = "opensearch",
        db.operation.name = kind(request).operation(),
        db.collection.name = collection(request),
        db.operation.batch.size = batch_size(request),
        db.query.text = Empty,
        db.response.status_code = Empty,
        http.request.method = request.method().as_str(),
        http.response.status_code = Empty,
        http.request.resend_count = Empty,
        server.address = endpoint.host(),
        server.port = endpoint.port(),
        cloud.region = endpoint.region().map(Region::as_str),
        aws.service = endpoint.service().map(ServiceName::as_str),
        aws.request_id = Empty,
        error.r#type = Empty,
    )
}

fn record(span: &Span, outcome: &Result<Response, Error>) {
    if span.is_disabled() {
        return;
    }
    let (status, attempts, id) = match outcome {
        Ok(response) => (
            Some(response.status),
            response.attempts(),
            response.request_id(),
        ),
        Err(error) => (error.status(), error.attempts(), error.request_id()),
    };
    if let Some(status) = status {
        span.record("db.response.status_code", status.as_u16());
        span.record("http.response.status_code", status.as_u16());
    }
    span.record("http.request.resend_count", attempts.saturating_sub(1));
    if let Some(id) = id {
        span.record("aws.request_id", id);
    }
    match (outcome, status) {
        (Err(error), _) => {
            span.record("error.type", error.kind().name());
        }
        (Ok(_), Some(status)) if !status.is_success() => {
            span.record("error.type", display(status.as_u16()));
        }
        _ => {}
    }
}

fn kind(request: &Request<Body>) -> Kind<'_> {
    Kind::of(request.uri(), request.extensions())
}

/// The index; `_all` is none.
fn collection(request: &Request<Body>) -> Option<&str> {
    kind(request).index.filter(|index| !index.starts_with('_'))
}

/// A single operation is not a batch.
fn batch_size(request: &Request<Body>) -> Option<u64> {
    let BatchSize(size) = *request.extensions().get()?;
    (size > 1).then_some(size as u64)
}

const MOST_QUERY_TEXT: usize = 8 * 1024;
