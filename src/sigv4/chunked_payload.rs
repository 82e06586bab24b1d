use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use http::header::{CONTENT_ENCODING, CONTENT_LENGTH, TRANSFER_ENCODING};
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue};

use super::chunk_signer::ChunkSigner;
use super::error::SignError;
use super::scope::{Scope, ServiceKind};

/// Connects the head of an upload in signed chunks with its [`ChunkedBody`](super::ChunkedBody).
///
/// Signing the head writes the lengths of the body into it, and gives the body what it needs to sign its chunks. Clones
/// are the same payload. `Debug` shows lengths only, never a key or a signature.
#[derive(Clone)]
pub struct ChunkedPayload(Arc<Inner>);

struct Inner {
    decoded_length: u64,
    chunk_size: usize,
    /// Put here when the head is signed, taken when the body is read.
    signer: Mutex<Option<ChunkSigner>>,
}

impl ChunkedPayload {
    pub(super) fn new(decoded_length: u64, chunk_size: usize) -> Self {
        Self(Arc::new(Inner {
            decoded_length,
            chunk_size,
            signer: Mutex::new(None),
        }))
    }

    /// How many bytes are uploaded: `x-amz-decoded-content-length`.
    pub fn decoded_length(&self) -> u64 {
        self.0.decoded_length
    }

    /// How many bytes are sent, with the signatures between the chunks: `content-length`.
    pub fn encoded_length(&self) -> u64 {
        let size = self.0.chunk_size as u64;
        let (whole, rest) = (self.0.decoded_length / size, self.0.decoded_length % size);
        let last = if rest == 0 { 0 } else { encoded(rest) };
        let whole = whole.saturating_mul(encoded(size));
        whole.saturating_add(last).saturating_add(encoded(0))
    }

    /// How many bytes each chunk has, except the last.
    pub fn chunk_size(&self) -> usize {
        self.0.chunk_size
    }

    /// The head as it is sent and signed, for a body in chunks.
    pub(super) fn framed(&self, parts: &Parts, scope: &Scope) -> Result<Parts, SignError> {
        if scope.service().kind() != ServiceKind::S3 {
            return Err(SignError::ChunkedUnsupported(scope.service().clone()));
        }
        let mut parts = parts.clone();
        let headers = &mut parts.headers;
        headers
            .try_reserve(3)
            .map_err(|_| SignError::TooManyHeaders)?;
        headers.remove(TRANSFER_ENCODING);
        headers.insert(CONTENT_ENCODING, encoding(headers)?);
        headers.insert(CONTENT_LENGTH, self.encoded_length().into());
        headers.insert(DECODED_LENGTH, self.decoded_length().into());
        Ok(parts)
    }

    /// Gives the body what it signs its chunks with.
    pub(super) fn start(&self, signer: ChunkSigner) {
        *self.slot() = Some(signer);
    }

    pub(super) fn take_signer(&self) -> Option<ChunkSigner> {
        self.slot().take()
    }

    fn slot(&self) -> std::sync::MutexGuard<'_, Option<ChunkSigner>> {
        let slot = self.0.signer.lock();
        slot.unwrap_or_else(PoisonError::into_inner)
    }
}

impl PartialEq for ChunkedPayload {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for ChunkedPayload {}

impl fmt::Debug for ChunkedPayload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChunkedPayload")
            .field("decoded_length", &self.decoded_length())
            .field("chunk_size", &self.chunk_size())
            .finish_non_exhaustive()
    }
}

/// The length of a chunk with its first line and its last line break.
pub(super) fn encoded(chunk: u64) -> u64 {
    let digits = u64::from(chunk.checked_ilog(16).unwrap_or(0) + 1);
    digits + (CHUNK_SIGNATURE.len() + 64 + 2) as u64 + chunk + 2
}

/// `aws-chunked`, and after it the encodings that the data itself has.
fn encoding(headers: &HeaderMap) -> Result<HeaderValue, SignError> {
    let given = headers.get_all(CONTENT_ENCODING);
    let given = given
        .iter()
        .flat_map(|value| value.as_bytes().split(|byte| *byte == b','));
    let given = given.map(<[u8]>::trim_ascii);
    let own = given.filter(|it| !it.is_empty() && !it.eq_ignore_ascii_case(AWS_CHUNKED));
    let all: Vec<&[u8]> = std::iter::once(AWS_CHUNKED).chain(own).collect();
    HeaderValue::from_bytes(&all.join(&b',')).map_err(|_| SignError::Header {
        name: CONTENT_ENCODING.to_string(),
        reason: "it contains a control character; remove it",
    })
}

pub(super) const CHUNK_SIGNATURE: &[u8] = b";chunk-signature=";
const AWS_CHUNKED: &[u8] = b"aws-chunked";
const DECODED_LENGTH: HeaderName = HeaderName::from_static("x-amz-decoded-content-length");
