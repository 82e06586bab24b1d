use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use aws_credential_types::provider::error::CredentialsError as ProviderError;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider, future};

use super::guard::IdentityGuard;
use super::refresh;
use super::runtime::Spawn;
use super::store::{Settings, Store};
use super::timer::Timer;
use crate::clock_skew::ClockSkew;
use crate::credentials::error::CredentialsError;
use crate::credentials::identity::Identity;

/// Keeps a provider's credentials and fetches new ones before they expire, as AWS's SDKs do.
///
/// Reading fresh credentials takes no lock and never waits. When their expiry comes near, the cache
/// calls the provider:
///
/// | lifetime when fetched | the cache calls the provider | callers wait |
/// | --- | --- | --- |
/// | up to 20 minutes | 5 minutes before the expiry | in the last minute |
/// | less than 90 minutes | 15 minutes before | in the last minute |
/// | longer | 1 hour before | in the last minute |
/// | no expiry | after 15 minutes ([`with_ttl`](Self::with_ttl)) | never |
///
/// Credentials whose whole lifetime is within that window are replaced when half of it has passed.
///
/// # Pauses
///
/// A pause always separates two calls to the provider, whatever asks for the second one. Only the
/// first rejection by the service is followed by a call at once.
///
/// | what the last call brought | pause |
/// | --- | --- |
/// | credentials | at least 1 to 5 seconds, even if they expire earlier |
/// | credentials in place of rejected ones | 1 to 5 seconds, if the service rejects them too |
/// | the same again, or credentials that look expired or live less than a minute | doubled each time, up to 5 to 10 minutes |
/// | an error, with credentials to serve | 5 to 10 minutes |
/// | an error, with none to serve | 1 to 5 seconds; callers get the same error |
///
/// The length is random within these limits, so that many machines do not call at once.
///
/// # Clocks
///
/// The schedule and the pauses follow the local clock, which callers pass as `local_now`. The skew
/// of the service's clock is used for one purpose: to judge, when credentials arrive, how long they
/// live. So callers that know different skews can share a cache. Local clocks that disagree, or a
/// clock that is set back, cause a few extra calls, not one for each request.
///
/// Credentials that look expired when they arrive may be good, because the local clock may be wrong.
/// If there are no others, or if the others expire earlier, the cache serves them. The service
/// decides: its `Date` header reveals the skew, by which they turn out to be good; or it rejects
/// them, and then callers get [`CredentialsError::Expired`] until the next call. Credentials that
/// expired more than 24 hours ago are an error at once, since no skew of more than a day is believed.
///
/// # Failures
///
/// - One call to the provider is under way at a time. All callers that wait share its outcome.
/// - **Before the last minute no caller waits.** The call runs in a task of its own: on the tokio
///   runtime of the request that finds it due (feature `client`), or where
///   [`with_spawn`](Self::with_spawn) puts it. With neither, that one request waits, and all others
///   proceed.
/// - **When a call fails**, the old credentials stay in use, even after their expiry: AWS may have
///   prolonged them. The cache logs one warning.
/// - After the service [rejected](Self::invalidate) credentials, callers wait for new ones.
/// - A caller that is dropped does not end the call: the task, or the next caller, continues it.
/// - A call that takes longer than 30 seconds ([`with_timeout`](Self::with_timeout)) has failed.
/// - A provider that panics has failed.
///
/// # Runtimes
///
/// A cache, and a client, may be shared by several runtimes. A call to the provider runs on the
/// runtime of the request that began it; requests of other runtimes wait for the outcome. If that
/// runtime is dropped, a waiting request begins a new call on its own runtime.
///
/// # Sharing
///
/// Cloning shares the cache. [`Signer::new`](crate::sigv4::Signer::new) and the layers make a cache
/// of their own for each provider. Make one yourself to configure it, or to share it:
///
/// ```
/// use std::time::Duration;
/// use sigtower::credentials::{CachedCredentials, Environment};
/// use sigtower::sigv4::{Scope, Signer};
///
/// let cache = CachedCredentials::new(Environment).with_ttl(Duration::from_secs(60));
/// let es = Signer::from_cache(Scope::new("eu-west-1", "es")?, cache.clone());
/// let s3 = Signer::from_cache(Scope::new("eu-west-1", "s3")?, cache);
/// # Ok::<(), sigtower::sigv4::ScopeError>(())
/// ```
#[derive(Clone)]
pub struct CachedCredentials(Arc<Store>);

impl CachedCredentials {
    /// Makes a new cache for a provider. To share a cache, clone it.
    pub fn new(provider: impl ProvideCredentials + 'static) -> Self {
        let settings = Settings {
            ttl: DEFAULT_TTL,
            timeout: DEFAULT_TIMEOUT,
            spawn: Spawn::default(),
            timer: Timer::default(),
        };
        let provider = SharedCredentialsProvider::new(provider);
        Self(Arc::new(Store::new(provider, settings)))
    }

    /// Sets after how long credentials without an expiry are fetched again: keys in a file or in
    /// variables may have been replaced. The default is 15 minutes, the least 1 to 5 seconds.
    ///
    /// The result is a new cache, not shared with earlier clones.
    #[must_use]
    pub fn with_ttl(self, ttl: Duration) -> Self {
        self.with(|settings| settings.ttl = ttl)
    }

