//! Collects a request body, up to a limit.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Buf, BufMut, Bytes, BytesMut};
use http_body::Body;

use crate::error::BoxError;
use crate::sigv4::error::SignError;

/// Collects a body. A body of a single frame is not copied.
#[derive(Debug)]
pub(super) struct Collect {
    limit: usize,
    /// Boxed, because most bodies end with their first frame and do not need it.
    frames: Option<Box<Frames>>,
}

impl Collect {
    pub(super) fn new(limit: usize) -> Self {
        Self {
            limit,
            frames: None,
        }
    }

    #[inline]
    pub(super) fn poll<B>(
        &mut self,
        mut body: Pin<&mut B>,
        cx: &mut Context<'_>,
    ) -> Poll<Result<Bytes, SignError>>
    where
        B: Body,
        B::Error: Into<BoxError>,
    {
        if body.size_hint().lower() > self.limit as u64 {
            return Poll::Ready(Err(self.too_large()));
        }
        loop {
            let Some(data) = ready!(poll_data(body.as_mut(), cx))? else {
                let frames = self.frames.take();
                return Poll::Ready(Ok(frames.map_or_else(Bytes::new, |it| it.join())));
            };
            if data.remaining() > self.limit - self.len() {
                return Poll::Ready(Err(self.too_large()));
            }
            if self.frames.is_none() && body.is_end_stream() {
                return Poll::Ready(Ok(whole(data)));
            }
            self.frames.get_or_insert_default().push(data);
        }
    }

    #[inline]
    fn len(&self) -> usize {
        self.frames.as_ref().map_or(0, |frames| frames.len())
    }

    fn too_large(&self) -> SignError {
        SignError::BodyTooLarge { limit: self.limit }
    }
}

#[inline]
fn poll_data<B>(body: Pin<&mut B>, cx: &mut Context<'_>) -> Poll<Result<Option<B::Data>, SignError>>
where
    B: Body,
    B::Error: Into<BoxError>,
{
    if body.is_end_stream() {
        return Poll::Ready(Ok(None));
    }
    let Some(frame) = ready!(body.poll_frame(cx)) else {
        return Poll::Ready(Ok(None));
    };
    let frame = frame.map_err(|error| SignError::Body(error.into()))?;
    let data = frame.into_data().map_err(|_| SignError::Trailers)?;
    Poll::Ready(Ok(Some(data)))
}

/// The frames so far of a body that has not ended.
#[derive(Debug, Default)]
struct Frames {
    first: Bytes,
    all: BytesMut,
}

impl Frames {
    fn len(&self) -> usize {
        self.first.len() + self.all.len()
    }

    fn push(&mut self, data: impl Buf) {
        if self.len() == 0 {
            self.first = whole(data);
            return;
        }
        if self.all.is_empty() {
            self.all.reserve(self.first.len() + data.remaining());
            self.all.put(std::mem::take(&mut self.first));
        }
        self.all.put(data);
    }

    fn join(self) -> Bytes {
        if self.all.is_empty() {
            self.first
        } else {
            self.all.freeze()
        }
    }
}

/// Does not copy data that is `Bytes`.
#[inline]
fn whole(mut data: impl Buf) -> Bytes {
    data.copy_to_bytes(data.remaining())
}
