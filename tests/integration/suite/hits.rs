//! Hits without a source: with fields, highlights and inner hits.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sigtower::opensearch::search::{Hits, Search};
use sigtower::opensearch::{Refresh, document, index};
use sigtower::testing::DomainBuilder;

use super::movies;

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
