use std::sync::{Arc, OnceLock};
use std::time::SystemTime;

use super::{ClockSkew, PayloadHash};
use crate::credentials::Identity;

/// Rides along with one attempt of a request: shifts the time it is signed at, and keeps what it
/// was signed with.
///
/// Whoever sends a request again puts a new one into its extensions for each attempt; clones share
/// what is kept. [`SigV4`](super::SigV4) fills it just before the request goes on.
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
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Signed {
    /// The credentials.
    pub identity: Arc<Identity>,
    /// When it was signed, as the signer's own clock had it, without the skew.
    pub local_time: SystemTime,
    /// The hash of its body, unless that went unsigned.
    pub payload_hash: Option<PayloadHash>,
}

impl SigningRecord {
    /// A record of nothing yet, for an attempt whose time is shifted by this skew.
    pub fn new(skew: ClockSkew) -> Self {
        Self(Arc::new(Inner {
            skew,
            signed: OnceLock::new(),
        }))
    }

    /// How far the attempt's time is shifted.
    pub fn skew(&self) -> ClockSkew {
        self.0.skew
    }

    /// What the attempt was signed with; `None` before it is, and if it never was.
    pub fn signed(&self) -> Option<&Signed> {
        self.0.signed.get()
    }

    /// Keeps what the first signature was made with.
    pub(super) fn fill(&self, signed: Signed) {
        let _ = self.0.signed.set(signed);
    }
}
