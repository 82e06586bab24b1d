//! A `PUT` of 300 bytes that is sent over loopback, 16 at a time, for `benches/guard.sh` to count the instructions.
//!
//! The subjects are our transport, our layer on this transport, and the client.

use http::{Method, Request};
use http_body_util::BodyExt;
use sigtower::SigV4Layer;
use sigtower::body::Body;
use sigtower::endpoint::Endpoint;
use sigtower::opensearch;
use sigtower::transport::{Transport, TransportConfig};
use tower::{Layer, ServiceExt};

use crate::loopback::{self, Client, Server};
use crate::support::harness::timed;
use crate::support::work::put_300;

/// Whether a subject sends its requests.
pub(crate) fn is_sent(subject: &str) -> bool {
    matches!(subject, "transport" | "transport+layer" | "client")
}

/// Sends `count` requests. Connecting, and the first requests, are not counted.
pub(crate) fn repeat(subject: &str, count: usize) {
    let server = Server::start();
    let runtime = loopback::runtime();
    let origin = format!("http://{}", server.address);
    let client = runtime.block_on(async { client(subject, &origin) });
    let send = |count| runtime.block_on(loopback::send(&client, IN_FLIGHT, count));
    send(10 * IN_FLIGHT);
    timed(&|()| send(count), &mut ());
}

fn client(subject: &str, origin: &str) -> Client {
    let work = put_300();
    let path = work.uri.path().to_owned();
    if subject == "client" {
        let client = opensearch::Client::builder(origin)
            .region("us-east-1")
            .service("es")
            .credentials(work.credentials())
            .build()
            .expect("a client");
        return Client::new("client", move || {
            let (client, path, body) = (client.clone(), path.clone(), work.body.clone());
            async move {
                let response = client.raw(Method::PUT, path, body).await;
                assert!(response.expect("a response").success().is_ok());
            }
        });
    }
    let endpoint = Endpoint::parse(origin).expect("an endpoint");
    let transport = Transport::new(&endpoint, &TransportConfig::new()).expect("a transport");
    let layer = SigV4Layer::from_signer(work.signer());
    let uri = format!("{origin}{path}");
    let request = move || {
        Request::put(&uri)
            .header("content-type", "application/json")
            .body(Body::from(work.body.clone()))
            .expect("a request")
    };
    if subject == "transport" {
        return Client::new("transport", move || {
            let sent = transport.clone().oneshot(request());
            async {
                let response = sent.await.expect("a response");
                response.into_body().collect().await.expect("its body");
            }
        });
    }
    let signed = layer.layer(transport);
    Client::new("transport+layer", move || {
        let sent = signed.clone().oneshot(request());
        async {
            let response = sent.await.expect("a response");
            response.into_body().collect().await.expect("its body");
        }
    })
}

const IN_FLIGHT: usize = 16;
