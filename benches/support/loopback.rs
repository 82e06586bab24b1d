//! A server on loopback in another process, with TLS and without, and clients that send it load.

#[path = "tls.rs"]
mod tls;

use std::future::Future;
use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::pin::Pin;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_util::stream::{FuturesUnordered, StreamExt};
use http_body_util::{BodyExt, Full};
use hyper::rt::{Read as ReadIo, Write as WriteIo};
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

/// The process of the server. Dropping this value ends it.
pub(crate) struct Server {
    process: Child,
    /// Without TLS.
    pub(crate) address: SocketAddr,
    #[allow(dead_code, reason = "not every benchmark uses TLS")]
    pub(crate) tls: Tls,
}

/// The ports of the server that need TLS.
#[allow(dead_code, reason = "not every benchmark uses TLS")]
pub(crate) struct Tls {
    pub(crate) address: SocketAddr,
    /// This port closes each connection after one response.
    pub(crate) closing: SocketAddr,
    /// The server's certificate, which it signed itself.
    pub(crate) pem: String,
}

impl Server {
    /// Starts this program again with the argument `--server`. Its `main` must then call [`serve`].
    pub(crate) fn start() -> Self {
        let program = std::env::current_exe().expect("a path");
        let mut process = Command::new(program)
            .arg("--server")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("this program starts again");
        let output = BufReader::new(process.stdout.take().expect("piped"));
        let mut lines = output.lines().map(|line| line.expect("a line"));
        let mut address = || lines.next().and_then(|line| line.parse().ok());
        let (plain, tls, closing) = (address(), address(), address());
        let pem = lines.take_while(|line| !line.is_empty());
        let pem = pem.map(|line| line + "\n").collect();
        separate(&process);
        Self {
            process,
            address: plain.expect("an address"),
            tls: Tls {
                address: tls.expect("an address"),
                closing: closing.expect("an address"),
                pem,
            },
        }
    }
}

/// Gives the server and the main thread of this program one core each, if `taskset` is installed.
/// Otherwise the scheduler sometimes puts both on the same core, and figures vary.
fn separate(server: &Child) {
    for (core, process) in [("0", std::process::id()), ("1", server.id())] {
        let pinned = Command::new("taskset")
            .args(["-pc", core, &process.to_string()])
            .output();
        if !pinned.is_ok_and(|it| it.status.success()) {
            println!("taskset failed: client and server may share a core, and figures vary");
            return;
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        _ = self.process.kill();
        _ = self.process.wait();
    }
}

/// If this process was started as the server.
pub(crate) fn is_server() -> bool {
    std::env::args().any(|argument| argument == "--server")
}

/// Reads each request completely and responds as OpenSearch does to a successful index or bulk
/// request. Returns when standard input closes.
///
/// Prints its addresses: without TLS, with TLS, and with TLS for one request on each connection. Then its certificate, and
/// an empty line.
pub(crate) fn serve() {
    std::thread::spawn(|| {
        _ = std::io::stdin().read_to_end(&mut Vec::new());
        std::process::exit(0);
    });
    runtime().block_on(async {
        let mut listeners = Vec::new();
        for _ in 0..3 {
            let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
            println!("{}", listener.local_addr().expect("an address"));
            listeners.push(listener);
        }
        let (pem, acceptor) = tls::identity();
        println!("{pem}");
        let closing = listeners.pop().expect("three");
        let encrypted = listeners.pop().expect("three");
        let plain = listeners.pop().expect("three");
        futures_util::future::join3(
            accept(plain, None, true),
            accept(encrypted, Some(acceptor.clone()), true),
            accept(closing, Some(acceptor), false),
        )
        .await;
    });
}

async fn accept(listener: TcpListener, acceptor: Option<TlsAcceptor>, keep_alive: bool) {
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            continue;
        };
        _ = stream.set_nodelay(true);
        tokio::spawn(handle(stream, acceptor.clone(), keep_alive));
    }
}

async fn handle(stream: TcpStream, acceptor: Option<TlsAcceptor>, keep_alive: bool) {
    match acceptor {
        None => respond(TokioIo::new(stream), keep_alive).await,
        Some(acceptor) => {
            if let Ok(stream) = acceptor.accept(stream).await {
                respond(TokioIo::new(stream), keep_alive).await;
            }
        }
    }
}

