//! Many callers and few file descriptors.

use std::process::Command;

use futures_util::future::join_all;
use http::Method;

use super::builder;
use crate::child;
use crate::faults::server::{EMPTY_OBJECT, Server};

/// By default so few requests are in flight that a limit of 256 descriptors, as on macOS, suffices.
/// Otherwise they wait for a descriptor or a free connection.
#[tokio::test]
async fn requests_at_once_succeed_with_few_descriptors() {
    for (descriptors, requests, limit) in [(256, 1_000, 64), (48, 1_000, 64), (64, 200, 200)] {
        let case = format!("{descriptors} descriptors, {requests} requests, limit {limit}");
        let server = Server::answering(EMPTY_OBJECT).await;
        let running = child::running("transport::descriptors::some_in_a_process_of_its_own");
        let mut process = Command::new("sh");
        process
            .args(["-c", "ulimit -n \"$DESCRIPTORS\" && exec \"$0\" \"$@\""])
            .arg(running.get_program())
            .args(running.get_args())
            .env("DESCRIPTORS", descriptors.to_string())
            .env("REQUESTS", requests.to_string())
            .env("LIMIT", limit.to_string())
            .env("URL", server.url());
        let succeeded = child::said(process, "succeeded: ").await;
        assert_eq!(succeeded, (2 * requests).to_string(), "{case}");
        // The pool was kept: running out of descriptors says nothing about its connections.
        assert!(
            server.accepted() < descriptors,
            "{case}: {}",
            server.accepted()
        );
    }
}

#[tokio::test]
#[ignore = "a part of another, which starts the server"]
async fn some_in_a_process_of_its_own() {
    let number = |name| std::env::var(name).unwrap().parse::<usize>().unwrap();
    let client = builder(std::env::var("URL").unwrap());
    let client = match number("LIMIT") {
        64 => client, // the default
        limit => client.max_concurrent_requests(limit),
    };
    let client = client.build().unwrap();
    let mut succeeded = 0;
    for _ in 0..2 {
        let calls = (0..number("REQUESTS")).map(|_| client.raw(Method::GET, "/", ()));
        for response in join_all(calls).await {
            response.unwrap();
            succeeded += 1;
        }
    }
    println!("succeeded: {succeeded}");
}
