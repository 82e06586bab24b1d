//! Responses whose body is read as it arrives, and the retry layer around any service.

use std::convert::Infallible;
use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use http::{Method, Request, Response};
use http_body::Body as _;
use http_body_util::combinators::{BoxBody, UnsyncBoxBody};
use http_body_util::{BodyExt, Full};
use sigtower::opensearch::{Client, ErrorKind, Raw};
use sigtower::retry::{Failed, Report};
use sigtower::stack::{RetryLayer, StackConfig};
use sigtower::transport::{Phase, TransportError};
use sigtower::{BoxError, Credentials, Scope, SigV4Layer};
use tokio::io::AsyncWriteExt;
use tower::{ServiceBuilder, ServiceExt, service_fn};

use crate::faults::server::{Server, read_request};

/// A client of a server that sends these bytes for each request, and then closes.
async fn client_of(response: Vec<u8>) -> (Client, Server) {
    let response: Arc<[u8]> = response.into();
    let server = Server::start(move |mut stream| {
        let response = Arc::clone(&response);
        async move {
            if read_request(&mut stream).await.is_some() {
                let _ = stream.write_all(&response).await;
                let _ = stream.shutdown().await;
            }
        }
    })
    .await;
    let builder = Client::builder(server.url())
        .region("eu-west-1")
        .service("es");
    let credentials = Credentials::new("AKIDEXAMPLE", "secret", None);
    let builder = builder
        .credentials(credentials)
        .response_limit(1 << 20)
        .max_attempts(2);
    let builder = builder.transport(|it| it.with_stall_timeout(Duration::from_millis(300)));
    (builder.build().unwrap(), server)
}

fn response(status: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let mut response =
        format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\n{headers}\r\n").into_bytes();
    response.extend_from_slice(body);
    response
}

fn gzip(body: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(body).unwrap();
    encoder.finish().unwrap()
}

fn get() -> Raw {
    Raw::new(Method::GET, "/movies/_search")
}

/// Reads a body, and how long its longest chunk is.
async fn read(client: &Client) -> Result<(Vec<u8>, usize), TransportError> {
    let mut response = client.send_streaming(get()).await.unwrap();
    assert_eq!((response.status.as_u16(), response.attempts()), (200, 1));
    assert!(!response.headers.contains_key("content-encoding"));
    let (mut whole, mut longest) = (Vec::new(), 0);
    while let Some(chunk) = response.body.chunk().await? {
        longest = longest.max(chunk.len());
        whole.extend_from_slice(&chunk);
    }
    Ok((whole, longest))
}

#[tokio::test]
async fn a_body_passes_through_and_is_inflated_on_the_way() {
    let text: Vec<u8> = (0..900_000_u32).map(|at| (at / 7 % 251) as u8).collect();
    for sent in [
        response("200 OK", "", &text),
        response("200 OK", "content-encoding: gzip\r\n", &gzip(&text)),
    ] {
        let (client, _server) = client_of(sent).await;
        let (whole, longest) = read(&client).await.unwrap();
        assert_eq!(whole, text);
        assert!(longest <= 512 * 1024, "{longest}");
    }
    let (client, _server) = client_of(response("200 OK", "", b"")).await;
    assert_eq!(read(&client).await.unwrap().0, b"");
}

#[tokio::test]
async fn a_body_knows_its_length_and_its_end() {
    let (client, _server) = client_of(response("200 OK", "", b"0123456789")).await;
    let mut body = client.send_streaming(get()).await.unwrap().body;
    assert_eq!(
        (body.size_hint().exact(), body.is_end_stream()),
        (Some(10), false)
    );
    assert_eq!(body.chunk().await.unwrap().unwrap(), "0123456789");
    assert!(body.is_end_stream());
    assert_eq!(body.chunk().await.unwrap(), None);
    let sent = response("200 OK", "content-encoding: gzip\r\n", &gzip(b"0123456789"));
    let (client, _server) = client_of(sent).await;
    let mut body = client.send_streaming(get()).await.unwrap().body;
    assert_eq!(
        (body.size_hint().exact(), body.is_end_stream()),
        (None, false)
    );
    assert_eq!(body.chunk().await.unwrap().unwrap(), "0123456789");
    assert_eq!(body.chunk().await.unwrap(), None);
    assert!(body.is_end_stream());
}

