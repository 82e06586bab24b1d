//! The calls of every day that the in-memory store does not have.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sigtower::opensearch::search::aggregation::{
    Cardinality, Composite, DateHistogram, Filters, Histogram, Nested, Percentiles, Range,
    SingleValue, Stats, Terms, TopHits,
};
use sigtower::opensearch::search::{Hits, Msearch, Search};
use sigtower::opensearch::{
    Client, ErrorKind, Refresh, alias, bulk, cat, cluster, document, index, pipeline, template,
};
use sigtower::testing::DomainBuilder;

use super::{Movie, movie, movies};

/// A new index with three movies.
async fn three_movies(client: &Client) -> String {
    let name = movies(client).await;
    let mut bulk = bulk::Bulk::new(&name).refresh(Refresh::True);
    for (id, title, year) in [
        ("1", "Alien", 1979),
        ("2", "Heat", 1995),
        ("3", "Ronin", 1998),
    ] {
        bulk.index(movie(title, year)).id(id);
    }
    for outcome in client.send(bulk).await.unwrap() {
        outcome.unwrap();
    }
    name
}

pub(super) async fn many_documents_are_read_at_once(domain: DomainBuilder) {
    let domain = domain.start().await;
    let client = domain.client();
    let name = three_movies(&client).await;
    let get = document::Mget::<Movie>::new(&name).ids(["1", "nowhere"]);
    let get = get.of_index("missing-index", "1").routed("2", "a");
    let documents = client.send(get).await.unwrap();
    assert_eq!(
        documents[0].as_ref().unwrap().source,
        Some(movie("Alien", 1979))
    );
    assert!(!documents[1].as_ref().unwrap().found);
    let error = documents[2].as_ref().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert_eq!(error.error_type(), Some("index_not_found_exception"));
    assert!(
        documents[3].as_ref().unwrap().found,
        "one shard has all routing values"
    );
    #[derive(Debug, Deserialize)]
    struct OnlyTitle {
        title: String,
    }
    let get = document::Mget::<OnlyTitle>::new(&name)
        .id("3")
        .source_includes("title");
    let documents = client.send(get).await.unwrap();
    assert_eq!(
        documents[0]
            .as_ref()
            .unwrap()
            .source
            .as_ref()
            .unwrap()
            .title,
        "Ronin"
    );
}

pub(super) async fn many_searches_have_hits_or_an_error_of_their_own(domain: DomainBuilder) {
    let domain = domain.start().await;
    let client = domain.client();
    let name = three_movies(&client).await;
    let typed = Search::<Movie>::new(&name).q("year:>1990").sort("year");
    let plain = Search::<Value>::new(&name)
        .query(json!({"match_all": {}}))
        .size(1);
    let missing = Search::<Value>::new("missing-index");
    let wrong = Search::<Value>::new(&name).query(json!({"term": {"year": "not a number"}}));
    let lenient = Search::<Value>::new("missing-index").ignore_unavailable(true);
    let all = Msearch::new()
        .search(&typed)
        .search(&plain)
        .search(&missing)
        .search(&wrong);
    let found = client.send(all.search(&lenient)).await.unwrap();
    let movies: Hits<Movie> = found.hits(0).unwrap();
    let titles: Vec<_> = movies
        .hits
        .iter()
        .map(|hit| hit.source.title.as_str())
        .collect();
    assert_eq!(titles, ["Heat", "Ronin"]);
    assert_eq!(found.hits::<Value>(1).unwrap().total.unwrap().value, 3);
    let error = found.hits::<Value>(2).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    let error = found.hits::<Value>(3).unwrap_err();
    assert!(error.to_string().contains("not a number"), "{error}");
    assert!(found.hits::<Value>(4).unwrap().hits.is_empty());
}

