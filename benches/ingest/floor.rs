//! The work that every client must do: serialise, (compress,) hash, send, read the statuses.

use std::io::Write;
use std::net::SocketAddr;

use bytes::Bytes;
use flate2::Compression;
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// One connection.
pub(crate) struct Floor {
    connection: SendRequest<Full<Bytes>>,
}

#[derive(Deserialize)]
struct Response {
    items: Vec<Item>,
}

#[derive(Deserialize)]
struct Item {
    index: Status,
}

#[derive(Deserialize)]
struct Status {
    status: u16,
}

impl Floor {
    pub(crate) async fn connect(address: SocketAddr) -> Self {
        let stream = tokio::net::TcpStream::connect(address)
            .await
            .expect("a server");
        stream.set_nodelay(true).expect("an option");
        let (connection, driver) = handshake(TokioIo::new(stream)).await.expect("HTTP");
        tokio::spawn(driver);
        Self { connection }
    }

    pub(crate) async fn run<D: Serialize>(
        &mut self,
        documents: &[D],
        count: usize,
        gzip: Option<Compression>,
    ) {
        let mut done = 0;
        for body in bodies(documents, count, gzip) {
            std::hint::black_box(Sha256::digest(&body));
            let request =
                http::Request::post("/logs/_bulk?filter_path=errors,items.*.status,items.*.error")
                    .header("host", "127.0.0.1")
                    .header("content-type", "application/x-ndjson");
            let request = match gzip {
                Some(_) => request.header("content-encoding", "gzip"),
                None => request,
            };
            let request = request.body(Full::new(body)).expect("a request");
            self.connection.ready().await.expect("a connection");
            let response = self
                .connection
                .send_request(request)
                .await
                .expect("a response");
            let body = response
                .into_body()
                .collect()
                .await
                .expect("a body")
                .to_bytes();
            let response: Response = serde_json::from_slice(&body).expect("JSON");
            done += response
                .items
                .iter()
                .filter(|item| item.index.status == 201)
                .count();
        }
        assert_eq!(done, count);
    }
}

/// The same without a server. Returns the bytes of all bodies.
pub(crate) fn hash_only<D: Serialize>(
    documents: &[D],
    count: usize,
    gzip: Option<Compression>,
) -> usize {
    let hashed = bodies(documents, count, gzip).map(|body| {
        std::hint::black_box(Sha256::digest(&body));
        body.len()
    });
    hashed.sum()
}

/// Bodies of 5 MiB before compression. A buffer is used again once its body is dropped.
pub(crate) fn bodies<D: Serialize>(
    documents: &[D],
    count: usize,
    gzip: Option<Compression>,
) -> impl Iterator<Item = Bytes> {
    let mut documents = documents.iter().cycle().take(count).peekable();
    let mut kept = Bytes::new();
    std::iter::from_fn(move || {
        documents.peek()?;
        let buffer = std::mem::take(&mut kept).try_into_mut().map(Vec::from);
        let mut lines = buffer.unwrap_or_else(|_| Vec::with_capacity(CHUNK + 4096));
        lines.clear();
        while lines.len() < CHUNK
            && let Some(document) = documents.next()
        {
            lines.extend_from_slice(b"{\"index\":{}}\n");
            serde_json::to_writer(&mut lines, document).expect("JSON");
            lines.push(b'\n');
        }
        if let Some(level) = gzip {
            let compressed = Vec::with_capacity(CHUNK / 2);
            let mut encoder = flate2::write::GzEncoder::new(compressed, level);
            encoder.write_all(&lines).expect("memory");
            kept = Bytes::from(lines);
            return Some(Bytes::from(encoder.finish().expect("memory")));
        }
        kept = Bytes::from(lines);
        Some(kept.clone())
    })
}

const CHUNK: usize = 5 * 1024 * 1024;
