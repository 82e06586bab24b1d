//! What users of other clients met on collections of OpenSearch Serverless, one test for each row of the list.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use futures_util::TryStreamExt;
use http::Method;
use serde_json::{Value, json};
use sigtower::Client;
use sigtower::ingest::{Operation, Outcome};
use sigtower::opensearch::bulk::Bulk;
use sigtower::opensearch::document::{self, Change};
use sigtower::opensearch::search::{self, CreatePit, DeletePit, Search};
use sigtower::opensearch::{
    Authority, CollectionType, ErrorKind, Refresh, Refusal, Target, cluster, index, snapshot,
};
use sigtower::testing::{Access, Collection, Domain, Principal};
use sigtower::wait::Visible;

const LIMIT: Duration = Duration::from_secs(30);

async fn start(collection: Collection) -> (Domain, Client) {
    let domain = Domain::builder().collection(collection).start().await;
    let client = domain.client();
    (domain, client)
}

/// A search collection whose searches see each write at once, with an index.
async fn movies() -> (Domain, Client) {
    let collection = Collection::search().visible_after(Duration::ZERO);
    let (domain, client) = start(collection).await;
    client.send(index::Create::new("movies")).await.unwrap();
    (domain, client)
}

#[tokio::test]
async fn the_supported_calls_work() {
    let (_domain, client) = movies().await;
    assert_eq!(client.target(), Target::Collection);
    assert!(client.send(index::Exists::new("movies")).await.unwrap());
    client.send(index::GetMapping::new("movies")).await.unwrap();
    let alien = json!({ "title": "Alien" });
    let write = document::Index::new("movies", &alien).id("1");
    assert_eq!(client.send(write).await.unwrap().result, Change::Created);
    let create = document::Create::new("movies", "2", &alien);
    assert_eq!(client.send(create).await.unwrap().result, Change::Created);
    let update = document::Update::new("movies", "1", json!({ "year": 1979 }));
    assert_eq!(client.send(update).await.unwrap().result, Change::Updated);
    let read = document::Get::<Value>::new("movies", "1");
    assert!(client.send(read).await.unwrap().found);
    let mut bulk = Bulk::new("movies");
    bulk.index(&alien).id("3").delete("2");
    assert_eq!(client.send(bulk).await.unwrap().rejected().count(), 0);
    let count = client.send(search::Count::new("movies")).await.unwrap();
    assert_eq!(count.count, 2);
    let found = Search::<Value>::new("movies").q("title:alien");
    assert_eq!(client.send(found).await.unwrap().hits.len(), 2);
    let pit = client.send(CreatePit::new("movies", "1m")).await.unwrap();
    client.send(DeletePit::new([pit.pit_id])).await.unwrap();
    client
        .send(document::Delete::new("movies", "1"))
        .await
        .unwrap();
    client.send(index::Delete::new("movies")).await.unwrap();
}

#[tokio::test]
async fn refresh_scroll_and_health_are_a_404_and_a_typed_call_names_the_alternative() {
    let (domain, client) = movies().await;
    for path in [
        "/movies/_refresh",
        "/_search/scroll",
        "/_cluster/health",
        "/",
    ] {
        let response = client.raw(Method::GET, path, ()).await.unwrap();
        assert_eq!(response.status, 404, "{path}");
    }
    let sent = domain.request_count();
    let errors = [
        (
            client
                .send(index::Refresh::new("movies"))
                .await
                .unwrap_err(),
            "wait_until_visible",
        ),
        (
            client
                .send(search::Scroll::<Value>::new("id", "1m"))
                .await
                .unwrap_err(),
            "Client::export",
        ),
        (
            client.send(cluster::Health::new()).await.unwrap_err(),
            "cat::Indices",
        ),
        (
            client.send(cluster::Info::new()).await.unwrap_err(),
            "Client::target",
        ),
    ];
    for (error, hint) in errors {
        assert_eq!(error.kind(), ErrorKind::Unsupported);
        assert!(error.hint().unwrap().contains(hint), "{:?}", error.hint());
    }
    assert_eq!(domain.request_count(), sent);
}

