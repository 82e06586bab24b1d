use std::future::ready;
use std::io::{Read, Write};
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use flate2::read::MultiGzDecoder;
use flate2::write::GzEncoder;
use futures_util::stream;
use http::header::{CONTENT_ENCODING, CONTENT_LENGTH, HeaderValue};
use http::{HeaderMap, Request, Response};
use http_body::Frame;
use http_body_util::StreamBody;
use tower::ServiceExt;
use tower_service::Service;

use super::decoder;
use super::layer::Compress;
use crate::body::Body;
use crate::error::BoxError;
use crate::sigv4::SigningOverride;
use crate::transport::{Collect, TransportError};

fn gzip(plain: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(plain).unwrap();
    encoder.finish().unwrap()
}

fn noise(length: usize) -> Vec<u8> {
    let mut random = fastrand::Rng::with_seed(18);
    std::iter::repeat_with(|| random.u8(..))
        .take(length)
        .collect()
}

/// Reads a response with this body, which arrives in frames of at most `frame` bytes.
async fn read(
    status: u16,
    encoding: &str,
    body: &[u8],
    frame: usize,
    limit: usize,
) -> Result<Response<Bytes>, TransportError> {
    let frames: Vec<_> = body
        .chunks(frame)
        .map(|chunk| Ok::<_, BoxError>(Frame::data(Bytes::copy_from_slice(chunk))))
        .collect();
    let response = Response::builder()
        .status(status)
        .header(
            CONTENT_ENCODING,
            HeaderValue::from_bytes(encoding.as_bytes()).unwrap(),
        )
        .header(CONTENT_LENGTH, body.len())
        .body(StreamBody::new(stream::iter(frames)))
        .unwrap();
    let mut response = Some(response);
    let inner = tower::service_fn(move |_: Request<Body>| {
        ready(Ok::<_, BoxError>(response.take().expect("one request")))
    });
    let collected = Collect::new(inner, limit, decoder)
        .oneshot(request(""))
        .await;
    collected.map_err(|error| *error.downcast().unwrap())
}

#[tokio::test]
async fn a_gzip_response_is_inflated_and_loses_the_headers_of_its_encoding() {
    for encoding in ["gzip", "GZIP", "x-gzip", "identity, gzip", " gzip "] {
        let plain = read(200, encoding, &gzip(b"{}"), 1000, 100).await.unwrap();
        assert_eq!(plain.body(), "{}", "{encoding}");
        assert!(plain.headers().is_empty(), "{encoding}");
    }
}

#[tokio::test]
async fn a_gzip_response_is_inflated_however_its_frames_are_cut() {
    let plain = [noise(150_000), vec![b'a'; 1_000_000]].concat();
    let body = [gzip(&plain), gzip(b""), gzip(b"the end")].concat();
    let whole = [&plain[..], b"the end"].concat();
    for frame in [1, 7, 16_384, 65_536, 65_537, usize::MAX] {
        for limit in [whole.len(), usize::MAX - 1, usize::MAX] {
            let inflated = read(200, "gzip", &body, frame, limit).await.unwrap();
            assert!(inflated.body() == &whole, "{frame}, {limit}");
        }
    }
}

