//! The snapshot workflow, on a real OpenSearch with access control. An `fs` repository stands in for S3.
//!
//! A snapshot of everything contains the security index, so that a careless restore fails as on AWS.

use std::collections::BTreeMap;
use std::time::Duration;

use futures_util::{StreamExt, TryStreamExt};
use http::Method;
use serde_json::{Value, json};
use sigtower::opensearch::bulk::Bulk;
use sigtower::opensearch::search::{Hits, Search};
use sigtower::opensearch::snapshot::{
    self, Cleanup, CloneSnapshot, Create, Delete, DeleteRepository, Finish, Get, GetRepository,
    Migration, Repository, Restore, State, Status, Verify,
};
use sigtower::opensearch::{Authority, Client, ErrorKind, Refresh, Refusal, cluster, index};
use sigtower::testing::{DomainBuilder, Principal};

use super::movies;

pub(super) async fn a_deleted_index_is_restored_with_each_document(domain: DomainBuilder) {
    let domain = domain.start().await;
    let client = domain.client();
    let (index, repository) = filled(&client, 100).await;
    let before = documents(&client, &index).await;

    let verified = client.send(Verify::new(&repository)).await.unwrap();
    assert_eq!(verified.nodes.len(), 1);
    let registered = client.send(GetRepository::new(&repository)).await.unwrap();
    assert_eq!(registered[&repository].kind, "fs");

    client
        .send(Create::new(&repository, "monday").indices(&index))
        .await
        .unwrap();
    let finish = Finish::new(&repository, "monday");
    let mut progress = finish.progress(&client).boxed();
    let mut last = None;
    while let Some(status) = progress.try_next().await.unwrap() {
        last = Some(status);
    }
    let last = last.unwrap();
    assert_eq!((last.state, last.shards_stats.done), (State::Success, 1));
    assert_eq!(last.indices[&index].shards["0"].stage, "DONE");
    let snapshot = finish.run(&client).await.unwrap();
    assert_eq!(snapshot.indices, [&*index]);
    let listed = client.send(Get::all(&repository)).await.unwrap();
    assert_eq!(listed.len(), 1);
    client.send(Status::running()).await.unwrap();

    client.send(index::Delete::new(&index)).await.unwrap();
    let restored = Restore::new(&repository, "monday").run(&client).await;
    let restored = restored.unwrap().all().unwrap();
    assert_eq!((restored.len(), &*restored[0].index), (1, &*index));
    assert!(restored[0].status >= cluster::Status::Yellow);
    assert_eq!(documents(&client, &index).await, before);
    clear(&client, &repository, &[&index]).await;
}

pub(super) async fn a_careless_restore_is_refused_and_the_default_is_not(domain: DomainBuilder) {
    let domain = domain.start().await;
    let client = domain.client();
    let (index, repository) = filled(&client, 3).await;
    // Other tests make indices meanwhile, so that this one cannot store all of them.
    let both = format!("{index},.opendistro_security");
    let everything = Create::new(&repository, "all")
        .indices(both)
        .include_global_state(true);
    let everything = everything.run(&client).await.unwrap();
    assert!(
        everything
            .indices
            .contains(&".opendistro_security".to_owned()),
        "{everything:?}"
    );

    let careless = client.raw(
        Method::POST,
        format!("/_snapshot/{repository}/all/_restore"),
        (),
    );
    assert_eq!(careless.await.unwrap().status, 403);
    let system = Restore::new(&repository, "all").include_system_indices(true);
    let error = client.send(system).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Denied);
    assert!(
        error.hint().unwrap().contains("system indices"),
        "{:?}",
        error.hint()
    );

    let clash = Restore::new(&repository, "all")
        .indices(&index)
        .run(&client)
        .await
        .unwrap_err();
    assert_eq!(clash.kind(), ErrorKind::Conflict, "{clash}");
    assert!(
        clash.to_string().contains(&format!("index `{index}`")),
        "{clash}"
    );
    assert!(!clash.may_have_been_applied());

    let renamed = format!("restored-{index}");
    let restore = Restore::new(&repository, "all").rename("(.+)", "restored-$1");
    let restored = restore.run(&client).await.unwrap().all().unwrap();
    let names: Vec<_> = restored
        .iter()
        .map(|it| (&*it.source, &*it.index))
        .collect();
    assert_eq!(names, [(&*index, &*renamed)]);
    assert_eq!(
        documents(&client, &renamed).await,
        documents(&client, &index).await
    );
    clear(&client, &repository, &[&index, &renamed]).await;
}

