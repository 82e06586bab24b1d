//! What threads find between two locks, in 100,000 random schedules:
//!
//! `cargo rustc --lib --profile test -- --cfg shuttle` builds the test program, which runs them with `cache::threads`.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Waker};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_credential_types::Credentials as SdkCredentials;
use aws_credential_types::provider::{ProvideCredentials, future};
use shuttle::future::{block_on, spawn, yield_now};
use shuttle::thread;

use super::cached::CachedCredentials;
use crate::clock_skew::ClockSkew;

const SCHEDULES: usize = 12_500; // for each of eight scenes

#[test]
fn callers_of_an_empty_cache_share_one_call_while_some_are_dropped() {
    shuttle::check_random(|| scene(false, 0, 1), SCHEDULES);
    shuttle::check_random(|| scene(true, 0, 1), SCHEDULES);
}

#[test]
fn callers_in_the_last_minute_share_one_call_while_some_are_dropped() {
    shuttle::check_random(|| scene(false, 3540, 2), SCHEDULES);
    shuttle::check_random(|| scene(true, 3540, 2), SCHEDULES);
}

#[test]
fn callers_ahead_of_time_make_one_call_while_some_are_dropped() {
    shuttle::check_random(|| scene(false, 2700, 2), SCHEDULES);
    shuttle::check_random(|| scene(true, 2700, 2), SCHEDULES);
}

/// Three callers that stay, two that are dropped after a poll or two.
fn scene(spawns: bool, second: u64, most_calls: usize) {
    let (cache, calls) = cache(spawns);
    if second > 0 {
        block_on(cache.get(after(0), ClockSkew::ZERO)).unwrap();
    }
    let leaving = (1..3).map(|polls| {
        let cache = cache.clone();
        thread::spawn(move || {
            let mut caller = pin!(cache.get(after(second), ClockSkew::ZERO));
            for _ in 0..polls {
                let mut context = Context::from_waker(Waker::noop());
                if caller.as_mut().poll(&mut context).is_ready() {
                    break;
                }
                thread::yield_now();
            }
        })
    });
    let staying = (0..3).map(|_| {
        let cache = cache.clone();
        thread::spawn(move || drop(block_on(cache.get(after(second), ClockSkew::ZERO)).unwrap()))
    });
    let threads: Vec<_> = leaving.chain(staying).collect();
    for thread in threads {
        thread.join().unwrap();
    }
    let calls = calls.load(Ordering::SeqCst);
    assert!(calls <= most_calls, "{calls} calls");
}

#[test]
fn rejections_from_many_threads_make_one_call() {
    let scene = |spawns| {
        let (cache, calls) = cache(spawns);
        let threads: Vec<_> = (0..3)
            .map(|_| {
                let cache = cache.clone();
                thread::spawn(move || {
                    let first = block_on(cache.get(after(0), ClockSkew::ZERO)).unwrap();
                    if first.access_key_id() == "AKID1" {
                        assert!(cache.invalidate(&first, after(1)));
                    }
                    let second = block_on(cache.get(after(1), ClockSkew::ZERO)).unwrap();
                    assert_eq!(second.access_key_id(), "AKID2");
                })
            })
            .collect();
        for thread in threads {
            thread.join().unwrap();
        }
        assert_eq!(calls.load(Ordering::SeqCst), 2);
    };
    shuttle::check_random(move || scene(false), SCHEDULES);
    shuttle::check_random(move || scene(true), SCHEDULES);
}

fn cache(spawns: bool) -> (CachedCredentials, Arc<AtomicUsize>) {
    let calls = Arc::new(AtomicUsize::new(0));
    let mut cache = CachedCredentials::new(Slow(Arc::clone(&calls)));
    if spawns {
        cache = cache.with_spawn(|task| drop(spawn(task)));
    }
    (cache, calls)
}

fn after(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_900_000_000 + seconds)
}

/// Its nth call returns `AKIDn`, which expires after n hours.
#[derive(Debug)]
struct Slow(Arc<AtomicUsize>);

impl ProvideCredentials for Slow {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        let call = self.0.fetch_add(1, Ordering::SeqCst) + 1;
        future::ProvideCredentials::new(async move {
            yield_now().await;
            yield_now().await;
            let expiry = after(3600 * call as u64);
            let id = format!("AKID{call}");
            Ok(SdkCredentials::new(
                id,
                "secret",
                None,
                Some(expiry),
                "test",
            ))
        })
    }
}
