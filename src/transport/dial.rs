use std::task::{Context, Poll};

use http::Uri;
use http::uri::Scheme;
use hyper_util::client::legacy::connect::HttpConnector;
use tower_service::Service;

use crate::endpoint::Endpoint;

/// Opens TCP connections: to the endpoint's own host, or to where its tunnel begins.
#[derive(Clone, Debug)]
pub(super) struct Dial {
    tcp: HttpConnector,
    instead: Option<Uri>,
}

impl Dial {
    pub(super) fn new(endpoint: &Endpoint) -> Self {
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        let instead = endpoint.dial_address().map(|address| {
            Uri::builder()
                .scheme(Scheme::HTTP)
                .authority(address.clone())
                .path_and_query("/")
                .build()
                .expect("scheme, authority and path make a URI")
        });
        Self { tcp, instead }
    }
}

impl Service<Uri> for Dial {
    type Response = <HttpConnector as Service<Uri>>::Response;
    type Error = <HttpConnector as Service<Uri>>::Error;
    type Future = <HttpConnector as Service<Uri>>::Future;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.tcp.poll_ready(cx)
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        self.tcp.call(self.instead.clone().unwrap_or(uri))
    }
}
