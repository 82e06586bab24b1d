use std::fmt;
use std::sync::{Arc, OnceLock};
use std::time::SystemTime;

use zeroize::Zeroizing;

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
    sent: OnceLock<Sent>,
}

/// What a request was passed on with.
#[cfg_attr(
    not(feature = "opensearch"),
    allow(dead_code, reason = "errors of `opensearch` read it")
)]
pub(crate) enum Sent {
    /// A signature.
    Signed(Signed),
    /// A password.
    Login(SentSecrets),
    /// A bearer token, which the identity keeps as its session token.
    Token(Arc<Identity>),
    /// Nothing that identifies the caller.
    Unauthenticated,
}

/// Texts that were sent and must not be shown. Clones share them.
#[derive(Clone)]
#[cfg_attr(
    not(feature = "opensearch"),
    allow(dead_code, reason = "errors of `opensearch` read it")
)]
pub(crate) struct SentSecrets(Arc<[Zeroizing<String>]>);

#[cfg(feature = "client")]
impl SentSecrets {
    pub(crate) fn new<const N: usize>(texts: [Zeroizing<String>; N]) -> Self {
        Self(Arc::new(texts))
    }
}

/// Leaves out all secrets.
impl fmt::Debug for Sent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Signed(signed) => signed.fmt(f),
            Self::Login(_) => f.write_str("Login"),
            Self::Token(_) => f.write_str("Token"),
            Self::Unauthenticated => f.write_str("Unauthenticated"),
        }
    }
}

/// What a request was signed with.
#[derive(Clone)]
#[non_exhaustive]
pub struct Signed {
    /// The credentials.
    pub identity: Arc<Identity>,
    /// When it was signed by the signer's own clock, without the skew.
    pub local_time: SystemTime,
    /// The hash of its body, unless the body was not signed or was signed in chunks.
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
            sent: OnceLock::new(),
        }))
    }

    /// How far the attempt's signing time is shifted.
    pub fn skew(&self) -> ClockSkew {
        self.0.skew
    }

    /// What the attempt was signed with, or `None` before it is signed.
    pub fn signed(&self) -> Option<&Signed> {
        match self.0.sent.get() {
            Some(Sent::Signed(signed)) => Some(signed),
            _ => None,
        }
    }

    /// Keeps what the first signature was made with.
    pub(super) fn fill(&self, signed: Signed) {
        let _ = self.0.sent.set(Sent::Signed(signed));
    }
}

#[cfg(feature = "client")]
impl SigningRecord {
    /// Keeps what a request without a signature was passed on with.
    pub(crate) fn fill_sent(&self, sent: Sent) {
        let _ = self.0.sent.set(sent);
    }

    /// Whether the attempt was passed on to be sent.
    pub(crate) fn is_sent(&self) -> bool {
        self.0.sent.get().is_some()
    }

    /// The credentials that the attempt was sent with, if others can be fetched in place of them.
    pub(crate) fn identity(&self) -> Option<&Arc<Identity>> {
        match self.0.sent.get()? {
            Sent::Signed(signed) => Some(&signed.identity),
            Sent::Token(identity) => Some(identity),
            Sent::Login(_) | Sent::Unauthenticated => None,
        }
    }

    /// Whether the attempt was sent with a bearer token.
    pub(crate) fn has_token(&self) -> bool {
        matches!(self.0.sent.get(), Some(Sent::Token(_)))
    }

    /// Whether the attempt was sent with a password or a token.
    #[cfg(feature = "opensearch")]
    pub(crate) fn has_login(&self) -> bool {
        matches!(self.0.sent.get(), Some(Sent::Token(_) | Sent::Login(_)))
    }

    /// Everything secret that the attempt was sent with.
    #[cfg(feature = "opensearch")]
    pub(crate) fn secrets(&self) -> Vec<&[u8]> {
        match self.0.sent.get() {
            Some(Sent::Signed(signed)) => {
                let key = signed.identity.secret_access_key().as_bytes();
                let token = signed.identity.session_token().map(|it| it.as_bytes());
                let known = [token, Some(key), Some(&signed.signature[..])];
                known.into_iter().flatten().collect()
            }
            Some(Sent::Login(secrets)) => secrets.0.iter().map(|text| text.as_bytes()).collect(),
            Some(Sent::Token(identity)) => {
                let token = identity.session_token();
                token.map(|it| it.as_bytes()).into_iter().collect()
            }
            Some(Sent::Unauthenticated) | None => Vec::new(),
        }
    }
}
