//! Puts the layers in their order; no other file knows it.
//!
//! In: a request whose URI is absolute. Out: its answer, read to the end. Next: compression.
//!
//! 1. Compress before sign: what is hashed is what is sent.
//! 2. Sign inside retry: every attempt has its own time, credentials and signature.
//! 3. Nothing after sign edits method, URI, signed headers or body.

use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use tower::ServiceBuilder;
use tower::util::BoxCloneSyncService;
use tower_service::Service;

use crate::BoxError;
use crate::body::Body;
use crate::sigv4::SigV4Layer;
use crate::transport::{Collect, Phase, Timeout};

/// All layers and the transport, as one type.
pub(crate) type Stack = BoxCloneSyncService<Request<Body>, Response<Bytes>, BoxError>;

/// How long and how large an exchange may get.
#[derive(Clone, Debug)]
pub(crate) struct Limits {
    /// One call with all its attempts.
    pub(crate) total: Duration,
    /// One attempt. A signature is good for five minutes, so this must be shorter.
    pub(crate) attempt: Duration,
    /// A response body in bytes, as it comes and again once it is decompressed.
    pub(crate) response: usize,
    /// Request bodies of more bytes than this are compressed.
    #[cfg(feature = "compression")]
    pub(crate) compress_over: Option<usize>,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            total: Duration::from_secs(120),
            attempt: Duration::from_secs(60),
            response: 100 * 1024 * 1024,
            #[cfg(feature = "compression")]
            compress_over: None,
        }
    }
}

/// Stacks the layers on a transport: ours, or a caller's own.
pub(crate) fn stack<S, B>(transport: S, sign: SigV4Layer, limits: &Limits) -> Stack
where
    S: Service<Request<Body>, Response = Response<B>> + Clone + Send + Sync + 'static,
    S::Error: Into<BoxError>,
    S::Future: Send + 'static,
    B: http_body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    BoxCloneSyncService::new(
        ServiceBuilder::new()
            .layer_fn(|inner| Timeout::new(inner, Phase::Total, limits.total))
            .layer_fn(|inner| compress(inner, limits)) // once; from here the bytes are final
            // Retries belong here: below compression, above signing.
            .layer(sign)
            .layer_fn(|inner| Timeout::new(inner, Phase::Attempt, limits.attempt))
            .layer_fn(|inner| Collect::new(inner, limits.response))
            .service(transport),
    )
}

#[cfg(feature = "compression")]
fn compress<S>(inner: S, limits: &Limits) -> crate::compress::Compress<S> {
    crate::compress::Compress::new(inner, limits.compress_over, limits.response)
}

#[cfg(not(feature = "compression"))]
fn compress<S>(inner: S, _: &Limits) -> S {
    inner
}
