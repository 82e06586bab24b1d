//! Requests of other people's clients: the domain accepts what AWS accepts.
//!
//! `tests/fixtures/clients/opensearch-py.jsonl` holds requests that `tests/clients/capture.py` recorded, byte for
//! byte as the clients signed and sent them.

use std::time::{Duration, SystemTime};

use serde_json::Value;
use sigtower::testing::Domain;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::process::Command;

#[tokio::test]
async fn requests_of_opensearch_py_and_requests_aws4auth_are_verified() {
    let mut clients = std::collections::BTreeMap::new();
    for recorded in recorded().filter(|recorded| recorded.service == "es") {
        let domain = domain_of(&recorded).await;
        send(&domain, &recorded.request).await;
        let what = format!("{}: {}", recorded.client, recorded.request);
        assert_eq!(domain.requests().len(), 1, "refused: {what}");
        *clients.entry(recorded.client).or_insert(0) += 1;
    }
    let clients: Vec<_> = clients
        .iter()
        .map(|(name, count)| (&**name, *count))
        .collect();
    assert_eq!(
        clients,
        [
            ("opensearch-py 2.4.2 async", 9),
            ("opensearch-py 2.4.2 requests", 9),
            ("opensearch-py 2.4.2 urllib3", 9),
            ("opensearch-py 3.0.0 requests", 9),
            ("opensearch-py 3.0.0 urllib3", 9),
            ("opensearch-py 3.1.0 async", 9),
            ("opensearch-py 3.1.0 requests", 9),
            ("opensearch-py 3.1.0 urllib3", 9),
            ("requests-aws4auth 1.4.0 aws4auth", 9),
        ]
    );
}

#[tokio::test]
async fn a_recorded_request_is_refused_once_its_body_or_its_query_is_changed() {
    let mut tried = 0;
    for recorded in recorded().filter(|recorded| recorded.service == "es") {
        for (from, to) in [("\"year\":1979", "\"year\":1978"), ("wait_for", "wait-for")] {
            let changed = recorded.request.replacen(from, to, 1);
            if changed == recorded.request {
                continue;
            }
            tried += 1;
            let domain = domain_of(&recorded).await;
            send(&domain, &changed).await;
            assert_eq!(domain.requests().len(), 0, "accepted: {changed}");
        }
    }
    // Each of nine clients sends a document with `wait_for`, and a bulk request.
    assert_eq!(tried, 27);
}

#[tokio::test]
async fn a_collection_wants_the_payload_header_signed() {
    for recorded in recorded().filter(|recorded| recorded.service == "aoss") {
        let domain = domain_of(&recorded).await;
        let response = send(&domain, &recorded.request).await;
        // requests-aws4auth signs `x-amz-content-sha256`; opensearch-py adds it after signing.
        let is_signed = recorded.client.starts_with("requests-aws4auth");
        assert_eq!(
            domain.requests().len() == 1,
            is_signed,
            "{}",
            recorded.client
        );
        assert_eq!(
            response.contains("gw-helper-deny"),
            !is_signed,
            "{response}"
        );
    }
}

/// A run of `tests/clients/opensearch_py.py` with each of its ways to sign.
#[tokio::test]
#[ignore = "needs opensearch-py, boto3, aiohttp and requests-aws4auth: OPENSEARCH_PY=/path/to/python"]
async fn opensearch_py_talks_to_the_domain() {
    let python = std::env::var("OPENSEARCH_PY")
        .expect("OPENSEARCH_PY is the path of a Python that has opensearch-py and boto3");
    for auth in ["urllib3", "requests", "aws4auth"] {
        let domain = Domain::start().await;
        let script = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/tests/clients/opensearch_py.py"
        );
        let run = Command::new(&python)
            .args([script, &domain.url(), "es", auth])
            .output()
            .await
            .unwrap();
        let output = String::from_utf8_lossy(&run.stdout);
        let errors = String::from_utf8_lossy(&run.stderr);
        assert!(run.status.success(), "{auth}: {output}{errors}");
        assert_eq!(domain.requests().len(), domain.request_count(), "{auth}");
        assert_eq!(domain.requests().len(), 9, "{auth}: {output}");
        assert!(output.contains("Сталкер"), "{auth}: {output}");
    }
}

struct Recorded {
    client: String,
    service: String,
    time: SystemTime,
    request: String,
}

fn recorded() -> impl Iterator<Item = Recorded> {
    let lines = include_str!("../fixtures/clients/opensearch-py.jsonl").lines();
    lines.map(|line| {
        let row: Value = serde_json::from_str(line).unwrap();
        let text = |name: &str| row[name].as_str().unwrap().to_owned();
        Recorded {
            client: text("client"),
            service: text("service"),
            time: SystemTime::UNIX_EPOCH + Duration::from_secs(row["time"].as_u64().unwrap()),
            request: text("request"),
        }
    })
}

async fn domain_of(recorded: &Recorded) -> Domain {
    let time = recorded.time;
    let domain = Domain::builder().service(&recorded.service);
    domain.clock(move || time).start().await
}

/// Sends the bytes of a request, and returns the bytes of the response until the server is silent.
async fn send(domain: &Domain, request: &str) -> String {
    let mut stream = TcpStream::connect(&domain.url()["http://".len()..])
        .await
        .unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    stream.shutdown().await.unwrap();
    let mut response = Vec::new();
    stream.read_to_end(&mut response).await.unwrap();
    String::from_utf8_lossy(&response).into_owned()
}
