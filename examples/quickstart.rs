//! Indexes, gets, searches and deletes documents; every request is signed.
//!
//! Run: `cargo run --example quickstart`
//!
//! It talks to an embedded domain that verifies each signature. With `OPENSEARCH_URL` it talks to
//! that server and exits 1 on an error. The login comes from `OPENSEARCH_USERNAME` and
//! `OPENSEARCH_PASSWORD`, or else requests are signed with the credentials in the `AWS_*` variables.

use std::process::ExitCode;

use serde_json::{Value, json};
use sigtower::BoxError;
use sigtower::opensearch::bulk::Bulk;
use sigtower::opensearch::search::{Hits, Search};
use sigtower::opensearch::{Client, Error, Refresh, cluster, document, index};
use sigtower::testing::Domain;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let Err(error) = run().await else {
        return ExitCode::SUCCESS;
    };
    eprintln!("error: {error}");
    if let Some(hint) = error.downcast_ref().and_then(Error::hint) {
        eprintln!("  hint: {hint}");
    }
    ExitCode::FAILURE
}

async fn run() -> Result<(), BoxError> {
    if std::env::var_os("OPENSEARCH_URL").is_some() {
        return tour(&Client::from_env()?).await;
    }
    let domain = Domain::start().await;
    println!("an embedded domain listens at {}", domain.url());
    tour(&domain.client()).await?;
    println!("the domain verified {} signatures", domain.requests().len());
    Ok(())
}

async fn tour(client: &Client) -> Result<(), BoxError> {
    let info = client.send(cluster::Info::new()).await?;
    println!("info: {} runs {}", info.cluster_name, info.version.number);
    let health = client.send(cluster::Health::new()).await?;
    println!("health: {} is {}", health.cluster_name, health.status);

    let movies = format!("sigtower-quickstart-{}", std::process::id());
    client.send(index::Create::new(&movies)).await?;
    println!("create index: {movies}");
    let toured = documents(client, &movies).await;
    client.send(index::Delete::new(&movies)).await?; // also after an error
    println!("delete index: {movies}");
    toured
}

async fn documents(client: &Client, movies: &str) -> Result<(), BoxError> {
    let alien = json!({ "title": "Alien", "year": 1979 });
    let write = document::Index::new(movies, &alien).id("a b/ж");
    client.send(write).await?;
    let get = document::Get::<Value>::new(movies, "a b/ж");
    println!("get: {:?}", client.send(get).await?.source);

    let mut bulk = Bulk::new(movies).refresh(Refresh::WaitFor);
    bulk.create(json!({ "title": "Aliens" })).id("2");
    bulk.update("2", json!({ "year": 1986 })).delete("a b/ж");
    for outcome in client.send(bulk).await? {
        let done = outcome?;
        println!("bulk: {} {:?} {}", done.action, done.id, done.status);
    }

    let search = Search::new(movies).q("title:aliens");
    let found: Hits<Value> = client.send(search).await?;
    for hit in &found.hits {
        println!("search: {:?} {}", hit.id, hit.source);
    }
    Ok(())
}
