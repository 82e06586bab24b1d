//! What was wrong with the peer's certificate or its part of TLS, if a chain of errors says so.

use std::error::Error;

#[cfg(any(feature = "rustls", feature = "ring"))]
use super::chain::find;
use super::connect_failure::ConnectFailure;

#[cfg(any(feature = "rustls", feature = "ring"))]
pub(super) fn tls_failure(error: &(dyn Error + 'static)) -> Option<ConnectFailure> {
    use rustls::CertificateError::{
        BadSignature, Expired, ExpiredContext, NotValidForName, NotValidForNameContext,
        NotValidYet, NotValidYetContext, UnknownIssuer,
    };
    use rustls::Error::{InvalidCertificate, InvalidMessage};
    use rustls::InvalidMessage::InvalidContentType;

    Some(match find(error)? {
        InvalidCertificate(certificate) => match certificate {
            Expired | ExpiredContext { .. } => ConnectFailure::CertificateExpired,
            NotValidYet | NotValidYetContext { .. } => ConnectFailure::CertificateNotYetValid,
            // A root that is trusted has the name of the issuer, and a different key.
            UnknownIssuer | BadSignature => ConnectFailure::UnknownIssuer,
            NotValidForName | NotValidForNameContext { .. } => ConnectFailure::WrongName,
            _ => ConnectFailure::Certificate,
        },
        InvalidMessage(InvalidContentType) => ConnectFailure::NotTls,
        _ => ConnectFailure::Tls,
    })
}

#[cfg(not(any(feature = "rustls", feature = "ring")))]
pub(super) fn tls_failure(_: &(dyn Error + 'static)) -> Option<ConnectFailure> {
    None
}
