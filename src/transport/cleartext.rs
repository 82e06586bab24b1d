//! Stands in for `tls.rs` in builds without TLS: `http` works, `https` is an error.

use std::convert::Infallible;

use http::Uri;
use tower_service::Service;

use super::config::TransportConfig;
use super::dial::Dial;
use super::tls_error::TlsError;
use crate::error::BoxError;

/// A connection, never encrypted.
pub(super) type Stream = <Dial as Service<Uri>>::Response;

/// Does not exist: there is no TLS in this build.
#[derive(Clone, Debug)]
pub(super) struct Tls(Infallible);

impl Tls {
    pub(super) fn new(_: Dial, _: &TransportConfig) -> Result<Self, TlsError> {
        Err(TlsError::Disabled)
    }

    pub(super) async fn connect(self, _: Uri) -> Result<Stream, BoxError> {
        match self.0 {}
    }
}

/// A connection that stays as [`Dial`] opened it.
pub(super) fn cleartext(tcp: Stream) -> Stream {
    tcp
}
