//! Requests that are abandoned half-way, and what is left of them.

use std::collections::BTreeMap;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use fastrand::Rng;
use http::Method;
use sigtower::opensearch::{Client, Error, Response};
use tokio::runtime::Handle;
use tokio::task::JoinSet;

use super::server::{EMPTY_OBJECT, Server};
use crate::child::{self, memory};
use crate::transport::client_of;

/// Scaled down by two hundred.
#[tokio::test]
#[cfg_attr(
    not(target_os = "linux"),
    ignore = "descriptors and memory are counted in /proc, which only Linux has"
)]
async fn abandoned_requests_leave_nothing_behind() {
    give_up_some_of(5_000, 1).await;
}

#[tokio::test]
#[cfg_attr(target_os = "linux", ignore = "soak: a million requests")]
#[cfg_attr(
    not(target_os = "linux"),
    ignore = "descriptors and memory are counted in /proc, which only Linux has"
)]
async fn soak_abandoned_requests_leave_nothing_behind() {
    give_up_some_of(1_000_000, 1).await;
}

/// Checks that there are as many descriptors and tasks after these requests as before, and as much
/// resident memory within some percent.
///
/// In a process of its own, where nothing else opens or allocates anything, and with one arena for all
/// threads, because which of several they use is chance.
async fn give_up_some_of(requests: usize, percent: usize) {
    let mut process = child::running("faults::cancelled::some_in_a_process_of_its_own");
    process.env("REQUESTS", requests.to_string());
    process.env("MALLOC_ARENA_MAX", "1");
    process.env("PERCENT", percent.to_string());
    println!("{}", child::said(process, "left: ").await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a part of others, which say how many requests"]
async fn some_in_a_process_of_its_own() {
    let number = |name| std::env::var(name).unwrap().parse::<usize>().unwrap();
    let (requests, percent) = (number("REQUESTS"), number("PERCENT"));
    let server = Server::answering(EMPTY_OBJECT).await;
    let client = client_of(&server)
        // So that the test can wait until they are closed.
        .transport(|config| config.with_idle_timeout(Duration::from_millis(200)))
        .build()
        .unwrap();
    // By then the allocator has the memory that it keeps.
    send(&client, (requests / 10).max(5_000), 1).await;
    let mut before = Left::now().await;
    // What leaks grows each time. The allocator also takes some pages more now and then.
    for round in 1..=ROUNDS {
        let given_up = send(&client, requests, 1 + round).await;
        let after = Left::now().await;
        println!("{before:?} before, {after:?} after {requests} requests, {given_up:?}");
        given_up.check(requests);
        assert_eq!(
            (after.descriptors, after.tasks),
            (before.descriptors, before.tasks)
        );
        if after.kib.saturating_sub(before.kib) <= before.kib * percent / 100 {
            println!("left: {after:?} after round {round}");
            return;
        }
        before = after;
    }
    panic!("each of {ROUNDS} rounds took more memory");
}

/// So many times the memory may be compared.
const ROUNDS: u64 = 5;

/// Which requests were dropped.
#[derive(Debug)]
struct GivenUp {
    /// How many were dropped after so many polls.
    after: BTreeMap<usize, usize>,
    /// How many polls the others needed at least.
    fewest_polls: usize,
}

/// Sends requests, 64 at a time, and drops some of them.
async fn send(client: &Client, requests: usize, seed: u64) -> GivenUp {
    let mut random = Rng::with_seed(seed);
    let mut given_up = GivenUp {
        after: BTreeMap::new(),
        fewest_polls: usize::MAX,
    };
    let mut tasks = JoinSet::new();
    for _ in 0..requests {
        if tasks.len() == 64 {
            given_up.count(tasks.join_next().await.unwrap().unwrap());
        }
        let client = client.clone();
        let polls = if random.u8(..100) < 70 {
            random.usize(..4)
        } else {
            usize::MAX
        };
        tasks.spawn(async move { give_up_after(polls, client.raw(Method::GET, "/", ())).await });
    }
    for end in tasks.join_all().await {
        given_up.count(end);
    }
    given_up
}

/// How one request ended.
enum End {
    Completed { polls: usize },
    Dropped { polls: usize },
}

impl GivenUp {
    /// Checks that enough futures were dropped: before the first poll, and between each two polls.
    fn check(&self, requests: usize) {
        let share = self.after.values().sum::<usize>() as f64 / requests as f64;
        assert!((0.25..0.5).contains(&share), "{share}: {self:?}");
        for polls in 0..self.fewest_polls {
            assert!(
                self.after.contains_key(&polls),
                "never after {polls} polls: {self:?}"
            );
        }
    }

    fn count(&mut self, end: End) {
        match end {
            End::Completed { polls } => self.fewest_polls = self.fewest_polls.min(polls),
            End::Dropped { polls } => *self.after.entry(polls).or_default() += 1,
        }
    }
}

/// Drops a call after this many polls, unless it is done by then.
async fn give_up_after(most: usize, call: impl Future<Output = Result<Response, Error>>) -> End {
    let mut call = pin!(call);
    let mut polls = 0;
    std::future::poll_fn(|cx| {
        if polls == most {
            return Poll::Ready(End::Dropped { polls });
        }
        polls += 1;
        match call.as_mut().poll(cx) {
            Poll::Ready(response) => {
                response.unwrap();
                Poll::Ready(End::Completed { polls })
            }
            Poll::Pending if polls == most => Poll::Ready(End::Dropped { polls }),
            Poll::Pending => Poll::Pending,
        }
    })
    .await
}

/// What a process holds.
#[derive(Debug)]
struct Left {
    descriptors: usize,
    tasks: usize,
    kib: usize,
}

impl Left {
    /// What the process holds once that has not changed for a second.
    async fn now() -> Self {
        let count = || {
            let descriptors = std::fs::read_dir("/proc/self/fd").unwrap().count();
            (descriptors, Handle::current().metrics().num_alive_tasks())
        };
        let (mut last, mut since) = (count(), 0);
        while since < 10 {
            tokio::time::sleep(Duration::from_millis(100)).await;
            let now = count();
            since = if now == last { since + 1 } else { 0 };
            last = now;
        }
        let (descriptors, tasks) = last;
        let kib = memory("VmRSS:");
        Self {
            descriptors,
            tasks,
            kib,
        }
    }
}
