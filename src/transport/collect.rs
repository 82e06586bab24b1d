use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http::Response;
use http::response::Parts;
use http_body_util::{BodyExt, LengthLimitError, Limited, combinators};
use pin_project_lite::pin_project;
use tower_service::Service;

use super::TransportError;
use crate::error::BoxError;

/// Reads each response's body to its end, up to a limit.
#[derive(Clone, Debug)]
pub(crate) struct Collect<S> {
    inner: S,
    limit: usize,
}

impl<S> Collect<S> {
    pub(crate) fn new(inner: S, limit: usize) -> Self {
        Self { inner, limit }
    }
}

impl<S, R, B> Service<R> for Collect<S>
where
    S: Service<R, Response = Response<B>>,
    S::Error: Into<BoxError>,
    B: http_body::Body<Data = Bytes>,
    B::Error: Into<BoxError>,
{
    type Response = Response<Bytes>;
    type Error = BoxError;
    type Future = CollectFuture<S::Future, B>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.inner.poll_ready(cx).map_err(ours)
    }

    fn call(&mut self, request: R) -> Self::Future {
        CollectFuture::Answer {
            answering: self.inner.call(request),
            limit: self.limit,
        }
    }
}

pin_project! {
    /// The future of a [`Collect`].
    #[project = CollectProjection]
    pub(crate) enum CollectFuture<F, B>
    where
        B: http_body::Body,
        B::Error: Into<BoxError>,
    {
        Answer { #[pin] answering: F, limit: usize },
        Body {
            // Taken when the body has ended.
            head: Option<Parts>,
            #[pin]
            collecting: combinators::Collect<Limited<B>>,
            limit: usize,
        },
    }
}

impl<F, B, E> Future for CollectFuture<F, B>
where
    F: Future<Output = Result<Response<B>, E>>,
    E: Into<BoxError>,
    B: http_body::Body<Data = Bytes>,
    B::Error: Into<BoxError>,
{
    type Output = Result<Response<Bytes>, BoxError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        loop {
            match self.as_mut().project() {
                CollectProjection::Answer { answering, limit } => {
                    let (limit, answer) = (*limit, ready!(answering.poll(cx)));
                    let (head, body) = answer.map_err(ours)?.into_parts();
                    // Said to be too large: not worth reading the first byte.
                    if body.size_hint().lower() > limit as u64 {
                        return Poll::Ready(Err(too_large(limit)));
                    }
                    self.set(Self::Body {
                        head: Some(head),
                        collecting: Limited::new(body, limit).collect(),
                        limit,
                    });
                }
                CollectProjection::Body {
                    head,
                    collecting,
                    limit,
                } => {
                    let body = match ready!(collecting.poll(cx)) {
                        Ok(collected) => collected.to_bytes(),
                        Err(error) if error.is::<LengthLimitError>() => {
                            return Poll::Ready(Err(too_large(*limit)));
                        }
                        Err(error) => return Poll::Ready(Err(ours(error))),
                    };
                    let head = head.take().expect("a body ends once");
                    return Poll::Ready(Ok(Response::from_parts(head, body)));
                }
            }
        }
    }
}

fn too_large(limit: usize) -> BoxError {
    TransportError::ResponseTooLarge { limit }.into()
}

/// An error of a caller's own service is one of ours too: who sent what is unknown.
fn ours(error: impl Into<BoxError>) -> BoxError {
    TransportError::found_in(error.into()).into()
}
