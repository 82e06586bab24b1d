//! A private CA, client certificates, certificates that are not checked, and a resolver of the caller's own.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use http::Method;
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use sigtower::opensearch::{BuildError, ErrorKind};
use sigtower::transport::{ConnectFailure, TlsError, TransportError};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};
use tokio_rustls::rustls::server::WebPkiClientVerifier;
use tokio_rustls::rustls::{ALL_VERSIONS, RootCertStore, ServerConfig, SupportedProtocolVersion};
use tower::service_fn;
use tracing_subscriber::fmt::MakeWriter;

use super::tls::{Identity, hyper_server};
use super::{builder, transport_error};
use crate::faults::server::{Server, answer_once};
use crate::listening::keep_callsites_on;

/// A private certificate authority.
pub(crate) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pub(crate) pem: String,
    der: CertificateDer<'static>,
}

/// A certificate of an authority, and its key.
pub(crate) struct Leaf {
    pub(crate) certificate: rcgen::Certificate,
    pub(crate) key: KeyPair,
}

impl Authority {
    pub(crate) fn new() -> Self {
        let mut params = CertificateParams::new([]).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let certificate = params.self_signed(&key).unwrap();
        Self {
            pem: certificate.pem(),
            der: certificate.der().clone(),
            issuer: Issuer::new(params, key),
        }
    }

    pub(crate) fn issue(&self, name: &str, expired: bool) -> Leaf {
        let mut params = CertificateParams::new([name.to_owned()]).unwrap();
        if expired {
            let day = Duration::from_secs(24 * 60 * 60);
            params.not_before = (SystemTime::now() - 10 * day).into();
            params.not_after = (SystemTime::now() - day).into();
        }
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        Leaf { certificate, key }
    }
}

/// A server with this certificate. With an authority for clients, it requires a certificate of that.
pub(crate) async fn server(leaf: &Leaf, clients: Option<&Authority>) -> Server {
    server_with(leaf, clients, ALL_VERSIONS).await
}

async fn server_with(
    leaf: &Leaf,
    clients: Option<&Authority>,
    versions: &[&'static SupportedProtocolVersion],
) -> Server {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_protocol_versions(versions)
        .unwrap();
    let config = match clients {
        None => config.with_no_client_auth(),
        Some(authority) => {
            let mut roots = RootCertStore::empty();
            roots.add(authority.der.clone()).unwrap();
            let roots = Arc::new(roots);
            let verifier = WebPkiClientVerifier::builder_with_provider(roots, provider);
            config.with_client_cert_verifier(verifier.build().unwrap())
        }
    };
    let key = PrivatePkcs8KeyDer::from(leaf.key.serialize_der());
    let chain = vec![leaf.certificate.der().clone()];
    let config = config.with_single_cert(chain, key.into()).unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    Server::start(move |stream| {
        let acceptor = acceptor.clone();
        async move {
            if let Ok(mut stream) = acceptor.accept(stream).await {
                answer_once(&mut stream).await;
            }
        }
    })
    .await
}

pub(crate) fn url(server: &Server) -> String {
    format!("https://localhost:{}", server.address().port())
}

#[tokio::test]
async fn certificates_of_a_private_authority_are_checked_unless_that_is_turned_off() {
    let (authority, stranger) = (Authority::new(), Authority::new());
    for (leaf, trusted, failure) in [
        (authority.issue("localhost", false), &authority, None),
        (
            authority.issue("localhost", true),
            &authority,
            Some(ConnectFailure::CertificateExpired),
        ),
        (
            authority.issue("other.example", false),
            &authority,
            Some(ConnectFailure::WrongName),
        ),
        (
            authority.issue("localhost", false),
            &stranger,
            Some(ConnectFailure::UnknownIssuer),
        ),
    ] {
        let server = server(&leaf, None).await;
        let builder = || builder(url(&server)).root_certificate_pem(trusted.pem.clone());
        let sent = builder().build().unwrap().raw(Method::GET, "/", ()).await;
        match (sent, failure) {
            (Ok(response), None) => assert_eq!(response.status, 200),
            (Err(error), Some(expected)) => {
                let TransportError::Connect { failure, .. } = transport_error(&error) else {
                    panic!("{error:?}");
                };
                assert_eq!((*failure, error.attempts()), (expected, 1));
            }
            other => panic!("{other:?}"),
        }
        let unchecked = builder().danger_accept_invalid_certificates(true);
        let client = unchecked.build().unwrap();
        assert_eq!(client.raw(Method::GET, "/", ()).await.unwrap().status, 200);
    }
}

#[tokio::test]
async fn each_version_of_tls_is_checked_unless_that_is_turned_off() {
    let authority = Authority::new();
    let stranger = Authority::new().issue("localhost", true);
    for version in ALL_VERSIONS {
        let only = std::slice::from_ref(version);
        for (leaf, is_checked) in [
            (&authority.issue("localhost", false), true),
            (&stranger, false),
        ] {
            let server = server_with(leaf, None, only).await;
            let client = builder(url(&server))
                .root_certificate_pem(authority.pem.clone())
                .danger_accept_invalid_certificates(!is_checked);
            let response = client.build().unwrap().raw(Method::GET, "/", ()).await;
            assert_eq!(response.unwrap().status, 200, "{version:?}");
        }
        let server = server_with(&stranger, None, only).await;
        let client = builder(url(&server)).root_certificate_pem(authority.pem.clone());
        let refused = client.build().unwrap().raw(Method::GET, "/", ()).await;
        assert!(refused.is_err(), "{version:?}");
    }
}

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

#[test]
fn a_client_that_checks_no_certificates_warns_once() {
    let log = Log::default();
    keep_callsites_on();
    let subscriber = tracing_subscriber::fmt().with_writer(log.clone()).finish();
    tracing::subscriber::with_default(subscriber, || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async {
            let server = server(&Authority::new().issue("localhost", true), None).await;
            let client = builder(url(&server)).danger_accept_invalid_certificates(true);
            let client = client.build().unwrap();
            for _ in 0..3 {
                client.raw(Method::GET, "/", ()).await.unwrap();
            }
        });
        let _ = builder("https://localhost:1").build().unwrap();
    });
    let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    let warnings = text.lines().filter(|line| line.contains("WARN"));
    let warnings: Vec<_> = warnings.collect();
    assert_eq!(warnings.len(), 1, "{text}");
    assert!(
        warnings[0].contains("danger_accept_invalid_certificates"),
        "{text}"
    );
}

