//! The only file that names hyper-rustls: TLS over a connection that [`Dial`] opened.

use std::sync::Arc;

use http::Uri;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder, MaybeHttpsStream};
use rustls::client::WantsClientCert;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, ConfigBuilder};
use rustls_platform_verifier::Verifier;
use tower_service::Service;

use super::accept_any::AcceptAny;
use super::config::TransportConfig;
use super::dial::Dial;
use super::tls_error::TlsError;
use super::tls_provider::TlsProvider;
use crate::error::BoxError;

/// A connection, encrypted or not.
pub(super) type Stream = MaybeHttpsStream<<Dial as Service<Uri>>::Response>;

/// Negotiates TLS for `https` URIs, under the URI's own host name.
#[derive(Clone, Debug)]
pub(super) struct Tls(HttpsConnector<Dial>);

impl Tls {
    pub(super) fn new(dial: Dial, config: &TransportConfig) -> Result<Self, TlsError> {
        let builder = HttpsConnectorBuilder::new()
            .with_tls_config(client_config(config)?)
            .https_only()
            .enable_http1();
        Ok(Self(if config.http2 {
            builder.enable_http2().wrap_connector(dial)
        } else {
            builder.wrap_connector(dial)
        }))
    }

    pub(super) async fn connect(mut self, uri: Uri) -> Result<Stream, BoxError> {
        std::future::poll_fn(|cx| self.0.poll_ready(cx)).await?;
        self.0.call(uri).await
    }
}

/// A connection that stays as [`Dial`] opened it.
pub(super) fn cleartext(tcp: <Dial as Service<Uri>>::Response) -> Stream {
    Stream::Http(tcp)
}

fn client_config(config: &TransportConfig) -> Result<ClientConfig, TlsError> {
    // Never the process's default: rustls panics if two providers are compiled in and none was chosen.
    let provider = Arc::new(match config.tls_provider {
        #[cfg(feature = "rustls")]
        TlsProvider::AwsLcRs => rustls::crypto::aws_lc_rs::default_provider(),
        #[cfg(feature = "ring")]
        TlsProvider::Ring => rustls::crypto::ring::default_provider(),
    });
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(|error| TlsError::Config(error.into()))?;
    if config.accepts_invalid_certificates {
        tracing::warn!(
            "certificates of servers are not checked (`danger_accept_invalid_certificates`): anyone on the way can read \
             and change what is sent"
        );
        let verifier = Arc::new(AcceptAny::new(provider));
        let builder = builder
            .dangerous()
            .with_custom_certificate_verifier(verifier);
        return identify(builder, config);
    }
    let private = private_roots(config)?;
    #[cfg(feature = "webpki-roots")]
    if config.webpki_roots {
        return identify(
            builder.with_root_certificates(webpki_roots(private)?),
            config,
        );
    }
    let verifier = Verifier::new_with_extra_roots(private, provider)
        .map_err(|error| TlsError::Roots(error.into()))?;
    // "dangerous" is rustls' word for any verifier that is not its own; this one is the platform's.
    let builder = builder
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier));
    identify(builder, config)
}

/// Adds the client's own certificate, if it has one.
fn identify(
    builder: ConfigBuilder<ClientConfig, WantsClientCert>,
    config: &TransportConfig,
) -> Result<ClientConfig, TlsError> {
    let Some(own) = &config.client_certificate else {
        return Ok(builder.with_no_client_auth());
    };
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&own.chain).collect();
    let chain = chain.map_err(|error| TlsError::ClientCertificate(error.into()))?;
    if chain.is_empty() {
        return Err(TlsError::ClientCertificate(
            "it contains no certificate in PEM form".into(),
        ));
    }
    // The parser's error shows no byte of the key.
    let key = PrivateKeyDer::from_pem_slice(&own.key)
        .map_err(|error| TlsError::ClientCertificate(format!("its key: {error}").into()))?;
    builder
        .with_client_auth_cert(chain, key)
        .map_err(|error| TlsError::ClientCertificate(error.into()))
}

/// Mozilla's roots and the caller's own.
#[cfg(feature = "webpki-roots")]
fn webpki_roots(private: Vec<CertificateDer<'static>>) -> Result<rustls::RootCertStore, TlsError> {
    let mut roots = rustls::RootCertStore::empty();
    roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    for certificate in private {
        roots
            .add(certificate)
            .map_err(|error| TlsError::Certificate(error.into()))?;
    }
    Ok(roots)
}

fn private_roots(config: &TransportConfig) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let mut roots = Vec::new();
    for pem in &config.root_certificates {
        let before = roots.len();
        for certificate in CertificateDer::pem_slice_iter(pem) {
            roots.push(certificate.map_err(|error| TlsError::Certificate(error.into()))?);
        }
        if roots.len() == before {
            return Err(TlsError::NoCertificate);
        }
    }
    Ok(roots)
}
