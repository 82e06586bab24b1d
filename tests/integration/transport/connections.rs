//! How long connections are kept, and how long opening one may take.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::Duration;

use http::Method;
use sigtower::opensearch::ErrorKind;
use sigtower::transport::{Phase, TransportError};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::Barrier;

use super::{client_of, transport_error};
use crate::faults::server::{EMPTY_OBJECT, Server, read_request};

#[tokio::test]
async fn calls_one_after_the_other_share_a_connection() {
    let server = Server::answering(EMPTY_OBJECT).await;
    let client = client_of(&server).build().unwrap();
    for _ in 0..3 {
        client.clone().raw(Method::GET, "/", ()).await.unwrap();
    }
    assert_eq!(server.accepted(), 1);
}

#[tokio::test]
async fn a_connection_of_maximum_age_gets_no_further_request() {
    let server = Server::answering(EMPTY_OBJECT).await;
    let client = client_of(&server)
        .transport(|config| config.with_max_connection_age(Duration::ZERO))
        .build()
        .unwrap();
    for _ in 0..3 {
        client.raw(Method::GET, "/", ()).await.unwrap();
    }
    assert_eq!(server.accepted(), 3);
}

#[tokio::test]
async fn a_connection_to_a_failing_node_gets_no_further_request() {
    for (status, connections) in [
        (200, 1),
        (404, 1),
        (429, 1),
        (500, 1),
        (502, 3),
        (503, 3),
        (504, 3),
    ] {
        let answer = format!("HTTP/1.1 {status} S\r\ncontent-length: 2\r\n\r\n{{}}");
        let server = Server::answering(answer).await;
        let client = client_of(&server).max_attempts(1).build().unwrap();
        for _ in 0..3 {
            client.raw(Method::GET, "/", ()).await.unwrap();
        }
        assert_eq!(server.accepted(), connections, "{status}");
    }
}

#[tokio::test]
async fn where_some_connections_fail_the_others_are_kept() {
    let (opened, both) = (AtomicUsize::new(0), Arc::new(Barrier::new(2)));
    let server = Server::start(move |mut stream| {
        let (number, both) = (opened.fetch_add(1, Relaxed), Arc::clone(&both));
        async move {
            let mut is_first = number > 0;
            while read_request(&mut stream).await.is_some() {
                if std::mem::take(&mut is_first) {
                    both.wait().await;
                }
                let answer = if number == 1 {
                    EMPTY_OBJECT
                } else {
                    UNAVAILABLE
                };
                stream.write_all(answer).await.unwrap();
            }
        }
    })
    .await;
    let client = client_of(&server).max_attempts(1).build().unwrap();
    let status = || async { client.raw(Method::GET, "/", ()).await.unwrap().status };
    assert_eq!(status().await, 503);
    let (one, other) = tokio::join!(status(), status());
    assert_eq!(one.as_u16() + other.as_u16(), 200 + 503);
    for _ in 0..3 {
        assert_eq!(status().await, 200);
    }
    assert_eq!(server.accepted(), 3);
}

#[tokio::test]
async fn a_replaced_connection_is_closed() {
    let (closed, mut closings) = tokio::sync::mpsc::unbounded_channel();
    let server = Server::start(move |mut stream| {
        let closed = closed.clone();
        async move {
            while read_request(&mut stream).await.is_some() {
                stream.write_all(EMPTY_OBJECT).await.unwrap();
            }
            closed.send(()).unwrap();
        }
    })
    .await;
    let client = client_of(&server)
        .transport(|config| config.with_max_connection_age(Duration::ZERO))
        .build()
        .unwrap();
    for _ in 0..2 {
        client.raw(Method::GET, "/", ()).await.unwrap();
    }
    closings.recv().await.unwrap();
}

#[tokio::test]
async fn a_call_may_take_longer_than_its_connection_may_be_old() {
    let server = Server::answering(EMPTY_OBJECT).await;
    let client = client_of(&server)
        .transport(|config| config.with_max_connection_age(Duration::ZERO))
        .build()
        .unwrap();
    let calls = (0..8).map(|_| client.raw(Method::GET, "/", ()));
    for answer in futures_util::future::join_all(calls).await {
        answer.unwrap();
    }
}

#[tokio::test]
async fn an_attempt_without_response_times_out() {
    let server = Server::start(|mut stream| async move {
        let _ = stream.read_to_end(&mut Vec::new()).await;
    })
    .await;
    let limit = Duration::from_millis(30);
    let client = client_of(&server).attempt_timeout(limit).build().unwrap();
    let error = client.raw(Method::GET, "/", ()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert!(error.is_timeout());
    assert!(matches!(
        transport_error(&error),
        TransportError::Timeout { phase: Phase::Attempt, limit: said, .. } if *said == limit
    ));
}

/// The TLS handshake is the part that hyper's own connect timeout leaves out.
#[cfg(any(feature = "rustls", feature = "ring"))]
#[tokio::test]
async fn a_tls_handshake_without_response_is_a_connect_timeout() {
    let server = Server::start(|mut stream| async move {
        let _ = stream.read_to_end(&mut Vec::new()).await;
    })
    .await;
    let limit = Duration::from_millis(30);
    let client = super::builder(server.url().replace("http", "https"))
        .root_certificate_pem(super::tls::Identity::of("localhost").pem())
        .connect_timeout(limit)
        .build()
        .unwrap();
    let error = client.raw(Method::GET, "/", ()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert!(matches!(
        transport_error(&error),
        TransportError::Timeout { phase: Phase::Connect, limit: said, .. } if *said == limit
    ));
}

const UNAVAILABLE: &[u8] = b"HTTP/1.1 503 S\r\ncontent-length: 2\r\n\r\n{}";
