//! A redirect is an answer: nothing goes where it points.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use http::{Method, Request};
use hyper_util::client::legacy;
use hyper_util::rt::TokioExecutor;
use sigtower::body::Body;
use sigtower::opensearch::{Client, ErrorKind, cluster};
use sigtower::sigv4::Scope;
use sigtower::{Credentials, SigV4Layer};
use tokio::io::AsyncReadExt;
use tokio::net::TcpListener;
use tower::{Layer, ServiceExt};

use crate::faults::server::Server;

#[tokio::test]
async fn a_redirect_never_carries_the_token() {
    let elsewhere = [Sink::on("127.0.0.1:0").await, Sink::on("[::1]:0").await];
    let [v4, v6] = elsewhere.each_ref().map(|sink| sink.port);
    let mut sent = 0;
    for status in [300, 301, 302, 303, 305, 307, 308] {
        for location in [
            format!("http://127.0.0.1:{v4}/"),
            format!("http://127.0.0.2:{v4}/"),
            format!("http://localhost:{v4}/"),
            format!("HTTP://LOCALHOST:{v4}/"),
            format!("http://localhost.:{v4}/"),
            format!("http://search.localhost:{v4}/"),
            format!("http://xn--bcher-kva.localhost:{v4}/"),
            format!("https://127.0.0.1:{v4}/"),
            format!("http://user:password@127.0.0.1:{v4}/"),
            format!("http://127.0.0.1@127.0.0.1:{v4}/"),
            format!("http://127.0.0.1:{v4}\\@127.0.0.1/"),
            format!("http://2130706433:{v4}/"),
            format!("http://[::1]:{v6}/"),
            format!("http://[::ffff:127.0.0.1]:{v4}/"),
            format!("//127.0.0.1:{v4}/"),
            format!("///127.0.0.1:{v4}/"),
            format!("\\\\127.0.0.1:{v4}/"),
            format!("http:127.0.0.1:{v4}"),
            "/on/the/same/server".to_owned(),
            "?again".to_owned(),
        ] {
            let answer = format!(
                "HTTP/1.1 {status} Elsewhere\r\nlocation: {location}\r\ncontent-length: 0\r\n\r\n"
            );
            let server = Server::answering(answer).await;
            assert_redirected(&client(&server), status, &location).await;
            assert_eq!(layer(&server).await, status, "{location}");
            // Two calls of one client, one of the layer's.
            assert_eq!(server.accepted(), 2, "{status} {location}");
            sent += 1;
        }
    }
    assert_eq!(sent, 7 * 20);
    for sink in elsewhere {
        assert_eq!(sink.seen(), (0, 0), "connections and bytes");
    }
}

async fn assert_redirected(client: &Client, status: u16, location: &str) {
    let raw = client.raw(Method::GET, "/movies", "{}").await;
    let sent = client.send(cluster::Info::new()).await;
    for error in [raw.unwrap_err(), sent.unwrap_err()] {
        assert_eq!(error.kind(), ErrorKind::Redirect, "{status} {location}");
        assert_eq!(error.status().unwrap(), status, "{location}");
        assert!(!error.is_retryable());
        assert!(!error.to_string().contains("password"), "{error}");
    }
}

fn client(server: &Server) -> Client {
    let client = Client::builder(server.url()).credentials(credentials());
    client.region("us-east-1").service("es").build().unwrap()
}

/// The layer round a plain hyper client; the answer's status.
async fn layer(server: &Server) -> u16 {
    let plain = legacy::Client::builder(TokioExecutor::new()).build_http();
    let sign = SigV4Layer::new(Scope::new("us-east-1", "es").unwrap(), credentials());
    let request = Request::get(format!("{}/movies", server.url()));
    let request = request.body(Body::empty()).unwrap();
    let answer = sign.layer(plain).oneshot(request).await.unwrap();
    answer.status().as_u16()
}

fn credentials() -> Credentials {
    Credentials::new("ASIAEXAMPLE", "secret", Some("token".into()))
}

/// Where nothing should ever arrive.
struct Sink {
    port: u16,
    seen: Arc<(AtomicUsize, AtomicUsize)>,
}

impl Sink {
    async fn on(address: &str) -> Self {
        let listener = TcpListener::bind(address).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let seen = Arc::<(AtomicUsize, AtomicUsize)>::default();
        let counts = Arc::clone(&seen);
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                counts.0.fetch_add(1, Ordering::SeqCst);
                let counts = Arc::clone(&counts);
                tokio::spawn(async move {
                    let mut bytes = Vec::new();
                    let _ = stream.read_to_end(&mut bytes).await;
                    counts.1.fetch_add(bytes.len(), Ordering::SeqCst);
                });
            }
        });
        Self { port, seen }
    }

    fn seen(&self) -> (usize, usize) {
        let (connections, bytes) = &*self.seen;
        (
            connections.load(Ordering::SeqCst),
            bytes.load(Ordering::SeqCst),
        )
    }
}
