//! The task that sends chunks.
//!
//! In: the state that a load shares with its pushers. Out: one task for each request. A load has one
//! such task, the driver: it decides when each chunk is sent. Requests are tasks of their own, so that
//! compressing, hashing and reading use all threads of the runtime.

use std::sync::Arc;

use tokio::task::JoinSet;
use tokio::time::{Instant, timeout_at};

use super::flight::Flight;
use super::load_settings::LoadSettings;
use super::shared::Shared;
use super::state::Phase;
use crate::metrics::{self, IngestTotals};

/// Starts the driver on the current runtime; without one, the load is closed at once.
pub(super) fn start(shared: Shared) -> Arc<Shared> {
    let shared = Arc::new(shared);
    match tokio::runtime::Handle::try_current() {
        Ok(runtime) => {
            let driver = Driver {
                shared: Arc::clone(&shared),
                metrics: metrics::Ingest::default(),
            };
            drop(runtime.spawn(drive(driver)));
        }
        Err(_) => shared.leave_alone(),
    }
    shared
}

/// The driver's part. If it is dropped early, with its runtime, the load is aborted.
struct Driver {
    shared: Arc<Shared>,
    metrics: metrics::Ingest,
}

impl Driver {
    fn record(&mut self) {
        let shared = &self.shared;
        self.metrics.record(|| shared.lock().statistics().totals());
    }

    /// The last values; nothing is in flight any more.
    fn record_end(&mut self) {
        let shared = &self.shared;
        self.metrics.record(|| IngestTotals {
            queued: 0,
            in_flight: 0,
            concurrency: 0.0,
            ..shared.lock().statistics().totals()
        });
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        self.shared.leave_alone();
        self.record_end();
    }
}

async fn drive(mut driver: Driver) {
    let shared = &Arc::clone(&driver.shared);
    let mut load_settings = LoadSettings::default();
    if shared.settings.load_settings {
        let applied = load_settings.apply(&shared.client, &shared.settings);
        shared.note_settings(applied.await.err());
    }
    let mut flights = JoinSet::new();
    let mut grace = None;
    loop {
        while flights.try_join_next().is_some() {}
        let now = Instant::now();
        let (started, mut next, phase, has_work) = {
            let mut state = shared.lock();
            let (started, next) = state.step(&shared.settings, now);
            (started, next, state.phase, state.has_work())
        };
        for chunk in started {
            flights.spawn(Flight::new(Arc::clone(shared), chunk).run());
        }
        shared.deliver();
        driver.record();
        if phase == Phase::Aborting {
            let until = *grace.get_or_insert_with(|| now.checked_add(shared.settings.grace));
            if until.is_some_and(|until| until <= now) {
                flights.abort_all();
                while flights.join_next().await.is_some() {}
            }
            next = until;
        }
        if phase >= Phase::Closing && !has_work {
            break;
        }
        let notified = shared.work.notified();
        match next {
            Some(next) => drop(timeout_at(next, notified).await),
            None => notified.await,
        }
    }
    let restored = load_settings.restore(&shared.client).await;
    shared.note_settings(restored.err());
}
