//! Long bodies share their thread with other tasks while they are compressed and inflated.

use std::fmt;
use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::{Duration, Instant};

use flate2::write::GzEncoder;
use http::Method;
use sigtower::opensearch::Client;

use super::server::{EMPTY_OBJECT, Server};
use crate::transport::builder;

/// Each test has a thread of its own, and the server runs on another.
#[test]
fn inflating_a_long_response_does_not_hold_its_thread() {
    let response = {
        let mut gzip = GzEncoder::new(Vec::new(), flate2::Compression::default());
        gzip.write_all(&ndjson(90 * MIB)).unwrap();
        let body = gzip.finish().unwrap();
        let length = body.len();
        let head = format!(
            "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: {length}\r\n\r\n"
        );
        [head.as_bytes(), &body].concat()
    };
    let turns = turns_of_another_task(response, async |client| {
        let response = client.raw(Method::GET, "/", ()).await.unwrap();
        assert_eq!(response.body.len(), 90 * MIB);
    });
    println!("inflating 90 MiB: {turns}");
    assert!(turns.count >= 90 * 4, "{turns}");
}

#[test]
fn compressing_a_long_request_does_not_hold_its_thread() {
    let body = String::from_utf8(ndjson(50 * MIB)).unwrap();
    let turns = turns_of_another_task(EMPTY_OBJECT.to_vec(), async |client| {
        client.raw(Method::POST, "/_bulk", body).await.unwrap();
    });
    println!("compressing 50 MiB: {turns}");
    assert!(turns.count >= 50 * 8 - 1, "{turns}");
}

/// How often a task got its turn that always wants it.
struct Turns {
    count: usize,
    /// How long it waited for each.
    waits: Vec<Duration>,
}

/// On a machine that does other things as well, the longest waits are not the client's.
impl fmt::Display for Turns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut waits = self.waits.clone();
        waits.sort();
        let of = |percent: usize| waits[(waits.len() - 1) * percent / 100];
        let count = self.count;
        write!(
            f,
            "{count} turns, waits {:?}, {:?} and {:?} (50, 99, 100 %)",
            of(50),
            of(99),
            of(100)
        )
    }
}

/// Does this work on a runtime with one thread, beside a task that always wants to run.
fn turns_of_another_task(response: Vec<u8>, work: impl AsyncFnOnce(Client) + 'static) -> Turns {
    let elsewhere = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    let server = elsewhere.block_on(Server::answering(response));
    let client = builder(server.url())
        .compress_requests_over(1024)
        .build()
        .unwrap();

    let here = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let tasks = tokio::task::LocalSet::new();
    let is_done = Arc::new(AtomicBool::new(false));
    let stop = Arc::clone(&is_done);
    let waits = tasks.block_on(&here, async move {
        let watch = tokio::task::spawn_local(async move {
            let (mut waits, mut last) = (Vec::new(), Instant::now());
            while !is_done.load(Relaxed) {
                turn().await;
                let now = Instant::now();
                waits.push(now - last);
                last = now;
            }
            waits
        });
        turn().await;
        work(client).await;
        stop.store(true, Relaxed);
        watch.await.unwrap()
    });
    // Those without a wait say nothing: the work itself was waiting.
    let waits: Vec<_> = waits.into_iter().filter(|wait| *wait > SHORTEST).collect();
    let count = waits.len();
    Turns { count, waits }
}

/// Waits until the tasks that are ready have been polled.
async fn turn() {
    let mut is_first = true;
    std::future::poll_fn(|cx| {
        if std::mem::take(&mut is_first) {
            cx.waker().wake_by_ref();
            return std::task::Poll::Pending;
        }
        std::task::Poll::Ready(())
    })
    .await;
}

fn ndjson(length: usize) -> Vec<u8> {
    let mut random = fastrand::Rng::with_seed(18);
    let mut text = String::with_capacity(length + 100);
    while text.len() < length {
        let (id, price) = (random.u32(..1_000_000), random.u16(..));
        text += &format!(
            "{{\"index\":{{\"_id\":\"{id}\"}}}}\n{{\"title\":\"a title\",\"price\":{price}}}\n"
        );
    }
    let mut bytes = text.into_bytes();
    bytes.truncate(length - 1);
    bytes.push(b'\n');
    bytes
}

const MIB: usize = 1 << 20;
/// Work of less time than this is not a slice of a body.
const SHORTEST: Duration = Duration::from_micros(50);