#[tokio::test]
async fn a_body_arrives_before_the_response_has_ended() {
    let (tell, told) = tokio::sync::oneshot::channel::<()>();
    let told = Arc::new(tokio::sync::Mutex::new(Some(told)));
    let server = Server::start(move |mut stream| {
        let told = Arc::clone(&told);
        async move {
            read_request(&mut stream).await.unwrap();
            stream
                .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nfirst")
                .await
                .unwrap();
            told.lock().await.take().unwrap().await.unwrap();
            stream.write_all(b"later").await.unwrap();
        }
    })
    .await;
    let builder = Client::builder(server.url()).unauthenticated();
    let client = builder.build().unwrap();
    let mut response = client.send_streaming(get()).await.unwrap();
    assert_eq!(response.body.chunk().await.unwrap().unwrap(), "first");
    tell.send(()).unwrap();
    assert_eq!(response.body.chunk().await.unwrap().unwrap(), "later");
    assert!(response.body.chunk().await.unwrap().is_none());
}

#[tokio::test]
async fn a_body_that_is_cut_damaged_stalled_or_too_large_ends_with_an_error() {
    let text = vec![b'x'; 1000];
    let mut cut = response("200 OK", "", &text);
    cut.truncate(cut.len() - 1);
    let zipped = gzip(&text);
    let half = response(
        "200 OK",
        "content-encoding: gzip\r\n",
        &zipped[..zipped.len() / 2],
    );
    let bomb = response(
        "200 OK",
        "content-encoding: gzip\r\n",
        &gzip(&vec![0; 64 << 20]),
    );
    let large = response("200 OK", "", &vec![b'x'; (1 << 20) + 1]);
    let unknown = response("200 OK", "content-encoding: br\r\n", &text);
    for (name, sent) in [
        ("cut", cut),
        ("half", half),
        ("bomb", bomb),
        ("large", large),
        ("unknown", unknown),
    ] {
        let (client, server) = client_of(sent).await;
        let error = read(&client).await.unwrap_err();
        let is_expected = match name {
            "cut" => matches!(error, TransportError::Broken(_)),
            "half" | "unknown" => matches!(error, TransportError::Decompress { .. }),
            _ => {
                matches!(error, TransportError::ResponseTooLarge { limit, .. } if limit == 1 << 20)
            }
        };
        assert!(is_expected, "{name}: {error:?}");
        assert_eq!(server.accepted(), 1, "{name}: the head decides");
    }
    let server = Server::start(|mut stream| async move {
        read_request(&mut stream).await.unwrap();
        stream
            .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nfirst")
            .await
            .unwrap();
        std::future::pending::<()>().await;
    })
    .await;
    let builder = Client::builder(server.url()).unauthenticated();
    let client = builder.transport(|it| it.with_stall_timeout(Duration::from_millis(200)));
    let mut response = client.build().unwrap().send_streaming(get()).await.unwrap();
    response.body.chunk().await.unwrap();
    let error = response.body.chunk().await.unwrap_err();
    assert!(
        matches!(
            error,
            TransportError::Timeout {
                phase: Phase::Body,
                ..
            }
        ),
        "{error:?}"
    );
    assert!(
        response.body.chunk().await.unwrap().is_none(),
        "nothing follows an error"
    );
}

#[tokio::test]
async fn an_error_status_is_an_error_and_retried_as_ever() {
    let missing = br#"{"error":{"type":"index_not_found_exception","reason":"no such index"}}"#;
    let (client, server) = client_of(response("404 Not Found", "", missing)).await;
    let error = client.send_streaming(get()).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::NotFound, 1));
    assert_eq!(server.accepted(), 1);
    let (client, server) = client_of(response("429 Too Many Requests", "", b"{}")).await;
    let error = client.call(get()).send_streaming().await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Throttled, 2));
    assert_eq!(server.accepted(), 2);
}

fn sign() -> SigV4Layer {
    let scope = Scope::new("us-east-1", "execute-api").unwrap();
    SigV4Layer::new(scope, Credentials::new("AKIDEXAMPLE", "secret", None))
}

const URI: &str = "https://abc.execute-api.us-east-1.amazonaws.com/users";

