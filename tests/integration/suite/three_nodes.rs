//! The snapshot recipe on a cluster of three nodes.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use sigtower::opensearch::bulk::Bulk;
use sigtower::opensearch::search::{Hits, Search};
use sigtower::opensearch::snapshot::{
    Create, DeleteRepository, Repository, Restore, State, Verify,
};
use sigtower::opensearch::{Client, Refresh, cluster, index};

#[tokio::test]
#[ignore = "needs three nodes: OPENSEARCH_UPSTREAM=$(tests/opensearch.sh start --nodes 3)"]
async fn on_three_nodes_a_deleted_index_is_restored_with_each_document() {
    let domain = super::upstream().start().await;
    let client = domain.client();
    let health = client.send(cluster::Health::new()).await.unwrap();
    assert_eq!(
        health.number_of_nodes, 3,
        "start the server with `--nodes 3`"
    );
    let index = format!("three-nodes-{}", std::process::id());
    let repository = format!("backups-{index}");
    fill(&client, &index).await;
    let before = documents(&client, &index).await;
    assert_eq!(before.len(), 300);

    let register = Repository::fs(&repository).register(&repository);
    register.run(&client).await.unwrap();
    let verified = client.send(Verify::new(&repository)).await.unwrap();
    assert_eq!(verified.nodes.len(), 3);
    let create = Create::new(&repository, "monday").indices(&index);
    let snapshot = create.run(&client).await.unwrap();
    assert_eq!(
        (snapshot.state, snapshot.shards.successful),
        (State::Success, 3)
    );

    client.send(index::Delete::new(&index)).await.unwrap();
    let restore = Restore::new(&repository, "monday").wait_for_status(cluster::Status::Green);
    let restored = restore.run(&client).await.unwrap().all().unwrap();
    assert_eq!(restored.len(), 1);
    assert_eq!(restored[0].status, cluster::Status::Green);
    assert_eq!(
        restored[0].active_shards, 6,
        "three shards with a replica each"
    );
    assert_eq!(documents(&client, &index).await, before);

    client.send(index::Delete::new(&index)).await.unwrap();
    client
        .send(DeleteRepository::new(&repository))
        .await
        .unwrap();
}

/// An index whose shards are on all nodes.
async fn fill(client: &Client, index: &str) {
    let settings = json!({"number_of_shards": 3, "number_of_replicas": 1});
    let create = index::Create::new(index).settings(settings);
    client
        .send(create.wait_for_active_shards("all"))
        .await
        .unwrap();
    let mut bulk = Bulk::new(index).refresh(Refresh::True);
    for number in 0..300 {
        bulk.index(json!({"title": format!("Episode {number}")}))
            .id(number.to_string());
    }
    for outcome in client.send(bulk).await.unwrap() {
        outcome.unwrap();
    }
}

async fn documents(client: &Client, index: &str) -> BTreeMap<String, Value> {
    client.send(index::Refresh::new(index)).await.unwrap();
    let found: Hits<Value> = client.send(Search::new(index).size(1000)).await.unwrap();
    let pairs = found.hits.into_iter().map(|hit| (hit.id, hit.source));
    pairs.collect()
}
