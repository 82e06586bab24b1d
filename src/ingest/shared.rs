//! What the pusher, the driver and the requests share, and where outcomes go.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;
use tokio::time::Instant;

use super::outcome::{Outcome, Rejected, Report, Unknown};
use super::settings::Settings;
use super::state::{Phase, State};
use crate::opensearch::Client;

/// What the pusher, the driver and the requests share.
pub(super) struct Shared {
    pub(super) client: Client,
    pub(super) settings: Settings,
    state: Mutex<State>,
    /// Wakes the driver when there is work.
    pub(super) work: Notify,
    delivery: Mutex<Delivery>,
    kind: DeliveryKind,
    /// Whether there is no driver, or none any more.
    is_alone: AtomicBool,
}

/// Where outcomes go.
#[derive(Default)]
pub(super) struct Delivery {
    pub(super) rejected: Vec<Rejected>,
    pub(super) unknown: Vec<Unknown>,
    pub(super) settings_error: Option<String>,
    callback: Option<Box<dyn FnMut(Outcome) + Send>>,
}

/// Where outcomes go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DeliveryKind {
    /// The report; those that are done are only counted.
    Report,
    Callback,
    Stream,
}

impl Shared {
    pub(super) fn new(
        client: Client,
        settings: Settings,
        kind: DeliveryKind,
        callback: Option<Box<dyn FnMut(Outcome) + Send>>,
    ) -> Self {
        let state = State::new(&settings, Instant::now());
        Self {
            client,
            settings,
            state: Mutex::new(state),
            work: Notify::new(),
            delivery: Mutex::new(Delivery {
                callback,
                ..Delivery::default()
            }),
            kind,
            is_alone: AtomicBool::new(false),
        }
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        // A panic in a caller's `Serialize` leaves the state as it was.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn wants_done(&self) -> bool {
        self.kind != DeliveryKind::Report
    }

    /// Takes no more operations. `phase` decides whether the operations taken so far are sent.
    pub(super) fn close(&self, phase: Phase) {
        let mut state = self.lock();
        state.phase = state.phase.max(phase);
        state.buffers.wake();
        drop(state);
        self.work.notify_one();
    }

    pub(super) fn take_report(&self) -> Report {
        let statistics = self.lock().statistics();
        let mut delivery = self.delivery.lock().unwrap_or_else(PoisonError::into_inner);
        Report {
            done: statistics.done,
            rejected: std::mem::take(&mut delivery.rejected),
            unknown: std::mem::take(&mut delivery.unknown),
            settings_error: delivery.settings_error.take(),
            statistics,
        }
    }

    /// Gives outcomes to the callback or the report. The outcomes of a stream wait until they are taken.
    pub(super) fn deliver(&self) {
        if self.kind == DeliveryKind::Stream {
            let state = self.lock();
            if state.has_outcomes() {
                state.buffers.wake();
            }
            return;
        }
        let mut delivery = self.delivery.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            let outcomes = self.lock().take_outcomes();
            if outcomes.is_empty() {
                return;
            }
            outcomes
                .into_iter()
                .for_each(|outcome| delivery.deliver(outcome));
            self.lock().buffers.wake();
        }
    }

    /// Delivers outcomes if there is no driver that does.
    pub(super) fn deliver_if_alone(&self) {
        if self.is_alone.load(Ordering::SeqCst) {
            self.leave_alone();
        }
    }

    /// There is no driver: everything that is not in a request is given up.
    pub(super) fn leave_alone(&self) {
        self.is_alone.store(true, Ordering::SeqCst);
        {
            let mut state = self.lock();
            state.phase = state.phase.max(Phase::Aborting);
            state.give_up_queued();
            if !state.has_work() {
                state.phase = Phase::Finished;
            }
        }
        self.deliver();
        self.lock().buffers.wake();
    }
}

impl Delivery {
    fn deliver(&mut self, outcome: Outcome) {
        if let Some(callback) = &mut self.callback {
            // A panic of the callback must not lose the next outcomes.
            let _ = catch_unwind(AssertUnwindSafe(|| callback(outcome)));
            return;
        }
        match outcome {
            Outcome::Done(_) => {}
            Outcome::Rejected(rejected) => self.rejected.push(rejected),
            Outcome::Unknown(unknown) => self.unknown.push(unknown),
        }
    }
}

impl Shared {
    /// Remembers why load settings could not be applied or restored.
    pub(super) fn note_settings(&self, error: Option<String>) {
        let mut delivery = self.delivery.lock().unwrap_or_else(PoisonError::into_inner);
        delivery.settings_error = delivery.settings_error.take().or(error);
    }
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared")
            .field("settings", &self.settings)
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}
