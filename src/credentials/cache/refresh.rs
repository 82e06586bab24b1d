use std::error::Error;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use arc_swap::ArcSwapOption;
use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError as ProviderError;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};
use futures_util::FutureExt;
use futures_util::future::Shared;

use super::backoff::{self, pause};
use super::runtime::{self, Spawn, Spawner};
use super::schedule::{Phase, Schedule};
use super::sync::{Mutex, MutexGuard};
use crate::credentials::{CredentialsError, Identity};

/// What all clones of a cache share.
pub(super) struct Inner {
    pub(super) provider: SharedCredentialsProvider,
    pub(super) settings: Settings,
    // Written only under the lock of `desk`.
    held: ArcSwapOption<Held>,
    desk: Mutex<Desk>,
}

#[derive(Clone, Debug)]
pub(super) struct Settings {
    pub(super) ttl: Option<Duration>,
    pub(super) timeout: Duration,
    pub(super) spawn: Spawn,
}

/// The credentials at hand.
pub(super) struct Held {
    pub(super) identity: Arc<Identity>,
    pub(super) schedule: Schedule,
    rejected: bool,
}

#[derive(Default)]
struct Desk {
    flights: u64,
    flight: Option<Flight>,
    refusal: Option<Refusal>,
}

/// The refresh under way.
struct Flight {
    number: u64,
    begun: SystemTime,
    refresh: Refresh,
}

/// The age after which a flight is given up for lost; `None` is at once.
struct FlightLimit {
    driven: Duration,
    alone: Option<Duration>,
}

/// A failure while there was nothing to serve, kept for a moment.
struct Refusal {
    error: CredentialsError,
    schedule: Schedule,
}

pub(super) type Outcome = Result<Arc<Identity>, CredentialsError>;
pub(super) type Refresh = Shared<Pin<Box<dyn Future<Output = Outcome> + Send>>>;

/// What a caller does whose credentials are not fresh.
pub(super) enum Turn {
    Done(Outcome),
    Await(Refresh),
    /// Nobody polls it yet, or nobody does any more.
    Drive(Refresh, Option<Spawner>),
}

impl Inner {
    pub(super) fn new(provider: SharedCredentialsProvider, settings: Settings) -> Self {
        Self {
            provider,
            settings,
            held: ArcSwapOption::empty(),
            desk: Mutex::default(),
        }
    }

    pub(super) fn held(&self) -> arc_swap::Guard<Option<Arc<Held>>> {
        self.held.load()
    }

    /// Decides what a caller does now, and begins a refresh if it takes one.
    pub(super) fn turn(self: &Arc<Self>, now: SystemTime) -> Turn {
        // Dropped when the lock is not held any more: it is the provider's code that runs then.
        let _stalled;
        let spawner = self.settings.spawn.spawner();
        let mut desk = self.desk();
        let held = self.held.load_full();
        let phase = match &held {
            Some(held) => held.schedule.phase(now),
            None => Phase::Mandatory,
        };
        if let (Some(held), Phase::Fresh) = (&held, phase) {
            return Turn::Done(Ok(Arc::clone(&held.identity)));
        }
        if let (None, Some(error)) = (&held, desk.refused(now)) {
            return Turn::Done(Err(error));
        }
        let limit = FlightLimit {
            driven: self.settings.timeout.saturating_add(STALLED),
            // A task that is gone went with its runtime, and what it had open is gone with that.
            alone: spawner.is_none().then_some(STALLED_ALONE),
        };
        _stalled = desk.flight.take_if(|flight| flight.is_stalled(now, limit));
        let is_driven = desk.flight.as_ref().is_some_and(Flight::is_driven);
        if let (Some(held), Phase::Advisory, true) = (&held, phase, is_driven) {
            return Turn::Done(Ok(Arc::clone(&held.identity)));
        }
        let refresh = desk.join(now, |number| self.refresh(number, now));
        drop(desk);

        match (held, phase) {
            _ if is_driven => Turn::Await(refresh),
            (Some(held), Phase::Advisory) if let Some(spawner) = spawner => {
                spawner.spawn(refresh.map(drop).boxed());
                Turn::Done(Ok(Arc::clone(&held.identity)))
            }
            _ => Turn::Drive(refresh, spawner),
        }
    }

    /// Marks credentials as rejected by the service; says whether others may be had by asking.
    pub(super) fn invalidate(&self, rejected: &Identity) -> bool {
        let _desk = self.desk();
        let Some(held) = self.held.load_full() else {
            return true;
        };
        if held.identity.generation() != rejected.generation() {
            return true;
        }
        self.held.store(Some(Arc::new(Held {
            identity: Arc::clone(&held.identity),
            schedule: held.schedule.rejected(),
            rejected: true,
        })));
        !held.schedule.is_backing_off()
    }

    /// Asks the provider. Whoever polls carries it on; it holds no reference to the cache.
    fn refresh(self: &Arc<Self>, number: u64, now: SystemTime) -> Refresh {
        let provider = self.provider.clone();
        let timeout = self.settings.timeout;
        let inner = Arc::downgrade(self);
        let begun = Instant::now();
        let refresh = async move {
            let answer = ask(&provider, timeout).await;
            // A lifetime counts from when credentials were obtained, a pause from the failure.
            let now = now.checked_add(begun.elapsed()).unwrap_or(now);
            let fetched = answer.and_then(|credentials| check(&credentials, now));
            match inner.upgrade() {
                Some(inner) => inner.settle(number, now, fetched),
                None => fetched.map(Arc::new),
            }
        };
        refresh.boxed().shared()
    }

