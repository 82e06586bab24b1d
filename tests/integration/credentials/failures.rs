//! What follows when the provider fails, takes too long, panics or returns expired credentials.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use sigtower::Credentials;
use sigtower::credentials::{CachedCredentials, CredentialsError, from_fn};
use tracing_subscriber::layer::{self, Layer, SubscriberExt};
use tracing_subscriber::registry::Registry;

use super::source::{Answer, Source, get, key, let_tasks_run};
use super::{DAY, HOUR};
use crate::listening::keep_callsites_on;

#[tokio::test]
async fn a_failed_refresh_warns_once_however_many_callers_are_served() {
    let source = Source::new(Answer::Lasting(HOUR));
    let cache = CachedCredentials::new(source.clone());
    key(&cache, 0).await;
    let warnings = Warnings::default();
    keep_callsites_on();
    let _guard = tracing::subscriber::set_default(Registry::default().with(warnings.clone()));
    source.set(Answer::Failing);
    source.close();
    let waiting: Vec<_> = (0..10)
        .map(|_| {
            let cache = cache.clone();
            tokio::spawn(async move { key(&cache, 3540).await })
        })
        .collect();
    let_tasks_run().await;
    source.open();
    for task in waiting {
        assert_eq!(task.await.unwrap(), "AKID1");
    }
    assert_eq!(key(&cache, 3541).await, "AKID1");
    assert_eq!(warnings.0.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_failure_with_nothing_to_serve_is_kept_for_1_to_5_seconds() {
    let source = Source::new(Answer::Failing);
    let cache = CachedCredentials::new(source.clone());
    for _ in 0..20 {
        let error = get(&cache, 0).await.unwrap_err();
        assert!(matches!(error, CredentialsError::Provider(_)), "{error}");
        assert_eq!(error.to_string(), "the credentials provider failed: down");
    }
    assert_eq!(source.calls(), 1);
    source.set(Answer::Lasting(HOUR));
    assert_eq!(key(&cache, 6).await, "AKID2");
}

#[tokio::test]
async fn a_provider_that_panics_has_failed_and_is_called_again() {
    let source = Source::new(Answer::Panicking);
    let cache = CachedCredentials::new(source.clone());
    let error = get(&cache, 0).await.unwrap_err();
    assert!(error.to_string().contains("panicked"), "{error}");
    source.set(Answer::Lasting(HOUR));
    assert_eq!(key(&cache, 6).await, "AKID2");
    source.set(Answer::Panicking);
    assert_eq!(key(&cache, 6 + HOUR).await, "AKID2");
}

#[tokio::test(start_paused = true)]
async fn a_provider_that_hangs_is_given_up_after_its_timeout() {
    let source = Source::new(Answer::Hanging);
    let cache = CachedCredentials::new(source.clone())
        .with_timer(tokio::time::sleep)
        .with_timeout(Duration::from_secs(7));
    let begun = tokio::time::Instant::now();
    let error = get(&cache, 0).await.unwrap_err();
    assert_eq!(begun.elapsed().as_secs(), 7);
    assert!(
        matches!(error, CredentialsError::TimedOut { timeout, .. } if timeout.as_secs() == 7),
        "{error}"
    );

    let cache = CachedCredentials::new(source.clone()).with_timer(tokio::time::sleep);
    let begun = tokio::time::Instant::now();
    get(&cache, 0).await.unwrap_err();
    assert_eq!(begun.elapsed().as_secs(), 30, "by default");
}

#[tokio::test]
async fn timeouts_and_times_to_live_of_any_length_are_accepted() {
    for duration in [Duration::ZERO, Duration::MAX] {
        let keys = || async { Ok::<_, std::io::Error>(Credentials::new("AKID", "secret", None)) };
        let cache = CachedCredentials::new(from_fn(keys))
            .with_timeout(duration)
            .with_ttl(duration);
        for second in [0, 10, 1000 * DAY] {
            assert_eq!(key(&cache, second).await, "AKID");
            let_tasks_run().await;
        }
    }
}

#[tokio::test]
async fn a_file_that_is_gone_leaves_its_last_keys_in_use() {
    let source = Source::new(Answer::Forever);
    let cache = CachedCredentials::new(source.clone());
    key(&cache, 0).await;
    source.set(Answer::Failing);
    for second in (900..DAY).step_by(60) {
        assert_eq!(key(&cache, second).await, "AKID1");
        let_tasks_run().await;
    }
    assert!((140..290).contains(&source.calls()), "{}", source.calls());
}

#[tokio::test]
async fn expired_credentials_do_not_replace_others_that_expire_no_earlier() {
    let source = Source::new(Answer::Lasting(HOUR));
    let cache = CachedCredentials::new(source.clone());
    assert_eq!(key(&cache, 10).await, "AKID1");
    source.set(Answer::ExpiredFor(1));
    assert_eq!(key(&cache, 10 + HOUR).await, "AKID1", "past its expiry");
    assert_eq!(key(&cache, 10 + HOUR + 299).await, "AKID1");
    assert_eq!(source.calls(), 2, "at most one call in five minutes");
}

#[tokio::test]
async fn credentials_that_expired_more_than_a_day_ago_are_an_error() {
    let source = Source::new(Answer::ExpiredFor(DAY + 1));
    let cache = CachedCredentials::new(source.clone());
    let error = get(&cache, 0).await.unwrap_err();
    assert!(
        matches!(error, CredentialsError::Expired { ago, .. } if ago.as_secs() == DAY + 1),
        "{error}"
    );
    source.set(Answer::Lasting(HOUR));
    assert_eq!(key(&cache, 6).await, "AKID2");
}

/// Counts warnings.
#[derive(Clone, Default)]
struct Warnings(Arc<AtomicUsize>);

impl<S: tracing::Subscriber> Layer<S> for Warnings {
    fn on_event(&self, event: &tracing::Event<'_>, _: layer::Context<'_, S>) {
        if *event.metadata().level() <= tracing::Level::WARN {
            self.0.fetch_add(1, Ordering::SeqCst);
        }
    }
}
