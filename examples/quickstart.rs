//! Indexes, reads, searches and deletes documents, every request signed, every answer printed.
//!
//! Run: `cargo run --example quickstart`
//!
//! It talks to a domain embedded here, which verifies each signature. With `OPENSEARCH_URL` it
//! does the same there: region and service from the host when it tells, else `AWS_REGION` and
//! `AWS_SERVICE` (default `es`); credentials from `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and
//! `AWS_SESSION_TOKEN`. It exits 1 when something is refused, and says why.
//!
//! With `--unfriendly` the embedded domain's clock is an hour off, it throttles every tenth request,
//! resets every twentieth before and every fiftieth idempotent one after it was applied; and it is
//! asked more, so that all of this happens.

use std::error::Error;
use std::process::ExitCode;

use clap::Parser;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sigtower::BoxError;
use sigtower::opensearch::bulk::Bulk;
use sigtower::opensearch::search::{Hits, Search};
use sigtower::opensearch::{self, Client, Refresh, cluster, document, index, search};
use sigtower::testing::{Domain, Fault, Received};

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Movie {
    title: String,
    year: u16,
}

#[derive(Parser)]
struct Arguments {
    /// Let the embedded domain be as bad as networks get
    #[arg(long)]
    unfriendly: bool,
    /// Index so many documents more; 100 with --unfriendly
    #[arg(long, value_name = "NUMBER")]
    more: Option<u32>,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run(&Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            explain(&*error);
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: &Arguments) -> Result<(), BoxError> {
    if std::env::var_os("OPENSEARCH_URL").is_some() {
        if arguments.unfriendly {
            return Err("--unfriendly is for the embedded domain, without OPENSEARCH_URL".into());
        }
        return tour(&Client::from_env()?, arguments.more.unwrap_or(0)).await;
    }
    let domain = Domain::start().await;
    println!("an embedded domain listens at {}", domain.url());
    if arguments.unfriendly {
        make_unfriendly(&domain);
    }
    let usual = if arguments.unfriendly { 100 } else { 0 };
    tour(&domain.client(), arguments.more.unwrap_or(usual)).await?;
    println!("the domain verified {} signatures", domain.requests().len());
    if arguments.unfriendly {
        let faults = domain.fault_counts();
        println!(
            "of {} requests it throttled {}, reset {} before and {} after they were applied",
            domain.request_count(),
            faults.answered,
            faults.dropped,
            faults.cut
        );
    }
    Ok(())
}

fn make_unfriendly(domain: &Domain) {
    domain
        .set_clock_offset(3600)
        .every(10, Fault::response(429))
        .every(20, Fault::dropped())
        .every_of(50, Received::is_idempotent, Fault::reset_at(0));
}

async fn tour(client: &Client, more: u32) -> Result<(), BoxError> {
    println!("signing for {} in {}", client.service(), client.region());
    let info = client.send(cluster::Info::new()).await?;
    println!("info: {} runs {}", info.cluster_name, info.version.number);
    let health = client.send(cluster::Health::new()).await?;
    println!("health: {} is {}", health.cluster_name, health.status);

    let movies = format!("sigtower-quickstart-{}", std::process::id());
    let created = client.send(index::Create::new(&movies)).await?;
    println!("create index: {} {}", created.index, created.acknowledged);

    // From here on there is something to tidy up, whatever happens.
    let toured = async {
        documents(client, &movies).await?;
        many_documents(client, &movies, more).await
    };
    let toured = toured.await;
    let deleted = client.send(index::Delete::new(&movies)).await;
    toured?;
    println!("delete index: {movies} {}", deleted?.acknowledged);

    let tally = client.statistics();
    println!(
        "sent: {} requests in {} attempts, {} of them retries",
        tally.requests,
        tally.attempts,
        tally.retries()
    );
    println!("clock: the service's is {} from ours", client.clock_skew());
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

/// Enough to meet whatever goes wrong now and then; each is there once at the end, as it was written.
async fn many_documents(client: &Client, movies: &str, number: u32) -> Result<(), BoxError> {
    let episode = |number: u32| Movie {
        title: format!("Episode {number}"),
        year: 2000 + (number % 100) as u16,
    };
    for number in 0..number {
        let write = document::Index::new(movies, episode(number));
        client.send(write.id(format!("episode-{number}"))).await?;
    }
    if number == 0 {
        return Ok(());
    }
    client.send(index::Refresh::new(movies)).await?;
    let counted = client
        .send(search::Count::new(movies).q("title:episode"))
        .await?;
    if counted.count != u64::from(number) {
        return Err(format!("{number} were written, {} are there", counted.count).into());
    }
    for number in (0..number).step_by(10) {
        let get = document::Get::<Movie>::new(movies, format!("episode-{number}"));
        if client.send(get).await?.source != Some(episode(number)) {
            return Err(format!("episode {number} is not as it was written").into());
        }
    }
    println!("more: {number} documents, each there once");
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
