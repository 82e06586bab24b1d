//! The credentials cache: what it serves, when it asks, and what becomes of failures.

#[cfg(feature = "aws-config")]
mod aws;
#[cfg(feature = "aws-config")]
mod child;
mod drops;
mod goals;
#[cfg(feature = "aws-config")]
mod profile;
mod source;
#[cfg(feature = "aws-config")]
mod sts;

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use sigtower::Credentials;
use sigtower::credentials::{CachedCredentials, CredentialsError, Environment, Identity};
use sigtower::sigv4::{ClockSkew, Scope, SigV4Layer, Signer};
use tracing_subscriber::layer::{self, Layer, SubscriberExt};
use tracing_subscriber::registry::Registry;

use self::source::{Answer, Source, after, get, key, let_tasks_run};

const HOUR: u64 = 3600;
const DAY: u64 = 24 * HOUR;

#[tokio::test]
async fn one_call_ahead_of_time_replaces_credentials_while_nobody_waits() {
    let source = Source::new(Answer::Lasting(HOUR));
    let cache = CachedCredentials::new(source.clone());
    assert_eq!(key(&cache, 0).await, "AKID1");

    assert_eq!(key(&cache, 2699).await, "AKID1");
    assert_eq!(source.calls(), 1);
    source.close();
    for _ in 0..100 {
        assert_eq!(
            cache
                .current(after(2700), ClockSkew::ZERO)
                .unwrap()
                .access_key_id(),
            "AKID1"
        );
    }
    let_tasks_run().await;
    assert_eq!(
        source.calls(),
        2,
        "the refresh runs in a task, and only once"
    );
    source.open();
    let_tasks_run().await;
    assert_eq!(
        cache
            .current(after(2701), ClockSkew::ZERO)
            .unwrap()
            .access_key_id(),
        "AKID2"
    );
    assert_eq!(source.calls(), 2);
}

#[test]
fn a_runtime_without_timers_does_without_the_time_limit() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let source = Source::new(Answer::Lasting(HOUR));
    let cache = CachedCredentials::new(source.clone());
    runtime.block_on(async {
        assert_eq!(key(&cache, 0).await, "AKID1");
        assert_eq!(key(&cache, 2700).await, "AKID1");
        let_tasks_run().await;
        assert_eq!(key(&cache, 2701).await, "AKID2");
    });
    assert_eq!(source.calls(), 2);
}

#[tokio::test]
async fn a_refresh_whose_task_was_dropped_is_begun_anew_by_who_needs_it() {
    let source = Source::new(Answer::Lasting(HOUR));
    let cache = CachedCredentials::new(source.clone()).with_spawn(drop);
    key(&cache, 0).await;
    for _ in 0..3 {
        assert_eq!(key(&cache, 2700).await, "AKID1");
        assert_eq!(source.calls(), 1, "never polled");
    }
    source.close();
    let late = key(&cache, 3540);
    let open = async {
        let_tasks_run().await;
        source.open();
    };
    assert_eq!(tokio::join!(late, open).0, "AKID2");
}

#[tokio::test]
async fn in_the_last_minute_callers_wait_and_share_one_call() {
    let source = Source::new(Answer::Lasting(HOUR));
    let cache = CachedCredentials::new(source.clone());
    key(&cache, 0).await;
    source.close();
    assert!(cache.current(after(3540), ClockSkew::ZERO).is_none());
    let waiting: Vec<_> = (0..50)
        .map(|_| {
            let cache = cache.clone();
            tokio::spawn(async move { key(&cache, 3540).await })
        })
        .collect();
    let_tasks_run().await;
    assert!(waiting.iter().all(|task| !task.is_finished()));
    source.open();
    for task in waiting {
        assert_eq!(task.await.unwrap(), "AKID2");
    }
    assert_eq!(source.calls(), 2);
}

