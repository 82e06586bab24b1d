use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use http::Uri;
use http::uri::{Authority, Scheme};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::proxy::matcher::Intercept;
use tower_service::Service;

use super::config::TransportConfig;
use super::proxied;
use super::proxies::{Proxies, forwards};
use super::resolve::Resolver;
use super::tls_error::TlsError;
use crate::endpoint::Endpoint;
use crate::error::BoxError;

/// Opens TCP connections: to the request's own host, to the near end of a tunnel, or through a proxy.
#[derive(Clone, Debug)]
pub(super) struct Dial {
    tcp: HttpConnector<Resolver>,
    instead: Option<Uri>,
    proxies: Option<Arc<Proxies>>,
}

impl Dial {
    pub(super) fn new(endpoint: &Endpoint, config: &TransportConfig) -> Result<Self, TlsError> {
        let resolver = Resolver::new(config.resolver.clone());
        let mut tcp = HttpConnector::new_with_resolver(resolver);
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        tcp.set_keepalive(config.tcp_keepalive);
        let instead = endpoint.connect_to().map(|address| {
            Uri::builder()
                .scheme(Scheme::HTTP)
                .authority(address.clone())
                .path_and_query("/")
                .build()
                .expect("scheme, authority and path make a URI")
        });
        let proxies = Proxies::new(&config.proxy)?;
        // The near end of a tunnel is on this machine or network; proxies of the environment are not for it.
        let proxies = proxies.filter(|proxies| instead.is_none() || !proxies.is_from_environment);
        Ok(Self {
            tcp,
            instead,
            proxies: proxies.map(Arc::new),
        })
    }

    /// The address that connections are opened to in place of the request's own.
    pub(super) fn instead(&self) -> Option<&Authority> {
        self.instead.as_ref()?.authority()
    }

    /// The proxies that may get requests as they are, without a tunnel.
    pub(super) fn forwarding(&self) -> Option<&Arc<Proxies>> {
        self.proxies.as_ref().filter(|_| self.instead.is_none())
    }

    /// Whether a request to this URI goes to a proxy as it is.
    pub(super) fn is_forwarded(&self, uri: &Uri) -> bool {
        let proxy = self.forwarding().and_then(|proxies| proxies.of(uri));
        proxy.is_some_and(|proxy| forwards(&proxy, uri))
    }

    fn proxy(&self, uri: &Uri) -> Option<Intercept> {
        self.proxies.as_ref()?.of(uri)
    }
}

impl Service<Uri> for Dial {
    type Response = <HttpConnector<Resolver> as Service<Uri>>::Response;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, BoxError>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.tcp.poll_ready(cx).map_err(Into::into)
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let proxy = self.proxy(&uri);
        let target = self.instead.clone().unwrap_or_else(|| uri.clone());
        let Some(proxy) = proxy else {
            let dialing = self.tcp.call(target);
            return Box::pin(async move { Ok(dialing.await?) });
        };
        let tcp = self.tcp.clone();
        if self.is_forwarded(&uri) {
            return Box::pin(async move { Ok(proxied::forward(tcp, &proxy).await?) });
        }
        Box::pin(async move { Ok(proxied::tunnel(tcp, &proxy, target).await?) })
    }
}
