//! Many signatures, many callers and long times.
//!
//! Where a test would take minutes, a scaled form runs by default, and the whole one with
//! `cargo test --release -- --ignored soak`.

use std::collections::HashSet;
use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant, SystemTime};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use sigtower::SigV4Layer;
use sigtower::credentials::{CachedCredentials, from_fn};
use sigtower::sigv4::ClockSkew;
use sigtower::sigv4::{Clock, Payload, Scope, Signer};
use sigtower::testing::{Principal, Verifier};
use tokio::sync::Barrier;
use tower::{Layer, ServiceExt, service_fn};

use super::source::{Answer, Source, after, generation, get, key, let_tasks_run, set_time};
use super::{DAY, HOUR};

const URI: &str = "https://search-movies-abc123.us-east-1.es.amazonaws.com/movies/_search";

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn rotating_credentials_are_never_mixed() {
    sign_while_rotating(10_000).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[ignore = "soak: five million signatures"]
async fn soak_rotating_credentials_are_never_mixed() {
    sign_while_rotating(5_000_000).await;
}

/// 16 tasks sign while the credentials rotate after every 500 signatures: then the clock jumps by the
/// 7 minutes after which credentials of 12 minutes are replaced. A verifier that finds secret and
/// token by the access key id checks every signature.
async fn sign_while_rotating(signatures: usize) {
    const TASKS: usize = 16;
    const ROTATION: Duration = Duration::from_secs(7 * 60);
    const LIFETIME: Duration = Duration::from_secs(12 * 60);
    let clock = StepClock::new(500, ROTATION);
    let calls = Arc::new(AtomicUsize::new(0));
    let (counter, time) = (Arc::clone(&calls), clock.clone());
    let provider = from_fn(move || {
        let call = counter.fetch_add(1, Ordering::SeqCst) + 1;
        let expiry = time.now() + LIFETIME;
        async move {
            tokio::task::yield_now().await;
            Ok::<_, Infallible>(generation(call, Some(expiry)))
        }
    });
    // A call much older than its timeout is given up, and this clock is fast.
    let credentials = CachedCredentials::new(provider).with_timeout(Duration::from_secs(DAY));
    let signer = Signer::from_cache(es(), credentials).with_clock(clock.clone());
    let tasks: Vec<_> = (0..TASKS)
        .map(|_| {
            let (signer, clock) = (signer.clone(), clock.clone());
            tokio::spawn(async move {
                let mut seen = HashSet::new();
                for _ in 0..signatures / TASKS {
                    seen.insert(sign_and_verify(&signer, clock.now()).await);
                    clock.count();
                    tokio::task::yield_now().await;
                }
                seen
            })
        })
        .collect();
    let mut seen = HashSet::new();
    for task in tasks {
        seen.extend(task.await.unwrap());
    }
    let (rotations, calls) = (clock.steps(), calls.load(Ordering::SeqCst));
    println!(
        "{signatures} signatures, {rotations} rotations, {calls} calls, {} keys",
        seen.len()
    );
    assert!(
        calls <= rotations + 1,
        "{calls} calls, {rotations} rotations"
    );
    assert!(seen.len() > rotations / 2, "keys did not rotate: {seen:?}");
}

/// The generation that signed, if the signature is sound.
async fn sign_and_verify(signer: &Signer, time: SystemTime) -> usize {
    let (mut parts, ()) = Request::get(URI).body(()).unwrap().into_parts();
    signer
        .sign_at(&mut parts, Payload::Empty, time)
        .await
        .unwrap();
    let authorization = parts.headers["authorization"].to_str().unwrap();
    let key = authorization.split(['=', '/']).nth(1).unwrap();
    let number = key.trim_start_matches("AKID").parse().unwrap();
    let expected = generation(number, None);
    let principal = Principal::new(expected.access_key_id(), expected.secret_access_key())
        .with_token(expected.session_token().unwrap());
    Verifier::new("us-east-1", "es")
        .with_principal(principal)
        .with_clock(move || time)
        .verify(&parts, b"")
        .unwrap_or_else(|refused| panic!("generation {number}: {refused:?}"));
    number
}

#[tokio::test]
async fn ten_thousand_callers_of_an_empty_cache_make_one_call() {
    let source = Source::new(Answer::Lasting(HOUR));
    source.close();
    set_time(after(0));
    let cache = CachedCredentials::new(source.clone());
    let callers: Vec<_> = (0..10_000)
        .map(|_| {
            let cache = cache.clone();
            tokio::spawn(async move { key(&cache, 0).await })
        })
        .collect();
    let_tasks_run().await;
    source.open();
    for caller in callers {
        assert_eq!(caller.await.unwrap(), "AKID1");
    }
    assert_eq!(source.calls(), 1);
}

#[tokio::test(start_paused = true)]
async fn callers_of_a_failing_provider_never_wait_and_cause_one_call_in_1_to_5_seconds() {
    let source = Source::new(Answer::Failing);
    let cache = CachedCredentials::new(source.clone());
    let begun = tokio::time::Instant::now();
    for tenth in 0..1000_u32 {
        let now = after(0) + tenth * Duration::from_millis(100);
        let callers = (0..100).map(|_| cache.get(now, ClockSkew::ZERO));
        let outcomes = futures_util::future::join_all(callers).await;
        assert!(outcomes.iter().all(Result::is_err));
    }
    assert_eq!(begun.elapsed(), Duration::ZERO, "a caller had to wait");
    assert!((20..=100).contains(&source.calls()), "{}", source.calls());
}

#[tokio::test]
async fn a_failing_provider_is_called_once_per_backoff_when_there_are_credentials() {
    let source = Source::new(Answer::Lasting(HOUR));
    let cache = CachedCredentials::new(source.clone());
    key(&cache, 0).await;
    source.set(Answer::Failing);
    let callers = (0..10_000).map(|_| key(&cache, 3599));
    let keys = futures_util::future::join_all(callers).await;
    assert!(keys.iter().all(|key| key == "AKID1"));
    assert_eq!(source.calls(), 2);
}

/// One request a second for six hours, in simulated time. The provider takes 5 s.
#[tokio::test(start_paused = true)]
async fn no_request_is_delayed_before_the_last_minute() {
    let clock = TokioClock(tokio::time::Instant::now());
    let calls = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&calls);
    let provider = from_fn(move || {
        let call = counter.fetch_add(1, Ordering::SeqCst) + 1;
        async move {
            tokio::time::sleep(Duration::from_secs(5)).await;
            let expiry = clock.now() + Duration::from_secs(HOUR);
            Ok::<_, Infallible>(generation(call, Some(expiry)))
        }
    });
    let service = SigV4Layer::new(es(), provider)
        .with_clock(clock)
        .layer(service_fn(|_: Request<Full<Bytes>>| async {
            Ok::<_, Infallible>(Response::new(()))
        }));
    for number in 0..6 * HOUR {
        let sent = tokio::time::Instant::now();
        service
            .clone()
            .oneshot(Request::get(URI).body(Full::default()).unwrap())
            .await
            .unwrap();
        let delay = if number == 0 { 5 } else { 0 };
        assert_eq!(
            sent.elapsed(),
            Duration::from_secs(delay),
            "request {number}"
        );
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    // One every 45 minutes.
    assert_eq!(calls.load(Ordering::SeqCst), 8);
}

/// Measures the slowest of a thousand reads while a call to the provider is under way.
#[tokio::test]
#[ignore = "soak: measures time"]
async fn soak_reads_take_no_longer_while_a_refresh_is_under_way() {
    let source = Source::new(Answer::Lasting(HOUR));
    let cache = CachedCredentials::new(source.clone());
    get(&cache, 0).await.unwrap();
    let measure = async |second| {
        let mut times = Vec::new();
        for _ in 0..100_000 {
            let begun = Instant::now();
            get(&cache, second).await.unwrap();
            times.push(begun.elapsed());
            if times.len() % 100 == 0 {
                tokio::task::yield_now().await;
            }
        }
        times.sort();
        times[times.len() * 999 / 1000]
    };
    let baseline = measure(2699).await;
    source.close();
    let refreshing = measure(2700).await;
    assert_eq!(source.calls(), 2);
    println!("p99.9: {baseline:?} fresh, {refreshing:?} with a refresh under way");
    assert!(refreshing < baseline + Duration::from_millis(1));
}

/// One request a second, for an hour before and two hours after the provider goes down.
#[tokio::test]
async fn no_caller_fails_while_a_provider_is_down_for_two_hours() {
    let source = Source::new(Answer::Lasting(HOUR));
    let cache = CachedCredentials::new(source.clone());
    key(&cache, 0).await;
    source.set(Answer::Failing);
    let (mut calls, mut attempts) = (source.calls(), Vec::new());
    let mut serve = async |second, expected| {
        assert_eq!(key(&cache, second).await, expected, "second {second}");
        let_tasks_run().await;
        if source.calls() > calls {
            calls = source.calls();
            attempts.push(second);
        }
    };
    let down = 2700 + 2 * HOUR;
    for second in 1..down {
        serve(second, "AKID1").await;
    }
    source.set(Answer::Lasting(HOUR));
    let mut second = down;
    while source.calls() == attempts.len() + 1 {
        let identity = get(&cache, second).await.unwrap();
        let_tasks_run().await;
        assert!(
            second < down + 601,
            "{identity:?} 10 minutes after it is up again"
        );
        second += 1;
    }
    assert_ne!(
        key(&cache, second).await,
        "AKID1",
        "recovers with the first success"
    );

    assert_eq!(attempts[0], 2700, "the first as soon as it is due");
    for pair in attempts.windows(2) {
        let pause = pair[1] - pair[0];
        assert!((300..=601).contains(&pause), "{attempts:?}");
    }
    assert!(attempts.len() >= 12, "{attempts:?}");
}

/// The service accepts only the newest keys.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_thousand_rejections_make_one_refresh() {
    let source = Source::new(Answer::Forever);
    let cache = CachedCredentials::new(source.clone());
    let stale = cache.get(after(0), ClockSkew::ZERO).await.unwrap();
    let barrier = Arc::new(Barrier::new(1000));
    let callers: Vec<_> = (0..1000)
        .map(|_| {
            let (cache, barrier) = (cache.clone(), Arc::clone(&barrier));
            tokio::spawn(async move {
                let mut sent = 0;
                loop {
                    let identity = cache.get(after(1), ClockSkew::ZERO).await.unwrap();
                    sent += 1;
                    if sent == 1 {
                        barrier.wait().await;
                    }
                    if service_accepts(identity.access_key_id()) {
                        return sent;
                    }
                    assert!(cache.invalidate(&identity, after(1)), "signs again");
                }
            })
        })
        .collect();
    for caller in callers {
        assert_eq!(caller.await.unwrap(), 2, "one retry");
    }
    assert_eq!(source.calls(), 2);

    cache.invalidate(&stale, after(1));
    assert_eq!(
        cache
            .current(after(1), ClockSkew::ZERO)
            .unwrap()
            .access_key_id(),
        "AKID2"
    );
}

fn service_accepts(access_key_id: &str) -> bool {
    access_key_id != "AKID1"
}

fn es() -> Scope {
    Scope::new("us-east-1", "es").unwrap()
}

/// Jumps by a step each time so many signatures have been counted.
#[derive(Clone, Debug)]
struct StepClock {
    signatures: Arc<AtomicUsize>,
    per_step: usize,
    step: Duration,
}

impl StepClock {
    fn new(per_step: usize, step: Duration) -> Self {
        Self {
            signatures: Arc::default(),
            per_step,
            step,
        }
    }

    fn count(&self) {
        self.signatures.fetch_add(1, Ordering::SeqCst);
    }

    fn steps(&self) -> usize {
        self.signatures.load(Ordering::SeqCst) / self.per_step
    }
}

impl Clock for StepClock {
    fn now(&self) -> SystemTime {
        after(0) + self.step * self.steps() as u32
    }
}

/// Follows tokio's clock, which tests pause.
#[derive(Clone, Copy, Debug)]
struct TokioClock(tokio::time::Instant);

impl Clock for TokioClock {
    fn now(&self) -> SystemTime {
        after(0) + self.0.elapsed()
    }
}
