//! Connections that the server closes at any time.

use std::sync::atomic::{AtomicU64, Ordering};

use futures_util::StreamExt;
use futures_util::stream::iter;
use http::Method;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use super::*;
use crate::faults::server::{EMPTY_OBJECT, Server, read_request};

/// A hundredth of the full number.
#[tokio::test]
async fn connections_closed_at_random_cause_no_errors() {
    idempotent_requests(2_000).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "soak: 200,000 requests"]
async fn soak_connections_closed_at_random_cause_no_errors() {
    idempotent_requests(200_000).await;
}

/// Sends this many requests, 32 at a time. Each must get a response.
async fn idempotent_requests(requests: usize) {
    let connections = AtomicU64::new(0);
    let server = Server::start(move |stream| {
        let number = connections.fetch_add(1, Ordering::Relaxed);
        serve_some(stream, fastrand::Rng::with_seed(number))
    })
    .await;
    let client = Client::builder(server.url())
        .region("eu-west-1")
        .service("es")
        .credentials(Principal::admin().credentials())
        .build()
        .unwrap();
    let calls = iter(0..requests).map(|_| client.raw(Method::GET, "/", ()));
    let attempts = calls
        .buffer_unordered(32)
        .map(|response| response.unwrap().attempts() as usize);
    let attempts = attempts.collect::<Vec<_>>().await.iter().sum::<usize>();
    let connections = server.accepted();
    println!("{requests} requests, {attempts} attempts, {connections} connections");
    assert!(connections > requests / 10, "{connections}");
}

/// Answers a few requests and closes the connection, at once or a moment later.
async fn serve_some(mut stream: TcpStream, mut random: fastrand::Rng) {
    for _ in 0..random.usize(1..8) {
        if read_request(&mut stream).await.is_none()
            || stream.write_all(EMPTY_OBJECT).await.is_err()
        {
            return;
        }
    }
    for _ in 0..random.usize(..5) {
        tokio::task::yield_now().await;
    }
}
