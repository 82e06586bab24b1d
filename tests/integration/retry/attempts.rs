//! Which requests are sent again, when, and what an error says about it.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use http::Method;
use serde_json::json;
use sigtower::opensearch::{ErrorKind, bulk::Bulk, cluster, document, index};
use sigtower::sigv4::{Clock, SigningOverride};
use sigtower::transport::TransportError;
use tokio::time::Instant;
use tower_test::mock::pair;

use super::*;

#[tokio::test(start_paused = true)]
async fn retries_hide_a_short_failure() {
    for status in [429, 500, 502, 503, 504] {
        let client = client_of(move |attempt, _| match attempt {
            1 | 2 => reply(status, &[], "{}"),
            _ => reply(200, &[], INFO),
        });
        let response = client
            .build()
            .unwrap()
            .raw(Method::GET, "/", ())
            .await
            .unwrap();
        assert_eq!(
            (response.status.as_u16(), response.attempts()),
            (200, 3),
            "{status}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn three_attempts_are_made_unless_configured_otherwise() {
    for (said, made) in [(None, 3), (Some(0), 1), (Some(1), 1), (Some(5), 5)] {
        let mut client = client_of(|_, _| reply(503, &[], ""));
        if let Some(said) = said {
            client = client.max_attempts(said);
        }
        let error = client
            .build()
            .unwrap()
            .send(cluster::Info::new())
            .await
            .unwrap_err();
        assert_eq!(error.attempts(), made);
        assert_eq!(
            (error.kind(), error.status().unwrap().as_u16()),
            (ErrorKind::Server, 503)
        );
        assert!(error.is_retryable() && !error.may_have_been_applied());
    }
}

#[tokio::test(start_paused = true)]
async fn an_error_that_stays_is_not_retried() {
    for status in [400, 401, 403, 404, 409, 413, 501] {
        let client = client_of(move |_, _| reply(status, &[], "{}"))
            .build()
            .unwrap();
        let response = client.raw(Method::GET, "/", ()).await.unwrap();
        assert_eq!((response.status.as_u16(), response.attempts()), (status, 1));
    }
}

#[tokio::test(start_paused = true)]
async fn a_request_that_was_not_applied_is_sent_again_even_if_not_idempotent() {
    type Fail = fn() -> Reply;
    let connect = || Err(TransportError::connect("https://x:443", "refused").into());
    let cases: [(&str, Fail); 5] = [
        ("throttled", || reply(429, &[], "{}")),
        ("throttled in disguise", || {
            reply(
                403,
                &[],
                r#"{"message":"Request throttled due to too many requests"}"#,
            )
        }),
        ("serverless at its quota", || {
            reply(
                402,
                &[],
                r#"{"error":{"type":"service_quota_exceeded_exception"}}"#,
            )
        }),
        ("nobody behind the balancer", || reply(503, &[], "")),
        ("no connection", connect),
    ];
    for (case, fail) in cases {
        let client = client_of(move |attempt, _| match attempt {
            1 => fail(),
            _ => reply(201, &[], "{}"),
        });
        let client = client.build().unwrap();
        let response = client
            .raw(Method::POST, "/movies/_doc", "{}")
            .await
            .expect(case);
        assert_eq!(response.attempts(), 2, "{case}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_request_that_may_have_been_applied_is_sent_again_only_if_idempotent() {
    type Fail = fn() -> Reply;
    let cases: [(&str, Fail); 4] = [
        ("reset", || Err("connection reset".into())),
        ("gateway", || reply(502, &[], "<html>")),
        ("gateway timeout", || reply(504, &[], "")),
        ("proxy", || {
            reply(
                503,
                &[],
                "upstream connect error or disconnect/reset before headers",
            )
        }),
    ];
    for (case, fail) in cases {
        let client = client_of(move |_, _| fail()).build().unwrap();
        let movie = || document::Index::new("movies", json!({}));
        let error = client.send(movie().id("1")).await.unwrap_err();
        assert_eq!(error.attempts(), 3, "{case}");
        assert_ne!(error.kind(), ErrorKind::Unknown, "{case}");
        assert!(error.may_have_been_applied(), "{case}");

        let mut bulk = Bulk::new("movies");
        bulk.index(json!({})).id("1").create(json!({})).id("2");
        for error in [
            client.send(movie()).await.unwrap_err(),
            client.send(&bulk).await.unwrap_err(),
            client.send(index::Create::new("movies")).await.unwrap_err(),
            client
                .send(document::Create::new("movies", "1", json!({})))
                .await
                .unwrap_err(),
        ] {
            assert_eq!(
                (error.kind(), error.attempts()),
                (ErrorKind::Unknown, 1),
                "{case}"
            );
            assert!(
                error.may_have_been_applied() && !error.is_retryable(),
                "{case}"
            );
            let line = error.to_string();
            let says = "the request may have been applied and was not sent again";
            assert!(line.contains(says), "{case}: {line}");
        }
    }
}

#[tokio::test]
async fn a_post_whose_response_is_lost_is_applied_once_and_unknown() {
    let domain = Domain::start().await;
    let client = domain.client();
    client.send(index::Create::new("movies")).await.unwrap();
    for byte in [0, 1, 40] {
        domain.reset_next_at(byte);
        let post = document::Index::new("movies", json!({"year": 1994}));
        let error = client.send(post).await.unwrap_err();
        assert_eq!(
            (error.kind(), error.attempts()),
            (ErrorKind::Unknown, 1),
            "{error:?}"
        );
    }
    client.send(index::Refresh::new("movies")).await.unwrap();
    let count = client
        .send(sigtower::opensearch::search::Count::new("movies"))
        .await
        .unwrap();
    assert_eq!(count.count, 3);

    // The deletion of an index is sent again, and finds no index the second time.
    client.send(index::Create::new("gone")).await.unwrap();
    domain.reset_next_at(40);
    let deleted = client.send(index::Delete::new("gone")).await.unwrap();
    assert!(deleted.acknowledged);
    client.send(index::Delete::new("gone")).await.unwrap_err();

    // A document with an id is sent again, and is stored once.
    domain.reset_next_at(40);
    let put = document::Index::new("movies", json!({"year": 1994})).id("1");
    let written = client.send(put).await.unwrap();
    assert_eq!(written.version, Some(2));
}

#[tokio::test(start_paused = true)]
async fn a_timeout_after_sending_differs_from_one_before() {
    let never = service_fn(|_: Request<Body>| std::future::pending::<Reply>());
    let client = || {
        Client::builder(URL)
            .credentials(Principal::admin().credentials())
            .attempt_timeout(Duration::from_secs(10))
            .over(never)
    };
    let post = || document::Index::new("movies", json!({}));
    let error = client().build().unwrap().send(post()).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.is_timeout()),
        (ErrorKind::Unknown, true)
    );

    let total = client()
        .total_timeout(Duration::from_secs(5))
        .build()
        .unwrap();
    let error = total.send(post()).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.is_timeout()),
        (ErrorKind::Unknown, true)
    );

    let unloaded = std::future::pending::<Result<Credentials, BoxError>>;
    let unsigned = client()
        .credentials_from(unloaded)
        .total_timeout(Duration::from_secs(5))
        .build()
        .unwrap();
    let error = unsigned.send(post()).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.is_timeout()),
        (ErrorKind::Timeout, true)
    );
    assert!(!error.may_have_been_applied());
}

