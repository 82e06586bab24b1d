use std::fmt;
use std::sync::Arc;

use super::shared::Shared;
use super::statistics::Statistics;

/// Looks at a load while it runs. Cheap to clone.
#[derive(Clone)]
pub struct Watch(pub(super) Arc<Shared>);

impl Watch {
    /// The load in numbers, so far.
    pub fn statistics(&self) -> Statistics {
        self.0.lock().statistics()
    }
}

impl fmt::Debug for Watch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Watch").field(&self.statistics()).finish()
    }
}