#[tokio::test]
async fn a_scroll_is_ignored_by_the_service_and_refused_by_the_client() {
    let (_domain, client) = movies().await;
    let path = "/movies/_search?scroll=1m";
    let response = client.raw(Method::GET, path, ()).await.unwrap();
    let body: Value = response.json().unwrap();
    assert!(body.get("_scroll_id").is_none() && body.get("hits").is_some());
    let search = Search::<Value>::new("movies").scroll("1m");
    let error = client.send(search).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert!(error.to_string().contains("`scroll=1m`"), "{error}");
}

#[tokio::test]
async fn parameters_that_the_service_refuses_are_named_before_they_are_sent() {
    let (domain, client) = movies().await;
    for (method, path, kind) in [
        (
            Method::PUT,
            "/movies/_doc/1?refresh=true",
            "status_exception",
        ),
        (Method::PUT, "/movies/_doc/1?refresh", "status_exception"),
        (
            Method::PUT,
            "/movies/_doc/1?refresh=wait_for",
            "status_exception",
        ),
        (
            Method::PUT,
            "/other?master_timeout=1s",
            "illegal_argument_exception",
        ),
        (
            Method::DELETE,
            "/movies?timeout=1s",
            "illegal_argument_exception",
        ),
    ] {
        let response = client.raw(method, path, json!({})).await.unwrap();
        let error = response.success().unwrap_err();
        assert_eq!(
            (error.status().unwrap().as_u16(), error.error_type()),
            (400, Some(kind)),
            "{path}"
        );
    }
    let sent = domain.request_count();
    let write = || document::Index::new("movies", json!({}));
    let mut bulk = Bulk::new("movies").refresh(Refresh::WaitFor);
    bulk.index(json!({}));
    let errors = [
        client
            .send(write().refresh(Refresh::True))
            .await
            .unwrap_err(),
        client.send(bulk).await.unwrap_err(),
        client
            .send(index::Create::new("x").query_param("master_timeout", "1s"))
            .await
            .unwrap_err(),
        client
            .send(index::Delete::new("x").query_param("timeout", "1s"))
            .await
            .unwrap_err(),
    ];
    for error in errors {
        assert_eq!(error.kind(), ErrorKind::Unsupported);
        assert!(error.to_string().contains("the parameter `"), "{error}");
    }
    assert_eq!(domain.request_count(), sent);
    // A write may have a time limit.
    let timed = write().query_param("timeout", "1s");
    client.send(timed.refresh(Refresh::False)).await.unwrap();
}

#[tokio::test]
async fn ids_are_rejected_before_they_are_sent_if_the_type_is_known() {
    for (collection, collection_type) in [
        (Collection::time_series(), CollectionType::TimeSeries),
        (Collection::vector_search(), CollectionType::VectorSearch),
    ] {
        let (domain, client) = start(collection.visible_after(Duration::ZERO)).await;
        client.send(index::Create::new("logs")).await.unwrap();
        let client = domain.client_builder().collection_type(collection_type);
        let client = client.build().unwrap();
        let sent = domain.request_count();
        let load = client.ingest("logs").start();
        for n in 0..10 {
            let operation = Operation::index(json!({ "n": n })).id(n.to_string());
            load.push(operation).await.unwrap();
        }
        let report = load.finish().await;
        assert_eq!((report.done, report.rejected.len()), (0, 10));
        for (n, rejected) in report.rejected.iter().enumerate() {
            assert_eq!((rejected.position, rejected.attempts), (n as u64, 0));
            assert_eq!(rejected.operation.document_id(), Some(&*n.to_string()));
            assert!(rejected.operation.source().is_some());
            let reason = rejected.reason.as_deref().unwrap();
            assert!(reason.contains("does not support document ids"), "{reason}");
            assert!(reason.contains("`server_ids`"), "{reason}");
        }
        assert_eq!(domain.request_count(), sent);

        // The default lets the service give the ids; a delete by id is possible.
        let load = client.ingest("logs").start();
        load.push(Operation::index(json!({ "n": 1 })))
            .await
            .unwrap();
        load.push(Operation::delete("missing").cast::<Value>())
            .await
            .unwrap();
        let report = load.finish().await;
        assert_eq!((report.done, report.rejected.len()), (2, 0), "{report:?}");
        for ids in [
            client.ingest("logs").generated_ids(),
            client.ingest("logs").caller_ids(),
        ] {
            let load = ids.start();
            load.push(Operation::index(json!({ "n": 2 })))
                .await
                .unwrap();
            let report = load.finish().await;
            assert_eq!(report.rejected.len(), 1);
            let reason = report.rejected[0].reason.as_deref().unwrap();
            assert!(reason.contains("use `server_ids`"), "{reason}");
        }
    }
}

