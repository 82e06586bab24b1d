//! What the cache asks of an async runtime: to carry a refresh on by itself, and to end it in time.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

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
    if tokio::runtime::Handle::try_current().is_ok() {
        tokio::time::timeout(limit, future).await.ok()
    } else {
        Some(future.await)
    }
}

#[cfg(not(feature = "client"))]
pub(super) async fn within<F: Future>(_: Duration, future: F) -> Option<F::Output> {
    Some(future.await)
}
