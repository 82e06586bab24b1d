//! The time as a domain sees it.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime};

/// A clock, and an offset that can change while the domain runs.
#[derive(Clone)]
pub(super) struct Clock {
    base: Arc<dyn Fn() -> SystemTime + Send + Sync>,
    offset_seconds: Arc<AtomicI64>,
}

impl Clock {
    pub(super) fn new(base: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        Self {
            base: Arc::new(base),
            offset_seconds: Arc::default(),
        }
    }

    /// The time of the base clock, shifted by the offset if the result can be represented.
    pub(super) fn now(&self) -> SystemTime {
        let now = (self.base)();
        let seconds = self.offset_seconds.load(Ordering::Relaxed);
        let distance = Duration::from_secs(seconds.unsigned_abs());
        let shifted = if seconds < 0 {
            now.checked_sub(distance)
        } else {
            now.checked_add(distance)
        };
        shifted.unwrap_or(now)
    }

    /// The same base clock with an offset of its own, which is 0.
    pub(super) fn without_offset(&self) -> Self {
        Self {
            base: Arc::clone(&self.base),
            offset_seconds: Arc::default(),
        }
    }

    pub(super) fn set_offset(&self, seconds: i64) {
        self.offset_seconds.store(seconds, Ordering::Relaxed);
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
            .field("offset_seconds", &self.offset_seconds)
            .finish_non_exhaustive()
    }
}
