use std::error::Error as _;

use proptest::prelude::*;
use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::*;
use crate::opensearch::call::Call;
use crate::opensearch::error::ErrorKind;
use crate::opensearch::fixtures::{captured_as, decoded, line, refused, response};
use crate::opensearch::wire::json;

#[derive(Debug, Deserialize)]
struct Movie {
    title: String,
}

fn search() -> Search<Movie> {
    Search::new("movies")
}

#[test]
fn requests_are_as_the_reference_has_them() {
    let sort = json!([1995, "1"]);
    for (request, expected) in [
        (line(search()), "POST /movies/_search {}"),
        (
            line(Search::<Movie>::new("logs-*,-logs-old")),
            "POST /logs-*,-logs-old/_search {}",
        ),
        (line(Search::<Movie>::all_indices()), "POST /_search {}"),
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
            r#"POST /movies/_search {"search_after":[1995,"1"],"sort":[{"year":"desc"}]}"#,
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
                    .body_param("collapse", json!({"field": "genre"})),
            ),
            r#"POST /movies/_search {"aggregations":{"a":{}},"collapse":{"field":"genre"}}"#,
        ),
        (
            line(Scroll::<Movie>::new("s1", "1m")),
            r#"POST /_search/scroll {"scroll":"1m","scroll_id":"s1"}"#,
        ),
        (
            line(Scroll::<Movie>::new("s1", "1m").body_param("scroll", "2m")),
            r#"POST /_search/scroll {"scroll":"2m","scroll_id":"s1"}"#,
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
fn search_after_sends_back_the_sort_values_of_a_hit() {
    decoded("search_sorted.json", search, |found| {
        assert!(found.total.is_none());
        let sort = &found.hits[1].sort;
        assert!(!sort.is_empty());
        let sent = line(search().search_after(sort.clone()));
        let json = serde_json::to_string(sort).unwrap();
        let expected = format!(r#"POST /movies/_search {{"search_after":{json}}}"#);
        assert_eq!(sent, expected);
    });
    decoded("search.json", search, |found| {
        assert!(found.hits[0].sort.is_empty());
    });
}

/// The body of a response with one hit, sorted by these values.
fn sorted_by(sort: &str) -> String {
    format!(r#"{{"hits":{{"hits":[{{"_source":{{"title":"x"}},"sort":{sort}}}]}}}}"#)
}

proptest! {
    #[test]
    fn a_sort_value_that_is_sent_back_is_the_number_that_came(
        float in proptest::num::f64::NORMAL,
        single in proptest::num::f32::NORMAL,
        long in any::<i64>(),
        unsigned in any::<u64>(),
    ) {
        let sort = format!("[{float:?},{single:?},{long},{unsigned},\"a\",null,true]");
        // Directly, and after serde has buffered the response.
        let direct: Hits<Movie> = json::from_slice(sorted_by(&sort).as_bytes()).unwrap();
        let Either::Read(buffered) = serde_json::from_str(&sorted_by(&sort)).unwrap() else {
            panic!("serde cannot buffer {sort}");
        };
        for found in [direct, buffered] {
            let hit = found.hits.into_iter().next().unwrap();
            let request = search().search_after(hit.sort).request().unwrap();
            let body = String::from_utf8(request.body().as_bytes().to_vec()).unwrap();
            let values = body.strip_prefix("{\"search_after\":[").unwrap();
            let values: Vec<_> = values.strip_suffix("]}").unwrap().split(',').collect();
            prop_assert_eq!(values[0].parse::<f64>().unwrap(), float);
            prop_assert_eq!(values[1].parse::<f32>().unwrap(), single);
            prop_assert_eq!(values[2].parse::<i64>().unwrap(), long);
            prop_assert_eq!(values[3].parse::<u64>().unwrap(), unsigned);
            prop_assert_eq!(&values[4..], &["\"a\"", "null", "true"]);
        }
    }
}

#[test]
fn hits_without_sources_are_read_into_a_type_that_needs_none() {
    fn check<T: DeserializeOwned>(is_empty: impl Fn(&T) -> bool) {
        let search = || Search::<T>::new("movies");
        decoded("search_highlight.json", search, |found| {
            let hit = &found.hits[0];
            assert!(is_empty(&hit.source));
            assert_eq!(hit.highlight["title"], ["<em>Heat</em>"]);
            assert_eq!(hit.fields["year"][0], 1995);
            assert_eq!(
                (hit.version, hit.seq_no, hit.primary_term),
                (Some(2), Some(12), Some(1))
            );
        });
    }
    check::<()>(|()| true);
    check::<IgnoredAny>(|_| true);
    check::<Value>(Value::is_null);
    check::<Option<Movie>>(Option::is_none);
    for response in captured_as("search_highlight.json") {
        let error = search().decode(response.1).unwrap_err();
        let cause = error.source().unwrap().to_string();
        assert!(cause.contains("a hit has no `_source`"), "{cause}");
    }
}

#[test]
fn a_total_is_read_in_each_form_that_a_parameter_gives_it() {
    let total = |value, relation| Some(Total { value, relation });
    for (json, expected) in [
        (r#"{"value":3,"relation":"eq"}"#, total(3, Relation::Eq)),
        (r#"{"value":3,"relation":"gte"}"#, total(3, Relation::Gte)),
        // `rest_total_hits_as_int`
        ("3", total(3, Relation::Eq)),
        ("0", total(0, Relation::Eq)),
        ("-1", None),
        ("null", None),
        // `filter_path=hits.total.value`: it is unknown whether the count is exact.
        (r#"{"value":3}"#, total(3, Relation::Gte)),
    ] {
        let body = format!(r#"{{"hits":{{"total":{json},"hits":[]}}}}"#);
        let found = search().decode(response(200, body)).unwrap();
        assert_eq!(found.total, expected, "{json}");
    }
}

#[test]
fn captured_totals_are_read_whatever_parameter_changed_them() {
    for (file, expected) in [
        ("search_total_as_int.json", Some(Relation::Eq)),
        ("search_total_not_counted.json", None),
        ("search_filtered.json", Some(Relation::Gte)),
    ] {
        decoded(file, Search::<IgnoredAny>::all_indices, |found| {
            assert_eq!(found.total.map(|total| total.relation), expected, "{file}");
        });
    }
    let filtered = || search().query_param("filter_path", "hits.hits._id");
    decoded("search_filtered_empty.json", filtered, |found| {
        assert!(found.hits.is_empty());
    });
}

#[test]
fn a_filtered_response_to_a_search_has_defaults_for_what_it_lacks() {
    let filtered = || search().query_param("filter_path", "took");
    for body in [
        r#"{"hits":{"total":3,"hits":[]}}"#,
        r#"{"hits":{"total":{"value":0,"relation":"eq"}}}"#,
        r#"{"hits":{}}"#,
        r#"{"hits":{"hits":[{"_source":{"title":"x"}}]}}"#,
        r#"{"took":null,"_shards":null,"hits":{"hits":null}}"#,
    ] {
        search().decode(response(200, body)).unwrap();
        filtered().decode(response(200, body)).unwrap();
    }
    // With all parts filtered out, nothing is left. Without a filter, this is no response to a search.
    for body in [
        "{}",
        r#"{"took":3}"#,
        r#"{"aggregations":{"a":{"value":1}}}"#,
    ] {
        let found = filtered().decode(response(200, body)).unwrap();
        assert!(found.hits.is_empty() && found.total.is_none());
        let scroll = Scroll::<Movie>::new("s", "1m").query_param("filter_path", "took");
        assert!(scroll.decode(response(200, body)).is_ok());
        assert!(search().decode(response(200, body)).is_err());
    }
}

#[test]
fn an_error_names_the_parameter_that_changed_the_response() {
    let body = r#"{"hits":{"hits":[{"_id":"1"}]}}"#;
    let cause = |search: Search<Movie>| {
        let error = search.decode(response(200, body)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode);
        error.source().unwrap().to_string()
    };
    let filtered = search().query_param("filter_path", "hits.hits._id");
    let line = cause(filtered.query_param("_source", "false"));
    assert!(line.contains("a hit has no `_source`"), "{line}");
    assert!(
        line.ends_with("the request set `filter_path` and `_source`, which changes the response")
    );
    assert!(!cause(search().query_param("preference", "_local")).contains("the request set"));

    let count = Count::new("movies").query_param("filter_path", "_shards");
    let error = count
        .decode(response(200, r#"{"_shards":{}}"#))
        .unwrap_err();
    let line = error.source().unwrap().to_string();
    assert!(
        line.contains("missing field `count`") && line.contains("`filter_path`"),
        "{line}"
    );
}

#[test]
fn what_a_response_has_beyond_the_fields_is_kept() {
    let body = r#"{
        "took": 1, "timed_out": false, "terminated_early": true, "num_reduce_phases": 2,
        "_shards": {"total": 1, "successful": 1, "skipped": 0, "failed": 0},
        "hits": {"total": {"value": 1, "relation": "eq"}, "max_score": 1.5, "future": [1], "hits": [{
            "_index": "movies", "_id": "1", "_score": 1.5, "_routing": "r", "_source": {"title": "Heat"},
            "_ignored": ["year"], "matched_queries": ["old"], "_explanation": {"value": 1.5},
            "inner_hits": {"actors": {"hits": {"total": {"value": 1, "relation": "eq"}, "max_score": null,
                "hits": [{"_index": "movies", "_id": "1", "_nested": {"field": "actors", "offset": 0},
                    "_score": null, "_source": {"title": "Al"}, "sort": [3]}]}}}}]},
        "suggest": {"s": [{"text": "haet", "offset": 0, "length": 4, "options": []}]},
        "profile": {"shards": []}
    }"#;
    let found = search().decode(response(200, body)).unwrap();
    let hit = &found.hits[0];
    assert_eq!((hit.score, hit.routing.as_deref()), (Some(1.5), Some("r")));
    assert_eq!(hit.other["_ignored"], json!(["year"]));
    assert_eq!(hit.other["matched_queries"], json!(["old"]));
    assert_eq!(hit.other["_explanation"]["value"], 1.5);
    assert_eq!(hit.other.as_object().unwrap().len(), 4);
    let actors: Hits<Movie> = Hits::deserialize(&hit.other["inner_hits"]["actors"]).unwrap();
    assert_eq!(actors.hits[0].source.title, "Al");
    assert_eq!(actors.hits[0].other["_nested"]["field"], "actors");
    assert_eq!(actors.hits[0].sort, [3]);

    assert_eq!(found.other["suggest"]["s"][0]["text"], "haet");
    assert_eq!(found.other["profile"], json!({"shards": []}));
    assert_eq!(found.other["terminated_early"], true);
    assert_eq!(found.other["hits"], json!({"future": [1]}));
    assert_eq!(found.other.as_object().unwrap().len(), 5);
    decoded(
        "search_other_parts.json",
        Search::<Value>::all_indices,
        |found| {
            assert_eq!(
                found.other["suggest"]["spelling"][0]["options"][0]["text"],
                "needle"
            );
            assert!(found.other["profile"]["shards"].is_array());
            let hit = &found.hits[0];
            assert_eq!(hit.other["matched_queries"][0], "text");
            assert_eq!(hit.other["_ignored"][0], "number");
            let actors: Hits<Value> =
                Hits::deserialize(&hit.other["inner_hits"]["actors"]).unwrap();
            assert_eq!(actors.hits[0].source["name"], "Sam");
        },
    );
    // What is not there is no panic.
    assert!(found.hits[0].other["no_such_field"].is_null());
    decoded("search_empty.json", search, |found| {
        assert!(found.other["suggest"].is_null())
    });
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Either<T> {
    Read(T),
    Failed { error: Value, status: u16 },
}

#[test]
fn an_untagged_enum_tells_hits_from_an_error() {
    let sorted = r#"{"hits":{"max_score":1.25,"hits":[{"_id":"1","_score":1.25,"_source":1,"sort":[3,1.5]}]}}"#;
    match serde_json::from_str(sorted).unwrap() {
        Either::<Hits<Value>>::Read(found) => {
            assert_eq!(
                (found.max_score, found.hits[0].score),
                (Some(1.25), Some(1.25))
            );
            assert_eq!(found.hits[0].sort, [json!(3), json!(1.5)]);
        }
        Either::Failed { error, status } => panic!("{status} {error}"),
    }
    let failed = r#"{"error":{"type":"index_not_found_exception"},"status":404}"#;
    let failed = serde_json::from_str::<Either<Hits<Value>>>(failed).unwrap();
    assert!(matches!(failed, Either::Failed { status: 404, .. }));
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
    let answer = response(404, body);
    assert_eq!(ClearScroll::new(["s"]).decode(answer).unwrap().num_freed, 0);
}

#[test]
fn a_highlight_cut_inside_an_emoji_leaves_the_page_readable() {
    decoded(
        "search_half_surrogate.txt",
        Search::<()>::all_indices,
        |found| {
            assert_eq!(
                found.hits[0].highlight["text"],
                ["🎬🎬 <em>haystack</em> 🎬🎬\u{fffd}"]
            );
        },
    );
    let source = r#"{ "title":"\ud83d" }"#;
    let body = format!(
        r#"{{"hits":{{"hits":[{{"_id":"1","_source":{source},"highlight":{{"t":["\udfac <em>needle</em> \ud83c"]}}}}]}}}}"#
    );
    let answer = response(200, body);
    let found = search().decode(answer.clone()).unwrap();
    assert_eq!(found.hits[0].source.title, "\u{fffd}");
    assert_eq!(
        found.hits[0].highlight["t"],
        ["\u{fffd} <em>needle</em> \u{fffd}"]
    );
    let found = Search::<Box<RawValue>>::new("movies")
        .decode(answer)
        .unwrap();
    assert_eq!(found.hits[0].source.get(), source);
}

#[test]
fn an_error_whose_reason_is_cut_inside_an_emoji_keeps_its_type() {
    let body =
        r#"{"error":{"type":"mapper_parsing_exception","reason":"cut \ud83d"},"status":400}"#;
    let answer = response(400, body);
    let error = search().decode(answer).unwrap_err();
    assert_eq!(error.error_type(), Some("mapper_parsing_exception"));
    assert_eq!(error.reason(), Some("cut \u{fffd}"));
}

#[test]
fn a_filtered_response_does_not_make_a_clean_up_fail() {
    let clear = ClearScroll::new(["s"]).query_param("filter_path", "num_freed");
    let cleared = clear.decode(response(200, r#"{"num_freed":1}"#)).unwrap();
    assert_eq!((cleared.succeeded, cleared.num_freed), (true, 1));
    let delete = DeletePit::new(["p"]).query_param("filter_path", "pits.pit_id");
    let deleted = delete.decode(response(200, r#"{"pits":[{"pit_id":"p"}]}"#));
    assert!(deleted.unwrap().pits[0].successful);
    assert!(delete.decode(response(200, "{}")).unwrap().pits.is_empty());
    // A status that is no success, and no word on what happened.
    let failed = r#"{"pits":[{"pit_id":"p"}]}"#;
    assert!(delete.decode(response(404, failed)).is_err());
    assert!(ClearScroll::new(["s"]).decode(response(404, "{}")).is_err());
}

#[test]
fn a_multi_search_has_two_lines_for_each_search() {
    let movies = Search::<Value>::new("movies,-old")
        .q("title:alien AND x")
        .routing("1")
        .size(3);
    let pit = Search::<Value>::new("movies")
        .pit("id", "1m")
        .ignore_unavailable(true);
    let all = Search::<Value>::all_indices()
        .q("a")
        .query_param("default_operator", "AND");
    let many = Msearch::new()
        .search(&movies)
        .search(&pit)
        .search(&all)
        .max_concurrent_searches(2);
    assert_eq!(
        line(many),
        r#"POST /_msearch?max_concurrent_searches=2 {"index":"movies,-old","routing":"1"}
{"query":{"query_string":{"query":"title:alien AND x"}},"size":3}
{"ignore_unavailable":"true"}
{"pit":{"id":"id","keep_alive":"1m"}}
{}
{"query":{"query_string":{"default_operator":"AND","query":"a"}}}"#
    );
    let scroll = Search::<Value>::new("movies").scroll("1m");
    for (invalid, expected) in [
        (Msearch::new(), "no search"),
        (Msearch::new().search(&scroll), "`scroll`"),
    ] {
        let error = invalid.request().unwrap_err();
        assert!(error.to_string().contains(expected), "{error}");
    }
}

#[test]
fn each_of_many_searches_has_hits_or_an_error() {
    let body = r#"{"took":3,"responses":[{"hits":{"hits":[{"_id":"1","_source":7}]},"status":200},
        {"error":{"type":"index_not_found_exception","reason":"no such index [x]"},"status":404}]}"#;
    let found = Msearch::new().decode(response(200, body)).unwrap();
    assert_eq!(found.hits::<u8>(0).unwrap().hits[0].source, 7);
    assert_eq!(
        found.hits::<String>(0).unwrap_err().kind(),
        ErrorKind::Decode
    );
    let error = found.hits::<u8>(1).unwrap_err();
    assert_eq!(
        (error.kind(), error.status().unwrap().as_u16()),
        (ErrorKind::NotFound, 404)
    );
    assert!(found.hits::<u8>(2).is_err());
}

#[test]
fn what_cannot_be_serialised_is_an_error_of_the_call() {
    struct Fails;
    impl serde::Serialize for Fails {
        fn serialize<S: serde::Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
            Err(serde::ser::Error::custom("no such field"))
        }
    }
    let search = Search::<Value>::new("movies").query(Fails);
    for error in [
        search.request().unwrap_err(),
        Msearch::new().search(&search).request().unwrap_err(),
    ] {
        assert_eq!(error.kind(), ErrorKind::InvalidRequest);
        assert!(error.to_string().contains("`query`"), "{error}");
    }
}

#[test]
fn aggregations_are_read_as_types() {
    use super::aggregation::{SingleValue, Terms};

    let search = || Search::<Value>::new("movies");
    decoded("search_aggregations.json", search, |found| {
        let genres: Terms = found.aggregation("genres").unwrap();
        let newest: SingleValue = genres.buckets[0].aggregation("newest").unwrap();
        assert!(newest.value.unwrap() > 1900.0);
        assert!(genres.buckets[0].aggregations.names().eq(["newest"]));
        let error = found.aggregation::<Terms>("other").unwrap_err();
        assert!(
            error.to_string().contains("`other`; it has genres"),
            "{error}"
        );
    });
}

#[test]
fn each_search_of_many_has_hits_or_an_error_of_its_own() {
    let many = || Msearch::new().search(&search());
    decoded("msearch.json", many, |found| {
        assert_eq!(found.responses.len(), 3);
        assert_eq!(found.hits::<Movie>(0).unwrap().hits[0].source.title, "Heat");
        let missing = found.hits::<Movie>(1).unwrap_err();
        assert_eq!(missing.kind(), ErrorKind::NotFound);
        let wrong = found.hits::<Movie>(2).unwrap_err();
        assert!(wrong.to_string().contains("not a number"), "{wrong}");
        let none = found.hits::<Movie>(3).unwrap_err();
        assert_eq!(none.kind(), ErrorKind::InvalidRequest);
    });
}

#[test]
fn hits_without_source_have_fields_highlights_and_inner_hits() {
    #[derive(Deserialize)]
    struct Actor {
        name: String,
    }
    decoded(
        "search_without_source.json",
        || Search::<()>::new("shelf"),
        |found| {
            let hit = &found.hits[0];
            assert_eq!(hit.field::<u16>("year").unwrap(), [1979]);
            assert_eq!(hit.highlight["title"], ["<em>Alien</em>"]);
            let actors = hit.inner_hits::<Actor>("actors").unwrap();
            assert_eq!(actors.hits[0].source.name, "Weaver");
        },
    );
    // A type that needs a source is an error that says what to do.
    for (_, response) in captured_as("search_without_source.json") {
        let error = search().decode(response).unwrap_err();
        assert!(format!("{error:?}").contains("Hits<()>"), "{error:?}");
    }
}

#[test]
fn a_part_that_cannot_be_serialised_is_an_error_before_anything_is_sent() {
    struct Broken;
    impl serde::Serialize for Broken {
        fn serialize<S: serde::Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
            Err(serde::ser::Error::custom("broken"))
        }
    }
    let requests = [
        search().query(Broken).request(),
        search().aggregations(Broken).request(),
        search().body(Broken).request(),
        search().body("text").request(),
        Count::new("movies").query(Broken).request(),
        Msearch::new().search(&search().sort(Broken)).request(),
    ];
    for request in requests {
        let error = request.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidRequest);
        let line = error.to_string();
        assert!(
            line.contains("broken") || line.contains("not a JSON object"),
            "{line}"
        );
    }
}

#[test]
fn a_whole_body_replaces_the_parts_that_it_has() {
    let body = json!({"size": 0, "aggs": {"a": {}}});
    let call = search().size(7).from(1).body(body);
    let expected = r#"POST /movies/_search {"aggs":{"a":{}},"from":1,"size":0}"#;
    assert_eq!(line(call), expected);
}
