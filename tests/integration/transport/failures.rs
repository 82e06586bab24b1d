//! What the one line of an error says when there is no connection, or no response in time.

use std::time::{Duration, SystemTime};

use http::Method;
use rcgen::{CertificateParams, DnType, KeyPair};
use sigtower::opensearch::ClientBuilder;
use sigtower::transport::{ConnectFailure, TransportError};

use super::tls::{DOMAIN, Identity, hyper_server};
use super::{builder, client_of, transport_error};
use crate::faults::server::{EMPTY_OBJECT, Server};

/// The failure of the connection, and the line about it.
async fn failure(client: ClientBuilder) -> (ConnectFailure, String) {
    let client = client.max_attempts(1).build().unwrap();
    let error = client
        .raw(Method::GET, "/secret?token=x", ())
        .await
        .unwrap_err();
    let error = transport_error(&error);
    let line = error.to_string();
    assert!(!line.contains("secret") && !line.contains('\n'), "{line}");
    match error {
        TransportError::Connect { failure, .. } => (*failure, line),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_refused_connection_names_host_and_port() {
    // Port 1 is free on any machine that this test may run on.
    let (failure, line) = failure(builder("http://127.0.0.1:1")).await;
    assert_eq!(failure, ConnectFailure::Refused);
    let expected = "no connection to http://127.0.0.1:1: connection refused; check that the server \
                    runs and listens on this port";
    assert_eq!(line, expected);
}

#[tokio::test]
async fn a_tunnel_that_is_not_there_is_named_beside_the_domain() {
    let client = builder(format!("https://{DOMAIN}"))
        .root_certificate_pem(Identity::of(DOMAIN).pem())
        .connect_to("127.0.0.1:1");
    let (failure, line) = failure(client).await;
    assert_eq!(failure, ConnectFailure::Refused);
    let start = format!("no connection to 127.0.0.1:1 (in place of https://{DOMAIN}:443): ");
    assert!(line.starts_with(&start), "{line}");
}

/// `.invalid` never has an address (RFC 6761).
#[tokio::test]
async fn a_host_without_address_is_a_failed_lookup() {
    let client = builder("https://search.invalid:9200")
        .root_certificate_pem(Identity::of("search.invalid").pem());
    let (failure, line) = failure(client).await;
    assert_eq!(failure, ConnectFailure::Dns);
    let start = "no connection to https://search.invalid:9200: DNS lookup failed: ";
    assert!(
        line.starts_with(start) && line.len() > start.len(),
        "{line}"
    );
}

#[tokio::test]
async fn a_certificate_of_an_unknown_issuer_hints_at_the_setting_for_roots() {
    let mut named = CertificateParams::new(["localhost".to_owned()]).unwrap();
    let name = &mut named.distinguished_name;
    name.push(DnType::CommonName, "a private root");
    let named = Identity::signed_by_itself(named, KeyPair::generate().unwrap());
    // The second has the name of the trusted one, and a different key.
    for shown in [named, Identity::of("localhost")] {
        let (server, _seen) = hyper_server(&shown).await;
        let (failure, line) = failure(https(&server, &Identity::of("localhost"))).await;
        assert_eq!(failure, ConnectFailure::UnknownIssuer);
        let url = format!("https://localhost:{}", server.address().port());
        assert!(
            line.contains(&url) && line.contains("root_certificate_pem"),
            "{line}"
        );
    }
}

#[tokio::test]
async fn a_certificate_for_a_different_name_says_for_which() {
    let other = Identity::of("other.example");
    let (server, _seen) = hyper_server(&other).await;
    let (failure, line) = failure(https(&server, &other)).await;
    assert_eq!(failure, ConnectFailure::WrongName);
    assert!(
        line.contains("different host") && line.contains("other.example"),
        "{line}"
    );
}

#[tokio::test]
async fn a_certificate_out_of_its_time_says_so() {
    let day = Duration::from_secs(24 * 60 * 60);
    let (past, future) = (SystemTime::now() - 10 * day, SystemTime::now() + 10 * day);
    for (from, to, expected, words) in [
        (
            past - day,
            past,
            ConnectFailure::CertificateExpired,
            "has expired",
        ),
        (
            future,
            future + day,
            ConnectFailure::CertificateNotYetValid,
            "clock",
        ),
    ] {
        let mut params = CertificateParams::new(["localhost".to_owned()]).unwrap();
        (params.not_before, params.not_after) = (from.into(), to.into());
        let identity = Identity::signed_by_itself(params, KeyPair::generate().unwrap());
        let (server, _seen) = hyper_server(&identity).await;
        let (failure, line) = failure(https(&server, &identity)).await;
        assert_eq!(failure, expected);
        assert!(line.contains(words), "{line}");
    }
}

#[tokio::test]
async fn https_to_a_port_of_plain_http_says_so() {
    let answer = "HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
    let server = Server::start(move |mut stream| async move {
        use tokio::io::{AsyncReadExt, AsyncWriteExt};

        let _ = stream.read(&mut [0; 1024]).await;
        let _ = stream.write_all(answer.as_bytes()).await;
    })
    .await;
    let (failure, line) = failure(https(&server, &Identity::of("localhost"))).await;
    assert_eq!(failure, ConnectFailure::NotTls);
    assert!(line.contains("does not speak TLS"), "{line}");
}

#[tokio::test]
async fn a_server_that_closes_during_the_handshake_says_tls() {
    let server = Server::start(|stream| async move { drop(stream) }).await;
    let (failure, line) = failure(https(&server, &Identity::of("localhost"))).await;
    assert!(
        matches!(failure, ConnectFailure::Tls | ConnectFailure::Other),
        "{line}"
    );
    assert!(
        line.starts_with("no connection to https://localhost:"),
        "{line}"
    );
}

#[tokio::test]
async fn a_timeout_names_its_phase_its_limit_and_its_setting() {
    let server = Server::start(|stream| async move {
        tokio::time::sleep(Duration::from_secs(60)).await;
        drop(stream);
    })
    .await;
    let limit = Duration::from_millis(20);
    let head = client_of(&server).transport(|config| config.with_head_timeout(limit));
    let attempt = client_of(&server).attempt_timeout(limit);
    let total = client_of(&server).total_timeout(limit);
    let url = server.url();
    let connect = https(&server, &Identity::of("localhost")).connect_timeout(limit);
    let port = server.address().port();
    for (client, expected) in [
        (
            connect,
            format!(
                "timed out connecting, https://localhost:{port} (limit 20ms, `connect_timeout`)"
            ),
        ),
        (
            head,
            "timed out waiting for the head of the response (limit 20ms, `head_timeout`)".into(),
        ),
        (
            attempt,
            "timed out in one attempt (limit 20ms, `attempt_timeout`)".into(),
        ),
        (
            total,
            "timed out in the whole call (limit 20ms, `total_timeout`)".into(),
        ),
    ] {
        let client = client.max_attempts(1).build().unwrap();
        let error = client.raw(Method::GET, "/", ()).await.unwrap_err();
        assert_eq!(transport_error(&error).to_string(), expected, "{url}");
    }
}

#[tokio::test]
async fn a_connection_that_breaks_says_how() {
    let server = Server::start(|mut stream| async move {
        crate::faults::server::read_request(&mut stream).await;
        let cut = &EMPTY_OBJECT[..EMPTY_OBJECT.len() - 1];
        tokio::io::AsyncWriteExt::write_all(&mut stream, cut)
            .await
            .unwrap();
    })
    .await;
    let client = client_of(&server).max_attempts(1).build().unwrap();
    let error = client.raw(Method::GET, "/", ()).await.unwrap_err();
    let line = transport_error(&error).to_string();
    // The cause is hyper's.
    assert_eq!(
        line,
        "the connection broke before the whole response arrived: end of file before message length reached"
    );
}

/// A client of `https://localhost` that trusts this certificate.
fn https(server: &Server, trusted: &Identity) -> ClientBuilder {
    let port = server.address().port();
    builder(format!("https://localhost:{port}")).root_certificate_pem(trusted.pem())
}
