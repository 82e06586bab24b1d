//! Puts this crate's layers among tower's own: load shedding, a concurrency limit, a timeout.
//!
//! Run: `cargo run --example stack_of_layers`
//!
//! The requests go to an embedded domain, which verifies each signature and fails every second request.

use std::time::Duration;

use bytes::Bytes;
use http::Request;
use http_body_util::Full;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use sigtower::retry::Report;
use sigtower::sigv4::Scope;
use sigtower::stack::{RetryLayer, StackConfig};
use sigtower::testing::{Domain, Fault};
use sigtower::{BoxError, SigV4Layer};
use tower::{ServiceBuilder, ServiceExt};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), BoxError> {
    let domain = Domain::start().await;
    domain.every(2, Fault::response(503));
    let hyper = Client::builder(TokioExecutor::new()).build_http::<Full<Bytes>>();
    let scope = Scope::new(domain.region(), domain.service())?;
    let sign = SigV4Layer::new(scope, domain.credentials());
    let retry = RetryLayer::new(sign.signer(), &StackConfig::new().with_max_attempts(4));
    let service = ServiceBuilder::new()
        .load_shed() // refuse what the limit does not admit at once
        .concurrency_limit(16)
        .timeout(Duration::from_secs(30)) // for a request with all its attempts
        .layer(retry.clone()) // may send again
        .layer(sign) // each attempt has a signature of its own
        .service(hyper);

    for number in 1..=4 {
        let uri = format!("{}/_cluster/health", domain.url());
        let request = Request::get(uri).body(Full::default())?;
        let mut response = service.clone().oneshot(request).await?;
        let mut length = 0;
        while let Some(chunk) = response.body_mut().chunk().await? {
            length += chunk.len();
        }
        let attempts = response
            .extensions()
            .get::<Report>()
            .map_or(0, |report| report.attempts);
        println!(
            "{number}: {} with {length} bytes, attempts: {attempts}",
            response.status()
        );
    }
    println!("retries: {}", retry.statistics().retries());
    Ok(())
}
