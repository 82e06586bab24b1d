use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use pin_project_lite::pin_project;
use tokio::time::Sleep;
use tower_service::Service;

use super::{Phase, TransportError};
use crate::BoxError;

/// Gives each call of a service a time limit, and says in the error which part of an exchange it was.
#[derive(Clone, Debug)]
pub(crate) struct Timeout<S> {
    inner: S,
    phase: Phase,
    limit: Duration,
}

impl<S> Timeout<S> {
    pub(crate) fn new(inner: S, phase: Phase, limit: Duration) -> Self {
        Self {
            inner,
            phase,
            limit,
        }
    }
}

impl<S, R> Service<R> for Timeout<S>
where
    S: Service<R>,
    S::Error: Into<BoxError>,
{
    type Response = S::Response;
    type Error = BoxError;
    type Future = TimeoutFuture<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.inner.poll_ready(cx).map_err(Into::into)
    }

    fn call(&mut self, request: R) -> Self::Future {
        TimeoutFuture {
            inner: self.inner.call(request),
            sleep: tokio::time::sleep(self.limit),
            phase: self.phase,
            limit: self.limit,
        }
    }
}

pin_project! {
    /// The future of a [`Timeout`].
    #[derive(Debug)]
    pub(crate) struct TimeoutFuture<F> {
        #[pin]
        inner: F,
        #[pin]
        sleep: Sleep,
        phase: Phase,
        limit: Duration,
    }
}

impl<F, T, E> Future for TimeoutFuture<F>
where
    F: Future<Output = Result<T, E>>,
    E: Into<BoxError>,
{
    type Output = Result<T, BoxError>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        if let Poll::Ready(result) = this.inner.poll(cx) {
            return Poll::Ready(result.map_err(Into::into));
        }
        this.sleep.poll(cx).map(|()| {
            let (phase, limit) = (*this.phase, *this.limit);
            Err(TransportError::Timeout { phase, limit }.into())
        })
    }
}
