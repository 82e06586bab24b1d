//! Ingest pipelines.

use serde_json::{Value, json};
use sigtower::opensearch::{ErrorKind, document, pipeline};
use sigtower::testing::DomainBuilder;

use super::movies;

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
