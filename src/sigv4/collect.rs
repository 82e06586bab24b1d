//! A request body brought together, up to a limit.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Buf, BufMut, Bytes, BytesMut};
use http_body::Body;

use super::SignError;
use crate::BoxError;

/// Collects a body; one that comes in a single frame is not copied.
#[derive(Debug)]
pub(super) struct Collect {
    limit: usize,
    first: Bytes,
    all: BytesMut,
}

impl Collect {
    pub(super) fn new(limit: usize) -> Self {
        Self {
            limit,
            first: Bytes::new(),
            all: BytesMut::new(),
        }
    }

    pub(super) fn poll<B>(
        &mut self,
        mut body: Pin<&mut B>,
        cx: &mut Context<'_>,
    ) -> Poll<Result<Bytes, SignError>>
    where
        B: Body,
        B::Error: Into<BoxError>,
    {
        let too_large = SignError::BodyTooLarge { limit: self.limit };
        if body.size_hint().lower() > self.limit as u64 {
            return Poll::Ready(Err(too_large));
        }
        while !body.is_end_stream() {
            let Some(frame) = ready!(body.as_mut().poll_frame(cx)) else {
                break;
            };
            let frame = frame.map_err(|error| SignError::Body(error.into()))?;
            let data = frame.into_data().map_err(|_| SignError::Trailers)?;
            if self.len() + data.remaining() > self.limit {
                return Poll::Ready(Err(too_large));
            }
            self.push(data);
        }
        Poll::Ready(Ok(self.take()))
    }

    fn len(&self) -> usize {
        self.first.len() + self.all.len()
    }

    fn push(&mut self, mut data: impl Buf) {
        if self.len() == 0 {
            // Free of copies where the data is `Bytes`.
            self.first = data.copy_to_bytes(data.remaining());
            return;
        }
        if self.all.is_empty() {
            self.all.reserve(self.first.len() + data.remaining());
            self.all.put(std::mem::take(&mut self.first));
        }
        self.all.put(data);
    }

    fn take(&mut self) -> Bytes {
        if self.all.is_empty() {
            std::mem::take(&mut self.first)
        } else {
            std::mem::take(&mut self.all).freeze()
        }
    }
}