pub(super) async fn settings_and_mappings_are_read_and_changed(domain: DomainBuilder) {
    let domain = domain.start().await;
    let client = domain.client();
    let name = movies(&client).await;
    let change = index::PutSettings::new(&name, json!({"index": {"refresh_interval": "7s"}}));
    assert!(client.send(change).await.unwrap().acknowledged);
    let settings = client
        .send(index::GetSettings::new(&name).flat_settings(true))
        .await
        .unwrap();
    assert_eq!(settings[&name].settings["index.refresh_interval"], "7s");
    let defaults = index::GetSettings::new(&name).include_defaults(true);
    let settings = client.send(defaults).await.unwrap();
    assert!(settings[&name].defaults["index"].is_object());
    let add = index::PutMapping::new(&name).properties(json!({"genre": {"type": "keyword"}}));
    assert!(client.send(add.timeout("10s")).await.unwrap().acknowledged);
    let described = client.send(index::Get::new(&name)).await.unwrap();
    let index = &described[&name];
    assert_eq!(index.mappings["properties"]["genre"]["type"], "keyword");
    assert_eq!(index.settings["index"]["number_of_shards"], "1");
    let wrong = index::PutMapping::new(&name).properties(json!({"year": {"type": "text"}}));
    assert_eq!(
        client.send(wrong).await.unwrap_err().kind(),
        ErrorKind::BadRequest
    );
}

pub(super) async fn an_index_is_closed_and_opened(domain: DomainBuilder) {
    let domain = domain.start().await;
    let client = domain.client();
    let name = three_movies(&client).await;
    let closed = client.send(index::Close::new(&name)).await.unwrap();
    assert!(closed.acknowledged && closed.indices[&name].closed);
    let error = client.send(Search::<Value>::new(&name)).await.unwrap_err();
    assert_eq!(error.error_type(), Some("index_closed_exception"));
    let opened = client
        .send(index::Open::new(&name).wait_for_active_shards(1))
        .await
        .unwrap();
    assert!(opened.acknowledged && opened.shards_acknowledged);
    let found = client.send(Search::<Movie>::new(&name)).await.unwrap();
    assert_eq!(found.hits.len(), 3);
}

pub(super) async fn an_index_is_created_if_it_is_missing(domain: DomainBuilder) {
    let domain = domain.start().await;
    let client = domain.client();
    let name = format!("{}-new", movies(&client).await);
    let create = index::Create::new(&name).if_missing();
    assert!(!client.send(&create).await.unwrap().existed);
    let again = client.send(&create).await.unwrap();
    assert!(again.existed && again.acknowledged);
    assert_eq!(again.index, name);
    let wrong = index::Create::new("UPPER").if_missing();
    assert_eq!(
        client.send(wrong).await.unwrap_err().kind(),
        ErrorKind::BadRequest
    );
}

pub(super) async fn aliases_move_at_once(domain: DomainBuilder) {
    let domain = domain.start().await;
    let client = domain.client();
    let (old, new) = (three_movies(&client).await, movies(&client).await);
    let name = format!("{old}-alias");
    let recent = json!({"range": {"year": {"gte": 1990}}});
    let add = alias::Action::add(&old, &name)
        .filter(recent.clone())
        .is_write_index(true);
    let add = alias::Update::new().action(add);
    assert!(client.send(add).await.unwrap().acknowledged);
    let found = client.send(Search::<Movie>::new(&name)).await.unwrap();
    assert_eq!(found.hits.len(), 2, "the filter applies");
    let known = client.send(alias::Get::new().name(&name)).await.unwrap();
    let of_old = &known[&old].aliases[&name];
    assert_eq!(
        (
            of_old.is_write_index,
            &of_old.filter["range"]["year"]["gte"]
        ),
        (Some(true), &json!(1990))
    );

    let swap = alias::Update::new().remove(&old, &name).add(&new, &name);
    client.send(swap).await.unwrap();
    let known = client.send(alias::Get::new().name(&name)).await.unwrap();
    assert_eq!(known.keys().collect::<Vec<_>>(), [&new]);
    assert_eq!(
        client.send(alias::Get::new().index(&new)).await.unwrap()[&new]
            .aliases
            .len(),
        1
    );
    let impossible = alias::Update::new()
        .add(&old, "other-alias")
        .remove("missing-index", &name);
    assert_eq!(
        client.send(impossible).await.unwrap_err().kind(),
        ErrorKind::NotFound
    );
    let known = client.send(alias::Get::new().index(&old)).await.unwrap();
    assert!(known[&old].aliases.is_empty(), "all actions or none");
}

