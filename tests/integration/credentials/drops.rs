//! When a caller is dropped, at whatever point, the others still get their credentials.
//!
//! Callers are polled by hand, and only when they were woken: a caller whose wake-up is lost never
//! ends. These tests try every order of polls between two awaits. The schedules of threads in
//! `src/credentials/cache/threads.rs` try what threads find between two locks.

use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};

use aws_credential_types::provider::{ProvideCredentials, future};
use sigtower::credentials::CachedCredentials;
use sigtower::sigv4::ClockSkew;

use super::source::{after, generation};

/// Every order of six polls of three callers, with one of them dropped at every point.
#[test]
fn callers_finish_when_another_is_dropped_at_any_await() {
    let mut schedules = 0;
    for case in Case::all() {
        for order in 0..3_usize.pow(6) {
            let order: Vec<_> = (0..6).map(|place| order / 3_usize.pow(place) % 3).collect();
            for dropped_after in 0..=6 {
                let mut world = World::new(case);
                for (step, caller) in order.iter().enumerate() {
                    if step == dropped_after {
                        world.drop_caller(order[0]);
                    }
                    world.poll(*caller);
                }
                world.finish(&format!("{case:?} {order:?} dropped after {dropped_after}"));
                schedules += 1;
            }
        }
    }
    assert_eq!(schedules, 6 * 729 * 7);
}

/// 100 000 random schedules of more callers, tasks among them, with several drops.
#[test]
fn callers_finish_in_a_hundred_thousand_random_schedules() {
    for seed in 0..100_000_u64 {
        let mut random = Random(seed);
        let cases = Case::all();
        let mut world = World::new(cases[random.below(cases.len())]);
        for _ in 0..random.below(24) {
            let caller = random.below(CALLERS);
            match random.below(5) {
                0 => world.drop_caller(caller),
                1 => world.poll_tasks(),
                2 => world.drop_tasks_if(random.below(8) == 0),
                _ => world.poll(caller),
            }
        }
        world.finish(&format!("seed {seed}"));
    }
}

#[derive(Clone, Copy, Debug)]
struct Case {
    spawns: bool,
    phase: Phase,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Phase {
    Cold,
    Advisory,
    Mandatory,
}

impl Case {
    fn all() -> Vec<Self> {
        let phases = [Phase::Cold, Phase::Advisory, Phase::Mandatory];
        let both = |phase| [false, true].map(|spawns| Self { spawns, phase });
        phases.into_iter().flat_map(both).collect()
    }
}

/// A cache, callers that want its credentials, and the tasks it spawned.
struct World {
    case: Case,
    calls: Arc<AtomicUsize>,
    callers: Vec<Option<Polled<String>>>,
    tasks: Arc<Mutex<Vec<Polled<()>>>>,
    tasks_dropped: bool,
}

const CALLERS: usize = 3;

impl World {
    fn new(case: Case) -> Self {
        let calls = Arc::new(AtomicUsize::new(0));
        let tasks = Arc::new(Mutex::new(Vec::new()));
        let mut cache = CachedCredentials::new(Slow(Arc::clone(&calls)));
        if case.spawns {
            let tasks = Arc::clone(&tasks);
            cache = cache.with_spawn(move |task| tasks.lock().unwrap().push(Polled::new(task)));
        }
        let second = match case.phase {
            Phase::Cold => 0,
            Phase::Advisory => 2700,
            Phase::Mandatory => 3540,
        };
        let mut world = Self {
            case,
            calls,
            callers: Vec::new(),
            tasks,
            tasks_dropped: false,
        };
        if case.phase != Phase::Cold {
            world.case.phase = Phase::Cold;
            world.call(&cache, 0);
            world.finish("warming up");
            world.callers.clear();
            world.case = case;
        }
        for _ in 0..CALLERS {
            world.call(&cache, second);
        }
        world
    }

