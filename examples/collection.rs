//! A program for a collection of OpenSearch Serverless: creates an index, waits until it can be written, loads
//! documents, waits until searches see them, searches, and exports.
//!
//! Run: `cargo run --example collection`
//!
//! It runs against an imitation of a collection. With `OPENSEARCH_URL=https://….aoss.amazonaws.com`, it uses that
//! collection, with credentials and region from the `AWS_*` variables.

use std::env;
use std::time::Duration;

use futures_util::TryStreamExt;
use serde::{Deserialize, Serialize};
use sigtower::BoxError;
use sigtower::ingest::Operation;
use sigtower::opensearch::search::{Hits, Search};
use sigtower::opensearch::{Client, CollectionType, index};
use sigtower::testing::{Collection, Domain};
use sigtower::wait::Visible;

#[derive(Debug, Serialize, Deserialize)]
struct Movie {
    title: String,
    year: u16,
}

#[tokio::main]
async fn main() -> Result<(), BoxError> {
    if env::var_os("OPENSEARCH_URL").is_some() {
        return run(&Client::from_env()?).await;
    }
    let collection = Collection::time_series()
        .writable_after(Duration::from_secs(1))
        .visible_after(Duration::from_secs(1));
    let domain = Domain::builder().collection(collection).start().await;
    let client = domain.client_builder();
    run(&client.collection_type(CollectionType::TimeSeries).build()?).await
}

async fn run(client: &Client) -> Result<(), BoxError> {
    let name = "sigtower-movies";
    client.send(index::Create::new(name)).await?;
    client.wait_until_writable(name, LIMIT).await?;
    println!("index {name} can be written");

    // The service gives the ids: a collection for time series or vectors refuses those of a caller.
    let load = client.ingest(name).start();
    for (title, year) in [("Alien", 1979), ("Heat", 1995), ("Fargo", 1996)] {
        let title = title.to_owned();
        load.push(Operation::index(Movie { title, year })).await?;
    }
    let report = load.finish().await;
    println!("{} documents stored", report.done);
    for rejected in &report.rejected {
        eprintln!("{rejected}");
    }

    let visible = Visible::Count(report.done);
    client.wait_until_visible(name, visible, LIMIT).await?;
    let found: Hits<Movie> = client.send(Search::new(name).q("title:alien")).await?;
    println!("{} found by a search", found.hits.len());
    let exported: Vec<_> = client.export::<Movie>(name).stream().try_collect().await?;
    println!("{} exported", exported.len());
    client.send(index::Delete::new(name)).await?;
    Ok(())
}

const LIMIT: Duration = Duration::from_secs(120);
