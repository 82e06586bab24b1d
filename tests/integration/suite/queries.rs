//! Queries, sorting, aggregations and conditional writes, as raw requests. Both backends must give
//! the same responses.

use http::Method;
use serde_json::{Value, json};
use sigtower::opensearch::{Client, Target};
use sigtower::testing::{Domain, DomainBuilder};

use super::movies;

pub(super) async fn query_strings_find_the_documents_they_describe(domain: DomainBuilder) {
    let library = Library::new(domain).await;
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
        let path = format!("/films/_search?q={query}");
        let (_, found) = library.ask(Method::GET, &path, "").await;
        assert_eq!(found_ids(&found), ids, "{q}");
    }
}

pub(super) async fn queries_find_the_documents_they_describe(domain: DomainBuilder) {
    let library = Library::new(domain).await;
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
            json!({"multi_match": {"query": "heat crime", "fields": ["title", "genre"]}}),
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
        let (_, found) = library.ask(Method::POST, "/films/_search", &body).await;
        assert_eq!(found_ids(&found), ids, "{query}");
        let (_, count) = library.ask(Method::POST, "/films/_count", &body).await;
        assert_eq!(count["count"], found["hits"]["total"]["value"], "{query}");
    }
}

pub(super) async fn hits_are_sorted_paged_and_aggregated(domain: DomainBuilder) {
    let library = Library::new(domain).await;
    let search = async |body: Value| {
        let body = body.to_string();
        library.ask(Method::POST, "/films/_search", &body).await.1
    };
    let sorted = search(json!({"sort": [{"year": "desc"}], "size": 2, "from": 1})).await;
    assert_eq!(ordered_ids(&sorted), "3 1");
    let missing = search(json!({"sort": ["rating", {"year": "asc"}]})).await;
    assert_eq!(ordered_ids(&missing), "1 2 3 4");
    let after = search(json!({"sort": ["year"], "search_after": [1994]})).await;
    assert_eq!(ordered_ids(&after), "3 4");
    let path = "/films/_search?sort=year:desc&size=1";
    let (_, page) = library.ask(Method::GET, path, "").await;
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

pub(super) async fn writes_keep_their_conditions(domain: DomainBuilder) {
    let library = Library::new(domain).await;
    let doc = "/films/_doc/new";
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
            format!("{doc}?if_seq_no=5&if_primary_term=1"),
            "{}",
            200,
        ),
        (
            Method::PUT,
            format!("{doc}?if_seq_no=5&if_primary_term=1"),
            "{}",
            409,
        ),
        (Method::PUT, format!("{doc}?if_seq_no=1"), "{}", 400),
        (Method::PUT, format!("{doc}?op_type=create"), "{}", 409),
        (Method::PUT, format!("{doc}?op_type=other"), "{}", 400),
        (Method::PUT, format!("{doc}?refresh=soon"), "{}", 400),
        (
            Method::POST,
            "/films/_update/new".into(),
            r#"{"script":"x"}"#,
            400,
        ),
        (
            Method::POST,
            "/films/_update/new".into(),
            r#"{"doc":{"a":{"b":1}}}"#,
            200,
        ),
        (
            Method::POST,
            "/films/_update/new".into(),
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
            "/films-strict".into(),
            r#"{"mappings":{"dynamic":"strict"}}"#,
            200,
        ),
        (
            Method::PUT,
            "/films-strict/_doc/1".into(),
            r#"{"new":1}"#,
            400,
        ),
        (
            Method::PUT,
            "/films-odd".into(),
            r#"{"mappings":{"properties":7}}"#,
            400,
        ),
        (
            Method::PUT,
            "/films-odd".into(),
            r#"{"mappings":{"properties":{"a":{"type":"nosuch"}}}}"#,
            400,
        ),
        (Method::PUT, "/films-odd".into(), r#"{"mapings":{}}"#, 400),
        (Method::DELETE, "/films,films-strict".into(), "", 200),
        (Method::HEAD, "/films".into(), "", 404),
    ] {
        let answer = library.ask(method.clone(), &path, body).await;
        assert_eq!(answer.0, status, "{method} {path} {body}: {}", answer.1);
    }
}

/// A domain with four films.
struct Library {
    _domain: Domain,
    client: Client,
    index: String,
}

impl Library {
    async fn new(domain: DomainBuilder) -> Self {
        let domain = domain.start().await;
        let client = domain.client();
        let index = format!("films-{}", movies(&client).await);
        let library = Self {
            _domain: domain,
            client,
            index,
        };
        let mappings = json!({"mappings": {"properties": {
            "title": {"type": "text"}, "genre": {"type": "keyword"},
            "year": {"type": "integer"}, "rating": {"type": "float"},
        }}});
        let made = library
            .ask(Method::PUT, "/films", &mappings.to_string())
            .await;
        assert_eq!(made.0, 200, "{}", made.1);
        for (number, film) in (1..).zip(films()) {
            let refresh = library.client.target() != Target::Collection;
            let path = format!("/films/_doc/{number}?refresh={refresh}");
            let written = library.ask(Method::PUT, &path, &film.to_string()).await;
            assert_eq!(written.0, 201, "{}", written.1);
        }
        library
    }

    /// Sends a request, with the name of the index in place of `films`.
    async fn ask(&self, method: Method, path: &str, body: &str) -> (u16, Value) {
        let path = path.replace("films", &self.index);
        let answer = self
            .client
            .raw(method, path, body.to_owned())
            .await
            .unwrap();
        let json = serde_json::from_slice(&answer.body).unwrap_or_default();
        (answer.status.as_u16(), json)
    }
}

fn films() -> [Value; 4] {
    [
        json!({"title": "The Shawshank Redemption", "genre": "drama", "year": 1994, "rating": 9.3}),
        json!({"title": "The Godfather", "genre": "crime", "year": 1972, "cast": [{"name": "Pacino"}]}),
        json!({
            "title": "Heat", "genre": "crime", "year": 1995,
            "cast": [{"name": "Pacino"}, {"name": "De Niro"}],
        }),
        json!({"title": "Ronin", "genre": "crime", "year": 1998, "studio": "Orion"}),
    ]
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