    /// New keys, or the old ones before the last minute. A repeated call brings newer ones.
    fn expects(&self, key: &str) -> bool {
        match self.case.phase {
            Phase::Cold => key == "AKID1" || self.tasks_dropped,
            Phase::Advisory => true,
            Phase::Mandatory => key != "AKID1",
        }
    }

    fn call(&mut self, cache: &CachedCredentials, second: u64) {
        let cache = cache.clone();
        let caller = async move {
            let identity = cache.get(after(second), ClockSkew::ZERO).await.unwrap();
            identity.access_key_id().to_owned()
        };
        self.callers.push(Some(Polled::new(Box::pin(caller))));
    }

    fn poll(&mut self, caller: usize) {
        if let Some(caller) = &mut self.callers[caller] {
            caller.poll_if_woken();
        }
    }

    fn drop_caller(&mut self, caller: usize) {
        self.callers[caller] = None;
    }

    fn poll_tasks(&mut self) {
        let mut tasks = std::mem::take(&mut *self.tasks.lock().unwrap());
        for task in &mut tasks {
            task.poll_if_woken();
        }
        self.tasks.lock().unwrap().append(&mut tasks);
    }

    fn drop_tasks_if(&mut self, condition: bool) {
        if condition {
            let tasks = std::mem::take(&mut *self.tasks.lock().unwrap());
            self.tasks_dropped |= !tasks.is_empty();
        }
    }

    fn has_woken(&self) -> bool {
        let tasks = self.tasks.lock().unwrap();
        self.callers.iter().flatten().any(Polled::is_woken) || tasks.iter().any(Polled::is_woken)
    }

    /// Polls callers and tasks until none of them is woken.
    fn finish(&mut self, schedule: &str) {
        while self.has_woken() {
            for caller in 0..self.callers.len() {
                self.poll(caller);
            }
            self.poll_tasks();
        }
        for caller in self.callers.iter().flatten() {
            let key = caller.output.as_ref();
            let key = key.unwrap_or_else(|| panic!("{schedule}: a caller never ends"));
            assert!(self.expects(key), "{schedule}: got {key}");
        }
        let calls = self.calls.load(Ordering::SeqCst);
        let expected = if self.case.phase == Phase::Cold { 1 } else { 2 };
        assert!(
            calls <= expected || self.tasks_dropped,
            "{schedule}: {calls} calls"
        );
    }
}

/// A future that is polled when it was woken.
struct Polled<T> {
    future: Pin<Box<dyn Future<Output = T> + Send>>,
    flag: Arc<Flag>,
    output: Option<T>,
}

struct Flag(AtomicBool);

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::SeqCst);
    }
}

impl<T> Polled<T> {
    fn new(future: Pin<Box<dyn Future<Output = T> + Send>>) -> Self {
        Self {
            future,
            flag: Arc::new(Flag(AtomicBool::new(true))),
            output: None,
        }
    }

    fn is_woken(&self) -> bool {
        self.output.is_none() && self.flag.0.load(Ordering::SeqCst)
    }

    fn poll_if_woken(&mut self) {
        if !self.is_woken() {
            return;
        }
        self.flag.0.store(false, Ordering::SeqCst);
        let waker = Waker::from(Arc::clone(&self.flag));
        if let Poll::Ready(output) = self.future.as_mut().poll(&mut Context::from_waker(&waker)) {
            self.output = Some(output);
        }
    }
}

/// A provider with three awaits, each of which has to be polled twice.
#[derive(Debug)]
struct Slow(Arc<AtomicUsize>);

impl ProvideCredentials for Slow {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        let call = self.0.fetch_add(1, Ordering::SeqCst) + 1;
        future::ProvideCredentials::new(async move {
            for _ in 0..3 {
                tokio::task::yield_now().await;
            }
            Ok(generation(call, Some(after(3600 * call as u64))))
        })
    }
}

/// Numbers that look random and are the same for the same seed.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        // The constants of SplitMix64.
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % limit as u64) as usize
    }
}
