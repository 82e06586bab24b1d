//! A load needs no more memory than it was given, by its own count and by that of Linux.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use futures_util::StreamExt;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use sigtower::ingest::Operation;
use sigtower::{Client, Credentials};
use tokio::net::TcpListener;

use crate::child::{memory, running, said};

const MIB: usize = 1024 * 1024;

/// More documents than fit, for a server that is slower than the load.
#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_load_grows_its_process_by_no_more_than_its_memory() {
    check(250_000, 16 * MIB).await;
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "soak: a million documents of a debug build"]
async fn soak_a_load_of_a_million_documents_grows_its_process_by_no_more_than_its_memory() {
    for memory in [32 * MIB, 64 * MIB] {
        check(1_000_000, memory).await;
    }
}

async fn check(documents: usize, memory: usize) {
    let mut child = running("ingest::memory::a_process_of_its_own_that_loads");
    let origin = format!("http://{}", slow_server().await);
    child.env("LOAD_ORIGIN", origin);
    child.env("LOAD_DOCUMENTS", documents.to_string());
    child.env("LOAD_MEMORY", memory.to_string());
    let said: Value = serde_json::from_str(&said(child, "memory:").await).unwrap();
    println!("{documents} documents, {memory} bytes: {said}");
    let of = |name: &str| said[name].as_f64().unwrap() / memory as f64;
    assert_eq!(said["done"], documents);
    assert!(said["bytes"].as_u64().unwrap() as usize > memory, "{said}");
    assert!(of("peak") > 0.5, "the memory was never short: {said}");
    assert!(of("peak") <= 1.1, "of {memory} bytes: {said}");
    // Allocators and connections need some memory beside.
    let beside = (2 * MIB) as f64 / memory as f64;
    assert!(of("grown") <= 1.1 + beside, "of {memory} bytes: {said}");
}

#[tokio::test]
#[ignore = "runs as a process of its own, started by the other tests"]
async fn a_process_of_its_own_that_loads() {
    let variable = |name: &str| std::env::var(name).expect(name);
    let number = |name: &str| variable(name).parse::<usize>().unwrap();
    let credentials = Credentials::new("AKIDEXAMPLE", "secret", None);
    let client = Client::builder(variable("LOAD_ORIGIN"));
    let client = client.region("us-east-1").service("es");
    let client = client.credentials(credentials).build().unwrap();
    let load = |documents: usize, memory: usize| {
        let load = client.ingest("logs").memory(memory).start();
        let operations = (0..documents).map(|n| {
            let request = format!("GET /images/{:x}.html HTTP/1.1", n * 7919);
            Operation::index(
                json!({"timestamp": 1_700_000_000 + n, "request": request, "size": n * 31 % 9973}),
            )
        });
        load.run(futures_util::stream::iter(operations))
    };
    // What every first request needs once: connections, threads, caches.
    load(1000, MIB).await;
    let before = memory("VmRSS:");
    let report = load(number("LOAD_DOCUMENTS"), number("LOAD_MEMORY")).await;
    let grown = (memory("VmHWM:").saturating_sub(before)) * 1024;
    let statistics = report.statistics;
    let said = json!({
        "done": report.done, "bytes": statistics.bytes, "wire_bytes": statistics.wire_bytes,
        "requests": statistics.requests, "peak": statistics.peak_memory, "grown": grown,
    });
    println!("memory: {said}");
}

/// Responds to every item of a bulk request, after a while.
async fn slow_server() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let connection = hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service_fn(respond));
            tokio::spawn(connection);
        }
    });
    address
}

async fn respond(request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    let is_gzip = request.headers().contains_key("content-encoding");
    let body = request.into_body();
    let mut frames = body.into_data_stream();
    let mut decoder = flate2::write::GzDecoder::new(Lines(0));
    let mut plain = Lines(0);
    while let Some(Ok(data)) = frames.next().await {
        match is_gzip {
            true => std::io::Write::write_all(&mut decoder, &data).unwrap(),
            false => std::io::Write::write_all(&mut plain, &data).unwrap(),
        }
    }
    let lines = match is_gzip {
        true => decoder.finish().unwrap(),
        false => plain,
    };
    tokio::time::sleep(Duration::from_millis(300)).await;
    let items = vec![r#"{"create":{"status":201}}"#; lines.0 / 2].join(",");
    let body = format!(r#"{{"errors":false,"items":[{items}]}}"#);
    Ok(Response::new(body.into()))
}

/// Counts lines.
struct Lines(usize);

impl std::io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0 += bytes.iter().filter(|&&byte| byte == b'\n').count();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
