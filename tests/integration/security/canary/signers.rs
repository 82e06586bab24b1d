//! Signing without a client: signatures, explanations and errors.

use std::convert::Infallible;
use std::future::ready;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::request::Parts;
use http::{HeaderName, Request, Response};
use http_body_util::Full;
use sigtower::credentials::{CachedCredentials, Environment, Identity, from_fn};
use sigtower::endpoint::Endpoint;
use sigtower::sigv4::ClockSkew;
use sigtower::sigv4::{Payload, PayloadSigning, Scope, Signer, SigningOverride};
use sigtower::testing::{Principal, Verifier};
use sigtower::{BoxError, Credentials, SigV4Layer};
use tower::{Layer, Service, ServiceExt, service_fn};

use super::*;

pub(super) async fn run(shown: &mut Shown) {
    of_headers(shown).await;
    of_urls(shown).await;
    of_a_layer(shown).await;
    refusals(shown).await;
    failing_providers(shown).await;
    endpoints(shown);
}

async fn of_headers(shown: &mut Shown) {
    let signer = signer("es", credentials());
    let mut parts = left_over(URI);
    let explained = signer.explain(&parts, PAYLOAD).await.unwrap();
    shown.signed(explained.reveal_authorization());
    assert!(explained.reveal_canonical_request().contains(TOKEN));
    shown.display(&explained);
    shown.debug(&explained);
    shown.display(&explained.canonical_request());
    shown.display(explained.string_to_sign());

    signer.sign(&mut parts, PAYLOAD).await.unwrap();
    shown.signed(parts.headers["authorization"].to_str().unwrap());
    for secret in ["cookie", "x-api-token", "proxy-authorization"] {
        parts.headers.remove(secret); // set by the caller, and not marked sensitive
    }
    shown.debug(&parts);
    shown.debug(&signer);
    shown.debug(signer.credentials());
    shown.debug(
        &signer
            .credentials()
            .get(SystemTime::now(), ClockSkew::ZERO)
            .await
            .unwrap(),
    );
    shown.debug(&credentials());
    shown.debug(&Environment);
    shown.debug(&from_fn(|| ready(Ok::<_, Infallible>(credentials()))));

    verify(&parts, shown);
}

/// The types of the verifier.
fn verify(parts: &Parts, shown: &mut Shown) {
    let principal = Principal::new(ACCESS_KEY, SECRET_KEY).with_token(TOKEN);
    let verifier = Verifier::new("us-east-1", "es").with_principal(principal);
    shown.debug(&verifier.verify(parts, BODY).unwrap());
    let refused = verifier.verify(parts, b"another body").unwrap_err();
    assert!(refused.message().contains(TOKEN));
    shown.error(&refused);
    shown.debug(&verifier);
}

async fn of_urls(shown: &mut Shown) {
    let signer = signer("s3", credentials());
    let uri = "https://my-bucket.s3.us-east-1.amazonaws.com/report.pdf";
    let mut parts = left_over(uri);
    parts.headers.remove("authorization");
    let lifetime = Duration::from_secs(60);
    let url = signer.presign(&parts, PAYLOAD, lifetime).await.unwrap();
    let (_, signature) = url.query().unwrap().split_once("X-Amz-Signature=").unwrap();
    shown.signatures.push(signature.to_owned());

    // Such a URL, pasted where an endpoint or a URL to sign is expected.
    shown.error(&Endpoint::parse(url.to_string()).unwrap_err());
    let broken = format!("{url}&bad=%zz");
    let again = signer.presign(&left_over(&broken), PAYLOAD, lifetime).await;
    shown.error(&again.unwrap_err());
    let forever = signer.presign(&parts, PAYLOAD, Duration::MAX).await;
    shown.error(&forever.unwrap_err());
}

async fn of_a_layer(shown: &mut Shown) {
    let layer = SigV4Layer::from_signer(signer("es", credentials()));
    shown.debug(&layer);
    let mut service = layer.layer(service_fn(|request: Request<Full<Bytes>>| {
        let authorization = request.headers()["authorization"].to_str().unwrap();
        ready(Ok::<_, Infallible>(Response::new(authorization.to_owned())))
    }));
    let request = Request::from_parts(left_over(URI), Full::from(DOCUMENT));
    let sending = service.ready().await.unwrap().call(request);
    shown.debug(&sending);
    shown.signed(sending.await.unwrap().body());
}

