use std::sync::Arc;

use aws_credential_types::provider::ProvideCredentials;
use http::Extensions;
use tower_layer::Layer;

use super::scope::ServiceKind;
use super::{Clock, PayloadSigning, Scope, SigV4, Signer, SigningOverride};
use crate::credentials::CachedCredentials;

/// Signs every request that passes, just before the service it wraps sends it.
///
/// Put it innermost: under compression and retries, so that what is hashed is what is sent and
/// every attempt has a time, credentials and a signature of its own. Nothing below may change
/// method, URI, signed headers or body, nor follow redirects.
///
/// ```
/// use bytes::Bytes;
/// use http::{Request, Response};
/// use http_body_util::Full;
/// use sigtower::{Credentials, SigV4Layer};
/// use sigtower::sigv4::Scope;
/// use tower::{ServiceBuilder, ServiceExt, service_fn};
///
/// # async fn example() -> Result<(), tower::BoxError> {
/// # let any_tower_service = service_fn(|request: Request<Full<Bytes>>| async move {
/// #     assert!(request.headers().contains_key("authorization"));
/// #     Ok::<_, std::io::Error>(Response::new(()))
/// # });
/// let credentials = Credentials::new("AKIDEXAMPLE", "secret", None);
/// let service = ServiceBuilder::new()
///     .layer(SigV4Layer::new(Scope::new("us-east-1", "execute-api")?, credentials))
///     .service(any_tower_service);
/// let uri = "https://abc.execute-api.us-east-1.amazonaws.com/users";
/// service.oneshot(Request::get(uri).body(Full::from(""))?).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct SigV4Layer(Arc<Settings>);

/// What a layer and all its services share.
#[derive(Clone, Debug)]
pub(super) struct Settings {
    pub(super) signer: Signer,
    pub(super) payload: PayloadSigning,
    pub(super) body_limit: usize,
}

impl SigV4Layer {
    /// A layer that signs for a scope with a provider's credentials, cached and fetched anew before
    /// they expire.
    pub fn new(scope: Scope, credentials: impl ProvideCredentials + 'static) -> Self {
        Self::from_signer(Signer::new(scope, credentials))
    }

    /// A layer that signs with the credentials of a cache, which others may share: clone the cache.
    pub fn from_cache(scope: Scope, credentials: CachedCredentials) -> Self {
        Self::from_signer(Signer::from_cache(scope, credentials))
    }

    /// A layer that signs with this signer.
    pub fn from_signer(signer: Signer) -> Self {
        Self(Arc::new(Settings {
            signer,
            payload: PayloadSigning::default(),
            body_limit: DEFAULT_BODY_LIMIT,
        }))
    }

    /// Takes the time from this clock.
    pub fn with_clock(self, clock: impl Clock + 'static) -> Self {
        self.with(|settings| settings.signer = settings.signer.clone().with_clock(clock))
    }

    /// Treats bodies this way; a request can [override](super::SigningOverride) it.
    pub fn with_payload_signing(self, payload: PayloadSigning) -> Self {
        self.with(|settings| settings.payload = payload)
    }

    /// Refuses bodies of more bytes than this, instead of collecting them. 100 MiB by default,
    /// the most that an OpenSearch domain takes.
    pub fn with_body_limit(self, bytes: usize) -> Self {
        self.with(|settings| settings.body_limit = bytes)
    }

    /// What signs.
    pub fn signer(&self) -> &Signer {
        &self.0.signer
    }

    fn with(mut self, change: impl FnOnce(&mut Settings)) -> Self {
        change(Arc::make_mut(&mut self.0));
        self
    }
}

impl<S> Layer<S> for SigV4Layer {
    type Service = SigV4<S>;

    fn layer(&self, inner: S) -> SigV4<S> {
        SigV4::new(inner, Arc::clone(&self.0))
    }
}

impl Settings {
    /// What becomes of the body that goes with these extensions.
    #[inline]
    pub(super) fn payload_of<'a>(&'a self, extensions: &'a Extensions) -> &'a PayloadSigning {
        let overrides = extensions.get::<SigningOverride>();
        let service = self.signer.scope().service();
        let service = overrides.map_or(service, |it| it.service_or(service));
        if service.kind() == ServiceKind::Lattice {
            return &PayloadSigning::Unsigned;
        }
        let payload = overrides.and_then(SigningOverride::payload_signing);
        payload.unwrap_or(&self.payload)
    }
}

const DEFAULT_BODY_LIMIT: usize = 100 * 1024 * 1024;
