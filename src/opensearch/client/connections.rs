//! How a client connects.

use std::time::Duration;

use bytes::Bytes;
use http_body_util::BodyExt;
use tower::ServiceExt;
use tower::util::BoxCloneSyncService;

use super::builder::ClientBuilder;
use crate::stack::HttpService;
use crate::transport::TransportConfig;

impl ClientBuilder {
    /// How long opening a connection may take; see [`TransportConfig::with_connect_timeout`].
    pub fn connect_timeout(self, limit: Duration) -> Self {
        self.transport(|config| config.with_connect_timeout(limit))
    }

    /// Whether to offer HTTP/2; see [`TransportConfig::with_http2`].
    pub fn http2(self, on: bool) -> Self {
        self.transport(|config| config.with_http2(on))
    }

    /// Also trusts these certificates; see [`TransportConfig::with_root_certificate_pem`].
    pub fn root_certificate_pem(self, pem: impl Into<Bytes>) -> Self {
        self.transport(|config| config.with_root_certificate_pem(pem))
    }

    /// Identifies the client by a certificate; see [`TransportConfig::with_client_certificate_pem`].
    pub fn client_certificate_pem(self, chain: impl Into<Bytes>, key: impl Into<Bytes>) -> Self {
        self.transport(|config| config.with_client_certificate_pem(chain, key))
    }

    /// Whether to accept any certificate of the server; see
    /// [`TransportConfig::danger_accept_invalid_certificates`].
    pub fn danger_accept_invalid_certificates(self, accept: bool) -> Self {
        self.transport(|config| config.danger_accept_invalid_certificates(accept))
    }

    /// Connects through this proxy instead of the environment's; see [`TransportConfig::with_proxy`].
    pub fn proxy(self, url: impl Into<String>) -> Self {
        self.transport(|config| config.with_proxy(url))
    }

    /// Connects directly, whatever the environment says; see [`TransportConfig::without_proxy`].
    pub fn no_proxy(self) -> Self {
        self.transport(TransportConfig::without_proxy)
    }

    /// Changes how connections are made and kept.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use sigtower::opensearch::Client;
    /// let builder = Client::builder("https://search-x.us-east-1.es.amazonaws.com")
    ///     .transport(|config| config.with_max_connection_age(Duration::from_secs(60)));
    /// ```
    pub fn transport(mut self, change: impl FnOnce(TransportConfig) -> TransportConfig) -> Self {
        self.transport = change(self.transport);
        self
    }

    /// Sends over this tower service instead of the transport of this crate.
    ///
    /// The service gets signed requests. It must not change method, URI, headers or body, and must
    /// not follow redirects. Settings about connections do not apply to it, and the number of requests
    /// in flight has a limit only if [`max_concurrent_requests`](Self::max_concurrent_requests) sets
    /// one.
    pub fn over(mut self, service: impl HttpService) -> Self {
        let erased = service
            .map_response(|response| response.map(|body| body.map_err(Into::into).boxed_unsync()))
            .map_err(Into::into);
        self.over = Some(BoxCloneSyncService::new(erased));
        self
    }
}
