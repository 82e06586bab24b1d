//! The connector itself opens no unencrypted connection beyond loopback, whoever asks it to.

use std::net::{SocketAddr, UdpSocket};

use http::Request;
use sigtower::body::Body;
use sigtower::endpoint::Endpoint;
use sigtower::retry::Failed;
use sigtower::stack::{Stack, StackConfig};
use sigtower::transport::{Transport, TransportConfig, TransportError};
use sigtower::{Credentials, SigV4Layer};
use tokio::io::AsyncReadExt;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tower::ServiceExt;

use super::tls::Identity;

const DOMAIN: &str = "https://search-x.eu-west-1.es.amazonaws.com";

/// Hosts of this machine that are not loopback: the unspecified address, and what others know it by.
fn hosts() -> Vec<String> {
    let mut hosts = vec!["0.0.0.0".to_owned()];
    // Nothing is sent; the kernel only chooses the address that it would send from.
    let socket = UdpSocket::bind("0.0.0.0:0").unwrap();
    if socket.connect("192.0.2.1:9").is_ok() {
        hosts.push(socket.local_addr().unwrap().ip().to_string());
    }
    hosts
}

/// Listens on all addresses; says what the first connection sends.
async fn listen() -> (u16, JoinHandle<Vec<u8>>) {
    let listener = TcpListener::bind(SocketAddr::from(([0, 0, 0, 0], 0)))
        .await
        .unwrap();
    let port = listener.local_addr().unwrap().port();
    let heard = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut bytes = vec![0; 1024];
        let read = stream.read(&mut bytes).await.unwrap();
        bytes.truncate(read);
        bytes
    });
    (port, heard)
}

fn transport(endpoint: &Endpoint) -> Transport {
    let root = Identity::of("root.example").pem();
    let config = TransportConfig::new().with_root_certificate_pem(root);
    Transport::new(endpoint, &config).unwrap()
}

fn stack(endpoint: &Endpoint) -> Stack {
    let token = Some("session-token".to_owned());
    let credentials = Credentials::new("AKIDEXAMPLE", "secret", token);
    let sign = SigV4Layer::new(endpoint.scope().unwrap(), credentials);
    Stack::new(transport(endpoint), sign, &StackConfig::new())
}

fn request(url: &str) -> Request<Body> {
    Request::get(url).body(Body::empty()).unwrap()
}

fn is_refused(error: &TransportError, host: &str) -> bool {
    let line = error.to_string();
    matches!(error, TransportError::Cleartext { .. }) && line.contains(host)
}

#[tokio::test]
async fn a_transport_or_stack_for_https_sends_nothing_in_cleartext_beyond_loopback() {
    let endpoint = Endpoint::parse(DOMAIN).unwrap();
    for host in hosts() {
        let (port, heard) = listen().await;
        let url = format!("http://{host}:{port}/");

        let error = transport(&endpoint)
            .oneshot(request(&url))
            .await
            .unwrap_err();
        assert!(is_refused(&error, &host), "{host}: {error:?}");

        let error = stack(&endpoint).oneshot(request(&url)).await.unwrap_err();
        let failed = *error.downcast::<Failed>().unwrap();
        assert_eq!(failed.attempts(), 1, "{host}");
        let error = failed.into_source().downcast::<TransportError>().unwrap();
        assert!(is_refused(&error, &host), "{host}: {error:?}");
        assert!(!heard.is_finished(), "{host}");
    }
}

#[tokio::test]
async fn an_endpoint_may_allow_cleartext_beyond_loopback() {
    for host in hosts() {
        let (port, heard) = listen().await;
        let url = format!("http://{host}:{port}");
        let endpoint = Endpoint::parse(&url).unwrap();
        let refused = transport(&endpoint).oneshot(request(&url)).await;
        assert!(is_refused(&refused.unwrap_err(), &host), "{host}");

        let allowed = transport(&endpoint.with_cleartext(true))
            .oneshot(request(&url))
            .await;
        assert!(
            matches!(allowed, Err(TransportError::Broken(_))),
            "{host}: {allowed:?}"
        );
        assert!(
            heard.await.unwrap().starts_with(b"GET / HTTP/1.1"),
            "{host}"
        );
    }
}

/// The address of the tunnel counts, not the host that the request is for.
#[tokio::test]
async fn a_tunnel_decides_by_its_own_address() {
    let url = "http://search-x.eu-west-1.es.amazonaws.com/";
    let endpoint = Endpoint::parse(url).unwrap();
    for host in hosts() {
        let (port, _heard) = listen().await;
        let tunnel = endpoint
            .clone()
            .with_connect_to(format!("{host}:{port}"))
            .unwrap();
        let refused = transport(&tunnel).oneshot(request(url)).await.unwrap_err();
        assert!(is_refused(&refused, &format!("{host}:{port}")), "{refused}");
    }
    let (port, heard) = listen().await;
    let tunnel = endpoint
        .with_connect_to(format!("127.0.0.1:{port}"))
        .unwrap();
    let _closed = transport(&tunnel).oneshot(request(url)).await;
    assert!(heard.await.unwrap().starts_with(b"GET / HTTP/1.1"));
}