#[tokio::test]
async fn credentials_that_arrive_expired_are_a_failure() {
    let source = Source::new(Answer::Lasting(0));
    let cache = CachedCredentials::new(source.clone());
    let error = get(&cache, 0).await.unwrap_err();
    assert!(matches!(error, CredentialsError::Expired), "{error}");

    source.set(Answer::Lasting(HOUR));
    assert_eq!(key(&cache, 10).await, "AKID2");
    source.set(Answer::Lasting(0));
    assert_eq!(key(&cache, 10 + HOUR).await, "AKID2", "past their expiry");
    assert_eq!(key(&cache, 10 + HOUR + 299).await, "AKID2");
    assert_eq!(source.calls(), 3, "backed off");
}

#[tokio::test]
async fn a_failed_refresh_warns_once_however_many_are_served() {
    let source = Source::new(Answer::Lasting(HOUR));
    let cache = CachedCredentials::new(source.clone());
    key(&cache, 0).await;
    source.set(Answer::Failing);
    let warnings = Warnings::default();
    let _guard = tracing::subscriber::set_default(Registry::default().with(warnings.clone()));
    // Another test's thread, which has no subscriber, may have been the first to come by the event
    // and have switched it off for all: come by it too, and have that looked at again.
    let other = CachedCredentials::new(source.clone()).with_ttl(Duration::ZERO);
    source.set(Answer::Same);
    key(&other, 0).await;
    source.set(Answer::Failing);
    key(&other, 1).await;
    let_tasks_run().await;
    tracing::callsite::rebuild_interest_cache();
    warnings.0.store(0, Ordering::SeqCst);
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
    }
    assert_eq!(source.calls(), 1);
    source.set(Answer::Lasting(HOUR));
    assert_eq!(key(&cache, 6).await, "AKID2");
}

#[tokio::test]
async fn a_provider_that_panics_has_failed_and_is_asked_again() {
    let source = Source::new(Answer::Panicking);
    let cache = CachedCredentials::new(source.clone());
    let error = get(&cache, 0).await.unwrap_err();
    assert!(matches!(error, CredentialsError::Provider(_)), "{error}");
    source.set(Answer::Lasting(HOUR));
    assert_eq!(key(&cache, 6).await, "AKID2");
    source.set(Answer::Panicking);
    assert_eq!(key(&cache, 6 + HOUR).await, "AKID2");
}

#[tokio::test(start_paused = true)]
async fn a_provider_that_hangs_is_given_up_after_its_timeout() {
    let source = Source::new(Answer::Hanging);
    let cache = CachedCredentials::new(source.clone()).with_timeout(Duration::from_secs(7));
    let begun = tokio::time::Instant::now();
    let error = get(&cache, 0).await.unwrap_err();
    assert_eq!(begun.elapsed().as_secs(), 7);
    let CredentialsError::Provider(cause) = error else {
        panic!("{error}");
    };
    assert!(cause.to_string().contains("timed out"), "{cause}");

    let cache = CachedCredentials::new(source.clone());
    let begun = tokio::time::Instant::now();
    get(&cache, 0).await.unwrap_err();
    assert_eq!(begun.elapsed().as_secs(), 30, "by default");
}