async fn refusals(shown: &mut Shown) {
    let unsigned = SigningOverride::new().with_payload_signing(PayloadSigning::Unsigned);
    shown.debug(&unsigned);
    let with_password = format!("https://user:{PASSWORD}@search.example/");
    for (uri, name, value) in [
        (with_password.as_str(), "accept", "*/*"),
        ("/relative", "accept", "*/*"),
        ("https://search.example/..", "accept", "*/*"),
        ("https://search.example/%zz", "accept", "*/*"),
        ("https://search.example/?q=%FF", "accept", "*/*"),
        ("https://search.example/", "x-amz-meta", "tab\tCanaryCookie"),
        ("https://search.example/", "host", "CanaryCookie@b.example"),
        ("https://search.example/", "content-length", "4"),
    ] {
        let (mut head, ()) = Request::post(uri).body(()).unwrap().into_parts();
        head.headers.extend(left_over(URI).headers);
        let name: HeaderName = name.parse().unwrap();
        head.headers.insert(name, value.parse().unwrap());
        let request = Request::from_parts(head, Full::from(DOCUMENT));
        shown.error(&*refused(signer("es", credentials()), request).await);
    }
    let mut cleartext = Request::from_parts(left_over("http://a.example/"), Full::from(DOCUMENT));
    cleartext.extensions_mut().insert(unsigned);
    shown.error(&*refused(signer("es", credentials()), cleartext).await);
}

async fn failing_providers(shown: &mut Shown) {
    for (id, secret, token) in [
        ("AKID\n", SECRET_KEY, TOKEN),
        ("AK ID", SECRET_KEY, TOKEN),
        ("AKID", "CanarySecretKey\n", TOKEN),
        ("AKID", "CanarySecret\0Key", TOKEN),
        ("AKID", SECRET_KEY, "CanarySessionToken\r\n"),
        ("AKID", SECRET_KEY, "CanarySessionTokén"),
    ] {
        let bad = Credentials::new(id, secret, Some(token.to_owned()));
        let request = Request::from_parts(left_over(URI), Full::from(DOCUMENT));
        shown.error(&*refused(signer("es", bad.clone()), request).await);
        shown.error(&Identity::new(&bad.into()).unwrap_err());
    }

    let fails = from_fn(|| ready(Err::<Credentials, BoxError>("vault is sealed".into())));
    let cache = CachedCredentials::new(fails);
    shown.error(
        &cache
            .get(SystemTime::now(), ClockSkew::ZERO)
            .await
            .unwrap_err(),
    );
    shown.debug(&cache);
    let late = CachedCredentials::new(credentials().with_expiry(SystemTime::UNIX_EPOCH));
    shown.error(
        &late
            .get(SystemTime::now(), ClockSkew::ZERO)
            .await
            .unwrap_err(),
    );
    a_refresh_that_fails(shown).await;
}

/// The cache logs that it keeps using the old credentials.
async fn a_refresh_that_fails(shown: &mut Shown) {
    let now = SystemTime::now();
    let mut first = Some(credentials().with_expiry(now + Duration::from_secs(600)));
    let provider = std::sync::Mutex::new(move || first.take().ok_or("vault is sealed"));
    let cache = CachedCredentials::new(from_fn(move || ready((provider.lock().unwrap())())));
    cache.get(now, ClockSkew::ZERO).await.unwrap();
    for seconds in [560, 599, 10_000] {
        let outcome = cache
            .get(now + Duration::from_secs(seconds), ClockSkew::ZERO)
            .await;
        shown.debug(&outcome);
    }
    shown.debug(&cache);
}

fn endpoints(shown: &mut Shown) {
    for url in [
        format!("https://user:{PASSWORD}@search.example"),
        format!("https://search.example@{PASSWORD}"),
        format!("user:{PASSWORD}@localhost:9200"),
        format!("https://search.example/?password={PASSWORD}"),
        format!("https://search.example/#{PASSWORD}"),
        format!("ftp://user:{PASSWORD}@search.example"),
        format!("https://user:{PASSWORD}@search.example:99999\n"),
    ] {
        shown.error(&Endpoint::parse(&url).unwrap_err());
        let tunnel = Endpoint::parse("https://search.example").unwrap();
        shown.error(&tunnel.with_connect_to(&url).unwrap_err());
    }
}

async fn refused(signer: Signer, request: Request<Full<Bytes>>) -> BoxError {
    let unreached = service_fn(|_: Request<Full<Bytes>>| {
        ready(Err::<Response<()>, BoxError>("was sent".into()))
    });
    let layer = SigV4Layer::from_signer(signer);
    let error = layer.layer(unreached).oneshot(request).await.unwrap_err();
    assert_ne!(error.to_string(), "was sent");
    error
}

/// A request with the headers of an earlier signer and of its caller.
fn left_over(uri: &str) -> Parts {
    let old = format!("AWS4-HMAC-SHA256 Credential=AKIDOLD/x, Signature={OLD_SIGNATURE}");
    let request = Request::post(uri)
        .header("authorization", old)
        .header("x-amz-security-token", OLD_TOKEN)
        .header("cookie", format!("session={COOKIE}"))
        .header("x-api-token", BEARER)
        .header("proxy-authorization", format!("Bearer {BEARER}"));
    request.body(()).unwrap().into_parts().0
}

fn signer(service: &str, credentials: Credentials) -> Signer {
    Signer::new(Scope::new("us-east-1", service).unwrap(), credentials)
}

const URI: &str = "https://search-movies-abc.us-east-1.es.amazonaws.com/movies/_doc/1";
const BODY: &[u8] = DOCUMENT.as_bytes();
const PAYLOAD: Payload<'static> = Payload::Bytes(BODY);
