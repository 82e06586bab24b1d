//! The in-memory backend, where no fixture of a real answer shows what it does.

use std::io::{Read, Write};

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use http::{Method, Request};
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client as HyperClient;
use hyper_util::rt::TokioExecutor;
use serde_json::{Value, json};
use sigtower::opensearch::Client;
use sigtower::sigv4::Payload;
use sigtower::testing::Domain;
use sigtower::{Scope, Signer};

#[tokio::test]
async fn query_strings_find_what_they_say() {
    let (_domain, client) = library().await;
    for (q, ids) in [
        ("*", "1 2 3 4"),
        ("*:*", "1 2 3 4"),
        ("title:redemption", "1"),
        ("redemption", "1"),
        ("title:\"the godfather\"", "2"),
        ("title:\"godfather the\"", ""),
        ("title:the year:1998", "1 2 4"),
        ("title:the AND year:1972", "2"),
        ("title:the AND NOT year:1972", "1"),
        ("+title:the -genre:crime", "1"),
        ("year:[1972 TO 1994]", "1 2"),
        ("year:{1972 TO *}", "1 3 4"),
        ("year:>=1995", "3 4"),
        ("title:god*", "2"),
        ("title:(heat OR ronin)", "3 4"),
        ("(title:heat OR title:ronin) AND year:1995", "3"),
        ("_exists_:rating", "1"),
        ("_id:3", "3"),
        ("cast.name:pacino", "2 3"),
    ] {
        let query = url_encode(q);
        let found = ask(
            &client,
            Method::GET,
            &format!("/films/_search?q={query}"),
            "",
        )
        .await;
        assert_eq!(found_ids(&found), ids, "{q}");
    }
}

#[tokio::test]
async fn queries_find_what_they_say() {
    let (_domain, client) = library().await;
    for (query, ids) in [
        (json!({"match_all": {}}), "1 2 3 4"),
        (json!({"match_none": {}}), ""),
        (json!({"match": {"title": "The Heat"}}), "1 2 3"),
        (
            json!({"match": {"title": {"query": "the godfather", "operator": "and"}}}),
            "2",
        ),
        (
            json!({"match_phrase": {"title": "shawshank redemption"}}),
            "1",
        ),
        (
            json!({"multi_match": {"query": "heat crime", "fields": ["title^2", "genre"]}}),
            "3",
        ),
        (json!({"term": {"genre": "crime"}}), "2 3 4"),
        (json!({"term": {"genre": {"value": "Crime"}}}), ""),
        (json!({"term": {"title": "Heat"}}), ""),
        (json!({"term": {"studio": "orion"}}), "4"),
        (json!({"term": {"studio.keyword": "Orion"}}), "4"),
        (json!({"terms": {"year": [1972, "1995"]}}), "2 3"),
        (json!({"ids": {"values": ["4", "1", "9"]}}), "1 4"),
        (json!({"exists": {"field": "rating"}}), "1"),
        (json!({"range": {"year": {"gt": 1972, "lte": 1995}}}), "1 3"),
        (json!({"prefix": {"genre": "cr"}}), "2 3 4"),
        (json!({"wildcard": {"genre": {"value": "*ram*"}}}), "1"),
        (
            json!({"query_string": {"query": "heat", "fields": ["title"]}}),
            "3",
        ),
        (
            json!({"constant_score": {"filter": {"term": {"year": 1998}}}}),
            "4",
        ),
        (
            json!({"bool": {
                "must": [{"term": {"genre": "crime"}}],
                "must_not": {"term": {"year": 1972}},
                "should": [{"match": {"title": "heat"}}],
            }}),
            "3 4",
        ),
        (
            json!({"bool": {
                "filter": [{"term": {"genre": "crime"}}],
                "should": [{"match": {"title": "heat"}}],
                "minimum_should_match": 1,
            }}),
            "3",
        ),
    ] {
        let body = json!({"query": query}).to_string();
        let found = ask(&client, Method::POST, "/films/_search", &body).await;
        assert_eq!(found_ids(&found), ids, "{query}");
        let count = ask(&client, Method::POST, "/films/_count", &body).await;
        assert_eq!(count["count"], found["hits"]["total"]["value"], "{query}");
    }
}

