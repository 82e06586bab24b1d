//! TLS: which host name is asked for and verified, which roots are trusted, and which protocol is
//! negotiated.

use std::sync::Arc;

use bytes::Bytes;
use http::{Method, Request, Response, Version};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use sigtower::opensearch::{BuildError, Client, ErrorKind};
use sigtower::transport::{TlsError, TlsProvider};
use sigtower::{Credentials, endpoint};
use tokio::sync::mpsc;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::PrivatePkcs8KeyDer;

use super::{SECRET, builder};
use crate::faults::server::{Server, answer_once};

pub(crate) const DOMAIN: &str = "vpc-movies-abc.eu-west-1.es.amazonaws.com";

/// A self-signed certificate and its key.
pub(crate) struct Identity(rcgen::CertifiedKey<rcgen::KeyPair>);

impl Identity {
    pub(crate) fn of(name: &str) -> Self {
        Self(rcgen::generate_simple_self_signed([name.to_owned()]).unwrap())
    }

    pub(crate) fn signed_by_itself(
        params: rcgen::CertificateParams,
        signing_key: rcgen::KeyPair,
    ) -> Self {
        let cert = params.self_signed(&signing_key).unwrap();
        Self(rcgen::CertifiedKey { cert, signing_key })
    }

    pub(crate) fn pem(&self) -> String {
        self.0.cert.pem()
    }

    pub(super) fn acceptor(&self, alpn: &[&str]) -> TlsAcceptor {
        let key = PrivatePkcs8KeyDer::from(self.0.signing_key.serialize_der());
        let mut config = ServerConfig::builder_with_provider(aws_lc_rs::default_provider().into())
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![self.0.cert.der().clone()], key.into())
            .unwrap();
        config.alpn_protocols = alpn.iter().map(|name| name.as_bytes().to_vec()).collect();
        TlsAcceptor::from(Arc::new(config))
    }
}

/// A builder of a client for [`DOMAIN`] that connects to this server instead, as through a tunnel.
pub(super) fn through_tunnel(
    server: &Server,
    trusted: &Identity,
) -> sigtower::opensearch::ClientBuilder {
    Client::builder(format!("https://{DOMAIN}"))
        .connect_to(server.address().to_string())
        .root_certificate_pem(trusted.pem())
        .credentials(Credentials::new("AKIDEXAMPLE", SECRET, None))
}

#[tokio::test]
async fn a_tunnel_keeps_the_domains_name_in_tls_and_host() {
    let identity = Identity::of(DOMAIN);
    let acceptor = identity.acceptor(&[]);
    let (saw, mut seen) = mpsc::unbounded_channel();
    let server = Server::start(move |stream| {
        let (acceptor, saw) = (acceptor.clone(), saw.clone());
        async move {
            let mut stream = acceptor.accept(stream).await.unwrap();
            let asked_for = stream.get_ref().1.server_name().map(str::to_owned);
            saw.send((asked_for, answer_once(&mut stream).await))
                .unwrap();
        }
    })
    .await;
    let client = through_tunnel(&server, &identity).build().unwrap();
    client.raw(Method::GET, "/", ()).await.unwrap();
    let (asked_for, received) = seen.recv().await.unwrap();
    assert_eq!(asked_for.as_deref(), Some(DOMAIN));
    assert_eq!(received.header("host"), Some(DOMAIN));
    assert_eq!(client.region().unwrap().as_str(), "eu-west-1");
}

#[tokio::test]
async fn http2_is_spoken_only_when_offered_and_names_the_same_host() {
    for (offered, expected) in [(true, Version::HTTP_2), (false, Version::HTTP_11)] {
        let identity = Identity::of(DOMAIN);
        let (server, mut seen) = hyper_server(&identity).await;
        let client = through_tunnel(&server, &identity).http2(offered);
        let client = client.build().unwrap();
        for _ in 0..2 {
            client.raw(Method::GET, "/a%2Fb?q=x%20y", ()).await.unwrap();
            let head = seen.recv().await.unwrap();
            assert_eq!(head.version, expected);
            assert_eq!(
                head.uri.path_and_query().unwrap().as_str(),
                "/a%2Fb?q=x%20y"
            );
            if offered {
                assert_eq!(head.uri.authority().unwrap(), DOMAIN);
            }
            let hosts: Vec<_> = head.headers.get_all("host").iter().collect();
            assert_eq!(hosts, [DOMAIN]);
        }
        assert_eq!(server.accepted(), 1);
    }
}

#[tokio::test]
async fn calls_at_once_share_one_http2_connection() {
    let identity = Identity::of(DOMAIN);
    let (server, _seen) = hyper_server(&identity).await;
    let client = through_tunnel(&server, &identity)
        .http2(true)
        .build()
        .unwrap();
    client.raw(Method::GET, "/", ()).await.unwrap();
    let calls = (0..20).map(|_| client.raw(Method::GET, "/", ()));
    for answer in futures_util::future::join_all(calls).await {
        answer.unwrap();
    }
    assert_eq!(server.accepted(), 1);
}

