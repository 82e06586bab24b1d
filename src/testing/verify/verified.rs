use std::fmt;
use std::time::SystemTime;

use super::super::principal::Principal;
use super::scope::CredentialScope;

/// Who signed a request, and what the signature covers.
///
/// `Debug` leaves out the canonical request, which may contain a session token.
#[derive(Clone)]
#[non_exhaustive]
pub struct VerifiedRequest {
    /// Who signed the request.
    pub principal: Principal,
    /// The access key id of the signature.
    pub access_key: String,
    /// The names of the signed headers, sorted.
    pub signed_headers: Vec<String>,
    /// The scope of the signature.
    pub scope: CredentialScope,
    /// When the request was signed.
    pub time: SystemTime,
    /// The payload hash: the last line of the canonical request.
    pub payload_hash: String,
    /// The canonical request.
    pub canonical_request: String,
}

impl fmt::Debug for VerifiedRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifiedRequest")
            .field("principal", &self.principal)
            .field("signed_headers", &self.signed_headers)
            .field("scope", &self.scope)
            .field("time", &self.time)
            .field("payload_hash", &self.payload_hash)
            .finish_non_exhaustive()
    }
}