#[tokio::test]
async fn hits_are_sorted_paged_and_summed_up() {
    let (_domain, client) = library().await;
    let search = |body: Value| {
        let client = client.clone();
        async move { ask(&client, Method::POST, "/films/_search", &body.to_string()).await }
    };
    let sorted = search(json!({"sort": [{"year": "desc"}], "size": 2, "from": 1})).await;
    assert_eq!(ordered_ids(&sorted), "3 1");
    let missing = search(json!({"sort": ["rating", {"year": "asc"}]})).await;
    assert_eq!(ordered_ids(&missing), "1 2 3 4");
    let after = search(json!({"sort": ["year"], "search_after": [1994]})).await;
    assert_eq!(ordered_ids(&after), "3 4");
    let page = ask(
        &client,
        Method::GET,
        "/films/_search?sort=year:desc&size=1",
        "",
    )
    .await;
    assert_eq!(ordered_ids(&page), "4");
    for body in [
        json!({"sort": ["title"]}),
        json!({"sort": ["no_such_field"]}),
        json!({"aggs": {"a": {"terms": {"field": "title"}}}}),
        json!({"aggs": {"a": {"no_such": {"field": "year"}}}}),
        json!({"no_such": 1}),
    ] {
        assert_eq!(search(body.clone()).await["status"], 400, "{body}");
    }
    let source =
        search(json!({"query": {"ids": {"values": ["2"]}}, "_source": {"excludes": ["cast"]}}));
    assert!(
        source.await["hits"]["hits"][0]["_source"]
            .get("cast")
            .is_none()
    );
    let sums = search(json!({"size": 0, "aggs": {
        "n": {"value_count": {"field": "year"}},
        "kinds": {"cardinality": {"field": "genre"}},
        "first": {"min": {"field": "year"}},
        "mean": {"avg": {"field": "year"}},
        "genres": {"terms": {"field": "genre", "size": 1}},
    }}))
    .await;
    let sums = &sums["aggregations"];
    assert_eq!(
        (&sums["n"]["value"], &sums["kinds"]["value"]),
        (&json!(4), &json!(2))
    );
    assert_eq!(sums["first"]["value"], 1972.0);
    assert_eq!(sums["mean"]["value"], 1989.75);
    assert_eq!(
        sums["genres"]["buckets"],
        json!([{"key": "crime", "doc_count": 3}])
    );
    assert_eq!(sums["genres"]["sum_other_doc_count"], 1);
}

#[tokio::test]
async fn a_point_in_time_does_not_see_later_writes() {
    let (_domain, client) = library().await;
    let pit = ask(
        &client,
        Method::POST,
        "/films/_search/point_in_time?keep_alive=1m",
        "",
    )
    .await;
    ask(&client, Method::DELETE, "/films/_doc/1", "").await;
    let body = json!({"pit": {"id": pit["pit_id"]}, "sort": ["year"]}).to_string();
    let found = ask(&client, Method::POST, "/_search", &body).await;
    assert_eq!(ordered_ids(&found), "2 1 3 4");
    let now = ask(&client, Method::GET, "/films/_search", "").await;
    assert_eq!(found_ids(&now), "2 3 4");
}

