use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::{StreamExt, TryStreamExt};
use serde_json::{Value, json};

use super::*;
use crate::opensearch::Client;
use crate::opensearch::fixtures::{captured_as, client_of};

/// A server with an index whose documents have ids of three digits, and a number `n`.
#[derive(Default)]
struct Server {
    documents: BTreeMap<String, Value>,
    requests: Vec<(String, Value)>,
    /// Responses that come instead of the next searches.
    instead: Vec<(u16, String)>,
    has_no_pit: Option<String>,
    /// Where the next page of a scroll begins.
    position: usize,
}

impl Server {
    fn with(count: usize) -> (Client, Arc<Mutex<Self>>) {
        let documents = (0..count).map(|n| (format!("{n:03}"), json!({ "n": n / 2 })));
        let server = Arc::new(Mutex::new(Self {
            documents: documents.collect(),
            ..Self::default()
        }));
        let shared = Arc::clone(&server);
        let client = client_of(move |line, body| shared.lock().unwrap().respond(line, body));
        (client, server)
    }

    fn respond(&mut self, line: &str, body: &str) -> (u16, String) {
        let body: Value = serde_json::from_str(body).unwrap_or_default();
        self.requests.push((line.to_owned(), body.clone()));
        let path = line.split('?').next().unwrap();
        match path {
            "GET /" => (200, self.has_no_pit.clone().unwrap()),
            "POST /movies/_search/point_in_time" if self.has_no_pit.is_some() => (
                400,
                r#"{"error":"request body is required","status":400}"#.to_owned(),
            ),
            "POST /movies/_search/point_in_time" => (
                200,
                json!({ "pit_id": "pit-0", "creation_time": 1 }).to_string(),
            ),
            "DELETE /_search/point_in_time" | "DELETE /_search/scroll" => {
                (200, json!({ "pits": [], "succeeded": true }).to_string())
            }
            _ if !self.instead.is_empty() => self.instead.remove(0),
            "POST /_search" | "POST /movies/_search" => {
                self.position = body["size"].as_u64().unwrap() as usize;
                (200, self.page(&body).to_string())
            }
            "POST /_search/scroll" => {
                let rest = self.documents.iter().skip(self.position).take(7);
                let hits: Vec<_> = rest.map(|(id, source)| hit(id, source, &[])).collect();
                self.position += 7;
                (
                    200,
                    json!({ "_scroll_id": "s", "hits": { "hits": hits } }).to_string(),
                )
            }
            _ => panic!("{line}"),
        }
    }

    /// The documents of the slice that sort after the last one.
    fn page(&self, body: &Value) -> Value {
        let sort: Vec<_> = body["sort"].as_array().into_iter().flatten().collect();
        let by_number = sort.first().is_some_and(|key| **key == "n");
        let after = body["search_after"].as_array();
        let slice = body["slice"]["max"]
            .as_u64()
            .map(|max| (max, body["slice"]["id"].as_u64().unwrap()));
        let mut hits: Vec<Value> = Vec::new();
        let mut total = 0;
        for (place, (id, source)) in self.documents.iter().enumerate() {
            if slice.is_some_and(|(max, slice)| place as u64 % max != slice) {
                continue;
            }
            total += 1;
            let values = match (by_number, sort.len()) {
                (true, 1) => vec![source["n"].clone()],
                (true, _) => vec![source["n"].clone(), json!(id)],
                _ => vec![json!(id)],
            };
            let is_after = after.is_none_or(|after| {
                let key = |values: &[Value]| {
                    values
                        .iter()
                        .map(|value| format!("{:>9}", value.to_string()))
                        .collect::<Vec<_>>()
                };
                key(&values) > key(after)
            });
            if is_after && hits.len() < body["size"].as_u64().unwrap() as usize {
                hits.push(hit(id, source, &values));
            }
        }
        let total = json!({ "value": total, "relation": "eq" });
        let total = if body["track_total_hits"] == true {
            total
        } else {
            Value::Null
        };
        json!({ "pit_id": "pit-1", "_scroll_id": "s", "hits": { "total": total, "hits": hits } })
    }

    fn lines(&self) -> Vec<&str> {
        self.requests.iter().map(|(line, _)| &**line).collect()
    }
}

