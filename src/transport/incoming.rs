use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use hyper::body;

use super::error::TransportError;
use super::phase::Phase;
use super::stall::Stall;

/// The body of a response, as it arrives.
pub struct Incoming {
    inner: body::Incoming,
    stall: Stall,
}

impl Incoming {
    pub(super) fn new(inner: body::Incoming, limit: Duration) -> Self {
        let stall = Stall::new(Phase::Body, limit);
        Self { inner, stall }
    }
}

impl Body for Incoming {
    type Data = Bytes;
    type Error = TransportError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, TransportError>>> {
        let frame = Pin::new(&mut self.inner).poll_frame(cx);
        self.stall.watch(cx, frame).map(|watched| match watched {
            Ok(frame) => frame.map(|frame| frame.map_err(TransportError::of_a_body)),
            Err(stalled) => Some(Err(stalled)),
        })
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

impl fmt::Debug for Incoming {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Incoming").finish_non_exhaustive()
    }
}
