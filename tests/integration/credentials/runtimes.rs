//! Where calls to the provider run, and what happens when that place is gone.

use std::panic;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;

use sigtower::credentials::CachedCredentials;
use tokio::runtime::{Builder, Runtime};

use super::HOUR;
use super::source::{Answer, Source, at_once, key, let_tasks_run};

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

/// A program built with `panic = "abort"` would end with the first panic, caught or not.
#[test]
fn a_runtime_without_timers_is_used_without_a_panic() {
    let panics = Arc::new(AtomicUsize::new(0));
    let (counted, here) = (Arc::clone(&panics), thread::current().id());
    let before = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        if thread::current().id() == here {
            counted.fetch_add(1, Ordering::SeqCst);
        }
        before(info);
    }));
    let source = Source::new(Answer::Lasting(HOUR));
    let cache = CachedCredentials::new(source.clone());
    source.close();
    let without_timers = Builder::new_current_thread().build().unwrap();
    without_timers.block_on(async {
        let opened = async {
            let_tasks_run().await;
            source.open();
        };
        assert_eq!(tokio::join!(key(&cache, 0), opened).0, "AKID1");
        assert_eq!(key(&cache, 2700).await, "AKID1");
        let_tasks_run().await;
        assert_eq!(key(&cache, 2701).await, "AKID2");
    });
    assert_eq!(source.calls(), 2);
    assert_eq!(panics.load(Ordering::SeqCst), 0);
}

#[test]
fn a_timeout_holds_on_a_runtime_without_timers() {
    let source = Source::new(Answer::Hanging);
    let limit = std::time::Duration::from_millis(1);
    let cache = CachedCredentials::new(source).with_timeout(limit);
    let without_timers = Builder::new_current_thread().build().unwrap();
    let error = without_timers.block_on(super::source::get(&cache, 0));
    let error = error.unwrap_err().to_string();
    assert!(error.contains("longer than 1ms"), "{error}");
}

#[tokio::test]
async fn a_call_whose_task_was_dropped_is_begun_again_by_the_caller_that_needs_it() {
    let source = Source::new(Answer::Lasting(HOUR));
    let cache = CachedCredentials::new(source.clone()).with_spawn(drop);
    assert_eq!(key(&cache, 0).await, "AKID1");
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

#[test]
fn a_call_of_a_runtime_that_ended_is_begun_again_on_the_next_one() {
    let source = Source::new(Answer::Lasting(HOUR));
    let cache = CachedCredentials::new(source.clone());
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
fn a_request_that_waits_for_a_call_of_another_runtime_takes_over_when_that_is_dropped() {
    for second in [0, 3540] {
        let source = Source::new(Answer::Lasting(HOUR));
        let cache = CachedCredentials::new(source.clone());
        if second > 0 {
            runtime().block_on(key(&cache, 0));
        }
        let before = source.calls();
        source.close();
        let first = runtime();
        let begun = first.spawn({
            let cache = cache.clone();
            async move { key(&cache, second).await }
        });
        first.block_on(let_tasks_run());
        assert_eq!(source.calls(), before + 1);

        let (waits, is_waiting) = mpsc::channel();
        let waiter = thread::spawn({
            let cache = cache.clone();
            move || {
                let mut request = Box::pin(key(&cache, second));
                assert_eq!(at_once(&mut request), None);
                waits.send(()).unwrap();
                runtime().block_on(request)
            }
        });
        is_waiting.recv().unwrap();
        source.set(Answer::Lasting(2 * HOUR));
        drop(begun);
        drop(first);
        source.open();
        let key = waiter.join().unwrap();
        assert_eq!(key, format!("AKID{}", before + 2));
        assert_eq!(source.calls(), before + 2);
    }
}

#[test]
fn a_runtime_for_each_request_does_not_cause_a_call_for_each_request() {
    let source = Source::new(Answer::Lasting(HOUR));
    let cache = CachedCredentials::new(source.clone());
    runtime().block_on(key(&cache, 0));
    source.close();
    // Ahead of time: no request waits for the call, and its runtime is dropped at once.
    for _ in 0..100 {
        runtime().block_on(async {
            key(&cache, 2700).await;
            let_tasks_run().await;
        });
    }
    assert!(source.calls() <= 2, "{} calls", source.calls());
}

#[test]
fn without_a_runtime_one_caller_waits_and_the_others_proceed() {
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
    let mut next = Box::pin(key(&cache, 2709));
    assert_eq!(at_once(&mut next), None, "takes over");
    assert_eq!(source.calls(), 2);
    source.open();
    assert_eq!(at_once(next).as_deref(), Some("AKID2"));

    // A call that no caller has driven for more than ten seconds is begun again.
    source.close();
    assert_eq!(at_once(key(&cache, 2 * HOUR)), None);
    assert_eq!(at_once(key(&cache, 2 * HOUR + 11)), None);
    assert_eq!(source.calls(), 4);
}
