use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes};
use http::StatusCode;
use http_body::{Body, Frame, SizeHint};
use tokio::sync::OwnedSemaphorePermit;

use super::super::error::TransportError;
use super::decode::Decode;
use crate::error::BoxError;

/// In a request's extensions: the body of a response that succeeds is passed on as it arrives.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Streamed;

/// The body of a response as it arrives, decompressed.
///
/// It is an [`http_body::Body`], and [`chunk`](Self::chunk) reads it without further crates. Its memory is bounded by the
/// size of a frame. It ends with an error if it is cut off, if nothing arrives for too long, or if it exceeds the
/// response limit, before or after decompression. Until it has ended or is dropped, it counts as one of the [requests in
/// flight](crate::stack::StackConfig::with_max_concurrent_requests).
pub struct StreamingBody {
    source: Source,
    decoder: Option<Box<dyn Decode>>,
    input: Bytes,
    has_more: bool,
    arrived: u64,
    decoded: u64,
    limit: u64,
    status: StatusCode,
    /// The request's place among the requests in flight.
    place: Option<OwnedSemaphorePermit>,
}

enum Source {
    Live(Live),
    Whole(Bytes),
    Ended,
}

type Live = Pin<Box<dyn Body<Data = Bytes, Error = TransportError> + Send>>;

impl StreamingBody {
    /// The next part of the body; `None` at its end.
    ///
    /// # Errors
    ///
    /// When the body is cut off, stalls, cannot be decompressed, or is too large. After an error there is nothing more.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, TransportError> {
        loop {
            let frame = std::future::poll_fn(|cx| Pin::new(&mut *self).poll_frame(cx)).await;
            match frame.transpose()?.map(Frame::into_data) {
                Some(Ok(data)) if data.is_empty() => {}
                Some(Ok(data)) => return Ok(Some(data)),
                Some(Err(_trailers)) => {}
                None => return Ok(None),
            }
        }
    }

    /// A body that has arrived.
    pub(crate) fn whole(status: StatusCode, bytes: Bytes) -> Self {
        Self::of(Source::Whole(bytes), status, u64::MAX, None)
    }

    pub(super) fn live<B>(
        body: B,
        status: StatusCode,
        limit: usize,
        decoder: Option<Box<dyn Decode>>,
    ) -> Self
    where
        B: Body<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        let source = Source::Live(Box::pin(Ours(Box::pin(body))));
        Self::of(source, status, limit as u64, decoder)
    }

    fn of(
        source: Source,
        status: StatusCode,
        limit: u64,
        decoder: Option<Box<dyn Decode>>,
    ) -> Self {
        Self {
            source,
            decoder,
            input: Bytes::new(),
            has_more: false,
            arrived: 0,
            decoded: 0,
            limit,
            status,
            place: None,
        }
    }

    /// Decodes one slice of what has arrived; `None` when more must arrive.
    fn step(&mut self) -> Result<Option<Bytes>, TransportError> {
        let Some(decoder) = &mut self.decoder else {
            let data = std::mem::take(&mut self.input);
            return Ok((!data.is_empty()).then_some(data));
        };
        while self.has_more || !self.input.is_empty() {
            let mut output = Vec::new();
            let decoded = decoder.decode(&self.input, &mut output);
            let decoded = decoded.map_err(|source| damaged(self.status, source))?;
            self.input.advance(decoded.used);
            self.has_more = decoded.has_more;
            if !output.is_empty() {
                self.decoded = self.decoded.saturating_add(output.len() as u64);
                self.check(self.decoded)?;
                return Ok(Some(output.into()));
            }
        }
        Ok(None)
    }

    fn push(&mut self, data: Bytes) -> Result<(), TransportError> {
        self.arrived = self.arrived.saturating_add(data.len() as u64);
        self.input = data;
        self.check(self.arrived)
    }

    fn check(&self, length: u64) -> Result<(), TransportError> {
        if length <= self.limit {
            return Ok(());
        }
        Err(TransportError::ResponseTooLarge {
            status: self.status,
            limit: usize::try_from(self.limit).unwrap_or(usize::MAX),
        })
    }

    fn poll_data(&mut self, cx: &mut Context<'_>) -> Poll<Result<Option<Bytes>, TransportError>> {
        loop {
            if let Some(data) = self.step()? {
                return Poll::Ready(Ok(Some(data)));
            }
            match &mut self.source {
                Source::Live(body) => match ready!(body.as_mut().poll_frame(cx)).transpose()? {
                    Some(frame) => {
                        if let Ok(data) = frame.into_data() {
                            self.push(data)?;
                        }
                    }
                    None => {
                        self.source = Source::Ended;
                        // The response to HEAD says how a body would have been encoded, and has none.
                        if let Some(decoder) = self.decoder.as_mut().filter(|_| self.arrived > 0) {
                            let finished = decoder.finish();
                            finished.map_err(|source| damaged(self.status, source))?;
                        }
                    }
                },
                Source::Whole(bytes) => {
                    self.input = std::mem::take(bytes);
                    self.source = Source::Ended;
                }
                Source::Ended => return Poll::Ready(Ok(None)),
            }
        }
    }
}

