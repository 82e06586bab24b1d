//! Loads documents from a file, from standard input or from a generator, and accounts for each.
//!
//! Run: `cargo run --example bulk_load -- --file movies.ndjson --index movies`
//!
//! It loads into an embedded domain that verifies each signature. With `OPENSEARCH_URL` it loads into
//! that domain, with credentials and region from the `AWS_*` variables. It exits with 0 if every
//! operation succeeded, with 2 if some were rejected or are unknown or the load was interrupted, and
//! with 1 if it could not go on. Ctrl-C stops reading and waits for the outcome of what was read.

mod args;
mod feed;
mod formats;
mod input;
mod ledger;
mod load;
mod progress;
mod ranges;
mod record;
mod rejects;
mod summary;
mod tracker;

use std::process::ExitCode;

use clap::Parser;
use sigtower::BoxError;
use sigtower::opensearch::{Client, Error};
use sigtower::testing::Domain;

use self::args::Args;

#[tokio::main]
async fn main() -> ExitCode {
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => {
            let _ = error.print();
            // 2 is for rejected operations.
            return ExitCode::from(u8::from(error.use_stderr()));
        }
    };
    match run(args).await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(2),
        Err(error) => {
            eprintln!("error: {error}");
            if let Some(cause) = error.source() {
                eprintln!("  cause: {cause}");
            }
            if let Some(hint) = error.downcast_ref().and_then(Error::hint) {
                eprintln!("  hint: {hint}");
            }
            ExitCode::FAILURE
        }
    }
}

/// Returns whether every operation succeeded.
async fn run(args: Args) -> Result<bool, BoxError> {
    if std::env::var_os("OPENSEARCH_URL").is_some() {
        return load::load(&Client::from_env()?, args).await;
    }
    let domain = Domain::start().await;
    eprintln!("an embedded domain listens at {}", domain.url());
    load::load(&domain.client(), args).await
}
