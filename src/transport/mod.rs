//! Sends a signed request over hyper and rustls.
//!
//! In: a request whose method, URI, signed headers and body are final. Out: the answer as it came;
//! no redirect is followed. Nothing here edits what was signed. Next: the network.

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

mod chain;
mod collect;
mod config;
mod connect;
mod connect_failure;
mod destination;
mod diagnose;
mod dial;
mod error;
mod incoming;
mod line;
mod phase;
mod pool;
mod resolve;
mod stall;
#[cfg_attr(not(any(feature = "rustls", feature = "ring")), path = "cleartext.rs")]
mod tls;
mod tls_error;

pub use self::config::TransportConfig;
pub use self::connect_failure::ConnectFailure;
pub use self::error::TransportError;
pub use self::incoming::Incoming;
pub use self::phase::Phase;
pub use self::tls_error::TlsError;

pub(crate) use self::collect::{Collect, Decoder};
#[cfg(feature = "compression")]
pub(crate) use self::collect::{Decode, Decoded};
pub(crate) use self::pool::NewConnection;

/// Pooled connections to one endpoint, as a tower service; clones share the pool.
///
/// A connection that answers with 502, 503 or 504 gets no further request, for others may end
/// elsewhere. The first such answer in a while, or a failed connect, renews the whole pool.
///
/// Dropping a call's future abandons the exchange: its connection closes, or over HTTP/2 its stream.
#[derive(Clone)]
pub struct Transport(Arc<Pool>);

impl Transport {
    /// A transport to this endpoint, or to where its
    /// [`with_connect_to`](Endpoint::with_connect_to) says.
    ///
    /// # Errors
    ///
    /// For an `https` endpoint, when TLS is not compiled in, when the platform has no root
    /// certificates, or when a given certificate cannot be read.
    pub fn new(endpoint: &Endpoint, config: &TransportConfig) -> Result<Self, TlsError> {
        let connector = Connector::new(endpoint, config)?;
        Ok(Self(Arc::new(Pool::new(connector, config))))
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
        let answer = Pin::new(&mut self.inner).poll(cx);
        let answer = match &mut self.head {
            Some(head) => ready!(head.watch(cx, answer))?,
            None => ready!(answer),
        };
        let limit = self.pool.stall_timeout;
        Poll::Ready(match answer {
            Ok(answer) => {
                self.leave_if_failing(answer.status());
                Ok(answer.map(|body| Incoming::new(body, limit)))
            }
            Err(error) => Err(self.failed(error)),
        })
    }
}

impl ResponseFuture {
    /// Gives this connection no further request when what answers at its end is failing: others may
    /// end elsewhere.
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
        if error.is_connect() {
            // Where no new connection leads, the pooled ones seldom do: after a blue/green
            // deployment they end at nodes that are gone.
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
