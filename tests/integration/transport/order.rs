//! The order of the layers, as a service in place of the transport sees it.

use std::convert::Infallible;
use std::future::{pending, ready};
use std::time::Duration;

use http::{Method, Request, Response};
use http_body_util::Full;
use sigtower::body::Body;
use sigtower::credentials::{CachedCredentials, from_fn};
use sigtower::opensearch::ErrorKind;
use sigtower::transport::{Phase, TransportError};
use sigtower::{BoxError, Credentials};
use tower::service_fn;

use super::{builder, transport_error};

const URL: &str = "https://search-x.eu-west-1.es.amazonaws.com";

#[tokio::test(start_paused = true)]
async fn a_timeout_says_whether_the_attempt_or_the_call_took_too_long() {
    let never = service_fn(|_: Request<Body>| pending::<Result<Response<Full<_>>, Infallible>>());
    for (attempt, total, expected) in [
        (10, 20, Phase::Attempt),
        (20, 10, Phase::Total),
        (10, 10, Phase::Total),
    ] {
        let client = builder(URL)
            .over(never)
            .max_attempts(1)
            .attempt_timeout(Duration::from_secs(attempt))
            .total_timeout(Duration::from_secs(total))
            .build()
            .unwrap();
        let error = client.raw(Method::GET, "/", ()).await.unwrap_err();
        assert!(error.is_timeout());
        match transport_error(&error) {
            TransportError::Timeout { phase, limit, .. } => {
                assert_eq!((*phase, limit.as_secs()), (expected, 10));
            }
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn credentials_that_never_come_end_in_the_total_timeout() {
    let unreached = service_fn(|_: Request<Body>| {
        ready(Err::<Response<Full<_>>, BoxError>("sent unsigned".into()))
    });
    let day = Duration::from_secs(24 * 60 * 60);
    // Longer than a year counts as a year.
    for (total, ends_after) in [
        (Duration::from_secs(7), Duration::from_secs(7)),
        (300 * day, 300 * day),
        (400 * day, 365 * day),
    ] {
        let never = from_fn(pending::<Result<Credentials, BoxError>>);
        let client = builder(URL)
            .credentials_cache(CachedCredentials::new(never).with_timeout(Duration::MAX))
            .over(unreached)
            .total_timeout(total)
            .build()
            .unwrap();
        let began = tokio::time::Instant::now();
        let error = client.raw(Method::GET, "/", ()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Timeout, "{error:?}");
        let late = began.elapsed().checked_sub(ends_after);
        assert!(
            late.is_some_and(|late| late < Duration::from_secs(1)),
            "{late:?}"
        );
    }
}

#[tokio::test]
async fn an_error_of_a_callers_own_service_counts_as_a_broken_connection() {
    let failing =
        service_fn(|_: Request<Body>| ready(Err::<Response<Full<_>>, BoxError>("no route".into())));
    let client = builder(URL).over(failing).build().unwrap();
    let error = client.raw(Method::GET, "/", ()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Transport);
    match transport_error(&error) {
        TransportError::Broken(source) => assert_eq!(source.to_string(), "no route"),
        other => panic!("{other:?}"),
    }
}

#[cfg(feature = "compression")]
mod compression {
    use std::io::Read;
    use std::sync::{Arc, Mutex};

    use sha2::{Digest, Sha256};

    use super::*;

    /// Sends this body with the given threshold and returns the request as the transport got it.
    async fn recorded(body: String, threshold: Option<usize>) -> Request<Body> {
        let record = Arc::new(Mutex::new(None));
        let saw = Arc::clone(&record);
        let mut client = builder(URL).over(service_fn(move |request: Request<Body>| {
            *saw.lock().unwrap() = Some(request);
            ready(Ok::<_, Infallible>(Response::new(Full::from("{}"))))
        }));
        if let Some(threshold) = threshold {
            client = client.compress_requests_over(threshold);
        }
        let client = client.build().unwrap();
        client.raw(Method::POST, "/_bulk", body).await.unwrap();
        record.lock().unwrap().take().unwrap()
    }

    fn assert_hash_is_of_what_is_sent(request: &Request<Body>) {
        let hash = Sha256::digest(request.body().as_bytes());
        let hex: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(request.headers()["x-amz-content-sha256"], hex.as_str());
    }

    #[tokio::test]
    async fn what_is_hashed_is_what_is_sent_compressed() {
        let plain = "{\"index\":{}}\n{\"title\":\"x\"}\n".repeat(500);
        let request = recorded(plain.clone(), Some(8192)).await;
        assert_eq!(request.headers()["content-encoding"], "gzip");
        assert!(request.body().as_bytes().len() < plain.len() / 4);
        assert_hash_is_of_what_is_sent(&request);

        let mut inflated = String::new();
        flate2::read::GzDecoder::new(&request.body().as_bytes()[..])
            .read_to_string(&mut inflated)
            .unwrap();
        assert_eq!(inflated, plain);
    }

    #[tokio::test]
    async fn what_is_hashed_is_what_is_sent_uncompressed() {
        for threshold in [None, Some(1 << 20)] {
            let request = recorded("{}\n".repeat(5000), threshold).await;
            assert!(!request.headers().contains_key("content-encoding"));
            assert_eq!(request.body().as_bytes().len(), 15000);
            assert_hash_is_of_what_is_sent(&request);
        }
    }

    #[tokio::test]
    async fn gzip_responses_are_asked_for_by_an_unsigned_header() {
        let request = recorded("{}\n".into(), None).await;
        assert_eq!(request.headers()["accept-encoding"], "gzip");
        let authorization = request.headers()["authorization"].to_str().unwrap();
        assert!(
            !authorization.contains("accept-encoding"),
            "{authorization}"
        );
    }
}
