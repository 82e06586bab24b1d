//! Credentials that the service no longer accepts.

use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::future::join_all;
use http::Method;
use sigtower::opensearch::{ErrorKind, Refusal, cluster};
use tokio::sync::{Barrier, Notify};

use super::*;

const EXPIRED: &str = r#"{"message":"The security token included in the request is expired"}"#;

/// Returns the key `OLD` once and then always `NEW`, and counts its calls.
fn rotating(
    asked: &Arc<AtomicUsize>,
) -> impl Fn() -> std::future::Ready<Result<Credentials, BoxError>> + use<> {
    let asked = Arc::clone(asked);
    move || {
        let key = match asked.fetch_add(1, Ordering::SeqCst) {
            0 => "OLD",
            _ => "NEW",
        };
        std::future::ready(Ok(Credentials::new(key, "secret", Some("token".into()))))
    }
}

fn is_signed_with(request: &Request<Body>, key: &str) -> bool {
    header(request.headers(), "authorization").contains(&format!("Credential={key}/"))
}

fn take_only_new(request: &Request<Body>) -> Reply {
    match is_signed_with(request, "NEW") {
        true => reply(200, &[], INFO),
        false => reply(
            403,
            &[("x-amzn-errortype", "ExpiredTokenException")],
            EXPIRED,
        ),
    }
}

#[tokio::test(start_paused = true)]
async fn a_thousand_rejections_at_once_cause_one_refresh_and_one_retry_each() {
    const MANY: usize = 1_000;
    let all = Arc::new(Barrier::new(MANY));
    let service = service_fn(move |request: Request<Body>| {
        let all = Arc::clone(&all);
        async move {
            if is_signed_with(&request, "OLD") {
                all.wait().await;
            }
            take_only_new(&request)
        }
    });
    let asked = Arc::new(AtomicUsize::new(0));
    let client = Client::builder(URL)
        .credentials_from(rotating(&asked))
        .over(service)
        .build()
        .unwrap();
    let calls = (0..MANY).map(|_| client.raw(Method::POST, "/movies/_doc", "{}"));
    for response in join_all(calls).await {
        let response = response.unwrap();
        assert_eq!((response.status.as_u16(), response.attempts()), (200, 2));
    }
    assert_eq!(asked.load(Ordering::SeqCst), 2);
}

#[tokio::test(start_paused = true)]
async fn a_late_rejection_of_the_old_key_does_not_invalidate_the_new_one() {
    let late = Arc::new(Notify::new());
    let released = Arc::clone(&late);
    let service = service_fn(move |request: Request<Body>| {
        let released = Arc::clone(&released);
        async move {
            if request.uri().path() == "/slow" && is_signed_with(&request, "OLD") {
                released.notified().await;
            }
            take_only_new(&request)
        }
    });
    let asked = Arc::new(AtomicUsize::new(0));
    let client = Client::builder(URL)
        .credentials_from(rotating(&asked))
        .over(service)
        .build()
        .unwrap();
    let slow = tokio::spawn({
        let client = client.clone();
        async move { client.raw(Method::GET, "/slow", ()).await }
    });
    tokio::task::yield_now().await;
    assert_eq!(
        client.raw(Method::GET, "/", ()).await.unwrap().attempts(),
        2
    );
    late.notify_one();
    assert_eq!(slow.await.unwrap().unwrap().attempts(), 2);
    assert_eq!(
        client.raw(Method::GET, "/", ()).await.unwrap().attempts(),
        1
    );
    assert_eq!(asked.load(Ordering::SeqCst), 2);
}

#[tokio::test(start_paused = true)]
async fn a_key_that_was_replaced_is_read_again() {
    let unknown = r#"{"message":"The security token included in the request is invalid."}"#;
    let asked = Arc::new(AtomicUsize::new(0));
    let client = client_of(move |_, request| match is_signed_with(&request, "NEW") {
        true => reply(200, &[], INFO),
        false => reply(403, &[], unknown),
    });
    let client = client.credentials_from(rotating(&asked)).build().unwrap();
    client.send(cluster::Info::new()).await.unwrap();
    assert_eq!(asked.load(Ordering::SeqCst), 2);
}

#[tokio::test(start_paused = true)]
async fn credentials_that_stay_the_same_are_not_sent_again() {
    let client = client_of(|_, _| reply(403, &[], EXPIRED)).build().unwrap();
    let error = client.send(cluster::Info::new()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Denied);
    assert_eq!(
        (error.refusal(), error.attempts()),
        (Some(&Refusal::ExpiredToken), 1)
    );
}

#[tokio::test(start_paused = true)]
async fn new_credentials_that_are_rejected_as_well_are_not_renewed_again() {
    let asked = Arc::new(AtomicUsize::new(0));
    let client = client_of(|_, _| reply(403, &[], EXPIRED))
        .credentials_from(rotating(&asked))
        .build()
        .unwrap();
    let error = client.send(cluster::Info::new()).await.unwrap_err();
    assert_eq!(
        (error.refusal(), error.attempts()),
        (Some(&Refusal::ExpiredToken), 2)
    );
    assert_eq!(asked.load(Ordering::SeqCst), 2);
}

#[tokio::test(start_paused = true)]
async fn a_rejection_without_an_attempt_left_helps_the_next_request() {
    let asked = Arc::new(AtomicUsize::new(0));
    let client = client_of(|_, request| take_only_new(&request))
        .credentials_from(rotating(&asked))
        .max_attempts(1)
        .build()
        .unwrap();
    client.send(cluster::Info::new()).await.unwrap_err();
    client.send(cluster::Info::new()).await.unwrap();
    assert_eq!(asked.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn a_key_rotation_at_the_domain_causes_no_error() {
    let domain = Domain::builder()
        .principal(Principal::admin().with_token("first"))
        .start()
        .await;
    let keys = domain.clone();
    let client = domain
        .client_builder()
        .credentials_from(move || std::future::ready(Ok::<_, BoxError>(keys.credentials())))
        .build()
        .unwrap();
    client.send(cluster::Info::new()).await.unwrap();
    let next = Principal::admin().with_keys("ASIAROTATEDXXEXAMPLE", "other");
    domain.rotate(next.with_token("second"));
    let response = client.raw(Method::GET, "/", ()).await.unwrap();
    assert_eq!((response.status.as_u16(), response.attempts()), (200, 2));
}
