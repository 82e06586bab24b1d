//! The quota that pays for retries limits them.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use http::Method;

use super::*;

/// Sends this many requests to a server that is down. Returns how many attempts reached it.
async fn attempts_at_a_dead_server(requests: usize) -> usize {
    let attempts = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&attempts);
    let client = client_of(move |_, _| {
        count.fetch_add(1, Ordering::Relaxed);
        Err("reset".into())
    });
    let client = client.build().unwrap();
    for _ in 0..requests {
        client.raw(Method::GET, "/", ()).await.unwrap_err();
    }
    attempts.load(Ordering::Relaxed)
}

/// A hundredth of the full number.
#[tokio::test(start_paused = true)]
async fn a_dead_server_gets_hardly_more_attempts_than_requests() {
    let requests = 10_000;
    assert_eq!(
        attempts_at_a_dead_server(requests).await,
        requests + 500 / 14
    );
}

#[tokio::test(start_paused = true)]
#[ignore = "soak: a million requests"]
async fn soak_a_dead_server_gets_hardly_more_attempts_than_requests() {
    let requests = 1_000_000;
    assert_eq!(
        attempts_at_a_dead_server(requests).await,
        requests + 500 / 14
    );
}

#[tokio::test(start_paused = true)]
async fn throttled_retries_cost_less_and_success_pays_back() {
    let down = Arc::new(AtomicBool::new(true));
    let is_down = Arc::clone(&down);
    let client = client_of(move |_, _| match is_down.load(Ordering::Relaxed) {
        true => reply(429, &[], "{}"),
        false => reply(200, &[], INFO),
    });
    let client = client.build().unwrap();
    let attempts = async |requests: usize| {
        let mut attempts = 0;
        for _ in 0..requests {
            attempts += client.raw(Method::GET, "/", ()).await.unwrap().attempts() as usize;
        }
        attempts
    };
    assert_eq!(attempts(200).await, 200 + 500 / 5);
    assert_eq!(attempts(10).await, 10, "nothing is left");
    down.store(false, Ordering::Relaxed);
    assert_eq!(attempts(50).await, 50, "each pays one token back");
    down.store(true, Ordering::Relaxed);
    assert_eq!(attempts(20).await, 20 + 50 / 5);
}

#[tokio::test(start_paused = true)]
async fn a_retry_that_succeeds_returns_its_tokens() {
    let client = client_of(|attempt, _| match attempt % 2 {
        1 => Err("reset".into()),
        _ => reply(200, &[], INFO),
    });
    let client = client.build().unwrap();
    for _ in 0..1_000 {
        let response = client.raw(Method::GET, "/", ()).await.unwrap();
        assert_eq!(response.attempts(), 2);
    }
}