pub(super) async fn a_snapshot_role_may_and_a_reader_may_not(domain: DomainBuilder) {
    let snapshots = Principal::new("AKIASNAPSHOTS", "secret")
        .with_arn("arn:aws:iam::123456789012:role/snapshots")
        .with_role_arn("arn:aws:iam::123456789012:role/snapshots");
    let domain = domain
        .principal(Principal::admin())
        .principal(Principal::reader())
        .principal(snapshots.clone())
        .start()
        .await;
    let admin = domain.client();
    let (index, repository) = filled(&admin, 3).await;
    let own = format!("{repository}-own");

    let create = Create::new(&repository, "s").indices(&index);
    create.run(&admin).await.unwrap();

    let reader = domain.client_as(&Principal::reader());
    let role = "arn:aws:iam::123456789012:role/reader";
    let denied = [
        reader
            .send(Repository::fs("x").register(&own))
            .await
            .unwrap_err(),
        reader
            .send(Create::new(&repository, "s"))
            .await
            .unwrap_err(),
        reader
            .send(Restore::new(&repository, "s"))
            .await
            .unwrap_err(),
        reader.send(Get::all(&repository)).await.unwrap_err(),
        reader
            .send(Delete::new(&repository, "s"))
            .await
            .unwrap_err(),
    ];
    for error in denied {
        assert_eq!(error.kind(), ErrorKind::Denied, "{error}");
        let Some(Refusal::NotAuthorized { who, by, .. }) = error.refusal() else {
            panic!("{error:?}")
        };
        assert_eq!(
            (who.as_deref(), *by),
            (Some(role), Authority::FineGrainedAccessControl)
        );
        assert!(
            error
                .hint()
                .unwrap()
                .starts_with(&format!("map {role} to `manage_snapshots`"))
        );
        let document: Value = serde_json::from_str(error.document().unwrap()).unwrap();
        assert_eq!(document["backend_roles"], json!([role]));
    }

    let client = domain.client_as(&snapshots);
    Repository::fs(&own)
        .register(&own)
        .run(&client)
        .await
        .unwrap();
    let snapshot = Create::new(&own, "s")
        .indices(&index)
        .run(&client)
        .await
        .unwrap();
    assert_eq!(snapshot.state, State::Success);
    // The health of the cluster is not among the permissions of `manage_snapshots`.
    let renamed = format!("{index}-2");
    let restore = Restore::new(&own, "s")
        .rename("(.+)", "$1-2")
        .wait_for_completion(true);
    let restored = client.send(restore).await.unwrap().snapshot.unwrap();
    assert_eq!(
        (restored.indices, restored.shards.failed),
        (vec![renamed.clone()], 0)
    );
    client.send(Delete::new(&own, "s")).await.unwrap();
    client.send(DeleteRepository::new(&own)).await.unwrap();
    clear(&admin, &repository, &[&index, &renamed]).await;
}

pub(super) async fn snapshots_are_copied_deleted_and_cleaned_up(domain: DomainBuilder) {
    let domain = domain.start().await;
    let client = domain.client();
    let (index, repository) = filled(&client, 3).await;
    let create = Create::new(&repository, "a")
        .indices(&index)
        .wait_for_completion(true);
    let created = client.send(create).await.unwrap();
    assert_eq!(created.snapshot.unwrap().state, State::Success);
    let exists = client
        .send(Create::new(&repository, "a"))
        .await
        .unwrap_err();
    assert_eq!(exists.kind(), ErrorKind::BadRequest);

    client
        .send(CloneSnapshot::new(&repository, "a", "b", &index))
        .await
        .unwrap();
    let copied = Finish::new(&repository, "b").run(&client).await.unwrap();
    assert_eq!(copied.indices, [&*index]);
    client.send(Delete::new(&repository, "a")).await.unwrap();
    let gone = client.send(Get::new(&repository, "a")).await.unwrap_err();
    assert_eq!(gone.kind(), ErrorKind::NotFound);
    client.send(Cleanup::new(&repository)).await.unwrap();
    let missing = client
        .send(Create::new(format!("{repository}-none"), "a"))
        .await
        .unwrap_err();
    assert_eq!(missing.kind(), ErrorKind::NotFound);
    let nothing = Restore::new(&repository, "b")
        .indices("none")
        .run(&client)
        .await
        .unwrap_err();
    assert_eq!(nothing.kind(), ErrorKind::NotFound, "{nothing}");
    let missing = Restore::new(&repository, "missing")
        .run(&client)
        .await
        .unwrap_err();
    // 2.19 responds with 404, and 3.8 with `snapshot_restore_exception` and 500.
    let is_missing = matches!(missing.kind(), ErrorKind::NotFound | ErrorKind::BadRequest);
    assert!(is_missing, "{missing}");
    clear(&client, &repository, &[&index]).await;
}

