//! When credentials are fetched again, and who waits for that.

use std::time::Duration;

use sigtower::Credentials;
use sigtower::credentials::{CachedCredentials, Environment};
use sigtower::sigv4::{Scope, SigV4Layer, Signer};

use super::source::{Answer, Source, after, at_once, current, get, key, let_tasks_run};
use super::{DAY, HOUR};

#[tokio::test]
async fn one_call_ahead_of_time_replaces_credentials_while_no_caller_waits() {
    let source = Source::new(Answer::Lasting(HOUR));
    let cache = CachedCredentials::new(source.clone());
    assert_eq!(key(&cache, 0).await, "AKID1");

    assert_eq!(key(&cache, 2699).await, "AKID1");
    assert_eq!(source.calls(), 1);
    source.close();
    for _ in 0..100 {
        assert_eq!(current(&cache, 2700).as_deref(), Some("AKID1"));
    }
    let_tasks_run().await;
    assert_eq!(source.calls(), 2, "the call runs in a task, and only once");
    source.open();
    let_tasks_run().await;
    assert_eq!(current(&cache, 2701).as_deref(), Some("AKID2"));
    assert_eq!(source.calls(), 2);
}

#[tokio::test]
async fn in_the_last_minute_callers_wait_and_share_one_call() {
    let source = Source::new(Answer::Lasting(HOUR));
    let cache = CachedCredentials::new(source.clone());
    key(&cache, 0).await;
    source.close();
    assert_eq!(current(&cache, 3540), None);
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
async fn keys_without_an_expiry_are_fetched_again_every_15_minutes() {
    let source = Source::new(Answer::Forever);
    let cache = CachedCredentials::new(source.clone());
    assert_eq!(key(&cache, 0).await, "AKID1");
    assert_eq!(key(&cache, 899).await, "AKID1");
    assert_eq!(source.calls(), 1);
    assert_eq!(key(&cache, 901).await, "AKID1", "no caller waits for that");
    let_tasks_run().await;
    assert_eq!(key(&cache, 901).await, "AKID2");

    let cache = CachedCredentials::new(source.clone()).with_ttl(Duration::from_secs(60));
    assert_eq!(key(&cache, 0).await, "AKID3");
    key(&cache, 61).await;
    let_tasks_run().await;
    assert_eq!(key(&cache, 61).await, "AKID4");
}

#[tokio::test]
async fn keys_in_memory_stay_the_same_for_ever() {
    let cache = CachedCredentials::new(Credentials::new("AKID", "secret", None));
    let first = get(&cache, 0).await.unwrap();
    get(&cache, 1000 * DAY).await.unwrap();
    let_tasks_run().await;
    // The cache knows that these are the keys that were signed with 1,000 days ago.
    assert!(cache.invalidate(&first, after(1000 * DAY)));
    assert_eq!(current(&cache, 1000 * DAY), None);
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
    assert_eq!(current(&cache, 901), None);
}

#[tokio::test]
async fn credentials_that_soon_expire_do_not_cause_calls_without_a_pause() {
    // A container's agent returns the same credentials until it has others.
    let source = Source::new(Answer::SameUntil(after(240)));
    let cache = CachedCredentials::new(source.clone());
    for tick in 0..24_000 {
        let now = after(0) + tick * Duration::from_millis(10);
        cache.get(now, Default::default()).await.unwrap();
        let_tasks_run().await;
    }
    assert!((5..20).contains(&source.calls()), "{}", source.calls());
}

#[tokio::test]
async fn a_time_to_live_of_zero_does_not_cause_calls_without_a_pause() {
    let source = Source::new(Answer::Forever);
    let cache = CachedCredentials::new(source.clone()).with_ttl(Duration::ZERO);
    for second in 0..100 {
        for _ in 0..10 {
            key(&cache, second).await;
            let_tasks_run().await;
        }
    }
    assert!((20..=101).contains(&source.calls()), "{}", source.calls());
}

#[tokio::test]
async fn clones_layers_and_signers_share_a_cache_and_new_makes_another() {
    let source = Source::new(Answer::Lasting(HOUR));
    let cache = CachedCredentials::new(source.clone());
    key(&cache, 0).await;
    let scope = Scope::new("us-east-1", "es").unwrap();
    let signer = Signer::from_cache(scope.clone(), cache.clone());
    let layer = SigV4Layer::from_cache(scope.clone(), cache.clone());
    let clone = cache.clone();
    for shared in [&clone, signer.credentials(), layer.signer().credentials()] {
        assert_eq!(key(shared, 0).await, "AKID1");
    }
    assert_eq!(source.calls(), 1);

    let other = CachedCredentials::new(source.clone());
    let signer = Signer::new(scope, source.clone());
    for other in [&other, signer.credentials()] {
        key(other, 0).await;
    }
    assert_eq!(source.calls(), 3);
    let configured = cache.with_ttl(Duration::ZERO);
    assert_eq!(key(&configured, 0).await, "AKID4");
    // Even a cache is wrapped in a new one.
    let wrapping = CachedCredentials::new(configured);
    assert!(wrapping.current(after(0), Default::default()).is_none());
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
