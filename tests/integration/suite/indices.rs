use http::Method;
use serde_json::json;
use sigtower::opensearch::{ErrorKind, Target, cluster, index};
use sigtower::testing::DomainBuilder;

use super::movies;

pub(super) async fn info_and_health_describe_the_cluster(domain: DomainBuilder) {
    let domain = domain.start().await;
    let client = domain.client();
    let info = client.send(cluster::Info::new()).await.unwrap();
    assert!(!info.cluster_name.is_empty());
    assert!(
        info.version.number.starts_with(['2', '3']),
        "{}",
        info.version.number
    );

    let movies = movies(&client).await;
    let wait = cluster::Health::new()
        .wait_for_status(cluster::Status::Yellow)
        .timeout("10s");
    let health = client.send(wait.index(&movies)).await.unwrap();
    assert!(!health.timed_out);
    assert_eq!(health.number_of_nodes, 1);
    assert!(health.indices.is_empty());

    let health = cluster::Health::new()
        .index(&movies)
        .level(cluster::Level::Shards);
    let health = client.send(health).await.unwrap();
    let shards = &health.indices[&movies].shards;
    assert_eq!(shards.len(), 1);
    assert_eq!(shards["0"].status, cluster::Status::Green);
}

pub(super) async fn an_index_is_created_described_and_deleted(domain: DomainBuilder) {
    let domain = domain.start().await;
    let client = domain.client();
    let name = movies(&client).await;
    assert!(client.send(index::Exists::new(&name)).await.unwrap());

    let again = client.send(index::Create::new(&name)).await.unwrap_err();
    assert_eq!(
        again.error_type(),
        Some("resource_already_exists_exception")
    );
    assert_eq!(again.status().unwrap(), 400);

    let mappings = client.send(index::GetMapping::new(&name)).await.unwrap();
    assert_eq!(
        mappings[&name].mappings["properties"]["year"]["type"],
        "integer"
    );
    if client.target() != Target::Collection {
        let refreshed = client.send(index::Refresh::new(&name)).await.unwrap();
        assert_eq!(refreshed.shards.failed, 0);
    }

    assert!(
        client
            .send(index::Delete::new(&name))
            .await
            .unwrap()
            .acknowledged
    );
    assert!(!client.send(index::Exists::new(&name)).await.unwrap());
    let gone = client.send(index::Delete::new(&name)).await.unwrap_err();
    assert_eq!(gone.kind(), ErrorKind::NotFound);
    assert_eq!(gone.error_type(), Some("index_not_found_exception"));
}

pub(super) async fn calls_without_a_type_are_sent_raw(domain: DomainBuilder) {
    let domain = domain.start().await;
    let client = domain.client();
    let name = movies(&client).await;
    let mapping = json!({ "properties": { "genre": { "type": "keyword" } } });
    let answer = client
        .raw(Method::PUT, format!("/{name}/_mapping"), mapping)
        .await
        .unwrap();
    assert_eq!(answer.status, 200, "{}", answer.text());
    let acknowledged: serde_json::Value = answer.json().unwrap();
    assert_eq!(acknowledged["acknowledged"], true);

    // A body without the final newline, which a bulk request must have.
    let lines = format!("{{\"index\":{{\"_index\":\"{name}\",\"_id\":\"1\"}}}}\n{{\"year\":1994}}");
    let path = match client.target() {
        Target::Collection => "/_bulk",
        _ => "/_bulk?refresh=true",
    };
    let answer = client.raw(Method::POST, path, lines).await.unwrap();
    assert_eq!(answer.status, 200, "{}", answer.text());

    // A space and a plus, as a query means them.
    let found = client
        .raw(
            Method::GET,
            format!("/{name}/_search?q=year:1994+genre:x"),
            (),
        )
        .await;
    assert_eq!(found.unwrap().status, 200);
    let answer = client
        .raw(Method::GET, "/_no/such/route", ())
        .await
        .unwrap();
    assert!(answer.status.is_client_error());
    assert!(answer.success().is_err());
}
