//! The domain's own time.

use std::fmt;
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

    /// The time as somebody knows it whose clock is not off.
    pub(super) fn without_offset(&self) -> Self {
        Self {
            base: Arc::clone(&self.base),
            offset: Arc::default(),
        }
    }

    pub(super) fn set_offset(&self, seconds: i64) {
        self.offset.store(seconds, Ordering::Relaxed);
    }
}

impl crate::sigv4::Clock for Clock {
    fn now(&self) -> SystemTime {
        self.now()
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Clock")
            .field("offset", &self.offset)
            .finish_non_exhaustive()
    }
}
