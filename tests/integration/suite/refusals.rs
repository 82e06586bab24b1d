//! Requests that the front end refuses before the cluster sees them, and how the refusals read.

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::{Method, Request};
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client as Hyper;
use hyper_util::rt::TokioExecutor;
use sigtower::Credentials;
use sigtower::opensearch::{Client, ClientBuilder, Error, ErrorKind, Refusal, Response, cluster};
use sigtower::testing::{Domain, DomainBuilder, Principal};

pub(super) async fn a_wrong_secret_is_a_mismatch_with_the_canonical_request(domain: DomainBuilder) {
    let domain = domain.start().await;
    let key = Principal::admin().access_key().to_owned();
    let error = refused(builder(&domain).credentials(Credentials::new(key, "wrong", None))).await;
    let Some(Refusal::SignatureMismatch {
        canonical_request,
        string_to_sign,
        ..
    }) = error.refusal()
    else {
        panic!("{error:?}")
    };
    assert!(
        canonical_request
            .as_ref()
            .unwrap()
            .starts_with("GET\n/\n\nhost:127.0.0.1:")
    );
    assert!(
        string_to_sign
            .as_ref()
            .unwrap()
            .starts_with("AWS4-HMAC-SHA256\n")
    );
    assert!(error.request_id().is_some());
}

pub(super) async fn an_unknown_key_and_an_expired_token_are_different_refusals(
    domain: DomainBuilder,
) {
    let expired = Principal::admin()
        .with_keys("ASIAEXPIRED", "secret")
        .with_token("token")
        .with_expired(true);
    let domain = domain
        .principal(Principal::admin())
        .principal(expired)
        .start()
        .await;

    let unknown = Credentials::new("AKIAUNKNOWN", "secret", None);
    let error = refused(builder(&domain).credentials(unknown)).await;
    assert_eq!(error.refusal(), Some(&Refusal::UnknownKey));

    let expired = Credentials::new("ASIAEXPIRED", "secret", Some("token".to_owned()));
    let error = refused(builder(&domain).credentials(expired)).await;
    assert_eq!(error.refusal(), Some(&Refusal::ExpiredToken));
    assert!(!format!("{error} {error:?}").contains("secret"));
}

pub(super) async fn a_different_region_or_service_is_named(domain: DomainBuilder) {
    let domain = domain.start().await;
    let elsewhere = Client::builder(domain.url())
        .region("eu-west-1")
        .service("es");
    let error = refused(elsewhere.credentials(domain.credentials())).await;
    let Some(Refusal::WrongRegion { sent, service, .. }) = error.refusal() else {
        panic!("{error:?}");
    };
    assert_eq!(sent.as_deref(), Some("eu-west-1"));
    assert_eq!(service.as_deref(), Some("es"));

    let serverless = Client::builder(domain.url())
        .region(domain.region())
        .service("aoss");
    let error = refused(serverless.credentials(domain.credentials())).await;
    let Some(Refusal::WrongService { sent, expected, .. }) = error.refusal() else {
        panic!("{error:?}");
    };
    assert_eq!(
        (sent.as_deref(), expected.as_deref()),
        (Some("aoss"), Some("es"))
    );
}

pub(super) async fn a_wrong_clock_is_named(domain: DomainBuilder) {
    let domain = domain.start().await;
    let now = SystemTime::now();
    let minutes = |minutes: u64| Duration::from_secs(60 * minutes);
    let late = builder(&domain)
        .credentials(domain.credentials())
        .clock_skew_correction(false)
        .clock(now - minutes(10));
    assert!(matches!(
        refused(late).await.refusal(),
        Some(Refusal::SignatureExpired { .. })
    ));
    let early = builder(&domain)
        .credentials(domain.credentials())
        .clock_skew_correction(false)
        .clock(now + minutes(10));
    assert!(matches!(
        refused(early).await.refusal(),
        Some(Refusal::SignatureNotYetCurrent { .. })
    ));
    let near = builder(&domain)
        .credentials(domain.credentials())
        .clock(now - minutes(4));
    near.build()
        .unwrap()
        .send(cluster::Info::new())
        .await
        .unwrap();
}

pub(super) async fn an_unsigned_request_is_refused_as_unsigned(domain: DomainBuilder) {
    let domain = domain.start().await;
    let hyper = Hyper::builder(TokioExecutor::new()).build_http::<Full<Bytes>>();
    let request = Request::get(domain.url()).body(Full::default()).unwrap();
    let (head, body) = hyper.request(request).await.unwrap().into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    let error = Response::new(head.status, head.headers, body)
        .success()
        .unwrap_err();
    assert_eq!(error.refusal(), Some(&Refusal::Unsigned));
}

fn builder(domain: &Domain) -> ClientBuilder {
    Client::builder(domain.url())
        .region(domain.region())
        .service(domain.service())
}

async fn refused(client: ClientBuilder) -> Error {
    // A typed call would be refused by the client of a collection.
    let response = client.build().unwrap().raw(Method::GET, "/", ()).await;
    let error = response.unwrap().success().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Denied, "{error:?}");
    assert_eq!(error.status().unwrap(), 403);
    assert!(error.hint().is_some());
    error
}
