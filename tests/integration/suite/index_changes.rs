//! Indices after they are created: settings, mappings, aliases and templates.

use serde_json::{Value, json};
use sigtower::opensearch::search::Search;
use sigtower::opensearch::{ErrorKind, alias, index, template};
use sigtower::testing::DomainBuilder;

use super::{Movie, movies, three_movies};

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
