//! Clocks that are wrong, change or disagree: the schedule follows the local clock only.

use sigtower::credentials::CachedCredentials;

use super::HOUR;
use super::source::{Answer, Source, after, get, get_skewed, key, let_tasks_run};

/// Callers that know these skews take turns, for 100 requests at once and for 100 over 100 minutes.
async fn calls_by_skews(skews: &[i64]) -> [usize; 2] {
    let mut calls = [0; 2];
    for (index, seconds_between) in [0, 60].into_iter().enumerate() {
        let source = Source::new(Answer::Until(after(HOUR)));
        let cache = CachedCredentials::new(source.clone());
        for request in 0..100 {
            let second = request * seconds_between;
            // The source follows the true time, which is the local one.
            source.set(Answer::Until(after(second + HOUR)));
            let skew = skews[request as usize % skews.len()];
            get_skewed(&cache, second, skew).await.unwrap();
            let_tasks_run().await;
        }
        calls[index] = source.calls();
    }
    calls
}

#[tokio::test]
async fn skews_that_disagree_cause_no_calls() {
    let day = 24 * 3600;
    for skews in [
        [0, 3600].as_slice(), // two nodes an hour apart; a client and a signer that share a cache
        &[3600, 0],
        &[-3600, 0],
        &[0, 20 * 3600], // a `Date` that changes
        &[20 * 3600, 0],
        &[0, -day, day],
        &[1800, -1800, 900],
        &[3599, 0], // credentials that seem to live a second
        &[3599, 3600, 0],
    ] {
        let [at_once, in_100_minutes] = calls_by_skews(skews).await;
        println!("{skews:?}: {at_once} calls at once, {in_100_minutes} in 100 minutes");
        assert_eq!(at_once, 1, "{skews:?}");
        assert!(in_100_minutes <= 9, "{skews:?}: {in_100_minutes} calls");
    }
}

#[tokio::test]
async fn pauses_grow_while_the_only_known_skew_makes_all_credentials_look_expired() {
    for skew in [3600, 3599, 3541] {
        let [at_once, in_100_minutes] = calls_by_skews(&[skew]).await;
        println!("{skew}: {at_once} calls at once, {in_100_minutes} in 100 minutes");
        assert_eq!(at_once, 1);
        assert!(in_100_minutes <= 25, "{skew}: {in_100_minutes} calls");
    }
}

#[tokio::test]
async fn local_clocks_that_disagree_do_not_cause_a_call_per_request() {
    let source = Source::new(Answer::Lasting(HOUR));
    let cache = CachedCredentials::new(source.clone());
    for request in 0..100 {
        for clock in [0, HOUR, 20 * HOUR] {
            get(&cache, clock + request / 10).await.unwrap();
            let_tasks_run().await;
        }
    }
    assert!(source.calls() <= 3, "{} calls", source.calls());
}

#[tokio::test]
async fn credentials_that_look_expired_are_served_and_turn_out_good_by_the_skew() {
    // The local clock is 3,700 s ahead, and keys live 3,600 s.
    let source = Source::new(Answer::Until(after(HOUR)));
    let cache = CachedCredentials::new(source.clone());
    assert_eq!(key(&cache, 3700).await, "AKID1");
    let unaware = key(&cache, 3700).await;
    assert_eq!(
        unaware, "AKID1",
        "a second request, before the service has responded"
    );
    for second in 3701..3800 {
        let identity = get_skewed(&cache, second, -3700).await.unwrap();
        assert_eq!(identity.access_key_id(), "AKID1");
        assert_eq!(key(&cache, second).await, "AKID1", "without the skew");
    }
    assert_eq!(source.calls(), 1);

    // They are replaced in time: 15 minutes before the true expiry.
    source.set(Answer::Until(after(2 * HOUR)));
    get_skewed(&cache, 3700 + 2702, -3700).await.unwrap();
    let_tasks_run().await;
    let identity = get_skewed(&cache, 3700 + 2702, -3700).await.unwrap();
    assert_eq!(identity.access_key_id(), "AKID2");
    assert_eq!(source.calls(), 2);
}

#[tokio::test]
async fn credentials_that_look_expired_replace_others_that_expire_earlier() {
    let source = Source::new(Answer::Until(after(HOUR)));
    let cache = CachedCredentials::new(source.clone());
    key(&cache, 0).await;
    // The `Date` of one response was wrong by 20 hours.
    source.set(Answer::Until(after(2 * HOUR)));
    get_skewed(&cache, HOUR, 20 * 3600).await.unwrap();
    assert_eq!(key(&cache, HOUR).await, "AKID2");
    assert_eq!(source.calls(), 2);
}

#[tokio::test]
async fn a_clock_that_was_set_back_does_not_prolong_a_pause() {
    let source = Source::new(Answer::Lasting(HOUR));
    let cache = CachedCredentials::new(source.clone());
    key(&cache, 0).await;
    source.set(Answer::Failing);
    key(&cache, 100 * 24 * HOUR).await;
    source.set(Answer::Lasting(HOUR));
    for second in (2800..=2860).step_by(6) {
        assert_eq!(key(&cache, second).await, "AKID1", "second {second}");
        let_tasks_run().await;
    }
    assert_eq!(key(&cache, 2860).await, "AKID3", "after a minute");
}

#[tokio::test]
async fn a_skew_known_when_credentials_arrive_sets_when_they_are_replaced() {
    // The local clock is 3 hours behind, and keys live an hour.
    let source = Source::new(Answer::Lasting(HOUR));
    let cache = CachedCredentials::new(source.clone());
    for second in 0..3 * HOUR {
        let identity = get_skewed(&cache, second, 3 * 3600).await.unwrap();
        let_tasks_run().await;
        let expiry = identity.expiry().unwrap();
        assert!(
            expiry > after(second + 3 * HOUR),
            "expired at second {second}"
        );
    }
    assert_eq!(source.calls(), 4, "every 45 minutes");
}
