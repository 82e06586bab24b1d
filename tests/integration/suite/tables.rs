//! The tables of `_cat`.

use sigtower::opensearch::{ErrorKind, cat, cluster, index};
use sigtower::testing::DomainBuilder;

use super::three_movies;

pub(super) async fn tables_come_as_typed_rows(domain: DomainBuilder) {
    let domain = domain.start().await;
    let client = domain.client();
    let name = three_movies(&client).await;
    let rows = client.send(cat::Indices::new().index(&name)).await.unwrap();
    let [row] = &rows[..] else { panic!("{rows:?}") };
    assert_eq!(
        (row.index.as_str(), row.docs_count),
        (name.as_str(), Some(3))
    );
    assert_eq!(
        (row.health, row.primaries, row.replicas),
        (Some(cluster::Status::Green), Some(1), Some(0))
    );
    assert!(row.store_size.unwrap() > 0 && row.primary_store_size == row.store_size);
    let rows = client.send(cat::Shards::new().index(&name)).await.unwrap();
    let [row] = &rows[..] else { panic!("{rows:?}") };
    assert_eq!(
        (row.shard, row.is_primary, row.state.as_deref()),
        (Some(0), Some(true), Some("STARTED"))
    );
    assert_eq!(row.docs, Some(3));
    let rows = client.send(cat::Nodes::new()).await.unwrap();
    let [row] = &rows[..] else { panic!("{rows:?}") };
    assert!(row.name == client.send(cat::Shards::new().index(&name)).await.unwrap()[0].node);
    assert!(row.disk_total.unwrap() > row.disk_available.unwrap());
    assert!(row.heap_percent.is_some() && row.version.is_some() && row.role.is_some());
    assert_eq!(row.is_cluster_manager, Some(true));
    client.send(index::Close::new(&name)).await.unwrap();
    let rows = client
        .send(cat::Indices::new().index(&name).expand_wildcards("all"))
        .await;
    let row = &rows.unwrap()[0];
    assert_eq!(
        (row.status.as_deref(), row.docs_count),
        (Some("close"), None)
    );
    let missing = client
        .send(cat::Indices::new().index("missing-index"))
        .await
        .unwrap_err();
    assert_eq!(missing.kind(), ErrorKind::NotFound);
}
