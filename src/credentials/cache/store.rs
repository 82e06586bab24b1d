use std::pin::Pin;
use std::sync::{Arc, PoisonError};
use std::time::{Duration, SystemTime};

use arc_swap::{ArcSwapOption, Guard};
use aws_credential_types::provider::SharedCredentialsProvider;

use super::held::Held;
use super::local_clock::{LocalClock, Reading};
use super::pause::Doubling;
use super::runtime::Spawn;
use super::schedule::Phase;
use super::shared_call::{Driver, SharedCall};
use super::sync::{Mutex, MutexGuard};
use super::timer::Timer;
use crate::clock_skew::ClockSkew;
use crate::credentials::error::CredentialsError;
use crate::credentials::identity::Identity;

/// What all clones of a cache share.
pub(super) struct Store {
    pub(super) provider: SharedCredentialsProvider,
    pub(super) settings: Settings,
    /// Replaced only while `state` is locked.
    held: ArcSwapOption<Held>,
    state: Mutex<State>,
}

#[derive(Clone, Debug)]
pub(super) struct Settings {
    pub(super) ttl: Duration,
    pub(super) timeout: Duration,
    pub(super) spawn: Spawn,
    pub(super) timer: Timer,
}

#[derive(Default)]
pub(super) struct State {
    clock: LocalClock,
    /// The call to the provider that is under way.
    call: Option<Call>,
    calls: u64,
    /// Pauses after calls that brought nothing new.
    pub(super) pauses: Doubling,
    /// Until then no call begins that can wait, because the last one was abandoned.
    next_ahead: Option<SystemTime>,
    /// What callers get while there is nothing to serve, and until when.
    pub(super) failure: Option<(CredentialsError, SystemTime)>,
}

struct Call {
    number: u64,
    began: SystemTime,
    shared: Arc<SharedCall<Outcome>>,
}

pub(super) type Outcome = Result<Arc<Identity>, CredentialsError>;

/// What a caller does whose credentials are not fresh.
pub(super) enum Decision {
    Return(Outcome),
    /// New credentials are due. One caller begins a call, and none has to wait for it.
    RefreshAhead(Arc<Identity>),
    /// Callers wait for the call under way, or begin one.
    Wait,
}

/// A caller's part in a call to the provider.
pub(super) enum Joined {
    /// The caller has begun it.
    Driving(Driver<Outcome>),
    Waiting(Arc<SharedCall<Outcome>>),
    /// No call is due any more.
    Settled(Outcome),
}

impl Store {
    pub(super) fn new(provider: SharedCredentialsProvider, settings: Settings) -> Self {
        Self {
            provider,
            settings,
            held: ArcSwapOption::empty(),
            state: Mutex::default(),
        }
    }

    pub(super) fn held(&self) -> Guard<Option<Arc<Held>>> {
        self.held.load()
    }

    /// Decides what a caller does.
    pub(super) fn decide(&self, local_now: SystemTime, skew: ClockSkew) -> Decision {
        self.discard_lost_call(local_now);
        self.judge(&mut self.state(), local_now, skew)
    }

    fn judge(&self, state: &mut State, local_now: SystemTime, skew: ClockSkew) -> Decision {
        let now = self.read_clock(state, local_now);
        let Some(held) = self.held.load_full() else {
            return match &state.failure {
                Some((error, until)) if now < *until => Decision::Return(Err(error.clone())),
                _ => Decision::Wait,
            };
        };
        let service_now = skew.apply(local_now);
        if let Some(held) = held.vindicated(service_now, self.settings.ttl, now) {
            let held = self.hold(state, held);
            return Decision::Return(held.outcome());
        }
        match (held.phase(now), held.outcome()) {
            (Phase::Fresh, outcome) => Decision::Return(outcome),
            (Phase::Advisory, Ok(identity)) if state.may_refresh_ahead(now) => {
                Decision::RefreshAhead(identity)
            }
            (Phase::Advisory, Ok(identity)) => Decision::Return(Ok(identity)),
            (Phase::Advisory, Err(_)) | (Phase::Mandatory, _) => Decision::Wait,
        }
    }

