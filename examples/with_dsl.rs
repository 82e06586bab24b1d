//! Searches with queries of the crate `opensearch-dsl`.
//!
//! Run: `cargo run --example with_dsl`. It talks to an embedded domain, or to the server at `OPENSEARCH_URL`.

use opensearch_dsl::{Aggregation, FieldSort, Query};
use serde::{Deserialize, Serialize};
use sigtower::opensearch::search::aggregation::Terms;
use sigtower::opensearch::search::{Hits, Search};
use sigtower::opensearch::{Client, Refresh, bulk::Bulk, index};
use sigtower::testing::Domain;

#[derive(Serialize, Deserialize)]
struct Movie {
    title: String,
    genre: String,
    year: u16,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), sigtower::BoxError> {
    let domain = Domain::start().await;
    let client = match std::env::var_os("OPENSEARCH_URL") {
        Some(_) => Client::from_env()?,
        None => domain.client(),
    };
    let movies = format!("sigtower-dsl-{}", std::process::id());
    fill(&client, &movies).await?;

    // A query and a sort alone.
    let query = Query::bool()
        .must(Query::r#match("title", "alien"))
        .filter(Query::range("year").lt(1990));
    let search = Search::new(&movies)
        .query(query)
        .sort([FieldSort::descending("year")]);
    let found: Hits<Movie> = client.send(search).await?;
    for hit in &found.hits {
        println!("{} of {}", hit.source.title, hit.source.year);
    }

    // A whole search.
    let whole = opensearch_dsl::Search::new()
        .size(0)
        .aggregate("genres", Aggregation::terms("genre"));
    let found: Hits<Movie> = client.send(Search::new(&movies).body(whole)).await?;
    for genre in found.aggregation::<Terms>("genres")?.buckets {
        println!("{}: {}", genre.name(), genre.doc_count);
    }
    client.send(index::Delete::new(&movies)).await?;
    Ok(())
}

async fn fill(client: &Client, movies: &str) -> Result<(), sigtower::BoxError> {
    let properties = serde_json::json!({"properties": {"genre": {"type": "keyword"}}});
    client
        .send(index::Create::new(movies).mappings(properties))
        .await?;
    let mut bulk = Bulk::new(movies).refresh(Refresh::True);
    for (title, genre, year) in [
        ("Alien", "horror", 1979),
        ("Alien 3", "horror", 1992),
        ("Heat", "crime", 1995),
    ] {
        bulk.index(Movie {
            title: title.into(),
            genre: genre.into(),
            year,
        });
    }
    for outcome in client.send(bulk).await? {
        outcome?;
    }
    Ok(())
}