fn hit(id: &str, source: &Value, sort: &[Value]) -> Value {
    json!({ "_index": "movies", "_id": id, "_source": source, "sort": sort })
}

async fn ids(hits: HitStream<Value>) -> Result<Vec<String>, ExportError> {
    hits.map_ok(|hit| hit.id).try_collect().await
}

fn numbered(range: std::ops::Range<usize>) -> Vec<String> {
    range.map(|n| format!("{n:03}")).collect()
}

#[tokio::test]
async fn every_hit_comes_once_in_pages_of_one_point_in_time_which_is_deleted() {
    for count in [0, 1, 6, 7, 8, 14, 23] {
        let (client, server) = Server::with(count);
        let export = client
            .export::<Value>("movies")
            .page_size(7)
            .routing("r")
            .preference("_local");
        assert_eq!(ids(export.stream()).await.unwrap(), numbered(0..count));
        let server = server.lock().unwrap();
        let lines = server.lines();
        let open =
            "POST /movies/_search/point_in_time?keep_alive=300000ms&routing=r&preference=_local";
        assert_eq!(lines[0], open);
        assert_eq!(
            lines.last(),
            Some(&"DELETE /_search/point_in_time"),
            "{lines:?}"
        );
        let deleted = &server.requests.last().unwrap().1["pit_id"];
        assert_eq!(*deleted, json!(["pit-1"]));
        let searches = &server.requests[1..server.requests.len() - 1];
        assert_eq!(searches.len(), count / 7 + 1);
        for (place, (line, body)) in searches.iter().enumerate() {
            // A search in a point in time repeats neither index nor routing nor preference.
            assert_eq!(line, "POST /_search");
            let id = if place == 0 { "pit-0" } else { "pit-1" };
            assert_eq!(body["pit"], json!({ "id": id, "keep_alive": "300000ms" }));
            assert_eq!(body["sort"], json!(["_id"]));
            assert_eq!(body["track_total_hits"], place == 0);
        }
    }
}

#[tokio::test]
async fn slices_are_read_at_the_same_time_and_have_every_hit_once() {
    let (client, server) = Server::with(40);
    let hits = client
        .export::<Value>("movies")
        .page_size(7)
        .slices(3)
        .stream();
    let mut ids = ids(hits).await.unwrap();
    ids.sort();
    assert_eq!(ids, numbered(0..40));
    let server = server.lock().unwrap();
    let slices = server
        .requests
        .iter()
        .map(|(_, body)| body["slice"]["id"].as_u64());
    let slices: Vec<_> = slices.flatten().collect();
    assert_eq!(slices[..3], [0, 1, 2], "{slices:?}");
    assert_eq!(
        server
            .lines()
            .iter()
            .filter(|line| line.starts_with("DELETE"))
            .count(),
        1
    );
}

#[tokio::test]
async fn the_order_is_made_total_by_a_tiebreaker() {
    type Change = fn(Export<Value>) -> Export<Value>;
    let cases: [(Change, Value); 5] = [
        (|export| export, json!(["_id"])),
        (|export| export.sort("n"), json!(["n", "_id"])),
        (
            |export| export.sort(json!([{"n": "desc"}, {"_id": "desc"}])),
            json!([{"n": "desc"}, {"_id": "desc"}]),
        ),
        (
            |export| export.tiebreaker("_shard_doc"),
            json!(["_shard_doc"]),
        ),
        (
            |export| export.sort("n").tiebreaker("key"),
            json!(["n", "key"]),
        ),
    ];
    for (change, expected) in cases {
        let (client, server) = Server::with(0);
        let hits = change(client.export("movies")).stream();
        assert!(ids(hits).await.unwrap().is_empty());
        assert_eq!(server.lock().unwrap().requests[1].1["sort"], expected);
    }
    let many = settings::Settings::new("logs-*".to_owned());
    assert_eq!(many.total_order(), [json!("_id"), json!("_index")]);
}

