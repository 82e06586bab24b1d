use std::fmt;
use std::sync::{Arc, OnceLock};
use std::time::SystemTime;

use super::payload::PayloadHash;
use crate::clock_skew::ClockSkew;
use crate::credentials::Identity;

/// Shifts the signing time of one attempt, and keeps what the attempt was signed with.
///
/// A caller that sends a request several times puts a new record into the extensions of each attempt.
/// Clones share their contents. [`SigV4`](super::SigV4) fills the record before it passes the request
/// on.
///
/// ```
/// use http::Request;
/// use sigtower::sigv4::{ClockSkew, SigningRecord};
///
/// let record = SigningRecord::new(ClockSkew::from_millis(300_000));
/// let request = Request::get("https://abc.execute-api.eu-west-1.amazonaws.com/")
///     .extension(record.clone())
///     .body(())?;
/// assert!(record.signed().is_none()); // not sent yet
/// # Ok::<(), http::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct SigningRecord(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    skew: ClockSkew,
    signed: OnceLock<Signed>,
}

/// What a request was signed with.
#[derive(Clone)]
#[non_exhaustive]
pub struct Signed {
    /// The credentials.
    pub identity: Arc<Identity>,
    /// When it was signed by the signer's own clock, without the skew.
    pub local_time: SystemTime,
    /// The hash of its body, unless the body was not signed.
    pub payload_hash: Option<PayloadHash>,
    /// The hex digits of the signature, so that errors can remove them from text that a server echoes.
    #[cfg_attr(
        not(feature = "opensearch"),
        expect(dead_code, reason = "errors of `opensearch` read it")
    )]
    pub(crate) signature: [u8; 64],
}

/// Leaves out the signature.
impl fmt::Debug for Signed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signed")
            .field("identity", &self.identity)
            .field("local_time", &self.local_time)
            .field("payload_hash", &self.payload_hash)
            .finish_non_exhaustive()
    }
}

impl SigningRecord {
    /// An empty record, for an attempt whose signing time is shifted by this skew.
    pub fn new(skew: ClockSkew) -> Self {
        Self(Arc::new(Inner {
            skew,
            signed: OnceLock::new(),
        }))
    }

    /// How far the attempt's signing time is shifted.
    pub fn skew(&self) -> ClockSkew {
        self.0.skew
    }

    /// What the attempt was signed with, or `None` before it is signed.
    pub fn signed(&self) -> Option<&Signed> {
        self.0.signed.get()
    }

    /// Keeps what the first signature was made with.
    pub(super) fn fill(&self, signed: Signed) {
        let _ = self.0.signed.set(signed);
    }
}
