//! A server in a process of its own, which responds to every item of a bulk request.

use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;

/// The server's process; it ends with this value.
pub(crate) struct Server {
    process: Child,
    pub(crate) address: SocketAddr,
}

impl Server {
    /// Starts this program again with `--server`.
    pub(crate) fn start() -> Self {
        let program = std::env::current_exe().expect("a path");
        let command = Command::new(program)
            .arg("--server")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn();
        let mut process = command.expect("this program starts again");
        let mut line = String::new();
        let output = process.stdout.take().expect("piped");
        BufReader::new(output).read_line(&mut line).expect("a line");
        let address = line.trim().parse().expect("an address");
        Self { process, address }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        _ = self.process.kill();
        _ = self.process.wait();
    }
}

pub(crate) fn is_server() -> bool {
    std::env::args().any(|argument| argument == "--server")
}

/// Serves until standard input closes.
pub(crate) fn serve() {
    std::thread::spawn(|| {
        _ = std::io::stdin().read_to_end(&mut Vec::new());
        std::process::exit(0);
    });
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime.expect("a runtime").block_on(async {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
            .await
            .expect("a port");
        println!("{}", listener.local_addr().expect("an address"));
        loop {
            let Ok((stream, _)) = listener.accept().await else {
                continue;
            };
            _ = stream.set_nodelay(true);
            tokio::spawn(async move {
                let service = service_fn(respond);
                let connection = hyper::server::conn::http1::Builder::new();
                _ = connection
                    .serve_connection(TokioIo::new(stream), service)
                    .await;
            });
        }
    });
}

/// Responds to a bulk request as OpenSearch does with the `filter_path` that asks for statuses: each
/// item is stored. Clients that check their server before a load get [`ABOUT`].
async fn respond(
    request: http::Request<hyper::body::Incoming>,
) -> Result<http::Response<Full<Bytes>>, hyper::Error> {
    let is_bulk = request.uri().path().ends_with("/_bulk");
    let is_gzip = request.headers().contains_key("content-encoding");
    let mut body = request.into_body().collect().await?.to_bytes();
    if is_gzip {
        let mut plain = Vec::new();
        flate2::read::GzDecoder::new(&body[..])
            .read_to_end(&mut plain)
            .expect("gzip");
        body = plain.into();
    }
    let response = if is_bulk {
        let documents = body.iter().filter(|&&byte| byte == b'\n').count() / 2;
        let items = vec![r#"{"index":{"status":201}}"#; documents].join(",");
        format!(r#"{{"took":1,"errors":false,"items":[{items}]}}"#).into()
    } else {
        Bytes::from_static(ABOUT)
    };
    let mut response = http::Response::new(Full::new(response));
    let headers = response.headers_mut();
    let json = http::HeaderValue::from_static("application/json");
    headers.insert("content-type", json);
    let product = http::HeaderValue::from_static("Elasticsearch");
    headers.insert("x-elastic-product", product);
    Ok(response)
}

/// The name and version of the server, and the settings of the index, all in one document: esbulk
/// reads the settings, and go-elasticsearch wants the header `X-Elastic-Product`.
const ABOUT: &[u8] = br#"{"name":"bench","version":{"number":"7.10.2","build_flavor":"default"},"tagline":"You Know, for Search","logs":{"settings":{"index":{"number_of_replicas":"0"}}}}"#;
