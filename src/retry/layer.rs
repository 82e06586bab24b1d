use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::request::Parts;
use http::{Request, Response};
use tower_service::Service;

use super::Idempotency;
use super::clock::ServiceClocks;
use super::exchange::{Exchange, Reported};
use super::quota::Quota;
use super::statistics::{Counter, Statistics};
use crate::body::Body;
use crate::error::BoxError;
use crate::sigv4::{ClockSkew, Signer};

/// Sends a request as often as it takes, within limits.
#[derive(Clone, Debug)]
pub(crate) struct Retry<S> {
    inner: S,
    shared: Arc<Shared>,
}

/// How often, and how long.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) max_attempts: u32,
    /// How long a call may take.
    pub(crate) total: Duration,
    /// How long an attempt may take once it is signed.
    pub(crate) attempt: Duration,
    pub(crate) follows_service_clock: bool,
    /// Asked of requests that may have been applied.
    pub(crate) idempotency: fn(&Parts) -> Idempotency,
}

/// What all requests of a client share.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(super) settings: Settings,
    pub(super) signer: Signer,
    pub(super) quota: Quota,
    pub(super) clocks: ServiceClocks,
    pub(super) counter: Counter,
}

impl Shared {
    pub(crate) fn new(settings: Settings, signer: Signer) -> Self {
        Self {
            quota: Quota::new(),
            clocks: ServiceClocks::new(settings.follows_service_clock),
            counter: Counter::default(),
            settings,
            signer,
        }
    }

    pub(crate) fn clock_skew(&self) -> ClockSkew {
        self.clocks.latest()
    }

    pub(crate) fn statistics(&self) -> Statistics {
        self.counter.statistics()
    }
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
        // A future of `run(self)` would have room for it twice.
        Box::pin(async move { exchange.run().await })
    }
}
