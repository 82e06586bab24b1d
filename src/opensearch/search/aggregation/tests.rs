use serde_json::{Value, json};

use super::*;
use crate::opensearch::error::ErrorKind;
use crate::opensearch::fixtures::decoded;
use crate::opensearch::search::{Hits, Search};

#[test]
fn results_of_each_kind_are_read_with_and_without_typed_keys() {
    for file in [
        "search_aggregations_each.json",
        "search_aggregations_typed_keys.json",
    ] {
        decoded(
            file,
            || Search::<Value>::new("shelf"),
            |found| {
                check_buckets(&found);
                check_metrics(&found);
                let error = found.aggregation::<Terms>("no_such").unwrap_err();
                assert_eq!(error.kind(), ErrorKind::Decode);
                let line = error.to_string();
                assert!(
                    line.contains("`no_such`") && line.contains("titles"),
                    "{line}"
                );
                assert!(
                    found.aggregation::<Terms>("years").is_err(),
                    "of a different form"
                );
            },
        );
    }
}

fn check_buckets(found: &Hits<Value>) {
    let titles: Terms = found.aggregation("titles").unwrap();
    let names: Vec<_> = titles
        .buckets
        .iter()
        .map(|it| it.name().to_string())
        .collect();
    assert_eq!(names, ["Alien", "Heat", "Ronin"]);
    let best: TopHits<Value> = titles.buckets[0].aggregation("best").unwrap();
    assert_eq!(best.hits.hits[0].source["year"], 1979);
    let months: DateHistogram = found.aggregation("months").unwrap();
    let counts: Vec<_> = months.buckets.iter().map(|it| it.doc_count).collect();
    assert_eq!(counts, [2, 0, 1]);
    let latest: SingleValue = months.buckets[0].aggregation("latest").unwrap();
    assert_eq!(latest.value, Some(1995.0));
    let decades: Histogram = found.aggregation("decades").unwrap();
    assert_eq!(
        (&decades.buckets[0].key, decades.buckets.len()),
        (&json!(1970.0), 3)
    );
    let eras: Range = found.aggregation("eras").unwrap();
    let old = eras
        .buckets
        .iter()
        .find(|it| it.to == Some(1990.0))
        .unwrap();
    let new = eras.buckets.iter().find(|it| it.key == "new").unwrap();
    assert_eq!(
        (old.doc_count, new.doc_count, new.from),
        (1, 2, Some(1990.0))
    );
    let some: Filters = found.aggregation("some").unwrap();
    let old = some.buckets.iter().find(|it| it.key == "old").unwrap();
    assert_eq!((old.doc_count, some.buckets.len()), (1, 2));
    let pages: Composite = found.aggregation("pages").unwrap();
    assert_eq!(pages.buckets[1].key["title"], "Heat");
    assert_eq!(pages.after_key, json!({"title": "Heat"}));
    let actors: Nested = found.aggregation("actors").unwrap();
    let names: Terms = actors.aggregation("names").unwrap();
    assert_eq!((actors.doc_count(), names.buckets[0].doc_count), (3, 2));
}

fn check_metrics(found: &Hits<Value>) {
    let years: Stats = found.aggregation("years").unwrap();
    assert_eq!(
        (years.count, years.min, years.max),
        (3, Some(1979.0), Some(1998.0))
    );
    let nothing: Stats = found.aggregation("nothing").unwrap();
    assert_eq!((nothing.count, nothing.min, nothing.sum), (0, None, 0.0));
    let spread: Percentiles = found.aggregation("spread").unwrap();
    assert_eq!(spread.values[1], (100.0, Some(1998.0)));
    let different: Cardinality = found.aggregation("different").unwrap();
    assert_eq!(different.value, 3);
    let mean: SingleValue = found.aggregation("mean").unwrap();
    assert!((1990.0..1991.0).contains(&mean.value.unwrap()));
}
