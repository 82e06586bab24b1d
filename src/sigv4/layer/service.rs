use std::mem;
use std::sync::Arc;
use std::task::{Context, Poll};

use http::Request;
use tower_service::Service;

use super::future::ResponseFuture;
use super::settings::Settings;
use super::signable_body::SignableBody;
use crate::error::BoxError;

/// Signs requests and passes them to the service that it wraps. A [`SigV4Layer`](super::SigV4Layer)
/// makes it.
///
/// Its error is that of the wrapped service, or a [`SignError`](crate::sigv4::SignError) to downcast to. In
/// that case nothing has been sent.
///
/// A body that cannot be collected and made again does not compile:
///
/// ```compile_fail
/// # use http::{Request, Response};
/// # use sigtower::{Credentials, SigV4Layer, sigv4::Scope};
/// # use tower::{Layer, Service, service_fn};
/// # let layer = SigV4Layer::new(Scope::new("us-east-1", "es").unwrap(), Credentials::new("a", "b", None));
/// let mut service = layer.layer(service_fn(async |_: Request<u64>| Ok::<_, String>(Response::new(()))));
/// service.call(Request::new(1_u64)); // error: `u64` cannot be signed as a request body
/// ```
#[derive(Clone, Debug)]
pub struct SigV4<S> {
    inner: S,
    settings: Arc<Settings>,
}

impl<S> SigV4<S> {
    pub(super) fn new(inner: S, settings: Arc<Settings>) -> Self {
        Self { inner, settings }
    }

    /// The wrapped service.
    pub fn inner(&self) -> &S {
        &self.inner
    }
}

impl<S, B> Service<Request<B>> for SigV4<S>
where
    S: Service<Request<B>> + Clone,
    S::Error: Into<BoxError>,
    B: SignableBody,
{
    type Response = S::Response;
    type Error = BoxError;
    type Future = ResponseFuture<S, B>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.inner.poll_ready(cx).map_err(Into::into)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        // `self.inner` was polled ready and its clone was not, so the request goes to `self.inner`.
        let clone = self.inner.clone();
        let inner = mem::replace(&mut self.inner, clone);
        ResponseFuture::new(inner, Arc::clone(&self.settings), request)
    }
}
