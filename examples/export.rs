//! Exports the documents of an index as lines that `bulk_load` reads, with ids and routing.
//!
//! Run: `cargo run --example export -- --index movies --out movies.ndjson`
//!
//! With `OPENSEARCH_URL` it reads that domain, with credentials and region from the `AWS_*` variables.
//! Otherwise it fills an embedded domain with three documents, and exports those. Load the output with
//! `cargo run --example bulk_load -- --file movies.ndjson --index films`.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use futures_util::TryStreamExt;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use sigtower::BoxError;
use sigtower::export::Hit;
use sigtower::ingest::Operation;
use sigtower::opensearch::{Client, Error, index};
use sigtower::testing::Domain;

/// Exports the documents of an index
#[derive(Parser)]
struct Args {
    /// The index, or a list with wildcards; the output then names the index of each document
    #[arg(long)]
    index: String,
    /// Exports only documents that match this, as JSON in the query DSL
    #[arg(long, value_name = "JSON")]
    query: Option<String>,
    /// The file to write; by default standard output
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// How many parts of the index are read at the same time
    #[arg(long, value_name = "N", default_value_t = 1)]
    slices: u32,
}

#[tokio::main]
async fn main() -> ExitCode {
    let Err(error) = run(Args::parse()).await else {
        return ExitCode::SUCCESS;
    };
    eprintln!("error: {error}");
    if let Some(cause) = error.source() {
        eprintln!("  cause: {cause}");
    }
    let refused = error
        .downcast_ref()
        .or_else(|| error.source()?.downcast_ref());
    if let Some(hint) = refused.and_then(Error::hint) {
        eprintln!("  hint: {hint}");
    }
    ExitCode::FAILURE
}

async fn run(args: Args) -> Result<(), BoxError> {
    if std::env::var_os("OPENSEARCH_URL").is_some() {
        return export(&Client::from_env()?, args).await;
    }
    let domain = Domain::start().await;
    let client = domain.client();
    let load = client.ingest(&args.index).start();
    for (id, title) in [("tt0078748", "Alien"), ("a b/ж", "Сталкер"), ("-", "Heat")] {
        load.push(
            Operation::index(json!({ "title": title }))
                .id(id)
                .routing(id),
        )
        .await?;
    }
    load.finish().await;
    client.send(index::Refresh::new(&args.index)).await?;
    export(&client, args).await
}

async fn export(client: &Client, args: Args) -> Result<(), BoxError> {
    let names_many = args.index.contains([',', '*']) || args.index == "_all";
    let mut export = client
        .export::<Box<RawValue>>(args.index)
        .slices(args.slices);
    if let Some(query) = args.query {
        let query = serde_json::from_str(&query);
        export =
            export.query(query.map_err(|error| format!("--query is not valid JSON: {error}"))?);
    }
    let output: Box<dyn Write> = match &args.out {
        Some(path) => {
            let file = File::create(path);
            Box::new(file.map_err(|error| format!("cannot write {}: {error}", path.display()))?)
        }
        None => Box::new(io::stdout()),
    };
    let (mut output, mut count) = (BufWriter::new(output), 0_u64);
    let mut hits = export.stream();
    while let Some(hit) = hits.try_next().await? {
        write(&mut output, &hit, names_many)?;
        count += 1;
    }
    output.flush()?;
    eprintln!("{count} documents exported");
    Ok(())
}

/// An action and the document, each on one line.
fn write(output: &mut impl Write, hit: &Hit<Box<RawValue>>, with_index: bool) -> io::Result<()> {
    let mut meta = json!({ "_id": hit.id });
    if with_index {
        meta["_index"] = Value::from(&*hit.index);
    }
    if let Some(routing) = &hit.routing {
        meta["routing"] = Value::from(&**routing);
    }
    // A line break between two tokens is the same as a blank.
    let source = hit.source.get().replace(['\n', '\r'], " ");
    writeln!(output, "{}\n{source}", json!({ "index": meta }))
}
