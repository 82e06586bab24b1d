//! The content type of a request body that comes without one.

use bytes::{BufMut, Bytes, BytesMut};
use http::Request;
use http::header::{CONTENT_TYPE, HeaderValue};

use crate::body::Body;

/// Sets `content-type` unless it is set or the body is empty: NDJSON for `_bulk` and `_msearch`,
/// JSON for anything else. NDJSON also gets its last newline if that is missing.
pub(crate) fn set(request: &mut Request<Body>) {
    if request.body().as_bytes().is_empty() || request.headers().contains_key(CONTENT_TYPE) {
        return;
    }
    let content_type = if is_ndjson(request.uri().path()) {
        end_with_newline(request.body_mut());
        NDJSON
    } else {
        JSON
    };
    request.headers_mut().insert(CONTENT_TYPE, content_type);
}

/// Whether the path is `/_bulk`, `/{index}/_bulk` or the like, but not a document whose id is `_bulk`.
fn is_ndjson(path: &str) -> bool {
    let mut segments = path.trim_matches('/').split('/').rev().peekable();
    segments.next_if(|last| matches!(*last, "template" | "stream"));
    let is_bulk = matches!(segments.next(), Some("_bulk" | "_msearch"));
    is_bulk && segments.count() <= 1
}

/// Without the last newline the server refuses the request, and old servers ignore the last document.
fn end_with_newline(body: &mut Body) {
    let bytes = body.as_bytes();
    if !bytes.ends_with(b"\n") {
        let mut whole = BytesMut::with_capacity(bytes.len() + 1);
        whole.put_slice(bytes);
        whole.put_u8(b'\n');
        *body = Bytes::from(whole).into();
    }
}

pub(crate) const JSON: HeaderValue = HeaderValue::from_static("application/json");
pub(crate) const NDJSON: HeaderValue = HeaderValue::from_static("application/x-ndjson");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bulk_and_msearch_take_ndjson_and_nothing_else_does() {
        for path in [
            "/_bulk",
            "/movies/_bulk",
            "/movies/_bulk/",
            "/_bulk/stream",
            "/_msearch",
            "/a,b/_msearch",
            "/_msearch/template",
            "/movies/_msearch/template",
        ] {
            assert!(is_ndjson(path), "{path}");
        }
        for path in [
            "/",
            "/movies/_search",
            "/movies/_search/template",
            "/movies/_doc/_bulk",
            "/movies/_doc/_msearch",
            "/_bulk/x",
            "/x_bulk",
            "/template",
        ] {
            assert!(!is_ndjson(path), "{path}");
        }
    }

    #[test]
    fn a_missing_last_newline_is_added_to_ndjson_only() {
        for (path, sent, arrives) in [
            ("/_bulk", "{}\n{}", "{}\n{}\n"),
            ("/_bulk", "{}\n{}\n", "{}\n{}\n"),
            ("/_search", "{}", "{}"),
            ("/_bulk", "", ""),
        ] {
            let mut request = Request::post(path).body(Body::from(sent)).unwrap();
            set(&mut request);
            assert_eq!(request.body().as_bytes(), arrives, "{path} {sent}");
        }
    }

    #[test]
    fn a_content_type_that_is_set_stays() {
        let request = Request::post("/_bulk").header(CONTENT_TYPE, "application/cbor");
        let mut request = request.body(Body::from("x")).unwrap();
        set(&mut request);
        assert_eq!(request.headers()[CONTENT_TYPE], "application/cbor");
        assert_eq!(request.body().as_bytes(), "x");
    }
}