#[tokio::test]
async fn keys_without_an_expiry_are_read_again_every_15_minutes() {
    let source = Source::new(Answer::Forever);
    let cache = CachedCredentials::new(source.clone());
    assert_eq!(key(&cache, 0).await, "AKID1");
    assert_eq!(key(&cache, 899).await, "AKID1");
    assert_eq!(source.calls(), 1);
    assert_eq!(key(&cache, 901).await, "AKID1", "nobody waits for that");
    let_tasks_run().await;
    assert_eq!(key(&cache, 901).await, "AKID2");

    let cache = CachedCredentials::new(source.clone()).with_ttl(Duration::from_secs(60));
    assert_eq!(key(&cache, 0).await, "AKID3");
    key(&cache, 61).await;
    let_tasks_run().await;
    assert_eq!(key(&cache, 61).await, "AKID4");
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
async fn keys_in_memory_stay_the_same_for_ever() {
    let cache = CachedCredentials::new(Credentials::new("AKID", "secret", None));
    let first = get(&cache, 0).await.unwrap();
    get(&cache, 1000 * DAY).await.unwrap();
    let_tasks_run().await;
    // The service rejects them: nothing has changed since they were signed with.
    assert!(cache.invalidate(&first, after(1000 * DAY)));
    assert!(cache.current(after(1000 * DAY), ClockSkew::ZERO).is_none());
}

#[tokio::test]
async fn keys_that_come_again_unchanged_count_as_the_same() {
    let source = Source::new(Answer::Same);
    let cache = CachedCredentials::new(source.clone());
    let first = get(&cache, 0).await.unwrap();
    key(&cache, 901).await;
    let_tasks_run().await;
    assert_eq!(source.calls(), 2);
    // A rejection of what was signed before the refresh concerns these keys too.
    assert!(cache.invalidate(&first, after(901)));
    assert!(cache.current(after(901), ClockSkew::ZERO).is_none());
}

#[tokio::test]
async fn rejected_credentials_are_replaced_before_anybody_signs_again() {
    let source = Source::new(Answer::Forever);
    let cache = CachedCredentials::new(source.clone());
    let rejected = get(&cache, 0).await.unwrap();
    assert!(cache.invalidate(&rejected, after(1)));
    assert!(cache.current(after(1), ClockSkew::ZERO).is_none());
    assert_eq!(key(&cache, 1).await, "AKID2");

    assert!(
        cache.invalidate(&rejected, after(1)),
        "a late rejection of the old ones"
    );
    assert_eq!(key(&cache, 1).await, "AKID2");
    let foreign = Identity::new(&Credentials::new("AKID2", "secret", None).into()).unwrap();
    cache.invalidate(&foreign, after(1));
    assert_eq!(key(&cache, 1).await, "AKID2");
    assert_eq!(source.calls(), 2);
}

#[tokio::test]
async fn a_rejection_keeps_a_backoff() {
    let source = Source::new(Answer::Lasting(HOUR));
    let cache = CachedCredentials::new(source.clone());
    let held = get(&cache, 0).await.unwrap();
    source.set(Answer::Failing);
    key(&cache, 3540).await;
    assert_eq!(source.calls(), 2);
    assert!(
        !cache.invalidate(&held, after(3541)),
        "signing again would not help"
    );
    assert_eq!(key(&cache, 3541).await, "AKID1");
    assert_eq!(source.calls(), 2);
    source.set(Answer::Lasting(HOUR));
    assert_eq!(key(&cache, 3540 + 601).await, "AKID3");
}

#[tokio::test]
async fn a_source_that_repeats_rejected_keys_is_asked_at_most_once_a_second() {
    let source = Source::new(Answer::Same);
    let cache = CachedCredentials::new(source.clone());
    let mut held = get(&cache, 0).await.unwrap();
    for second in 1..=100 {
        for _ in 0..10 {
            cache.invalidate(&held, after(second));
            held = get(&cache, second).await.unwrap();
        }
    }
    assert!((20..=101).contains(&source.calls()), "{}", source.calls());
    source.set(Answer::Lasting(HOUR));
    let fresh = get(&cache, 107).await.unwrap();
    assert_ne!(fresh.access_key_id(), held.access_key_id());
}

#[tokio::test]
async fn short_lived_credentials_do_not_make_it_ask_without_a_pause() {
    // As a container's agent does, which hands out the same until it has others.
    let source = Source::new(Answer::Until(after(240)));
    let cache = CachedCredentials::new(source.clone());
    for tick in 0..24_000 {
        let now = after(0) + tick * Duration::from_millis(10);
        cache.get(now, ClockSkew::ZERO).await.unwrap();
        let_tasks_run().await;
    }
    assert!((2..40).contains(&source.calls()), "{}", source.calls());
}

#[tokio::test]
async fn a_clock_set_back_does_not_prolong_a_backoff() {
    let source = Source::new(Answer::Lasting(HOUR));
    let cache = CachedCredentials::new(source.clone());
    key(&cache, 0).await;
    source.set(Answer::Failing);
    key(&cache, 100 * DAY).await;
    source.set(Answer::Lasting(HOUR));
    key(&cache, 2800).await;
    let_tasks_run().await;
    assert_eq!(key(&cache, 2800).await, "AKID3");
}

#[tokio::test]
async fn clones_layers_and_signers_share_a_cache_and_new_makes_another() {
    let source = Source::new(Answer::Lasting(HOUR));
    let cache = CachedCredentials::new(source.clone());
    key(&cache, 0).await;
    let scope = Scope::new("us-east-1", "es").unwrap();
    let signer = Signer::from_cache(scope.clone(), cache.clone());
    let layer = SigV4Layer::from_cache(scope.clone(), cache.clone());
    for shared in [
        &cache.clone(),
        signer.credentials(),
        layer.signer().credentials(),
    ] {
        assert_eq!(key(shared, 0).await, "AKID1");
    }
    assert_eq!(source.calls(), 1);

    let signer = Signer::new(scope, source.clone());
    for other in [
        &CachedCredentials::new(source.clone()),
        signer.credentials(),
    ] {
        key(other, 0).await;
    }
    assert_eq!(source.calls(), 3);
    // So does a setting that differs.
    assert_eq!(key(&cache.with_ttl(Duration::ZERO), 0).await, "AKID4");
}

#[test]
fn a_refresh_left_by_a_runtime_that_ended_is_begun_anew_on_the_next() {
    let source = Source::new(Answer::Lasting(HOUR));
    let cache = CachedCredentials::new(source.clone());
    let runtime = || {
        let mut builder = tokio::runtime::Builder::new_current_thread();
        builder.enable_all().build().unwrap()
    };
    let first = runtime();
    first.block_on(key(&cache, 0));
    source.close();
    first.block_on(async {
        key(&cache, 2700).await;
        let_tasks_run().await;
    });
    drop(first);
    source.open();
    assert_eq!(runtime().block_on(key(&cache, 3540)), "AKID3");
}

#[test]
fn without_a_runtime_one_caller_waits_and_the_others_go_on() {
    let source = Source::new(Answer::Lasting(HOUR));
    let cache = CachedCredentials::new(source.clone());
    assert_eq!(at_once(key(&cache, 0)).as_deref(), Some("AKID1"));
    source.close();

    let mut leader = Box::pin(key(&cache, 2700));
    assert_eq!(at_once(&mut leader), None);
    for _ in 0..10 {
        assert_eq!(at_once(key(&cache, 2700)).as_deref(), Some("AKID1"));
    }
    drop(leader);
    let mut next = Box::pin(key(&cache, 2710));
    assert_eq!(at_once(&mut next), None, "takes over");
    assert_eq!(source.calls(), 2);
    source.open();
    assert_eq!(at_once(next).as_deref(), Some("AKID2"));

    // What nobody has polled for more than ten seconds is begun anew.
    source.close();
    assert_eq!(at_once(key(&cache, 2 * HOUR)), None);
    assert_eq!(at_once(key(&cache, 2 * HOUR + 11)), None);
    assert_eq!(source.calls(), 4);
}

#[test]
fn debug_shows_no_secret() {
    let cache = CachedCredentials::new(Credentials::new("AKID", "canary", Some("canary".into())));
    at_once(get(&cache, 0)).unwrap().unwrap();
    let text = format!(
        "{cache:?} {cache:#?} {:?}",
        CachedCredentials::new(Environment)
    );
    assert!(text.contains("AKID") && !text.contains("canary"), "{text}");
}

fn at_once<F: Future>(future: F) -> Option<F::Output> {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => Some(output),
        Poll::Pending => None,
    }
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
