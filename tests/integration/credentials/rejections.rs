//! What follows when the service rejects credentials.

use sigtower::Credentials;
use sigtower::credentials::{CachedCredentials, CredentialsError, Identity};

use super::HOUR;
use super::source::{Answer, Source, after, current, get, key};

#[tokio::test]
async fn rejected_credentials_are_replaced_before_any_caller_signs_again() {
    let source = Source::new(Answer::Forever);
    let cache = CachedCredentials::new(source.clone());
    let rejected = get(&cache, 0).await.unwrap();
    assert!(cache.invalidate(&rejected, after(1)));
    assert_eq!(current(&cache, 1), None);
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
async fn a_rejection_does_not_end_the_pause_after_a_failure() {
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

/// Ten requests a second for 100 seconds, all of which the service rejects.
async fn calls_while_all_is_rejected(source: &Source) -> usize {
    let cache = CachedCredentials::new(source.clone());
    let mut calls_at_first = 0;
    for second in 0..100 {
        for _ in 0..10 {
            let held = get(&cache, second).await.unwrap();
            if cache.invalidate(&held, after(second)) {
                get(&cache, second).await.unwrap();
            }
        }
        if second == 0 {
            calls_at_first = source.calls();
        }
    }
    assert_eq!(
        calls_at_first, 2,
        "only the first rejection causes a call at once"
    );
    source.calls()
}

#[tokio::test]
async fn pauses_grow_while_the_service_rejects_ever_new_keys() {
    let calls = calls_while_all_is_rejected(&Source::new(Answer::Forever)).await;
    assert!((5..=9).contains(&calls), "{calls} calls");
    let calls = calls_while_all_is_rejected(&Source::new(Answer::Lasting(HOUR))).await;
    assert!((5..=9).contains(&calls), "{calls} calls");
}

#[tokio::test]
async fn pauses_grow_while_the_source_repeats_rejected_keys() {
    let source = Source::new(Answer::Same);
    let calls = calls_while_all_is_rejected(&source).await;
    assert!((5..=9).contains(&calls), "{calls} calls");
}

#[tokio::test]
async fn keys_that_are_replaced_a_while_after_the_rejection_are_found() {
    let source = Source::new(Answer::Same);
    let cache = CachedCredentials::new(source.clone());
    let rejected = get(&cache, 0).await.unwrap();
    cache.invalidate(&rejected, after(0));
    for second in 0..20 {
        assert_eq!(key(&cache, second).await, "AKID1");
    }
    source.set(Answer::Lasting(HOUR));
    assert_ne!(key(&cache, 60).await, "AKID1");
}

#[tokio::test]
async fn a_failed_refresh_of_rejected_keys_is_repeated_within_seconds() {
    let source = Source::new(Answer::Forever);
    let cache = CachedCredentials::new(source.clone());
    let rejected = get(&cache, 0).await.unwrap();
    cache.invalidate(&rejected, after(0));
    source.set(Answer::Failing);
    assert_eq!(key(&cache, 0).await, "AKID1");
    source.set(Answer::Forever);
    assert_eq!(key(&cache, 5).await, "AKID3");
}

#[tokio::test]
async fn rotations_five_minutes_apart_are_each_followed_at_once() {
    let source = Source::new(Answer::Forever);
    let cache = CachedCredentials::new(source.clone());
    let mut held = get(&cache, 0).await.unwrap();
    for rotation in 1..50 {
        let second = rotation * 301;
        assert!(
            cache.invalidate(&held, after(second)),
            "rotation {rotation}"
        );
        let renewed = get(&cache, second).await.unwrap();
        assert_ne!(renewed.access_key_id(), held.access_key_id());
        held = renewed;
    }
}

#[tokio::test]
async fn credentials_that_look_expired_are_an_error_once_the_service_rejected_them() {
    let source = Source::new(Answer::SameUntil(after(0)));
    let cache = CachedCredentials::new(source.clone());
    let expired = get(&cache, 600).await.unwrap();
    assert_eq!(
        key(&cache, 600).await,
        "AKID1",
        "the service has not decided"
    );
    assert_eq!(source.calls(), 1);

    cache.invalidate(&expired, after(601));
    for second in 601..640 {
        let error = get(&cache, second).await.unwrap_err();
        assert!(matches!(error, CredentialsError::Expired { .. }), "{error}");
    }
    assert!((2..=7).contains(&source.calls()), "{}", source.calls());
    source.set(Answer::Lasting(HOUR));
    assert_ne!(key(&cache, 800).await, "AKID1");
}
