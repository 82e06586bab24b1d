use std::task::{Context, Poll};

use http::Uri;
use http::uri::{Authority, Scheme};
use hyper_util::client::legacy::connect::HttpConnector;
use tower_service::Service;

use super::resolve::Resolver;
use crate::endpoint::Endpoint;

/// Opens TCP connections: to the request's own host, or to the near end of a tunnel.
#[derive(Clone, Debug)]
pub(super) struct Dial {
    tcp: HttpConnector<Resolver>,
    instead: Option<Uri>,
}

impl Dial {
    pub(super) fn new(endpoint: &Endpoint) -> Self {
        let mut tcp = HttpConnector::new_with_resolver(Resolver::new());
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        let instead = endpoint.connect_to().map(|address| {
            Uri::builder()
                .scheme(Scheme::HTTP)
                .authority(address.clone())
                .path_and_query("/")
                .build()
                .expect("scheme, authority and path make a URI")
        });
        Self { tcp, instead }
    }

    /// The address that connections are opened to in place of the request's own.
    pub(super) fn instead(&self) -> Option<&Authority> {
        self.instead.as_ref()?.authority()
    }
}

impl Service<Uri> for Dial {
    type Response = <HttpConnector<Resolver> as Service<Uri>>::Response;
    type Error = <HttpConnector<Resolver> as Service<Uri>>::Error;
    type Future = <HttpConnector<Resolver> as Service<Uri>>::Future;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.tcp.poll_ready(cx)
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        self.tcp.call(self.instead.clone().unwrap_or(uri))
    }
}
