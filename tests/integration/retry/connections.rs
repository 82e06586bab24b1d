//! Connections that the server closes when it likes.

use std::sync::atomic::{AtomicU64, Ordering};

use http::Method;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::*;

/// Scaled down by a hundred.
#[tokio::test]
async fn t5_connections_closed_at_random_are_never_seen() {
    idempotent_requests(2_000).await;
}

#[tokio::test]
#[ignore = "soak: 200,000 requests"]
async fn t5_soak_connections_closed_at_random_are_never_seen() {
    idempotent_requests(200_000).await;
}

async fn idempotent_requests(requests: usize) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let connections = Arc::new(AtomicU64::new(0));
    let accepted = Arc::clone(&connections);
    let server = tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let number = accepted.fetch_add(1, Ordering::Relaxed);
            tokio::spawn(serve_some(stream, number));
        }
    });
    let client = Client::builder(format!("http://{address}"))
        .region("eu-west-1")
        .service("es")
        .credentials(Principal::admin().credentials())
        .build()
        .unwrap();
    let mut sent_again = 0;
    for _ in 0..requests {
        let answer = client.raw(Method::GET, "/", ()).await.unwrap();
        sent_again += u32::from(answer.attempts() > 1);
    }
    server.abort();
    let connections = connections.load(Ordering::Relaxed) as usize;
    assert!(
        connections > requests / 10,
        "{connections} connections, {sent_again} sent again"
    );
}

/// Answers a few requests and closes without a word, at once or a moment later.
async fn serve_some(mut stream: TcpStream, number: u64) {
    let random = number
        .wrapping_mul(6_364_136_223_846_793_005)
        .rotate_left(23);
    for _ in 0..=random % 7 {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            match stream.read_u8().await {
                Ok(byte) => head.push(byte),
                Err(_) => return,
            }
        }
        let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}";
        if stream.write_all(answer).await.is_err() {
            return;
        }
    }
    for _ in 0..random % 5 {
        tokio::task::yield_now().await;
    }
}
