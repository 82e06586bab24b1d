//! Aggregations of each type that the crate reads.

use serde_json::{Value, json};
use sigtower::opensearch::search::Search;
use sigtower::opensearch::search::aggregation::{
    Cardinality, Composite, DateHistogram, Filters, Histogram, Nested, Percentiles, Range,
    SingleValue, Stats, Terms, TopHits,
};
use sigtower::opensearch::{ErrorKind, Refresh, bulk, index};
use sigtower::testing::DomainBuilder;

use super::{Movie, movie, movies};

pub(super) async fn aggregations_of_each_kind_are_typed(domain: DomainBuilder) {
    let domain = domain.start().await;
    let client = domain.client();
    let name = movies(&client).await;
    let mapping = index::PutMapping::new(&name);
    let mapping =
        mapping.properties(json!({"seen": {"type": "date"}, "actors": {"type": "nested"}}));
    client.send(mapping).await.unwrap();
    let mut bulk = bulk::Bulk::new(&name).refresh(Refresh::True);
    for (title, year, seen, actor) in [
        ("Alien", 1979, "2024-01-05", "Weaver"),
        ("Heat", 1995, "2024-01-20", "De Niro"),
        ("Ronin", 1998, "2024-03-01", "De Niro"),
    ] {
        bulk.index(
            json!({"title": title, "year": year, "seen": seen, "actors": [{"name": actor}]}),
        );
    }
    for outcome in client.send(bulk).await.unwrap() {
        outcome.unwrap();
    }
    for typed_keys in [false, true] {
        let search = Search::<Value>::new(&name).size(0).aggregations(json!({
            "titles": {"terms": {"field": "title"}, "aggs": {"best": {"top_hits": {"size": 1}}}},
            "months": {"date_histogram": {"field": "seen", "calendar_interval": "month"}, "aggs": {"latest": {"max": {"field": "year"}}}},
            "decades": {"histogram": {"field": "year", "interval": 10}},
            "eras": {"range": {"field": "year", "ranges": [{"to": 1990}, {"from": 1990, "key": "new"}]}},
            "some": {"filters": {"filters": {"old": {"range": {"year": {"lt": 1990}}}, "none": {"term": {"title": "x"}}}}},
            "list": {"filters": {"filters": [{"match_all": {}}]}},
            "years": {"stats": {"field": "year"}},
            "spread": {"percentiles": {"field": "year", "percents": [50, 100]}},
            "spread_list": {"percentiles": {"field": "year", "keyed": false}},
            "different": {"cardinality": {"field": "year"}},
            "pages": {"composite": {"size": 2, "sources": [{"title": {"terms": {"field": "title"}}}]}},
            "actors": {"nested": {"path": "actors"}, "aggs": {"names": {"terms": {"field": "actors.name.keyword"}}}},
            "mean": {"avg": {"field": "year"}},
            "nothing": {"min": {"field": "missing"}},
        }));
        let search = search.query_param("typed_keys", typed_keys.to_string());
        let found = client.send(search).await.unwrap();
        let titles: Terms = found.aggregation("titles").unwrap();
        assert_eq!((titles.buckets.len(), titles.sum_other_doc_count), (3, 0));
        assert_eq!(titles.buckets[0].name().to_string(), "Alien");
        let best: TopHits<Movie> = titles.buckets[0].aggregation("best").unwrap();
        assert_eq!(best.hits.hits[0].source, movie("Alien", 1979));
        let months: DateHistogram = found.aggregation("months").unwrap();
        assert_eq!(months.buckets.len(), 3);
        assert!(
            months.buckets[0]
                .name()
                .to_string()
                .starts_with("2024-01-01")
        );
        let latest: SingleValue = months.buckets[0].aggregation("latest").unwrap();
        assert_eq!(latest.value, Some(1995.0));
        let decades: Histogram = found.aggregation("decades").unwrap();
        assert_eq!(decades.buckets[0].key, json!(1970.0));
        let eras: Range = found.aggregation("eras").unwrap();
        assert_eq!(
            (eras.buckets[0].to, eras.buckets[0].doc_count),
            (Some(1990.0), 1)
        );
        assert_eq!(
            (eras.buckets[1].key.as_str(), eras.buckets[1].doc_count),
            (Some("new"), 2)
        );
        let some: Filters = found.aggregation("some").unwrap();
        let old = some
            .buckets
            .iter()
            .find(|bucket| bucket.key == "old")
            .unwrap();
        assert_eq!(old.doc_count, 1);
        assert_eq!(
            found.aggregation::<Filters>("list").unwrap().buckets[0].doc_count,
            3
        );
        let years: Stats = found.aggregation("years").unwrap();
        assert_eq!(
            (years.count, years.min, years.max),
            (3, Some(1979.0), Some(1998.0))
        );
        let spread: Percentiles = found.aggregation("spread").unwrap();
        assert_eq!(spread.values[1], (100.0, Some(1998.0)));
        assert_eq!(
            found
                .aggregation::<Percentiles>("spread_list")
                .unwrap()
                .values
                .len(),
            7
        );
        assert_eq!(
            found.aggregation::<Cardinality>("different").unwrap().value,
            3
        );
        let pages: Composite = found.aggregation("pages").unwrap();
        assert_eq!(
            (pages.buckets[0].key["title"].as_str(), pages.buckets.len()),
            (Some("Alien"), 2)
        );
        assert_eq!(pages.after_key["title"], "Heat");
        let actors: Nested = found.aggregation("actors").unwrap();
        assert_eq!(actors.doc_count(), 3);
        let names: Terms = actors.aggregation("names").unwrap();
        assert_eq!(
            (
                names.buckets[0].name().to_string(),
                names.buckets[0].doc_count
            ),
            ("De Niro".into(), 2)
        );
        assert!(
            found
                .aggregation::<SingleValue>("mean")
                .unwrap()
                .value
                .unwrap()
                > 1990.0
        );
        assert_eq!(
            found.aggregation::<SingleValue>("nothing").unwrap().value,
            None
        );
        let error = found.aggregation::<Terms>("no_such").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode);
        assert!(error.to_string().contains("`no_such`"), "{error}");
        assert!(found.aggregation::<Terms>("years").is_err());
    }
}
