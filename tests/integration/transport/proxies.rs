//! Connections through HTTP and SOCKS proxies, to servers with TLS and without.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::Method;
use sigtower::opensearch::{Client, ClientBuilder, ErrorKind};
use sigtower::transport::{ConnectFailure, TransportError};
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::TcpStream;
use tokio::sync::mpsc;

use super::tls::{Identity, hyper_server};
use super::{builder, transport_error};
use crate::child;
use crate::faults::server::{Received, Server, read_request};

/// An HTTP proxy that requires this login, if any, and passes on the head of each request.
pub(crate) async fn proxy(
    login: Option<&'static str>,
) -> (Server, mpsc::UnboundedReceiver<Received>) {
    let (saw, seen) = mpsc::unbounded_channel();
    let server = Server::start(move |mut stream| {
        let saw = saw.clone();
        async move {
            while let Some(request) = read_request(&mut stream).await {
                let sent = request.header("Proxy-Authorization");
                let sent = sent.or_else(|| request.header("proxy-authorization"));
                let expected = login.map(|login| format!("Basic {}", STANDARD.encode(login)));
                if sent != expected.as_deref() {
                    let refusal = b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n";
                    stream.write_all(refusal).await.unwrap();
                    return;
                }
                let mut words = request.request_line().split(' ');
                let (method, target) = (words.next().unwrap(), words.next().unwrap());
                if method == "CONNECT" {
                    let mut server = TcpStream::connect(target).await.unwrap();
                    stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.unwrap();
                    saw.send(request).unwrap();
                    let _ = copy_bidirectional(&mut stream, &mut server).await;
                    return;
                }
                let (host, path) = target
                    .strip_prefix("http://")
                    .unwrap()
                    .split_once('/')
                    .unwrap();
                let mut server = TcpStream::connect(host).await.unwrap();
                let head = request.head.replacen(target, &format!("/{path}"), 1);
                let is_kept = |line: &&str| !line.to_ascii_lowercase().starts_with("proxy-");
                let head: String = head.split_inclusive("\r\n").filter(is_kept).collect();
                server.write_all(head.as_bytes()).await.unwrap();
                let mut response = vec![0; 1024];
                let length = server.read(&mut response).await.unwrap();
                saw.send(request).unwrap();
                stream.write_all(&response[..length]).await.unwrap();
            }
        }
    })
    .await;
    (server, seen)
}

/// A builder for a server with TLS on `localhost`.
fn over_tls(server: &Server, identity: &Identity) -> ClientBuilder {
    let url = format!("https://localhost:{}", server.address().port());
    builder(url)
        .root_certificate_pem(identity.pem())
        .max_attempts(1)
}

#[tokio::test]
async fn tls_to_the_server_goes_through_a_tunnel_of_a_proxy() {
    let identity = Identity::of("localhost");
    let (server, mut at_server) = hyper_server(&identity).await;
    let (proxy, mut at_proxy) = proxy(Some("user:pass word")).await;
    let url = format!("http://user:pass%20word@{}", proxy.address());
    let client = over_tls(&server, &identity).proxy(url).build().unwrap();
    for _ in 0..2 {
        client.raw(Method::GET, "/a?q=b", ()).await.unwrap();
        let head = at_server.recv().await.unwrap();
        assert_eq!(head.uri.path_and_query().unwrap(), "/a?q=b");
        assert!(!head.headers.contains_key("proxy-authorization"));
    }
    let tunnel = at_proxy.recv().await.unwrap();
    let expected = format!("CONNECT localhost:{} HTTP/1.1", server.address().port());
    assert_eq!(tunnel.request_line(), expected);
    assert!(
        !tunnel.head.to_lowercase().contains("\nauthorization"),
        "{}",
        tunnel.head
    );
    assert_eq!((proxy.accepted(), server.accepted()), (1, 1));
}

#[tokio::test]
async fn a_proxy_that_rejects_the_login_is_named_and_not_asked_again() {
    let identity = Identity::of("localhost");
    let (server, _) = hyper_server(&identity).await;
    let (proxy, _) = proxy(Some("user:right")).await;
    let address = proxy.address();
    for (url, expected) in [
        (
            format!("http://{address}"),
            "requires a user name and password (407)",
        ),
        (
            format!("http://user:hunter2@{address}"),
            "rejected the user name and password in its URL (407)",
        ),
    ] {
        let before = proxy.accepted();
        let builder = over_tls(&server, &identity).max_attempts(3).proxy(url);
        let shown = format!("{builder:?}");
        let client = builder.build().unwrap();
        let error = client.raw(Method::GET, "/", ()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Connect);
        let line = error.to_string();
        assert!(
            line.contains(&format!("the proxy http://{address} {expected}")),
            "{line}"
        );
        let shown = format!("{shown} {line} {error:?} {client:?}");
        assert!(
            !shown.contains("hunter2") && !shown.contains("dXNl"),
            "{shown}"
        );
        assert_eq!((proxy.accepted() - before, server.accepted()), (1, 0));
    }
}

