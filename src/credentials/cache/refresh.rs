use std::error::Error;
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use arc_swap::ArcSwapOption;
use aws_credential_types::provider::SharedCredentialsProvider;
use futures_util::FutureExt;

use super::ask::{ask, check};
use super::backoff::{self, pause};
use super::flight::{Desk, Outcome, Refresh};
use super::runtime::{Spawn, Spawner};
use super::schedule::{Phase, Schedule};
use super::sync::{Mutex, MutexGuard};
use crate::credentials::{CredentialsError, Identity};
use crate::metrics;

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
        let spawner = self.settings.spawn.spawner();
        let _given_up; // declared before the lock, and so dropped after it
        let mut desk = self.desk();
        let held = self.held.load_full();
        _given_up = desk.give_up(now, self.settings.timeout, spawner.is_some());
        let is_driven = desk.is_driven();

        let ahead_of_time = match &held {
            None => {
                if let Some(error) = desk.refused(now) {
                    return Turn::Done(Err(error));
                }
                None
            }
            Some(held) => match held.schedule.phase(now) {
                Phase::Fresh => return held.serve(),
                Phase::Advisory if is_driven => return held.serve(),
                Phase::Advisory => Some(held),
                Phase::Mandatory => None,
            },
        };
        let refresh = desk.join(now, |number| self.refresh(number, now));
        drop(desk);

        match (ahead_of_time, spawner) {
            (Some(held), Some(spawner)) => {
                spawner.spawn(refresh.map(drop).boxed());
                held.serve()
            }
            (_, _) if is_driven => Turn::Await(refresh),
            (_, spawner) => Turn::Drive(refresh, spawner),
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
            let failure = fetched.as_ref().err().map(CredentialsError::word);
            metrics::refresh(begun.elapsed(), failure);
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
        let mut desk = self.desk();
        let landed = desk.land(number);
        let held = self.held.load_full();
        // Events come after the lock: subscribers are other people's code.
        match (fetched, held) {
            (Ok(identity), before) => {
                desk.welcome();
                let held = Arc::new(self.obtained(identity, before.as_deref(), now));
                self.held.store(Some(Arc::clone(&held)));
                drop(desk);
                metrics::credentials(now, held.identity.expiry());
                tracing::debug!(expiry = ?held.identity.expiry(), "credentials obtained");
                Ok(Arc::clone(&held.identity))
            }
            (Err(error), Some(held)) => {
                // The failure of one that was given up says nothing about the next.
                if landed {
                    let pause = pause(backoff::AFTER_FAILURE);
                    self.held.store(Some(Arc::new(Held {
                        identity: Arc::clone(&held.identity),
                        schedule: held.schedule.backed_off(now, pause),
                        rejected: held.rejected,
                    })));
                }
                drop(desk);
                tracing::warn!(
                    error = &error as &dyn Error,
                    "credentials refresh failed; using those at hand, next try in 5 to 10 minutes"
                );
                Ok(Arc::clone(&held.identity))
            }
            (Err(error), None) => {
                if landed {
                    desk.refuse(error.clone(), now);
                }
                drop(desk);
                tracing::debug!(
                    error = &error as &dyn Error,
                    "there are no usable credentials"
                );
                Err(error)
            }
        }
    }

    fn obtained(&self, identity: Identity, before: Option<&Held>, now: SystemTime) -> Held {
        let schedule = Schedule::obtained(now, identity.expiry(), self.settings.ttl);
        let before = before.filter(|before| identity.has_keys_of(&before.identity));
        let Some(before) = before else {
            return Held {
                identity: Arc::new(identity),
                schedule,
                rejected: false,
            };
        };
        // Asking again at once would not make the service think better of the same keys.
        let schedule = if before.rejected {
            let pause = pause(backoff::WITH_NOTHING);
            schedule.rejected().backed_off(now, pause)
        } else {
            schedule
        };
        Held {
            identity: Arc::new(identity.with_generation_of(&before.identity)),
            schedule,
            rejected: before.rejected,
        }
    }

    fn desk(&self) -> MutexGuard<'_, Desk> {
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Held {
    fn serve(&self) -> Turn {
        Turn::Done(Ok(Arc::clone(&self.identity)))
    }
}
