//! Uses reqwest in three ways: under the signing layer, with `Signer` and `execute`, and under `Client`.
//!
//! Run: `cargo run --example with_reqwest`
//!
//! The requests go to an embedded domain, which verifies each signature.

use http::Request;
use reqwest::redirect::Policy;
use sigtower::opensearch::{Client, cluster};
use sigtower::sigv4::{Payload, Scope};
use sigtower::testing::Domain;
use sigtower::{BoxError, SigV4Layer, Signer};
use tower::{Layer, ServiceExt, service_fn};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), BoxError> {
    let domain = Domain::start().await;
    let scope = Scope::new(domain.region(), domain.service())?;
    let health = format!("{}/_cluster/health", domain.url());
    // A redirect would take the signature and the session token along.
    let reqwest = reqwest::Client::builder()
        .redirect(Policy::none())
        .build()?;

    // Under the layer: reqwest as a service of `http::Request`.
    let http = reqwest.clone();
    let service = service_fn(move |request: Request<reqwest::Body>| {
        let http = http.clone();
        async move { Ok::<_, BoxError>(http.execute(request.try_into()?).await?) }
    });
    let signed = SigV4Layer::new(scope.clone(), domain.credentials()).layer(service);
    let request = Request::get(&health).body(reqwest::Body::default())?;
    println!(
        "under the layer: {}",
        signed.oneshot(request).await?.status()
    );

    // With the signer: sign a head, then execute the request.
    let signer = Signer::new(scope, domain.credentials());
    let (mut head, body) = Request::get(&health).body("")?.into_parts();
    signer
        .sign(&mut head, Payload::Bytes(body.as_bytes()))
        .await?;
    let response = reqwest
        .execute(Request::from_parts(head, body).try_into()?)
        .await?;
    println!("with the signer: {}", response.status());

    // Under the client: typed calls and retries, sent by reqwest.
    let client = Client::builder(domain.url())
        .region(domain.region())
        .service(domain.service())
        .credentials(domain.credentials())
        .over(service_fn(move |request: Request<sigtower::body::Body>| {
            let http = reqwest.clone();
            async move {
                let request = request.map(|body| reqwest::Body::from(body.into_bytes()));
                let response = http.execute(request.try_into()?).await?;
                Ok::<_, BoxError>(http::Response::<reqwest::Body>::from(response))
            }
        }))
        .build()?;
    println!(
        "under the client: {}",
        client.send(cluster::Health::new()).await?.status
    );
    println!("the domain verified {} signatures", domain.requests().len());
    Ok(())
}
