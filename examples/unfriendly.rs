//! Writes documents to an embedded domain that fails often, and checks that each arrived once.
//!
//! Run: `cargo run --example unfriendly`
//!
//! The domain's clock is an hour ahead. It throttles every tenth request, closes the connection
//! before every twentieth, and resets the connection after every fiftieth idempotent request was
//! applied.

use clap::Parser;
use serde_json::{Value, json};
use sigtower::BoxError;
use sigtower::opensearch::{Client, document, index, search};
use sigtower::testing::{Domain, Fault, ReceivedRequest};

#[derive(Parser)]
struct Arguments {
    /// How many documents to write
    #[arg(long, default_value_t = 100)]
    documents: u32,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), BoxError> {
    let documents = Arguments::parse().documents;
    let domain = Domain::start().await;
    domain
        .set_clock_offset(3600)
        .every(10, Fault::response(429))
        .every(20, Fault::dropped())
        .every_of(50, ReceivedRequest::is_idempotent, Fault::reset_at(0));
    let client = domain.client();
    write_and_check(&client, documents).await?;
    println!("{documents} documents, each stored once");

    let sent = client.statistics();
    println!(
        "sent: {} requests in {} attempts, {} of them retries",
        sent.requests,
        sent.attempts,
        sent.retries()
    );
    println!(
        "clock: the service is {} ahead of this machine",
        client.clock_skew()
    );
    let faults = domain.fault_counts();
    println!(
        "faults: of {} requests the domain throttled {}, dropped {} and reset {}",
        domain.request_count(),
        faults.responses,
        faults.dropped,
        faults.cut
    );
    Ok(())
}

async fn write_and_check(client: &Client, documents: u32) -> Result<(), BoxError> {
    let episode = |number: u32| json!({ "title": format!("Episode {number}") });
    for number in 0..documents {
        let write = document::Index::new("episodes", episode(number));
        client.send(write.id(number.to_string())).await?;
    }
    client.send(index::Refresh::new("episodes")).await?;
    let counted = client.send(search::Count::new("episodes")).await?;
    if counted.count != u64::from(documents) {
        return Err(format!("{documents} were written, {} are stored", counted.count).into());
    }
    for number in 0..documents {
        let get = document::Get::<Value>::new("episodes", number.to_string());
        if client.send(get).await?.source != Some(episode(number)) {
            return Err(format!("episode {number} differs from what was written").into());
        }
    }
    Ok(())
}