    /// Takes what came of a refresh to the desk; returns what those get who waited for it.
    fn settle(
        &self,
        number: u64,
        now: SystemTime,
        fetched: Result<Identity, CredentialsError>,
    ) -> Outcome {
        // Of no consequence, if meanwhile it was given up and another one begun.
        let (outcome, failure) = {
            let mut desk = self.desk();
            let landed = desk.flight.take_if(|flight| flight.number == number);
            match (fetched, self.held.load_full()) {
                (Ok(identity), held) => {
                    desk.refusal = None;
                    let held = Arc::new(self.obtained(identity, held.as_deref(), now));
                    self.held.store(Some(Arc::clone(&held)));
                    (Ok(Arc::clone(&held.identity)), None)
                }
                (Err(error), Some(held)) => {
                    let schedule = held.schedule.backed_off(now, pause(backoff::AFTER_FAILURE));
                    if landed.is_some() {
                        self.held.store(Some(Arc::new(Held {
                            identity: Arc::clone(&held.identity),
                            schedule,
                            rejected: held.rejected,
                        })));
                    }
                    (Ok(Arc::clone(&held.identity)), Some(error))
                }
                (Err(error), None) => {
                    if landed.is_some() {
                        desk.refusal = Some(Refusal::new(error.clone(), now));
                    }
                    (Err(error), None)
                }
            }
        };
        match (&failure, &outcome) {
            (Some(error), _) => tracing::warn!(
                error = error as &dyn Error,
                "credentials refresh failed; using those at hand, next try in 5 to 10 minutes"
            ),
            (None, Ok(identity)) => {
                tracing::debug!(expiry = ?identity.expiry(), "credentials obtained");
            }
            (None, Err(_)) => {}
        }
        outcome
    }

    fn obtained(&self, identity: Identity, before: Option<&Held>, now: SystemTime) -> Held {
        let schedule = Schedule::obtained(now, identity.expiry(), self.settings.ttl);
        match before {
            Some(before) if identity.has_keys_of(&before.identity) => {
                let identity = Arc::new(identity.with_generation_of(&before.identity));
                // Asking once more would not make the service think better of them.
                let schedule = if before.rejected {
                    let pause = pause(backoff::WITH_NOTHING);
                    schedule.rejected().backed_off(now, pause)
                } else {
                    schedule
                };
                Held {
                    identity,
                    schedule,
                    rejected: before.rejected,
                }
            }
            _ => Held {
                identity: Arc::new(identity),
                schedule,
                rejected: false,
            },
        }
    }

    fn desk(&self) -> MutexGuard<'_, Desk> {
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Desk {
    fn refused(&self, now: SystemTime) -> Option<CredentialsError> {
        let refusal = self.refusal.as_ref()?;
        (refusal.schedule.phase(now) == Phase::Fresh).then(|| refusal.error.clone())
    }

    fn join(&mut self, now: SystemTime, begin: impl FnOnce(u64) -> Refresh) -> Refresh {
        let flight = self.flight.get_or_insert_with(|| {
            self.flights += 1;
            Flight {
                number: self.flights,
                begun: now,
                refresh: begin(self.flights),
            }
        });
        flight.refresh.clone()
    }
}

impl Flight {
    /// Whether somebody besides the desk has it: a task, or a caller who waits.
    fn is_driven(&self) -> bool {
        self.refresh.strong_count().is_none_or(|count| count > 1)
    }

    /// Whether it is so old that its connections and timers are of no use any more.
    fn is_stalled(&self, now: SystemTime, limit: FlightLimit) -> bool {
        let age = now.duration_since(self.begun).unwrap_or_default();
        if self.is_driven() {
            age > limit.driven
        } else {
            limit.alone.is_none_or(|limit| age > limit)
        }
    }
}

impl Refusal {
    fn new(error: CredentialsError, now: SystemTime) -> Self {
        let schedule = Schedule::obtained(now, None, None);
        Self {
            error,
            schedule: schedule.backed_off(now, pause(backoff::WITH_NOTHING)),
        }
    }
}

async fn ask(
    provider: &SharedCredentialsProvider,
    timeout: Duration,
) -> Result<Credentials, CredentialsError> {
    let asked = runtime::within(timeout, async { provider.provide_credentials().await });
    let answer = match AssertUnwindSafe(asked).catch_unwind().await {
        Ok(Some(answer)) => answer,
        Ok(None) => Err(ProviderError::provider_timed_out(timeout)),
        Err(_) => Err(ProviderError::unhandled("the provider panicked")),
    };
    answer.map_err(|error| CredentialsError::Provider(Arc::new(error)))
}

fn check(credentials: &Credentials, now: SystemTime) -> Result<Identity, CredentialsError> {
    let identity = Identity::new(credentials)?;
    if identity.expiry().is_none_or(|expiry| expiry > now) {
        Ok(identity)
    } else {
        Err(CredentialsError::Expired)
    }
}

const STALLED: Duration = Duration::from_secs(60);
const STALLED_ALONE: Duration = Duration::from_secs(10);
