use std::pin::{Pin, pin};
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::StatusCode;
use http_body::{Body, SizeHint};

use super::super::error::TransportError;
use super::decode::Decode;
use super::encoded::{Encoded, Fault};
use super::plain::Plain;
use crate::error::BoxError;

/// What has arrived of one response body.
#[derive(Debug)]
pub(super) struct Gather {
    status: StatusCode,
    limit: usize,
    /// The body as it arrives. Of an encoded one this is kept only for an error response, in case
    /// that it cannot be decoded.
    plain: Plain,
    /// Whether `plain` lacks something that arrived.
    is_cut: bool,
    encoded: Option<Box<Encoded>>,
}

impl Gather {
    /// # Errors
    ///
    /// When a 2xx response announces more bytes than the limit: the first is not worth reading.
    pub(super) fn new(
        status: StatusCode,
        hint: &SizeHint,
        limit: usize,
        decoder: Option<Box<dyn Decode>>,
    ) -> Result<Self, TransportError> {
        let limit = if status.is_success() {
            limit
        } else {
            limit.max(LEAST_OF_AN_ERROR)
        };
        if status.is_success() && hint.lower() > limit as u64 {
            return Err(TransportError::ResponseTooLarge { status, limit });
        }
        let announced = usize::try_from(hint.lower()).unwrap_or(usize::MAX);
        Ok(Self {
            status,
            limit,
            plain: Plain::new(announced.min(limit)),
            is_cut: false,
            encoded: decoder.map(|decoder| Box::new(Encoded::new(decoder, announced, limit))),
        })
    }

    /// The whole body, and whether it was decoded. Decoding pauses after each slice, so that other
    /// tasks on the same thread wait for one slice at most.
    pub(super) fn poll<B>(
        &mut self,
        mut body: Pin<&mut B>,
        cx: &mut Context<'_>,
    ) -> Poll<Result<(Bytes, bool), TransportError>>
    where
        B: Body<Data = Bytes>,
        B::Error: Into<BoxError>,
    {
        let mut work = 0;
        loop {
            while let Some(encoded) = self.encoded.as_mut().filter(|it| it.has_work()) {
                if work >= SLICE {
                    pause(cx);
                    return Poll::Pending;
                }
                match encoded.step() {
                    Ok(done) => work += done,
                    Err(fault) => self.keep_as_it_arrived(fault)?,
                }
            }
            if self.encoded.is_none() && self.is_cut {
                return Poll::Ready(Ok((self.plain.take(), false)));
            }
            match ready!(body.as_mut().poll_frame(cx)) {
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(data) => self.push(data)?,
                    Err(_trailers) => {}
                },
                Some(Err(error)) if !self.is_refused_upload() => {
                    return Poll::Ready(Err(TransportError::found_in(error.into())));
                }
                Some(Err(_)) | None => return Poll::Ready(self.finish()),
            }
        }
    }

    fn push(&mut self, data: Bytes) -> Result<(), TransportError> {
        let is_error = !self.status.is_success();
        match &mut self.encoded {
            None => {
                let fits = self.plain.push(data, self.limit);
                self.is_cut |= !fits;
                if self.is_cut && !is_error {
                    return Err(self.too_large());
                }
            }
            Some(encoded) => {
                if is_error {
                    let limit = self.limit.min(MOST_KEPT_ENCODED);
                    self.is_cut |= !self.plain.push(data.clone(), limit);
                }
                if let Err(fault) = encoded.push(data) {
                    self.keep_as_it_arrived(fault)?;
                }
            }
        }
        Ok(())
    }

    fn finish(&mut self) -> Result<(Bytes, bool), TransportError> {
        // The response to HEAD says how a body would have been encoded, and has none.
        if let Some(encoded) = self.encoded.as_mut().filter(|it| !it.is_empty()) {
            match encoded.finish() {
                Ok(decoded) => return Ok((decoded, true)),
                Err(fault) => self.keep_as_it_arrived(fault)?,
            }
        }
        Ok((self.plain.take(), false))
    }

    /// Stops decoding. An error response keeps its body as it arrives; any other is an error now.
    fn keep_as_it_arrived(&mut self, fault: Fault) -> Result<(), TransportError> {
        self.encoded = None;
        match fault {
            _ if !self.status.is_success() => Ok(()),
            Fault::TooLarge => Err(self.too_large()),
            Fault::Damaged(source) => Err(TransportError::Decompress {
                status: self.status,
                source,
            }),
        }
    }

    /// A server that refuses a body before it has read it often resets the connection. That cuts off
    /// its response, whose status says enough.
    fn is_refused_upload(&self) -> bool {
        self.status == StatusCode::PAYLOAD_TOO_LARGE
    }

    fn too_large(&self) -> TransportError {
        TransportError::ResponseTooLarge {
            status: self.status,
            limit: self.limit,
        }
    }
}

/// Has this task polled again after other tasks, timers and sockets, which `wake_by_ref` would not
/// wait for.
fn pause(cx: &mut Context<'_>) {
    let yielding = pin!(tokio::task::yield_now());
    let _pending = yielding.poll(cx);
}

/// How much output is decoded before other tasks get their turn: 0.2 to 0.7 ms of work.
const SLICE: usize = 128 * 1024;
/// An error response may always have so many bytes: retries depend on its first few.
const LEAST_OF_AN_ERROR: usize = 64 * 1024;
/// How much is kept of an encoded error response in case that it cannot be decoded.
const MOST_KEPT_ENCODED: usize = 1024 * 1024;