#[tokio::test]
async fn a_client_identifies_itself_by_a_certificate() {
    let (authority, clients) = (Authority::new(), Authority::new());
    let server = server(&authority.issue("localhost", false), Some(&clients)).await;
    let own = clients.issue("a client", false);
    let foreign = authority.issue("a client", false);
    let builder = || {
        builder(url(&server))
            .root_certificate_pem(authority.pem.clone())
            .max_attempts(1)
    };
    let with = |leaf: &Leaf| {
        builder().client_certificate_pem(leaf.certificate.pem(), leaf.key.serialize_pem())
    };
    let client = with(&own).build().unwrap();
    assert_eq!(client.raw(Method::GET, "/", ()).await.unwrap().status, 200);
    for refused in [builder(), with(&foreign)] {
        let sent = refused.build().unwrap().raw(Method::GET, "/", ()).await;
        sent.expect_err("a server that requires a certificate answered without it");
    }
    let key = own.key.serialize_pem();
    let shown = format!("{:?}", with(&own));
    assert!(!shown.contains(&key[40..80]), "{shown}");
    let other_key = KeyPair::generate().unwrap().serialize_pem();
    let chain = own.certificate.pem();
    for (chain, key) in [
        ("", key.as_str()),
        (
            "-----BEGIN CERTIFICATE-----\n!!!\n-----END CERTIFICATE-----\n",
            &key,
        ),
        (&chain, ""),
        (&chain, "hunter2"),
        (&chain, &other_key),
    ] {
        let built = builder()
            .client_certificate_pem(chain.to_owned(), key.to_owned())
            .build();
        let error = built.unwrap_err();
        assert!(
            matches!(error, BuildError::Tls(TlsError::ClientCertificate(_))),
            "{error:?}"
        );
        assert!(!format!("{error} {error:?}").contains("hunter2"), "{error}");
    }
}

#[tokio::test]
async fn names_are_resolved_by_a_service_of_the_callers_own() {
    let identity = Identity::of("search.example.com");
    let (server, _seen) = hyper_server(&identity).await;
    let asked = Arc::new(Mutex::new(Vec::new()));
    let names = Arc::clone(&asked);
    let resolver = service_fn(move |name: String| {
        names.lock().unwrap().push(name);
        std::future::ready(Ok::<_, io::Error>([SocketAddr::from((
            Ipv4Addr::LOCALHOST,
            0,
        ))]))
    });
    let url = format!("https://search.example.com:{}", server.address().port());
    let own = || {
        builder(&url)
            .root_certificate_pem(identity.pem())
            .max_attempts(1)
    };
    let client = own()
        .transport(|config| config.with_resolver(resolver))
        .build()
        .unwrap();
    client.raw(Method::GET, "/", ()).await.unwrap();
    assert_eq!(*asked.lock().unwrap(), ["search.example.com"]);

    let none = service_fn(|_: String| std::future::ready(Ok::<_, io::Error>(Vec::new())));
    let fails = service_fn(|_: String| {
        std::future::ready(Err::<Vec<SocketAddr>, _>(io::Error::other(
            "the zone is gone",
        )))
    });
    for (client, expected) in [
        (
            own().transport(|config| config.with_resolver(none)),
            "returned no address for search.example.com",
        ),
        (
            own().transport(|config| config.with_resolver(fails)),
            "the zone is gone",
        ),
    ] {
        let error = client
            .build()
            .unwrap()
            .raw(Method::GET, "/", ())
            .await
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Connect);
        let line = error.to_string();
        assert!(
            line.contains("DNS lookup failed") && line.contains(expected),
            "{line}"
        );
    }
}