#[tokio::test(start_paused = true)]
async fn the_total_time_ends_the_wait_for_a_transport_that_is_not_ready() {
    let (never_ready, mut handle) = pair::<Request<Body>, Response<Full<Bytes>>>();
    handle.allow(0);
    let client = Client::builder(URL)
        .credentials(Principal::admin().credentials())
        .total_timeout(Duration::from_secs(5))
        .over(never_ready)
        .build()
        .unwrap();
    let begun = Instant::now();
    let error = client.send(cluster::Info::new()).await.unwrap_err();
    assert_eq!(begun.elapsed().as_secs(), 5);
    assert_eq!(
        (error.kind(), error.is_timeout()),
        (ErrorKind::Timeout, true)
    );
    assert!(!error.may_have_been_applied());
}

#[tokio::test(start_paused = true)]
async fn the_time_of_an_attempt_begins_when_it_is_signed() {
    let four_seconds = async || {
        tokio::time::sleep(Duration::from_secs(4)).await;
        Ok::<_, BoxError>(Principal::admin().credentials())
    };
    for (responds_after, has_response) in [(1, true), (3, false)] {
        let service = service_fn(move |_: Request<Body>| async move {
            tokio::time::sleep(Duration::from_secs(responds_after)).await;
            reply(200, &[], INFO)
        });
        let client = Client::builder(URL)
            .credentials_from(four_seconds)
            .attempt_timeout(Duration::from_secs(2))
            .max_attempts(1)
            .over(service)
            .build()
            .unwrap();
        let begun = Instant::now();
        let outcome = client.send(cluster::Info::new()).await;
        assert_eq!(outcome.is_ok(), has_response, "{outcome:?}");
        let expected = 4 + if has_response { responds_after } else { 2 };
        assert_eq!(begun.elapsed().as_secs(), expected);
    }
}

