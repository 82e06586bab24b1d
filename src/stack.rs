//! Puts the layers in their order. Only this file contains the order.
//!
//! In: a request whose URI is absolute. Out: its response, read to the end. Next: compression.
//!
//! 1. Compress before sign: what is hashed is what is sent.
//! 2. Sign inside retry: every attempt has its own time, credentials and signature.
//! 3. Nothing after sign edits method, URI, signed headers or body.

mod config;
mod http_service;
mod inflate;
mod retry_layer;

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{Request, Response};
use tower::ServiceBuilder;
use tower_service::Service;

pub use self::config::StackConfig;
pub use self::http_service::HttpService;
use self::inflate::decoder;
pub use self::retry_layer::{RetryFuture, RetryLayer, Retrying};
use crate::authentication::{Authenticate, Authentication};
use crate::body::Body;
use crate::error::BoxError;
use crate::retry::{self, Reported, Retry};
use crate::sigv4::ClockSkew;
use crate::transport::{Collect, InFlight, Streamed, StreamingBody, into_streaming};

/// All layers and the transport, as one tower service without type parameters.
///
/// The OpenSearch client stands on it; alone it serves any AWS service. It is always ready: a call
/// waits for its transport within its timeouts. A response has a
/// [`Report`](crate::retry::Report) in its extensions; an error is a [`Failed`](crate::retry::Failed)
/// to downcast to.
///
/// ```no_run
/// use http::Request;
/// use sigtower::body::Body;
/// use sigtower::endpoint::Endpoint;
/// use sigtower::stack::{StackConfig, Stack};
/// use sigtower::transport::{Transport, TransportConfig};
/// use sigtower::{Credentials, SigV4Layer};
/// use tower::ServiceExt;
///
/// # async fn example() -> Result<(), sigtower::BoxError> {
/// let endpoint = Endpoint::parse("https://abc.execute-api.us-east-1.amazonaws.com")?;
/// let transport = Transport::new(&endpoint, &TransportConfig::new())?;
/// let sign = SigV4Layer::new(endpoint.scope()?, Credentials::new("AKIDEXAMPLE", "secret", None));
/// let stack = Stack::new(transport, sign, &StackConfig::new());
///
/// let request = Request::get(endpoint.uri("/users")?).body(Body::empty())?;
/// let response = stack.oneshot(request).await?;
/// println!("{}: {} bytes", response.status(), response.body().len());
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Stack {
    send: Arc<dyn Fn(Request<Body>) -> Exchange + Send + Sync>,
    retry: Arc<retry::Shared>,
}

type Exchange = Pin<Box<dyn Future<Output = Result<Reported, BoxError>> + Send>>;

impl Stack {
    /// Stacks the layers on a transport: [ours](crate::transport::Transport) or any other.
    ///
    /// Requests are authenticated as [`Authentication`] says: signed by a [`SigV4Layer`](crate::SigV4Layer), or
    /// with a password, a token or nothing.
    pub fn new(
        transport: impl HttpService,
        authentication: impl Into<Authentication>,
        config: &StackConfig,
    ) -> Self {
        let authentication = authentication.into();
        let signer = authentication.signer().clone();
        let retry = retry::Shared::new(config.retry.clone(), signer);
        let retry = Arc::new(retry);
        let layers = ServiceBuilder::new()
            .layer_fn(|inner| compress(inner, config)) // once; from here the bytes are final
            .layer_fn(|inner| Retry::new(inner, Arc::clone(&retry))) // may send again
            .layer_fn(|inner| InFlight::new(inner, config.max_concurrent_requests())) // may wait
            .layer_fn(|inner| Authenticate::new(inner, &authentication)) // each attempt: fresh time, fresh keys
            .layer_fn(|inner| Collect::new(inner, config.response, decoder()))
            .service(transport); // nothing below may touch what was signed
        Self {
            // Retry is always ready, and compression with it.
            send: Arc::new(move |request| layers.clone().call(request)),
            retry,
        }
    }

    /// Sends a request and returns its response as soon as the head has arrived.
    ///
    /// The head decides about retries. The body of a response of status 2xx passes through, decompressed, frame by
    /// frame; that of any other response has been read. The total timeout and the attempt timeout end with the head.
    /// Then the transport's [stall timeout](crate::transport::TransportConfig::with_stall_timeout) counts, and the
    /// [response limit](StackConfig::with_response_limit).
    ///
    /// # Errors
    ///
    /// A [`Failed`](crate::retry::Failed) to downcast to.
    pub async fn send_streaming(
        &self,
        mut request: Request<Body>,
    ) -> Result<Response<StreamingBody>, BoxError> {
        request.extensions_mut().insert(Streamed);
        let Reported { response, report } = self.send(request).await?;
        let mut response = into_streaming(response);
        response.extensions_mut().insert(report);
        Ok(response)
    }

    /// Sends a request; waits for the transport to be ready.
    pub(crate) fn send(&self, request: Request<Body>) -> Exchange {
        (self.send)(request)
    }

    /// How far the service's clock is ahead of this machine's, by the last response. Signatures follow it.
    pub fn clock_skew(&self) -> ClockSkew {
        self.retry.clock_skew()
    }

    /// How many requests this stack has sent so far, and in how many attempts.
    pub fn statistics(&self) -> retry::Statistics {
        self.retry.statistics()
    }
}

#[cfg(feature = "compression")]
fn compress<S>(inner: S, config: &StackConfig) -> crate::compress::Compress<S> {
    crate::compress::Compress::new(inner, config.compress_over)
}

#[cfg(not(feature = "compression"))]
fn compress<S>(inner: S, _: &StackConfig) -> S {
    inner
}

impl Service<Request<Body>> for Stack {
    type Response = Response<Bytes>;
    type Error = BoxError;
    type Future = ResponseFuture;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> ResponseFuture {
        ResponseFuture(self.send(request))
    }
}

/// The future of a [`Stack`].
#[must_use = "futures do nothing unless polled"]
pub struct ResponseFuture(Exchange);

impl Future for ResponseFuture {
    type Output = Result<Response<Bytes>, BoxError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.as_mut().poll(cx).map_ok(|reported| {
            let mut response = reported.response;
            response.extensions_mut().insert(reported.report);
            response
        })
    }
}

impl fmt::Debug for ResponseFuture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseFuture").finish_non_exhaustive()
    }
}

impl fmt::Debug for Stack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stack").finish_non_exhaustive()
    }
}