async fn respond(stream: impl ReadIo + WriteIo + Unpin, keep_alive: bool) {
    let respond = service_fn(|request: http::Request<hyper::body::Incoming>| async {
        request.into_body().collect().await?;
        Ok::<_, hyper::Error>(
            http::Response::builder()
                .header("content-type", "application/json")
                .body(Full::new(Bytes::from_static(RESPONSE)))
                .expect("a response"),
        )
    });
    let mut connection = hyper::server::conn::http1::Builder::new();
    _ = connection
        .keep_alive(keep_alive)
        .serve_connection(stream, respond)
        .await;
}

pub(crate) fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime")
}

/// One way to send a request and read its response.
pub(crate) struct Client {
    pub(crate) name: &'static str,
    send: Box<dyn Fn() -> Sent>,
}

type Sent = Pin<Box<dyn Future<Output = ()>>>;

impl Client {
    pub(crate) fn new<F: Future<Output = ()> + 'static>(
        name: &'static str,
        send: impl Fn() -> F + 'static,
    ) -> Self {
        Self {
            name,
            send: Box::new(move || Box::pin(send())),
        }
    }
}

/// The best of all rounds of one client: the most requests a second, and the least CPU time for a
/// request, without the CPU time of the server.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Reached {
    pub(crate) per_second: f64,
    pub(crate) cpu_micros: f64,
}

/// Sends `count` requests, with `in_flight` at a time.
#[allow(dead_code, reason = "only `instructions` counts requests")]
pub(crate) async fn send(client: &Client, in_flight: usize, count: usize) {
    let mut sending: FuturesUnordered<_> =
        (0..in_flight.min(count)).map(|_| (client.send)()).collect();
    let mut left = count - sending.len();
    while sending.next().await.is_some() {
        if left > 0 {
            left -= 1;
            sending.push((client.send)());
        }
    }
}

/// Lets the clients take turns, each with `in_flight` requests at a time.
pub(crate) async fn load(
    clients: &[Client],
    in_flight: usize,
    rounds: usize,
    round: Duration,
) -> Vec<Reached> {
    let mut reached = vec![Reached::default(); clients.len()];
    for _ in 0..rounds {
        for (client, best) in clients.iter().zip(&mut reached) {
            let (start, cpu) = (Instant::now(), cpu_time());
            let mut sending: FuturesUnordered<_> =
                (0..in_flight).map(|_| (client.send)()).collect();
            let mut count = 0_u32;
            while sending.next().await.is_some() {
                count += 1;
                if start.elapsed() < round {
                    sending.push((client.send)());
                }
            }
            let per_second = f64::from(count) / start.elapsed().as_secs_f64();
            let cpu_micros = (cpu_time() - cpu).as_secs_f64() * 1e6 / f64::from(count);
            best.per_second = best.per_second.max(per_second);
            if best.cpu_micros == 0.0 || cpu_micros < best.cpu_micros {
                best.cpu_micros = cpu_micros;
            }
        }
    }
    reached
}

/// Prints one line for each client, with its ratios to the first client.
pub(crate) fn print(work: &str, in_flight: usize, clients: &[Client], reached: &[Reached]) {
    let first = reached[0];
    for (client, it) in clients.iter().zip(reached) {
        println!(
            "{work:17} {in_flight:4} in flight {:14} {:9.0}/s {:5.2} x {:8.1} us CPU {:5.2} x",
            client.name,
            it.per_second,
            it.per_second / first.per_second,
            it.cpu_micros,
            it.cpu_micros / first.cpu_micros,
        );
    }
}

/// The CPU time of all threads of this process, user and system. Linux counts in units of 10 ms.
fn cpu_time() -> Duration {
    let text = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = text.rsplit(')').next().unwrap_or_default();
    let ticks = fields.split_whitespace().skip(11).take(2);
    let ticks: u64 = ticks.filter_map(|field| field.parse::<u64>().ok()).sum();
    Duration::from_millis(ticks * 10)
}

const RESPONSE: &[u8] = br#"{"_index":"movies","_id":"1017","_version":1,"result":"created","_shards":{"total":2,"successful":1,"failed":0},"_seq_no":0,"_primary_term":1,"took":3,"errors":false,"items":[]}"#;