    /// Joins the call under way, or begins one with a number of its own.
    ///
    /// Another caller's call may have ended since this one decided, so it decides again.
    pub(super) fn join(
        &self,
        now: SystemTime,
        skew: ClockSkew,
        begin: impl FnOnce(u64) -> Pin<Box<dyn Future<Output = Outcome> + Send>>,
    ) -> Joined {
        let mut state = self.state();
        if let Decision::Return(outcome) = self.judge(&mut state, now, skew) {
            return Joined::Settled(outcome);
        }
        if let Some(call) = &state.call {
            return Joined::Waiting(Arc::clone(&call.shared));
        }
        state.calls += 1;
        let (shared, driver) = SharedCall::new(begin(state.calls));
        state.call = Some(Call {
            number: state.calls,
            began: self.read_clock(&mut state, now),
            shared,
        });
        Joined::Driving(driver)
    }

    /// Notes that the service rejected credentials. Returns whether there are or may be others.
    pub(super) fn invalidate(&self, rejected: &Identity, now: SystemTime) -> bool {
        let mut state = self.state();
        let now = self.read_clock(&mut state, now);
        let Some(held) = self.held.load_full() else {
            return true;
        };
        let is_in_use = held.identity.generation() == rejected.generation();
        if is_in_use {
            self.hold(&mut state, Held::clone(&held).rejected(now));
        }
        let are_others_in_use = !is_in_use && !held.is_rejected();
        are_others_in_use || state.call.is_some() || held.may_be_replaced(now)
    }

    /// The time by which schedules are judged. If the clock was set back, they are void.
    pub(super) fn read_clock(&self, state: &mut State, reported: SystemTime) -> SystemTime {
        let reading = state.clock.read(reported);
        if let Reading::SetBack(now) = reading {
            state.failure = None;
            state.next_ahead = None;
            state.pauses = Doubling::default();
            if let Some(call) = &mut state.call {
                call.began = now;
            }
            if let Some(held) = self.held.load_full() {
                self.hold(state, Held::clone(&held).due(now));
            }
        }
        reading.time()
    }

    /// Replaces the credentials in use. The lock's content proves that the lock is held.
    pub(super) fn hold(&self, _: &mut State, held: Held) -> Arc<Held> {
        let held = Arc::new(held);
        self.held.store(Some(Arc::clone(&held)));
        held
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Forgets a call that will not end, so that a caller can begin another.
    fn discard_lost_call(&self, now: SystemTime) {
        let timeout = self.settings.timeout;
        let lost = {
            let mut state = self.state();
            let now = self.read_clock(&mut state, now);
            let lost = state.call.take_if(|call| call.is_lost(now, timeout));
            if lost.is_some() {
                let pause = state.pauses.next(now);
                state.next_ahead = now.checked_add(pause);
            }
            lost
        };
        if let Some(call) = lost {
            call.shared.abandon();
        }
    }
}

impl State {
    /// Ends this call. Returns false if another has taken its place.
    pub(super) fn end_call(&mut self, number: u64) -> bool {
        let ended = self.call.take_if(|call| call.number == number);
        if ended.is_some() {
            self.next_ahead = None;
        }
        ended.is_some()
    }

    /// Whether a caller that can be served may begin a call, or continue one without a driver.
    fn may_refresh_ahead(&self, now: SystemTime) -> bool {
        match &self.call {
            Some(call) => call.shared.is_parked(),
            None => self.next_ahead.is_none_or(|at| at <= now),
        }
    }
}

impl Call {
    fn is_lost(&self, now: SystemTime, timeout: Duration) -> bool {
        let age = now.duration_since(self.began).unwrap_or_default();
        self.shared.is_abandoned()
            || age > timeout.saturating_add(STALLED)
            || (age > STALLED_WHILE_PARKED && self.shared.is_parked())
    }
}

/// A call that has exceeded its timeout by this much has no working timer.
const STALLED: Duration = Duration::from_secs(60);
/// The connections of a call without a driver are of no use after this time.
const STALLED_WHILE_PARKED: Duration = Duration::from_secs(10);
