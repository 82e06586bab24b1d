//! Reads each response body to its end, within a limit, and decodes it as it arrives.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::header::{CONTENT_ENCODING, CONTENT_LENGTH};
use http::response::Parts;
use http::{HeaderMap, Request, Response};
use pin_project_lite::pin_project;
use tower_service::Service;

use self::gather::Gather;
use super::error::TransportError;
use crate::error::BoxError;

mod decode;
mod encoded;
mod gather;
mod plain;
mod streamed;

pub(crate) use self::decode::Decode;
#[cfg(feature = "compression")]
pub(crate) use self::decode::Decoded;
pub use self::streamed::StreamingBody;
pub(crate) use self::streamed::{Pending, Streamed};

/// Reads each response's body to its end, up to a limit before and after decoding.
///
/// An error response keeps its status with any body: a body that cannot be decoded is kept as
/// it arrived, and one that is too large is cut off.
#[derive(Clone, Debug)]
pub(crate) struct Collect<S> {
    inner: S,
    limit: usize,
    decoder: Decoder,
}

/// Finds the decoder that these response headers ask for, if any.
pub(crate) type Decoder = fn(&HeaderMap) -> Option<Box<dyn Decode>>;

impl<S> Collect<S> {
    pub(crate) fn new(inner: S, limit: usize, decoder: Decoder) -> Self {
        Self {
            inner,
            limit,
            decoder,
        }
    }
}

impl<S, R, B> Service<Request<R>> for Collect<S>
where
    S: Service<Request<R>, Response = Response<B>>,
    S::Error: Into<BoxError>,
    B: http_body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    type Response = Response<Bytes>;
    type Error = BoxError;
    type Future = CollectFuture<S::Future, B>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.inner
            .poll_ready(cx)
            .map_err(|error| ours(error).into())
    }

    fn call(&mut self, request: Request<R>) -> Self::Future {
        CollectFuture::Head {
            is_streamed: request.extensions().get::<Streamed>().is_some(),
            response: self.inner.call(request),
            limit: self.limit,
            decoder: self.decoder,
        }
    }
}

pin_project! {
    /// The future of a [`Collect`].
    #[project = CollectProjection]
    pub(crate) enum CollectFuture<F, B> {
        Head { #[pin] response: F, limit: usize, decoder: Decoder, is_streamed: bool },
        Body {
            // Taken when the body has ended.
            head: Option<Parts>,
            #[pin]
            body: B,
            gather: Gather,
        },
    }
}

impl<F, B, E> Future for CollectFuture<F, B>
where
    F: Future<Output = Result<Response<B>, E>>,
    E: Into<BoxError>,
    B: http_body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    type Output = Result<Response<Bytes>, BoxError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        loop {
            match self.as_mut().project() {
                CollectProjection::Head {
                    response,
                    limit,
                    decoder,
                    is_streamed,
                } => {
                    let (limit, decoder, is_streamed) = (*limit, *decoder, *is_streamed);
                    let (mut head, body) = ready!(response.poll(cx)).map_err(ours)?.into_parts();
                    let decoder = decoder(&head.headers);
                    if is_streamed && head.status.is_success() {
                        if decoder.is_some() {
                            head.headers.remove(CONTENT_ENCODING);
                            head.headers.remove(CONTENT_LENGTH);
                        }
                        let body = StreamingBody::live(body, head.status, limit, decoder);
                        head.extensions.insert(Pending::new(body));
                        return Poll::Ready(Ok(Response::from_parts(head, Bytes::new())));
                    }
                    let gather = Gather::new(head.status, &body.size_hint(), limit, decoder)?;
                    let head = Some(head);
                    self.set(Self::Body { head, body, gather });
                }
                CollectProjection::Body { head, body, gather } => {
                    let (bytes, is_decoded) = ready!(gather.poll(body, cx))?;
                    let mut head = head.take().expect("a body ends once");
                    if is_decoded {
                        head.headers.remove(CONTENT_ENCODING);
                        head.headers.remove(CONTENT_LENGTH);
                    }
                    return Poll::Ready(Ok(Response::from_parts(head, bytes)));
                }
            }
        }
    }
}

/// The body of a response that was collected, or that is still to be read.
pub(crate) fn into_streaming(response: Response<Bytes>) -> Response<StreamingBody> {
    let (mut head, bytes) = response.into_parts();
    let pending = head.extensions.remove::<Pending>();
    let body = pending.and_then(|pending| pending.take());
    let body = body.unwrap_or_else(|| StreamingBody::whole(head.status, bytes));
    Response::from_parts(head, body)
}

/// An error of a caller's own service counts as a broken connection: whether the server received the
/// request is unknown.
fn ours(error: impl Into<BoxError>) -> TransportError {
    TransportError::found_in(error.into())
}
