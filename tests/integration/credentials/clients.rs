//! How often a client calls the provider, and what it sends, when clocks or credentials are wrong.

use std::future::ready;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use http::{Method, Request};
use sigtower::body::Body;
use sigtower::credentials::{CachedCredentials, ProvideCredentials, from_fn};
use sigtower::opensearch::ErrorKind;
use sigtower::opensearch::cluster::Info;
use sigtower::sigv4::{ClockSkew, Payload, Scope, Signer};
use sigtower::testing::Principal;
use sigtower::{BoxError, Credentials};

use crate::retry::{INFO, Reply, at, client_of, http_date, reply, verified, verifier};

const NOON: &str = "20240522T120000Z";
const HOUR: i64 = 3600;

/// A provider whose every call returns new keys that live an hour by the true time, which is noon.
fn minting(calls: &Arc<AtomicUsize>) -> impl ProvideCredentials + use<> {
    let calls = Arc::clone(calls);
    from_fn(move || {
        let call = calls.fetch_add(1, Ordering::SeqCst) + 1;
        let keys = Credentials::new(
            format!("ASIA{call}"),
            "secret",
            Some(format!("token{call}")),
        );
        ready(Ok::<_, BoxError>(keys.with_expiry(later(HOUR))))
    })
}

fn later(seconds: i64) -> SystemTime {
    ClockSkew::from_millis(seconds * 1000).apply(at(NOON))
}

fn dated(seconds: i64) -> Reply {
    reply(200, &[("date", &http_date(later(seconds)))], INFO)
}

#[tokio::test(start_paused = true)]
async fn a_lasting_rejection_of_ever_new_keys_causes_two_provider_calls_for_a_hundred_requests() {
    let calls = Arc::new(AtomicUsize::new(0));
    let unknown = r#"{"message":"The security token included in the request is invalid."}"#;
    let rejection = [("x-amzn-errortype", "UnrecognizedClientException")];
    let client = client_of(move |_, _| reply(403, &rejection, unknown))
        .credentials(minting(&calls))
        .clock(at(NOON))
        .build()
        .unwrap();
    for _ in 0..100 {
        client.send(Info::new()).await.unwrap_err();
    }
    assert_eq!(calls.load(Ordering::SeqCst), 2);
}

