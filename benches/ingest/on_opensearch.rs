//! What part of the work is the client's?

use std::fs;
use std::time::Duration;

use http::{HeaderValue, Request};
use serde_json::json;
use sigtower::body::Body;
use sigtower::endpoint::Endpoint;
use sigtower::ingest::Operation;
use sigtower::opensearch::index;
use sigtower::transport::{Transport, TransportConfig};
use sigtower::{Client, Credentials};
use tower::ServiceBuilder;

use super::documents::small;

/// Loads documents twice, compressed and plain, and prints the CPU time of both sides.
pub(crate) fn print() {
    let url = std::env::var("OPENSEARCH_UPSTREAM");
    let url =
        url.expect("OPENSEARCH_UPSTREAM is the URL of an OpenSearch: $(tests/opensearch.sh start)");
    let server = server_of(&url);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let runtime = runtime.expect("a runtime");
    runtime.block_on(async {
        let client = client(&url);
        // The Java VM compiles the code of the first load.
        load(&client, COUNT / 4, true).await;
        for gzip in [true, false] {
            let before = (cpu("self"), cpu(&server));
            load(&client, COUNT, gzip).await;
            // The server may still refresh and merge.
            let ours = cpu("self") - before.0;
            let theirs = cpu(&server) - before.1;
            println!(
                "{COUNT} documents, gzip {gzip}: client {:.2} s, server {:.2} s: {:.2} %",
                ours.as_secs_f64(),
                theirs.as_secs_f64(),
                100.0 * ours.as_secs_f64() / theirs.as_secs_f64()
            );
        }
    });
}

/// Signs, and names the user as a proxy does: the server has no signatures, but access control.
fn client(url: &str) -> Client {
    let endpoint = Endpoint::parse(url).expect("a URL");
    let transport = Transport::new(&endpoint, &TransportConfig::new()).expect("a transport");
    let service = ServiceBuilder::new().map_request(|mut request: Request<Body>| {
        let user = HeaderValue::from_static("arn:aws:iam::123456789012:role/admin");
        let headers = request.headers_mut();
        headers.insert("x-forwarded-for", HeaderValue::from_static("127.0.0.1"));
        headers.insert("x-proxy-user", user.clone());
        headers.insert("x-proxy-roles", user);
        request
    });
    let client = Client::builder(url).region("us-east-1").service("es");
    let client = client.credentials(Credentials::new("AKIDEXAMPLE", "secret", None));
    client
        .over(service.service(transport))
        .build()
        .expect("a client")
}

/// Creates an index with the types of http_logs, loads into it, and deletes it.
async fn load(client: &Client, count: usize, gzip: bool) {
    let create = index::Create::new(INDEX)
        .settings(json!({"number_of_shards": 1, "number_of_replicas": 0}))
        .mappings(json!({"dynamic": "strict", "properties": {
            "timestamp": {"type": "date"},
            "client": {"type": "ip"},
            "request": {"type": "text", "fields": {"raw": {"type": "keyword", "ignore_above": 256}}},
            "status": {"type": "integer"},
            "size": {"type": "integer"},
        }}));
    client.send(create).await.expect("an index");
    let documents = small();
    let load = client.ingest(INDEX).server_ids().gzip(gzip).start();
    for document in documents.iter().cycle().take(count) {
        let pushed = load.push(Operation::index(document)).await;
        pushed.expect("the load is open");
    }
    let report = load.finish().await;
    assert_eq!(report.done, count as u64, "{:?}", report.rejected.first());
    let refresh = client.send(index::Refresh::new(INDEX)).await;
    refresh.expect("a refresh");
    client
        .send(index::Delete::new(INDEX))
        .await
        .expect("deleted");
}

/// The process that listens on the port of this URL, by its number.
fn server_of(url: &str) -> String {
    let port: u16 = url
        .rsplit(':')
        .next()
        .and_then(|port| port.trim_end_matches('/').parse().ok())
        .expect("a port");
    let tables = ["/proc/net/tcp", "/proc/net/tcp6"]
        .map(|path| fs::read_to_string(path).unwrap_or_default());
    let lines = tables.iter().flat_map(|table| table.lines().skip(1));
    let mut sockets = lines.filter_map(|line| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let is_listening = fields[1].ends_with(&format!(":{port:04X}")) && fields[3] == "0A";
        is_listening.then(|| format!("socket:[{}]", fields[9]))
    });
    let socket = sockets.next().expect("a process listens on the port");
    let processes = fs::read_dir("/proc").expect("Linux").flatten();
    let mut owners = processes.filter(|process| {
        let files = fs::read_dir(process.path().join("fd"))
            .into_iter()
            .flatten()
            .flatten();
        let mut targets = files.filter_map(|file| fs::read_link(file.path()).ok());
        targets.any(|target| target.as_os_str() == &*socket)
    });
    let owner = owners.next().expect("the process is visible to this user");
    owner.file_name().to_string_lossy().into_owned()
}

/// The CPU time of all threads of a process. Linux counts in units of 10 ms.
fn cpu(process: &str) -> Duration {
    let text = fs::read_to_string(format!("/proc/{process}/stat")).expect("Linux");
    let fields = text.rsplit(')').next().unwrap_or_default();
    let ticks = fields.split_whitespace().skip(11).take(2);
    let ticks: u64 = ticks.filter_map(|field| field.parse::<u64>().ok()).sum();
    Duration::from_millis(ticks * 10)
}

const INDEX: &str = "http-logs-share";
const COUNT: usize = 1_000_000;
