//! One span for each call, under OpenTelemetry's stable names for [database
//! clients](https://opentelemetry.io/docs/specs/semconv/database/). Never a document or a key, and a
//! query only where the client was told so.

use http::Request;
use tracing::Span;
use tracing::field::{Empty, display};

use crate::body::Body;
use crate::endpoint::Endpoint;
use crate::opensearch::error::Error;
use crate::opensearch::response::Response;
use crate::sigv4::Scope;

/// In a request's extensions: how many operations it has.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BatchSize(pub(crate) usize);

/// The span of a call that is about to be sent.
pub(crate) fn span(request: &Request<Body>, endpoint: &Endpoint, scope: &Scope) -> Span {
    tracing::info_span!(
        "opensearch",
        otel.kind = "client",
        otel.name = operation(request.uri().path()),
        db.system.name = "opensearch",
        db.operation.name = operation(request.uri().path()),
        db.collection.name = collection(request.uri().path()),
        db.operation.batch.size = batch_size(request),
        db.query.text = Empty,
        db.response.status_code = Empty,
        http.request.method = request.method().as_str(),
        http.response.status_code = Empty,
        http.request.resend_count = Empty,
        server.address = endpoint.host(),
        server.port = endpoint.port(),
        cloud.region = scope.region().as_str(),
        aws.service = scope.service().as_str(),
        aws.request_id = Empty,
        error.r#type = Empty,
    )
}

/// Tells the span what is searched for; of any other call it says nothing.
pub(crate) fn record_query_text(span: &Span, request: &Request<Body>) {
    let uri = request.uri();
    if span.is_disabled() || !SEARCHES.contains(&&*operation(uri.path())) {
        return;
    }
    let parameters = uri.query().unwrap_or_default().split('&');
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
    span.record("db.query.text", &*text);
}

/// Tells the span what came of it.
pub(crate) fn record(span: &Span, outcome: &Result<Response, Error>) {
    if span.is_disabled() {
        return;
    }
    let (status, attempts, refused) = match outcome {
        Ok(response) => (Some(response.status), response.attempts(), None),
        Err(error) => (error.status(), error.attempts(), Some(error)),
    };
    if let Some(status) = status {
        span.record("db.response.status_code", status.as_u16());
        span.record("http.response.status_code", status.as_u16());
    }
    span.record("http.request.resend_count", attempts.saturating_sub(1));
    if let Ok(response) = outcome
        && let Some(id) = response.request_id()
    {
        span.record("aws.request_id", id);
    }
    if let Some(error) = refused {
        if let Some(id) = error.request_id() {
            span.record("aws.request_id", id);
        }
        span.record("error.type", error.kind().name());
    } else if let Some(status) = status.filter(|status| !status.is_success()) {
        span.record("error.type", display(status.as_u16()));
    }
}

/// `search`, `bulk`, `cluster.health`: few enough to count by; no index, no id.
pub(crate) fn operation(path: &str) -> String {
    let mut segments = path.split('/').filter(|segment| !segment.is_empty());
    let Some(first) = segments.next() else {
        return "info".to_owned();
    };
    let (group, next) = match first.strip_prefix('_') {
        Some(group) if first != "_all" => (group, segments.next()),
        _ => match segments.next().and_then(|second| second.strip_prefix('_')) {
            Some(group) => (group, segments.next()),
            None => return "index".to_owned(),
        },
    };
    if !is_name(group) {
        return "_OTHER".to_owned();
    }
    let has_kinds = matches!(group, "cat" | "cluster" | "nodes" | "search" | "msearch");
    match next.filter(|next| has_kinds && is_name(next)) {
        Some(kind) => format!("{group}.{kind}"),
        None => group.to_owned(),
    }
}

/// One operation is no batch.
fn batch_size(request: &Request<Body>) -> Option<u64> {
    let BatchSize(size) = *request.extensions().get()?;
    (size > 1).then_some(size as u64)
}

fn collection(path: &str) -> Option<&str> {
    let first = path.split('/').find(|segment| !segment.is_empty())?;
    (!first.starts_with('_')).then_some(first)
}

/// Whether the server may have named it, rather than a caller.
fn is_name(segment: &str) -> bool {
    let is_lower = |byte: u8| byte.is_ascii_lowercase() || byte == b'_';
    segment.len() <= LONGEST_NAME && segment.bytes().all(is_lower)
}

const LONGEST_NAME: usize = 32;
const MOST_QUERY_TEXT: usize = 8 * 1024;
const SEARCHES: [&str; 8] = [
    "search",
    "search.template",
    "msearch",
    "msearch.template",
    "count",
    "explain",
    "delete_by_query",
    "update_by_query",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_are_few_and_name_neither_index_nor_id() {
        for (path, name, index) in [
            ("/", "info", None),
            ("/_cluster/health", "cluster.health", None),
            ("/_cluster/health/movies", "cluster.health", None),
            ("/movies", "index", Some("movies")),
            ("/movies/_doc/_search", "doc", Some("movies")),
            ("/movies/_search", "search", Some("movies")),
            (
                "/movies/_search/point_in_time",
                "search.point_in_time",
                Some("movies"),
            ),
            ("/_search/scroll", "search.scroll", None),
            ("/_bulk", "bulk", None),
            ("/a,b/_bulk", "bulk", Some("a,b")),
            ("/_snapshot/repository/name", "snapshot", None),
            ("/_all/_search", "search", None),
            ("/_cat/Movies2024", "cat", None),
            ("/_AKIDEXAMPLE", "_OTHER", None),
            ("/movies/_%73earch", "_OTHER", Some("movies")),
        ] {
            assert_eq!(
                (&*operation(path), collection(path)),
                (name, index),
                "{path}"
            );
        }
    }
}
