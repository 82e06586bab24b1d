//! A reverse proxy with axum: signs what it receives, and streams the response.
//!
//! Run: `cargo run --example with_axum`
//!
//! It sends one unsigned request through the proxy to an embedded domain, which verifies the signature. With
//! `LISTEN=127.0.0.1:8080`, it serves until it is stopped.

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use sigtower::endpoint::Endpoint;
use sigtower::sigv4::{Scope, SigV4};
use sigtower::testing::Domain;
use sigtower::{BoxError, SigV4Layer};
use tokio::net::TcpListener;
use tower::{Layer, ServiceExt};

type Signed = SigV4<Client<HttpConnector, Body>>;

async fn forward(
    State((endpoint, signed)): State<(Endpoint, Signed)>,
    request: Request,
) -> Result<Response, (StatusCode, String)> {
    let bad_gateway = |error: BoxError| (StatusCode::BAD_GATEWAY, error.to_string());
    let target = request
        .uri()
        .path_and_query()
        .map_or("/", |target| target.as_str());
    let uri = endpoint
        .uri(target)
        .map_err(|error| bad_gateway(error.into()))?;
    let (head, body) = request.into_parts();
    let mut forwarded = http::Request::new(body);
    *forwarded.method_mut() = head.method;
    *forwarded.uri_mut() = uri;
    // Everything else belongs to the connection that the request came on.
    for name in ["content-type", "accept", "x-opaque-id"] {
        if let Some(value) = head.headers.get(name) {
            forwarded.headers_mut().insert(name, value.clone());
        }
    }
    let response = signed.oneshot(forwarded).await.map_err(bad_gateway)?;
    Ok(response.map(Body::new))
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), BoxError> {
    let domain = Domain::start().await;
    let hyper = Client::builder(TokioExecutor::new()).build_http::<Body>();
    let scope = Scope::new(domain.region(), domain.service())?;
    let signed = SigV4Layer::new(scope, domain.credentials()).layer(hyper);
    let state = (Endpoint::parse(domain.url())?, signed);
    let proxy = Router::new().fallback(forward).with_state(state);
    if let Ok(address) = std::env::var("LISTEN") {
        axum::serve(TcpListener::bind(address).await?, proxy).await?;
        return Ok(());
    }
    let request = Request::get("/_cluster/health?pretty").body(Body::empty())?;
    let response = proxy.oneshot(request).await?;
    println!("{} through the proxy", response.status());
    println!("the domain verified {} signatures", domain.requests().len());
    Ok(())
}
