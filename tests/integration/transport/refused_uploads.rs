//! Servers that refuse a large body after they have read its head, and close.

use std::time::Duration;

use http::Method;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::client_of;
use crate::faults::server::Server;

/// How a server ends a connection whose request it has not read.
#[derive(Clone, Copy, Debug)]
enum End {
    /// At once: what is unread makes a reset of it.
    Close,
    /// After a moment, in which the client sends on.
    CloseLater,
    /// It ends its own side, and reads on for a while.
    Linger,
    /// It ends its own side, reads nothing, and closes after a while.
    HalfClose,
}

async fn refuse(mut stream: TcpStream, response: &[u8], end: End) {
    let mut head = vec![0; 4096];
    stream.read_exact(&mut head).await.unwrap();
    stream.write_all(response).await.unwrap();
    let moment = Duration::from_millis(20);
    match end {
        End::Close => {}
        End::CloseLater => tokio::time::sleep(moment).await,
        End::Linger => {
            stream.shutdown().await.unwrap();
            let mut bytes = vec![0; 1 << 20];
            let reading = async { while let Ok(1..) = stream.read(&mut bytes).await {} };
            let _ = tokio::time::timeout(moment, reading).await;
        }
        End::HalfClose => {
            stream.shutdown().await.unwrap();
            tokio::time::sleep(moment).await;
        }
    }
}

/// How many of 20 uploads of so many MiB end with this status.
async fn refused(mib: usize, status: u16, response: &'static [u8], end: End) -> usize {
    let server = Server::start(move |stream| refuse(stream, response, end)).await;
    let client = client_of(&server).build().unwrap();
    let body = bytes::Bytes::from(vec![b'x'; mib << 20]);
    let mut count = 0;
    for _ in 0..20 {
        match client.raw(Method::POST, "/movies/_doc", body.clone()).await {
            Ok(response) => count += usize::from(response.status == status),
            Err(error) => println!("{mib} MiB, {end:?}: {error:?}"),
        }
    }
    count
}

/// On two threads each, as in a program of one's own.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_early_413_is_read_however_the_server_closes() {
    const TOO_LARGE: &[u8] =
        b"HTTP/1.1 413 Content Too Large\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}";
    const WITHOUT_LENGTH: &[u8] = b"HTTP/1.1 413 Content Too Large\r\nconnection: close\r\n\r\n{}";
    for mib in [3, 12, 30, 60] {
        for end in [End::Close, End::CloseLater, End::Linger, End::HalfClose] {
            let count = refused(mib, 413, TOO_LARGE, end).await;
            println!("{mib} MiB, {end:?}: {count} of 20");
            assert!(count >= 19, "{mib} MiB, {end:?}: {count} of 20");
        }
    }
    for end in [End::Close, End::Linger] {
        let count = refused(12, 413, WITHOUT_LENGTH, end).await;
        assert!(count >= 19, "without length, {end:?}: {count} of 20");
    }
}

#[tokio::test]
async fn an_early_refusal_of_any_kind_is_read() {
    const DENIED: &[u8] = b"HTTP/1.1 403 Forbidden\r\ncontent-length: 2\r\n\r\n{}";
    for end in [End::Close, End::Linger] {
        let count = refused(12, 403, DENIED, end).await;
        assert!(count >= 19, "{end:?}: {count} of 20");
    }
}

/// Under TLS the server's response waits in the records that have arrived. The server does not reset the connection
/// at once: then the client's system may discard what it has received.
#[cfg(any(feature = "rustls", feature = "ring"))]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_early_413_is_read_under_tls() {
    use super::tls::{DOMAIN, Identity, through_tunnel};

    const TOO_LARGE: &[u8] = b"HTTP/1.1 413 Content Too Large\r\ncontent-length: 2\r\n\r\n{}";
    for ends_in_order in [true, false] {
        let identity = Identity::of(DOMAIN);
        let acceptor = identity.acceptor(&[]);
        let server = Server::start(move |stream| {
            let acceptor = acceptor.clone();
            async move {
                let mut stream = acceptor.accept(stream).await.unwrap();
                stream.read_exact(&mut [0; 4096]).await.unwrap();
                stream.write_all(TOO_LARGE).await.unwrap();
                stream.flush().await.unwrap();
                if ends_in_order {
                    let _ = stream.shutdown().await;
                    let _ = tokio::io::copy(&mut stream, &mut tokio::io::sink()).await;
                } else {
                    // Reads no more, and closes when the client does.
                    let mut socket = stream.into_inner().0;
                    tokio::time::sleep(Duration::from_millis(300)).await;
                    let _ = socket.shutdown().await;
                }
            }
        })
        .await;
        let client = through_tunnel(&server, &identity).build().unwrap();
        let body = bytes::Bytes::from(vec![b'x'; 12 << 20]);
        for _ in 0..5 {
            let sent = client.raw(Method::POST, "/movies/_doc", body.clone()).await;
            assert_eq!(sent.unwrap().status, 413, "{ends_in_order}");
        }
    }
}