#[tokio::test]
async fn a_proxy_that_does_not_connect_is_named() {
    let identity = Identity::of("localhost");
    let (server, _) = hyper_server(&identity).await;
    let refuses = Server::answering("HTTP/1.1 403 Filtered\r\nconnection: close\r\n\r\n").await;
    let silent = Server::start(|stream| async { drop(stream) }).await;
    let gone = Server::start(|_| async {}).await;
    let closed = gone.address();
    drop(gone);
    for (address, expected) in [
        (refuses.address(), "refused to connect"),
        (silent.address(), "gives no connection"),
        (closed, "gives no connection: Connection refused"),
    ] {
        let client = over_tls(&server, &identity).proxy(format!("http://{address}"));
        let sent = client.build().unwrap().raw(Method::GET, "/", ()).await;
        let error = sent.unwrap_err();
        let line = error.to_string();
        assert!(
            line.contains(&format!("the proxy http://{address} {expected}")),
            "{line}"
        );
        let TransportError::Connect { failure, .. } = transport_error(&error) else {
            panic!("{error:?}");
        };
        assert_eq!(*failure, ConnectFailure::Proxy);
        assert!(!error.may_have_been_applied());
    }
    assert_eq!(server.accepted(), 0);
}

#[tokio::test]
async fn a_request_without_tls_goes_to_the_proxy_as_it_is() {
    let domain = sigtower::testing::Domain::start().await;
    let (proxy, mut at_proxy) = proxy(Some("user:pass")).await;
    let client = Client::builder(domain.url())
        .region(domain.region())
        .service(domain.service())
        .credentials(domain.credentials())
        .proxy(format!("http://user:pass@{}", proxy.address()));
    let client = client.build().unwrap();
    for _ in 0..2 {
        // The domain verifies the signature.
        let response = client
            .raw(Method::GET, "/_cluster/health", ())
            .await
            .unwrap();
        assert_eq!(response.status, 200, "{}", response.text());
        let request = at_proxy.recv().await.unwrap();
        let expected = format!("GET {}/_cluster/health HTTP/1.1", domain.url());
        assert_eq!(request.request_line(), expected);
    }
    assert_eq!(proxy.accepted(), 1);
}

#[tokio::test]
async fn a_socks_proxy_resolves_and_connects() {
    let identity = Identity::of("localhost");
    let (server, _seen) = hyper_server(&identity).await;
    let (saw, mut seen) = mpsc::unbounded_channel();
    let proxy = Server::start(move |mut stream| {
        let saw = saw.clone();
        async move {
            let mut greeting = [0; 2];
            stream.read_exact(&mut greeting).await.unwrap();
            let mut methods = vec![0; greeting[1].into()];
            stream.read_exact(&mut methods).await.unwrap();
            stream.write_all(&[5, 0]).await.unwrap();
            let mut request = [0; 5]; // version, connect, 0, a name follows, its length
            stream.read_exact(&mut request).await.unwrap();
            assert_eq!(request[..4], [5, 1, 0, 3]);
            let mut name = vec![0; request[4].into()];
            stream.read_exact(&mut name).await.unwrap();
            let port = stream.read_u16().await.unwrap();
            let name = String::from_utf8(name).unwrap();
            let mut server = TcpStream::connect((name.as_str(), port)).await.unwrap();
            saw.send(name).unwrap();
            stream
                .write_all(&[5, 0, 0, 1, 0, 0, 0, 0, 0, 0])
                .await
                .unwrap();
            let _ = copy_bidirectional(&mut stream, &mut server).await;
        }
    })
    .await;
    for scheme in ["socks5", "socks5h"] {
        let client = over_tls(&server, &identity).proxy(format!("{scheme}://{}", proxy.address()));
        client
            .build()
            .unwrap()
            .raw(Method::GET, "/", ())
            .await
            .unwrap();
        assert_eq!(seen.recv().await.unwrap(), "localhost");
    }
}

#[test]
fn text_that_is_no_proxy_is_an_error_when_building() {
    for url in [
        "",
        "https://hunter2@proxy:1",
        "hunter2 proxy",
        "ftp://hunter2",
    ] {
        let error = builder("https://localhost:9200")
            .proxy(url)
            .build()
            .unwrap_err();
        let text = format!("{error} {error:?}");
        assert!(
            text.contains("`proxy`") && !text.contains("hunter2"),
            "{text}"
        );
    }
}

const CHILD: &str = "transport::proxies::child_with_a_proxy_in_its_environment";

