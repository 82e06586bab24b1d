//! Two verifiers that share no code with the signer accept what arrives over a real socket, and refuse it
//! after any signed part has been changed.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::time::SystemTime;

use bytes::Bytes;
use chrono::{DateTime, Utc};
use http::request::Parts;
use http::uri::PathAndQuery;
use http::{HeaderValue, Method, Request, Response, Uri, Version};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use scratchstack_aws_signature::{
    GetSigningKeyRequest, GetSigningKeyResponse, KSecretKey, SignatureOptions,
    SliceSignedHeaderRequirements, sigv4_validate_request,
};
use sigtower::sigv4::Scope;
use sigtower::testing::{Principal, VerifiedRequest, Verifier};
use sigtower::{BoxError, Credentials, SigV4Layer};
use tokio::net::TcpListener;
use tower::{Layer, ServiceExt};

use crate::generate::{Generated, config, requests};
use crate::oracle::time;

/// The number of cases for each of two protocols.
const CASES: u32 = 10_000;
const ACCESS_KEY: &str = "AKIDEXAMPLE";
/// scratchstack accepts only secrets of 40 bytes.
const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

#[test]
fn two_verifiers_accept_requests_over_http_1() {
    over_a_socket(false);
}

#[test]
fn two_verifiers_accept_requests_over_http_2() {
    over_a_socket(true);
}

fn over_a_socket(http2: bool) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let address = runtime.block_on(serve());
    let origin = format!("http://{address}");
    let mut tcp = HttpConnector::new();
    tcp.set_nodelay(true);
    let client = Client::builder(TokioExecutor::new())
        .http2_only(http2)
        .build(tcp);
    TestRunner::new(config(CASES))
        .run(&requests(), |generated| {
            let exchange = async {
                let request = request(&generated, &origin);
                let sign = layer(&generated).layer(client.clone());
                let response = sign.oneshot(request).await.unwrap();
                let status = response.status();
                let body = response.into_body().collect().await.unwrap().to_bytes();
                (status, String::from_utf8_lossy(&body).into_owned())
            };
            let (status, verdict) = runtime.block_on(exchange);
            prop_assert_eq!(status.as_u16(), 200, "{}", verdict);
            Ok(())
        })
        .unwrap();
}

fn request(generated: &Generated, origin: &str) -> Request<Full<Bytes>> {
    let parts = generated.parts(origin);
    let mut request = Request::from_parts(parts, Full::from(generated.body.clone()));
    // The server reads from these headers which service to imitate.
    let seconds = generated.seconds.to_string();
    for (name, value) in [
        ("play-service", generated.service),
        ("play-region", generated.region),
    ] {
        request
            .headers_mut()
            .insert(name, HeaderValue::from_static(value));
    }
    request
        .headers_mut()
        .insert("play-time", seconds.parse().unwrap());
    request
}

fn layer(generated: &Generated) -> SigV4Layer {
    let credentials = Credentials::new(ACCESS_KEY, SECRET, generated.token.clone());
    let scope = Scope::new(generated.region, generated.service).unwrap();
    SigV4Layer::new(scope, credentials).with_clock(time(generated))
}

async fn serve() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            stream.set_nodelay(true).unwrap();
            let connection = async move {
                let server = auto::Builder::new(TokioExecutor::new());
                let service = service_fn(answer);
                let _ = server.serve_connection(TokioIo::new(stream), service).await;
            };
            tokio::spawn(connection);
        }
    });
    address
}

async fn answer(request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    let (parts, body) = request.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    let verdict = judge(parts, body).await;
    let status = if verdict.is_ok() { 200 } else { 500 };
    let body = verdict
        .err()
        .map_or_else(String::new, |error| error.to_string());
    Ok(Response::builder()
        .status(status)
        .body(Full::from(body))
        .unwrap())
}

async fn judge(parts: Parts, body: Bytes) -> Result<(), BoxError> {
    let verified = ours(&parts, &body).map_err(|refused| format!("ours: {refused}"))?;
    let second = is_for_scratchstack(&verified);
    if second {
        let accepted = scratchstack(&parts, &body).await;
        accepted.map_err(|refused| format!("scratchstack: {refused}"))?;
    }

    let mut flips = flips(&parts, &verified);
    let pick = usize::from(
        verified
            .canonical_request
            .as_bytes()
            .last()
            .copied()
            .unwrap_or(0),
    );
    let pick = (pick + verified.canonical_request.len()) % flips.len();
    let (what, flipped, flipped_body) = flips.swap_remove(pick)(parts, body);
    if ours(&flipped, &flipped_body).is_ok() {
        return Err(format!("ours accepted a changed {what}").into());
    }
    if second && scratchstack(&flipped, &flipped_body).await.is_ok() {
        return Err(format!("scratchstack accepted a changed {what}").into());
    }
    Ok(())
}

type Flip = Box<dyn FnOnce(Parts, Bytes) -> (String, Parts, Bytes) + Send>;

