//! The same request sent over our transport, over our layer on it, and by the client.

use bytes::Bytes;
use http::{Method, Request};
use http_body_util::BodyExt;
use sigtower::body::Body;
use sigtower::endpoint::Endpoint;
use sigtower::transport::{Transport, TransportConfig};
use sigtower::{Credentials, SigV4Layer};
use tower::{Layer, ServiceExt};

use crate::loopback::Client;

/// Clients that send a `PUT` with a body of this length.
pub(crate) fn clients(origin: &str, pem: &str, path: &'static str, length: usize) -> [Client; 3] {
    let endpoint = Endpoint::parse(origin).expect("an endpoint");
    let endpoint = endpoint.with_region("us-east-1").expect("a region");
    let endpoint = endpoint.with_service("es").expect("a service");
    let config = TransportConfig::new().with_root_certificate_pem(pem.to_owned());
    let transport = Transport::new(&endpoint, &config).expect("a transport");
    let credentials = || Credentials::new("AKIDEXAMPLE", "secret", None);
    let layer = SigV4Layer::new(endpoint.scope().expect("a scope"), credentials());
    let signed = layer.layer(transport.clone());
    let client = sigtower::opensearch::Client::builder(origin)
        .region("us-east-1")
        .service("es")
        .credentials(credentials())
        .root_certificate_pem(pem.to_owned())
        .build()
        .expect("a client");

    let mut body = vec![b'1'; length];
    body[length - 1] = b'\n'; // the client copies a bulk without a final newline, to add one
    let body = Bytes::from(body);
    let uri = format!("{origin}{path}");
    let request = {
        let body = body.clone();
        move || {
            Request::put(&uri)
                .header("content-type", "application/json")
                .body(Body::from(body.clone()))
                .expect("a request")
        }
    };
    let same = request.clone();
    [
        Client::new("unsigned", move || {
            let sent = transport.clone().oneshot(request());
            async {
                let response = sent.await.expect("a response");
                response.into_body().collect().await.expect("its body");
            }
        }),
        Client::new("signed", move || {
            let sent = signed.clone().oneshot(same());
            async {
                let response = sent.await.expect("a response");
                response.into_body().collect().await.expect("its body");
            }
        }),
        Client::new("typed client", move || {
            let (client, body) = (client.clone(), body.clone());
            async move {
                let sent = client.raw(Method::PUT, path, body);
                assert!(sent.await.expect("a response").success().is_ok());
            }
        }),
    ]
}
