//! When searches see a write: after a refresh, as on a real domain.

use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use http::Method;
use serde_json::{Value, json};
use sigtower::opensearch::Client;
use sigtower::testing::{Domain, DomainBuilder};

#[tokio::test]
async fn searches_and_counts_see_only_what_was_refreshed() {
    let domain = never_refreshing().start().await;
    let client = domain.client();
    put(&client, "/films/_doc/1", r#"{"title":"Alien"}"#).await;
    assert_eq!(found(&client).await, "");
    assert_eq!(count(&client).await, 0);
    refresh(&client).await;
    assert_eq!(found(&client).await, "1:Alien");

    put(&client, "/films/_doc/1", r#"{"title":"Aliens"}"#).await;
    put(&client, "/films/_doc/2", r#"{"title":"Heat"}"#).await;
    ask(&client, Method::DELETE, "/films/_doc/none", "").await;
    assert_eq!(found(&client).await, "1:Alien", "as it was when refreshed");
    refresh(&client).await;
    assert_eq!(found(&client).await, "1:Aliens 2:Heat");

    let doc = r#"{"doc":{"title":"Ronin"}}"#;
    ask(&client, Method::POST, "/films/_update/2", doc).await;
    ask(&client, Method::DELETE, "/films/_doc/1", "").await;
    assert_eq!(found(&client).await, "1:Aliens 2:Heat");
    assert_eq!(count(&client).await, 2);
    refresh(&client).await;
    assert_eq!(found(&client).await, "2:Ronin");
}

#[tokio::test]
async fn a_get_by_id_sees_every_write_at_once() {
    let domain = never_refreshing().start().await;
    let client = domain.client();
    put(&client, "/films/_doc/1", r#"{"title":"Alien"}"#).await;
    let get = async |path: &str| ask(&client, Method::GET, path, "").await;
    for path in ["/films/_doc/1", "/films/_source/1"] {
        assert_eq!(get(path).await.0, 200, "{path}");
        assert_eq!(get(&format!("{path}?realtime=true")).await.0, 200, "{path}");
        assert_eq!(
            get(&format!("{path}?realtime=false")).await.0,
            404,
            "{path}"
        );
    }
    let ids = r#"{"ids":["1"]}"#;
    for (path, is_found) in [
        ("/films/_mget", true),
        ("/films/_mget?realtime=false", false),
    ] {
        let (_, body) = ask(&client, Method::POST, path, ids).await;
        assert_eq!(body["docs"][0]["found"], is_found, "{path}");
    }
    refresh(&client).await;
    assert_eq!(get("/films/_doc/1?realtime=false").await.0, 200);
    put(&client, "/films/_doc/1", r#"{"title":"Aliens"}"#).await;
    let (_, body) = get("/films/_doc/1?realtime=false").await;
    assert_eq!(body["_source"]["title"], "Alien");
    let (_, body) = get("/films/_doc/1").await;
    assert_eq!(body["_source"]["title"], "Aliens");
}

#[tokio::test]
async fn a_write_that_asks_for_a_refresh_is_visible_when_it_returns() {
    for (parameter, is_visible, is_forced) in [
        ("", false, false),
        ("?refresh=false", false, false),
        ("?refresh", true, true),
        ("?refresh=true", true, true),
        ("?refresh=wait_for", true, false),
    ] {
        let domain = never_refreshing().start().await;
        let client = domain.client();
        put(&client, "/films/_doc/before", r#"{"title":"Before"}"#).await;
        let bulk = "{\"index\":{\"_id\":\"bulk\"}}\n{\"title\":\"Bulk\"}\n";
        let doc = r#"{"doc":{"title":"Update"},"doc_as_upsert":true}"#;
        for (method, path, body, id) in [
            (Method::PUT, "/films/_doc/put", r#"{"title":"Put"}"#, "put"),
            (
                Method::PUT,
                "/films/_create/new",
                r#"{"title":"New"}"#,
                "new",
            ),
            (Method::POST, "/films/_update/update", doc, "update"),
            (Method::POST, "/films/_bulk", bulk, "bulk"),
        ] {
            let path = format!("{path}{parameter}");
            let (_, written) = ask(&client, method, &path, body).await;
            let found = found(&client).await;
            assert_eq!(found.contains(&format!("{id}:")), is_visible, "{path}");
            // The one shard is refreshed as a whole.
            assert_eq!(found.contains("before:"), is_visible, "{path}");
            let outcome = written["items"][0].get("index").unwrap_or(&written);
            assert_eq!(outcome["forced_refresh"] == true, is_forced, "{path}");
        }
        let path = format!("/films/_doc/before{parameter}");
        ask(&client, Method::DELETE, &path, "").await;
        assert!(!found(&client).await.contains("before:"), "{path}");
    }
}

#[tokio::test]
async fn a_write_becomes_visible_after_the_refresh_interval() {
    let clock = HandClock::default();
    let builder = Domain::builder().clock(clock.reader());
    let domain = builder
        .refresh_interval(Duration::from_secs(5))
        .start()
        .await;
    let client = domain.client();
    put(&client, "/films/_doc/1", r#"{"title":"Alien"}"#).await;
    clock.pass(Duration::from_millis(4_999));
    assert_eq!(count(&client).await, 0);
    put(&client, "/films/_doc/2", r#"{"title":"Heat"}"#).await;
    clock.pass(Duration::from_millis(1));
    // One refresh makes all writes visible that came before it.
    assert_eq!(found(&client).await, "1:Alien 2:Heat");

    clock.pass(Duration::from_secs(60));
    put(&client, "/films/_doc/3", r#"{"title":"Ronin"}"#).await;
    assert_eq!(
        count(&client).await,
        2,
        "the interval begins with the write"
    );
    domain.set_clock_offset(3600);
    assert_eq!(
        count(&client).await,
        2,
        "the offset is that of the front end"
    );
    domain.set_clock_offset(0);
    clock.pass(Duration::from_secs(5));
    assert_eq!(count(&client).await, 3);
}

#[tokio::test]
async fn the_refresh_interval_is_a_second_unless_set() {
    let clock = HandClock::default();
    let domain = Domain::builder().clock(clock.reader()).start().await;
    let client = domain.client();
    put(&client, "/films/_doc/1", r#"{"title":"Alien"}"#).await;
    clock.pass(Duration::from_millis(999));
    assert_eq!(count(&client).await, 0);
    clock.pass(Duration::from_millis(1));
    assert_eq!(count(&client).await, 1);

    let domain = Domain::builder().refresh_interval(Duration::ZERO);
    let domain = domain.clock(clock.reader()).start().await;
    let client = domain.client();
    put(&client, "/films/_doc/1", r#"{"title":"Alien"}"#).await;
    assert_eq!(count(&client).await, 1);
}

#[tokio::test]
async fn with_several_shards_a_forced_refresh_shows_only_its_own_documents() {
    let domain = never_refreshing().start().await;
    let client = domain.client();
    put(&client, "/films", r#"{"settings":{"number_of_shards":3}}"#).await;
    put(&client, "/films/_doc/1", r#"{"title":"Alien"}"#).await;
    put(&client, "/films/_doc/2?refresh=true", r#"{"title":"Heat"}"#).await;
    assert_eq!(found(&client).await, "2:Heat");
    let bulk = "{\"index\":{\"_id\":\"3\"}}\n{\"title\":\"A\"}\n\
                {\"index\":{\"_id\":\"4\"}}\n{\"title\":\"B\"}\n";
    ask(&client, Method::POST, "/films/_bulk?refresh=true", bulk).await;
    assert_eq!(found(&client).await, "2:Heat 3:A 4:B");
    refresh(&client).await;
    assert_eq!(found(&client).await, "1:Alien 2:Heat 3:A 4:B");
}

#[tokio::test]
async fn a_point_in_time_shows_what_was_refreshed_before_it() {
    let domain = never_refreshing().start().await;
    let client = domain.client();
    put(
        &client,
        "/films/_doc/1?refresh=true",
        r#"{"title":"Alien"}"#,
    )
    .await;
    put(&client, "/films/_doc/2", r#"{"title":"Heat"}"#).await;
    let open = "/films/_search/point_in_time?keep_alive=1m";
    let (_, pit) = ask(&client, Method::POST, open, "").await;
    refresh(&client).await;
    let search = json!({ "pit": { "id": pit["pit_id"] } }).to_string();
    let (_, page) = ask(&client, Method::POST, "/_search", &search).await;
    assert_eq!(titles(&page), "1:Alien");
}

#[tokio::test]
async fn open_searches_expire_by_the_clock() {
    let clock = HandClock::default();
    let domain = Domain::builder().clock(clock.reader()).start().await;
    let client = domain.client();
    put(
        &client,
        "/films/_doc/1?refresh=true",
        r#"{"title":"Alien"}"#,
    )
    .await;
    let open = "/films/_search/point_in_time?keep_alive=1m";
    let (_, pit) = ask(&client, Method::POST, open, "").await;
    let (_, page) = ask(&client, Method::POST, "/films/_search?scroll=1m", "{}").await;
    let by_pit = json!({ "pit": { "id": pit["pit_id"], "keep_alive": "1m" } }).to_string();
    let scroll = json!({ "scroll_id": page["_scroll_id"], "scroll": "1m" }).to_string();
    let both = async || {
        let pit = ask(&client, Method::POST, "/_search", &by_pit).await.0;
        let scroll = ask(&client, Method::POST, "/_search/scroll", &scroll)
            .await
            .0;
        (pit, scroll)
    };
    for _ in 0..3 {
        clock.pass(Duration::from_secs(50));
        assert_eq!(both().await, (200, 200), "each use keeps them open");
    }
    clock.pass(Duration::from_secs(61));
    assert_eq!(both().await, (404, 404));
}

fn never_refreshing() -> DomainBuilder {
    Domain::builder().refresh_interval(Duration::MAX)
}

async fn put(client: &Client, path: &str, body: &str) {
    let (status, body) = ask(client, Method::PUT, path, body).await;
    assert!(status < 300, "{path}: {body}");
}

async fn refresh(client: &Client) {
    let (status, body) = ask(client, Method::POST, "/films/_refresh", "").await;
    assert_eq!(status, 200, "{body}");
}

async fn count(client: &Client) -> u64 {
    let (_, body) = ask(client, Method::GET, "/films/_count", "").await;
    body["count"].as_u64().unwrap()
}

/// Ids and titles of what a search finds.
async fn found(client: &Client) -> String {
    let body = r#"{"sort":["_id"]}"#;
    let (_, body) = ask(client, Method::POST, "/films/_search", body).await;
    titles(&body)
}

fn titles(body: &Value) -> String {
    let hits = body["hits"]["hits"].as_array().unwrap();
    let hits = hits.iter().map(|hit| {
        let (id, title) = (&hit["_id"], &hit["_source"]["title"]);
        format!("{}:{}", id.as_str().unwrap(), title.as_str().unwrap())
    });
    hits.collect::<Vec<_>>().join(" ")
}

async fn ask(client: &Client, method: Method, path: &str, body: &str) -> (u16, Value) {
    let response = client.raw(method, path, body.to_owned()).await.unwrap();
    let json = serde_json::from_slice(&response.body).unwrap_or_default();
    (response.status.as_u16(), json)
}

/// A clock that passes by hand.
#[derive(Clone)]
struct HandClock(Arc<Mutex<SystemTime>>);

impl Default for HandClock {
    fn default() -> Self {
        Self(Arc::new(Mutex::new(SystemTime::now())))
    }
}

impl HandClock {
    fn pass(&self, time: Duration) {
        *self.0.lock().unwrap() += time;
    }

    fn reader(&self) -> impl Fn() -> SystemTime + Send + Sync + 'static {
        let time = Arc::clone(&self.0);
        move || *time.lock().unwrap()
    }
}
