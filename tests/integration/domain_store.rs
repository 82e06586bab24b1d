//! The in-memory store, where no recorded response shows what it must do.

use std::io::{Read, Write};

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use http::{Method, Request};
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client as HyperClient;
use hyper_util::rt::TokioExecutor;
use serde_json::{Value, json};
use sigtower::sigv4::Payload;
use sigtower::testing::Domain;
use sigtower::{Scope, Signer};

#[tokio::test]
async fn health_does_not_wait_for_a_status_that_cannot_come() {
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
async fn what_the_store_does_not_support_is_refused_by_name() {
    let domain = Domain::start().await;
    let client = domain.client();
    let mapping = json!({ "mappings": { "properties": {
        "title": { "type": "text" }, "year": { "type": "integer" }, "released": { "type": "date" },
    } } });
    client.raw(Method::PUT, "/films", mapping).await.unwrap();
    for (request, name) in [
        // Parameters.
        ("GET /films/_search?preference=_local", "preference"),
        ("GET /films/_search?routing=a", "routing"),
        ("GET /films/_search?terminate_after=1", "terminate_after"),
        (
            "GET /films/_search?rest_total_hits_as_int=true",
            "rest_total_hits_as_int",
        ),
        ("GET /films/_count?min_score=1", "min_score"),
        ("GET /films/_doc/1?routing=a", "routing"),
        ("GET /films/_doc/1?stored_fields=title", "stored_fields"),
        ("GET /films/_doc/1?refresh=true", "refresh"),
        ("DELETE /films/_doc/1?routing=a", "routing"),
        ("POST /films/_update/1?routing=a {\"doc\":{}}", "routing"),
        ("PUT /films/_doc/1?pipeline=p {}", "pipeline"),
        (
            "PUT /films/_doc/1?wait_for_active_shards=2 {}",
            "wait_for_active_shards",
        ),
        ("PUT /films/_doc/1?require_alias=true {}", "require_alias"),
        ("POST /_bulk?pipeline=p {}", "pipeline"),
        ("GET /_cluster/health?wait_for_nodes=2", "wait_for_nodes"),
        (
            "GET /_cluster/health?wait_for_no_relocating_shards=true",
            "wait_for_no_relocating_shards",
        ),
        (
            "PUT /other?wait_for_active_shards=2",
            "wait_for_active_shards",
        ),
        ("GET /films?expand_wildcards=all", "expand_wildcards"),
        ("POST /_mget?routing=a {\"ids\":[\"1\"]}", "routing"),
        ("GET /?human", "human"),
        // Members of bodies.
        (
            "POST /films/_search {\"post_filter\":{\"match_all\":{}}}",
            "post_filter",
        ),
        ("POST /films/_search {\"min_score\":1}", "min_score"),
        (
            "POST /films/_search {\"collapse\":{\"field\":\"year\"}}",
            "collapse",
        ),
        (
            "POST /films/_search {\"terminate_after\":1}",
            "terminate_after",
        ),
        ("POST /films/_search {\"highlight\":{}}", "highlight"),
        ("POST /films/_search {\"fields\":[\"title\"]}", "fields"),
        ("POST /films/_search {\"suggest\":{}}", "suggest"),
        ("POST /films/_search {\"no_such\":1}", "no_such"),
        ("POST /films/_search {\"size\":1.5}", "\"size\": 1.5"),
        (
            "POST /films/_search {\"_source\":{\"nothing\":[]}}",
            "nothing",
        ),
        (
            "POST /films/_search {\"sort\":[{\"year\":{\"mode\":\"min\"}}]}",
            "mode",
        ),
        ("POST /films/_search {\"sort\":[\"released\"]}", "released"),
        ("POST /films/_count {\"size\":1}", "size"),
        (
            "POST /_mget {\"docs\":[{\"_index\":\"films\",\"_id\":\"1\",\"routing\":\"a\"}]}",
            "routing",
        ),
        ("POST /films/_update/1 {\"script\":\"x\"}", "script"),
        (
            "POST /films/_update/1 {\"doc\":{},\"_source\":true}",
            "_source",
        ),
        (
            "POST /films/_update/1 {\"doc\":{},\"scripted_upsert\":true}",
            "scripted_upsert",
        ),
        ("PUT /other {\"settings\":{\"analysis\":{}}}", "analysis"),
        (
            "PUT /other {\"settings\":{\"index.hidden\":true}}",
            "index.hidden",
        ),
        (
            "PUT /other {\"settings\":{\"refresh_interval\":\"1s\"}}",
            "refresh_interval",
        ),
        ("PUT /other {\"aliases\":{\"a\":{\"filter\":{}}}}", "filter"),
        (
            "PUT /other {\"mappings\":{\"_source\":{\"enabled\":false}}}",
            "_source",
        ),
        (
            "PUT /films/_mapping {\"dynamic_templates\":[]}",
            "dynamic_templates",
        ),
        (
            "PUT /films/_mapping {\"properties\":{\"a\":{\"type\":\"nested\"}}}",
            "nested",
        ),
        (
            "PUT /films/_mapping {\"properties\":{\"a\":{\"type\":\"geo_point\"}}}",
            "geo_point",
        ),
        (
            "PUT /films/_mapping {\"properties\":{\"a\":{\"type\":\"text\",\"analyzer\":\"x\"}}}",
            "analyzer",
        ),
        (
            "PUT /films/_mapping {\"properties\":{\"a\":{\"type\":\"long\",\"index\":false}}}",
            "index",
        ),
        ("PUT /films/_doc/1 {\"a.b\":1}", "a.b"),
        // Queries and aggregations.
        (
            "POST /films/_search {\"query\":{\"fuzzy\":{\"title\":\"x\"}}}",
            "fuzzy",
        ),
        ("POST /films/_search {\"query\":{\"nested\":{}}}", "nested"),
        (
            "POST /films/_search {\"query\":{\"simple_query_string\":{}}}",
            "simple_query_string",
        ),
        (
            "POST /films/_search {\"query\":{\"match_all\":{\"boost\":2}}}",
            "boost",
        ),
        (
            "POST /films/_search {\"query\":{\"bool\":{\"must\":{\"knn\":{}}}}}",
            "knn",
        ),
        (
            "POST /films/_count {\"query\":{\"match\":{\"title\":{\"query\":\"x\",\"fuzziness\":1}}}}",
            "fuzziness",
        ),
        (
            "POST /films/_search {\"query\":{\"range\":{\"released\":{\"gte\":\"2015\"}}}}",
            "released",
        ),
        (
            "POST /films/_search {\"query\":{\"query_string\":{\"query\":\"a\",\"boost\":2}}}",
            "boost",
        ),
        ("GET /films/_search?q=title:godfathr~", "~"),
        ("GET /films/_search?q=title:heat%5E2", "^"),
        (
            "POST /films/_search {\"aggs\":{\"a\":{\"histogram\":{}}}}",
            "histogram",
        ),
        (
            "POST /films/_search {\"aggs\":{\"a\":{\"max\":{\"field\":\"year\",\"missing\":1}}}}",
            "missing",
        ),
        (
            "POST /films/_search {\"aggs\":{\"a\":{\"terms\":{\"field\":\"year\",\"order\":{}}}}}",
            "order",
        ),
        (
            "POST /films/_search {\"aggs\":{\"a\":{\"max\":{\"field\":\"year\"},\"meta\":{}}}}",
            "meta",
        ),
        // Endpoints.
        ("POST /_aliases {}", "POST /_aliases"),
        ("POST /_msearch {}", "POST /_msearch"),
        ("GET /_cat/indices", "GET /_cat/indices"),
        ("PUT /films/_settings {}", "PUT /films/_settings"),
    ] {
        let mut parts = request.splitn(3, ' ');
        let method: Method = parts.next().unwrap().parse().unwrap();
        let path = parts.next().unwrap();
        let body = parts.next().unwrap_or_default().to_owned();
        let answer = client.raw(method, path, body).await.unwrap();
        assert_eq!(answer.status, 400, "{request}: {}", answer.text());
        let json: Value = answer.json().unwrap();
        let reason = json["error"]["reason"].as_str().unwrap_or_default();
        let expected = format!("the in-memory store does not support `{name}` ");
        assert!(
            reason.starts_with(&expected),
            "{request}: {}",
            answer.text()
        );
        assert!(reason.contains("real OpenSearch"), "{reason}");
    }
    for line in [
        r#"{"index":{"_index":"films","_id":"1","pipeline":"p"}}"#,
        r#"{"index":{"_index":"films","_id":"1","require_alias":true}}"#,
        r#"{"update":{"_index":"films","_id":"1","routing":"a"}}"#,
        r#"{"delete":{"_index":"films","_id":"1","no_such":"a"}}"#,
    ] {
        let body = format!("{line}\n{{}}\n");
        let answer = client.raw(Method::POST, "/_bulk", body).await.unwrap();
        assert_eq!(answer.status, 400, "{line}");
        assert!(answer.text().contains("does not support"), "{line}");
    }
}

#[tokio::test]
async fn a_parameter_that_opensearch_does_not_know_is_refused_in_its_words() {
    let domain = Domain::start().await;
    let client = domain.client();
    for (path, reason) in [
        (
            "/?no_such=1",
            "request [/] contains unrecognized parameter: [no_such]",
        ),
        (
            "/_search?no_such=1&nor_this=2&q=x",
            "request [/_search] contains unrecognized parameters: [no_such], [nor_this]",
        ),
    ] {
        let answer = client.raw(Method::GET, path, ()).await.unwrap();
        let json: Value = answer.json().unwrap();
        assert_eq!(json["error"]["reason"], reason);
    }
}

#[tokio::test]
async fn routing_is_kept_with_a_document_of_one_shard() {
    let domain = Domain::start().await;
    let client = domain.client();
    let write = async |path: &str| {
        let answer = client.raw(Method::PUT, path, "{}").await.unwrap();
        answer.status.as_u16()
    };
    assert_eq!(write("/one/_doc/1?routing=a").await, 201);
    let answer = client.raw(Method::GET, "/one/_doc/1", ()).await.unwrap();
    let json: Value = answer.json().unwrap();
    assert_eq!(json["_routing"], "a");
    let settings = json!({ "settings": { "number_of_shards": 2 } });
    client.raw(Method::PUT, "/two", settings).await.unwrap();
    assert_eq!(write("/two/_doc/1?routing=a").await, 400);
}

#[tokio::test]
async fn gzip_is_accepted_and_sent() {
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
