use std::sync::Arc;
use std::time::SystemTime;

use futures_util::FutureExt;

use super::runtime::Spawner;
use super::settle::fetch_and_settle;
use super::shared_call::Driver;
use super::stopwatch::Stopwatch;
use super::store::{Decision, Joined, Outcome, Store};
use crate::clock_skew::ClockSkew;
use crate::credentials::identity::Identity;

/// The credentials for a caller that cannot wait. If new ones are due, a task fetches them.
#[cold]
pub(super) fn serve_now(
    store: &Arc<Store>,
    now: SystemTime,
    skew: ClockSkew,
) -> Option<Arc<Identity>> {
    match store.decide(now, skew) {
        Decision::Return(outcome) => outcome.ok(),
        Decision::RefreshAhead(identity) => {
            let spawner = store.settings.spawn.spawner()?;
            refresh_in_task(store, spawner, now, skew);
            Some(identity)
        }
        Decision::Wait => None,
    }
}

/// The credentials for a caller that waits for them if necessary.
pub(super) async fn wait(store: &Arc<Store>, now: SystemTime, skew: ClockSkew) -> Outcome {
    let stopwatch = Stopwatch::start();
    let mut was_abandoned = false;
    loop {
        let now = now.checked_add(stopwatch.elapsed()).unwrap_or(now);
        if let Decision::Return(outcome) = store.decide(now, skew) {
            return outcome;
        }
        let spawner = store.settings.spawn.spawner();
        let ended = match (join(store, now, skew), spawner) {
            (Joined::Settled(outcome), _) => return outcome,
            (Joined::Waiting(call), _) => call.wait().await,
            (Joined::Driving(driver), Some(spawner)) if !was_abandoned => {
                drive_in_task(driver, spawner).await
            }
            // After a task was lost, or without tasks, this caller drives the call.
            (Joined::Driving(driver), _) => driver.await,
        };
        match ended {
            Some(outcome) => return outcome,
            None => was_abandoned = true,
        }
    }
}

/// Begins a call in a task, or lets the task continue one that no caller drives.
fn refresh_in_task(store: &Arc<Store>, spawner: Spawner, now: SystemTime, skew: ClockSkew) {
    spawner.spawn(match join(store, now, skew) {
        Joined::Driving(driver) => driver.detached().map(drop).boxed(),
        Joined::Waiting(call) => call.wait().map(drop).boxed(),
        Joined::Settled(_) => return,
    });
}

/// Waits for a call that a task drives.
async fn drive_in_task(mut driver: Driver<Outcome>, spawner: Spawner) -> Option<Outcome> {
    // Keys in memory need no task. A provider that belongs on another runtime is polled only there.
    if spawner.is_ambient()
        && let Some(ended) = (&mut driver).now_or_never()
    {
        return ended;
    }
    let call = driver.shared_call();
    spawner.spawn(driver.detached().map(drop).boxed());
    call.wait().await
}

fn join(store: &Arc<Store>, now: SystemTime, skew: ClockSkew) -> Joined {
    store.join(now, skew, |number| {
        fetch_and_settle(store, number, now, skew).boxed()
    })
}
