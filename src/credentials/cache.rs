use std::any::Any;
use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use arc_swap::ArcSwapOption;
use aws_credential_types::provider::error::CredentialsError as ProviderError;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider, future};
use futures_util::FutureExt;
use futures_util::future::Shared;

use super::{CredentialsError, Identity};

/// Keeps a provider's credentials and fetches new ones before they expire.
///
/// - Reading takes no lock, and waits for nothing while the credentials are good.
/// - In the last minute before they expire callers wait for new ones; one call to the provider is
///   in flight at a time, and all who wait share its outcome.
/// - When that call fails, credentials that are still good are served; otherwise everybody who
///   waits gets the error. Failures are not kept.
/// - A caller that goes away does not stop the call: whoever waits next carries it on.
///
/// Cloning shares the cache. [`Signer`](crate::sigv4::Signer) and the layers wrap a provider in one
/// by themselves; make your own to share it among several.
#[derive(Clone)]
pub struct CachedCredentials(Arc<Inner>);

struct Inner {
    provider: SharedCredentialsProvider,
    current: ArcSwapOption<Identity>,
    refresh: Mutex<Option<Refresh>>,
}

type Outcome = Result<Arc<Identity>, CredentialsError>;
type Refresh = Shared<Pin<Box<dyn Future<Output = Outcome> + Send>>>;

impl CachedCredentials {
    /// A cache before a provider; one that is such a cache already is shared, not wrapped again.
    pub fn new(provider: impl ProvideCredentials + 'static) -> Self {
        if let Some(cache) = (&provider as &dyn Any).downcast_ref::<Self>() {
            return cache.clone();
        }
        Self(Arc::new(Inner {
            provider: SharedCredentialsProvider::new(provider),
            current: ArcSwapOption::empty(),
            refresh: Mutex::new(None),
        }))
    }

    /// What there is, if it is good enough to sign with at this time.
    pub fn current(&self, now: SystemTime) -> Option<Arc<Identity>> {
        let identity = self.0.current.load();
        identity
            .as_ref()
            .filter(|identity| lives_until(identity, now + MANDATORY_WINDOW))
            .cloned()
    }

    /// Good credentials, fetched if need be.
    ///
    /// # Errors
    ///
    /// When new credentials are needed and the provider has none that are usable.
    pub async fn get(&self, now: SystemTime) -> Result<Arc<Identity>, CredentialsError> {
        if let Some(identity) = self.current(now) {
            return Ok(identity);
        }
        let error = match self.refresh(now).await {
            Ok(identity) => return Ok(identity),
            Err(error) => error,
        };
        let held = self.0.current.load_full();
        match held.filter(|identity| lives_until(identity, now)) {
            Some(identity) => {
                tracing::warn!(%error, "credentials refresh failed; using those at hand");
                Ok(identity)
            }
            None => Err(error),
        }
    }

    /// Joins the refresh in flight, or begins one.
    fn refresh(&self, now: SystemTime) -> Refresh {
        let mut refresh = self.0.refreshing();
        refresh
            .get_or_insert_with(|| {
                let provider = self.0.provider.clone();
                let inner = Arc::downgrade(&self.0);
                let fetch = async move {
                    let outcome = fetch(provider, now).await.map(Arc::new);
                    if let Some(inner) = inner.upgrade() {
                        if let Ok(identity) = &outcome {
                            inner.current.store(Some(Arc::clone(identity)));
                        }
                        inner.refreshing().take();
                    }
                    outcome
                };
                fetch.boxed().shared()
            })
            .clone()
    }
}

impl Inner {
    fn refreshing(&self) -> MutexGuard<'_, Option<Refresh>> {
        self.refresh.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ProvideCredentials for CachedCredentials {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(async {
            let identity = self.get(SystemTime::now()).await;
            identity
                .map(|identity| identity.to_sdk())
                .map_err(ProviderError::provider_error)
        })
    }
}

impl fmt::Debug for CachedCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CachedCredentials")
            .field("current", &self.0.current.load())
            .finish()
    }
}

async fn fetch(
    provider: SharedCredentialsProvider,
    now: SystemTime,
) -> Result<Identity, CredentialsError> {
    let credentials = provider.provide_credentials().await;
    let credentials = credentials.map_err(|error| CredentialsError::Provider(Arc::new(error)))?;
    let identity = Identity::new(&credentials)?;
    if lives_until(&identity, now) {
        Ok(identity)
    } else {
        Err(CredentialsError::Expired)
    }
}

fn lives_until(identity: &Identity, time: SystemTime) -> bool {
    identity.expiry().is_none_or(|expiry| expiry > time)
}

const MANDATORY_WINDOW: Duration = Duration::from_secs(60);
