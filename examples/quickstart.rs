//! Indexes, reads, searches and deletes documents, every request signed, every answer printed.
//!
//! Run: `cargo run --example quickstart`
//!
//! It talks to a domain embedded here, which verifies each signature. With `OPENSEARCH_URL` it
//! does the same there: region and service from the host when it tells, else `AWS_REGION` and
//! `AWS_SERVICE` (default `es`); credentials from `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and
//! `AWS_SESSION_TOKEN`. It exits 1 when something is refused, and says why.

use std::error::Error;
use std::process::ExitCode;

use serde::{Deserialize, Serialize};
use serde_json::json;
use sigtower::BoxError;
use sigtower::opensearch::bulk::Bulk;
use sigtower::opensearch::search::{Hits, Search};
use sigtower::opensearch::{self, Client, Info, Refresh, cluster, document, index};
use sigtower::testing::Domain;

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Movie {
    title: String,
    year: u16,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            explain(&*error);
            ExitCode::FAILURE
        }
    }
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
    println!("signing for {} in {}", client.service(), client.region());
    let info = client.send(Info::new()).await?;
    println!("info: {} runs {}", info.cluster_name, info.version.number);
    let health = client.send(cluster::Health::new()).await?;
    println!("health: {} is {}", health.cluster_name, health.status);

    let movies = format!("sigtower-quickstart-{}", std::process::id());
    let created = client.send(index::Create::new(&movies)).await?;
    println!("create index: {} {}", created.index, created.acknowledged);

    // From here on there is something to tidy up, whatever happens.
    let toured = documents(client, &movies).await;
    let deleted = client.send(index::Delete::new(&movies)).await;
    toured?;
    println!("delete index: {movies} {}", deleted?.acknowledged);
    Ok(())
}

async fn documents(client: &Client, movies: &str) -> Result<(), BoxError> {
    let redemption = Movie {
        title: "The Shawshank Redemption".into(),
        year: 1994,
    };
    for id in ["tt0111161", "a b/ж"] {
        let write = document::Index::new(movies, &redemption)
            .id(id)
            .refresh(Refresh::WaitFor);
        let written = client.send(write).await?;
        println!(
            "index: {:?} {:?}, version {:?}",
            written.id, written.result, written.version
        );
    }

    let found = client
        .send(document::Get::<Movie>::new(movies, "a b/ж"))
        .await?;
    println!("get: {:?} {:?}", found.id, found.source);
    if found.source.as_ref() != Some(&redemption) {
        return Err("the document did not come back as it was".into());
    }

    let mut bulk = Bulk::new(movies);
    bulk.index(Movie {
        title: "Alien".into(),
        year: 1979,
    })
    .id("1")
    .create(Movie {
        title: "Aliens".into(),
        year: 1986,
    })
    .id("2")
    .update("1", json!({ "year": 1980 }))
    .delete("tt0111161");
    for outcome in client.send(bulk.refresh(Refresh::WaitFor)).await? {
        let done = outcome?;
        println!("bulk: {} {:?} {}", done.action, done.id, done.status);
    }

    let search = Search::new(movies).q("title:redemption").size(10);
    let found: Hits<Movie> = client.send(search).await?;
    for hit in &found.hits {
        println!(
            "search: {:?} {} ({})",
            hit.id, hit.source.title, hit.source.year
        );
    }
    if found.hits.len() != 1 {
        return Err(format!(
            "one document matches, the search found {}",
            found.hits.len()
        )
        .into());
    }

    let deleted = client.send(document::Delete::new(movies, "a b/ж")).await?;
    println!("delete: {:?} {:?}", deleted.id, deleted.result);
    Ok(())
}

/// One line that can be acted upon, then what lies behind it.
fn explain(error: &(dyn Error + 'static)) {
    eprintln!("error: {error}");
    let hint = error.downcast_ref().and_then(opensearch::Error::hint);
    if let Some(hint) = hint {
        eprintln!("  hint: {hint}");
    }
    for cause in std::iter::successors(error.source(), |&cause| cause.source()) {
        eprintln!("  because: {cause}");
    }
}
