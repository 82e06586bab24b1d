use std::sync::Arc;

use aws_credential_types::provider::ProvideCredentials;
use tower_layer::Layer;

use super::service::SigV4;
use super::settings::Settings;
use crate::credentials::CachedCredentials;
use crate::sigv4::clock::Clock;
use crate::sigv4::payload::PayloadSigning;
use crate::sigv4::scope::Scope;
use crate::sigv4::signer::Signer;

/// Signs every request just before the service that it wraps sends it.
///
/// Put it innermost, under compression and retries. Then the hash is that of the bytes that are sent,
/// and every attempt has its own time, credentials and signature. No layer below may change method,
/// URI, signed headers or body, nor follow redirects.
///
/// The request's body must be [`http_body::Body`] and [`From<Bytes>`](bytes::Bytes), because it is
/// collected, hashed and made again: see [`SignableBody`](super::SignableBody). The wrapped service
/// must be [`Clone`].
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

impl SigV4Layer {
    /// A layer that signs for a scope. Credentials are cached, and fetched again before they expire.
    pub fn new(scope: Scope, credentials: impl ProvideCredentials + 'static) -> Self {
        Self::from_signer(Signer::new(scope, credentials))
    }

    /// A layer that signs with the credentials of a cache. Clones of the cache share its contents.
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

    /// Takes the time from this clock and not from the operating system.
    pub fn with_clock(self, clock: impl Clock + 'static) -> Self {
        self.with(|settings| settings.signer = settings.signer.clone().with_clock(clock))
    }

    /// Treats bodies this way. A request can [override](crate::sigv4::SigningOverride) it.
    pub fn with_payload_signing(self, payload: PayloadSigning) -> Self {
        self.with(|settings| settings.payload = payload)
    }

    /// Refuses bodies of more bytes than this instead of collecting them. The default is 100 MiB, the
    /// [largest request](https://docs.aws.amazon.com/opensearch-service/latest/developerguide/limits.html#network-limits)
    /// that an OpenSearch domain accepts.
    pub fn with_body_limit(self, bytes: usize) -> Self {
        self.with(|settings| settings.body_limit = bytes)
    }

    /// The signer.
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

const DEFAULT_BODY_LIMIT: usize = 100 * 1024 * 1024;