#[tokio::test]
async fn ids_are_rejected_from_the_first_response_on_if_the_type_is_not_known() {
    let (domain, client) = start(Collection::vector_search()).await;
    client.send(index::Create::new("logs")).await.unwrap();
    assert_eq!(client.supports_document_ids(), None);
    let load = client.ingest("logs").chunk_operations(5).fixed_in_flight(1);
    let load = load.start();
    for n in 0..5 {
        let operation = Operation::index(json!({ "n": n }));
        let operation = if n == 2 {
            operation
        } else {
            operation.id(n.to_string())
        };
        load.push(operation).await.unwrap();
    }
    load.flush().await;
    assert_eq!(client.supports_document_ids(), Some(false));
    let sent = domain.request_count();
    for n in 5..20 {
        let operation = Operation::create(json!({ "n": n })).id(n.to_string());
        load.push(operation).await.unwrap();
    }
    let report = load.finish().await;
    assert_eq!(domain.request_count(), sent, "the client knows it by now");
    assert_eq!(
        (report.done, report.rejected.len(), report.unknown.len()),
        (1, 19, 0)
    );
    let positions: BTreeSet<_> = report.rejected.iter().map(|it| it.position).collect();
    assert_eq!(positions, (0..20).filter(|n| *n != 2).collect());
    for rejected in &report.rejected {
        let id = rejected.position.to_string();
        assert_eq!(rejected.operation.document_id(), Some(&*id));
        let reason = rejected.reason.as_deref().unwrap();
        let reason = reason.to_lowercase();
        assert!(reason.contains("document id"), "{reason}");
    }
    let write = document::Index::new("logs", json!({})).id("1");
    let error = client.send(write).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}");
}

#[tokio::test]
async fn a_new_index_is_acknowledged_before_it_can_be_written() {
    let collection = Collection::time_series()
        .writable_after(Duration::from_secs(3600))
        .visible_after(Duration::ZERO);
    let clock = ManualClock::default();
    let now = clock.clone();
    let domain = Domain::builder()
        .collection(collection)
        .clock(move || now.time());
    let domain = domain.start().await;
    let client = domain
        .client_builder()
        .clock(clock.clone())
        .build()
        .unwrap();
    client.send(index::Create::new("logs")).await.unwrap();
    // A search is no proof that the index can be written.
    let found = client.send(Search::<Value>::new("logs")).await.unwrap();
    assert!(found.hits.is_empty());
    let write = document::Index::new("logs", json!({ "n": 1 }));
    let error = client.send(&write).await.unwrap_err();
    assert_eq!(error.error_type(), Some("index_not_found_exception"));
    let brief = Duration::from_millis(300);
    let waited = client.wait_until_writable("logs", brief).await.unwrap_err();
    assert_eq!(waited.kind(), ErrorKind::Timeout);

    clock.advance(3600);
    client.wait_until_writable("logs", LIMIT).await.unwrap();
    client.send(&write).await.unwrap();
    let visible = Visible::Count(1);
    client
        .wait_until_visible("logs", visible, LIMIT)
        .await
        .unwrap();
    let found = client.send(Search::<Value>::new("logs")).await.unwrap();
    assert_eq!(found.hits.len(), 1, "the waits leave nothing behind");
}

#[tokio::test]
async fn items_of_429_in_a_200_are_sent_again_alone() {
    let (domain, client) = movies().await;
    domain.next_items([429, 200, 429]);
    let before = domain.request_count();
    let load = client.ingest("movies").start();
    for n in 0..3 {
        load.push(Operation::index(json!({ "n": n })))
            .await
            .unwrap();
    }
    let report = load.finish().await;
    assert_eq!(report.done, 3, "{report:?}");
    assert_eq!(domain.request_count() - before, 2);
    let count = client.send(search::Count::new("movies")).await.unwrap();
    assert_eq!(count.count, 3);
}

