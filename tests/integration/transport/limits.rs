//! No response is read beyond its limit, in whatever form it arrives; and limits and timeouts may have
//! any value.

use std::time::Duration;

use http::{Method, StatusCode};
use sigtower::opensearch::{ClientBuilder, Response};
use sigtower::transport::TransportError;

use super::{client_of, transport_error};
use crate::child;
use crate::faults::server::Server;

const LIMIT: usize = 1000;

/// The result of reading this response with a limit of [`LIMIT`] bytes.
async fn read(answer: Vec<u8>) -> Result<Response, String> {
    let server = Server::answering(answer).await;
    let client = client_of(&server).response_limit(LIMIT).build().unwrap();
    client
        .raw(Method::GET, "/", ())
        .await
        .map_err(|error| match transport_error(&error) {
            TransportError::ResponseTooLarge {
                limit: LIMIT,
                status,
                ..
            } => {
                assert_eq!(
                    (*status, error.status()),
                    (StatusCode::OK, Some(StatusCode::OK))
                );
                "too large".into()
            }
            other => format!("{other:?}"),
        })
}

fn with_length(head: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let mut answer =
        format!("HTTP/1.1 200 OK\r\n{head}content-length: {length}\r\n\r\n").into_bytes();
    answer.extend_from_slice(body);
    answer
}

fn chunked(body: &[u8]) -> Vec<u8> {
    let mut answer = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n".to_vec();
    for chunk in body.chunks(100) {
        answer.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
        answer.extend_from_slice(chunk);
        answer.extend_from_slice(b"\r\n");
    }
    answer.extend_from_slice(b"0\r\n\r\n");
    answer
}

fn until_close(body: &[u8]) -> Vec<u8> {
    let mut answer = b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n".to_vec();
    answer.extend_from_slice(body);
    answer
}

#[tokio::test]
async fn a_response_of_exactly_the_limit_is_read() {
    let body = vec![b'a'; LIMIT];
    for answer in [with_length("", &body), chunked(&body), until_close(&body)] {
        assert_eq!(read(answer).await.unwrap().body, body);
    }
}

#[tokio::test]
async fn a_response_over_the_limit_is_too_large() {
    let body = vec![b'a'; LIMIT + 1];
    for answer in [with_length("", &body), chunked(&body), until_close(&body)] {
        assert_eq!(read(answer).await.unwrap_err(), "too large");
    }
}

#[tokio::test]
async fn an_announced_length_over_the_limit_is_too_large() {
    let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 1001\r\n\r\n".to_vec();
    assert_eq!(read(answer).await.unwrap_err(), "too large");
}

/// A setting that limits something, as a function of its value.
type Setting<T> = fn(ClientBuilder, T) -> ClientBuilder;

const DURATIONS: [(&str, Setting<Duration>); 7] = [
    ("total_timeout", |client, it| client.total_timeout(it)),
    ("attempt_timeout", |client, it| {
        // It must be less than a signature's life.
        client.attempt_timeout(it.min(Duration::from_secs(299)))
    }),
    ("connect_timeout", |client, it| client.connect_timeout(it)),
    ("head_timeout", |client, it| {
        client.transport(|config| config.with_head_timeout(it))
    }),
    ("stall_timeout", |client, it| {
        client.transport(|config| config.with_stall_timeout(it))
    }),
    ("idle_timeout", |client, it| {
        client.transport(|config| config.with_idle_timeout(it))
    }),
    ("max_connection_age", |client, it| {
        client.transport(|config| config.with_max_connection_age(it))
    }),
];

const SIZES: [(&str, Setting<usize>); 5] = [
    ("response_limit", |client, it| client.response_limit(it)),
    ("max_concurrent_requests", |client, it| {
        client.max_concurrent_requests(it)
    }),
    ("max_idle_connections", |client, it| {
        client.transport(|config| config.with_max_idle_connections(it))
    }),
    ("max_attempts", |client, it| {
        client.max_attempts(u32::try_from(it).unwrap_or(u32::MAX))
    }),
    #[cfg(feature = "compression")]
    ("compress_requests_over", |client, it| {
        client.compress_requests_over(it)
    }),
    #[cfg(not(feature = "compression"))]
    ("nothing", |client, _| client),
];

