//! What HTTP/2 states about requests without a response: whether the server processed them.

use http::Method;
use sigtower::opensearch::ErrorKind;
use sigtower::transport::TransportError;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use super::tls::{DOMAIN, Identity, through_tunnel};
use super::transport_error;
use crate::faults::server::Server;

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const GOAWAY: u8 = 7;

const NO_ERROR: u32 = 0;
const INTERNAL_ERROR: u32 = 2;
const REFUSED_STREAM: u32 = 7;
const CANCEL: u32 = 8;

/// How a server ends the first request on its first connection, before it closes it.
#[derive(Clone, Copy, Debug)]
enum End {
    Reset(u32),
    /// The last stream that the server states to have processed, and the reason.
    GoAway(u32, u32),
}

#[tokio::test]
async fn a_request_that_was_not_processed_is_sent_again_even_if_it_is_not_idempotent() {
    for end in [
        End::Reset(REFUSED_STREAM),
        End::GoAway(0, NO_ERROR),
        End::GoAway(0, INTERNAL_ERROR),
    ] {
        let (server, identity) = server(end).await;
        let client = through_tunnel(&server, &identity)
            .http2(true)
            .build()
            .unwrap();
        let answer = client.raw(Method::POST, "/movies/_doc", "{}").await;
        let answer = answer.unwrap_or_else(|error| panic!("{end:?}: {error:?}"));
        assert_eq!(
            (answer.status.as_u16(), answer.attempts()),
            (200, 2),
            "{end:?}"
        );
        assert_eq!(server.accepted(), 2);
    }
}

#[tokio::test]
async fn a_request_that_was_not_processed_is_retryable() {
    let (server, identity) = server(End::Reset(REFUSED_STREAM)).await;
    let client = through_tunnel(&server, &identity)
        .http2(true)
        .max_attempts(1);
    let client = client.build().unwrap();
    let error = client
        .raw(Method::POST, "/movies/_doc", "{}")
        .await
        .unwrap_err();
    assert!(matches!(
        transport_error(&error),
        TransportError::Unprocessed(_)
    ));
    assert_eq!(error.kind(), ErrorKind::Transport);
    assert!(error.is_retryable() && !error.may_have_been_applied());
}

#[tokio::test]
async fn a_write_that_may_have_been_processed_is_not_sent_again() {
    for end in [
        End::Reset(CANCEL),
        End::Reset(INTERNAL_ERROR),
        End::GoAway(1, NO_ERROR),
        End::GoAway(1, INTERNAL_ERROR),
    ] {
        let (server, identity) = server(end).await;
        let client = through_tunnel(&server, &identity)
            .http2(true)
            .build()
            .unwrap();
        let answer = client.raw(Method::POST, "/movies/_doc", "{}").await;
        let error = answer.expect_err("there is no response");
        assert_eq!(
            (error.kind(), error.attempts()),
            (ErrorKind::Unknown, 1),
            "{end:?}"
        );
        assert!(
            matches!(transport_error(&error), TransportError::Broken(_)),
            "{end:?}"
        );
        assert_eq!(server.accepted(), 1);
    }
}

/// Ends the first connection like this, and responds with 200 on all others.
async fn server(end: End) -> (Server, Identity) {
    let identity = Identity::of(DOMAIN);
    let acceptor = identity.acceptor(&["h2"]);
    let first = std::sync::atomic::AtomicBool::new(true);
    let server = Server::start(move |stream| {
        let acceptor = acceptor.clone();
        let is_first = first.swap(false, std::sync::atomic::Ordering::SeqCst);
        async move {
            let mut stream = acceptor.accept(stream).await.unwrap();
            let id = read_request(&mut stream).await;
            let (kind, flags, on, payload) = match end {
                // End of headers and stream; `:status: 200` as HPACK's static table has it.
                _ if !is_first => (HEADERS, 5, id, vec![0x88]),
                End::Reset(reason) => (RST_STREAM, 0, id, reason.to_be_bytes().to_vec()),
                End::GoAway(last, reason) => {
                    let payload = [last.to_be_bytes(), reason.to_be_bytes()].concat();
                    (GOAWAY, 0, 0, payload)
                }
            };
            write_frame(&mut stream, kind, flags, on, &payload).await;
            stream.shutdown().await.unwrap();
        }
    })
    .await;
    (server, identity)
}

/// Reads until a request has ended; returns the number of its stream.
async fn read_request<S: AsyncRead + AsyncWrite + Unpin>(stream: &mut S) -> u32 {
    let mut preface = [0; 24];
    stream.read_exact(&mut preface).await.unwrap();
    write_frame(stream, SETTINGS, 0, 0, &[]).await;
    loop {
        let mut head = [0; 9];
        stream.read_exact(&mut head).await.unwrap();
        let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
        let mut payload = vec![0; length as usize];
        stream.read_exact(&mut payload).await.unwrap();
        let (kind, is_end) = (head[3], head[4] & 1 == 1);
        if matches!(kind, HEADERS | DATA) && is_end {
            return u32::from_be_bytes([head[5], head[6], head[7], head[8]]);
        }
    }
}

async fn write_frame<S: AsyncWrite + Unpin>(
    stream: &mut S,
    kind: u8,
    flags: u8,
    on: u32,
    payload: &[u8],
) {
    let mut frame = vec![0, 0, payload.len() as u8, kind, flags];
    frame.extend(on.to_be_bytes());
    frame.extend(payload);
    stream.write_all(&frame).await.unwrap();
    stream.flush().await.unwrap();
}
