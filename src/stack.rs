//! Puts the layers in their order; no other file knows it.
//!
//! In: a request whose URI is absolute. Out: its answer, read to the end. Next: compression.
//!
//! 1. Compress before sign: what is hashed is what is sent.
//! 2. Sign inside retry: every attempt has its own time, credentials and signature.
//! 3. Nothing after sign edits method, URI, signed headers or body.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
#[cfg(feature = "opensearch")]
use http::request::Parts;
use http::{Request, Response};
use tower::ServiceBuilder;
use tower_service::Service;

use crate::body::Body;
use crate::error::BoxError;
use crate::retry::{self, Idempotency, Reported, Retry};
use crate::sigv4::{ClockSkew, SigV4Layer};
use crate::transport::Collect;

/// All layers and the transport, as one tower service without type parameters.
///
/// The OpenSearch client stands on it; alone it serves any AWS service. It is always ready: a call
/// waits for its transport within the time limits. An answer has a
/// [`Report`](crate::retry::Report) in its extensions; an error is a [`Failed`](crate::retry::Failed)
/// to downcast to.
///
/// ```no_run
/// use http::Request;
/// use sigtower::body::Body;
/// use sigtower::endpoint::Endpoint;
/// use sigtower::stack::{Limits, Stack};
/// use sigtower::transport::{Transport, TransportConfig};
/// use sigtower::{Credentials, SigV4Layer};
/// use tower::ServiceExt;
///
/// # async fn example() -> Result<(), sigtower::BoxError> {
/// let endpoint = Endpoint::parse("https://abc.execute-api.us-east-1.amazonaws.com")?;
/// let transport = Transport::new(&endpoint, &TransportConfig::new())?;
/// let sign = SigV4Layer::new(endpoint.scope()?, Credentials::new("AKIDEXAMPLE", "secret", None));
/// let stack = Stack::new(transport, sign, &Limits::new());
///
/// let request = Request::get(endpoint.uri("/users")?).body(Body::empty())?;
/// let answer = stack.oneshot(request).await?;
/// println!("{}: {} bytes", answer.status(), answer.body().len());
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Stack {
    send: Arc<dyn Fn(Request<Body>) -> Answering + Send + Sync>,
    retry: Arc<retry::Shared>,
}

type Answering = Pin<Box<dyn Future<Output = Result<Reported, BoxError>> + Send>>;

impl Stack {
    /// Stacks the layers on a transport: [ours](crate::transport::Transport) or any other.
    pub fn new<S, B>(transport: S, sign: SigV4Layer, limits: &Limits) -> Self
    where
        S: Service<Request<Body>, Response = Response<B>> + Clone + Send + Sync + 'static,
        S::Error: Into<BoxError>,
        S::Future: Send + 'static,
        B: http_body::Body<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        let retry = retry::Shared::new(limits.retry.clone(), sign.signer().clone());
        let retry = Arc::new(retry);
        let layers = ServiceBuilder::new()
            .layer_fn(|inner| compress(inner, limits)) // once; from here the bytes are final
            .layer_fn(|inner| Retry::new(inner, Arc::clone(&retry))) // may go round again
            .layer(sign) // each attempt: fresh time, fresh keys
            .layer_fn(|inner| inflate(inner, limits))
            .layer_fn(|inner| Collect::new(inner, limits.response))
            .service(transport); // nothing below may touch what was signed
        Self {
            // Retry is always ready, and compression with it.
            send: Arc::new(move |request| layers.clone().call(request)),
            retry,
        }
    }

    /// Sends a request; it waits inside for the transport to be ready.
    pub(crate) fn send(&self, request: Request<Body>) -> Answering {
        (self.send)(request)
    }

    /// How far the service's clock was ahead of ours by the last answer of all; signatures follow it.
    pub fn clock_skew(&self) -> ClockSkew {
        self.retry.clock_skew()
    }

    /// How many requests this stack has sent so far, and in how many attempts.
    pub fn statistics(&self) -> retry::Statistics {
        self.retry.statistics()
    }
}

#[cfg(feature = "compression")]
fn compress<S>(inner: S, limits: &Limits) -> crate::compress::Compress<S> {
    crate::compress::Compress::new(inner, limits.compress_over)
}

#[cfg(feature = "compression")]
fn inflate<S>(inner: S, limits: &Limits) -> crate::compress::Inflate<S> {
    crate::compress::Inflate::new(inner, limits.response)
}

#[cfg(not(feature = "compression"))]
fn compress<S>(inner: S, _: &Limits) -> S {
    inner
}

#[cfg(not(feature = "compression"))]
fn inflate<S>(inner: S, _: &Limits) -> S {
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
pub struct ResponseFuture(Answering);

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

/// How long, how often and how large an exchange may get.
#[derive(Clone, Debug)]
#[must_use]
pub struct Limits {
    retry: retry::Settings,
    response: usize,
    #[cfg(feature = "compression")]
    compress_over: Option<usize>,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            retry: retry::Settings {
                max_attempts: 3,
                total: Duration::from_secs(120),
                attempt: Duration::from_secs(60),
                follows_service_clock: true,
                idempotency: Idempotency::of,
            },
            response: 100 * 1024 * 1024,
            #[cfg(feature = "compression")]
            compress_over: None,
        }
    }
}

impl Limits {
    /// The defaults.
    pub fn new() -> Self {
        Self::default()
    }

    /// How long a call may take with all attempts and waits in it; 120 seconds by default.
    pub fn with_total_timeout(mut self, limit: Duration) -> Self {
        self.retry.total = limit;
        self
    }

    /// How often a request is sent at most; 3 times by default. With 1, or 0, it is never sent
    /// again; see [`retry`] for when it is.
    pub fn with_max_attempts(mut self, attempts: u32) -> Self {
        self.retry.max_attempts = attempts;
        self
    }

    /// Whether signatures follow the service's clock where that is off from ours; on by default.
    ///
    /// It is read off every answer's `Date`, or else the time in a refusal, over TLS or from loopback,
    /// and believed as long as it is within a day. What one origin says counts for requests to that
    /// origin only, for the last 256 of them.
    pub fn with_clock_skew_correction(mut self, on: bool) -> Self {
        self.retry.follows_service_clock = on;
        self
    }

    /// How long one attempt may take, from sending to the answer's last byte; 60 seconds by default.
    ///
    /// Keep it under 5 minutes, after which AWS refuses a signature.
    pub fn with_attempt_timeout(mut self, limit: Duration) -> Self {
        self.retry.attempt = limit;
        self
    }

    /// The most bytes of a response body, before and after decompression; 100 MiB by default.
    pub fn with_response_limit(mut self, bytes: usize) -> Self {
        self.response = bytes;
        self
    }

    /// Compresses request bodies of more bytes than this with gzip, where it makes them smaller;
    /// off by default, since not every service takes them.
    #[cfg(feature = "compression")]
    pub fn with_requests_compressed_over(mut self, bytes: usize) -> Self {
        self.compress_over = Some(bytes);
        self
    }

    /// Asks this which requests may be sent again after they may have been applied.
    #[cfg(feature = "opensearch")]
    pub(crate) fn judged_by(mut self, idempotency: fn(&Parts) -> Idempotency) -> Self {
        self.retry.idempotency = idempotency;
        self
    }

    /// How long one attempt may take.
    pub fn attempt_timeout(&self) -> Duration {
        self.retry.attempt
    }
}
