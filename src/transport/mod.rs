//! Sends a signed request over hyper and rustls.
//!
//! In: a request whose method, URI, signed headers and body are final. Out: the response as it
//! arrived; no redirect is followed. Nothing here edits what was signed. Next: the network.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use http::{Request, Response, StatusCode};
use hyper_util::client::legacy;
use hyper_util::client::legacy::connect::{CaptureConnection, capture_connection};
use tower_service::Service;

use self::connect::Connector;
use self::destination::Destination;
use self::pool::{Generation, Pool};
use self::stall::Stall;
use crate::body::Body;
use crate::endpoint::Endpoint;
use crate::origin::Origin;

#[cfg(any(feature = "rustls", feature = "ring"))]
mod accept_any;
mod chain;
mod collect;
mod config;
mod connect;
mod connect_failure;
mod destination;
mod diagnose;
mod dial;
mod error;
mod in_flight;
mod incoming;
mod line;
mod phase;
mod pool;
mod proxied;
mod proxies;
mod resolve;
mod stall;
#[cfg_attr(not(any(feature = "rustls", feature = "ring")), path = "cleartext.rs")]
mod tls;
mod tls_error;
mod tls_failure;
#[cfg(any(feature = "rustls", feature = "ring"))]
mod tls_provider;

pub use self::config::TransportConfig;
pub use self::connect_failure::ConnectFailure;
pub use self::error::TransportError;
pub use self::incoming::Incoming;
pub use self::phase::Phase;
pub use self::tls_error::TlsError;
#[cfg(any(feature = "rustls", feature = "ring"))]
pub use self::tls_provider::TlsProvider;

#[cfg(feature = "opensearch")]
pub(crate) use self::collect::Pending;
pub use self::collect::StreamingBody;
pub(crate) use self::collect::{Collect, Decoder, Streamed, into_streaming};
#[cfg(feature = "compression")]
pub(crate) use self::collect::{Decode, Decoded};
pub(crate) use self::in_flight::InFlight;
pub(crate) use self::pool::NewConnection;

/// Pooled connections to one endpoint, as a tower service; clones share the pool.
///
/// A connection whose response is 502, 503 or 504 gets no further request, because other connections
/// may end at other nodes. The first such response in a while, or a failure to connect, replaces the
/// whole pool. Running out of file descriptors does not.
///
/// Dropping a call's future abandons the exchange: its connection closes, or over HTTP/2 its stream.
///
/// # Runtimes
///
/// A call must run within a tokio runtime with timers and I/O enabled. The runtime that opens a
/// connection drives it from then on, also for calls of other runtimes. So a transport may be shared
/// by several runtimes as long as all of them run:
///
/// - When a runtime is shut down, its connections close. Later calls open new ones. Calls that have
///   sent a request on such a connection fail with [`TransportError::Broken`].
/// - A runtime that exists but does not run, such as a current-thread runtime outside of `block_on`,
///   does not drive its connections. A call that gets one of them waits until it times out. Give each
///   such runtime a transport of its own.
#[derive(Clone)]
pub struct Transport(Arc<Pool>);

impl Transport {
    /// A transport to this endpoint, or to its [`with_connect_to`](Endpoint::with_connect_to) address.
    ///
    /// # Errors
    ///
    /// When the proxy that is set, or a variable such as `HTTPS_PROXY`, is not the URL of a proxy, or is a proxy that is
    /// reached over TLS. For an `https` endpoint: when TLS is not compiled in, when the platform's root certificates
    /// cannot be loaded, or when a given certificate cannot be read.
    pub fn new(endpoint: &Endpoint, config: &TransportConfig) -> Result<Self, TlsError> {
        let connector = Connector::new(endpoint, config)?;
        Ok(Self(Arc::new(Pool::new(connector, config))))
    }

    /// Leaves all connections: every later request gets a new one.
    ///
    /// Idle connections close, and busy ones finish their request first.
    pub fn renew_connections(&self) {
        self.0.renew();
    }
}

impl Service<Request<Body>> for Transport {
    type Response = Response<Incoming>;
    type Error = TransportError;
    type Future = ResponseFuture;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), TransportError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, mut request: Request<Body>) -> ResponseFuture {
        self.0.add_proxy_login(&mut request);
        let generation = self.0.current();
        ResponseFuture {
            connection: generation.is_wary.then(|| capture_connection(&mut request)),
            origin: Origin::of(request.uri()),
            inner: generation.send(request),
            head: self
                .0
                .head_timeout
                .map(|limit| Stall::new(Phase::Head, limit)),
            generation,
            pool: Arc::clone(&self.0),
        }
    }
}

impl fmt::Debug for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transport").finish_non_exhaustive()
    }
}

/// The future of [`Transport`].
#[must_use = "futures do nothing unless polled"]
pub struct ResponseFuture {
    inner: legacy::ResponseFuture,
    head: Option<Stall>,
    connection: Option<CaptureConnection>,
    origin: Option<Origin>,
    generation: Arc<Generation>,
    pool: Arc<Pool>,
}

impl Future for ResponseFuture {
    type Output = Result<Response<Incoming>, TransportError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let polled = Pin::new(&mut self.inner).poll(cx);
        let outcome = match &mut self.head {
            Some(head) => ready!(head.watch(cx, polled))?,
            None => ready!(polled),
        };
        let limit = self.pool.stall_timeout;
        Poll::Ready(match outcome {
            Ok(response) => {
                self.leave_if_failing(response.status());
                Ok(response.map(|body| Incoming::new(body, limit)))
            }
            Err(error) => Err(self.failed(error)),
        })
    }
}

impl ResponseFuture {
    /// Gives this connection no further request when the node at its end is failing: other connections
    /// may end at other nodes.
    fn leave_if_failing(&self, status: StatusCode) {
        if !matches!(status.as_u16(), 502..=504) {
            return;
        }
        match &self.connection {
            Some(known) => {
                if let Some(connection) = &*known.connection_metadata() {
                    connection.poison();
                }
            }
            // The first failure in a while: which connection it was is not known.
            None => self.pool.retire(&self.generation),
        }
    }

    fn failed(&self, error: legacy::Error) -> TransportError {
        let to = Destination {
            origin: self.origin.as_ref(),
            via: self.pool.via(),
        };
        let error = TransportError::from_hyper(error, &to);
        if error.concerns_the_pool() {
            // Where a new connection fails, pooled ones seldom work: after a blue/green deployment
            // they end at nodes that are gone.
            self.pool.retire(&self.generation);
        }
        error
    }
}

impl fmt::Debug for ResponseFuture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseFuture").finish_non_exhaustive()
    }
}
