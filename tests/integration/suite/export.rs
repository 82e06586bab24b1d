//! Exports, and the examples that load and export.

use std::collections::BTreeMap;
use std::time::Duration;

use futures_util::{StreamExt, TryStreamExt};
use serde_json::{Value, json};
use sigtower::export::{ExportError, Hit, HitStream};
use sigtower::ingest::Operation;
use sigtower::opensearch::search::DeletePit;
use sigtower::opensearch::{Client, Target, index};
use sigtower::testing::DomainBuilder;

use super::{movies, refresh};
use crate::examples::bulk_load;

pub(super) async fn every_document_is_exported_once_and_an_export_resumes(domain: DomainBuilder) {
    let domain = domain.start().await;
    let client = domain.client();
    let index = numbers(&client, 1, 57).await;
    let export = || client.export::<Value>(&index).page_size(10);
    let all = read(export().stream()).await;
    assert_eq!(ids(&all), expected(0..57));
    assert!(all.iter().all(|hit| hit.routing.as_deref() == Some("r")));
    let lines: Vec<_> = domain
        .requests()
        .iter()
        .map(|it| it.target().to_owned())
        .collect();
    assert!(
        lines.last().unwrap().starts_with("/_search/point_in_time"),
        "{lines:?}"
    );

    // Three documents have each year; the tiebreaker separates them.
    let by_year = || export().sort(json!([{ "year": "desc" }]));
    let all = read(by_year().stream()).await;
    let years: Vec<_> = all
        .iter()
        .map(|hit| hit.source["year"].as_i64().unwrap())
        .collect();
    assert!(years.is_sorted_by(|a, b| a >= b), "{years:?}");
    for place in [0, 8, 9, 10, 40, 56] {
        let rest = read(by_year().resume_after(all[place].sort.clone()).stream()).await;
        assert_eq!(ids(&rest), ids(&all[place + 1..]), "{place}");
    }

    let some = export().query(json!({ "range": { "year": { "gte": 2010 } } }));
    assert_eq!(read(some.stream()).await.len(), 57 - 30);
    if client.target() == Target::Collection {
        return;
    }
    let mut scrolled = ids(&read(export().scroll(true).stream()).await);
    scrolled.sort();
    assert_eq!(scrolled, expected(0..57));
}

pub(super) async fn slices_of_shards_have_every_document_once(domain: DomainBuilder) {
    let domain = domain.start().await;
    let client = domain.client();
    let index = numbers(&client, 3, 500).await;
    for slices in [2, 3, 7] {
        for scroll in [false, true] {
            let export = client.export::<Value>(&index).page_size(40).slices(slices);
            let mut found = ids(&read(export.scroll(scroll).stream()).await);
            found.sort();
            assert_eq!(found, expected(0..500), "{slices} {scroll}");
        }
    }
}

pub(super) async fn documents_are_followed_as_they_come(domain: DomainBuilder) {
    let domain = domain.start().await;
    let client = domain.client();
    let index = numbers(&client, 2, 9).await;
    let followed = client.export::<Value>(&index).sort("year").page_size(4);
    let mut followed = followed.follow(Duration::from_millis(200));
    for id in expected(0..9) {
        assert_eq!(followed.next().await.unwrap().unwrap().id, id);
    }
    add(&client, &index, 9..12).await;
    for id in expected(9..12) {
        assert_eq!(followed.next().await.unwrap().unwrap().id, id);
    }
}

pub(super) async fn a_deleted_point_in_time_is_reported_as_expired(domain: DomainBuilder) {
    let domain = domain.start().await;
    let client = domain.client();
    let index = numbers(&client, 2, 30).await;
    let mut hits = client.export::<Value>(&index).page_size(10).stream();
    hits.next().await.unwrap().unwrap();
    // Only this one: other tests run at the same time.
    let searches = domain.requests();
    let search: Value = serde_json::from_slice(&searches.last().unwrap().body).unwrap();
    let id = search["pit"]["id"].as_str().unwrap();
    assert!(client.send(DeletePit::new([id])).await.unwrap().pits[0].successful);
    let error = hits.try_collect::<Vec<_>>().await.unwrap_err();
    assert!(matches!(error, ExportError::Expired { .. }), "{error}");
}

