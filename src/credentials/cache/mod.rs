mod ask;
mod backoff;
mod flight;
mod lent;
mod refresh;
mod runtime;
mod schedule;
mod sync;
#[cfg(all(test, shuttle))]
mod threads;

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use aws_credential_types::provider::error::CredentialsError as ProviderError;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider, future};
use futures_util::FutureExt;

use self::lent::Lent;
use self::refresh::{Inner, Settings, Turn};
use self::runtime::Spawn;
use self::schedule::Phase;
use super::{CredentialsError, Identity};
use crate::clock_skew::ClockSkew;

/// Keeps a provider's credentials and sees to new ones before they expire, as AWS's SDKs do.
///
/// Reading fresh credentials takes no lock and waits for nothing. As their expiry comes near:
///
/// | they live, when obtained | new ones are asked for | callers wait for them |
/// | --- | --- | --- |
/// | up to 20 minutes | 5 minutes before expiry | in the last minute |
/// | less than 90 minutes | 15 minutes before | in the last minute |
/// | longer | 1 hour before | in the last minute |
/// | without an expiry | 15 minutes after ([`with_ttl`](Self::with_ttl)) | never |
///
/// - One call to the provider is in flight at a time; all who wait share its outcome.
/// - **Before the last minute nobody waits.** The call runs in a task of its own, on the tokio
///   runtime of the request that finds it due (feature `client`) or wherever
///   [`with_spawn`](Self::with_spawn) puts it. With neither, that one request waits and all others
///   go on.
/// - **When the call fails**, or brings credentials that have expired, the old ones stay in use,
///   after their expiry too: AWS may have prolonged them. There is one warning, and the next try
///   comes 5 to 10 minutes later.
/// - With nothing to serve, callers get the error, and so does everybody in the next 1 to 5
///   seconds, without another call.
/// - After the service [rejected](Self::invalidate) credentials, callers wait for others.
/// - A caller that goes away does not end the call: its task, or whoever asks next, carries it on.
/// - A call that takes longer than 30 seconds has failed (`with_timeout`, feature `client`). Where
///   there is no timer, without that feature or off tokio, the provider must see to that by itself.
///
/// Cloning shares the cache. [`Signer`](crate::sigv4::Signer) and the layers wrap a provider in one
/// by themselves; make your own to share it among several, or to set it up otherwise:
///
/// ```
/// use std::time::Duration;
/// use sigtower::credentials::{CachedCredentials, Environment};
///
/// let cache = CachedCredentials::new(Environment)
///     .with_ttl(Duration::from_secs(60))
///     .with_spawn(|refresh| drop(tokio::spawn(refresh)));
/// # let _ = cache;
/// ```
#[derive(Clone)]
pub struct CachedCredentials(Arc<Inner>);

impl CachedCredentials {
    /// Makes a new cache for a provider. To share a cache, clone it.
    pub fn new(provider: impl ProvideCredentials + 'static) -> Self {
        let settings = Settings {
            ttl: Some(DEFAULT_TTL),
            timeout: DEFAULT_TIMEOUT,
            spawn: Spawn::default(),
        };
        let provider = SharedCredentialsProvider::new(provider);
        Self(Arc::new(Inner::new(provider, settings)))
    }

    /// Asks again this long after it got credentials without an expiry: keys in a file or in
    /// variables that somebody may replace. 15 minutes by default.
    ///
    /// The result is a cache of its own, not shared with clones made before.
    #[must_use]
    pub fn with_ttl(self, ttl: Duration) -> Self {
        self.with(|settings| settings.ttl = Some(ttl))
    }

    /// Gives a call to the provider up after this long; 30 seconds by default.
    ///
    /// The result is a cache of its own, not shared with clones made before.
    #[cfg(feature = "client")]
    #[must_use]
    pub fn with_timeout(self, timeout: Duration) -> Self {
        self.with(|settings| settings.timeout = timeout)
    }

    /// Hands refreshes to this function, to be run by a task that outlives the caller.
    ///
    /// The result is a cache of its own, not shared with clones made before.
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
        Self(Arc::new(Inner::new(self.0.provider.clone(), settings)))
    }

    /// What there is, unless the caller must wait for better with [`get`](Self::get).
    ///
    /// When it is time, sees to it that new credentials are fetched.
    ///
    /// `local_now` is the time by the local clock, without correction; `skew` is how far the service's
    /// clock is known to be ahead of it.
    pub fn current(&self, local_now: SystemTime, skew: ClockSkew) -> Option<Arc<Identity>> {
        self.lend(local_now, skew).map(|lent| Arc::clone(&lent))
    }

    /// [`current`](Self::current), for as long as one signature takes.
    pub(crate) fn lend(&self, local_now: SystemTime, skew: ClockSkew) -> Option<Lent> {
        let now = skew.apply(local_now);
        let held = self.0.held();
        match held.as_ref()?.schedule.phase(now) {
            Phase::Fresh => Some(Lent::guarded(held)),
            Phase::Advisory => self.ahead_of_time(now).map(Lent::counted),
            Phase::Mandatory => None,
        }
    }

    /// Good credentials, fetched if need be.
    ///
    /// # Errors
    ///
    /// When there have never been any, and the provider has none that are usable.
    pub async fn get(
        &self,
        local_now: SystemTime,
        skew: ClockSkew,
    ) -> Result<Arc<Identity>, CredentialsError> {
        if let Some(identity) = self.current(local_now, skew) {
            return Ok(identity);
        }
        let now = skew.apply(local_now);
        match self.0.turn(now) {
            Turn::Done(outcome) => outcome,
            Turn::Await(refresh) => refresh.await,
            Turn::Drive(refresh, spawner) => {
                // Keys in memory want no task.
                if let Some(outcome) = refresh.clone().now_or_never() {
                    return outcome;
                }
                if let Some(spawner) = spawner {
                    spawner.spawn(refresh.clone().map(drop).boxed());
                }
                refresh.await
            }
        }
    }

    /// Tells that the service rejected these credentials as expired or unknown.
    ///
    /// If they are still those in use, the next caller waits for new ones, unless a refresh has
    /// just failed; if not, nothing changes. Returns whether it makes sense to sign again: there
    /// are other credentials already, or may be.
    pub fn invalidate(&self, rejected: &Identity, local_now: SystemTime) -> bool {
        let _ = local_now; // the pause after a failed refresh is kept without it
        self.0.invalidate(rejected)
    }

    #[cold]
    fn ahead_of_time(&self, now: SystemTime) -> Option<Arc<Identity>> {
        match self.0.turn(now) {
            Turn::Done(outcome) => outcome.ok(),
            Turn::Await(_) | Turn::Drive(..) => None,
        }
    }
}

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