#[tokio::test]
async fn an_export_resumes_after_the_sort_values_of_any_hit() {
    let (client, _) = Server::with(23);
    let export = || client.export::<Value>("movies").sort("n").page_size(5);
    let all: Vec<_> = export().stream().try_collect().await.unwrap();
    for (place, hit) in all.iter().enumerate() {
        let rest = export().resume_after(hit.sort.clone()).stream();
        assert_eq!(ids(rest).await.unwrap(), numbered(place + 1..23));
    }
    let error = ids(export().slices(2).resume_after([json!(1)]).stream())
        .await
        .unwrap_err();
    assert!(matches!(error, ExportError::Invalid { .. }), "{error}");
}

#[tokio::test]
async fn hits_that_share_their_sort_values_are_missed_with_an_error() {
    // Two documents have each `n`, and a page ends between them.
    let (client, server) = Server::with(20);
    let error = ids(client
        .export("movies")
        .sort("n")
        .tiebreaker("n")
        .page_size(5)
        .stream())
    .await;
    let ExportError::Incomplete { read, total, .. } = error.unwrap_err() else {
        panic!()
    };
    assert!(read < 20 && total == 20, "{read} of {total}");
    settle(&server).await;
}

/// Waits until what the server keeps is deleted.
async fn settle(server: &Arc<Mutex<Server>>) {
    for _ in 0..1000 {
        if server
            .lock()
            .unwrap()
            .lines()
            .iter()
            .any(|line| line.starts_with("DELETE"))
        {
            return;
        }
        tokio::task::yield_now().await;
    }
    panic!("nothing was deleted");
}

#[tokio::test]
async fn a_dropped_export_deletes_its_point_in_time() {
    let (client, server) = Server::with(20);
    let mut hits = client.export::<Value>("movies").page_size(5).stream();
    hits.next().await.unwrap().unwrap();
    drop(hits);
    settle(&server).await;
    // Dropped while the point in time is being opened.
    let (client, server) = Server::with(20);
    let mut hits = client.export::<Value>("movies").stream();
    {
        let mut next = std::pin::pin!(hits.next());
        std::future::poll_fn(|cx| {
            assert!(next.as_mut().poll(cx).is_pending());
            std::task::Poll::Ready(())
        })
        .await;
    }
    drop(hits);
    settle(&server).await;
}

#[tokio::test]
async fn an_expired_point_in_time_says_what_to_do() {
    let (_, gone) = captured_as("pit_gone.json").remove(0);
    let partial = json!({ "_shards": { "total": 2, "failed": 1, "failures": [
        { "reason": { "type": "search_context_missing_exception", "reason": "x" } }] },
        "hits": { "hits": [] } });
    for response in [(404, gone.text().into_owned()), (200, partial.to_string())] {
        let (client, server) = Server::with(20);
        server.lock().unwrap().instead.push(response);
        let error = ids(client.export("movies").stream()).await.unwrap_err();
        let line = error.to_string();
        assert!(matches!(error, ExportError::Expired { .. }), "{line}");
        for part in ["search of movies expired", "300s", "`keep_alive`", "resume"] {
            assert!(line.contains(part), "{line}");
        }
        settle(&server).await;
    }
}

#[tokio::test(start_paused = true)]
async fn shards_that_fail_are_an_error_unless_they_recover() {
    let failed = json!({ "_shards": { "total": 2, "failed": 1, "failures": [
        { "shard": 0, "reason": { "type": "rejected_execution", "reason": "queue\nfull" } }] },
        "hits": { "hits": [] } });
    let timed_out = json!({ "timed_out": true, "hits": { "hits": [] } });
    let (client, server) = Server::with(3);
    server.lock().unwrap().instead = vec![(200, failed.to_string()), (200, timed_out.to_string())];
    assert_eq!(
        ids(client.export("movies").stream()).await.unwrap(),
        numbered(0..3)
    );

    server.lock().unwrap().instead = vec![(200, failed.to_string()); 9];
    let mut hits = client.export::<Value>("movies").stream();
    let error = hits.next().await.unwrap().unwrap_err().to_string();
    let expected = r"1 of 2 shards of movies failed: rejected_execution: queue\nfull";
    assert!(error.starts_with(expected), "{error}");
    assert!(hits.next().await.is_none());
    server.lock().unwrap().instead = vec![(200, timed_out.to_string()); 9];
    let error = ids(client.export("movies").stream()).await.unwrap_err();
    assert!(matches!(error, ExportError::TimedOut { .. }), "{error}");
}

