use std::fmt;
use std::pin::{Pin, pin};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::{Either, select};

type Sleep = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Ends a call to the provider that takes too long.
#[derive(Clone, Default)]
pub(super) enum Timer {
    /// A thread sleeps. That works on every runtime: tokio offers no way to ask whether a runtime has
    /// timers, and without them its timers panic.
    #[default]
    Thread,
    Given(Arc<dyn Fn(Duration) -> Sleep + Send + Sync>),
}

impl Timer {
    pub(super) fn given<F>(timer: impl Fn(Duration) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        Self::Given(Arc::new(move |duration| timer(duration).boxed()))
    }

    /// The output of the future, or `None` if it takes longer than the limit.
    pub(super) async fn limit<F: Future>(&self, limit: Duration, future: F) -> Option<F::Output> {
        let mut future = pin!(future);
        // Keys in memory are there at once and need no timer.
        if let Some(output) = future.as_mut().now_or_never() {
            return Some(output);
        }
        match select(future, self.sleep(limit)).await {
            Either::Left((output, _)) => Some(output),
            Either::Right(_) => None,
        }
    }

    fn sleep(&self, duration: Duration) -> Sleep {
        match self {
            Self::Thread => ThreadSleep::start(duration).boxed(),
            Self::Given(timer) => timer(duration),
        }
    }
}

impl fmt::Debug for Timer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Thread => "Thread",
            Self::Given(_) => "Given",
        })
    }
}

/// Ends after a while, which a thread of its own sleeps through.
///
/// Where no thread can be started it never ends: then the provider has to limit its time itself.
struct ThreadSleep(Arc<Alarm>);

#[derive(Default)]
struct Alarm {
    state: Mutex<AlarmState>,
    changed: Condvar,
}

#[derive(Default)]
struct AlarmState {
    is_over: bool,
    is_dropped: bool,
    waker: Option<Waker>,
}

impl ThreadSleep {
    fn start(duration: Duration) -> Self {
        let alarm = Arc::new(Alarm::default());
        let sleeping = Arc::clone(&alarm);
        let thread = thread::Builder::new().name("sigtower-timeout".into());
        let _ = thread.spawn(move || sleeping.sleep(duration));
        Self(alarm)
    }
}

impl Alarm {
    fn sleep(&self, duration: Duration) {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let slept = self
            .changed
            .wait_timeout_while(state, duration, |state| !state.is_dropped);
        let (mut state, _) = slept.unwrap_or_else(PoisonError::into_inner);
        state.is_over = true;
        let waker = state.waker.take();
        drop(state);
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

impl Future for ThreadSleep {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let mut state = self.0.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.is_over {
            return Poll::Ready(());
        }
        state.waker = Some(cx.waker().clone());
        Poll::Pending
    }
}

impl Drop for ThreadSleep {
    fn drop(&mut self) {
        let mut state = self.0.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.is_dropped = true;
        state.waker = None;
        drop(state);
        self.0.changed.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use std::future::pending;

    use super::*;

    #[test]
    fn a_thread_ends_a_future_that_never_would() {
        let timer = Timer::Thread;
        let ended = futures_util::future::ready(1).boxed();
        assert_eq!(block_on(timer.limit(Duration::ZERO, ended)), Some(1));
        let limited = timer.limit(Duration::from_millis(1), pending::<u8>());
        assert_eq!(block_on(limited), None);
    }

    #[test]
    fn the_thread_ends_when_its_sleep_is_dropped() {
        let sleep = ThreadSleep::start(Duration::MAX);
        let alarm = Arc::downgrade(&sleep.0);
        drop(sleep);
        while alarm.upgrade().is_some() {
            thread::yield_now();
        }
    }

    fn block_on<F: Future>(future: F) -> F::Output {
        struct Unpark(thread::Thread);
        impl std::task::Wake for Unpark {
            fn wake(self: Arc<Self>) {
                self.0.unpark();
            }
        }
        let waker = Waker::from(Arc::new(Unpark(thread::current())));
        let mut future = pin!(future);
        loop {
            match future.as_mut().poll(&mut Context::from_waker(&waker)) {
                Poll::Ready(output) => return output,
                Poll::Pending => thread::park(),
            }
        }
    }
}
