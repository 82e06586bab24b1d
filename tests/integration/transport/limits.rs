//! No answer is read beyond the limit, in whatever form it comes.

use http::Method;
use sigtower::opensearch::Response;
use sigtower::transport::TransportError;

use super::{client_of, transport_error};
use crate::faults::server::Server;

const LIMIT: usize = 1000;

/// What becomes of this answer when at most [`LIMIT`] bytes may be read.
async fn read(answer: Vec<u8>) -> Result<Response, String> {
    let server = Server::answering(answer).await;
    let client = client_of(&server).response_limit(LIMIT).build().unwrap();
    client
        .raw(Method::GET, "/", ())
        .await
        .map_err(|error| match transport_error(&error) {
            TransportError::ResponseTooLarge { limit: LIMIT } => "too large".into(),
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
async fn an_answer_of_exactly_the_limit_is_read() {
    let body = vec![b'a'; LIMIT];
    for answer in [with_length("", &body), chunked(&body), until_close(&body)] {
        assert_eq!(read(answer).await.unwrap().body, body);
    }
}

#[tokio::test]
async fn an_answer_over_the_limit_is_not_read() {
    let body = vec![b'a'; LIMIT + 1];
    for answer in [with_length("", &body), chunked(&body), until_close(&body)] {
        assert_eq!(read(answer).await.unwrap_err(), "too large");
    }
}

#[tokio::test]
async fn a_claimed_length_over_the_limit_is_enough_to_refuse() {
    let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 1001\r\n\r\n".to_vec();
    assert_eq!(read(answer).await.unwrap_err(), "too large");
}

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
    async fn a_gzip_answer_arrives_inflated() {
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
    async fn a_damaged_gzip_answer_is_an_error() {
        let answer = with_length("content-encoding: gzip\r\n", b"{}");
        assert!(read(answer).await.unwrap_err().starts_with("Decompress"));
    }
}
