use std::io::Write;

use bytes::{Buf, Bytes};
use flate2::write::GzEncoder;
use http::Request;
use http::header::{CONTENT_ENCODING, CONTENT_LENGTH, HeaderValue};

use crate::body::Body;
use crate::sigv4::SigningOverride;

/// Compresses one body with gzip, a slice at a time, so that other tasks on the same thread wait for
/// one slice at most.
#[derive(Debug)]
pub(super) struct Deflate {
    left: Bytes,
    encoder: Option<GzEncoder<Vec<u8>>>,
    compressed: Vec<u8>,
}

impl Deflate {
    /// Begins to compress a body that is long enough and not encoded yet.
    ///
    /// A caller that overrides how a request is signed may have hashed these very bytes: they stay.
    pub(super) fn of(request: &Request<Body>, threshold: usize) -> Option<Self> {
        let plain = request.body().as_bytes();
        if plain.len() <= threshold
            || request.headers().contains_key(CONTENT_ENCODING)
            || request.extensions().get::<SigningOverride>().is_some()
        {
            return None;
        }
        let output = Vec::with_capacity(plain.len() / 4);
        Some(Self {
            left: plain.clone(),
            encoder: Some(GzEncoder::new(output, flate2::Compression::fast())),
            compressed: Vec::new(),
        })
    }

    /// Compresses the next slice; `true` when it was the last.
    pub(super) fn step(&mut self) -> bool {
        let Some(encoder) = &mut self.encoder else {
            return true;
        };
        let slice = &self.left[..self.left.len().min(SLICE)];
        encoder.write_all(slice).expect(IN_MEMORY);
        self.left.advance(slice.len());
        let is_done = self.left.is_empty();
        if is_done && let Some(encoder) = self.encoder.take() {
            self.compressed = encoder.finish().expect(IN_MEMORY);
        }
        is_done
    }

    /// Puts the compressed body in the place of the plain one, if it is smaller.
    pub(super) fn apply(self, request: &mut Request<Body>) {
        if self.compressed.len() >= request.body().as_bytes().len() {
            return;
        }
        *request.body_mut() = self.compressed.into();
        let headers = request.headers_mut();
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        headers.remove(CONTENT_LENGTH);
    }
}

const IN_MEMORY: &str = "a vector takes every write";
/// 128 KiB take about 0.5 ms.
const SLICE: usize = 128 * 1024;