pub(super) async fn an_index_without_its_shards_makes_a_snapshot_partial(domain: DomainBuilder) {
    let domain = domain.start().await;
    let client = domain.client();
    let (index, repository) = filled(&client, 3).await;
    // No node has this attribute, so that the shard of this index stays unassigned.
    let lost = format!("{index}-lost");
    let nowhere =
        json!({"index.routing.allocation.require.box": "none", "index.number_of_replicas": 0});
    let create = index::Create::new(&lost).settings(nowhere);
    client
        .send(create.query_param("wait_for_active_shards", "0"))
        .await
        .unwrap();
    let both = format!("{index},{lost}");

    let refused = Create::new(&repository, "whole")
        .indices(&both)
        .run(&client)
        .await
        .unwrap_err();
    assert!(refused.to_string().contains(&lost), "{refused}");
    let partial = Create::new(&repository, "part")
        .indices(&both)
        .partial(true);
    let partial = partial.run(&client).await.unwrap();
    assert_eq!((partial.state, partial.shards.failed), (State::Partial, 1));
    assert_eq!(partial.failures[0].index, lost);
    let error = Finish::new(&repository, "part")
        .run(&client)
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Incomplete);
    assert!(
        error.to_string().contains("1 of 2 shards failed"),
        "{error}"
    );

    let unassigned = Restore::new(&repository, "part")
        .indices(&index)
        .rename("(.+)", "$1-again")
        .index_settings(json!({"index.routing.allocation.require.box": "none"}))
        .wait_timeout(Duration::from_secs(3));
    let waited = unassigned.run(&client).await.unwrap();
    let error = waited.all().unwrap_err();
    assert!(error.is_timeout(), "{error}");
    assert!(
        error.to_string().contains(&format!("`{index}-again`")),
        "{error}"
    );
    clear(
        &client,
        &repository,
        &[&index, &lost, &format!("{index}-again")],
    )
    .await;
}

pub(super) async fn an_interrupted_wait_goes_on_later(domain: DomainBuilder) {
    let domain = domain.start().await;
    let client = domain.client();
    let (index, repository) = filled(&client, 3).await;
    // The repository is slow enough for the wait to be dropped in the middle.
    let slow = Repository::fs(&repository).setting("max_snapshot_bytes_per_sec", "4kb");
    slow.register(&repository).run(&client).await.unwrap();
    let run = Create::new(&repository, "s").indices(&index).run(&client);
    let _ = tokio::time::timeout(Duration::from_millis(300), run).await;
    let snapshot = Finish::new(&repository, "s").run(&client).await.unwrap();
    assert_eq!(snapshot.state, State::Success);
    clear(&client, &repository, &[&index]).await;
}

/// One server stands for both domains: the indices get new names.
pub(super) async fn a_migration_compares_the_documents_of_both(domain: DomainBuilder) {
    let domain = domain.start().await;
    let client = domain.client();
    let (index, repository) = filled(&client, 20).await;
    Create::new(&repository, "s")
        .indices(&index)
        .run(&client)
        .await
        .unwrap();
    let restore = |name: &str| Restore::new(&repository, "s").rename("(.+)", name);
    let place = Repository::fs(&repository);
    let migration = Migration::new(place.clone(), restore("$1-new"));
    let migrated = migration.run(&client, &client).await.unwrap();
    assert_eq!(migrated.len(), 1);
    assert_eq!(
        (
            &*migrated[0].source,
            &*migrated[0].target,
            migrated[0].documents
        ),
        (&*index, &*format!("{index}-new"), 20)
    );
    let registered = client.send(GetRepository::new(&repository)).await.unwrap();
    assert_eq!(registered[&repository].settings["readonly"], "true");

    let mut bulk = Bulk::new(&index).refresh(Refresh::True);
    bulk.index(json!({"title": "late", "year": 1})).id("late");
    client.send(bulk).await.unwrap();
    let error = Migration::new(place.clone(), restore("$1-newer"))
        .run(&client, &client)
        .await;
    let error = error.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Incomplete);
    assert!(
        error.to_string().contains("has 21 documents on the source"),
        "{error}"
    );
    place.register(&repository).run(&client).await.unwrap();
    clear(&client, &repository, &[&index, &format!("{index}-new*")]).await;
}

pub(super) async fn automated_snapshots_of_a_cluster_without_them_are_none(domain: DomainBuilder) {
    let domain = domain.start().await;
    assert!(
        snapshot::automated(&domain.client())
            .await
            .unwrap()
            .is_empty()
    );
}

/// An index with so many documents, and an empty repository.
async fn filled(client: &Client, count: u16) -> (String, String) {
    let index = movies(client).await;
    let mut bulk = Bulk::new(&index).refresh(Refresh::True);
    for number in 0..count {
        let movie = json!({"title": format!("Episode {number}"), "year": number});
        bulk.index(movie).id(number.to_string());
    }
    for outcome in client.send(bulk).await.unwrap() {
        outcome.unwrap();
    }
    let repository = format!("backups-{index}");
    let place = Repository::fs(&repository);
    place.register(&repository).run(client).await.unwrap();
    (index, repository)
}

async fn documents(client: &Client, index: &str) -> BTreeMap<String, Value> {
    client.send(index::Refresh::new(index)).await.unwrap();
    let found: Hits<Value> = client.send(Search::new(index).size(1000)).await.unwrap();
    let pairs = found.hits.into_iter().map(|hit| (hit.id, hit.source));
    pairs.collect()
}

async fn clear(client: &Client, repository: &str, indices: &[&str]) {
    for index in indices {
        client.send(index::Delete::new(*index)).await.unwrap();
    }
    client
        .send(DeleteRepository::new(repository))
        .await
        .unwrap();
}