#[tokio::test(start_paused = true)]
async fn the_retry_layer_signs_each_attempt_over_any_service_and_body() {
    let count = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&count);
    let service = service_fn(move |request: Request<Full<Bytes>>| {
        let number = counted.fetch_add(1, Ordering::Relaxed);
        async move {
            assert!(request.headers().contains_key("authorization"));
            let body = request.into_body().collect().await.unwrap().to_bytes();
            assert_eq!(body, "the body");
            let status = if number < 2 { 429 } else { 200 };
            let body: UnsyncBoxBody<Bytes, Infallible> = Full::from("streamed").boxed_unsync();
            Ok::<_, Infallible>(Response::builder().status(status).body(body).unwrap())
        }
    });
    let sign = sign();
    let retry = RetryLayer::new(sign.signer(), &StackConfig::new());
    let stack = ServiceBuilder::new()
        .layer(retry.clone())
        .layer(sign)
        .service(service);
    let request = Request::post(URI).body(Full::from("the body")).unwrap();
    let response = stack.oneshot(request).await.unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(response.extensions().get::<Report>().unwrap().attempts, 3);
    assert_eq!(
        response.into_body().collect().await.unwrap().to_bytes(),
        "streamed"
    );
    assert_eq!(count.load(Ordering::Relaxed), 3);
    assert_eq!(retry.statistics().attempts, 3);
}

#[tokio::test(start_paused = true)]
async fn the_retry_layer_passes_on_the_last_error_and_response() {
    let sign = sign();
    let config = StackConfig::new().with_max_attempts(2);
    let retry = RetryLayer::new(sign.signer(), &config);
    let refuses = service_fn(|_: Request<sigtower::body::Body>| async {
        let body: BoxBody<Bytes, Infallible> = Full::from("busy").boxed();
        Ok::<_, Infallible>(Response::builder().status(503).body(body).unwrap())
    });
    let stack = ServiceBuilder::new()
        .layer(retry.clone())
        .layer(sign.clone())
        .service(refuses);
    let request = || {
        Request::get(URI)
            .body(sigtower::body::Body::empty())
            .unwrap()
    };
    let response = stack.oneshot(request()).await.unwrap();
    assert_eq!(response.status(), 503);
    assert_eq!(
        response.into_body().collect().await.unwrap().to_bytes(),
        "busy"
    );
    let fails = service_fn(|_: Request<sigtower::body::Body>| async {
        Err::<Response<Full<Bytes>>, BoxError>(TransportError::connect(URI, "no network").into())
    });
    let stack = ServiceBuilder::new()
        .layer(retry)
        .layer(sign)
        .service(fails);
    let error = stack.oneshot(request()).await.unwrap_err();
    let failed: &Failed = error.downcast_ref().unwrap();
    assert_eq!((failed.attempts(), failed.is_retryable()), (2, true));
}

#[tokio::test]
async fn a_body_of_any_type_is_signed_with_one_function() {
    let boxed = |bytes: Bytes| {
        Full::new(bytes)
            .map_err(|never| match never {})
            .boxed_unsync()
    };
    let service = service_fn(|request: Request<UnsyncBoxBody<Bytes, BoxError>>| async {
        let (head, body) = request.into_parts();
        let hash = head.headers["x-amz-content-sha256"]
            .to_str()
            .unwrap()
            .to_owned();
        let body = body.collect().await?.to_bytes();
        Ok::<_, BoxError>(Response::new((hash, body)))
    });
    let scope = Scope::new("us-east-1", "s3").unwrap();
    let sign = SigV4Layer::new(scope, Credentials::new("AKIDEXAMPLE", "secret", None));
    let service = ServiceBuilder::new()
        .layer(sign.with_body_from(boxed))
        .service(service);
    // Two frames, so that the body must be collected.
    let frames = futures_util::stream::iter(["the ", "body"]);
    let frames = futures_util::StreamExt::map(frames, |text| {
        Ok::<_, BoxError>(http_body::Frame::data(Bytes::from(text)))
    });
    let body = http_body_util::StreamBody::new(frames).boxed_unsync();
    let request = Request::put("https://b.s3.us-east-1.amazonaws.com/key").body(body);
    let response = service.oneshot(request.unwrap()).await.unwrap();
    let (hash, body) = response.into_body();
    assert_eq!(body, "the body");
    // printf 'the body' | sha256sum
    assert_eq!(
        hash,
        "fa8242e99f48966ca514092b4233b446851f42b57ad5031bf133e1dd76787f3e"
    );
}