#[tokio::test]
async fn the_proxy_comes_from_the_environment_unless_it_is_turned_off() {
    let identity = Identity::of("localhost");
    let (server, _seen) = hyper_server(&identity).await;
    let (proxy, _at_proxy) = proxy(None).await;
    let url = format!("https://localhost:{}", server.address().port());
    for (choice, variable, exceptions, proxied) in [
        ("default", "HTTPS_PROXY", "", 1),
        ("default", "https_proxy", "", 1),
        ("default", "ALL_PROXY", "example.com", 1),
        ("default", "HTTP_PROXY", "", 0),
        ("default", "HTTPS_PROXY", "localhost", 0),
        ("no_proxy", "HTTPS_PROXY", "", 0),
        ("connect_to", "HTTPS_PROXY", "", 0),
    ] {
        let before = proxy.accepted();
        let mut command = child::running(CHILD);
        for name in ["HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY"] {
            command.env_remove(name).env_remove(name.to_lowercase());
        }
        command.env(variable, format!("http://{}", proxy.address()));
        command.env("NO_PROXY", exceptions);
        command
            .env("TEST_URL", &url)
            .env("TEST_ROOT", identity.pem());
        command.env("TEST_CHOICE", choice);
        let status = child::said(command, "status:").await;
        assert_eq!(status, "200", "{choice} {variable} {exceptions}");
        let through = proxy.accepted() - before;
        assert_eq!(through, proxied, "{choice} {variable} {exceptions}");
    }
}

#[tokio::test]
#[ignore = "runs in a process that the test above starts"]
async fn child_with_a_proxy_in_its_environment() {
    let variable = |name| std::env::var(name).unwrap();
    let url = variable("TEST_URL");
    let builder = builder(&url).root_certificate_pem(variable("TEST_ROOT"));
    let builder = match variable("TEST_CHOICE").as_str() {
        "no_proxy" => builder.no_proxy(),
        "connect_to" => builder.connect_to(url.strip_prefix("https://").unwrap()),
        _ => builder,
    };
    let client = builder.build().unwrap();
    let response = client.raw(Method::GET, "/", ()).await.unwrap();
    println!("status: {}", response.status.as_u16());
}

/// Starts tinyproxy, which requires a login, and ends it when dropped.
struct Tinyproxy {
    process: std::process::Child,
    port: u16,
    directory: std::path::PathBuf,
}

impl Tinyproxy {
    async fn start() -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        drop(listener);
        let directory = std::env::temp_dir().join(format!("tinyproxy-{}", std::process::id()));
        std::fs::create_dir_all(&directory).unwrap();
        let settings = directory.join("tinyproxy.conf");
        let text = format!("Port {port}\nListen 127.0.0.1\nBasicAuth user password\nTimeout 60\n");
        std::fs::write(&settings, text).unwrap();
        let process = std::process::Command::new("tinyproxy")
            .arg("-d")
            .arg("-c")
            .arg(&settings)
            .spawn();
        let process = process.expect("tinyproxy is installed");
        let started = Self {
            process,
            port,
            directory,
        };
        for _ in 0..200 {
            if TcpStream::connect(("127.0.0.1", port)).await.is_ok() {
                return started;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        panic!("tinyproxy does not listen on port {port}");
    }
}

impl Drop for Tinyproxy {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        let _ = std::fs::remove_dir_all(&self.directory);
    }
}

#[tokio::test]
#[ignore = "needs tinyproxy (Debian's package of this name); CI runs it"]
async fn through_tinyproxy_tls_and_logins_work() {
    let identity = Identity::of("localhost");
    let (server, mut seen) = hyper_server(&identity).await;
    let proxy = Tinyproxy::start().await;
    let url = |login: &str| format!("http://{login}127.0.0.1:{}", proxy.port);
    let client = over_tls(&server, &identity).proxy(url("user:password@"));
    let client = client.build().unwrap();
    client.raw(Method::GET, "/", ()).await.unwrap();
    assert!(
        !seen
            .recv()
            .await
            .unwrap()
            .headers
            .contains_key("proxy-authorization")
    );
    for login in ["", "user:wrong@"] {
        let client = over_tls(&server, &identity)
            .proxy(url(login))
            .build()
            .unwrap();
        let line = client
            .raw(Method::GET, "/", ())
            .await
            .unwrap_err()
            .to_string();
        let named = format!("the proxy http://127.0.0.1:{} ", proxy.port);
        assert!(line.contains(&named), "{line}");
    }
    let domain = sigtower::testing::Domain::start().await;
    let client = Client::builder(domain.url())
        .region(domain.region())
        .service(domain.service())
        .credentials(domain.credentials())
        .proxy(url("user:password@"));
    let client = client.build().unwrap();
    let response = client
        .raw(Method::GET, "/_cluster/health", ())
        .await
        .unwrap();
    assert_eq!(response.status, 200, "{}", response.text());
}
