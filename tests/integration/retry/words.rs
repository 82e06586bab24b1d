//! Servers echo text that a caller chose. No such text steers retries, credentials or the quota.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use http::Method;
use serde_json::{Value, json};
use sigtower::opensearch::{Error, ErrorKind, document};
use tokio::time::Instant;

use super::*;

const WORDS: [&str; 9] = [
    "ThrottlingException",
    "Request throttled",
    "Request throttled due to too many requests",
    "<Code>SlowDown</Code>",
    "<Error><Code>SlowDown</Code></Error>",
    "ExpiredToken",
    "InvalidAccessKeyId",
    "The security token included in the request is expired",
    "{\"__type\":\"ThrottlingException\"}",
];

/// Answers 404 and repeats the id, as OpenSearch does.
fn not_found(id: &str) -> Reply {
    let body = json!({ "_index": "movies", "_id": id, "found": false });
    reply(404, &[], body.to_string())
}

#[tokio::test(start_paused = true)]
async fn a_404_that_echoes_an_error_code_is_not_throttling() {
    let begun = Instant::now();
    for id in WORDS {
        let client = client_of(move |_, _| not_found(id)).build().unwrap();
        let get = document::Get::<Value>::new("movies", id);
        assert!(!client.send(get).await.unwrap().found, "{id}");
        assert_eq!(client.statistics().attempts, 1, "{id}");
        let exists = client.raw(Method::HEAD, "/movies/_doc/1", ()).await;
        assert_eq!(exists.unwrap().attempts(), 1, "{id}");
    }
    assert_eq!(begun.elapsed(), Duration::ZERO, "a wait");
}

#[tokio::test(start_paused = true)]
async fn echoes_leave_the_quota_to_real_failures() {
    let client = client_of(|attempt, request| match request.uri().path() {
        "/" => reply(503, &[], ""),
        _ => not_found(WORDS[attempt % WORDS.len()]),
    });
    let client = client.build().unwrap();
    for id in WORDS.iter().cycle().take(200) {
        let get = document::Get::<Value>::new("movies", *id);
        client.send(get).await.unwrap();
    }
    let unavailable = client.raw(Method::GET, "/", ()).await.unwrap();
    assert_eq!(unavailable.attempts(), 3);
}

/// Sends 100 requests to a service that always answers like this, with a provider that mints a new key on each call.
/// Returns how often the provider was called, how many attempts there were, and an error.
async fn minted(url: &str, status: u16, body: &str) -> (usize, u64, Error) {
    let calls = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&calls);
    let body = body.to_owned();
    let client = Client::builder(url)
        .credentials_from(move || {
            let key = format!("KEY{}", counted.fetch_add(1, Ordering::SeqCst));
            std::future::ready(Ok::<_, BoxError>(Credentials::new(key, "secret", None)))
        })
        .over(service_fn(move |_: Request<Body>| {
            std::future::ready(reply(status, &[], body.clone()))
        }))
        .build()
        .unwrap();
    let mut last = None;
    for _ in 0..100 {
        let response = client.raw(Method::GET, "/users", ()).await.unwrap();
        last = response.success().err();
    }
    let attempts = client.statistics().attempts;
    (calls.load(Ordering::SeqCst), attempts, last.unwrap())
}

#[tokio::test(start_paused = true)]
async fn a_message_of_the_callers_own_service_does_not_renew_credentials() {
    let gateway = "https://abc.execute-api.eu-west-1.amazonaws.com";
    for word in WORDS {
        for message in [word.to_owned(), format!("no such user: {word}")] {
            for status in [400, 401, 403, 409] {
                let body = json!({ "message": message }).to_string();
                let (calls, attempts, error) = minted(gateway, status, &body).await;
                assert_eq!((calls, attempts), (1, 100), "{status} {body}");
                assert!(!error.is_retryable(), "{status} {body}");
                assert_ne!(error.kind(), ErrorKind::Throttled, "{status} {body}");
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_reason_of_the_cluster_does_not_renew_credentials() {
    for word in WORDS {
        let error =
            json!({ "root_cause": [{ "type": "x", "reason": word }], "type": "x", "reason": word });
        for (status, body) in [
            (400, json!({ "error": error, "status": 400 })),
            (403, json!({ "error": error, "status": 403 })),
            (403, json!({ "error": word, "status": 403 })),
            (400, json!({ "message": format!("no such user: {word}") })),
            (403, json!({ "message": format!("no such user: {word}") })),
            (403, json!({ "message": word, "user": 1 })),
        ] {
            let (calls, attempts, _) = minted(URL, status, &body.to_string()).await;
            assert_eq!((calls, attempts), (1, 100), "{status} {body}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_code_where_only_the_service_writes_still_counts() {
    for (code, body) in [
        ("ThrottlingException", "{}"),
        ("", r#"{"__type":"ThrottlingException"}"#),
        ("", r#"{"code":"RequestLimitExceeded"}"#),
        ("", "<Error><Code>SlowDown</Code></Error>"),
    ] {
        let client = client_of(move |attempt, _| match attempt {
            1 if code.is_empty() => reply(400, &[], body),
            1 => reply(400, &[("x-amzn-errortype", code)], body),
            _ => reply(200, &[], INFO),
        });
        let client = client.build().unwrap();
        let response = client.raw(Method::POST, "/m/_doc", "{}").await.unwrap();
        assert_eq!(response.attempts(), 2, "{code} {body}");
    }
}
