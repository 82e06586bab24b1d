use std::time::Duration;

use bytes::Bytes;

/// How connections are made and kept.
///
/// Every setting has a default that is right for an OpenSearch domain.
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
}

impl Default for TransportConfig {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(5),
            head_timeout: None,
            stall_timeout: Duration::from_secs(20),
            idle_timeout: Duration::from_secs(60),
            max_age: Duration::from_secs(5 * 60),
            max_idle: 100,
            http2: false,
            root_certificates: Vec::new(),
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

    /// How long the head of an answer may take, with connecting and sending in it; without this, as
    /// long as an [attempt](crate::stack::StackConfig::with_attempt_timeout) may.
    pub fn with_head_timeout(mut self, limit: Duration) -> Self {
        self.head_timeout = Some(limit);
        self
    }

    /// How long nothing may move while a request is sent or the body of an answer is read; 20
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
    /// New connections ask the resolver again, so this is how long clients stay on nodes that a
    /// blue/green deployment has replaced.
    pub fn with_max_connection_age(mut self, limit: Duration) -> Self {
        self.max_age = limit;
        self
    }

    /// How many unused connections are kept; 100 by default.
    pub fn with_max_idle_connections(mut self, limit: usize) -> Self {
        self.max_idle = limit;
        self
    }

    /// Offers HTTP/2 along with HTTP/1.1 when TLS is negotiated; off by default.
    ///
    /// One connection then carries all requests, to one node.
    pub fn with_http2(mut self) -> Self {
        self.http2 = true;
        self
    }

    /// Trusts these certificates, one or more in PEM, along with the usual roots.
    pub fn with_root_certificate_pem(mut self, pem: impl Into<Bytes>) -> Self {
        self.root_certificates.push(pem.into());
        self
    }
}
