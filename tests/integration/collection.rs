//! A program for a serverless collection, against the imitation of one.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use http::Method;
use serde_json::{Value, json};
use sigtower::Client;
use sigtower::ingest::Operation;
use sigtower::opensearch::{ErrorKind, Refresh, document, index, search};
use sigtower::testing::{Collection, Domain};
use sigtower::wait::Visible;

const LIMIT: Duration = Duration::from_secs(30);

async fn start(collection: Collection) -> (Domain, Client) {
    let domain = Domain::builder().collection(collection).start().await;
    let client = domain.client();
    (domain, client)
}

#[tokio::test]
async fn a_new_index_is_loaded_once_it_is_writable_and_found_once_visible() {
    let collection = Collection::search()
        .writable_after(Duration::from_millis(400))
        .visible_after(Duration::from_millis(300));
    let (_domain, client) = start(collection).await;
    client.send(index::Create::new("movies")).await.unwrap();
    let write = document::Index::new("movies", json!({ "n": 0 })).id("0");
    let error = client.send(write).await.unwrap_err();
    assert_eq!(error.error_type(), Some("index_not_found_exception"));

    client.wait_until_writable("movies", LIMIT).await.unwrap();
    let load = client.ingest("movies").caller_ids().start();
    for n in 0..100 {
        load.push(Operation::index(json!({ "n": n })).id(n.to_string()))
            .await
            .unwrap();
    }
    let report = load.finish().await;
    assert_eq!(report.done, 100, "{:?}", report.rejected.first());
    client
        .wait_until_visible("movies", Visible::Count(100), LIMIT)
        .await
        .unwrap();
    let found = client.send(search::Count::new("movies")).await.unwrap();
    assert_eq!(found.count, 100);
}

#[tokio::test]
async fn a_load_on_a_collection_runs_without_load_settings_and_says_so() {
    let (domain, client) = start(Collection::search()).await;
    client.send(index::Create::new("movies")).await.unwrap();
    let sent = domain.request_count();
    let load = client.ingest("movies").caller_ids().load_settings(true);
    let load = load.start();
    let operation = Operation::index(json!({ "n": 1 })).id("1");
    load.push(operation).await.unwrap();
    let report = load.finish().await;
    assert_eq!(report.done, 1);
    let error = report.settings_error.unwrap();
    assert!(error.contains("leave `load_settings` out"), "{error}");
    assert_eq!(domain.request_count(), sent + 1, "only the bulk request");
}

#[tokio::test]
async fn the_ingest_engine_waits_for_a_new_index_on_a_collection() {
    let collection = Collection::search().writable_after(Duration::from_millis(700));
    let (_domain, client) = start(collection).await;
    client.send(index::Create::new("movies")).await.unwrap();
    let load = client.ingest("movies").caller_ids().start();
    for n in 0..10 {
        load.push(Operation::index(json!({ "n": n })).id(n.to_string()))
            .await
            .unwrap();
    }
    let report = load.finish().await;
    assert_eq!(report.done, 10, "{:?}", report.rejected.first());
}

#[tokio::test]
async fn on_a_domain_a_missing_index_is_final() {
    let (domain, client) = {
        let domain = Domain::start().await;
        let client = domain.client();
        (domain, client)
    };
    domain.next_items([404; 1]);
    let load = client.ingest("movies").caller_ids().start();
    load.push(Operation::update("1", json!({ "n": 1 })))
        .await
        .unwrap();
    let report = load.finish().await;
    assert_eq!(report.rejected.len(), 1);
}

#[tokio::test]
async fn a_collection_without_ids_refuses_them_and_takes_documents_without() {
    for collection in [Collection::time_series(), Collection::vector_search()] {
        let (_domain, client) = start(collection).await;
        client.send(index::Create::new("logs")).await.unwrap();
        // The probe of the wait uses an id, in a deletion.
        client.wait_until_writable("logs", LIMIT).await.unwrap();
        let write = document::Index::new("logs", json!({ "n": 0 })).id("0");
        let error = client.send(write).await.unwrap_err();
        assert!(
            error.to_string().contains("Document ID is not supported"),
            "{error}"
        );

        let load = client.ingest("logs").server_ids().start();
        load.push(Operation::index(json!({ "n": 1 })))
            .await
            .unwrap();
        load.push(Operation::index(json!({ "n": 2 })).id("2"))
            .await
            .unwrap();
        load.push(Operation::index(json!({ "n": 3 })))
            .await
            .unwrap();
        let report = load.finish().await;
        assert_eq!(
            (report.done, report.rejected.len()),
            (2, 1),
            "{:?}",
            report.rejected
        );
        // The client has learned it from the refusal before.
        let reason = report.rejected[0].reason.as_deref().unwrap();
        assert!(reason.contains("does not support document ids"), "{reason}");
        client
            .wait_until_visible("logs", Visible::Count(2), LIMIT)
            .await
            .unwrap();
    }
}

