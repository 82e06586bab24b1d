use std::pin::Pin;
use std::task::{Context, Poll};

use http::Request;
use pin_project_lite::pin_project;
use tower_service::Service;

use crate::error::BoxError;
use crate::sigv4::{ResponseFuture, SignableBody};

pin_project! {
    /// The future of an [`Authenticate`](super::service::Authenticate).
    #[project = Projection]
    pub(crate) enum AuthenticateFuture<S, B>
    where
        S: Service<Request<B>>,
    {
        SigV4 { #[pin] future: ResponseFuture<S, B> },
        Header { future: Boxed<S::Response> },
    }
}

type Boxed<T> = Pin<Box<dyn Future<Output = Result<T, BoxError>> + Send>>;

impl<S, B> Future for AuthenticateFuture<S, B>
where
    S: Service<Request<B>>,
    S::Error: Into<BoxError>,
    B: SignableBody,
{
    type Output = Result<S::Response, BoxError>;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match self.project() {
            Projection::SigV4 { future } => future.poll(cx),
            Projection::Header { future } => future.as_mut().poll(cx),
        }
    }
}
