//! Encodes a body as signed chunks
//! ([AWS](https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html)).

use std::io::Write as _;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes};
use http_body::Body;
use sha2::{Digest, Sha256};

use super::chunk_signer::ChunkSigner;
use super::chunked_error::ChunkedBodyError;
use super::chunked_payload::{CHUNK_SIGNATURE, ChunkedPayload, encoded};
use crate::encode::hex;
use crate::error::BoxError;

/// A body between its first chunk and its last.
#[derive(Clone)]
pub(super) struct Sending {
    signer: ChunkSigner,
    declared: u64,
    chunk_size: usize,
    /// How many bytes follow the chunks so far.
    left: u64,
    chunk: Option<Chunk>,
    /// What the source has yielded beyond the current chunk.
    rest: Bytes,
    has_ended: bool,
}

impl Sending {
    pub(super) fn new(signer: ChunkSigner, payload: &ChunkedPayload) -> Self {
        Self {
            signer,
            declared: payload.decoded_length(),
            chunk_size: payload.chunk_size(),
            left: payload.decoded_length(),
            chunk: None,
            rest: Bytes::new(),
            has_ended: false,
        }
    }

    /// Whether the last chunk has been returned, which has no data.
    pub(super) fn has_ended(&self) -> bool {
        self.has_ended
    }

    /// The next chunk. Its signature stands before its data, so all of its data is read first.
    pub(super) fn poll_chunk<B>(
        &mut self,
        mut source: Pin<&mut B>,
        cx: &mut Context<'_>,
    ) -> Poll<Result<Bytes, ChunkedBodyError>>
    where
        B: Body<Error: Into<BoxError>>,
    {
        let size = usize::try_from(self.left).map_or(self.chunk_size, |it| it.min(self.chunk_size));
        let mut chunk = self.chunk.take().unwrap_or_else(|| Chunk::new(size));
        loop {
            let part = self.rest.len().min(chunk.missing);
            chunk.push(&self.rest.split_to(part));
            let is_last = size == 0;
            if chunk.missing == 0 && !is_last {
                break;
            }
            if is_last && !self.rest.is_empty() {
                let declared = self.declared;
                return Poll::Ready(Err(ChunkedBodyError::TooLong { declared }));
            }
            match poll_data(source.as_mut(), cx) {
                Poll::Pending => {
                    self.chunk = Some(chunk);
                    return Poll::Pending;
                }
                Poll::Ready(data) => match data? {
                    Some(data) => self.rest = data,
                    None if is_last => {
                        self.has_ended = true;
                        break;
                    }
                    None => {
                        return Poll::Ready(Err(ChunkedBodyError::TooShort {
                            declared: self.declared,
                            actual: self.declared - self.left + (size - chunk.missing) as u64,
                        }));
                    }
                },
            }
        }
        self.left -= size as u64;
        Poll::Ready(Ok(chunk.seal(&mut self.signer)))
    }
}

fn poll_data<B>(
    source: Pin<&mut B>,
    cx: &mut Context<'_>,
) -> Poll<Result<Option<Bytes>, ChunkedBodyError>>
where
    B: Body<Error: Into<BoxError>>,
{
    if source.is_end_stream() {
        return Poll::Ready(Ok(None));
    }
    let Some(frame) = ready!(source.poll_frame(cx)) else {
        return Poll::Ready(Ok(None));
    };
    let frame = frame.map_err(|error| ChunkedBodyError::Source(error.into()))?;
    let mut data = frame.into_data().map_err(|_| ChunkedBodyError::Trailers)?;
    Poll::Ready(Ok(Some(data.copy_to_bytes(data.remaining()))))
}

/// One chunk as it is sent, while it is being filled.
#[derive(Clone)]
struct Chunk {
    bytes: Vec<u8>,
    signature_at: usize,
    hasher: Sha256,
    missing: usize,
}

impl Chunk {
    fn new(size: usize) -> Self {
        // At most the largest chunk and its signature, which fit into memory.
        let mut bytes = Vec::with_capacity(encoded(size as u64) as usize);
        _ = write!(bytes, "{size:x}");
        bytes.extend_from_slice(CHUNK_SIGNATURE);
        let signature_at = bytes.len();
        bytes.extend_from_slice(&[0; 64]);
        bytes.extend_from_slice(b"\r\n");
        Self {
            bytes,
            signature_at,
            hasher: Sha256::new(),
            missing: size,
        }
    }

    fn push(&mut self, data: &[u8]) {
        self.hasher.update(data);
        self.bytes.extend_from_slice(data);
        self.missing -= data.len();
    }

    fn seal(mut self, signer: &mut ChunkSigner) -> Bytes {
        let signature = signer.sign(&hex(self.hasher.finalize().into()));
        self.bytes[self.signature_at..][..64].copy_from_slice(&signature);
        self.bytes.extend_from_slice(b"\r\n");
        self.bytes.into()
    }
}
