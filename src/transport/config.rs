use std::fmt;
use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use tower_service::Service;
use zeroize::Zeroizing;

use super::proxies::ProxySetting;
use super::resolve::OwnResolver;

#[cfg(any(feature = "rustls", feature = "ring"))]
use super::tls_provider::TlsProvider;
use crate::error::BoxError;

/// How connections are made and kept.
///
/// Every setting has a default that is right for an OpenSearch domain. A timeout or limit may have any
/// value; `Duration::MAX` and `usize::MAX` mean no limit.
#[derive(Clone, Debug)]
#[must_use]
pub struct TransportConfig {
    pub(super) connect_timeout: Duration,
    pub(super) head_timeout: Option<Duration>,
    pub(super) stall_timeout: Duration,
    pub(super) idle_timeout: Duration,
    pub(super) max_age: Duration,
    pub(super) max_idle: usize,
    pub(super) http2: bool,
    pub(super) root_certificates: Vec<Bytes>,
    pub(super) client_certificate: Option<ClientCertificate>,
    pub(super) accepts_invalid_certificates: bool,
    pub(super) proxy: ProxySetting,
    pub(super) tcp_keepalive: Option<Duration>,
    pub(super) resolver: Option<OwnResolver>,
    #[cfg(any(feature = "rustls", feature = "ring"))]
    pub(super) tls_provider: TlsProvider,
    #[cfg(all(feature = "webpki-roots", any(feature = "rustls", feature = "ring")))]
    pub(super) webpki_roots: bool,
}

impl Default for TransportConfig {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(5),
            head_timeout: None,
            stall_timeout: Duration::from_secs(20),
            idle_timeout: Duration::from_secs(60),
            max_age: Duration::from_secs(5 * 60),
            max_idle: 128,
            http2: false,
            root_certificates: Vec::new(),
            client_certificate: None,
            accepts_invalid_certificates: false,
            proxy: ProxySetting::default(),
            tcp_keepalive: Some(Duration::from_secs(60)),
            resolver: None,
            #[cfg(any(feature = "rustls", feature = "ring"))]
            tls_provider: TlsProvider::default(),
            #[cfg(all(feature = "webpki-roots", any(feature = "rustls", feature = "ring")))]
            webpki_roots: false,
        }
    }
}

impl TransportConfig {
    /// The defaults.
    pub fn new() -> Self {
        Self::default()
    }

    /// How long name resolution, TCP and TLS may take together; 5 seconds by default.
    pub fn with_connect_timeout(mut self, limit: Duration) -> Self {
        self.connect_timeout = limit;
        self
    }

    /// How long the head of a response may take, including connecting and sending.
    ///
    /// Without it, only the [attempt](crate::stack::StackConfig::with_attempt_timeout) is limited.
    pub fn with_head_timeout(mut self, limit: Duration) -> Self {
        self.head_timeout = Some(limit);
        self
    }

    /// How long nothing may move while a request is sent or the body of a response is read; 20
    /// seconds by default.
    pub fn with_stall_timeout(mut self, limit: Duration) -> Self {
        self.stall_timeout = limit;
        self
    }

    /// How long an unused connection is kept; 60 seconds by default.
    ///
    /// It must be shorter than the server's own limit, or requests meet closed connections.
    pub fn with_idle_timeout(mut self, limit: Duration) -> Self {
        self.idle_timeout = limit;
        self
    }

    /// How old a connection may be when a request is given to it; 5 minutes by default.
    ///
    /// New connections ask the resolver again. So this is how long clients stay on nodes that a
    /// blue/green deployment has replaced.
    pub fn with_max_connection_age(mut self, limit: Duration) -> Self {
        self.max_age = limit;
        self
    }

    /// How many unused connections are kept; 128 by default.
    ///
    /// Keep at least as many as [requests may be in
    /// flight](crate::stack::StackConfig::with_max_concurrent_requests), or connections are closed
    /// and opened again all the time.
    pub fn with_max_idle_connections(mut self, limit: usize) -> Self {
        self.max_idle = limit;
        self
    }

    /// Whether to offer HTTP/2 along with HTTP/1.1 when TLS is negotiated; `false` by default.
    ///
    /// One connection then carries all requests, to one node.
    pub fn with_http2(mut self, on: bool) -> Self {
        self.http2 = on;
        self
    }

    /// Also trusts these certificates, one or more in PEM: those of a private issuer, for example.
    pub fn with_root_certificate_pem(mut self, pem: impl Into<Bytes>) -> Self {
        self.root_certificates.push(pem.into());
        self
    }

