//! What the cache asks of an async runtime: to carry a refresh on by itself, and to end it in time.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

#[cfg(feature = "client")]
use futures_util::future::{Either, select};

pub(super) type Task = Pin<Box<dyn Future<Output = ()> + Send>>;

/// How refreshes come to be spawned.
#[derive(Clone, Default)]
pub(super) enum Spawn {
    /// On the tokio runtime that the caller is in, if tokio is built in and there is one.
    #[default]
    Ambient,
    Given(Arc<dyn Fn(Task) + Send + Sync>),
}

impl Spawn {
    /// What spawns, here and now.
    pub(super) fn spawner(&self) -> Option<Spawner> {
        match self {
            Self::Ambient => Spawner::ambient(),
            Self::Given(spawn) => Some(Spawner::Given(Arc::clone(spawn))),
        }
    }
}

impl fmt::Debug for Spawn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ambient => "Ambient",
            Self::Given(_) => "Given",
        })
    }
}

pub(super) enum Spawner {
    #[cfg(feature = "client")]
    Tokio(tokio::runtime::Handle),
    Given(Arc<dyn Fn(Task) + Send + Sync>),
}

impl Spawner {
    #[cfg(feature = "client")]
    fn ambient() -> Option<Self> {
        tokio::runtime::Handle::try_current().ok().map(Self::Tokio)
    }

    #[cfg(not(feature = "client"))]
    fn ambient() -> Option<Self> {
        None
    }

    pub(super) fn spawn(self, task: Task) {
        match self {
            #[cfg(feature = "client")]
            Self::Tokio(runtime) => drop(runtime.spawn(task)),
            Self::Given(spawn) => spawn(task),
        }
    }
}

/// Ends a future after a while, where there is a timer.
#[cfg(feature = "client")]
pub(super) async fn within<F: Future>(limit: Duration, future: F) -> Option<F::Output> {
    match timer(limit) {
        Some(timer) => {
            let (future, timer) = (std::pin::pin!(future), std::pin::pin!(timer));
            match select(future, timer).await {
                Either::Left((output, _)) => Some(output),
                Either::Right(_) => None,
            }
        }
        None => Some(future.await),
    }
}

/// A timer of the tokio runtime that polls this, if it is one and has timers. It tells that it has
/// none by a panic only.
#[cfg(feature = "client")]
fn timer(limit: Duration) -> Option<tokio::time::Sleep> {
    tokio::runtime::Handle::try_current().ok()?;
    std::panic::catch_unwind(|| tokio::time::sleep(limit)).ok()
}

#[cfg(not(feature = "client"))]
pub(super) async fn within<F: Future>(_: Duration, future: F) -> Option<F::Output> {
    Some(future.await)
}
