use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{Request, Response};
use tower_service::Service;

use super::exchange::Exchange;
use super::report::Reported;
use super::shared::Shared;
use crate::body::Body;
use crate::error::BoxError;

/// Sends a request, and sends it again where that helps, within limits.
#[derive(Clone, Debug)]
pub(crate) struct Retry<S> {
    inner: S,
    shared: Arc<Shared>,
}

impl<S> Retry<S> {
    pub(crate) fn new(inner: S, shared: Arc<Shared>) -> Self {
        Self { inner, shared }
    }
}

impl<S> Service<Request<Body>> for Retry<S>
where
    S: Service<Request<Body>, Response = Response<Bytes>, Error = BoxError>,
    S: Clone + Send + 'static,
    S::Future: Send,
{
    type Response = Reported;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Reported, BoxError>> + Send>>;

    /// Always ready: each attempt waits for the service inside, within the call's time limit.
    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let mut exchange = Exchange::new(self.inner.clone(), Arc::clone(&self.shared), request);
        // The future of a `run(self)` would have room for the exchange twice.
        Box::pin(async move { exchange.run().await })
    }
}