#[tokio::test]
async fn a_whole_429_and_a_402_at_the_capacity_limit_are_sent_again() {
    let (domain, client) = movies().await;
    domain.next_response(429).next_response(402);
    let load = client.ingest("movies").start();
    load.push(Operation::index(json!({ "n": 1 })))
        .await
        .unwrap();
    let report = load.finish().await;
    assert_eq!(report.done, 1, "{report:?}");
}

#[tokio::test]
async fn a_lost_request_without_ids_is_unknown_and_not_repeated() {
    let (domain, client) = movies().await;
    domain.reset_next_at(0);
    let before = domain.request_count();
    let load = client.ingest("movies").start();
    for n in 0..3 {
        load.push(Operation::index(json!({ "n": n })))
            .await
            .unwrap();
    }
    let report = load.finish().await;
    assert_eq!((report.done, report.unknown.len()), (0, 3), "{report:?}");
    assert_eq!(domain.request_count() - before, 1);
    let count = client.send(search::Count::new("movies")).await.unwrap();
    assert_eq!(count.count, 3, "this one was applied, once");
}

#[tokio::test]
async fn an_export_pages_through_a_point_in_time() {
    let (domain, client) = movies().await;
    let load = client.ingest("movies").start();
    for n in 0..25 {
        load.push(Operation::index(json!({ "year": 2000 + n / 3 })))
            .await
            .unwrap();
    }
    assert!(load.finish().await.is_complete());
    let export = client.export::<Value>("movies").page_size(10).sort("year");
    let hits: Vec<_> = export.stream().try_collect().await.unwrap();
    let ids: BTreeSet<_> = hits.iter().map(|hit| hit.id.clone()).collect();
    assert_eq!((hits.len(), ids.len()), (25, 25));
    let requests = domain.requests();
    let searches = requests.iter().filter(|it| it.target().contains("_search"));
    for request in searches {
        let target = request.target();
        let is_of_the_pit = target.contains("/_search/point_in_time");
        // A search in it repeats neither index nor parameters, and its order is total.
        assert!(is_of_the_pit || target == "/_search", "{target}");
        if !is_of_the_pit {
            let body: Value = serde_json::from_slice(&request.body).unwrap();
            assert_eq!(body["sort"], json!(["year", "_id"]));
        }
    }
}

#[tokio::test]
async fn a_search_in_a_point_in_time_repeats_neither_index_nor_routing_nor_preference() {
    let (domain, client) = movies().await;
    let create = CreatePit::new("movies", "1m").preference("_local");
    let create = create.request_line();
    assert!(create.contains("preference=_local"), "{create}");
    let pit = client.send(CreatePit::new("movies", "1m")).await.unwrap();
    let search = || Search::<Value>::new("movies").pit(&pit.pit_id, "1m");
    client.send(search()).await.unwrap();
    assert_eq!(domain.requests().last().unwrap().target(), "/_search");
    let sent = domain.request_count();
    for (search, name) in [
        (search().routing("r"), "routing"),
        (search().preference("_local"), "preference"),
    ] {
        let error = client.send(&search).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidRequest);
        let line = error.to_string();
        assert!(line.contains(name) && line.contains("CreatePit"), "{line}");
        let many = search::Msearch::new().search(&search);
        assert_eq!(
            client.send(many).await.unwrap_err().kind(),
            ErrorKind::InvalidRequest
        );
    }
    assert_eq!(domain.request_count(), sent);
}

#[tokio::test]
async fn the_payload_hash_is_sent_and_signed() {
    let (domain, client) = movies().await;
    client.send(index::Exists::new("movies")).await.unwrap();
    client
        .send(document::Index::new("movies", json!({})))
        .await
        .unwrap();
    for request in domain.requests() {
        let signed = &request.signed_headers;
        assert!(request.headers.contains_key("x-amz-content-sha256"));
        assert!(signed.iter().any(|name| name == "x-amz-content-sha256"));
    }
}

#[tokio::test]
async fn a_shrunken_body_has_a_hash_and_a_signature_of_its_own() {
    let (domain, client) = movies().await;
    domain.next_items([200, 429, 429, 200]).next_passes();
    let load = client.ingest("movies").gzip(false).start();
    for n in 0..4 {
        load.push(Operation::index(json!({ "n": n })))
            .await
            .unwrap();
    }
    assert_eq!(load.finish().await.done, 4);
    let requests = domain.requests();
    let [.., first, second] = &requests[..] else {
        panic!("{requests:?}")
    };
    let hash = |request: &sigtower::testing::ReceivedRequest| {
        request.headers["x-amz-content-sha256"].clone()
    };
    // The domain has verified both.
    assert!(second.body.len() < first.body.len());
    assert_ne!(hash(first), hash(second));
}

