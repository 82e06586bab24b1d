//! Makes a snapshot of an index, deletes the index, restores it, and compares the documents.
//!
//! Run, for a domain and a bucket:
//!
//!     OPENSEARCH_URL=https://search-movies-abc.eu-west-1.es.amazonaws.com cargo run --example snapshot -- \
//!         --index movies --bucket my-bucket --role-arn arn:aws:iam::123456789012:role/snapshots
//!
//! `--fs LOCATION` stores the snapshot in a directory of a self-managed cluster instead. `--dry-run` prints the requests
//! and the IAM documents and sends nothing. The `AWS_*` variables set credentials and region, as for `Client::from_env`.
//!
//! You can run it twice: a second run makes another snapshot. If a run ended after the deletion of the index, the next
//! one restores it from the newest complete snapshot. The index is deleted only if its documents are the same as
//! before the snapshot.

mod documents;
mod plan;
mod recipe;

use std::process::ExitCode;

use clap::Parser;
use sigtower::BoxError;
use sigtower::opensearch::snapshot::Repository;
use sigtower::opensearch::{Client, Error};

#[derive(Parser)]
#[command(group = clap::ArgGroup::new("place").required(true).args(["bucket", "fs"]))]
struct Arguments {
    /// The index
    #[arg(long)]
    index: String,
    /// The S3 bucket for the snapshots of a domain
    #[arg(long, requires = "role_arn")]
    bucket: Option<String>,
    /// The IAM role that the domain assumes to reach the bucket
    #[arg(long, requires = "bucket")]
    role_arn: Option<String>,
    /// A directory inside of `path.repo` of a self-managed cluster
    #[arg(long)]
    fs: Option<String>,
    /// The name of the repository
    #[arg(long, default_value = "backups")]
    repository: String,
    /// The name of the snapshot; by default made from the name of the index and the time
    #[arg(long)]
    snapshot: Option<String>,
    /// Print the requests and the IAM documents, and send nothing
    #[arg(long)]
    dry_run: bool,
}

impl Arguments {
    fn place(&self) -> Repository {
        match (&self.bucket, &self.role_arn, &self.fs) {
            (Some(bucket), Some(role_arn), _) => Repository::s3(bucket, role_arn),
            (_, _, location) => Repository::fs(location.clone().unwrap_or_default()),
        }
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let Err(error) = run(Arguments::parse()).await else {
        return ExitCode::SUCCESS;
    };
    eprintln!("error: {error}");
    if let Some(error) = error.downcast_ref::<Error>() {
        if let Some(hint) = error.hint() {
            eprintln!("  hint: {hint}");
        }
        if let Some(document) = error.document() {
            eprintln!("{document}");
        }
    }
    ExitCode::FAILURE
}

async fn run(arguments: Arguments) -> Result<(), BoxError> {
    if arguments.dry_run {
        return plan::print(&arguments);
    }
    recipe::follow(&Client::from_env()?, &arguments).await
}
