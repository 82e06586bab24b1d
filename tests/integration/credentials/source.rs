use std::cell::Cell;
use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_credential_types::Credentials as SdkCredentials;
use aws_credential_types::provider::error::CredentialsError as ProviderError;
use aws_credential_types::provider::{ProvideCredentials, future};
use sigtower::credentials::{CachedCredentials, CredentialsError, Identity};
use sigtower::sigv4::ClockSkew;
use tokio::sync::watch;

/// A provider that counts its calls and behaves as a test sets it.
///
/// Its nth call returns `AKIDn`, `secretn` and `tokenn`.
#[derive(Clone, Debug)]
pub(super) struct Source(Arc<State>);

#[derive(Debug)]
struct State {
    answer: Mutex<Answer>,
    calls: AtomicUsize,
    open: watch::Sender<bool>,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Answer {
    /// Credentials that live so many seconds from when the cache is [asked](get).
    Lasting(u64),
    /// Credentials that had expired so many seconds ago.
    ExpiredFor(u64),
    Until(SystemTime),
    Forever,
    /// `AKID1` without an expiry, each time.
    Same,
    /// `AKID1` with this expiry, each time.
    SameUntil(SystemTime),
    Failing,
    Panicking,
    Hanging,
}

impl Source {
    pub(super) fn new(answer: Answer) -> Self {
        Self(Arc::new(State {
            answer: Mutex::new(answer),
            calls: AtomicUsize::new(0),
            open: watch::Sender::new(true),
        }))
    }

    /// From the next call on.
    pub(super) fn set(&self, answer: Answer) {
        *self.0.answer.lock().unwrap() = answer;
    }

    pub(super) fn calls(&self) -> usize {
        self.0.calls.load(Ordering::SeqCst)
    }

    /// Calls wait from now on.
    pub(super) fn close(&self) {
        self.0.open.send_replace(false);
    }

    pub(super) fn open(&self) {
        self.0.open.send_replace(true);
    }
}

impl ProvideCredentials for Source {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        let mut call = self.0.calls.fetch_add(1, Ordering::SeqCst) + 1;
        let answer = *self.0.answer.lock().unwrap();
        let asked = NOW.get();
        future::ProvideCredentials::new(async move {
            let mut open = self.0.open.subscribe();
            open.wait_for(|open| *open).await.unwrap();
            let expiry = match answer {
                Answer::Lasting(seconds) => Some(asked + Duration::from_secs(seconds)),
                Answer::ExpiredFor(seconds) => Some(asked - Duration::from_secs(seconds)),
                Answer::Until(expiry) => Some(expiry),
                Answer::Forever => None,
                Answer::Same => {
                    call = 1;
                    None
                }
                Answer::SameUntil(expiry) => {
                    call = 1;
                    Some(expiry)
                }
                Answer::Failing => return Err(ProviderError::provider_error("down")),
                Answer::Panicking => panic!("as the test wants it"),
                Answer::Hanging => std::future::pending().await,
            };
            Ok(generation(call, expiry))
        })
    }
}

/// The credentials of a source's nth call.
pub(super) fn generation(call: usize, expiry: Option<SystemTime>) -> SdkCredentials {
    let part = |name: &str| format!("{name}{call}");
    SdkCredentials::new(
        part("AKID"),
        part("secret"),
        Some(part("token")),
        expiry,
        "test",
    )
}

/// So many seconds after the tests begin.
pub(super) fn after(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_900_000_000 + seconds)
}

/// Asks the cache at this time, without a skew.
pub(super) async fn get(
    cache: &CachedCredentials,
    second: u64,
) -> Result<Arc<Identity>, CredentialsError> {
    get_skewed(cache, second, 0).await
}

/// Asks the cache at this local time, with the service's clock so many seconds ahead. The source
/// follows the service's clock.
pub(super) async fn get_skewed(
    cache: &CachedCredentials,
    second: u64,
    skew: i64,
) -> Result<Arc<Identity>, CredentialsError> {
    let skew = ClockSkew::from_millis(skew * 1000);
    set_time(skew.apply(after(second)));
    cache.get(after(second), skew).await
}

/// The access key id that callers get at this time.
pub(super) async fn key(cache: &CachedCredentials, second: u64) -> String {
    let identity = get(cache, second).await.unwrap();
    identity.access_key_id().to_owned()
}

/// The access key id for a caller that does not wait.
pub(super) fn current(cache: &CachedCredentials, second: u64) -> Option<String> {
    set_time(after(second));
    let identity = cache.current(after(second), ClockSkew::ZERO)?;
    Some(identity.access_key_id().to_owned())
}

/// What sources on this thread take for the time.
pub(super) fn set_time(time: SystemTime) {
    NOW.set(time);
}

pub(super) async fn let_tasks_run() {
    for _ in 0..8 {
        tokio::task::yield_now().await;
    }
}

/// The output, if the future ends with its first poll.
pub(super) fn at_once<F: Future>(future: F) -> Option<F::Output> {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => Some(output),
        Poll::Pending => None,
    }
}

thread_local! {
    static NOW: Cell<SystemTime> = const { Cell::new(UNIX_EPOCH) };
}
