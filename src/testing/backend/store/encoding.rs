//! Content types and gzip.

use std::borrow::Cow;
use std::io::{Read, Write};

use bytes::Bytes;
use flate2::Compression;
use flate2::read::MultiGzDecoder;
use flate2::write::GzEncoder;
use http::HeaderMap;
use http::header::{CONTENT_ENCODING, CONTENT_TYPE};

use super::error::ApiError;

/// The body as it was before `content-encoding`, if its content type will do.
pub(super) fn body<'a>(headers: &HeaderMap, body: &'a [u8]) -> Result<Cow<'a, [u8]>, ApiError> {
    let text = |name| {
        headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    };
    let content_type = text(CONTENT_TYPE);
    let known = ["application/json", "application/x-ndjson"];
    if !body.is_empty() && !known.iter().any(|known| content_type.starts_with(known)) {
        let line = format!("Content-Type header [{content_type}] is not supported");
        return Err(ApiError::Plain {
            status: 406,
            line,
            tells_status: true,
        });
    }
    match text(CONTENT_ENCODING) {
        "" | "identity" => Ok(Cow::Borrowed(body)),
        "gzip" => gunzip(body).map(Cow::Owned),
        other => Err(ApiError::illegal(format!(
            "unknown content-encoding [{other}]"
        ))),
    }
}

/// The body compressed, if that is worth it.
pub(super) fn gzip(body: &[u8]) -> Option<Bytes> {
    if body.len() < 1024 {
        return None;
    }
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(body).ok()?;
    encoder.finish().ok().map(Bytes::from)
}

fn gunzip(body: &[u8]) -> Result<Vec<u8>, ApiError> {
    let mut plain = Vec::new();
    MultiGzDecoder::new(body)
        .take(LIMIT)
        .read_to_end(&mut plain)
        .map_err(|error| ApiError::new(400, "zip_exception", error.to_string()))?;
    Ok(plain)
}

/// What OpenSearch takes at most (`http.max_content_length`).
const LIMIT: u64 = 100 * 1024 * 1024;
