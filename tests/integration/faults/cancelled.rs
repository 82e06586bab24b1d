//! Requests that are abandoned half-way, and what is left of them.

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

/// Scaled down by three hundred. Memory may differ by 5 %, because it has not settled after so few.
#[tokio::test]
async fn abandoned_requests_leave_nothing_behind() {
    give_up_some_of(3_000, 5).await;
}

#[tokio::test]
#[ignore = "soak: a million requests"]
async fn soak_abandoned_requests_leave_nothing_behind() {
    give_up_some_of(1_000_000, 1).await;
}

/// Checks that there are as many descriptors and tasks after these requests as before, and as much
/// resident memory within some percent.
///
/// In a process of its own, where nothing else opens or allocates anything, and with one arena for all
/// threads, because which of several they use is chance.
async fn give_up_some_of(requests: usize, percent: usize) {
    if !cfg!(target_os = "linux") {
        eprintln!("skipped: descriptors and memory are counted in /proc");
        return;
    }
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
    send(&client, (requests / 10).max(1_500), 1).await;
    let before = Left::now().await;
    let given_up = send(&client, requests, 2).await;
    let after = Left::now().await;

    println!("left: {before:?} before, {after:?} after {requests} requests, {given_up} given up");
    let given_up = given_up as f64 / requests as f64;
    assert!((0.25..0.35).contains(&given_up), "{given_up}");
    assert_eq!(
        (after.descriptors, after.tasks),
        (before.descriptors, before.tasks)
    );
    let more = after.kib.saturating_sub(before.kib);
    assert!(more <= before.kib * percent / 100, "{more} KiB more");
}

/// Sends requests, 64 at a time, and drops some of them; returns how many were dropped.
async fn send(client: &Client, requests: usize, seed: u64) -> usize {
    let mut random = Rng::with_seed(seed);
    let (mut tasks, mut given_up) = (JoinSet::new(), 0);
    for _ in 0..requests {
        if tasks.len() == 64 {
            given_up += tasks.join_next().await.unwrap().unwrap();
        }
        let client = client.clone();
        let polls = (random.u8(..100) < 40).then(|| random.usize(..3));
        tasks.spawn(async move {
            let call = client.raw(Method::GET, "/", ());
            match polls {
                None => call.await.map(|_| 0).unwrap(),
                Some(polls) => give_up_after(polls, call).await,
            }
        });
    }
    given_up + tasks.join_all().await.into_iter().sum::<usize>()
}

/// Drops a call after this many polls; returns 1 if it was not done by then.
async fn give_up_after(polls: usize, call: impl Future<Output = Result<Response, Error>>) -> usize {
    let mut call = pin!(call);
    let mut left = polls;
    std::future::poll_fn(|cx| {
        if left == 0 {
            return Poll::Ready(1);
        }
        left -= 1;
        match call.as_mut().poll(cx) {
            Poll::Ready(answer) => Poll::Ready(answer.map(|_| 0).unwrap()),
            Poll::Pending if left == 0 => Poll::Ready(1),
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
