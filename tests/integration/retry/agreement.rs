//! What an error says of itself agrees with what the client does.

use std::time::Duration;

use http::Method;
use serde_json::json;
use sigtower::opensearch::{ErrorKind, cluster, document};
use sigtower::transport::TransportError;

use super::*;

type Fail = fn() -> Reply;

fn connect(source: BoxError) -> Reply {
    Err(TransportError::connect("https://x:443", source).into())
}

const FAILURES: [(&str, Fail); 20] = [
    ("400", || reply(400, &[], "{}")),
    ("400 throttled", || {
        reply(400, &[("x-amzn-errortype", "ThrottlingException")], "{}")
    }),
    ("403", || reply(403, &[], "")),
    ("404", || reply(404, &[], "{}")),
    ("409", || reply(409, &[], "{}")),
    ("413", || reply(413, &[], "")),
    ("429", || reply(429, &[], "{}")),
    ("429 by a full disk", || {
        reply(
            429,
            &[],
            r#"{"error":{"type":"cluster_block_exception"},"status":429}"#,
        )
    }),
    ("429 of many operations", || {
        reply(429, &[], r#"{"took":1,"failures":[]}"#)
    }),
    ("500", || reply(500, &[], "")),
    ("500 of the cluster", || {
        reply(
            500,
            &[],
            r#"{"error":{"type":"null_pointer_exception"},"status":500}"#,
        )
    }),
    ("501", || reply(501, &[], "")),
    ("502", || reply(502, &[], "<html>")),
    ("503", || reply(503, &[], "")),
    ("503 of the cluster", || {
        reply(
            503,
            &[],
            r#"{"error":{"type":"unavailable_shards_exception"},"status":503}"#,
        )
    }),
    ("503 that lasts", || {
        reply(
            503,
            &[],
            r#"{"error":{"type":"too_many_buckets_exception"},"status":503}"#,
        )
    }),
    ("504", || reply(504, &[], "")),
    ("reset", || Err("connection reset".into())),
    ("no connection", || connect("refused".into())),
    ("a bad certificate", || {
        let kind = std::io::ErrorKind::InvalidData;
        connect(std::io::Error::new(kind, "invalid peer certificate: Expired").into())
    }),
];

#[tokio::test(start_paused = true)]
async fn an_error_is_retryable_exactly_if_the_client_would_send_the_request_again() {
    for (case, fail) in FAILURES {
        for (method, path) in [(Method::GET, "/_search"), (Method::POST, "/movies/_doc")] {
            let error = async |attempts: u32| {
                let client = client_of(move |_, _| fail()).max_attempts(attempts);
                let client = client.build().unwrap();
                match client.raw(method.clone(), path, ()).await {
                    Ok(response) => response.success().unwrap_err(),
                    Err(error) => error,
                }
            };
            let (first, second) = (error(1).await, error(2).await);
            let was_sent_again = second.attempts() == 2;
            assert_eq!(
                first.is_retryable(),
                was_sent_again,
                "{method}: {case}: {first}"
            );
            assert_eq!(
                second.is_retryable(),
                was_sent_again,
                "{method}: {case}: {second}"
            );
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_read_that_hit_the_total_timeout_is_retryable_and_a_write_is_not() {
    let never = service_fn(|_: Request<Body>| std::future::pending::<Reply>());
    let client = Client::builder(URL)
        .credentials(Principal::admin().credentials())
        .total_timeout(Duration::from_secs(5))
        .over(never)
        .build()
        .unwrap();
    let error = client.send(cluster::Info::new()).await.unwrap_err();
    assert!(error.is_timeout() && error.is_retryable(), "{error:?}");
    assert_eq!(error.kind(), ErrorKind::Timeout);
    let post = document::Index::new("movies", json!({}));
    let error = client.send(post).await.unwrap_err();
    assert!(error.is_timeout() && !error.is_retryable(), "{error:?}");
    assert_eq!(error.kind(), ErrorKind::Unknown);
}

#[tokio::test(start_paused = true)]
async fn a_timeout_names_phase_limit_and_attempts() {
    let never = service_fn(|_: Request<Body>| std::future::pending::<Reply>());
    for (attempts, expected) in [(1, "1 attempt"), (3, "3 attempts")] {
        let client = Client::builder(URL)
            .credentials(Principal::admin().credentials())
            .attempt_timeout(Duration::from_secs(10))
            .max_attempts(attempts)
            .over(never)
            .build()
            .unwrap();
        let line = client
            .send(cluster::Info::new())
            .await
            .unwrap_err()
            .to_string();
        for part in ["timed out in one attempt", "limit 10s", expected] {
            assert!(line.contains(part), "{line}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_write_whose_response_cannot_be_read_may_have_been_applied() {
    for body in ["", "<html>", r#"{"_id":7}"#, r#"{"_index":"movies","_id"#] {
        let client = client_of(move |_, _| reply(201, &[], body))
            .build()
            .unwrap();
        let movie = || document::Index::new("movies", json!({}));
        for write in [movie(), movie().id("1")] {
            let error = client.send(write).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Decode);
            assert!(error.may_have_been_applied(), "{body}");
            assert_eq!(error.status().unwrap(), 201);
        }
        let read = client.send(cluster::Info::new()).await.unwrap_err();
        assert!(!read.may_have_been_applied(), "{body}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_413_states_the_size_that_was_sent_and_the_limit() {
    let document = "x".repeat(12_000_000);
    for (body, end) in [
        (
            r#"{"Message":"Request size exceeded 10485760 bytes"}"#,
            "; the server accepts 10485760 bytes (413)",
        ),
        ("", " (413)"),
        (
            "<html><title>413 Request Entity Too Large</title></html>",
            ": 413 Request Entity Too Large (413)",
        ),
    ] {
        let client = client_of(move |_, _| reply(413, &[], body))
            .build()
            .unwrap();
        let put = document::Index::new("movies", &document).id("1");
        let error = client.send(put).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TooLarge);
        assert_eq!(
            error.to_string(),
            format!("request body of 12000002 bytes is too large{end}")
        );
        assert!(
            error.hint().unwrap().contains("split"),
            "{:?}",
            error.hint()
        );
    }
}

#[tokio::test(start_paused = true)]
async fn an_unexpected_response_names_the_field_and_the_expected_type() {
    let client = client_of(|_, _| {
        reply(
            200,
            &[],
            r#"{"took":1,"hits":{"total":{"value":"many","relation":"eq"},"hits":[]}}"#,
        )
    });
    let search = sigtower::opensearch::search::Search::<serde_json::Value>::new("movies");
    let line = client
        .build()
        .unwrap()
        .send(search)
        .await
        .unwrap_err()
        .to_string();
    assert!(line.contains("`hits.total.value`"), "{line}");
    assert!(line.contains("expected u64, found string"), "{line}");
    assert!(line.ends_with("(200)"), "{line}");
}

#[tokio::test(start_paused = true)]
async fn a_rejected_scope_names_region_and_service_of_the_signature() {
    for (message, line) in [
        (
            "Credential should be scoped to a valid region, not 'eu-west-1'. ",
            "signature rejected: it is for region `eu-west-1` and service `es`, which is not the server's region (403)",
        ),
        (
            "Credential should be scoped to a valid region. ",
            "signature rejected: it is for region `eu-west-1` and service `es`, which is not the server's region (403)",
        ),
        (
            "Credential should be scoped to correct service: 'aoss'. ",
            "signature rejected: it is for service `es` and region `eu-west-1`, but the server expects service `aoss` (403)",
        ),
    ] {
        let body = json!({ "message": message }).to_string();
        let client = client_of(move |_, _| {
            reply(
                403,
                &[("x-amzn-errortype", "InvalidSignatureException")],
                body.clone(),
            )
        });
        let error = client
            .build()
            .unwrap()
            .send(cluster::Info::new())
            .await
            .unwrap_err();
        assert_eq!((error.to_string(), error.attempts()), (line.to_owned(), 1));
    }
}
