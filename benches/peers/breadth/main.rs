//! The application of `examples/everyday.rs`, written with opensearch-rs. `run.sh` compares the lines and the output of
//! both.

use std::env::var;
use std::error::Error;
use std::time::Duration;

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use opensearch::http::Method;
use opensearch::http::headers::HeaderMap;
use opensearch::http::response::Response;
use opensearch::http::transport::{SingleNodeConnectionPool, TransportBuilder};
use opensearch::indices::{IndicesCreateParts, IndicesDeleteParts};
use opensearch::ingest::{IngestDeletePipelineParts, IngestPutPipelineParts};
use opensearch::params::Refresh;
use opensearch::{
    BulkOperation, BulkOperations, BulkParts, MsearchParts, OpenSearch, SearchParts,
    UpdateByQueryParts,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

type Outcome<T> = Result<T, Box<dyn Error>>;

#[derive(Serialize, Deserialize)]
struct Movie {
    title: String,
    genre: String,
    year: u16,
    #[serde(default)]
    seen: bool,
}

#[derive(Deserialize)]
struct Hits {
    hits: Vec<Hit>,
}

#[derive(Deserialize)]
struct Hit {
    #[serde(rename = "_source")]
    source: Movie,
}

#[derive(Deserialize)]
struct Terms {
    buckets: Vec<Bucket>,
}

#[derive(Deserialize)]
struct Bucket {
    key: String,
    doc_count: u64,
    newest: SingleValue,
}

#[derive(Deserialize)]
struct SingleValue {
    value: Option<f64>,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Outcome<()> {
    let client = connect()?;
    create(&client).await?;
    load(&client).await?;
    search(&client).await?;
    aggregate(&client).await?;
    update(&client).await?;
    let delete = client
        .indices()
        .delete(IndicesDeleteParts::Index(&["everyday-1"]))
        .send()
        .await?;
    check(delete).await?;
    let delete = client
        .ingest()
        .delete_pipeline(IngestDeletePipelineParts::Id("everyday"))
        .send()
        .await?;
    check(delete).await?;
    Ok(())
}

fn connect() -> Outcome<OpenSearch> {
    let keys = Credentials::new(
        var("AWS_ACCESS_KEY_ID")?,
        var("AWS_SECRET_ACCESS_KEY")?,
        None,
        None,
        "environment",
    );
    let region = aws_types::region::Region::new(var("AWS_REGION")?);
    let login =
        opensearch::auth::Credentials::AwsSigV4(SharedCredentialsProvider::new(keys), region);
    let pool = SingleNodeConnectionPool::new(url::Url::parse(&var("OPENSEARCH_URL")?)?);
    Ok(OpenSearch::new(
        TransportBuilder::new(pool)
            .auth(login)
            .service_name("es")
            .build()?,
    ))
}

/// The body of a response, or what the server complains of.
async fn check(response: Response) -> Outcome<Value> {
    let status = response.status_code();
    let body: Value = response.json().await?;
    if status.is_success() {
        return Ok(body);
    }
    let (kind, reason) = (&body["error"]["type"], &body["error"]["reason"]);
    Err(format!("{kind}: {reason} ({status})").into())
}

async fn create(client: &OpenSearch) -> Outcome<()> {
    let pipeline = json!({"processors": [{"set": {"field": "seen", "value": false}}]});
    let put = client
        .ingest()
        .put_pipeline(IngestPutPipelineParts::Id("everyday"))
        .body(pipeline)
        .send()
        .await?;
    check(put).await?;
    let body = json!({
        "mappings": {"properties": {"title": {"type": "text"}, "genre": {"type": "keyword"}, "year": {"type": "integer"}}},
        "aliases": {"everyday": {}},
    });
    let create = client
        .indices()
        .create(IndicesCreateParts::Index("everyday-1"))
        .body(body)
        .send()
        .await?;
    check(create).await?;
    Ok(())
}

async fn load(client: &OpenSearch) -> Outcome<()> {
    let mut operations = BulkOperations::new();
    for (id, title, genre, year) in [
        ("1", "Alien", "horror", 1979),
        ("2", "Heat", "crime", 1995),
        ("3", "Ronin", "crime", 1998),
    ] {
        let (title, genre) = (title.into(), genre.into());
        operations.push(
            BulkOperation::index(Movie {
                title,
                genre,
                year,
                seen: true,
            })
            .id(id),
        )?;
    }
    let bulk = client
        .bulk(BulkParts::Index("everyday"))
        .pipeline("everyday")
        .refresh(Refresh::True);
    let response = check(bulk.body(vec![operations]).send().await?).await?;
    for item in response["items"]
        .as_array()
        .ok_or("the response has no items")?
    {
        let item = &item["index"];
        if let Some(error) = item.get("error") {
            return Err(format!("{}: {}", error["type"], error["reason"]).into());
        }
        println!("stored {}", item["_id"].as_str().unwrap_or_default());
    }
    Ok(())
}

async fn search(client: &OpenSearch) -> Outcome<()> {
    let lines = vec![
        json!({"index": "everyday"}),
        json!({"query": {"query_string": {"query": "genre:crime"}}, "sort": "year"}),
        json!({"index": "everyday"}),
        json!({"query": {"range": {"year": {"lt": 1990}}}}),
    ];
    let lines: Vec<_> = lines
        .into_iter()
        .map(opensearch::http::request::JsonBody::from)
        .collect();
    let response = check(
        client
            .msearch(MsearchParts::None)
            .body(lines)
            .send()
            .await?,
    )
    .await?;
    let responses = response["responses"]
        .as_array()
        .ok_or("the response has no responses")?;
    for (position, response) in responses.iter().enumerate() {
        if let Some(error) = response.get("error") {
            return Err(format!("{}: {}", error["type"], error["reason"]).into());
        }
        for hit in Hits::deserialize(&response["hits"])?.hits {
            println!(
                "search {position}: {} of {}",
                hit.source.title, hit.source.year
            );
        }
    }
    Ok(())
}

async fn aggregate(client: &OpenSearch) -> Outcome<()> {
    let body = json!({"size": 0, "aggregations": {
        "genres": {"terms": {"field": "genre"}, "aggs": {"newest": {"max": {"field": "year"}}}}
    }});
    let response = check(
        client
            .search(SearchParts::Index(&["everyday"]))
            .body(body)
            .send()
            .await?,
    )
    .await?;
    for genre in Terms::deserialize(&response["aggregations"]["genres"])?.buckets {
        println!(
            "{}: {}, the newest of {}",
            genre.key,
            genre.doc_count,
            genre.newest.value.unwrap_or_default()
        );
    }
    Ok(())
}

async fn update(client: &OpenSearch) -> Outcome<()> {
    let body = json!({
        "query": {"term": {"genre": "crime"}},
        "script": {"source": "ctx._source.seen = true"},
    });
    let update = client
        .update_by_query(UpdateByQueryParts::Index(&["everyday"]))
        .wait_for_completion(false);
    let started = check(update.refresh(true).body(body).send().await?).await?;
    let task = started["task"].as_str().ok_or("the response has no task")?;
    // The typed calls about tasks need the feature `experimental-apis`.
    let done = loop {
        let path = format!("/_tasks/{task}");
        let get = client.send(
            Method::Get,
            &path,
            HeaderMap::new(),
            None::<&()>,
            None::<()>,
            None,
        );
        let state = check(get.await?).await?;
        if state["completed"] == true {
            break state;
        }
        tokio::time::sleep(Duration::from_millis(250)).await;
    };
    if let Some(error) = done.get("error") {
        return Err(format!("{}: {}", error["type"], error["reason"]).into());
    }
    if let Some(failure) = done["response"]["failures"].get(0) {
        return Err(failure.to_string().into());
    }
    println!(
        "{} of {} seen",
        done["response"]["updated"], done["response"]["total"]
    );
    Ok(())
}
