//! What is sent, and what the client makes of responses that go wrong.

use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use http::{Method, Request, Response};
use serde_json::json;
use sigtower::BoxError;
use sigtower::body::Body;
use sigtower::opensearch::ErrorKind;
use sigtower::transport::TransportError;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::{Mutex, mpsc};

use super::{builder, client_of, transport_error};
use crate::faults::server::{Received, Server, answer_once, read_request};

/// Sends one raw request and returns it as it arrived.
async fn sent(method: Method, path: &str, body: &'static str) -> Received {
    let (saw, mut seen) = mpsc::unbounded_channel();
    let server = Server::start(move |mut stream| {
        let saw = saw.clone();
        async move {
            saw.send(answer_once(&mut stream).await).unwrap();
        }
    })
    .await;
    let client = client_of(&server).build().unwrap();
    client.raw(method, path, body).await.unwrap();
    let received = seen.recv().await.unwrap();
    assert_eq!(
        received.header("host"),
        server.url().strip_prefix("http://")
    );
    received
}

#[tokio::test]
async fn a_request_arrives_signed_and_byte_for_byte() {
    let path = "/m%C3%BCsli,b*/_doc/a%2Fb?routing=1%2B1&q=a:b";
    let received = sent(Method::PUT, path, r#"{"a":1}"#).await;
    assert_eq!(received.request_line(), format!("PUT {path} HTTP/1.1"));
    assert_eq!(received.body, br#"{"a":1}"#);
    assert_eq!(received.header("content-type"), Some("application/json"));
    let authorization = received.header("authorization").unwrap();
    assert!(
        authorization.contains("/eu-west-1/es/aws4_request"),
        "{authorization}"
    );
    assert!(
        authorization.contains("SignedHeaders=content-type;host;x-amz-content-sha256;x-amz-date")
    );
    assert!(
        received
            .header("user-agent")
            .unwrap()
            .starts_with("sigtower/")
    );
}

/// The third law of the stack: the server receives what was signed, plus a length.
#[tokio::test]
async fn nothing_after_signing_changes_the_request() {
    let (saw, mut seen) = mpsc::unbounded_channel();
    let server = Server::start(move |mut stream| {
        let saw = saw.clone();
        async move {
            saw.send(answer_once(&mut stream).await).unwrap();
        }
    })
    .await;
    let (record, mut recorded) = mpsc::unbounded_channel();
    let recorder = tower::service_fn(move |request: Request<Body>| {
        record.send(request).unwrap();
        std::future::ready(Ok::<_, BoxError>(Response::new(Body::empty())))
    });
    let clock = UNIX_EPOCH + Duration::from_secs(1_440_938_160);
    let real = client_of(&server).clock(clock);
    let mock = client_of(&server).clock(clock).over(recorder);
    for client in [real, mock] {
        let body = "{\"index\":{}}\n{\"title\":\"Ж\"}\n";
        let client = client.build().unwrap();
        client
            .raw(Method::POST, "/a%2Fb,c*/_bulk?q=%20+", body)
            .await
            .unwrap();
    }
    let (arrived, signed) = (seen.recv().await.unwrap(), recorded.recv().await.unwrap());
    let target = signed.uri().path_and_query().unwrap();
    assert_eq!(arrived.request_line(), format!("POST {target} HTTP/1.1"));
    assert_eq!(&arrived.body, signed.body().as_bytes());
    for (name, value) in signed.headers() {
        assert_eq!(arrived.header(name.as_str()), value.to_str().ok(), "{name}");
    }
    assert!(arrived.header("content-length").is_some());
    let arrived_headers = arrived.head.trim_end().lines().count() - 1;
    assert_eq!(arrived_headers, signed.headers().len() + 1);
}

#[tokio::test]
async fn a_bulk_body_arrives_as_ndjson_with_its_final_newline() {
    let received = sent(Method::POST, "/movies/_bulk?refresh", "{}\n{}").await;
    assert_eq!(
        received.header("content-type"),
        Some("application/x-ndjson")
    );
    assert_eq!(received.body, b"{}\n{}\n");
}

#[tokio::test]
async fn a_request_without_body_has_no_content_type() {
    let received = sent(Method::GET, "/", "").await;
    assert_eq!(received.header("content-type"), None);
    assert_eq!(received.header("transfer-encoding"), None);
}

#[tokio::test]
async fn a_get_may_have_a_body() {
    let received = sent(Method::GET, "/_search", r#"{"size":0}"#).await;
    assert_eq!(received.body, br#"{"size":0}"#);
}

#[tokio::test]
async fn a_path_that_cannot_be_sent_is_refused() {
    let server = Server::answering("").await;
    let client = client_of(&server).build().unwrap();
    for path in [
        "",
        "_search",
        "*",
        "https://evil.example/",
        "/a b",
        "/a#b",
        "/a\r\nx: y",
        "/a/..",
    ] {
        let error = client.raw(Method::GET, path, ()).await.expect_err(path);
        let before_sending = [ErrorKind::InvalidRequest, ErrorKind::Sign];
        assert!(before_sending.contains(&error.kind()), "{path}: {error}");
    }
    assert_eq!(server.accepted(), 0);
}

#[tokio::test]
async fn any_status_but_a_redirect_is_a_response() {
    for status in [
        "200 OK",
        "201 Created",
        "404 Not Found",
        "429 Too Many Requests",
        "503 Oh",
    ] {
        let server = Server::answering(format!(
            "HTTP/1.1 {status}\r\ncontent-length: 2\r\n\r\n{{}}"
        ))
        .await;
        let client = client_of(&server).build().unwrap();
        let answer = client.raw(Method::GET, "/", json!({})).await.unwrap();
        assert_eq!(answer.status.as_str(), &status[..3]);
    }
}

#[tokio::test]
async fn a_redirect_is_an_error_and_its_target_is_never_contacted() {
    let elsewhere = Server::answering("").await;
    for status in [301, 302, 303, 307, 308] {
        let target = elsewhere.url();
        let answer =
            format!("HTTP/1.1 {status} X\r\nlocation: {target}/x\r\ncontent-length: 0\r\n\r\n");
        let server = Server::answering(answer).await;
        let client = client_of(&server).build().unwrap();
        let error = client.raw(Method::GET, "/", ()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Redirect);
        assert_eq!(error.status().unwrap(), status);
    }
    assert_eq!(elsewhere.accepted(), 0);
}

#[tokio::test]
async fn a_response_to_head_has_a_length_but_no_body() {
    let server = Server::answering("HTTP/1.1 200 OK\r\ncontent-length: 999999999\r\n\r\n").await;
    let client = client_of(&server).response_limit(10).build().unwrap();
    for _ in 0..2 {
        let answer = client.raw(Method::HEAD, "/movies", ()).await.unwrap();
        assert!(answer.body.is_empty());
    }
    assert_eq!(server.accepted(), 1);
}

#[tokio::test]
async fn a_response_that_is_cut_off_is_a_broken_connection() {
    for cut in [
        "",
        "HTTP/1.1 20",
        "HTTP/1.1 200 OK\r\ncontent-le",
        "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n{\"a\":",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\n{\"a\":",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n",
    ] {
        let server = Server::start(move |mut stream| async move {
            read_request(&mut stream).await;
            let _ = stream.write_all(cut.as_bytes()).await;
        })
        .await;
        let client = client_of(&server).build().unwrap();
        let error = client.raw(Method::GET, "/", ()).await.expect_err(cut);
        assert_eq!(error.kind(), ErrorKind::Transport, "{cut:?}: {error}");
        assert!(
            matches!(transport_error(&error), TransportError::Broken(_)),
            "{cut:?}"
        );
    }
}

#[tokio::test]
async fn a_refused_connection_names_the_origin_and_nothing_else() {
    let url = "http://127.0.0.1:1"; // nothing listens there
    let client = builder(url).build().unwrap();
    let error = client
        .raw(Method::GET, "/secret?token=x", ())
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connect);
    let said = transport_error(&error).to_string();
    assert!(
        said.starts_with(&format!("no connection to {url}: connection refused")),
        "{said}"
    );
    assert!(!format!("{error:?}").contains("token"));
}

#[tokio::test]
async fn a_dropped_call_closes_its_connection_and_the_client_stays_usable() {
    let (saw, mut seen) = mpsc::unbounded_channel();
    let first = Arc::new(Mutex::new(true));
    let server = Server::start(move |mut stream| {
        let (saw, first) = (saw.clone(), Arc::clone(&first));
        async move {
            if std::mem::replace(&mut *first.lock().await, false) {
                read_request(&mut stream).await.unwrap();
                saw.send("request").unwrap();
                assert_eq!(stream.read(&mut [0; 1]).await.unwrap_or(0), 0);
                saw.send("closed").unwrap();
            } else {
                answer_once(&mut stream).await;
            }
        }
    })
    .await;
    let client = client_of(&server).build().unwrap();
    tokio::select! {
        answer = client.raw(Method::GET, "/", ()) => panic!("{answer:?}"),
        event = seen.recv() => assert_eq!(event, Some("request")),
    }
    assert_eq!(seen.recv().await, Some("closed"));
    assert!(client.raw(Method::GET, "/", ()).await.is_ok());
}
