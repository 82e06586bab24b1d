//! The requests that a domain received, and the checks that a test makes of them.

use std::any::Any;
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::super::received::ReceivedRequest;

/// A check of the next request.
pub(in crate::testing) type Check = Box<dyn FnOnce(&ReceivedRequest) + Send>;

/// Verified requests, a count of all requests, and the checks that wait for a request.
#[derive(Default)]
pub(in crate::testing) struct RequestLog {
    count: AtomicUsize,
    requests: Mutex<Vec<ReceivedRequest>>,
    checks: Mutex<VecDeque<Check>>,
    failure: Mutex<Option<Box<dyn Any + Send>>>,
}

impl RequestLog {
    /// Counts a request, verified or not.
    pub(super) fn count_request(&self) {
        self.count.fetch_add(1, Ordering::Relaxed);
    }

    /// How many requests came, including those that were refused.
    pub(in crate::testing) fn count(&self) -> usize {
        self.count.load(Ordering::Relaxed)
    }

    pub(in crate::testing) fn requests(&self) -> Vec<ReceivedRequest> {
        lock(&self.requests).clone()
    }

    pub(in crate::testing) fn clear(&self) {
        lock(&self.requests).clear();
    }

    pub(in crate::testing) fn check_next(&self, check: Check) {
        lock(&self.checks).push_back(check);
    }

    /// Keeps a request and runs the next check on it. Returns `false` if the check panics.
    pub(super) fn record(&self, request: &ReceivedRequest) -> bool {
        lock(&self.requests).push(request.clone());
        let Some(check) = lock(&self.checks).pop_front() else {
            return true;
        };
        let outcome = catch_unwind(AssertUnwindSafe(|| check(request)));
        match outcome {
            Ok(()) => true,
            Err(panic) => {
                lock(&self.failure).get_or_insert(panic);
                false
            }
        }
    }

    /// Repeats the first panic of a check.
    ///
    /// # Panics
    ///
    /// Also if a check still waits for its request.
    pub(in crate::testing) fn finish(&self) {
        if let Some(panic) = lock(&self.failure).take() {
            resume_unwind(panic);
        }
        let waiting = lock(&self.checks).len();
        assert!(
            waiting == 0,
            "verify_next still waits for {waiting} request(s) that never came"
        );
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