#[tokio::test]
async fn a_server_without_points_in_time_is_read_by_scroll() {
    let version = |number: &str, distribution: Option<&str>| {
        let version = json!({ "number": number, "distribution": distribution });
        json!({ "name": "n", "cluster_name": "c", "cluster_uuid": "u", "version": version })
            .to_string()
    };
    for old in [
        version("7.10.2", None),
        version("1.3.20", Some("opensearch")),
        version("2.3.0", Some("opensearch")),
    ] {
        let (client, server) = Server::with(23);
        server.lock().unwrap().has_no_pit = Some(old);
        let hits = client
            .export::<Value>("movies")
            .page_size(7)
            .routing("r")
            .stream();
        assert_eq!(ids(hits).await.unwrap(), numbered(0..23));
        let server = server.lock().unwrap();
        let lines = server.lines();
        assert_eq!(lines[2], "POST /movies/_search?routing=r&scroll=300000ms");
        assert_eq!(server.requests[2].1["sort"], "_doc");
        assert_eq!(lines.last(), Some(&"DELETE /_search/scroll"));
    }
    // A newer server refused for a reason of its own.
    let (client, server) = Server::with(23);
    server.lock().unwrap().has_no_pit = Some(version("2.19.0", Some("opensearch")));
    let error = ids(client.export("movies").stream()).await.unwrap_err();
    assert!(matches!(error, ExportError::Open { .. }), "{error}");
}

#[tokio::test]
async fn a_scroll_is_read_on_request_and_deleted_on_drop() {
    let (client, server) = Server::with(23);
    let mut hits = client
        .export::<Value>("movies")
        .page_size(7)
        .scroll(true)
        .stream();
    assert_eq!(hits.next().await.unwrap().unwrap().id, "000");
    drop(hits);
    settle(&server).await;
    assert_eq!(
        server.lock().unwrap().lines()[0],
        "POST /movies/_search?scroll=300000ms"
    );
    // OpenSearch Serverless ignores the parameter and returns no id.
    server.lock().unwrap().instead = vec![(200, json!({ "hits": { "hits": [] } }).to_string())];
    let error = ids(client.export("movies").scroll(true).stream())
        .await
        .unwrap_err();
    assert!(error.to_string().contains("no scrolls"), "{error}");
    let error = ids(client
        .export("movies")
        .scroll(true)
        .resume_after([json!(1)])
        .stream())
    .await;
    assert!(error.unwrap_err().to_string().contains("cannot be resumed"));
}

#[tokio::test(start_paused = true)]
async fn documents_that_sort_after_the_last_one_are_followed_as_they_come() {
    let (client, server) = Server::with(9);
    let every = Duration::from_secs(10);
    let export = client
        .export::<Value>("movies")
        .sort("n")
        .page_size(4)
        .preference("_local");
    let mut hits = export.follow(every);
    for id in numbered(0..9) {
        assert_eq!(hits.next().await.unwrap().unwrap().id, id);
    }
    let searches = server.lock().unwrap().requests.len();
    assert_eq!(searches, 3);
    let start = tokio::time::Instant::now();
    assert!(
        tokio::time::timeout(Duration::from_secs(60), hits.next())
            .await
            .is_err()
    );
    let polls = server.lock().unwrap().requests.len() - searches;
    assert!((6..=8).contains(&polls), "{polls} in {:?}", start.elapsed());
    let new = json!({ "n": 900 });
    server
        .lock()
        .unwrap()
        .documents
        .insert("900".to_owned(), new);
    let hit = hits.next().await.unwrap().unwrap();
    assert_eq!((hit.id.as_str(), &hit.sort[0]), ("900", &json!(900)));
    let server = server.lock().unwrap();
    let (line, body) = server.requests.last().unwrap();
    assert_eq!(line, "POST /movies/_search?preference=_local");
    assert_eq!(body["search_after"], json!([4, "008"]));
}

#[tokio::test]
async fn following_needs_an_order_that_grows() {
    let (client, server) = Server::with(9);
    let mut hits = client.export::<Value>("movies").follow(Duration::MAX);
    let error = hits.next().await.unwrap().unwrap_err().to_string();
    assert!(error.contains("sort by a field that grows"), "{error}");
    assert!(server.lock().unwrap().requests.is_empty());
}
