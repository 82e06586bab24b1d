//! A small application: an index with mapping and alias, an ingest pipeline, a bulk, many searches in one request, an
//! aggregation, and an update by query.
//!
//! Run: `OPENSEARCH_URL=http://localhost:9200 cargo run --example everyday`, with the variables that the example
//! `quickstart` reads. It needs a real server. `benches/peers/breadth` is the same application with opensearch-rs.

use serde::{Deserialize, Serialize};
use serde_json::json;
use sigtower::opensearch::bulk::Bulk;
use sigtower::opensearch::document::UpdateByQuery;
use sigtower::opensearch::search::aggregation::{SingleValue, Terms};
use sigtower::opensearch::search::{Hits, Msearch, Search};
use sigtower::opensearch::{Client, Refresh, index, pipeline};

#[derive(Serialize, Deserialize)]
struct Movie {
    title: String,
    genre: String,
    year: u16,
    #[serde(default)]
    seen: bool,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), sigtower::BoxError> {
    let client = Client::from_env()?;
    create(&client).await?;
    load(&client).await?;
    search(&client).await?;
    aggregate(&client).await?;
    update(&client).await?;
    client.send(index::Delete::new("everyday-1")).await?;
    client.send(pipeline::Delete::new("everyday")).await?;
    Ok(())
}

async fn create(client: &Client) -> Result<(), sigtower::BoxError> {
    let unseen = json!({"set": {"field": "seen", "value": false}});
    client
        .send(pipeline::Put::new("everyday").processor(unseen))
        .await?;
    let create = index::Create::new("everyday-1")
        .mappings(json!({"properties": {"title": {"type": "text"}, "genre": {"type": "keyword"}, "year": {"type": "integer"}}}))
        .aliases(json!({"everyday": {}}));
    client.send(create).await?;
    Ok(())
}

async fn load(client: &Client) -> Result<(), sigtower::BoxError> {
    let mut bulk = Bulk::new("everyday")
        .pipeline("everyday")
        .refresh(Refresh::True);
    for (id, title, genre, year) in [
        ("1", "Alien", "horror", 1979),
        ("2", "Heat", "crime", 1995),
        ("3", "Ronin", "crime", 1998),
    ] {
        let (title, genre) = (title.into(), genre.into());
        bulk.index(Movie {
            title,
            genre,
            year,
            seen: true,
        })
        .id(id);
    }
    for outcome in client.send(bulk).await? {
        println!("stored {}", outcome?.id);
    }
    Ok(())
}

async fn search(client: &Client) -> Result<(), sigtower::BoxError> {
    let crime = Search::<Movie>::new("everyday")
        .q("genre:crime")
        .sort("year");
    let old = Search::<Movie>::new("everyday").query(json!({"range": {"year": {"lt": 1990}}}));
    let found = client
        .send(Msearch::new().search(&crime).search(&old))
        .await?;
    for position in 0..2 {
        for hit in found.hits::<Movie>(position)?.hits {
            println!(
                "search {position}: {} of {}",
                hit.source.title, hit.source.year
            );
        }
    }
    Ok(())
}

async fn aggregate(client: &Client) -> Result<(), sigtower::BoxError> {
    let search = Search::new("everyday").size(0).aggregations(json!({
        "genres": {"terms": {"field": "genre"}, "aggs": {"newest": {"max": {"field": "year"}}}}
    }));
    let found: Hits<Movie> = client.send(search).await?;
    for genre in found.aggregation::<Terms>("genres")?.buckets {
        let newest: SingleValue = genre.aggregation("newest")?;
        println!(
            "{}: {}, the newest of {}",
            genre.name(),
            genre.doc_count,
            newest.value.unwrap_or_default()
        );
    }
    Ok(())
}

async fn update(client: &Client) -> Result<(), sigtower::BoxError> {
    let update = UpdateByQuery::new("everyday")
        .query(json!({"term": {"genre": "crime"}}))
        .script(json!({"source": "ctx._source.seen = true"}))
        .refresh(true);
    let done = client.send(update).await?.wait(client).await?;
    println!("{} of {} seen", done.updated, done.total);
    Ok(())
}
