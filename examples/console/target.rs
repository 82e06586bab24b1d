//! The domain that requests go to, and a signer that shows how they are signed.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use http::Request;
use sigtower::BoxError;
use sigtower::credentials::CachedCredentials;
use sigtower::opensearch::{Client, ClientBuilder};
use sigtower::sigv4::{Clock, Explanation, Payload, Signer};
use sigtower::testing::Domain;

pub(crate) struct Target {
    pub(crate) client: Client,
    /// Signs at the same time and with the same credentials as the client. A login by password has none.
    signer: Option<Signer>,
    clock: FrozenClock,
    /// Ends with the session.
    _embedded: Option<Domain>,
}

impl Target {
    pub(crate) async fn connect() -> Result<Self, BoxError> {
        let clock = FrozenClock::default();
        clock.set();
        if std::env::var_os("OPENSEARCH_URL").is_none() {
            let domain = Domain::start().await;
            eprintln!(
                "an embedded domain listens at {}; set OPENSEARCH_URL for a different one",
                domain.url()
            );
            let cache = CachedCredentials::new(domain.credentials());
            let builder = domain.client_builder().credentials_cache(cache.clone());
            let mut target = Self::of(builder, Some(cache), clock)?;
            target._embedded = Some(domain);
            return Ok(target);
        }
        let builder = ClientBuilder::from_env()?;
        let has_login = std::env::var_os("OPENSEARCH_USERNAME").is_some()
            || std::env::var("OPENSEARCH_URL").is_ok_and(|url| url.contains('@'));
        if has_login {
            return Self::of(builder, None, clock);
        }
        let cache = CachedCredentials::new(provider().await).with_timer(tokio::time::sleep);
        Self::of(builder.credentials_cache(cache.clone()), Some(cache), clock)
    }

    fn of(
        builder: ClientBuilder,
        cache: Option<CachedCredentials>,
        clock: FrozenClock,
    ) -> Result<Self, BoxError> {
        let client = builder.clock(clock.clone()).build()?;
        let signer = match cache {
            Some(cache) => Some(
                Signer::from_cache(client.endpoint().scope()?, cache).with_clock(clock.clone()),
            ),
            None => None,
        };
        Ok(Self {
            client,
            signer,
            clock,
            _embedded: None,
        })
    }

    /// Sets the time that the next request is signed with.
    pub(crate) fn set_time(&self) {
        self.clock.set();
    }

    /// Shows how a request of the client is signed.
    pub(crate) async fn explain(
        &self,
        request: &Request<Vec<u8>>,
    ) -> Result<Option<Explanation>, BoxError> {
        let Some(signer) = &self.signer else {
            return Ok(None);
        };
        let (mut parts, body) = request.clone().into_parts();
        let target = parts
            .uri
            .path_and_query()
            .map_or("/", |target| target.as_str());
        parts.uri = self.client.endpoint().uri(target)?;
        Ok(Some(signer.explain(&parts, Payload::Bytes(&body)).await?))
    }
}

#[cfg(feature = "aws-config")]
async fn provider() -> impl sigtower::credentials::ProvideCredentials + 'static {
    sigtower::credentials::default_chain().await
}

#[cfg(not(feature = "aws-config"))]
async fn provider() -> impl sigtower::credentials::ProvideCredentials + 'static {
    sigtower::credentials::Environment
}

/// A clock that stands still while a request is sent, so that client and signer sign at the same time.
#[derive(Clone, Debug, Default)]
struct FrozenClock(Arc<AtomicU64>);

impl FrozenClock {
    fn set(&self) {
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        self.0.store(now.as_millis() as u64, Ordering::Relaxed);
    }
}

impl Clock for FrozenClock {
    fn now(&self) -> SystemTime {
        UNIX_EPOCH + Duration::from_millis(self.0.load(Ordering::Relaxed))
    }
}
