/// Why no connection could be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConnectFailure {
    /// The host name has no address, or the resolver did not respond.
    Dns,
    /// Nothing listens on the port.
    Refused,
    /// The proxy could not be reached, or refused to connect to the host.
    Proxy,
    /// There is no route to the host.
    Unreachable,
    /// This process or machine has no file descriptor left. Connections in use are not affected.
    NoDescriptors,
    /// The server's certificate has expired.
    CertificateExpired,
    /// The server's certificate is not valid yet, by this machine's clock.
    CertificateNotYetValid,
    /// No trusted root has issued the server's certificate.
    UnknownIssuer,
    /// The server's certificate is for a different host name.
    WrongName,
    /// The server's certificate is not accepted for another reason.
    Certificate,
    /// The server does not speak TLS on this port.
    NotTls,
    /// The TLS handshake failed for another reason.
    Tls,
    /// Anything else: the error's source says more.
    Other,
}

impl ConnectFailure {
    /// The text for the reader, and whether the message of the cause adds to it.
    pub(super) fn words(self) -> (&'static str, bool) {
        match self {
            Self::Dns => ("DNS lookup failed", true),
            Self::Refused => (
                "connection refused; check that the server runs and listens on this port",
                false,
            ),
            Self::Proxy => ("", true),
            Self::Unreachable => ("no route to the host", true),
            Self::NoDescriptors => (
                "this process has no file descriptor left; raise the limit (`ulimit -n`) or send fewer \
                 requests at once",
                false,
            ),
            Self::CertificateExpired => ("the server's certificate has expired", false),
            Self::CertificateNotYetValid => (
                "the server's certificate is not valid yet; check this machine's clock",
                false,
            ),
            Self::UnknownIssuer => (
                "the issuer of the server's certificate is unknown; if it is yours, trust it with \
                 `root_certificate_pem`",
                false,
            ),
            Self::WrongName => ("the server's certificate is for a different host", true),
            Self::Certificate => ("the server's certificate is not accepted", true),
            Self::NotTls => (
                "the server does not speak TLS on this port; use `http://`, or the port for https",
                false,
            ),
            Self::Tls => ("the TLS handshake failed", true),
            Self::Other => ("", true),
        }
    }
}
