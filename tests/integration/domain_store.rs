//! The in-memory backend, where no fixture of a real answer shows what it does.

use std::io::{Read, Write};

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use http::{Method, Request};
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client as HyperClient;
use hyper_util::rt::TokioExecutor;
use serde_json::{Value, json};
use sigtower::sigv4::Payload;
use sigtower::testing::Domain;
use sigtower::{Scope, Signer};

#[tokio::test]
async fn health_waits_for_no_status_that_cannot_come() {
    let domain = Domain::start().await;
    let client = domain.client();
    let health = async |query: &str| {
        let answer = client
            .raw(Method::GET, format!("/_cluster/health{query}"), ())
            .await
            .unwrap();
        let json: Value = serde_json::from_slice(&answer.body).unwrap();
        (
            answer.status.as_u16(),
            json["status"].as_str().unwrap_or_default().to_owned(),
        )
    };
    assert_eq!(
        health("?wait_for_status=green").await,
        (200, "green".to_owned())
    );
    client.raw(Method::PUT, "/one", ()).await.unwrap();
    assert_eq!(
        health("?wait_for_status=yellow").await,
        (200, "yellow".to_owned())
    );
    assert_eq!(
        health("?wait_for_status=green").await,
        (408, "yellow".to_owned())
    );
    let settings = json!({"settings": {"index.number_of_replicas": 0}});
    client.raw(Method::PUT, "/two", settings).await.unwrap();
    assert_eq!(
        health("/two?wait_for_status=green").await,
        (200, "green".to_owned())
    );
    assert_eq!(health("/none").await, (408, "red".to_owned()));
    assert_eq!(health("?wait_for_status=blue").await.0, 400);
}

#[tokio::test]
async fn gzip_is_taken_and_given() {
    let domain = Domain::start().await;
    let lines: String = (0..200)
        .map(|n| format!("{{\"index\":{{\"_id\":\"{n}\"}}}}\n{{\"n\":{n}}}\n"))
        .collect();
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(lines.as_bytes()).unwrap();
    let body = encoder.finish().unwrap();
    let mut parts = Request::post(format!("{}/numbers/_bulk", domain.url()))
        .header("content-type", "application/x-ndjson")
        .header("content-encoding", "gzip")
        .header("accept-encoding", "gzip")
        .body(())
        .unwrap()
        .into_parts()
        .0;
    let scope = Scope::new(domain.region(), domain.service()).unwrap();
    let signer = Signer::new(scope, domain.credentials());
    signer
        .sign(&mut parts, Payload::Bytes(&body))
        .await
        .unwrap();
    let http: HyperClient<_, Full<bytes::Bytes>> =
        HyperClient::builder(TokioExecutor::new()).build_http();
    let answer = http
        .request(Request::from_parts(parts, Full::from(body)))
        .await
        .unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["content-encoding"], "gzip");
    let bytes = answer.into_body().collect().await.unwrap().to_bytes();
    let mut text = String::new();
    GzDecoder::new(&bytes[..])
        .read_to_string(&mut text)
        .unwrap();
    let json: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(
        (&json["errors"], json["items"].as_array().unwrap().len()),
        (&json!(false), 200)
    );
}

#[tokio::test]
async fn names_arrive_as_given() {
    let domain = Domain::start().await;
    let client = domain.client();
    for id in [
        "a b", "a/b", "..", ".", "%2F", "+", "//", "ж😀", "_search", "a?b#c", "\u{1}",
    ] {
        let call = sigtower::opensearch::document::Index::new("names", json!({"id": id})).id(id);
        assert_eq!(client.send(call).await.unwrap().id, id);
        let get = sigtower::opensearch::document::Get::<Value>::new("names", id);
        assert_eq!(client.send(get).await.unwrap().source.unwrap()["id"], id);
    }
}
