use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use serde_json::json;
use serde_json::value::{RawValue, to_raw_value};

use super::*;
use crate::opensearch::call::Call;
use crate::opensearch::error::ErrorKind;
use crate::opensearch::fixtures::{decoded, line, refused};
use crate::opensearch::response::Response;

#[derive(Debug, Deserialize)]
struct Movie {
    title: String,
}

fn search() -> Search<Movie> {
    Search::new("movies")
}

#[test]
fn requests_are_as_the_reference_has_them() {
    let sort = to_raw_value(&json!([1995, "1"])).unwrap();
    for (request, expected) in [
        (line(search()), "POST /movies/_search {}"),
        (
            line(Search::<Movie>::new("logs-*,-logs-old")),
            "POST /logs-*,-logs-old/_search {}",
        ),
        (
            line(search().q("title:a+b & c").size(10)),
            r#"POST /movies/_search?q=title%3Aa%2Bb%20%26%20c {"size":10}"#,
        ),
        (
            line(
                search()
                    .query(json!({"match_all": {}}))
                    .from(20)
                    .sort("year")
                    .source(false),
            ),
            r#"POST /movies/_search {"_source":false,"from":20,"query":{"match_all":{}},"sort":"year"}"#,
        ),
        (
            line(search().sort(json!([{"year": "desc"}])).search_after(sort)),
            r#"POST /movies/_search {"sort":[{"year":"desc"}],"search_after":[1995,"1"]}"#,
        ),
        (
            line(search().pit("p=", "1m").track_total_hits(false)),
            r#"POST /_search {"pit":{"id":"p=","keep_alive":"1m"},"track_total_hits":false}"#,
        ),
        (
            line(
                search()
                    .scroll("1m")
                    .routing("r")
                    .query_param("preference", "_local"),
            ),
            "POST /movies/_search?scroll=1m&routing=r&preference=_local {}",
        ),
        (
            line(
                search()
                    .aggregations(json!({"a": {}}))
                    .body("collapse", json!({"field": "genre"})),
            ),
            r#"POST /movies/_search {"aggregations":{"a":{}},"collapse":{"field":"genre"}}"#,
        ),
        (
            line(Scroll::<Movie>::new("s1", "1m")),
            r#"POST /_search/scroll {"scroll":"1m","scroll_id":"s1"}"#,
        ),
        (
            line(ClearScroll::new(["s1", "s2"])),
            r#"DELETE /_search/scroll {"scroll_id":["s1","s2"]}"#,
        ),
        (
            line(CreatePit::new("movies", "5m")),
            "POST /movies/_search/point_in_time?keep_alive=5m",
        ),
        (
            line(DeletePit::new(["p1"])),
            r#"DELETE /_search/point_in_time {"pit_id":["p1"]}"#,
        ),
    ] {
        assert_eq!(request, expected);
    }
}

#[test]
fn hits_are_typed_by_where_they_go() {
    decoded("search.json", search, |found: Hits<Movie>| {
        assert_eq!(found.hits[0].source.title, "The Shawshank Redemption");
        assert!(found.hits[0].score.is_some() && found.max_score.is_some());
        let total = found.total.unwrap();
        assert_eq!((total.value, total.relation), (1, Relation::Eq));
        assert!(found.aggregations.is_null());
    });
    decoded("search_empty.json", search, |found| {
        assert_eq!(found.hits.len(), 0);
        assert_eq!(found.max_score, None);
    });
}

#[test]
fn aggregations_are_looked_up_as_json() {
    decoded("search_aggregations.json", search, |found| {
        let buckets = &found.aggregations["genres"]["buckets"];
        assert!(buckets[0]["key"].is_string(), "{buckets}");
        assert!(buckets[0]["doc_count"].as_u64() > Some(0), "{buckets}");
    });
}

