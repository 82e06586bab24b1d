use std::mem;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::Request;
use http_body::Body;
use tower_service::Service;

use super::ResponseFuture;
use super::layer::Settings;
use crate::error::BoxError;

/// Signs requests and hands them to the service it wraps. Made by a
/// [`SigV4Layer`](super::SigV4Layer).
///
/// Its error is the inner service's, or a [`SignError`](super::SignError) to downcast to, in which
/// case nothing has been sent.
#[derive(Clone, Debug)]
pub struct SigV4<S> {
    inner: S,
    settings: Arc<Settings>,
}

impl<S> SigV4<S> {
    pub(super) fn new(inner: S, settings: Arc<Settings>) -> Self {
        Self { inner, settings }
    }

    /// The service that sends what was signed.
    pub fn inner(&self) -> &S {
        &self.inner
    }
}

impl<S, B> Service<Request<B>> for SigV4<S>
where
    S: Service<Request<B>> + Clone,
    S::Error: Into<BoxError>,
    B: Body + From<Bytes>,
    B::Error: Into<BoxError>,
{
    type Response = S::Response;
    type Error = BoxError;
    type Future = ResponseFuture<S, B>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.inner.poll_ready(cx).map_err(Into::into)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        // `self.inner` was polled ready, its clone was not: send with the ready one.
        let clone = self.inner.clone();
        let inner = mem::replace(&mut self.inner, clone);
        ResponseFuture::new(inner, Arc::clone(&self.settings), request)
    }
}
