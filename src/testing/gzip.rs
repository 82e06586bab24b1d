//! Compressed request bodies.

use std::io::{self, Read};

use flate2::read::MultiGzDecoder;

/// Decompresses a body, up to the largest that OpenSearch accepts by default
/// (`http.max_content_length`).
pub(super) fn gunzip(body: &[u8]) -> io::Result<Vec<u8>> {
    let mut plain = Vec::new();
    MultiGzDecoder::new(body)
        .take(LIMIT)
        .read_to_end(&mut plain)?;
    Ok(plain)
}

const LIMIT: u64 = 100 * 1024 * 1024;
