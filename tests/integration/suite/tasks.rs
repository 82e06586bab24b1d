//! Tasks, which only a real OpenSearch has.

use futures_util::TryStreamExt;
use serde_json::json;
use sigtower::opensearch::document::{Conflicts, DeleteByQuery, Reindex, UpdateByQuery};
use sigtower::opensearch::{Client, Refresh, bulk::Bulk, index, search::Count, tasks};
use sigtower::testing::DomainBuilder;
use sigtower::wait::WaitError;

use super::{movie, movies};

pub(super) async fn a_reindex_is_followed_to_its_end(domain: DomainBuilder) {
    let domain = domain.start().await;
    let client = domain.client();
    let (from, to) = (many_movies(&client).await, movies(&client).await);
    let reindex = Reindex::new(&from, &to).slices(2).refresh(true);
    let started = client.send(reindex).await.unwrap();
    let done = started.wait(&client).await.unwrap();
    assert_eq!(
        (done.total, done.created, done.processed()),
        (100, 100, 100)
    );
    assert_eq!(count(&client, &to).await, 100);
    // The result stays, and a second wait reads it.
    let again = client.task(&*started.task).wait().await.unwrap();
    assert_eq!(again.progress().unwrap().created, 100);
    let unknown = format!("{}:999999999", started.task.split(':').next().unwrap());
    let error = client.task(unknown).wait().await.unwrap_err();
    assert!(matches!(error, WaitError::NotFound { .. }), "{error}");
}

pub(super) async fn a_task_is_limited_and_cancelled(domain: DomainBuilder) {
    let domain = domain.start().await;
    let client = domain.client();
    let (from, to) = (many_movies(&client).await, movies(&client).await);
    let slow = Reindex::new(&from, &to)
        .source_param("size", 1)
        .requests_per_second(2.0);
    let task = client.task(client.send(slow).await.unwrap().task);
    let mut states = task.follow();
    while let Some(state) = states.try_next().await.unwrap() {
        if state
            .progress()
            .is_some_and(|progress| progress.created > 0)
        {
            break;
        }
    }
    let listed = tasks::List::new().actions("*reindex").detailed(true);
    let listed = client.send(listed).await.unwrap().tasks;
    assert!(
        listed.iter().any(|found| found.task_id() == task.id()),
        "{listed:?}"
    );
    let limited = task.rethrottle(4.0).await.unwrap().tasks;
    assert_eq!(
        limited[0].progress().unwrap().requests_per_second,
        Some(4.0)
    );
    assert!(task.cancel().await.unwrap().tasks[0].cancelled);
    let ended = task.wait().await.unwrap_err();
    let WaitError::Cancelled { progress, .. } = ended else {
        panic!("the task was not cancelled: {ended}")
    };
    let created = progress.unwrap().created;
    assert!((1..100).contains(&created), "{created}");
    let late = task.cancel().await.unwrap();
    assert_eq!((late.tasks.len(), late.node_failures.len()), (0, 1));
}

pub(super) async fn a_failure_inside_a_task_is_an_error(domain: DomainBuilder) {
    let domain = domain.start().await;
    let client = domain.client();
    let from = many_movies(&client).await;
    let strict = format!("{from}-strict");
    let create = index::Create::new(&strict).mappings(json!({ "dynamic": "strict" }));
    client.send(create).await.unwrap();
    let started = client.send(Reindex::new(&from, &strict)).await.unwrap();
    let error = started.wait(&client).await.unwrap_err();
    let line = error.to_string();
    assert!(line.contains("strict_dynamic_mapping_exception"), "{line}");
    assert!(
        matches!(error, WaitError::Failed { failures: 100, .. }),
        "{error:?}"
    );

    let broken = json!({ "source": "ctx._source.nothing.length()" });
    let started = client
        .send(UpdateByQuery::new(&from).script(broken))
        .await
        .unwrap();
    let line = started.wait(&client).await.unwrap_err().to_string();
    assert!(line.contains("script_exception"), "{line}");
}

pub(super) async fn documents_are_changed_and_deleted_by_query(domain: DomainBuilder) {
    let domain = domain.start().await;
    let client = domain.client();
    let index = many_movies(&client).await;
    let old = || json!({ "range": { "year": { "lt": 1950 } } });
    let script = json!({ "source": "ctx._source.year = 3000" });
    let update = UpdateByQuery::new(&index)
        .query(old())
        .script(script)
        .refresh(true);
    let done = client
        .send(update)
        .await
        .unwrap()
        .wait(&client)
        .await
        .unwrap();
    assert_eq!((done.total, done.updated), (50, 50));
    let delete = DeleteByQuery::new(&index, json!({ "term": { "year": 3000 } }));
    let delete = delete
        .conflicts(Conflicts::Proceed)
        .max_docs(20)
        .refresh(true);
    let done = client
        .send(delete)
        .await
        .unwrap()
        .wait(&client)
        .await
        .unwrap();
    assert_eq!((done.total, done.deleted), (20, 20));
    assert_eq!(count(&client, &index).await, 80);
}

async fn many_movies(client: &Client) -> String {
    let index = movies(client).await;
    let mut bulk = Bulk::new(&index).refresh(Refresh::True);
    for n in 0..100 {
        bulk.index(movie(&format!("movie {n}"), 1900 + n))
            .id(n.to_string());
    }
    assert!(
        client
            .send(bulk)
            .await
            .unwrap()
            .into_iter()
            .all(|outcome| outcome.is_ok())
    );
    index
}

async fn count(client: &Client, index: &str) -> u64 {
    client.send(Count::new(index)).await.unwrap().count
}
