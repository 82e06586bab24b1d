use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

type Task = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Where calls to the provider run, so that they outlive the caller.
#[derive(Clone, Default)]
pub(super) enum Spawn {
    /// On the caller's tokio runtime, with the feature `client`; else nowhere.
    #[default]
    Ambient,
    Given(Arc<dyn Fn(Task) + Send + Sync>),
}

impl Spawn {
    /// What spawns tasks for the present caller, if there is anything.
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

    /// Whether tasks run on the runtime that the caller is on.
    pub(super) fn is_ambient(&self) -> bool {
        !matches!(self, Self::Given(_))
    }

    pub(super) fn spawn(self, task: Task) {
        match self {
            #[cfg(feature = "client")]
            Self::Tokio(runtime) => drop(runtime.spawn(task)),
            Self::Given(spawn) => spawn(task),
        }
    }
}
