//! Measures what signing costs a request that is sent over loopback.
//!
//! Compares the same hyper transport with and without the layer, and the typed client: in clear text, over TLS, and over
//! TLS with a new connection for each request. The server is a hyper server in another process. `benches/peers` compares
//! other clients.

#[path = "support/loopback.rs"]
mod loopback;

use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request};
use http_body_util::BodyExt;
use loopback::{Client, Server};
use sigtower::body::Body;
use sigtower::endpoint::Endpoint;
use sigtower::transport::{Transport, TransportConfig};
use sigtower::{Credentials, SigV4Layer};
use tower::{Layer, ServiceExt};

fn main() {
    if loopback::is_server() {
        return loopback::serve();
    }
    let test = std::env::args().any(|argument| argument == "--test");
    let (rounds, round) = if test {
        (1, Duration::from_millis(20))
    } else {
        (8, Duration::from_millis(500))
    };
    let server = Server::start();
    let plain = format!("http://{}", server.address);
    let tls = format!("https://{}", server.tls.address);
    let closing = format!("https://{}", server.tls.closing);
    const PUT: (&str, usize) = ("/movies/_doc/1017", 300);
    const BULK: (&str, usize) = ("/_bulk", 64 << 10);
    loopback::runtime().block_on(async {
        for (work, origin, (path, length), loads) in [
            ("put-300B", &plain, PUT, &[1, 16, 64][..]),
            ("bulk-64KiB", &plain, BULK, &[1, 16, 64]),
            ("put-300B, TLS", &tls, PUT, &[1, 16, 64]),
            ("bulk-64KiB, TLS", &tls, BULK, &[1, 16, 64]),
            ("put-300B, new TLS", &closing, PUT, &[16]),
        ] {
            let clients = clients(origin, &server.tls.pem, path, length);
            for &in_flight in loads {
                let reached = loopback::load(&clients, in_flight, rounds, round).await;
                loopback::print(work, in_flight, &clients, &reached);
            }
        }
    });
}

fn clients(origin: &str, pem: &str, path: &'static str, length: usize) -> Vec<Client> {
    let endpoint = Endpoint::parse(origin).expect("an endpoint");
    let endpoint = endpoint.with_region("us-east-1").expect("a region");
    let endpoint = endpoint.with_service("es").expect("a service");
    let config = TransportConfig::new().with_root_certificate_pem(pem.to_owned());
    let transport = Transport::new(&endpoint, &config).expect("a transport");
    let credentials = || Credentials::new("AKIDEXAMPLE", "secret", None);
    let layer = SigV4Layer::new(endpoint.scope().expect("a scope"), credentials());
    let signed = layer.layer(transport.clone());
    let client = sigtower::opensearch::Client::builder(origin)
        .region("us-east-1")
        .service("es")
        .credentials(credentials())
        .root_certificate_pem(pem.to_owned())
        .build()
        .expect("a client");

    let mut body = vec![b'1'; length];
    body[length - 1] = b'\n'; // the client copies a bulk without a final newline, to add one
    let body = Bytes::from(body);
    let uri = format!("{origin}{path}");
    let request = {
        let body = body.clone();
        move || {
            Request::put(&uri)
                .header("content-type", "application/json")
                .body(Body::from(body.clone()))
                .expect("a request")
        }
    };
    let same = request.clone();
    vec![
        Client::new("unsigned", move || {
            let sent = transport.clone().oneshot(request());
            async {
                let response = sent.await.expect("a response");
                response.into_body().collect().await.expect("its body");
            }
        }),
        Client::new("signed", move || {
            let sent = signed.clone().oneshot(same());
            async {
                let response = sent.await.expect("a response");
                response.into_body().collect().await.expect("its body");
            }
        }),
        Client::new("typed client", move || {
            let (client, body) = (client.clone(), body.clone());
            async move {
                let sent = client.raw(Method::PUT, path, body);
                assert!(sent.await.expect("a response").success().is_ok());
            }
        }),
    ]
}
