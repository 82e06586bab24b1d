//! Content types and gzip.

use std::borrow::Cow;
use std::io::Write;

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use http::header::{ACCEPT, CONTENT_ENCODING, CONTENT_TYPE, HeaderName};
use http::{HeaderMap, HeaderValue};

use super::super::super::gzip::gunzip;
use super::error::ApiError;

/// The body of a request, decompressed, if its content type is JSON.
pub(super) fn body<'a>(headers: &HeaderMap, body: &'a [u8]) -> Result<Cow<'a, [u8]>, ApiError> {
    let content_type = text(headers, &CONTENT_TYPE);
    if let Some(format) = other_format(content_type) {
        return Err(ApiError::unsupported(format, "as a content type"));
    }
    let known = ["application/json", "application/x-ndjson"];
    if !body.is_empty() && !known.iter().any(|known| content_type.starts_with(known)) {
        let line = format!("Content-Type header [{content_type}] is not supported");
        return Err(ApiError::Text {
            status: 406,
            line,
            has_status_member: true,
        });
    }
    match text(headers, &CONTENT_ENCODING) {
        "" | "identity" => Ok(Cow::Borrowed(body)),
        "gzip" => gunzip(body)
            .map(Cow::Owned)
            .map_err(|error| ApiError::new(400, "zip_exception", error.to_string())),
        other => Err(ApiError::illegal_argument(format!(
            "unknown content-encoding [{other}]"
        ))),
    }
}

/// Refuses a request for a response that is not JSON.
pub(super) fn check_accept(headers: &HeaderMap) -> Result<(), ApiError> {
    match other_format(text(headers, &ACCEPT)) {
        Some(format) => Err(ApiError::unsupported(format, "as a format of the response")),
        None => Ok(()),
    }
}

/// The body compressed, if it is large enough.
pub(super) fn gzip(body: &[u8]) -> Option<Bytes> {
    if body.len() < 1024 {
        return None;
    }
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(body).ok()?;
    encoder.finish().ok().map(Bytes::from)
}

/// A format that OpenSearch reads and writes, and the store does not.
fn other_format(header: &str) -> Option<&str> {
    let media_type = header.split(';').next().unwrap_or_default().trim();
    let formats = ["yaml", "cbor", "smile"];
    formats
        .iter()
        .any(|format| media_type.ends_with(format))
        .then_some(media_type)
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> &'a str {
    headers
        .get(name)
        .map(HeaderValue::to_str)
        .and_then(Result::ok)
        .unwrap_or_default()
}