/// Ids that have every character of Unicode, and those that are special in paths and URLs.
pub(super) async fn a_load_an_export_and_a_load_give_the_same_documents(domain: DomainBuilder) {
    let domain = domain.start().await;
    let client = domain.client();
    let (from, to) = (movies(&client).await, movies(&client).await);
    let every: Vec<char> = ('\0'..=char::MAX).collect();
    let mut ids: Vec<String> = every
        .chunks(128)
        .map(|part| part.iter().collect())
        .collect();
    ids.extend([".", "..", "a/b", "%2F", "+", "//", "_id", "\"", "-1"].map(str::to_owned));
    ids.push("x".repeat(512));
    let load = client.ingest(&from).caller_ids().start();
    for (n, id) in ids.iter().enumerate() {
        let document = json!({ "title": format!("{n} \u{1d11e} \" \\ \u{7f}"), "year": n % 3000 });
        let operation = Operation::index(document).id(id);
        let operation = match n % 3 {
            0 => operation.routing(format!("r {}/ж", n % 7)),
            _ => operation,
        };
        load.push(operation).await.unwrap();
    }
    assert!(load.finish().await.is_complete());
    client.send(index::Refresh::new(&from)).await.unwrap();

    bulk_load::round_trip(&domain, &from, &to).await;
    let both = [&from, &to].map(|name| documents(&client, name));
    let [before, after] = futures_util::future::join_all(both)
        .await
        .try_into()
        .unwrap();
    assert_eq!(before.len(), ids.len());
    assert!(before == after, "the documents differ");
}

pub(super) async fn a_load_that_is_killed_three_times_loads_every_document_once(
    domain: DomainBuilder,
) {
    let domain = domain.start().await;
    let client = domain.client();
    let index = movies(&client).await;
    bulk_load::killed_three_times(&domain, &index).await;
    let mut numbers: Vec<_> = read(client.export::<Value>(&index).stream()).await;
    numbers.sort_by_key(|hit| hit.source["number"].as_u64());
    let numbers: Vec<_> = numbers
        .iter()
        .map(|hit| hit.source["number"].as_u64().unwrap())
        .collect();
    assert!(
        numbers.iter().copied().eq(0..bulk_load::KILLED),
        "{} documents",
        numbers.len()
    );
}

async fn documents(client: &Client, index: &str) -> BTreeMap<String, (Option<String>, Value)> {
    let hits = read(client.export::<Value>(index).stream()).await;
    let pairs = hits
        .into_iter()
        .map(|hit| (hit.id, (hit.routing, hit.source)));
    pairs.collect()
}

/// An index with this many shards and documents; three documents have each year.
async fn numbers(client: &Client, shards: u32, count: usize) -> String {
    let index = movies(client).await;
    let index = match shards {
        1 => index,
        _ => {
            let index = format!("{index}-shards");
            let settings = json!({ "number_of_shards": shards, "number_of_replicas": 0 });
            client
                .send(index::Create::new(&index).settings(settings))
                .await
                .unwrap();
            index
        }
    };
    add(client, &index, 0..count).await;
    index
}

async fn add(client: &Client, index: &str, range: std::ops::Range<usize>) {
    let load = client.ingest(index).start();
    for n in range {
        let document = json!({ "year": 2000 + n / 3 });
        let operation = Operation::index(document)
            .id(format!("{n:04}"))
            .routing("r");
        load.push(operation).await.unwrap();
    }
    assert!(load.finish().await.is_complete());
    refresh(client, index).await;
}

async fn read(hits: HitStream<Value>) -> Vec<Hit<Value>> {
    hits.try_collect().await.unwrap()
}

fn ids(hits: &[Hit<Value>]) -> Vec<String> {
    hits.iter().map(|hit| hit.id.clone()).collect()
}

fn expected(range: std::ops::Range<usize>) -> Vec<String> {
    range.map(|n| format!("{n:04}")).collect()
}