#[tokio::test]
async fn a_certificate_for_a_different_name_or_of_an_unknown_root_is_refused() {
    let domain = Identity::of(DOMAIN);
    let attacker = Identity::of("attacker.example");
    let impostor = Identity::of(DOMAIN);
    for (shown, trusted) in [(&attacker, &attacker), (&impostor, &domain)] {
        let (server, mut seen) = hyper_server(shown).await;
        let client = through_tunnel(&server, trusted).build().unwrap();
        let error = client.raw(Method::GET, "/", ()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Connect, "{error:?}");
        assert!(seen.try_recv().is_err(), "a request was sent");
        assert_eq!((error.attempts(), server.accepted()), (1, 1));
    }
}

#[tokio::test]
async fn an_address_is_verified_as_an_address() {
    let identity = Identity::of("127.0.0.1");
    let (server, _seen) = hyper_server(&identity).await;
    let client = builder(server.url().replace("http", "https"))
        .root_certificate_pem(identity.pem())
        .build()
        .unwrap();
    client.raw(Method::GET, "/", ()).await.unwrap();
}

#[test]
fn text_that_contains_no_root_certificate_is_refused() {
    for (pem, empty) in [
        ("", true),
        ("certificate", true),
        (
            "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
            false,
        ),
        (
            "-----BEGIN CERTIFICATE-----\n!!!\n-----END CERTIFICATE-----\n",
            false,
        ),
        ("-----BEGIN CERTIFICATE-----\n", false),
    ] {
        let built = builder(format!("https://{DOMAIN}"))
            .root_certificate_pem(pem)
            .build();
        match built.expect_err(pem) {
            BuildError::Tls(TlsError::NoCertificate) => assert!(empty, "{pem:?}"),
            BuildError::Tls(_) => assert!(!empty, "{pem:?}"),
            other => panic!("{pem:?}: {other:?}"),
        }
    }
}

#[test]
fn a_contradicting_region_is_found_before_anything_is_sent() {
    let built = builder(format!("https://{DOMAIN}"))
        .region("us-east-1")
        .build();
    assert!(matches!(
        built,
        Err(BuildError::Endpoint(
            endpoint::EndpointError::RegionMismatch { .. }
        ))
    ));
}

/// Speaks HTTP/2 or HTTP/1.1, whichever is negotiated, and passes on the heads of its requests.
pub(crate) async fn hyper_server(
    identity: &Identity,
) -> (Server, mpsc::UnboundedReceiver<http::request::Parts>) {
    let acceptor = identity.acceptor(&["h2", "http/1.1"]);
    let (saw, seen) = mpsc::unbounded_channel();
    let server = Server::start(move |stream| {
        let (acceptor, saw) = (acceptor.clone(), saw.clone());
        async move {
            let Ok(stream) = acceptor.accept(stream).await else {
                return;
            };
            let service = service_fn(move |request: Request<Incoming>| {
                let _ = saw.send(request.into_parts().0);
                std::future::ready(Ok::<_, std::convert::Infallible>(Response::new(Full::<
                    Bytes,
                >::from(
                    "{}"
                ))))
            });
            let _ = hyper_util::server::conn::auto::Builder::new(TokioExecutor::new())
                .serve_connection(TokioIo::new(stream), service)
                .await;
        }
    })
    .await;
    (server, seen)
}

/// A feature only makes roots available: without a choice, the platform's are trusted.
#[cfg(feature = "webpki-roots")]
#[tokio::test]
async fn bundled_roots_are_trusted_by_choice_and_private_ones_beside_them() {
    let identity = Identity::of(DOMAIN);
    let (server, _seen) = hyper_server(&identity).await;
    for bundled in [true, false] {
        let client = through_tunnel(&server, &identity).transport(|config| match bundled {
            true => config.with_webpki_roots(),
            false => config,
        });
        let client = client.build().unwrap();
        client.raw(Method::GET, "/", ()).await.unwrap();
    }
    let stranger = Client::builder(format!("https://{DOMAIN}"))
        .connect_to(server.address().to_string())
        .credentials(Credentials::new("AKIDEXAMPLE", SECRET, None))
        .transport(|config| config.with_webpki_roots());
    let error = stranger
        .build()
        .unwrap()
        .raw(Method::GET, "/", ())
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connect);
}

#[tokio::test]
async fn each_tls_provider_that_is_compiled_in_can_be_chosen() {
    let identity = Identity::of(DOMAIN);
    let (server, _seen) = hyper_server(&identity).await;
    let providers = [
        #[cfg(feature = "rustls")]
        TlsProvider::AwsLcRs,
        #[cfg(feature = "ring")]
        TlsProvider::Ring,
    ];
    assert_eq!(TlsProvider::default(), providers[0]);
    for provider in providers {
        for http2 in [false, true] {
            let client = through_tunnel(&server, &identity)
                .http2(http2)
                .transport(|config| config.with_tls_provider(provider));
            let client = client.build().unwrap();
            client.raw(Method::GET, "/", ()).await.unwrap();
        }
    }
}