#[test]
fn sort_values_come_back_to_the_byte() {
    decoded("search_sorted.json", search, |found| {
        assert!(found.total.is_none());
        let sort = found.hits[1].sort.clone().unwrap();
        let sent = search().search_after(sort.clone()).request().unwrap();
        let sent = String::from_utf8_lossy(sent.body().as_bytes()).into_owned();
        assert_eq!(sent, format!(r#"{{"search_after":{}}}"#, sort.get()));
    });
    // Read into an `f64` and written again, this would not be the same number.
    let precise = r#"{"hits":{"hits":[{"_source":{"title":"x"},"sort":[1.00000000000000000001,18446744073709551616]}]}}"#;
    let found: Hits<Movie> = serde_json::from_str(precise).unwrap();
    let sort = found.hits[0].sort.as_ref().unwrap();
    assert_eq!(sort.get(), "[1.00000000000000000001,18446744073709551616]");
}

#[test]
fn hits_without_sources_have_an_option_for_one() {
    let search = || Search::<Option<Movie>>::new("movies");
    decoded("search_highlight.json", search, |found| {
        let hit = &found.hits[0];
        assert!(hit.source.is_none());
        assert_eq!(hit.highlight["title"], ["<em>Heat</em>"]);
        assert_eq!(hit.fields["year"][0], 1995);
        assert_eq!(
            (hit.version, hit.seq_no, hit.primary_term),
            (Some(2), Some(12), Some(1))
        );
    });
    let error = serde_json::from_str::<Hits<Movie>>(r#"{"hits":{"hits":[{"_id":"1"}]}}"#);
    assert!(error.unwrap_err().to_string().contains("_source"));
}

#[test]
fn shards_that_failed_are_seen() {
    decoded("search_some_shards_failed.json", search, |found| {
        assert_eq!((found.shards.failed, found.shards.successful), (1, 1));
        assert_eq!(
            found.shards.failures[0]["reason"]["type"],
            "query_shard_exception"
        );
    });
    refused("search_all_shards_failed.json", search, |error| {
        assert_eq!(error.kind(), ErrorKind::BadRequest);
        assert_eq!(error.reason(), Some("all shards failed"));
        let cause = error.cause().unwrap();
        assert!(cause.starts_with("query_shard_exception: "), "{cause}");
    });
}

#[test]
fn a_search_goes_on_by_scroll_or_in_a_point_in_time() {
    let scroll = || Scroll::<Movie>::new("s", "1m");
    decoded("scroll_first.json", search, |found| {
        assert!(found.scroll_id.is_some())
    });
    decoded("scroll_next.json", scroll, |found| {
        assert!(found.scroll_id.is_some())
    });
    decoded(
        "scroll_delete.json",
        || ClearScroll::new(["s"]),
        |cleared| {
            assert!(cleared.succeeded && cleared.num_freed > 0);
        },
    );
    refused("scroll_gone.json", scroll, |error| {
        assert_eq!(error.kind(), ErrorKind::NotFound);
    });
    decoded(
        "pit_create.json",
        || CreatePit::new("movies", "1m"),
        |pit| {
            assert!(!pit.pit_id.is_empty() && pit.creation_time.is_some());
        },
    );
    decoded("pit_search.json", search, |found| {
        assert!(found.pit_id.is_some())
    });
    decoded(
        "pit_delete.json",
        || DeletePit::new(["p"]),
        |deleted| {
            assert!(deleted.pits[0].successful);
        },
    );
    refused("pit_gone.json", search, |error| {
        assert_eq!(error.kind(), ErrorKind::NotFound)
    });
}

#[test]
fn a_scroll_that_has_ended_already_is_cleared() {
    let body = r#"{"succeeded":true,"num_freed":0}"#;
    let response = Response::new(StatusCode::NOT_FOUND, HeaderMap::new(), body);
    assert_eq!(
        ClearScroll::new(["s"]).decode(response).unwrap().num_freed,
        0
    );
}

#[test]
fn a_highlight_cut_inside_an_emoji_leaves_the_page_readable() {
    let source = r#"{ "title":"\ud83d" }"#;
    let body = format!(
        r#"{{"hits":{{"hits":[{{"_id":"1","_source":{source},"highlight":{{"t":["\udfac <em>needle</em> \ud83c"]}}}}]}}}}"#
    );
    let response = Response::new(StatusCode::OK, HeaderMap::new(), body);
    let found = search().decode(response.clone()).unwrap();
    assert_eq!(found.hits[0].source.title, "\u{fffd}");
    assert_eq!(
        found.hits[0].highlight["t"],
        ["\u{fffd} <em>needle</em> \u{fffd}"]
    );
    let found = Search::<Box<RawValue>>::new("movies")
        .decode(response)
        .unwrap();
    assert_eq!(found.hits[0].source.get(), source);
}

#[test]
fn an_error_whose_reason_is_cut_inside_an_emoji_keeps_its_type() {
    let body =
        r#"{"error":{"type":"mapper_parsing_exception","reason":"cut \ud83d"},"status":400}"#;
    let response = Response::new(StatusCode::BAD_REQUEST, HeaderMap::new(), body);
    let error = search().decode(response).unwrap_err();
    assert_eq!(error.error_type(), Some("mapper_parsing_exception"));
    assert_eq!(error.reason(), Some("cut \u{fffd}"));
}
