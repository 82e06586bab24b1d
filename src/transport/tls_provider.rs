/// The library that does the cryptography of TLS.
///
/// The default is aws-lc-rs if the feature `rustls` is enabled, and otherwise ring. Choose one with
/// [`with_tls_provider`](super::TransportConfig::with_tls_provider) if another crate in your build may
/// enable the other feature.
///
/// The process-wide default of rustls is neither used nor changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TlsProvider {
    /// [aws-lc-rs](https://docs.rs/aws-lc-rs), with the feature `rustls`.
    #[cfg(feature = "rustls")]
    AwsLcRs,
    /// [ring](https://docs.rs/ring), with the feature `ring`.
    #[cfg(feature = "ring")]
    Ring,
}

impl Default for TlsProvider {
    #[cfg(feature = "rustls")]
    fn default() -> Self {
        Self::AwsLcRs
    }

    #[cfg(not(feature = "rustls"))]
    fn default() -> Self {
        Self::Ring
    }
}
