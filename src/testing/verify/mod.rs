//! Verifies SigV4 as an AWS front end does, from the bytes that arrived.
//!
//! In: a request with its whole body. Out: who signed it, or why AWS refuses it.
//! Next: nothing. The canonicaliser here was written from the rules and shares nothing with
//! [`crate::sigv4`], so their agreement is evidence.

mod canonical;
mod claim;
mod error;
mod escape;
mod headers;
mod key;
mod payload;
mod query;
mod scope;
mod time;
mod verified;
mod verifier;

pub use self::error::VerificationError;
pub(super) use self::escape::decode;
pub(super) use self::key::hash;
pub use self::scope::CredentialScope;
pub(super) use self::time::http_date;
pub use self::verified::VerifiedRequest;
pub use self::verifier::Verifier;
