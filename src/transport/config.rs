use std::time::Duration;

use bytes::Bytes;

#[cfg(any(feature = "rustls", feature = "ring"))]
use super::tls_provider::TlsProvider;

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