#[tokio::test]
async fn a_gzip_bomb_is_too_large_at_the_byte_after_the_limit() {
    let bomb = gzip(&[0; 100_000]);
    assert!(bomb.len() < 10_000);
    for (limit, is_read) in [(99_999, false), (100_000, true), (100_001, true)] {
        match read(200, "gzip", &bomb, 1000, limit).await {
            Ok(response) => assert!(is_read && response.body().len() == 100_000),
            Err(TransportError::ResponseTooLarge {
                status,
                limit: said,
            }) => {
                assert!(!is_read && status == 200 && said == limit);
            }
            Err(other) => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn gzip_members_that_hold_nothing_count_against_the_limit() {
    let members = gzip(b"").repeat(1000);
    let error = read(200, "gzip", &members, 1000, 10_000).await.unwrap_err();
    assert!(matches!(error, TransportError::ResponseTooLarge { .. }));
}

/// Bodies that their encoding does not fit, by the case's name.
fn undecodable() -> Vec<(&'static str, &'static str, Vec<u8>)> {
    let good = gzip(b"hello, hello, hello");
    let mut flipped = good.clone();
    let crc = flipped.len() - 8;
    flipped[crc] ^= 1;
    vec![
        ("plain text as gzip", "gzip", b"{}".to_vec()),
        ("a page as gzip", "gzip", b"<html>no server</html>".to_vec()),
        ("gzip, cut off", "gzip", good[..good.len() - 1].to_vec()),
        ("a gzip header only", "gzip", good[..10].to_vec()),
        ("a wrong checksum", "gzip", flipped),
        ("gzip and garbage", "gzip", [&good[..], b"garbage"].concat()),
        ("gzip and zeros", "gzip", [&good[..], &[0; 16]].concat()),
        ("plain text as brotli", "br", b"unavailable".to_vec()),
        ("plain text as deflate", "deflate", b"denied".to_vec()),
        ("plain text as zstd", "zstd", b"too many".to_vec()),
        ("gzip in gzip", "gzip, gzip", good.clone()),
        ("an encoding that is no text", "\u{80}", good),
    ]
}

#[tokio::test]
async fn a_2xx_response_that_cannot_be_decoded_is_an_error_with_its_status() {
    for (case, encoding, body) in undecodable() {
        for status in [200, 201] {
            let error = read(status, encoding, &body, 5, 1 << 20)
                .await
                .expect_err(case);
            assert_eq!(error.status().unwrap(), status, "{case}");
            assert!(matches!(error, TransportError::Decompress { .. }), "{case}");
        }
    }
}

#[tokio::test]
async fn an_error_response_that_cannot_be_decoded_keeps_its_status_and_its_body() {
    for (case, encoding, body) in undecodable() {
        for status in [307, 400, 403, 404, 429, 500, 502, 503] {
            for (frame, limit) in [(1, 1 << 20), (1000, 1 << 20), (1000, 0)] {
                let kept = read(status, encoding, &body, frame, limit)
                    .await
                    .expect(case);
                assert_eq!(kept.status(), status, "{case}");
                assert_eq!(kept.body(), &body, "{case}");
                assert!(kept.headers().contains_key(CONTENT_ENCODING), "{case}");
            }
        }
    }
}

#[tokio::test]
async fn an_error_response_in_good_gzip_is_inflated() {
    let response = read(503, "gzip", &gzip(b"busy"), 3, 1 << 20).await.unwrap();
    assert_eq!(response.body(), "busy");
    assert!(response.headers().is_empty());
}

#[tokio::test]
async fn an_error_response_that_inflates_beyond_the_limit_is_kept_as_it_arrived() {
    let bomb = gzip(&vec![0; 10 << 20]);
    let kept = read(503, "gzip", &bomb, 1000, 1 << 20).await.unwrap();
    assert_eq!(
        (kept.status().as_u16(), kept.body()),
        (503, &Bytes::from(bomb))
    );
}

#[tokio::test]
async fn an_error_response_is_cut_off_at_the_limit_but_not_before_64_kib() {
    for (encoding, body) in [("identity", noise(3 << 20)), ("gzip", noise(3 << 20))] {
        for (limit, kept) in [(0, 64 << 10), (100 << 10, 100 << 10), (1 << 20, 1 << 20)] {
            let cut = read(500, encoding, &body, 1000, limit).await.unwrap();
            assert_eq!(cut.status(), 500);
            assert!(cut.body() == &body[..kept], "{encoding}, {limit}");
        }
    }
}

#[tokio::test]
async fn a_response_without_body_may_claim_any_encoding() {
    for (status, encoding) in [(200, "gzip"), (200, "br"), (404, "gzip")] {
        let same = read(status, encoding, b"", 1, 0).await.unwrap();
        assert_eq!(same.headers()[CONTENT_ENCODING], encoding);
    }
}

#[tokio::test]
async fn a_plain_response_is_returned_as_it_is() {
    let same = read(200, "identity", b"{}", 1, 2).await.unwrap();
    assert_eq!(same.body(), "{}");
    assert_eq!(same.headers()[CONTENT_ENCODING], "identity");
}

#[test]
fn inflating_pauses_after_each_slice() {
    let plain = noise(2 << 20);
    let body = gzip(&plain);
    let mut reading = Box::pin(read(200, "gzip", &body, usize::MAX, usize::MAX));
    let (mut cx, mut pauses) = (Context::from_waker(Waker::noop()), 0);
    let read = loop {
        match reading.as_mut().poll(&mut cx) {
            Poll::Ready(read) => break read,
            Poll::Pending => pauses += 1,
        }
    };
    assert!(read.unwrap().body() == &plain);
    // A slice is 128 KiB of input and output together, and may run over by as much.
    assert!((15..=32).contains(&pauses), "{pauses} pauses");
}

fn request(body: impl Into<Body>) -> Request<Body> {
    Request::builder()
        .header(CONTENT_LENGTH, "7")
        .body(body.into())
        .unwrap()
}

/// What is sent of a request with bodies compressed over this length, and how often that paused.
fn compressed(request: Request<Body>, over: usize) -> (Request<Body>, usize) {
    type Sending = Pin<Box<dyn Future<Output = Result<(), BoxError>> + Send>>;
    let sent = Arc::new(Mutex::new(None));
    let record = Arc::clone(&sent);
    let inner = tower::service_fn(move |request: Request<Body>| {
        *record.lock().unwrap() = Some(request);
        Box::pin(ready(Ok(()))) as Sending
    });
    let mut sending = Compress::new(inner, Some(over)).call(request);
    let (mut cx, mut pauses) = (Context::from_waker(Waker::noop()), 0);
    while sending.as_mut().poll(&mut cx).is_pending() {
        pauses += 1;
    }
    let sent = sent.lock().unwrap().take().unwrap();
    (sent, pauses)
}

fn inflate(body: &Body) -> Vec<u8> {
    let mut plain = Vec::new();
    let mut decoder = MultiGzDecoder::new(&body.as_bytes()[..]);
    decoder.read_to_end(&mut plain).unwrap();
    plain
}

#[test]
fn a_long_request_body_is_compressed_and_labelled() {
    let plain = "{\"index\":{}}\n".repeat(1000);
    let (sent, pauses) = compressed(request(plain.clone()), 1024);
    assert_eq!(sent.headers()[CONTENT_ENCODING], "gzip");
    assert!(!sent.headers().contains_key(CONTENT_LENGTH));
    assert!(sent.body().as_bytes().len() < 1024);
    assert_eq!(inflate(sent.body()), plain.as_bytes());
    assert_eq!(pauses, 0);
}

#[test]
fn compressing_pauses_after_each_slice() {
    let slice = 128 << 10;
    for (length, expected) in [(slice, 0), (slice + 1, 1), (16 * slice, 15)] {
        let plain = vec![b'a'; length];
        let (sent, pauses) = compressed(request(plain.clone()), 1024);
        assert!(inflate(sent.body()) == plain, "{length}");
        assert_eq!(pauses, expected, "{length}");
    }
}

#[test]
fn a_request_body_is_sent_as_it_is_when_short_encoded_or_incompressible() {
    let mut encoded = request("a".repeat(100));
    let zstd = HeaderValue::from_static("zstd");
    encoded.headers_mut().insert(CONTENT_ENCODING, zstd);
    let mut hashed_by_caller = request("a".repeat(100));
    hashed_by_caller
        .extensions_mut()
        .insert(SigningOverride::new());
    for (case, request, over) in [
        ("short", request("a".repeat(100)), 100),
        ("never", request("a".repeat(100)), usize::MAX),
        ("encoded", encoded, 10),
        ("hashed by the caller", hashed_by_caller, 10),
        ("noise", request(noise(100)), 10),
        ("long noise", request(noise(1 << 20)), 10),
        ("empty", request(()), 0),
    ] {
        let body = request.body().clone();
        let headers = |headers: &HeaderMap| {
            let names = [CONTENT_ENCODING, CONTENT_LENGTH];
            names.map(|name| headers.get(name).cloned())
        };
        let before = headers(request.headers());
        let (sent, _) = compressed(request, over);
        assert_eq!(headers(sent.headers()), before, "{case}");
        assert!(sent.body() == &body, "{case}");
    }
}