#[cfg(feature = "compression")]
#[tokio::test]
async fn a_compressed_chunk_whose_checksum_is_rejected_is_sent_in_plain() {
    let (domain, client) = movies().await;
    let rejected = http::Response::builder().status(403);
    let rejected = rejected.body("Request Content Checksum Verification Failed");
    domain.next_full_response(rejected.unwrap());
    let load = client.ingest("movies").start();
    for _ in 0..100 {
        let text = "a text that compresses well";
        load.push(Operation::index(json!({ "text": text })))
            .await
            .unwrap();
    }
    let report = load.finish().await;
    assert_eq!(report.done, 100, "{:?}", report.rejected.first());
    let requests = domain.requests();
    let [.., first, second] = &requests[..] else {
        panic!("{requests:?}")
    };
    assert!(first.headers.contains_key("content-encoding"));
    assert!(!second.headers.contains_key("content-encoding"));
}

#[tokio::test]
async fn snapshots_of_ones_own_are_refused_and_those_of_the_service_are_sent() {
    let (domain, client) = movies().await;
    let sent = domain.request_count();
    let create = snapshot::Create::new("backups", "monday");
    let error = client.send(create).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert!(error.hint().unwrap().contains("snapshot::automated"));
    assert_eq!(domain.request_count(), sent);
    // The imitation has none.
    let own = snapshot::automated(&client).await.unwrap();
    assert!(own.is_empty());
    let requests = domain.requests();
    let target = requests.last().unwrap().target();
    assert_eq!(target, "/_snapshot/aoss-automated/_all");
}

#[tokio::test]
async fn bulk_requests_stay_below_10_mib() {
    let (domain, client) = movies().await;
    let load = client.ingest("movies").gzip(false).chunk_bytes(64 << 20);
    let load = load.start();
    let text = "x".repeat(1 << 20);
    for _ in 0..24 {
        load.push(Operation::index(json!({ "text": text })))
            .await
            .unwrap();
    }
    assert_eq!(load.finish().await.done, 24);
    for request in domain.requests() {
        assert!(request.body.len() < 10 << 20, "{}", request.body.len());
    }
}

#[tokio::test]
async fn a_caller_without_a_data_access_policy_gets_the_policy_to_create() {
    let stranger = Principal::new("AKIASTRANGERXEXAMPLE", "secret").with_access(Access::NoPolicy);
    let reader = Principal::reader();
    let (domain, client) = movies().await;
    client
        .send(document::Index::new("movies", json!({})).id("1"))
        .await
        .unwrap();
    let count = search::Count::new("movies");
    let denied = domain.client_as(&stranger).send(&count).await.unwrap_err();
    let write = document::Index::new("movies", json!({})).id("2");
    let reader = domain.client_as(&reader);
    reader.send(&count).await.unwrap();
    let unwritten = reader.send(write).await.unwrap_err();
    for (error, permission) in [
        (denied, "aoss:ReadDocument"),
        (unwritten, "aoss:WriteDocument"),
    ] {
        let Some(Refusal::NotAuthorized { by, .. }) = error.refusal() else {
            panic!("{error:?}")
        };
        assert_eq!(*by, Authority::DataAccessPolicy);
        let policy: Value = serde_json::from_str(error.document().unwrap()).unwrap();
        let rule = &policy[0]["Rules"][0];
        assert_eq!(rule["Permission"], json!([permission]));
        assert_eq!(rule["Resource"], json!(["index/COLLECTION-NAME/movies"]));
    }
}

