use crate::error::BoxError;

/// Why TLS cannot be set up.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TlsError {
    /// This build has no TLS.
    #[error("https needs the crate feature `rustls` or `ring`")]
    Disabled,
    /// The platform's root certificates could not be loaded.
    #[error(
        "the platform's root certificates cannot be loaded ({0}); install them (the package \
         `ca-certificates`), or use `with_webpki_roots`"
    )]
    Roots(#[source] BoxError),
    /// A certificate given as a root cannot be read.
    #[error("a certificate given as root_certificate_pem cannot be read: {0}")]
    Certificate(#[source] BoxError),
    /// The text given as root certificates contains none.
    #[error("the text given as root_certificate_pem contains no certificate in PEM form")]
    NoCertificate,
    /// The client certificate or its key cannot be read.
    #[error("the client certificate given as client_certificate_pem cannot be used: {0}")]
    ClientCertificate(#[source] BoxError),
    /// What is given as a proxy is not the URL of one.
    #[error("{place} is not the URL of a proxy; write http://host:port or socks5h://host:port")]
    Proxy {
        /// The variable or the setting.
        place: &'static str,
    },
    /// What is given as a proxy is a proxy that is reached over TLS, which is not supported.
    #[error(
        "{place} is a proxy that is reached over TLS (https://), which is not supported; write http://host:port. \
         Requests over https are still encrypted up to their server"
    )]
    #[non_exhaustive]
    HttpsProxy {
        /// The variable or the setting.
        place: &'static str,
    },
    /// The TLS library refused its configuration.
    #[error("TLS cannot be configured: {0}")]
    Config(#[source] BoxError),
}
