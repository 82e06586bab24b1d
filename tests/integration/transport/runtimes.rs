//! One client, several runtimes.

use http::Method;
use sigtower::opensearch::Client;
use tokio::runtime::{Builder, Runtime};

use super::client_of;
use crate::faults::server::{EMPTY_OBJECT, Server};

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

async fn send(client: &Client) {
    let response = client.raw(Method::GET, "/", ()).await.unwrap();
    assert_eq!(response.status, 200);
}

/// As tests do that share a client: each has a runtime of its own, one after the other.
#[test]
fn a_client_outlives_the_runtime_that_opened_its_connections() {
    let servers = Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    let server = servers.block_on(Server::answering(EMPTY_OBJECT));
    let client = client_of(&server).build().unwrap();
    for _ in 0..3 {
        runtime().block_on(async { tokio::join!(send(&client), send(&client)) });
    }
}

#[test]
fn two_running_runtimes_share_a_client() {
    let servers = Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    let server = servers.block_on(Server::answering(EMPTY_OBJECT));
    let client = client_of(&server).build().unwrap();
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let runtime = Builder::new_multi_thread()
                    .worker_threads(1)
                    .enable_all()
                    .build();
                let runtime = runtime.unwrap();
                for _ in 0..50 {
                    runtime.block_on(send(&client));
                }
            });
        }
    });
}
