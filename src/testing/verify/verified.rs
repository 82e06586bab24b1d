use std::fmt;
use std::time::SystemTime;

use super::super::principal::Principal;
use super::scope::CredentialScope;

/// What a verified request turned out to be.
///
/// `Debug` leaves out the canonical request: it may hold a session token.
#[derive(Clone)]
#[non_exhaustive]
pub struct Verified {
    /// Whose signature it is.
    pub principal: Principal,
    /// The access key id that signed.
    pub access_key: String,
    /// The names of the headers that were signed.
    pub signed_headers: Vec<String>,
    /// What it was signed for.
    pub scope: CredentialScope,
    /// When it was signed.
    pub time: SystemTime,
    /// The last line of the canonical request.
    pub payload_hash: String,
    /// What was signed, in canonical form.
    pub canonical_request: String,
}

impl fmt::Debug for Verified {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verified")
            .field("principal", &self.principal)
            .field("signed_headers", &self.signed_headers)
            .field("scope", &self.scope)
            .field("time", &self.time)
            .field("payload_hash", &self.payload_hash)
            .finish_non_exhaustive()
    }
}
