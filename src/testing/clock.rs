//! The domain's own time.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime};

/// Somebody's clock, with an offset that can be changed while the domain runs.
#[derive(Clone)]
pub(super) struct Clock {
    base: Arc<dyn Fn() -> SystemTime + Send + Sync>,
    offset: Arc<AtomicI64>,
}

impl Clock {
    pub(super) fn new(base: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        Self {
            base: Arc::new(base),
            offset: Arc::default(),
        }
    }

    pub(super) fn now(&self) -> SystemTime {
        let seconds = self.offset.load(Ordering::Relaxed);
        let distance = Duration::from_secs(seconds.unsigned_abs());
        let now = (self.base)();
        if seconds < 0 {
            now - distance
        } else {
            now + distance
        }
    }

    pub(super) fn set_offset(&self, seconds: i64) {
        self.offset.store(seconds, Ordering::Relaxed);
    }
}
