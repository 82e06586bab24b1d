use std::error::Error;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::fetch::{check, fetch};
use super::held::Held;
use super::pause::{self, Doubling};
use super::schedule::{Lifetime, Outlook};
use super::stopwatch::Stopwatch;
use super::store::{Outcome, Store};
use crate::clock_skew::ClockSkew;
use crate::credentials::error::CredentialsError;
use crate::credentials::identity::Identity;
use crate::metrics;

/// Calls the provider and stores what it brings. The call keeps no store alive.
pub(super) fn fetch_and_settle(
    store: &Arc<Store>,
    number: u64,
    began: SystemTime,
    skew: ClockSkew,
) -> impl Future<Output = Outcome> + Send + use<> {
    let (provider, settings) = (store.provider.clone(), store.settings.clone());
    let store = Arc::downgrade(store);
    let stopwatch = Stopwatch::start();
    async move {
        let fetched = fetch(&provider, settings.timeout, &settings.timer).await;
        // A lifetime counts from when the credentials arrived, a pause from the failure.
        let elapsed = stopwatch.elapsed();
        let now = began.checked_add(elapsed).unwrap_or(began);
        let fetched = fetched.and_then(|credentials| check(&credentials, now, skew));
        metrics::refresh(elapsed, failure(&fetched));
        match store.upgrade() {
            Some(store) => settle(&store, number, now, fetched),
            None => fetched.map(|(identity, _)| Arc::new(identity)),
        }
    }
}

type Fetched = Result<(Identity, Lifetime), CredentialsError>;

/// What a call changes.
enum Change {
    Replace(Held, Lifetime),
    /// The credentials in use remain so, because of this error.
    Keep(Held, CredentialsError),
    Fail(CredentialsError),
}

/// Stores what a call brought, and returns what the callers that waited get.
fn settle(store: &Store, number: u64, now: SystemTime, fetched: Fetched) -> Outcome {
    let mut state = store.state();
    if !state.end_call(number) {
        // Another call has taken its place. What this one brought may be older.
        return fetched.map(|(identity, _)| Arc::new(identity));
    }
    let now = store.read_clock(&mut state, now);
    let before = store.held();
    let (pauses, ttl) = (&mut state.pauses, store.settings.ttl);
    let change = Change::by(fetched, before.as_deref(), pauses, ttl, now);
    drop(before);
    let outcome = match &change {
        Change::Replace(held, _) | Change::Keep(held, _) => {
            state.failure = None;
            store.hold(&mut state, held.clone());
            held.outcome()
        }
        Change::Fail(error) => {
            let until = now.checked_add(pause::short());
            state.failure = until.map(|until| (error.clone(), until));
            Err(error.clone())
        }
    };
    // Subscribers and recorders run code that is not ours, which must not find a lock.
    drop(state);
    change.report(now);
    outcome
}

impl Change {
    fn by(
        fetched: Fetched,
        before: Option<&Held>,
        pauses: &mut Doubling,
        ttl: Duration,
        now: SystemTime,
    ) -> Self {
        let (identity, lifetime) = match fetched {
            Ok(fetched) => fetched,
            Err(error) => return Self::failed(error, before, pauses, now),
        };
        if let (Lifetime::ExpiredFor(ago), Some(held)) = (lifetime, before)
            && !held.is_rejected()
            && !held.is_outlived_by(identity.expiry())
        {
            return Self::failed(CredentialsError::Expired { ago }, before, pauses, now);
        }
        let was_rejected = before.is_some_and(Held::is_rejected);
        let same = before.filter(|before| identity.has_keys_of(&before.identity));
        let mut held = match same {
            // What was derived from the keys still holds, and what the service said about them.
            Some(same) => {
                let identity = identity.with_generation_of(&same.identity);
                let held = Held::fetched(identity, lifetime, ttl, now);
                if was_rejected {
                    held.rejected_before()
                } else {
                    held
                }
            }
            None => Held::fetched(identity, lifetime, ttl, now),
        };
        // Nothing shows yet that these are any better.
        if was_rejected || lifetime.outlook() < Outlook::Long {
            held = held.paused(now, pauses.next(now));
        }
        Self::Replace(held, lifetime)
    }

    fn failed(
        error: CredentialsError,
        before: Option<&Held>,
        pauses: &mut Doubling,
        now: SystemTime,
    ) -> Self {
        let Some(before) = before else {
            return Self::Fail(error);
        };
        let pause = if before.is_rejected() {
            pauses.next(now)
        } else {
            pause::long()
        };
        Self::Keep(before.clone().postponed(now, pause), error)
    }

    fn report(&self, now: SystemTime) {
        match self {
            Self::Replace(held, lifetime) => {
                let expiry = held.identity.expiry();
                metrics::credentials(now, expiry);
                if lifetime.outlook() == Outlook::Expired {
                    tracing::warn!(
                        ?expiry,
                        "credentials look expired by the local clock; the service decides whether they are"
                    );
                } else {
                    tracing::debug!(?expiry, "credentials obtained");
                }
            }
            Self::Keep(_, error) => tracing::warn!(
                error = error as &dyn Error,
                "credentials refresh failed; the credentials in use remain so, the next try follows after a pause"
            ),
            Self::Fail(error) => tracing::debug!(
                error = error as &dyn Error,
                "there are no usable credentials"
            ),
        }
    }
}

/// The value of `error.type` in metrics.
fn failure(fetched: &Fetched) -> Option<&'static str> {
    match fetched {
        Ok((_, Lifetime::ExpiredFor(_))) => Some("expired"),
        Ok(_) => None,
        Err(error) => Some(error.word()),
    }
}