    /// Sets how long a call to the provider may take. The default is 30 seconds.
    ///
    /// The result is a new cache, not shared with earlier clones.
    #[must_use]
    pub fn with_timeout(self, timeout: Duration) -> Self {
        self.with(|settings| settings.timeout = timeout)
    }

    /// Measures the [timeout](Self::with_timeout) with this timer: a future that ends after the given
    /// duration, such as `tokio::time::sleep`.
    ///
    /// By default a thread sleeps for the timeout, which works on every runtime, with or without
    /// timers. `Client` uses tokio's timers.
    ///
    /// The result is a new cache, not shared with earlier clones.
    ///
    /// ```
    /// # use sigtower::credentials::{CachedCredentials, Environment};
    /// let cache = CachedCredentials::new(Environment).with_timer(tokio::time::sleep);
    /// # let _ = cache;
    /// ```
    #[must_use]
    pub fn with_timer<F>(self, timer: impl Fn(Duration) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        self.with(|settings| settings.timer = Timer::given(timer))
    }

    /// Runs calls to the provider with this function, which spawns a task that outlives the caller.
    ///
    /// By default, with the feature `client`, the task runs on the tokio runtime of the caller.
    ///
    /// The result is a new cache, not shared with earlier clones.
    ///
    /// ```
    /// # use sigtower::credentials::{CachedCredentials, Environment};
    /// # let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    /// let handle = runtime.handle().clone();
    /// let cache = CachedCredentials::new(Environment).with_spawn(move |task| drop(handle.spawn(task)));
    /// # let _ = cache;
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[must_use]
    pub fn with_spawn(
        self,
        spawn: impl Fn(Pin<Box<dyn Future<Output = ()> + Send>>) + Send + Sync + 'static,
    ) -> Self {
        self.with(|settings| settings.spawn = Spawn::Given(Arc::new(spawn)))
    }

    fn with(self, change: impl FnOnce(&mut Settings)) -> Self {
        let mut settings = self.0.settings.clone();
        change(&mut settings);
        Self(Arc::new(Store::new(self.0.provider.clone(), settings)))
    }

    /// The credentials in use, unless callers must wait for new ones with [`get`](Self::get).
    ///
    /// When new credentials are due, this starts a call to the provider in a task.
    ///
    /// `local_now` is the time of the local clock, uncorrected. `skew` is how far the service's clock
    /// is known to be ahead of it; [`ClockSkew::ZERO`] if nothing is known.
    pub fn current(&self, local_now: SystemTime, skew: ClockSkew) -> Option<Arc<Identity>> {
        self.guard(local_now, skew)
            .map(|identity| Arc::clone(&identity))
    }

    /// The same as [`current`](Self::current), for the duration of one signature.
    pub(crate) fn guard(&self, local_now: SystemTime, skew: ClockSkew) -> Option<IdentityGuard> {
        let held = self.0.held();
        if held.as_ref()?.is_fresh(local_now) {
            return Some(IdentityGuard::of_held(held));
        }
        drop(held);
        let identity = refresh::serve_now(&self.0, local_now, skew)?;
        Some(IdentityGuard::of_identity(identity))
    }

    /// Usable credentials, fetched if necessary.
    ///
    /// `local_now` is the time of the local clock, uncorrected. `skew` is how far the service's clock
    /// is known to be ahead of it; [`ClockSkew::ZERO`] if nothing is known.
    ///
    /// # Errors
    ///
    /// When there are no usable credentials: the provider failed and there are none from an earlier
    /// call, or they looked expired and the service rejected them.
    pub async fn get(
        &self,
        local_now: SystemTime,
        skew: ClockSkew,
    ) -> Result<Arc<Identity>, CredentialsError> {
        match self.current(local_now, skew) {
            Some(identity) => Ok(identity),
            None => refresh::wait(&self.0, local_now, skew).await,
        }
    }

    /// Reports that the service rejected these credentials as expired or unknown.
    ///
    /// If they are still in use, callers wait for new ones, unless a pause keeps the cache from
    /// calling the provider. If other credentials are in use, nothing changes.
    ///
    /// Returns whether it makes sense to sign again: other credentials are there or may be fetched.
    pub fn invalidate(&self, rejected: &Identity, local_now: SystemTime) -> bool {
        self.0.invalidate(rejected, local_now)
    }
}

/// For `send_signed` and for code that wants a provider. `Signer::new` and
/// `ClientBuilder::credentials` would put a second cache in front of this one; to share it, use
/// `Signer::from_cache` and `ClientBuilder::credentials_cache`.
impl ProvideCredentials for CachedCredentials {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(async {
            let identity = self.get(SystemTime::now(), ClockSkew::ZERO).await;
            identity
                .map(|identity| identity.to_sdk())
                .map_err(ProviderError::provider_error)
        })
    }
}

impl fmt::Debug for CachedCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let held = self.0.held();
        f.debug_struct("CachedCredentials")
            .field("current", &held.as_ref().map(|held| &held.identity))
            .field("settings", &self.0.settings)
            .finish_non_exhaustive()
    }
}

const DEFAULT_TTL: Duration = Duration::from_secs(15 * 60);
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(30);
