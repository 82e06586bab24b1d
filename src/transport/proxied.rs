//! Opens connections through a proxy.

use http::Uri;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::proxy::{SocksV5, Tunnel};
use hyper_util::client::proxy::matcher::Intercept;
use tower_service::Service;

use super::chain::root;
use super::resolve::Resolver;
use crate::error::BoxError;

type Tcp = HttpConnector<Resolver>;
type Stream = <Tcp as Service<Uri>>::Response;

/// A proxy that could not be reached, or refused to connect.
#[derive(Debug, thiserror::Error)]
#[error("the proxy {proxy} {problem}")]
pub(super) struct ProxyError {
    proxy: String,
    problem: String,
    /// Whether the proxy asks for a user name and password, or rejects those that it was given.
    pub(super) wants_login: bool,
    source: BoxError,
}

/// Opens a tunnel to the host and port of a URI.
pub(super) async fn tunnel(tcp: Tcp, proxy: &Intercept, to: Uri) -> Result<Stream, ProxyError> {
    if proxy.uri().scheme_str() == Some("http") {
        let mut tunnel = Tunnel::new(proxy.uri().clone(), tcp);
        if let Some(login) = proxy.basic_auth() {
            tunnel = tunnel.with_auth(login.clone());
        }
        let connected = tunnel.call(with_port(to)).await;
        return connected.map_err(|error| ProxyError::new(proxy, Box::new(error)));
    }
    // The proxy resolves the name: hyper-util's look-up for `socks5` would block the thread.
    let mut socks = SocksV5::new(proxy.uri().clone(), tcp);
    if let Some((user, password)) = proxy.raw_auth() {
        socks = socks.with_auth(user.to_owned(), password.to_owned());
    }
    let connected = socks.call(with_port(to)).await;
    connected.map_err(|error| ProxyError::new(proxy, Box::new(error)))
}

/// Connects to a proxy that gets requests as they are.
pub(super) async fn forward(mut tcp: Tcp, proxy: &Intercept) -> Result<Stream, ProxyError> {
    let connected = tcp.call(proxy.uri().clone()).await;
    connected.map_err(|error| ProxyError::new(proxy, Box::new(error)))
}

impl ProxyError {
    fn new(proxy: &Intercept, source: BoxError) -> Self {
        let uri = proxy.uri();
        let text = source.to_string();
        let wants_login = text.ends_with("proxy authorization required");
        let problem = if wants_login {
            match proxy.basic_auth() {
                Some(_) => "rejected the user name and password in its URL (407)".to_owned(),
                None => "requires a user name and password (407); write them into its URL: \
                         http://user:password@host:port"
                    .to_owned(),
            }
        } else if text == "tunnel error: unsuccessful" {
            "refused to connect".to_owned()
        } else {
            let cause = root(&*source);
            format!("gives no connection: {cause}")
        };
        Self {
            proxy: format!(
                "{}://{}",
                uri.scheme_str().unwrap_or("http"),
                uri.authority().map_or("", |authority| authority.as_str())
            ),
            problem,
            wants_login,
            source,
        }
    }
}

/// Tunnels take 443 for a URI without a port.
fn with_port(uri: Uri) -> Uri {
    let is_plain = uri.scheme_str() == Some("http") && uri.port().is_none();
    let host = uri.host().filter(|_| is_plain);
    let with = host.and_then(|host| format!("http://{host}:80/").parse().ok());
    with.unwrap_or(uri)
}
