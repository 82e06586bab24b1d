//! Compares `Client::ingest` with the bulk helpers of other clients, by the CPU time of the client.
//!
//! `./run.sh` runs this program and the scripts beside it. Each client is a process of its own and loads
//! the same documents, those of `docs-126B` in `benches/ingest.rs`, into the same server on loopback.
//! The documents are in memory before the clock starts. They are sent uncompressed.
//!
//! - `SUBJECT ORIGIN COUNT`: loads COUNT documents with one of the Rust clients, and prints a line
//!   of JSON: the subject, the documents, and the seconds of CPU time
//! - `--server`: runs the server, prints its address, and ends when standard input closes
//! - `--documents COUNT`: prints documents, one on each line, for the scripts
//! - `--merge FILE`: reads such lines of JSON, prints a table in Markdown, and writes `ingest-peers.json` beside
//!   FILE, with the schema of `bench/ingest.json`. The best round of each subject counts.

#[path = "../ingest/documents.rs"]
#[allow(dead_code, reason = "only the small documents are loaded here")]
mod documents;
#[path = "../ingest/floor.rs"]
#[allow(
    dead_code,
    reason = "the floor without a server is for `benches/ingest.rs`"
)]
mod floor;
mod ingest_table;
mod markdown;
mod opensearch_rs;
#[path = "../ingest/server.rs"]
#[allow(dead_code, reason = "`run.sh` starts the server")]
mod server;

use std::io::{BufWriter, Write as _};
use std::time::Duration;

use serde_json::json;
use sigtower::ingest::Operation;
use sigtower::opensearch::Client;

use self::documents::{Document, small};

fn main() -> std::io::Result<()> {
    if server::is_server() {
        server::serve();
        return Ok(());
    }
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["--documents", count] => print_documents(number(count)),
        ["--merge", path] => ingest_table::merge(path.as_ref()),
        [subject, origin, count] => {
            measure(subject, origin, number(count));
            Ok(())
        }
        // `cargo bench` without arguments; `run.sh` passes them.
        _ => {
            println!("run benches/peers/run.sh");
            Ok(())
        }
    }
}

fn number(text: &str) -> usize {
    text.parse().expect("a number of documents")
}

fn print_documents(count: usize) -> std::io::Result<()> {
    let mut out = BufWriter::new(std::io::stdout().lock());
    for document in small().iter().cycle().take(count) {
        serde_json::to_writer(&mut out, document)?;
        out.write_all(b"\n")?;
    }
    out.flush()
}

fn measure(subject: &str, origin: &str, count: usize) {
    let documents = small();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let cpu = runtime.expect("a runtime").block_on(async {
        match subject {
            "sigtower" => sigtower(origin, &documents, count).await,
            "floor" => {
                let address = origin.strip_prefix("http://").expect("an origin");
                let mut floor = floor::Floor::connect(address.parse().expect("an address")).await;
                let began = cpu();
                floor.run(&documents, count, None).await;
                cpu() - began
            }
            "opensearch-rs" => opensearch_rs::load(origin, &documents, count, true).await,
            "opensearch-rs, unsigned" => {
                opensearch_rs::load(origin, &documents, count, false).await
            }
            other => panic!("unknown subject {other:?}"),
        }
    });
    let line = json!({"subject": subject, "documents": count, "cpu_s": cpu.as_secs_f64()});
    println!("{line}");
}

/// Signed. With the settings by default, except that the server gives the ids and bodies are plain,
/// as for all other clients.
async fn sigtower(origin: &str, documents: &[Document], count: usize) -> Duration {
    let credentials = sigtower::Credentials::new("AKIDEXAMPLE", "secret", None);
    let client = Client::builder(origin).region("us-east-1").service("es");
    let client = client.credentials(credentials).build().expect("a client");
    let began = cpu();
    let load = client.ingest("logs").server_ids().gzip(false).start();
    for document in documents.iter().cycle().take(count) {
        let pushed = load.push(Operation::index(document)).await;
        pushed.expect("the load is open");
    }
    let report = load.finish().await;
    assert_eq!(report.done, count as u64, "{:?}", report.statistics);
    cpu() - began
}

/// The CPU time of all threads of this process, user and system. Linux only.
fn cpu() -> Duration {
    let threads = std::fs::read_dir("/proc/self/task").expect("Linux");
    let nanoseconds = threads.map(|thread| {
        let path = thread.expect("a thread").path().join("schedstat");
        let text = std::fs::read_to_string(path).unwrap_or_default();
        let first = text
            .split(' ')
            .next()
            .and_then(|number| number.parse().ok());
        first.unwrap_or(0_u64)
    });
    Duration::from_nanos(nanoseconds.sum())
}