#[tokio::test(start_paused = true)]
async fn dates_that_disagree_cause_one_provider_call_for_a_hundred_requests() {
    for dates in [
        [0, HOUR],
        [0, 20 * HOUR],
        [-HOUR, HOUR],
        [20 * HOUR, -20 * HOUR],
    ] {
        let calls = Arc::new(AtomicUsize::new(0));
        let client = client_of(move |attempt, _| dated(dates[attempt % 2]))
            .credentials(minting(&calls))
            .clock(at(NOON))
            .build()
            .unwrap();
        for _ in 0..100 {
            client.send(Info::new()).await.unwrap();
        }
        assert_eq!(calls.load(Ordering::SeqCst), 1, "{dates:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_client_that_knows_the_skew_and_a_signer_that_does_not_share_one_provider_call() {
    let calls = Arc::new(AtomicUsize::new(0));
    let cache = CachedCredentials::new(minting(&calls));
    let client = client_of(move |_, _| dated(HOUR))
        .credentials_cache(cache.clone())
        .clock(at(NOON))
        .build()
        .unwrap();
    let signer = Signer::from_cache(Scope::new("us-east-1", "s3").unwrap(), cache);
    let signer = signer.with_clock(at(NOON));
    for _ in 0..50 {
        client.send(Info::new()).await.unwrap();
        let request = Request::get("https://b.s3.us-east-1.amazonaws.com/k");
        let (parts, ()) = request.body(()).unwrap().into_parts();
        let minute = Duration::from_secs(60);
        signer
            .presign(&parts, Payload::Empty, minute)
            .await
            .unwrap();
    }
    assert_eq!(calls.load(Ordering::SeqCst), 1);
}

#[tokio::test(start_paused = true)]
async fn a_clock_ahead_by_more_than_the_keys_live_costs_one_retry_once() {
    let there = at(NOON);
    let verifier = verifier(move || there);
    let calls = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&calls);
    let client = client_of(move |_, request| verified(&verifier, request, there))
        .credentials_from(move || {
            counted.fetch_add(1, Ordering::SeqCst);
            let keys = Principal::admin().credentials().with_expiry(later(HOUR));
            ready(Ok::<_, BoxError>(keys))
        })
        .clock(later(3700))
        .build()
        .unwrap();
    let mut attempts = Vec::new();
    for _ in 0..100 {
        let response = client.raw(Method::GET, "/", ()).await.unwrap();
        assert_eq!(response.status, 200, "{}", response.text());
        attempts.push(response.attempts());
    }
    assert_eq!(attempts[0], 2);
    assert!(attempts[1..].iter().all(|attempts| *attempts == 1));
    assert_eq!(calls.load(Ordering::SeqCst), 1);
}

#[tokio::test(start_paused = true)]
async fn expired_keys_are_sent_once_and_then_are_an_error() {
    let sent = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&sent);
    let expired = r#"{"message":"The security token included in the request is expired"}"#;
    let client = client_of(move |_, _| {
        counted.fetch_add(1, Ordering::SeqCst);
        let date = http_date(at(NOON));
        let headers = [
            ("x-amzn-errortype", "ExpiredTokenException"),
            ("date", &date),
        ];
        reply(403, &headers, expired)
    });
    let keys = Credentials::new("ASIA1", "secret", Some("token".into()));
    let client = client
        .credentials(keys.with_expiry(later(-7300)))
        .clock(at(NOON))
        .build()
        .unwrap();
    let first = client.send(Info::new()).await.unwrap_err();
    assert_eq!(first.kind(), ErrorKind::Denied);
    for _ in 0..10 {
        let error = client.send(Info::new()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Credentials);
        let line = error.to_string();
        assert!(
            line.contains("expired 2 hours ago by the local clock"),
            "{line}"
        );
    }
    assert_eq!(sent.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn an_empty_session_token_is_not_sent() {
    let sends_no_token = |request: Request<Body>| {
        let signed = request.headers()["authorization"].to_str().unwrap();
        let is_absent = !request.headers().contains_key("x-amz-security-token")
            && !signed.contains("security-token");
        reply(if is_absent { 200 } else { 400 }, &[], INFO)
    };
    let sdk = |token: &str| {
        let token = Some(token.to_owned());
        aws_credential_types::Credentials::new("AKID", "secret", token, None, "test")
    };
    let ours = || Credentials::new("AKID", "secret", Some(String::new()));
    let builder = || client_of(move |_, request| sends_no_token(request));
    for client in [
        builder().credentials(ours()),
        builder().credentials(sdk("")),
        builder().credentials_from(move || ready(Ok::<_, BoxError>(ours()))),
        builder().credentials_from(move || ready(Ok::<_, BoxError>(sdk("")))),
    ] {
        client.build().unwrap().send(Info::new()).await.unwrap();
    }
}

#[tokio::test]
async fn the_line_of_an_error_says_which_source_failed_and_why() {
    let unreachable = || reply(500, &[], "");
    let sealed = || ready(Err::<Credentials, _>(BoxError::from("vault is sealed")));
    let client = client_of(move |_, _| unreachable())
        .credentials_from(sealed)
        .build()
        .unwrap();
    let error = client.send(Info::new()).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "no usable credentials: the credentials function failed: vault is sealed"
    );
    let newline = Credentials::new("AKID\n", "secret", None);
    let client = client_of(move |_, _| unreachable())
        .credentials(newline)
        .build()
        .unwrap();
    let error = client.send(Info::new()).await.unwrap_err().to_string();
    assert!(
        error.contains("the access key id from the credentials provider ends in a newline"),
        "{error}"
    );
}