#[tokio::test]
async fn a_missing_network_policy_and_a_signature_for_es_are_different_refusals() {
    let (_domain, client) = start(Collection::search().network_access(false)).await;
    let count = search::Count::new("movies");
    let error = client.send(&count).await.unwrap_err();
    assert_eq!(error.refusal(), Some(&Refusal::NetworkPolicy));
    assert_eq!(error.status().unwrap(), 401);

    let (domain, _) = movies().await;
    let client = Client::builder(domain.url())
        .region(domain.region())
        .service("es")
        .credentials(domain.credentials());
    let error = client.build().unwrap().send(&count).await.unwrap_err();
    let Some(Refusal::WrongService { expected, .. }) = error.refusal() else {
        panic!("{error:?}")
    };
    assert_eq!(expected.as_deref(), Some("aoss"));
}

#[tokio::test]
async fn each_call_of_the_quickstart_that_a_collection_lacks_says_what_to_change() {
    for collection in [Collection::search(), Collection::time_series()] {
        let is_search = format!("{collection:?}").contains("has_ids: true");
        let (domain, client) = start(collection).await;
        let client = match is_search {
            true => client,
            false => domain
                .client_builder()
                .collection_type(CollectionType::TimeSeries)
                .build()
                .unwrap(),
        };
        let mut errors = Vec::new();
        errors.extend(client.send(cluster::Info::new()).await.err());
        errors.extend(client.send(cluster::Health::new()).await.err());
        client.send(index::Create::new("movies")).await.unwrap();
        let alien = json!({ "title": "Alien" });
        let write = document::Index::new("movies", &alien).id("1");
        errors.extend(client.send(write).await.err());
        let get = document::Get::<Value>::new("movies", "1");
        client.send(get).await.unwrap();
        let mut bulk = Bulk::new("movies").refresh(Refresh::WaitFor);
        bulk.create(&alien)
            .id("2")
            .update("2", json!({ "year": 1986 }))
            .delete("1");
        errors.extend(client.send(bulk).await.err());
        client
            .send(Search::<Value>::new("movies").q("title:alien"))
            .await
            .unwrap();
        client.send(index::Delete::new("movies")).await.unwrap();
        assert_eq!(errors.len(), if is_search { 3 } else { 4 }, "{errors:?}");
        for error in errors {
            assert_eq!(error.kind(), ErrorKind::Unsupported);
            let line = error.to_string();
            assert!(
                !line.contains('\n') && line.ends_with("nothing was sent"),
                "{line}"
            );
            let hint = error.hint().unwrap();
            assert!(
                !hint.contains('\n') && hint.contains("leave") || hint.contains("list"),
                "{hint}"
            );
        }
    }
}

#[tokio::test]
async fn each_operation_of_a_stream_has_its_outcome_on_a_collection_without_ids() {
    let (_domain, client) = start(Collection::time_series()).await;
    client.send(index::Create::new("logs")).await.unwrap();
    let operations = (0..50).map(|n| {
        let operation = Operation::index(json!({ "n": n }));
        if n % 2 == 0 {
            operation.id(n.to_string())
        } else {
            operation
        }
    });
    let outcomes = client.ingest("logs").chunk_operations(7);
    let outcomes = outcomes.outcomes(futures_util::stream::iter(operations));
    let outcomes: Vec<Outcome> = futures_util::StreamExt::collect(outcomes).await;
    let mut positions: Vec<_> = outcomes.iter().map(Outcome::position).collect();
    positions.sort_unstable();
    assert_eq!(positions, (0..50).collect::<Vec<_>>());
    for outcome in outcomes {
        let is_done = matches!(outcome, Outcome::Done(_));
        assert_eq!(is_done, outcome.position() % 2 == 1, "{outcome:?}");
    }
}

/// A clock that only the test moves.
#[derive(Clone, Debug)]
struct ManualClock(Arc<AtomicU64>);

impl ManualClock {
    fn time(&self) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(self.0.load(Ordering::SeqCst))
    }

    fn advance(&self, seconds: u64) {
        self.0.fetch_add(seconds, Ordering::SeqCst);
    }
}

impl Default for ManualClock {
    fn default() -> Self {
        Self(Arc::new(AtomicU64::new(1_800_000_000)))
    }
}

impl sigtower::sigv4::Clock for ManualClock {
    fn now(&self) -> SystemTime {
        self.time()
    }
}

trait RequestLine {
    fn request_line(&self) -> String;
}

impl RequestLine for CreatePit {
    fn request_line(&self) -> String {
        let request = sigtower::opensearch::Call::request(self).unwrap();
        request.uri().to_string()
    }
}