    /// Identifies this client to the server by a certificate: its chain and its private key, both in PEM.
    pub fn with_client_certificate_pem(
        mut self,
        chain: impl Into<Bytes>,
        key: impl Into<Bytes>,
    ) -> Self {
        self.client_certificate = Some(ClientCertificate {
            chain: chain.into(),
            key: key.into(),
        });
        self
    }

    /// Whether to accept any certificate of the server: expired, for a different host, from an unknown issuer. `false`
    /// by default.
    ///
    /// **Anyone on the way can then read and change everything that is sent**, passwords and session tokens included. It
    /// is meant for a test container with a self-signed certificate. To trust that certificate alone, use
    /// [`with_root_certificate_pem`](Self::with_root_certificate_pem). Each transport logs one warning.
    pub fn danger_accept_invalid_certificates(mut self, accept: bool) -> Self {
        self.accepts_invalid_certificates = accept;
        self
    }

    /// Opens connections through this proxy and ignores the environment:
    /// `http://user:password@proxy.example:3128`, or `socks5h://` for a SOCKS proxy.
    ///
    /// By default the proxy comes from `HTTPS_PROXY`, `HTTP_PROXY` and `ALL_PROXY`, and the exceptions from `NO_PROXY`, as
    /// for curl. Names in lower case work, too. Three exceptions protect what is sent: a [`connect_to`] address gets
    /// only a proxy that is set here; a request in clear text to loopback never goes to a proxy elsewhere; and with
    /// `REQUEST_METHOD` set, as in a CGI script, `HTTP_PROXY` is ignored.
    ///
    /// Requests over TLS go through a tunnel (`CONNECT`), so the proxy cannot read them. A proxy that is itself reached
    /// over TLS (`https://proxy.example`) is not supported: the transport is then not made, with
    /// [`TlsError::HttpsProxy`](super::TlsError::HttpsProxy).
    ///
    /// [`connect_to`]: crate::endpoint::Endpoint::with_connect_to
    pub fn with_proxy(mut self, url: impl Into<String>) -> Self {
        self.proxy = ProxySetting::Url(Zeroizing::new(url.into()));
        self
    }

    /// Opens connections directly and ignores the proxies of the environment.
    pub fn without_proxy(mut self) -> Self {
        self.proxy = ProxySetting::Direct;
        self
    }

    /// After how long without traffic TCP asks whether the other side is still there; 60 seconds by default. `None` turns
    /// that off.
    ///
    /// It keeps load balancers and NAT gateways from forgetting a connection while a long request runs.
    pub fn with_tcp_keepalive(mut self, after: Option<Duration>) -> Self {
        self.tcp_keepalive = after;
        self
    }

    /// Asks this tower service for the addresses of a host name, in place of the system's resolver.
    ///
    /// ```
    /// # use std::convert::Infallible;
    /// # use std::net::{Ipv4Addr, SocketAddr};
    /// use sigtower::transport::TransportConfig;
    /// use tower::service_fn;
    ///
    /// // The port comes from the URL, so that of an address does not count.
    /// let config = TransportConfig::new().with_resolver(service_fn(|host: String| async move {
    ///     let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    ///     Ok::<_, Infallible>([address])
    /// }));
    /// # let _ = config;
    /// ```
    pub fn with_resolver<S, A>(mut self, resolver: S) -> Self
    where
        S: Service<String, Response = A> + Clone + Send + Sync + 'static,
        S::Error: Into<BoxError>,
        S::Future: Send + 'static,
        A: IntoIterator<Item = SocketAddr> + 'static,
    {
        self.resolver = Some(OwnResolver::new(resolver));
        self
    }

    /// Trusts Mozilla's root certificates, which are compiled in, in place of the platform's.
    ///
    /// For machines and images without root certificates. Certificates given with
    /// [`with_root_certificate_pem`](Self::with_root_certificate_pem) are trusted as well.
    #[cfg(all(feature = "webpki-roots", any(feature = "rustls", feature = "ring")))]
    pub fn with_webpki_roots(mut self) -> Self {
        self.webpki_roots = true;
        self
    }

    /// Which library does the cryptography of TLS; see [`TlsProvider`] for the default.
    #[cfg(any(feature = "rustls", feature = "ring"))]
    pub fn with_tls_provider(mut self, provider: TlsProvider) -> Self {
        self.tls_provider = provider;
        self
    }
}

/// A certificate of this client, and its key.
#[derive(Clone)]
#[cfg_attr(
    not(any(feature = "rustls", feature = "ring")),
    allow(dead_code, reason = "read only with TLS")
)]
pub(super) struct ClientCertificate {
    pub(super) chain: Bytes,
    pub(super) key: Bytes,
}

/// Leaves out the key.
impl fmt::Debug for ClientCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientCertificate").finish_non_exhaustive()
    }
}
