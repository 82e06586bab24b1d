//! Slow peers, and the timeout that ends each of them.

use std::time::{Duration, Instant};

use http::Method;
use sigtower::opensearch::ClientBuilder;
use sigtower::transport::{Phase, TransportConfig, TransportError};
use tokio::net::{TcpListener, TcpSocket, TcpStream};

use super::server::Server;
use super::wire::{Fault, Way, What, Wire};
use crate::transport::{builder, transport_error};

/// All at once, because each case only waits.
#[tokio::test]
async fn a_slow_peer_ends_in_the_timeout_of_its_phase() {
    tokio::join!(
        nobody_accepts(),
        a_tls_hello_that_stalls_or_drips(),
        a_head_that_stalls_or_drips(),
        a_head_without_a_limit_of_its_own(),
        a_body_that_stalls(),
        a_body_that_drips(),
        an_upload_that_stalls_or_drips(),
    );
}

async fn nobody_accepts() {
    let (listener, _queue) = full_listener().await;
    let url = format!("http://{}", listener.local_addr().unwrap());
    let client = patient(&url).connect_timeout(LIMIT);
    ends_in(Phase::Connect, "nobody accepts", client, "").await;
}

#[cfg(any(feature = "rustls", feature = "ring"))]
async fn a_tls_hello_that_stalls_or_drips() {
    use crate::transport::tls::{DOMAIN, Identity, hyper_server};

    let identity = Identity::of(DOMAIN);
    let (server, _seen) = hyper_server(&identity).await;
    let slow = [What::Stall, DRIP].map(async |what| {
        let wire = Wire::to(server.address()).await;
        wire.next(answer_at(0, what));
        let client = patient(&format!("https://{DOMAIN}"))
            .connect_to(wire.address())
            .root_certificate_pem(identity.pem())
            .connect_timeout(LIMIT);
        ends_in(Phase::Connect, "TLS hello", client, "").await;
    });
    futures_util::future::join_all(slow).await;
}

#[cfg(not(any(feature = "rustls", feature = "ring")))]
async fn a_tls_hello_that_stalls_or_drips() {}

async fn a_head_that_stalls_or_drips() {
    let slow = [(0, What::Stall), (0, DRIP), (30, What::Stall)].map(async |(byte, what)| {
        let (_server, wire) = answering(answer_at(byte, what)).await;
        let client = over(&wire).transport(|config| config.with_head_timeout(LIMIT));
        ends_in(Phase::Head, "head", client, "").await;
    });
    futures_util::future::join_all(slow).await;
}

async fn a_head_without_a_limit_of_its_own() {
    let (_server, wire) = answering(answer_at(0, DRIP)).await;
    let client = over(&wire).attempt_timeout(LIMIT);
    ends_in(Phase::Attempt, "head, attempt", client, "").await;
}

async fn a_body_that_stalls() {
    let (_server, wire) = answering(answer_at(IN_THE_BODY, What::Stall)).await;
    let client = over(&wire).transport(stalls_for_too_long);
    ends_in(Phase::Body, "body stall", client, "").await;
}

/// Something arrives in time, again and again: only the timeouts of the whole end that.
async fn a_body_that_drips() {
    let (_server, first) = answering(answer_at(IN_THE_BODY, DRIP)).await;
    let attempt = over(&first)
        .transport(stalls_for_too_long)
        .attempt_timeout(LIMIT);
    let (_server, second) = answering(answer_at(IN_THE_BODY, DRIP)).await;
    let total = over(&second)
        .transport(stalls_for_too_long)
        .total_timeout(LIMIT);
    tokio::join!(
        ends_in(Phase::Attempt, "body drip, attempt", attempt, ""),
        ends_in(Phase::Total, "body drip, total", total, ""),
    );
}

async fn an_upload_that_stalls_or_drips() {
    let slow = [What::Stall, DRIP].map(async |what| {
        let (way, byte) = (Way::Request, 100_000);
        let (_server, wire) = answering(Fault { way, byte, what }).await;
        let client = over(&wire).transport(stalls_for_too_long);
        // More than the buffers of two sockets hold.
        ends_in(Phase::Send, "upload", client, "x".repeat(8 << 20)).await;
    });
    futures_util::future::join_all(slow).await;
}

/// Sends a request that must fail in this phase, when its limit has passed and no later.
async fn ends_in(phase: Phase, case: &str, client: ClientBuilder, body: impl Into<String>) {
    let client = client.max_attempts(1).build().unwrap();
    let body = body.into();
    let begun = Instant::now();
    let error = client.raw(Method::POST, "/", body).await.expect_err(case);
    let elapsed = begun.elapsed();
    assert!(error.is_timeout(), "{case}: {error:?}");
    match transport_error(&error) {
        TransportError::Timeout {
            phase: said, limit, ..
        } => {
            assert_eq!((*said, *limit), (phase, LIMIT), "{case}");
        }
        other => panic!("{case}: {other:?}"),
    }
    assert!(
        (LIMIT..LIMIT * 11 / 10).contains(&elapsed),
        "{case}: {elapsed:?}"
    );
}

/// A server that responds with a thousand bytes, and a wire to it with this fault.
async fn answering(fault: Fault) -> (Server, Wire) {
    let body = "x".repeat(1_000);
    let head = "HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n";
    let server = Server::answering(format!("{head}{body}")).await;
    let wire = Wire::to(server.address()).await;
    wire.next(fault);
    (server, wire)
}

fn answer_at(byte: usize, what: What) -> Fault {
    let way = Way::Answer;
    Fault { way, byte, what }
}

fn over(wire: &Wire) -> ClientBuilder {
    patient(&format!("http://{}", wire.address()))
}

/// No limits except those that a case is about.
fn patient(url: &str) -> ClientBuilder {
    builder(url)
        .connect_timeout(PATIENCE)
        .attempt_timeout(PATIENCE)
        .total_timeout(PATIENCE)
        .transport(|config| config.with_stall_timeout(PATIENCE))
}

fn stalls_for_too_long(config: TransportConfig) -> TransportConfig {
    config.with_stall_timeout(LIMIT)
}

/// A listener that accepts no more connections, and those in its queue.
async fn full_listener() -> (TcpListener, Vec<TcpStream>) {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let listener = socket.listen(1).unwrap();
    let address = listener.local_addr().unwrap();
    let mut queue = Vec::new();
    let soon = Duration::from_millis(200);
    while let Ok(queued) = tokio::time::timeout(soon, TcpStream::connect(address)).await {
        queue.push(queued.unwrap());
    }
    (listener, queue)
}

const LIMIT: Duration = Duration::from_secs(3);
const PATIENCE: Duration = Duration::from_secs(60);
const DRIP: What = What::Drip(Duration::from_millis(300));
const IN_THE_BODY: usize = 500;