#[tokio::test(start_paused = true)]
async fn a_write_whose_response_is_too_large_may_have_been_applied() {
    let client = client_of(|_, _| reply(201, &[], "{}")).response_limit(1);
    let post = document::Index::new("movies", json!({}));
    let error = client.build().unwrap().send(post).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Transport, 1));
    assert!(error.may_have_been_applied() && !error.is_retryable());
}

#[tokio::test(start_paused = true)]
async fn waits_stay_within_the_total_time() {
    let client = client_of(|_, _| reply(429, &[("retry-after", "4")], "{}"))
        .total_timeout(Duration::from_secs(3))
        .build()
        .unwrap();
    let begun = Instant::now();
    let error = client.send(cluster::Info::new()).await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Throttled, 1));
    assert_eq!(begun.elapsed(), Duration::ZERO, "waited for nothing");
}

#[tokio::test(start_paused = true)]
async fn the_service_says_how_long_to_wait() {
    for (name, value, least, most) in [
        ("x-amz-retry-after", "3000", 3_000, 3_000),
        ("retry-after", "3", 3_000, 3_000),
        ("retry-after", "3600", 5_000, 6_000),
        ("x-amz-retry-after", "soon", 0, 1_000),
    ] {
        let client = client_of(move |attempt, _| match attempt {
            1 => reply(429, &[(name, value)], "{}"),
            _ => reply(200, &[], INFO),
        });
        let client = client.build().unwrap();
        let begun = Instant::now();
        client.send(cluster::Info::new()).await.unwrap();
        let waited = begun.elapsed();
        let range = Duration::from_millis(least)..=Duration::from_millis(most + 2);
        assert!(range.contains(&waited), "{name}: {value}: {waited:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn each_attempt_has_its_own_signature_and_the_body_is_hashed_once() {
    let clock = HandClock::new(at("20240522T120000Z"));
    let there = clock.clone();
    let verifier = verifier(move || there.now());
    let (record, moved) = (Arc::new(Mutex::new(Vec::new())), clock.clone());
    let saw = Arc::clone(&record);
    let client = client_of(move |attempt, request| {
        let (head, body) = request.into_parts();
        let known = head.extensions.get::<SigningOverride>();
        let is_hash_known = known.is_some_and(|known| format!("{known:?}").contains("Precomputed"));
        saw.lock().unwrap().push(body.as_bytes().clone());
        let time = moved.now();
        let verified = verifier.verify(&head, body.as_bytes());
        assert!(verified.is_ok(), "attempt {attempt}: {verified:?}");
        assert_eq!(is_hash_known, attempt > 1, "attempt {attempt}");
        assert_eq!(verified.unwrap().time, time);
        moved.set(time + Duration::from_secs(600));
        match attempt {
            1..5 => reply(429, &[], "{}"),
            _ => reply(200, &[], r#"{"took":1,"errors":false,"items":[]}"#),
        }
    });
    let client = client.clock(clock).max_attempts(5).build().unwrap();
    let response = client
        .raw(Method::POST, "/_bulk", "{\"delete\":{}}\n")
        .await
        .unwrap();
    assert_eq!(response.attempts(), 5);
    // All attempts share one buffer.
    let buffers = record.lock().unwrap();
    assert!(
        buffers.iter().all(|buffer| *buffer == buffers[0]),
        "{buffers:?}"
    );
}

#[cfg(feature = "compression")]
#[tokio::test(start_paused = true)]
async fn a_compressed_refusal_is_read() {
    use std::io::Write;
    let client = client_of(|attempt, _| {
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gzip.write_all(b"Request throttled due to too many requests")
            .unwrap();
        match attempt {
            1 => reply(403, &[("content-encoding", "gzip")], gzip.finish().unwrap()),
            _ => reply(200, &[], INFO),
        }
    });
    client
        .build()
        .unwrap()
        .send(cluster::Info::new())
        .await
        .unwrap();
}
