//! Unusual heads of responses: those that RFC 9112 has a client accept, and those that are no HTTP.

use http::Method;
use sigtower::opensearch::{ErrorKind, Response};
use sigtower::transport::TransportError;

use super::{client_of, transport_error};
use crate::faults::server::Server;

/// What a write with an id gets from a server that sends this head and an empty JSON object.
async fn written(head: &str) -> Response {
    let answer = format!("HTTP/1.1 201 Created\r\n{head}content-length: 2\r\n\r\n{{}}");
    let server = Server::answering(answer).await;
    let client = client_of(&server).build().unwrap();
    let response = client.raw(Method::PUT, "/movies/_doc/1", "{}").await;
    let response = response.unwrap_or_else(|error| panic!("{head:.100}: {error:?}"));
    assert_eq!((response.status.as_u16(), response.attempts()), (201, 1));
    assert_eq!(response.body, "{}");
    // The connection is fit for the next request.
    client.raw(Method::GET, "/", ()).await.unwrap();
    assert_eq!(server.accepted(), 1);
    response
}

#[tokio::test]
async fn a_response_may_have_many_headers() {
    for count in [100, 110, 500, 1000] {
        let warning = "warning: 299 OpenSearch-2.19.0 \"[types removal] is deprecated\"\r\n";
        let response = written(&warning.repeat(count)).await;
        assert_eq!(response.headers.get_all("warning").iter().count(), count);
    }
}

#[tokio::test]
async fn a_header_may_be_folded_over_several_lines() {
    for folded in [
        "x-folded: one\r\n two\r\n",
        "x-folded: one\r\n\ttwo\r\n",
        "x-folded:\r\n one two\r\n",
        "x-folded: one\r\n   \t two  \r\nx-other: other\r\n",
    ] {
        let response = written(folded).await;
        assert_eq!(response.headers["x-folded"], "one two", "{folded:?}");
    }
}

#[tokio::test]
async fn a_header_may_have_blanks_before_its_colon() {
    for blanks in [" ", "\t", "   "] {
        let response = written(&format!("x-blank{blanks}: value\r\n")).await;
        assert_eq!(response.headers["x-blank"], "value");
    }
}

#[tokio::test]
async fn a_header_may_be_empty_doubled_or_of_any_bytes() {
    let response =
        written("x-empty:\r\nX-DOUBLE: a\r\nx-double: b\r\nx-bytes: caf\u{e9}\r\n").await;
    assert_eq!(response.headers["x-empty"], "");
    let double: Vec<_> = response.headers.get_all("x-double").iter().collect();
    assert_eq!(double, ["a", "b"]);
    assert_eq!(
        response.headers["x-bytes"].as_bytes(),
        "caf\u{e9}".as_bytes()
    );
}

/// Sent once: the server has received the request, and its next response would be no better.
#[tokio::test]
async fn a_response_that_is_not_http_is_an_error_that_says_what_is_wrong() {
    let many = "x: y\r\n".repeat(2000);
    let length = "content-length: 2\r\n";
    for (answer, said) in [
        ("nonsense\r\n\r\n".to_owned(), "version"),
        ("\u{15}\u{3}\u{1}\u{0}\u{2}\u{2}\u{46}".into(), "version"),
        ("HTTP/1.1 2x0 OK\r\n\r\n".into(), "status"),
        (
            format!("HTTP/1.1 200 OK\r\n{many}{length}\r\n{{}}"),
            "too large",
        ),
        (
            format!("HTTP/1.1 200 OK\r\nno colon\r\n{length}\r\n{{}}"),
            "header",
        ),
        (
            format!("HTTP/1.1 200 OK\r\nx: a\0b\r\n{length}\r\n{{}}"),
            "header",
        ),
        (
            "HTTP/1.1 200 OK\r\ncontent-length: two\r\n\r\n{}".into(),
            "content-length",
        ),
        (
            "HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n{}".into(),
            "content-length",
        ),
        (
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n".into(),
            "chunk size",
        ),
    ] {
        let server = Server::answering(answer.clone()).await;
        let client = client_of(&server).build().unwrap();
        let error = client
            .raw(Method::PUT, "/movies/_doc/1", "{}")
            .await
            .expect_err(&answer);
        assert_eq!(error.kind(), ErrorKind::Transport, "{answer:.60}");
        assert_eq!(
            (error.attempts(), server.accepted()),
            (1, 1),
            "{answer:.60}"
        );
        assert!(error.may_have_been_applied(), "{answer:.60}");
        let error = transport_error(&error);
        assert!(
            matches!(error, TransportError::InvalidResponse(_)),
            "{error:?}"
        );
        let line = error.to_string();
        assert!(
            line.starts_with("the server sent an invalid HTTP response: "),
            "{line}"
        );
        assert!(line.contains(said), "{line} does not contain {said}");
    }
}