#[tokio::test]
async fn writes_keep_the_terms_they_name() {
    let domain = Domain::start().await;
    let client = domain.client();
    let doc = "/films/_doc/1";
    for (method, path, body, status) in [
        (
            Method::PUT,
            format!("{doc}?version=5&version_type=external"),
            "{}",
            201,
        ),
        (
            Method::PUT,
            format!("{doc}?version=5&version_type=external"),
            "{}",
            409,
        ),
        (
            Method::PUT,
            format!("{doc}?version=6&version_type=external"),
            "{}",
            200,
        ),
        (
            Method::PUT,
            format!("{doc}?if_seq_no=1&if_primary_term=1"),
            "{}",
            200,
        ),
        (
            Method::PUT,
            format!("{doc}?if_seq_no=1&if_primary_term=1"),
            "{}",
            409,
        ),
        (Method::PUT, format!("{doc}?if_seq_no=1"), "{}", 400),
        (Method::PUT, format!("{doc}?op_type=create"), "{}", 409),
        (Method::PUT, format!("{doc}?op_type=other"), "{}", 400),
        (Method::PUT, format!("{doc}?refresh=soon"), "{}", 400),
        (
            Method::POST,
            "/films/_update/1".into(),
            r#"{"script":"x"}"#,
            400,
        ),
        (
            Method::POST,
            "/films/_update/1".into(),
            r#"{"doc":{"a":{"b":1}}}"#,
            200,
        ),
        (
            Method::POST,
            "/films/_update/1".into(),
            r#"{"doc":{"a":{"c":2}}}"#,
            200,
        ),
        (
            Method::PUT,
            doc.into(),
            r#"{"a":{"b":"not a number"}}"#,
            400,
        ),
        (Method::PUT, doc.into(), r#"{"a":7}"#, 400),
        (Method::PUT, doc.into(), "[1]", 400),
        (
            Method::PUT,
            "/strict".into(),
            r#"{"mappings":{"dynamic":"strict"}}"#,
            200,
        ),
        (Method::PUT, "/strict/_doc/1".into(), r#"{"new":1}"#, 400),
        (
            Method::PUT,
            "/odd".into(),
            r#"{"mappings":{"properties":7}}"#,
            400,
        ),
        (
            Method::PUT,
            "/odd".into(),
            r#"{"mappings":{"properties":{"a":{"type":"nosuch"}}}}"#,
            400,
        ),
        (Method::PUT, "/odd".into(), r#"{"mapings":{}}"#, 400),
        (Method::DELETE, "/films,strict".into(), "", 200),
        (Method::HEAD, "/films".into(), "", 404),
    ] {
        let answer = client.raw(method.clone(), &path, body).await.unwrap();
        assert_eq!(
            answer.status,
            status,
            "{method} {path} {body}: {}",
            answer.text()
        );
    }
}

#[tokio::test]
async fn health_waits_for_no_status_that_cannot_come() {
    let domain = Domain::start().await;
    let client = domain.client();
    let health = async |query: &str| {
        let answer = client
            .raw(Method::GET, format!("/_cluster/health{query}"), ())
            .await
            .unwrap();
        let json: Value = serde_json::from_slice(&answer.body).unwrap();
        (
            answer.status.as_u16(),
            json["status"].as_str().unwrap_or_default().to_owned(),
        )
    };
    assert_eq!(
        health("?wait_for_status=green").await,
        (200, "green".to_owned())
    );
    client.raw(Method::PUT, "/one", ()).await.unwrap();
    assert_eq!(
        health("?wait_for_status=yellow").await,
        (200, "yellow".to_owned())
    );
    assert_eq!(
        health("?wait_for_status=green").await,
        (408, "yellow".to_owned())
    );
    let settings = json!({"settings": {"index.number_of_replicas": 0}});
    client.raw(Method::PUT, "/two", settings).await.unwrap();
    assert_eq!(
        health("/two?wait_for_status=green").await,
        (200, "green".to_owned())
    );
    assert_eq!(health("/none").await, (408, "red".to_owned()));
    assert_eq!(health("?wait_for_status=blue").await.0, 400);
}

#[tokio::test]
async fn gzip_is_taken_and_given() {
    let domain = Domain::start().await;
    let lines: String = (0..200)
        .map(|n| format!("{{\"index\":{{\"_id\":\"{n}\"}}}}\n{{\"n\":{n}}}\n"))
        .collect();
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(lines.as_bytes()).unwrap();
    let body = encoder.finish().unwrap();
    let mut parts = Request::post(format!("{}/numbers/_bulk", domain.url()))
        .header("content-type", "application/x-ndjson")
        .header("content-encoding", "gzip")
        .header("accept-encoding", "gzip")
        .body(())
        .unwrap()
        .into_parts()
        .0;
    let scope = Scope::new(domain.region(), domain.service()).unwrap();
    let signer = Signer::new(scope, domain.credentials());
    signer
        .sign(&mut parts, Payload::Bytes(&body))
        .await
        .unwrap();
    let http: HyperClient<_, Full<bytes::Bytes>> =
        HyperClient::builder(TokioExecutor::new()).build_http();
    let answer = http
        .request(Request::from_parts(parts, Full::from(body)))
        .await
        .unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["content-encoding"], "gzip");
    let bytes = answer.into_body().collect().await.unwrap().to_bytes();
    let mut text = String::new();
    GzDecoder::new(&bytes[..])
        .read_to_string(&mut text)
        .unwrap();
    let json: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(
        (&json["errors"], json["items"].as_array().unwrap().len()),
        (&json!(false), 200)
    );
}

#[tokio::test]
async fn names_arrive_as_given() {
    let domain = Domain::start().await;
    let client = domain.client();
    for id in [
        "a b", "a/b", "..", ".", "%2F", "+", "//", "ж😀", "_search", "a?b#c", "\u{1}",
    ] {
        let call = sigtower::opensearch::document::Index::new("names", json!({"id": id})).id(id);
        assert_eq!(client.send(call).await.unwrap().id, id);
        let get = sigtower::opensearch::document::Get::<Value>::new("names", id);
        assert_eq!(client.send(get).await.unwrap().source.unwrap()["id"], id);
    }
}

/// A domain with four films.
async fn library() -> (Domain, Client) {
    let domain = Domain::start().await;
    let client = domain.client();
    let mappings = json!({"mappings": {"properties": {
        "title": {"type": "text"}, "genre": {"type": "keyword"}, "year": {"type": "integer"},
        "rating": {"type": "float"},
    }}});
    client.raw(Method::PUT, "/films", mappings).await.unwrap();
    let films = [
        json!({"title": "The Shawshank Redemption", "genre": "drama", "year": 1994, "rating": 9.3}),
        json!({"title": "The Godfather", "genre": "crime", "year": 1972, "cast": [{"name": "Pacino"}]}),
        json!({"title": "Heat", "genre": "crime", "year": 1995, "cast": [{"name": "Pacino"}, {"name": "De Niro"}]}),
        json!({"title": "Ronin", "genre": "crime", "year": 1998, "studio": "Orion"}),
    ];
    for (number, film) in (1..).zip(films) {
        let path = format!("/films/_doc/{number}");
        assert_eq!(
            client.raw(Method::PUT, path, film).await.unwrap().status,
            201
        );
    }
    (domain, client)
}

async fn ask(client: &Client, method: Method, path: &str, body: &str) -> Value {
    let answer = client.raw(method, path, body.to_owned()).await.unwrap();
    serde_json::from_slice(&answer.body).unwrap()
}

fn found_ids(found: &Value) -> String {
    let mut ids: Vec<String> = ordered_ids(found).split(' ').map(str::to_owned).collect();
    ids.sort();
    ids.join(" ")
}

fn ordered_ids(found: &Value) -> String {
    let hits = found["hits"]["hits"]
        .as_array()
        .unwrap_or_else(|| panic!("{found}"));
    let ids: Vec<&str> = hits
        .iter()
        .map(|hit| hit["_id"].as_str().unwrap())
        .collect();
    ids.join(" ")
}

fn url_encode(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => char::from(byte).to_string(),
            _ => format!("%{byte:02X}"),
        })
        .collect()
}
