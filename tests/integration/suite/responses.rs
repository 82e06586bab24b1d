//! Responses and parameters that only a real OpenSearch has.

mod on_opensearch {
    use http::Method;
    use serde_json::{Value, json};
    use sigtower::opensearch::bulk::Bulk;
    use sigtower::opensearch::document::{Change, Delete, Get, Index, Update};
    use sigtower::opensearch::search::{Count, Search};
    use sigtower::opensearch::{Client, Refresh, index};

    use super::super::{Movie, movie, movies, upstream};

    #[tokio::test]
    #[ignore = "needs a real OpenSearch: OPENSEARCH_UPSTREAM=$(tests/opensearch.sh start)"]
    async fn a_text_cut_inside_an_emoji_is_read() {
        let domain = upstream().start().await;
        let client = domain.client();
        let index = texts(&client).await;
        let emojis = "🎬".repeat(12);
        let text = json!({ "text": format!("x{emojis} haystack {emojis}x") });
        let store = Index::new(&index, &text).id("1").refresh(Refresh::True);
        client.send(store).await.unwrap();
        let search = Search::<Value>::new(&index)
            .query(json!({ "match": { "text": "haystack" } }))
            .body_param(
                "highlight",
                json!({ "type": "fvh", "fields": { "text": {
                    "fragment_size": 19, "boundary_chars": "", "boundary_max_scan": 0
                } } }),
            );
        let found = client.send(search).await.unwrap();
        assert_eq!(found.hits[0].source, text);
        let fragment = &found.hits[0].highlight["text"][0];
        assert!(fragment.ends_with('\u{fffd}'), "{fragment}");

        // Half a character in a document, and in the error that quotes a document.
        let half = r#"{"text":"cut \ud83d","number":"cut \ud83d"}"#;
        let lines = format!("{{\"index\":{{\"_id\":\"2\"}}}}\n{half}\n");
        let path = format!("/{index}/_bulk?refresh=true");
        let response = client.raw(Method::POST, &path, lines).await.unwrap();
        let items: Value = response.json().unwrap();
        let reason = items["items"][0]["index"]["error"]["reason"].as_str();
        assert!(reason.unwrap().contains("cut \u{fffd}"), "{items}");
        let path = format!("/{index}/_doc/3?refresh=true");
        let half = r#"{"text":"cut \ud83d"}"#;
        client.raw(Method::PUT, &path, half).await.unwrap();
        let document = client.send(Get::<Value>::new(&index, "3")).await.unwrap();
        assert_eq!(document.source.unwrap()["text"], "cut \u{fffd}");
    }

    #[tokio::test]
    #[ignore = "needs a real OpenSearch: OPENSEARCH_UPSTREAM=$(tests/opensearch.sh start)"]
    async fn a_long_query_string_finds_what_a_short_one_finds() {
        let domain = upstream().start().await;
        let client = domain.client();
        let index = texts(&client).await;
        for (id, text) in [("1", "red blue"), ("2", "red"), ("3", "blue")] {
            let store = Index::new(&index, json!({ "text": text })).id(id);
            client.send(store.refresh(Refresh::True)).await.unwrap();
        }
        let short = "red blue".to_owned();
        let long = format!("{short} {}", "text:(red) ".repeat(500));
        for (operator, expected) in [("AND", vec!["1"]), ("OR", vec!["1", "2", "3"])] {
            for q in [&short, &long] {
                let search = Search::<Value>::new(&index)
                    .q(q)
                    .query_param("default_operator", operator)
                    .query_param("df", "text")
                    .query_param("lenient", "");
                let found = client.send(search).await.unwrap();
                let mut ids: Vec<_> = found.hits.iter().map(|hit| &*hit.id).collect();
                ids.sort_unstable();
                assert_eq!(ids, expected, "{operator}, {} bytes", q.len());
                let count = Count::new(&index)
                    .q(q)
                    .query_param("default_operator", operator)
                    .query_param("df", "text");
                let counted = client.send(count).await.unwrap();
                assert_eq!(counted.count, expected.len() as u64);
            }
        }
    }

    #[tokio::test]
    #[ignore = "needs a real OpenSearch: OPENSEARCH_UPSTREAM=$(tests/opensearch.sh start)"]
    async fn filtered_responses_are_read() {
        let domain = upstream().start().await;
        let client = domain.client();
        let index = movies(&client).await;
        let filter = "filter_path";
        let heat = movie("Heat", 1995);
        let store = Index::new(&index, &heat).id("1").refresh(Refresh::True);
        let written = client.send(store.query_param(filter, "_id")).await.unwrap();
        assert_eq!((&*written.id, written.result), ("1", Change::Unknown));
        let update = Update::new(&index, "1", json!({ "year": 1996 })).query_param(filter, "none");
        let written = client.send(update).await.unwrap();
        assert_eq!(written.result, Change::Unknown);
        let get = Get::<Movie>::new(&index, "1").query_param(filter, "_source");
        let document = client.send(get).await.unwrap();
        assert_eq!(
            (document.found, document.source),
            (true, Some(movie("Heat", 1996)))
        );
        let get = Get::<Movie>::new(&index, "2").query_param(filter, "_source");
        assert!(!client.send(get).await.unwrap().found);
        let delete = Delete::new(&index, "2").query_param(filter, "_id");
        let deleted = client.send(delete).await.unwrap();
        assert_eq!(deleted.result, Change::NotFound);

        let search = || Search::<Value>::new(&index);
        let as_int = search().query_param("rest_total_hits_as_int", "true");
        assert_eq!(client.send(as_int).await.unwrap().total.unwrap().value, 1);
        let filtered = search()
            .q("title:none")
            .query_param(filter, "hits.hits._id");
        assert!(client.send(filtered).await.unwrap().hits.is_empty());
        let without = Search::<()>::new(&index).source(false);
        assert_eq!(client.send(without).await.unwrap().hits[0].id, "1");
        let deleted = index::Delete::new(&index).query_param(filter, "none");
        assert!(client.send(deleted).await.unwrap().acknowledged);
    }

