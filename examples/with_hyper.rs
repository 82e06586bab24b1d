//! Signs requests of hyper's own client with the layer.
//!
//! Run: `cargo run --example with_hyper`
//!
//! The requests go to an embedded domain, which verifies each signature.

use bytes::Bytes;
use http::Request;
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use sigtower::sigv4::Scope;
use sigtower::testing::Domain;
use sigtower::{BoxError, SigV4Layer};
use tower::{ServiceBuilder, ServiceExt};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), BoxError> {
    let domain = Domain::start().await;
    let hyper = Client::builder(TokioExecutor::new()).build_http::<Full<Bytes>>();
    let scope = Scope::new(domain.region(), domain.service())?;
    let service = ServiceBuilder::new()
        .layer(SigV4Layer::new(scope, domain.credentials()))
        .service(hyper);

    let movie = r#"{"title":"Alien","year":1979}"#;
    let put = Request::put(format!("{}/movies/_doc/1", domain.url()))
        .header("content-type", "application/json")
        .body(Full::from(movie))?;
    println!("put: {}", service.clone().oneshot(put).await?.status());

    let get = Request::get(format!("{}/movies/_doc/1", domain.url())).body(Full::default())?;
    let response = service.oneshot(get).await?;
    let status = response.status();
    let body = response.into_body().collect().await?.to_bytes();
    println!("get: {status} {}", String::from_utf8_lossy(&body));
    println!("the domain verified {} signatures", domain.requests().len());
    Ok(())
}