/// In a process of its own, which dies of a panic in any task.
#[tokio::test]
async fn limits_and_timeouts_may_have_any_value() {
    let process = child::running("transport::limits::any_value_in_a_process_of_its_own");
    let settings = child::said(process, "settings that may have any value: ").await;
    assert_eq!(settings, (DURATIONS.len() + SIZES.len()).to_string());
}

/// The largest values limit nothing; with the smallest there is a typed error at most.
#[tokio::test]
#[ignore = "a part of another, which starts the process"]
async fn any_value_in_a_process_of_its_own() {
    let print = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        print(panic);
        std::process::exit(1);
    }));
    let server = Server::answering(with_length(ENCODED, BODY)).await;
    let day = Duration::from_secs(24 * 60 * 60);
    let almost = Duration::MAX - Duration::from_nanos(1);
    for (name, set) in DURATIONS {
        for value in [day, almost, Duration::MAX] {
            let read = send(set(client_of(&server), value)).await;
            assert_eq!(read.unwrap(), "{}", "{name} {value:?}");
        }
        if let Err(error) = send(set(client_of(&server), Duration::ZERO)).await {
            assert!(error.starts_with("Timeout"), "{name}: {error}");
        }
    }
    for (name, set) in SIZES {
        for value in [1000, usize::MAX - 1, usize::MAX] {
            let read = send(set(client_of(&server), value)).await;
            assert_eq!(read.unwrap(), "{}", "{name} {value}");
        }
        if let Err(error) = send(set(client_of(&server), 0)).await {
            assert!(error.starts_with("ResponseTooLarge"), "{name}: {error}");
        }
    }
    let settings = DURATIONS.len() + SIZES.len();
    println!("settings that may have any value: {settings}");
}

/// Two requests, so that the second finds a pooled connection.
async fn send(client: ClientBuilder) -> Result<String, String> {
    let client = client.build().unwrap();
    let send = || client.raw(Method::POST, "/", "x".repeat(10_000));
    let said = |error| format!("{:?}", transport_error(&error));
    send().await.map_err(said)?;
    Ok(send().await.map_err(said)?.text().into_owned())
}

#[cfg(feature = "compression")]
const ENCODED: &str = "content-encoding: gzip\r\n";
#[cfg(not(feature = "compression"))]
const ENCODED: &str = "";

/// `{}`, in gzip where that is understood.
#[cfg(feature = "compression")]
const BODY: &[u8] = &[
    31, 139, 8, 0, 0, 0, 0, 0, 0, 255, 171, 174, 5, 0, 67, 191, 166, 163, 2, 0, 0, 0,
];
#[cfg(not(feature = "compression"))]
const BODY: &[u8] = b"{}";

#[cfg(feature = "compression")]
mod gzip {
    use std::io::Write;

    use super::*;

    fn gzip(plain: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        encoder.write_all(plain).unwrap();
        encoder.finish().unwrap()
    }

    #[tokio::test]
    async fn a_gzip_response_is_inflated() {
        let plain = vec![b'a'; LIMIT];
        let answer = with_length("content-encoding: gzip\r\n", &gzip(&plain));
        let answer = read(answer).await.unwrap();
        assert_eq!(answer.body, plain);
        assert!(!answer.headers.contains_key("content-encoding"));
    }

    #[tokio::test]
    async fn a_gzip_bomb_is_too_large() {
        let bomb = gzip(&vec![0; 100 * LIMIT]);
        assert!(bomb.len() < LIMIT, "it has to pass the first limit");
        let answer = with_length("content-encoding: gzip\r\n", &bomb);
        assert_eq!(read(answer).await.unwrap_err(), "too large");
    }

    #[tokio::test]
    async fn a_damaged_gzip_response_is_an_error() {
        let answer = with_length("content-encoding: gzip\r\n", b"{}");
        assert!(read(answer).await.unwrap_err().starts_with("Decompress"));
    }
}
