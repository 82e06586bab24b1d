//! Loads on a real OpenSearch: under faults, aborted midway, and with a node that dies.

use std::process::Command;
use std::time::Duration;

use serde_json::json;
use sigtower::ingest::{Ids, Operation, Report};
use sigtower::opensearch::{Client, index, search};
use sigtower::testing::{Domain, Fault, ReceivedRequest};

/// Broken connections and refusals, with documents that a server counts.
#[tokio::test]
#[ignore = "needs a real OpenSearch: OPENSEARCH_UPSTREAM=$(tests/opensearch.sh start)"]
async fn on_opensearch_no_fault_loses_or_doubles_a_document() {
    const MANY: u64 = 20_000;
    for ids in [Ids::Caller, Ids::Generated, Ids::Server] {
        let domain = upstream().await;
        let client = domain.client();
        let name = new_index(&client, &format!("{ids:?}"), 0).await;
        let is_bulk = |request: &ReceivedRequest| request.uri.path().ends_with("/_bulk");
        domain
            .every_of(5, is_bulk, Fault::response(429))
            .every_of(7, is_bulk, Fault::dropped())
            .every_of(11, is_bulk, Fault::reset_at(0))
            .every_of(13, is_bulk, Fault::close_at(400));
        let load = client.ingest(&name).ids(ids).chunk_operations(200);
        let load = load.start();
        push(&load, ids, 0..MANY).await;
        let report = load.finish().await;
        let faults = domain.fault_counts();
        assert!(
            faults.responses > 5 && faults.dropped > 3 && faults.cut > 3,
            "{faults:?}"
        );
        let unknown = accounted(&report, MANY);
        assert!(report.rejected.is_empty(), "{:?}", report.rejected.first());
        if !matches!(ids, Ids::Server) {
            assert_eq!(unknown, 0, "{ids:?}: {:?}", report.unknown.first());
        }
        // What is unknown is there once or not at all.
        let count = count(&client, &name).await;
        assert!(
            (report.done..=report.done + unknown).contains(&count),
            "{ids:?}: {count} documents, {report:?}"
        );
        client.send(index::Delete::new(&name)).await.unwrap();
    }
}

/// Early ends on a real server.
#[tokio::test]
#[ignore = "needs a real OpenSearch: OPENSEARCH_UPSTREAM=$(tests/opensearch.sh start)"]
async fn on_opensearch_an_aborted_load_knows_what_it_stored() {
    let domain = upstream().await;
    let client = domain.client();
    let name = new_index(&client, "aborted", 0).await;
    let load = client.ingest(&name).server_ids().chunk_operations(100);
    let load = load.start();
    push(&load, Ids::Server, 0..5_000).await;
    let report = load.abort().await;
    let unknown = accounted(&report, 5_000);
    // A request that was abandoned may still be applied.
    let mut count = count(&client, &name).await;
    for _ in 0..50 {
        let before = count;
        client.send(index::Refresh::new(&name)).await.unwrap();
        count = self::count(&client, &name).await;
        if count == before {
            break;
        }
    }
    assert!(
        (report.done..=report.done + unknown).contains(&count),
        "{count} documents, {report:?}"
    );
    client.send(index::Delete::new(&name)).await.unwrap();
}

#[tokio::test]
#[ignore = "needs three nodes: OPENSEARCH_UPSTREAM=$(tests/opensearch.sh start --nodes 3)"]
async fn on_three_nodes_the_death_of_one_loses_no_document() {
    const MANY: u64 = 150_000;
    let domain = upstream().await;
    let client = domain
        .client_builder()
        .total_timeout(Duration::from_secs(240))
        .attempt_timeout(Duration::from_secs(120));
    let client = client.build().unwrap();
    let name = new_index(&client, "three", 1).await;
    let green = sigtower::opensearch::cluster::Health::new()
        .index(&name)
        .wait_for_status(sigtower::opensearch::cluster::Status::Green)
        .timeout("60s");
    assert!(!client.send(green).await.unwrap().timed_out);

    let load = client.ingest(&name).caller_ids().chunk_operations(500);
    let load = load.retry_for(Duration::from_secs(300)).start();
    push(&load, Ids::Caller, 0..MANY / 3).await;
    script("kill", "3");
    push(&load, Ids::Caller, MANY / 3..2 * MANY / 3).await;
    script("revive", "3");
    push(&load, Ids::Caller, 2 * MANY / 3..MANY).await;
    let report = load.finish().await;
    assert_eq!(accounted(&report, MANY), 0, "{:?}", report.unknown.first());
    assert!(report.rejected.is_empty(), "{:?}", report.rejected.first());
    assert_eq!(count(&client, &name).await, MANY);
    println!("{:?}", report.statistics);
    client.send(index::Delete::new(&name)).await.unwrap();
}

async fn upstream() -> Domain {
    let url = std::env::var("OPENSEARCH_UPSTREAM");
    let url = url.expect("OPENSEARCH_UPSTREAM is the URL of an OpenSearch");
    Domain::builder().upstream(&url).start().await
}

async fn new_index(client: &Client, suffix: &str, replicas: u32) -> String {
    let name = format!(
        "load-{}-{}",
        std::process::id(),
        suffix.to_ascii_lowercase()
    );
    let settings = json!({ "number_of_shards": 3, "number_of_replicas": replicas });
    let create = index::Create::new(&name).settings(settings);
    client.send(create).await.unwrap();
    name
}

async fn push(load: &sigtower::ingest::Load, ids: Ids, numbers: std::ops::Range<u64>) {
    for n in numbers {
        let operation = Operation::index(json!({ "n": n, "text": "some words of a document" }));
        let operation = match ids {
            Ids::Caller => operation.id(format!("id/{n}")),
            _ => operation,
        };
        load.push(operation).await.unwrap();
    }
}

/// Checks that each operation has an outcome, and returns how many outcomes are unknown.
fn accounted(report: &Report, submitted: u64) -> u64 {
    let unknown = report.unknown.len() as u64;
    let outcomes = report.done + report.rejected.len() as u64 + unknown;
    assert_eq!(outcomes, submitted, "{:?}", report.statistics);
    unknown
}

async fn count(client: &Client, name: &str) -> u64 {
    client.send(index::Refresh::new(name)).await.unwrap();
    let count = client.send(search::Count::new(name)).await.unwrap();
    count.count
}

/// Runs `tests/opensearch.sh` with these arguments.
fn script(command: &str, node: &str) {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/opensearch.sh");
    let status = Command::new(script).args([command, node]).status();
    assert!(status.unwrap().success(), "{command} {node}");
}
