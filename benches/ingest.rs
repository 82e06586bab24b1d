//! How much of a client's CPU does a document cost, against a loop written by hand?
//!
//! `cargo bench --bench ingest`; `-- docs-126B` for one row. Two measurements run only by name:
//!
//! - `-- gzip-levels` serialises, compresses and hashes at each level, and prints documents per
//!   CPU-second and bytes on the wire
//! - `-- on-opensearch` loads documents like those of the data set http_logs into the OpenSearch at
//!   `OPENSEARCH_UPSTREAM`, and prints the CPU time of the client and of the server
//!
//! The other rows write `bench/ingest.json` in cargo's target folder:
//! `{"rows":[{"work","subject","docs_per_cpu_s","bytes_per_cpu_s","ratio_floor"}]}`. Client and
//! server are processes of their own; the client is one thread, whose CPU time counts. Subjects take
//! turns, and the best of their rounds counts. Linux only: it reads `/proc`.
//!
//! The floor of `docs-…` serialises an action line and a struct into one buffer of 5 MiB,
//! compresses it at level 1 if the row says so, hashes it, sends one request after another on one
//! connection, and reads the item statuses with serde_json. That of `sign-…` does it without a
//! server: serde_json into one buffer, (flate2,) sha2.

#[path = "ingest/documents.rs"]
mod documents;
#[path = "ingest/floor.rs"]
mod floor;
#[path = "ingest/gzip_levels.rs"]
mod gzip_levels;
#[path = "ingest/on_opensearch.rs"]
mod on_opensearch;
#[path = "ingest/server.rs"]
mod server;

use std::io::Write as _;
use std::time::Duration;

use http::Request;
use serde::Serialize;
use serde_json::{Value, json};
use sigtower::ingest::Operation;
use sigtower::sigv4::Payload;
use sigtower::{Client, Credentials, Scope, Signer};

use self::documents::{Document, large, small};
use self::floor::Floor;
use self::server::Server;

fn main() {
    if server::is_server() {
        return server::serve();
    }
    let is_test = std::env::args().any(|argument| argument == "--test");
    let chosen = std::env::args()
        .skip(1)
        .find(|argument| !argument.starts_with('-'));
    let is_chosen = |work: &str| chosen.as_ref().is_none_or(|chosen| chosen == work);
    let (rounds, scale) = if is_test { (1, 100) } else { (20, 1) };
    match chosen.as_deref() {
        Some("gzip-levels") => return gzip_levels::print(),
        Some("on-opensearch") => return on_opensearch::print(),
        _ => {}
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let runtime = runtime.expect("a runtime");
    let server = Server::start();
    let mut rows = Vec::new();
    for (work, documents, count, gzip) in [
        ("docs-126B", small(), 2_000_000, false),
        ("docs-126B-gzip", small(), 1_000_000, true),
        ("docs-2500B", large(), 200_000, false),
    ] {
        if !is_chosen(work) {
            continue;
        }
        let count = count / scale;
        let mut best = [Duration::MAX; 2];
        for _ in 0..rounds {
            let floor = runtime.block_on(async {
                let mut floor = Floor::connect(server.address).await;
                let began = cpu();
                let level = gzip.then(flate2::Compression::fast);
                floor.run(&documents, count, level).await;
                cpu() - began
            });
            let ours = runtime.block_on(async {
                let client = client(&server);
                let began = cpu();
                load(&client, &documents, count, gzip).await;
                cpu() - began
            });
            best = [best[0].min(floor), best[1].min(ours)];
        }
        report(&mut rows, work, &documents, count, best);
    }
    for (work, gzip) in [("sign-plain", false), ("sign-gzip", true)] {
        if !is_chosen(work) {
            continue;
        }
        let documents = small();
        let count = 500_000 / scale;
        let mut best = [Duration::MAX; 2];
        for _ in 0..rounds {
            let began = cpu();
            floor::hash_only(&documents, count, gzip.then(flate2::Compression::fast));
            let floor = cpu() - began;
            let began = cpu();
            runtime.block_on(sign(&documents, count, gzip));
            best = [best[0].min(floor), best[1].min(cpu() - began)];
        }
        report(&mut rows, work, &documents, count, best);
    }
    println!(
        "peak memory of the process: {} MiB; a load may hold 128 MiB",
        peak_mib()
    );
    let folder = std::env::current_exe().expect("a path");
    let folder = folder.ancestors().nth(3).expect("target").join("bench");
    std::fs::create_dir_all(&folder).expect("a folder");
    let mut file = std::fs::File::create(folder.join("ingest.json")).expect("a file");
    writeln!(file, "{}", json!({ "rows": rows })).expect("written");
}

async fn load<D: Serialize>(client: &Client, documents: &[D], count: usize, gzip: bool) {
    let load = client.ingest("logs").server_ids().gzip(gzip).start();
    for document in documents.iter().cycle().take(count) {
        load.push(Operation::index(document))
            .await
            .expect("it is open");
    }
    let report = load.finish().await;
    assert_eq!(report.done, count as u64, "{report:?}");
}

async fn sign(documents: &[Document], count: usize, gzip: bool) {
    let scope = Scope::new("us-east-1", "es").expect("a scope");
    let signer = Signer::new(scope, Credentials::new("AKIDEXAMPLE", "secret", None));
    for body in floor::bodies(documents, count, gzip.then(flate2::Compression::fast)) {
        let request = Request::post("http://127.0.0.1:9200/logs/_bulk").body(());
        let (mut parts, ()) = request.expect("a request").into_parts();
        signer
            .sign(&mut parts, Payload::Bytes(&body))
            .await
            .expect("signed");
    }
}

fn client(server: &Server) -> Client {
    let builder = Client::builder(format!("http://{}", server.address));
    let builder = builder.region("us-east-1").service("es");
    let credentials = Credentials::new("AKIDEXAMPLE", "secret", None);
    builder.credentials(credentials).build().expect("a client")
}

fn report(
    rows: &mut Vec<Value>,
    work: &str,
    documents: &[Document],
    count: usize,
    best: [Duration; 2],
) {
    let sizes = documents
        .iter()
        .map(|document| serde_json::to_vec(document).expect("JSON").len());
    let size = sizes.sum::<usize>() as f64 / documents.len() as f64;
    for (subject, time) in ["floor", "sigtower"].into_iter().zip(best) {
        let per_second = count as f64 / time.as_secs_f64();
        let ratio = best[0].as_secs_f64() / time.as_secs_f64();
        println!(
            "{work:16} {subject:9} {per_second:10.0} documents per CPU-second, {ratio:.3} of the floor"
        );
        rows.push(json!({
            "work": work, "subject": subject, "docs_per_cpu_s": per_second,
            "bytes_per_cpu_s": per_second * size, "ratio_floor": ratio,
        }));
    }
}

/// The most memory that this process had, with documents, floor and client.
fn peak_mib() -> u64 {
    let text = std::fs::read_to_string("/proc/self/status").expect("Linux");
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|line| line.trim().split(' ').next()?.parse::<u64>().ok());
    kib.expect("a number") / 1024
}

/// The CPU time of this thread, which is all there is of the client.
fn cpu() -> Duration {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").expect("Linux");
    let nanoseconds = text
        .split(' ')
        .next()
        .and_then(|number| number.parse().ok());
    Duration::from_nanos(nanoseconds.expect("a number"))
}