    #[tokio::test]
    #[ignore = "needs a real OpenSearch: OPENSEARCH_UPSTREAM=$(tests/opensearch.sh start)"]
    async fn updates_and_calls_without_an_index_do_what_they_say() {
        let domain = upstream().start().await;
        let client = domain.client();
        let index = movies(&client).await;
        let update = || Update::new(&index, "1", movie("Heat", 1995)).doc_as_upsert(true);
        let written = client.send(update()).await.unwrap();
        assert_eq!(written.result, Change::Created);
        let written = client.send(update()).await.unwrap();
        assert_eq!(written.result, Change::Noop);
        let again = update().detect_noop(false).source(json!(["title"]));
        let written = client.send(again).await.unwrap();
        assert_eq!(written.result, Change::Updated);
        assert_eq!(written.other["get"]["_source"], json!({ "title": "Heat" }));
        let script = json!({ "source": "ctx._source.year = 1998" });
        let scripted = Update::script(&index, "2", script)
            .scripted_upsert(true)
            .upsert(json!({ "title": "Ronin" }));
        let written = client.send(scripted).await.unwrap();
        assert_eq!(written.result, Change::Created);

        let refreshed = client.send(index::Refresh::all_indices()).await.unwrap();
        assert!(refreshed.shards.successful > 0);
        let only_here = json!({ "term": { "_index": index } });
        let count = Count::all_indices().query(only_here.clone());
        assert_eq!(client.send(count).await.unwrap().count, 2);
        let search = Search::<Movie>::all_indices().query(only_here);
        let found = client.send(search.sort("year")).await.unwrap();
        assert_eq!(found.hits[1].source, movie("Ronin", 1998));
        let mappings = client.send(index::GetMapping::all_indices()).await;
        assert!(mappings.unwrap().contains_key(&index));
    }

    #[tokio::test]
    #[ignore = "needs a real OpenSearch: OPENSEARCH_UPSTREAM=$(tests/opensearch.sh start)"]
    async fn a_bulk_operation_has_parameters_of_its_own() {
        let domain = upstream().start().await;
        let client = domain.client();
        let index = movies(&client).await;
        let pipeline = format!("seen-{index}");
        let set = json!({ "processors": [{ "set": { "field": "seen", "value": true } }] });
        let path = format!("/_ingest/pipeline/{pipeline}");
        let stored = client.raw(Method::PUT, &path, set).await.unwrap();
        stored.success().unwrap();
        let mut bulk = Bulk::without_index().refresh(Refresh::True);
        bulk.index(json!({ "title": "Heat" }))
            .in_index(&index)
            .id("1")
            .pipeline(&pipeline)
            .index(json!({ "title": "Ronin" }))
            .in_index(&index)
            .id("2")
            .require_alias(true)
            .index(json!({ "title": "Alien" }))
            .in_index(&index)
            .meta_param("_id", "3")
            .meta_param("op_type", "create")
            .update("1", json!({ "title": "Heat" }))
            .in_index(&index)
            .update("1", json!({ "title": "Heat" }))
            .in_index(&index)
            .detect_noop(false)
            .body_param("_source", true)
            .script("4", json!({ "source": "ctx._source.year = 1998" }))
            .in_index(&index)
            .scripted_upsert(true)
            .upsert(json!({}));
        let outcomes = client.send(&bulk).await.unwrap().outcomes;
        let results: Vec<_> = outcomes
            .iter()
            .map(|outcome| outcome.as_ref().map(|done| done.result.unwrap()))
            .map(|outcome| outcome.map_err(|rejected| rejected.status))
            .collect();
        assert_eq!(
            results,
            [
                Ok(Change::Created),
                Err(404),
                Ok(Change::Created),
                Ok(Change::Noop),
                Ok(Change::Updated),
                Ok(Change::Created),
            ]
        );
        let changed = &outcomes[4].as_ref().unwrap().other["get"]["_source"];
        assert_eq!(*changed, json!({ "title": "Heat", "seen": true }));

        let mut filtered = Bulk::new(&index).query_param("filter_path", "errors");
        filtered.delete("1").delete("nowhere");
        let outcomes = client.send(&filtered).await.unwrap().outcomes;
        assert!(outcomes.iter().all(Result::is_ok));
    }

    /// A new index with texts whose positions and offsets are stored.
    async fn texts(client: &Client) -> String {
        let name = movies(client).await.replace("movies", "texts");
        let text = json!({ "type": "text", "term_vector": "with_positions_offsets" });
        let create = index::Create::new(&name).mappings(json!({
            "properties": { "text": text, "number": { "type": "integer" } }
        }));
        client.send(create).await.unwrap();
        name
    }
}