fn damaged(status: StatusCode, source: BoxError) -> TransportError {
    TransportError::Decompress { status, source }
}

impl Body for StreamingBody {
    type Data = Bytes;
    type Error = TransportError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, TransportError>>> {
        let data = ready!(self.poll_data(cx));
        if data.is_err() {
            self.source = Source::Ended;
            self.input = Bytes::new();
            self.has_more = false;
            self.decoder = None;
        }
        if self.is_end_stream() {
            self.place = None;
        }
        Poll::Ready(data.transpose().map(|data| data.map(Frame::data)))
    }

    fn is_end_stream(&self) -> bool {
        let is_ended = match &self.source {
            Source::Live(body) => self.decoder.is_none() && body.is_end_stream(),
            Source::Whole(bytes) => bytes.is_empty(),
            Source::Ended => true,
        };
        is_ended && self.input.is_empty() && !self.has_more
    }

    fn size_hint(&self) -> SizeHint {
        match &self.source {
            Source::Live(body) if self.decoder.is_none() && self.input.is_empty() => {
                body.size_hint()
            }
            Source::Whole(bytes) => SizeHint::with_exact(bytes.len() as u64),
            _ => SizeHint::default(),
        }
    }
}

impl fmt::Debug for StreamingBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StreamingBody")
            .field("arrived", &self.arrived)
            .finish_non_exhaustive()
    }
}

/// A body whose errors are those of a transport.
struct Ours<B>(Pin<Box<B>>);

impl<B> Body for Ours<B>
where
    B: Body<Data = Bytes>,
    B::Error: Into<BoxError>,
{
    type Data = Bytes;
    type Error = TransportError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, TransportError>>> {
        let frame = ready!(self.0.as_mut().poll_frame(cx));
        let ours = |error: B::Error| TransportError::found_in(error.into());
        Poll::Ready(frame.map(|frame| frame.map_err(ours)))
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.0.size_hint()
    }
}

/// In a response's extensions: the body that is still to be read. Clones share it, and one of them takes it.
#[derive(Clone)]
pub(crate) struct Pending(Arc<Mutex<Option<StreamingBody>>>);

impl Pending {
    pub(super) fn new(body: StreamingBody) -> Self {
        Self(Arc::new(Mutex::new(Some(body))))
    }

    /// Keeps a place among the requests in flight until the body has ended.
    pub(crate) fn hold(&self, place: Option<OwnedSemaphorePermit>) {
        let mut body = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(body) = &mut *body {
            body.place = place;
        }
    }

    pub(crate) fn take(&self) -> Option<StreamingBody> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}