pub(super) async fn a_template_shapes_new_indices(domain: DomainBuilder) {
    let domain = domain.start().await;
    let client = domain.client();
    let name = format!("{}-template", movies(&client).await);
    let put = template::Put::new(&name, [format!("{name}-*")])
        .template(json!({"settings": {"number_of_shards": 1, "number_of_replicas": 0}, "aliases": {format!("{name}.all"): {}}}))
        .priority(7);
    assert!(client.send(&put).await.unwrap().acknowledged);
    let again = client.send(put.create(true)).await.unwrap_err();
    assert_eq!(again.kind(), ErrorKind::BadRequest);
    let known = client.send(template::Get::new(&name)).await.unwrap();
    assert_eq!((known.len(), known[0].name.as_str()), (1, name.as_str()));
    assert_eq!(known[0].index_template["priority"], 7);
    let index = format!("{name}-1");
    client.send(index::Create::new(&index)).await.unwrap();
    let described = client.send(index::Get::new(&index)).await.unwrap();
    assert!(
        described[&index]
            .aliases
            .contains_key(&format!("{name}.all"))
    );
    client.send(template::Delete::new(&name)).await.unwrap();
    let gone = client.send(template::Get::new(&name)).await.unwrap_err();
    assert_eq!(gone.kind(), ErrorKind::NotFound);
    let gone = client.send(template::Delete::new(&name)).await.unwrap_err();
    assert_eq!(gone.kind(), ErrorKind::NotFound);
}

pub(super) async fn a_pipeline_is_tried_and_used(domain: DomainBuilder) {
    let domain = domain.start().await;
    let client = domain.client();
    let name = movies(&client).await;
    let id = format!("{name}-pipeline");
    let put = pipeline::Put::new(&id)
        .description("marks what it has seen")
        .processor(json!({"set": {"field": "seen", "value": true}}));
    assert!(client.send(put).await.unwrap().acknowledged);
    let known = client.send(pipeline::Get::new(&id)).await.unwrap();
    assert_eq!(known[&id]["description"], "marks what it has seen");
    let tried = pipeline::Simulate::new(&id).document(json!({"title": "Alien"}));
    let tried = client.send(tried).await.unwrap();
    assert_eq!(
        tried.docs[0].source(),
        Some(&json!({"title": "Alien", "seen": true}))
    );
    let fails = json!({"processors": [{"fail": {"message": "no"}}]});
    let tried = pipeline::Simulate::definition(fails).document(json!({}));
    let tried = client.send(tried).await.unwrap();
    assert_eq!(tried.docs[0].error["reason"], "no");
    assert!(tried.docs[0].source().is_none());
    let write = document::Index::new(&name, json!({"title": "Heat"})).id("1");
    client
        .send(write.query_param("pipeline", &id))
        .await
        .unwrap();
    let stored = client
        .send(document::Get::<Value>::new(&name, "1"))
        .await
        .unwrap();
    assert_eq!(stored.source.unwrap()["seen"], true);
    client.send(pipeline::Delete::new(&id)).await.unwrap();
    assert_eq!(
        client
            .send(pipeline::Get::new(&id))
            .await
            .unwrap_err()
            .kind(),
        ErrorKind::NotFound
    );
    assert!(
        !client
            .send(pipeline::Get::all())
            .await
            .unwrap()
            .contains_key(&id)
    );
}

