//! What a builder keeps until it builds.

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::combinators::UnsyncBoxBody;
use tower::util::BoxCloneSyncService;
use zeroize::Zeroizing;

use crate::body::Body;
use crate::credentials::CachedCredentials;
use crate::error::BoxError;

/// How the client identifies itself; the last choice counts.
pub(super) enum Login {
    SigV4(CachedCredentials),
    Basic {
        user: String,
        password: Zeroizing<String>,
    },
    Bearer(CachedCredentials),
    None,
}

/// A service of the caller's own, in place of the transport.
pub(super) type OwnTransport =
    BoxCloneSyncService<Request<Body>, Response<UnsyncBoxBody<Bytes, BoxError>>, BoxError>;
