use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use futures_util::future::Shared;

use super::backoff::{self, pause};
use super::schedule::{Phase, Schedule};
use crate::credentials::{CredentialsError, Identity};

/// Where refreshes are begun and reported, under one lock.
#[derive(Default)]
pub(super) struct Desk {
    flights: u64,
    flight: Option<Flight>,
    refusal: Option<Refusal>,
}

/// The refresh under way.
pub(super) struct Flight {
    number: u64,
    begun: SystemTime,
    refresh: Refresh,
}

pub(super) type Outcome = Result<Arc<Identity>, CredentialsError>;
pub(super) type Refresh = Shared<Pin<Box<dyn Future<Output = Outcome> + Send>>>;

/// A failure while there was nothing to serve, kept for a moment.
struct Refusal {
    error: CredentialsError,
    schedule: Schedule,
}

impl Desk {
    /// Whether a refresh is under way that somebody besides the desk has: a task, or a caller.
    pub(super) fn is_driven(&self) -> bool {
        self.flight.as_ref().is_some_and(Flight::is_driven)
    }

    /// Joins the refresh under way, or begins one.
    pub(super) fn join(&mut self, now: SystemTime, begin: impl FnOnce(u64) -> Refresh) -> Refresh {
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

    /// Gives up a refresh so old that its connections and timers are of no use any more.
    ///
    /// The caller drops it when the lock is not held: it is the provider's code that runs then.
    pub(super) fn give_up(
        &mut self,
        now: SystemTime,
        timeout: Duration,
        has_tasks: bool,
    ) -> Option<Flight> {
        self.flight.take_if(|flight| {
            let age = now.duration_since(flight.begun).unwrap_or_default();
            if flight.is_driven() {
                age > timeout.saturating_add(STALLED)
            } else {
                // A task that is gone went with its runtime, and what it had open is gone as well.
                has_tasks || age > STALLED_ALONE
            }
        })
    }

    /// Ends this refresh; false if it was given up before.
    pub(super) fn land(&mut self, number: u64) -> bool {
        self.flight
            .take_if(|flight| flight.number == number)
            .is_some()
    }

    /// The error that callers without credentials get for a while.
    pub(super) fn refused(&self, now: SystemTime) -> Option<CredentialsError> {
        let refusal = self.refusal.as_ref()?;
        (refusal.schedule.phase(now) == Phase::Fresh).then(|| refusal.error.clone())
    }

    pub(super) fn refuse(&mut self, error: CredentialsError, now: SystemTime) {
        let schedule = Schedule::obtained(now, None, None);
        self.refusal = Some(Refusal {
            error,
            schedule: schedule.backed_off(now, pause(backoff::WITH_NOTHING)),
        });
    }

    pub(super) fn welcome(&mut self) {
        self.refusal = None;
    }
}

impl Flight {
    fn is_driven(&self) -> bool {
        self.refresh.strong_count().is_none_or(|count| count > 1)
    }
}

const STALLED: Duration = Duration::from_secs(60);
const STALLED_ALONE: Duration = Duration::from_secs(10);
