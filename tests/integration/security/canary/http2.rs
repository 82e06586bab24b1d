//! A client over TLS and HTTP/2, whose libraries log frames and handshakes.

use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, mpsc};

use bytes::Bytes;
use http::{Method, Request, Response};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::server::conn::http2;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use sigtower::opensearch::{Client, cluster};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::PrivatePkcs8KeyDer;

use super::*;

pub(super) async fn run(shown: &mut Shown) {
    let name = "vpc-movies-abc.eu-west-1.es.amazonaws.com";
    let certified = rcgen::generate_simple_self_signed([name.to_owned()]).unwrap();
    let (address, authorizations) = serve(&certified);
    let client = Client::builder(format!("https://{name}"))
        .connect_to(address.to_string())
        .root_certificate_pem(certified.cert.pem())
        .credentials(credentials())
        .http2(true);
    shown.debug(&client);
    let client = client.build().unwrap();
    let response = client.raw(Method::PUT, "/movies/_doc/1", DOCUMENT).await;
    shown.debug(&response.unwrap());
    shown.error(&client.send(cluster::Info::new()).await.unwrap_err());
    for authorization in authorizations.try_iter() {
        shown.signed(&authorization);
    }
}

/// Serves on a thread of its own, because the client is not responsible for the logs of a server.
fn serve(certified: &rcgen::CertifiedKey<rcgen::KeyPair>) -> (SocketAddr, mpsc::Receiver<String>) {
    let key = PrivatePkcs8KeyDer::from(certified.signing_key.serialize_der());
    let mut config = ServerConfig::builder_with_provider(aws_lc_rs::default_provider().into())
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certified.cert.der().clone()], key.into())
        .unwrap();
    config.alpn_protocols = vec![b"h2".to_vec()];
    let acceptor = TlsAcceptor::from(Arc::new(config));

    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let address = listener.local_addr().unwrap();
    let (saw, seen) = mpsc::channel();
    std::thread::spawn(move || {
        let mut runtime = tokio::runtime::Builder::new_current_thread();
        let runtime = runtime.enable_all().build().unwrap();
        runtime.block_on(async {
            let listener = tokio::net::TcpListener::from_std(listener).unwrap();
            let (stream, _) = listener.accept().await.unwrap();
            let stream = acceptor.accept(stream).await.unwrap();
            let response = service_fn(move |request: Request<Incoming>| {
                let authorization = request.headers()["authorization"].to_str().unwrap();
                saw.send(authorization.to_owned()).unwrap();
                std::future::ready(
                    Response::builder()
                        .status(403)
                        .body(Full::<Bytes>::default()),
                )
            });
            // It ends when the client closes the connection.
            let connection = http2::Builder::new(TokioExecutor::new());
            let _ = connection
                .serve_connection(TokioIo::new(stream), response)
                .await;
        });
    });
    (address, seen)
}
