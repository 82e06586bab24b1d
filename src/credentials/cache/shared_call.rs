use std::collections::BTreeMap;
use std::mem;
use std::pin::Pin;
use std::sync::{Arc, PoisonError};
use std::task::{Context, Poll, Waker};
use std::thread;

use super::sync::{Mutex, MutexGuard};

/// One call that many callers wait for and one of them, or a task, drives.
///
/// Only its driver polls the call, so that the call stays on one runtime. A driver that is dropped
/// before the end either leaves the call to the other callers or abandons it.
pub(super) struct SharedCall<T> {
    state: Mutex<State<T>>,
}

type Call<T> = Pin<Box<dyn Future<Output = T> + Send>>;

struct State<T> {
    progress: Progress<T>,
    waiting: BTreeMap<u64, Waker>,
    waiters: u64,
}

enum Progress<T> {
    Driven,
    /// No one drives it. The next waiter that is polled continues it.
    Parked(Call<T>),
    Ended(T),
    /// It will not end. Waiters have to begin another call.
    Abandoned,
}

impl<T> SharedCall<T> {
    /// A call and its driver. When the driver is dropped, a waiter continues the call.
    pub(super) fn new(call: Call<T>) -> (Arc<Self>, Driver<T>) {
        let shared = Arc::new(Self {
            state: Mutex::new(State {
                progress: Progress::Driven,
                waiting: BTreeMap::new(),
                waiters: 0,
            }),
        });
        let driver = Driver {
            shared: Arc::clone(&shared),
            call: Some(call),
            is_detached: false,
        };
        (shared, driver)
    }

    /// Waits for the call, and drives it if it has no driver.
    pub(super) fn wait(self: &Arc<Self>) -> Waiter<T> {
        let mut state = self.state();
        state.waiters += 1;
        Waiter {
            number: state.waiters,
            shared: Arc::clone(self),
            driver: None,
        }
    }

    pub(super) fn is_parked(&self) -> bool {
        matches!(self.state().progress, Progress::Parked(_))
    }

    pub(super) fn is_abandoned(&self) -> bool {
        matches!(self.state().progress, Progress::Abandoned)
    }

    /// Makes all waiters begin another call, unless this one has ended.
    pub(super) fn abandon(&self) {
        self.proceed(Progress::Abandoned);
    }

    /// Changes the state of a call that has neither ended nor been abandoned, and wakes its waiters.
    fn proceed(&self, next: Progress<T>) {
        let mut state = self.state();
        if matches!(state.progress, Progress::Ended(_) | Progress::Abandoned) {
            drop(state);
            drop(next);
            return;
        }
        let before = mem::replace(&mut state.progress, next);
        let waiting = mem::take(&mut state.waiting);
        // Wakers and a call that is dropped run code that is not ours, which must not find a lock.
        drop(state);
        drop(before);
        for waker in waiting.into_values() {
            waker.wake();
        }
    }

    fn state(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Polls a call to its end. The output is `None` if the call was abandoned.
pub(super) struct Driver<T> {
    shared: Arc<SharedCall<T>>,
    call: Option<Call<T>>,
    is_detached: bool,
}

impl<T> Driver<T> {
    /// For a task of its own: when the task is dropped, its runtime is gone, and what the call has
    /// open there is of no use to another driver. So the call is abandoned.
    pub(super) fn detached(self) -> Self {
        let mut driver = self;
        driver.is_detached = true;
        driver
    }

    pub(super) fn shared_call(&self) -> Arc<SharedCall<T>> {
        Arc::clone(&self.shared)
    }
}

impl<T: Clone> Future for Driver<T> {
    type Output = Option<T>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<T>> {
        let driver = self.get_mut();
        let Some(call) = &mut driver.call else {
            return Poll::Ready(None);
        };
        let Poll::Ready(output) = call.as_mut().poll(cx) else {
            return Poll::Pending;
        };
        driver.call = None;
        driver.shared.proceed(Progress::Ended(output.clone()));
        Poll::Ready(Some(output))
    }
}

impl<T> Drop for Driver<T> {
    fn drop(&mut self) {
        let Some(call) = self.call.take() else {
            return;
        };
        // After a panic the call cannot be polled again.
        if self.is_detached || thread::panicking() {
            self.shared.proceed(Progress::Abandoned);
        } else {
            self.shared.proceed(Progress::Parked(call));
        }
    }
}

/// Waits for a call. The output is `None` if the call was abandoned.
pub(super) struct Waiter<T> {
    shared: Arc<SharedCall<T>>,
    number: u64,
    driver: Option<Driver<T>>,
}

impl<T: Clone> Future for Waiter<T> {
    type Output = Option<T>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<T>> {
        let waiter = self.get_mut();
        if let Some(driver) = &mut waiter.driver {
            return Pin::new(driver).poll(cx);
        }
        let mut state = waiter.shared.state();
        match &state.progress {
            Progress::Ended(output) => return Poll::Ready(Some(output.clone())),
            Progress::Abandoned => return Poll::Ready(None),
            Progress::Driven => {
                state.waiting.insert(waiter.number, cx.waker().clone());
                return Poll::Pending;
            }
            Progress::Parked(_) => {}
        }
        let Progress::Parked(call) = mem::replace(&mut state.progress, Progress::Driven) else {
            unreachable!("the lock is held since the state was read")
        };
        drop(state);
        let driver = waiter.driver.insert(Driver {
            shared: Arc::clone(&waiter.shared),
            call: Some(call),
            is_detached: false,
        });
        Pin::new(driver).poll(cx)
    }
}

impl<T> Drop for Waiter<T> {
    fn drop(&mut self) {
        let waker = self.shared.state().waiting.remove(&self.number);
        drop(waker);
    }
}