/// Every way to change one signed part.
fn flips(parts: &Parts, verified: &VerifiedRequest) -> Vec<Flip> {
    let mut flips: Vec<Flip> = vec![
        Box::new(|mut parts, body| {
            parts.method = if parts.method == Method::PUT {
                Method::POST
            } else {
                Method::PUT
            };
            ("method".to_owned(), parts, body)
        }),
        Box::new(|mut parts, body| {
            let target = parts.uri.path_and_query().unwrap().as_str();
            let (path, query) = target.split_once('?').unwrap_or((target, ""));
            parts.uri = with_target(&parts.uri, format!("{path}x?{query}"));
            ("path".to_owned(), parts, body)
        }),
        Box::new(|mut parts, body| {
            let target = parts.uri.path_and_query().unwrap().as_str();
            let joint = if target.contains('?') { '&' } else { '?' };
            parts.uri = with_target(&parts.uri, format!("{target}{joint}flipped=1"));
            ("query".to_owned(), parts, body)
        }),
        Box::new(|parts, body| {
            let mut changed = body.to_vec();
            match changed.first_mut() {
                Some(byte) => *byte ^= 1,
                None => changed.push(b'x'),
            }
            ("body".to_owned(), parts, changed.into())
        }),
        Box::new(|mut parts, body| {
            let mut value = parts.headers["authorization"].as_bytes().to_vec();
            let last = value.last_mut().unwrap();
            *last = if *last == b'0' { b'1' } else { b'0' };
            parts
                .headers
                .insert("authorization", HeaderValue::from_bytes(&value).unwrap());
            ("signature".to_owned(), parts, body)
        }),
    ];
    for name in verified.signed_headers.clone() {
        // Changing the body changes its hash.
        if !parts.headers.contains_key(&name) || name == "x-amz-content-sha256" {
            continue;
        }
        if name == "host" && parts.version == Version::HTTP_2 {
            flips.push(Box::new(|mut parts, body| {
                let mut uri = parts.uri.clone().into_parts();
                uri.authority = Some("127.0.0.1:1".parse().unwrap());
                parts.uri = Uri::from_parts(uri).unwrap();
                parts.headers.remove("host");
                ("authority".to_owned(), parts, body)
            }));
            continue;
        }
        flips.push(Box::new(move |mut parts, body| {
            let value = parts.headers.get_mut(&name).unwrap();
            let mut changed = value.as_bytes().to_vec();
            // A digit at the last but one place, so that a date still ends in `Z`.
            let at = changed.len().saturating_sub(2);
            changed[at] = if changed[at] == b'1' { b'2' } else { b'1' };
            *value = HeaderValue::from_bytes(&changed).unwrap();
            (name, parts, body)
        }));
    }
    flips
}

fn with_target(uri: &Uri, target: String) -> Uri {
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(PathAndQuery::try_from(target).unwrap());
    Uri::from_parts(parts).unwrap()
}

fn ours(parts: &Parts, body: &[u8]) -> Result<VerifiedRequest, BoxError> {
    let mut principal = Principal::new(ACCESS_KEY, SECRET);
    if let Some(token) = parts.headers.get("x-amz-security-token") {
        principal = principal.with_token(token.to_str()?);
    }
    let now = now(parts);
    let verifier = Verifier::new(play(parts, "play-region"), play(parts, "play-service"))
        .with_principal(principal)
        .with_clock(move || now);
    verifier
        .verify(parts, body)
        .map_err(|refused| refused.message().into())
}

/// scratchstack sorts parameters by their joined text: `p10=` before `p1=`.
fn is_for_scratchstack(verified: &VerifiedRequest) -> bool {
    let query = verified
        .canonical_request
        .lines()
        .nth(2)
        .unwrap_or_default();
    query.split('&').is_sorted()
}

async fn scratchstack(parts: &Parts, body: &Bytes) -> Result<(), BoxError> {
    let (region, service) = (play(parts, "play-region"), play(parts, "play-service"));
    let mut parts = parts.clone();
    let options = if service == "s3" {
        SignatureOptions::S3
    } else {
        // scratchstack encodes a path once. Services other than S3 encode it twice.
        let path: String = parts.uri.path().bytes().map(encoded).collect();
        let query = parts
            .uri
            .query()
            .map(|query| format!("?{query}"))
            .unwrap_or_default();
        parts.uri = with_target(&parts.uri, path + &query);
        SignatureOptions::default()
    };
    if !parts.headers.contains_key("host") {
        let authority = parts.uri.authority().ok_or("no authority")?.as_str();
        parts.headers.insert("host", authority.parse()?);
    }
    let mut keys = tower::service_fn(|request: GetSigningKeyRequest| async move {
        let secret: KSecretKey = SECRET.parse().map_err(|_| "40 bytes")?;
        let (region, service) = (request.region(), request.service());
        let key = secret.to_ksigning(request.request_date(), region, service);
        let response = GetSigningKeyResponse::builder().signing_key(key).build();
        response.map_err(|error| BoxError::from(error.to_string()))
    });
    let server_time = DateTime::<Utc>::from(now(&parts));
    let always = [];
    let if_present = ["content-type".into()];
    let prefixes = ["x-amz-".into()];
    let required = SliceSignedHeaderRequirements::new(&always, &if_present, &prefixes);
    let request = Request::from_parts(parts, body.clone());
    sigv4_validate_request(
        request,
        &region,
        &service,
        &mut keys,
        server_time,
        &required,
        options,
    )
    .await?;
    Ok(())
}

fn encoded(byte: u8) -> String {
    if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
        char::from(byte).to_string()
    } else {
        format!("%{byte:02X}")
    }
}

fn play(parts: &Parts, name: &str) -> String {
    parts.headers[name].to_str().unwrap().to_owned()
}

fn now(parts: &Parts) -> SystemTime {
    let seconds = play(parts, "play-time").parse().unwrap();
    SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(seconds)
}