#[tokio::test]
async fn what_a_collection_lacks_is_a_404_for_raw_requests() {
    let (domain, client) = start(Collection::search()).await;
    client.send(index::Create::new("movies")).await.unwrap();
    let sent = domain.request_count();
    for (method, path) in [
        (Method::GET, "/_cluster/health"),
        (Method::POST, "/movies/_refresh"),
        (Method::POST, "/_search/scroll"),
        (Method::GET, "/_snapshot/r/s"),
        (Method::POST, "/movies/_delete_by_query"),
    ] {
        let response = client.raw(method, path, ()).await.unwrap();
        assert_eq!(response.status, 404, "{path}");
    }
    assert_eq!(domain.request_count() - sent, 5);
    for (method, path, reason) in [
        (
            Method::PUT,
            "/movies/_doc/1?refresh=true",
            "true refresh policy",
        ),
        (Method::PUT, "/other?master_timeout=1s", "[master_timeout]"),
        (Method::DELETE, "/movies?timeout=1s", "[timeout]"),
    ] {
        let response = client.raw(method, path, json!({})).await.unwrap();
        assert_eq!(response.status, 400, "{path}");
        assert!(response.text().contains(reason), "{}", response.text());
    }
    // A search with `scroll` returns its first page, and nothing to continue with.
    let response = client
        .raw(Method::GET, "/movies/_search?scroll=1m", ())
        .await
        .unwrap();
    let body: Value = response.json().unwrap();
    assert!(body.get("_scroll_id").is_none() && body.get("hits").is_some());
}

#[tokio::test]
async fn items_and_requests_are_throttled_as_the_test_asks() {
    let (domain, client) = start(Collection::search()).await;
    client.send(index::Create::new("movies")).await.unwrap();
    domain
        .next_response(429)
        .next_response(402)
        .next_items([429, 200, 429]);
    let load = client.ingest("movies").caller_ids().start();
    for n in 0..3 {
        load.push(Operation::index(json!({ "n": n })).id(n.to_string()))
            .await
            .unwrap();
    }
    let report = load.finish().await;
    assert_eq!(report.done, 3, "{:?}", report.rejected.first());
}

#[tokio::test]
async fn a_program_for_a_domain_says_what_to_change_on_a_collection() {
    let (domain, client) = start(Collection::search()).await;
    let health = client
        .send(sigtower::opensearch::cluster::Health::new())
        .await;
    let refresh = client.send(index::Refresh::new("movies")).await;
    let write = document::Index::new("movies", json!({})).refresh(Refresh::True);
    let written = client.send(write).await;
    for error in [
        health.unwrap_err(),
        refresh.unwrap_err(),
        written.unwrap_err(),
    ] {
        assert_eq!(error.kind(), ErrorKind::Unsupported);
        assert!(error.hint().is_some(), "{error}");
    }
    assert_eq!(domain.request_count(), 0);
}

#[tokio::test]
async fn the_delay_of_an_index_passes_by_the_clock_of_the_domain() {
    let seconds = Arc::new(AtomicU64::new(1_800_000_000));
    let now = Arc::clone(&seconds);
    let clock = move || UNIX_EPOCH + Duration::from_secs(now.load(Ordering::SeqCst));
    let collection = Collection::search().writable_after(Duration::from_secs(3600));
    let domain = Domain::builder()
        .collection(collection)
        .clock(clock)
        .start()
        .await;
    let signer_now = Arc::clone(&seconds);
    let client = domain
        .client_builder()
        .clock(ClockOf(signer_now))
        .build()
        .unwrap();
    client.send(index::Create::new("movies")).await.unwrap();
    let write = document::Index::new("movies", json!({ "n": 0 })).id("0");
    client.send(&write).await.unwrap_err();
    seconds.fetch_add(3600, Ordering::SeqCst);
    client.send(&write).await.unwrap();
}

#[derive(Debug)]
struct ClockOf(Arc<AtomicU64>);

impl sigtower::sigv4::Clock for ClockOf {
    fn now(&self) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(self.0.load(Ordering::SeqCst))
    }
}