pub(super) async fn tables_come_as_typed_rows(domain: DomainBuilder) {
    let domain = domain.start().await;
    let client = domain.client();
    let name = three_movies(&client).await;
    let rows = client.send(cat::Indices::new().index(&name)).await.unwrap();
    let [row] = &rows[..] else { panic!("{rows:?}") };
    assert_eq!(
        (row.index.as_str(), row.docs_count),
        (name.as_str(), Some(3))
    );
    assert_eq!(
        (row.health, row.primaries, row.replicas),
        (Some(cluster::Status::Green), Some(1), Some(0))
    );
    assert!(row.store_size.unwrap() > 0 && row.primary_store_size == row.store_size);
    let rows = client.send(cat::Shards::new().index(&name)).await.unwrap();
    let [row] = &rows[..] else { panic!("{rows:?}") };
    assert_eq!(
        (row.shard, row.is_primary, row.state.as_deref()),
        (Some(0), Some(true), Some("STARTED"))
    );
    assert_eq!(row.docs, Some(3));
    let rows = client.send(cat::Nodes::new()).await.unwrap();
    let [row] = &rows[..] else { panic!("{rows:?}") };
    assert!(row.name == client.send(cat::Shards::new().index(&name)).await.unwrap()[0].node);
    assert!(row.disk_total.unwrap() > row.disk_available.unwrap());
    assert!(row.heap_percent.is_some() && row.version.is_some() && row.role.is_some());
    assert_eq!(row.is_cluster_manager, Some(true));
    client.send(index::Close::new(&name)).await.unwrap();
    let rows = client
        .send(cat::Indices::new().index(&name).expand_wildcards("all"))
        .await;
    let row = &rows.unwrap()[0];
    assert_eq!(
        (row.status.as_deref(), row.docs_count),
        (Some("close"), None)
    );
    let missing = client
        .send(cat::Indices::new().index("missing-index"))
        .await
        .unwrap_err();
    assert_eq!(missing.kind(), ErrorKind::NotFound);
}

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

pub(super) async fn hits_have_fields_highlights_and_inner_hits(domain: DomainBuilder) {
    let domain = domain.start().await;
    let client = domain.client();
    let name = movies(&client).await;
    let mapping = json!({"actors": {"type": "nested"}, "plot": {"type": "text"}});
    client
        .send(index::PutMapping::new(&name).properties(mapping))
        .await
        .unwrap();
    let alien = json!({"title": "Alien", "year": 1979, "plot": "A ship answers a call.",
        "actors": [{"name": "Weaver"}, {"name": "Hurt"}]});
    let write = document::Index::new(&name, alien)
        .id("1")
        .refresh(Refresh::True);
    client.send(write).await.unwrap();

    #[derive(Serialize)]
    struct Highlight {
        fields: Value,
    }
    #[derive(Deserialize)]
    struct Actor {
        name: String,
    }
    let search = Search::<()>::new(&name)
        .query(json!({"bool": {"must": [
            {"match": {"plot": "ship"}},
            {"nested": {"path": "actors", "query": {"match": {"actors.name": "hurt"}}, "inner_hits": {}}},
        ]}}))
        .source(false)
        .fields(["year", "title"])
        .highlight(Highlight { fields: json!({"plot": {}}) })
        .preference("_local");
    let found = client.send(search).await.unwrap();
    let hit = &found.hits[0];
    assert_eq!(hit.field::<u16>("year").unwrap(), [1979]);
    assert_eq!(hit.field::<String>("title").unwrap(), ["Alien"]);
    assert!(hit.field::<u16>("missing").unwrap().is_empty());
    assert!(hit.field::<u16>("title").is_err());
    assert_eq!(hit.highlight["plot"], ["A <em>ship</em> answers a call."]);
    let actors: Hits<Actor> = hit.inner_hits("actors").unwrap();
    assert_eq!(actors.hits[0].source.name, "Hurt");
    assert!(hit.inner_hits::<Value>("missing").is_err());
}
