//! Signs a request before it is sent.
//!
//! In: any [`http::Request`] with an absolute URI. Out: the same request with signature headers, or
//! a [`SignError`] and nothing sent. Next: the service that a [`SigV4`] wraps. Credentials come from
//! [`crate::credentials`].
//!
//! | to sign | use |
//! | --- | --- |
//! | every request of a tower service | [`SigV4Layer`] |
//! | the head of one request | [`Signer::sign`] |
//! | a URL for someone without credentials | [`Signer::presign`] |
//! | and see each step | [`Signer::explain`] |
//! | one request for a different region or service | [`SigningOverride`] |
//! | a large upload to S3 while it is read | [`ChunkedBody`] |
//!
//! The rules are those of [AWS Signature Version
//! 4](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html).
//! Where signers and services are known to read a request differently, it is refused. Version 4a (`AWS4-ECDSA-P256-SHA256`,
//! for S3 Multi-Region Access Points and other targets in several regions) is not supported.

mod canonical;
mod chunk_signer;
mod chunked_body;
mod chunked_error;
mod chunked_payload;
mod chunks;
mod clock;
mod derive;
mod error;
mod explain;
mod host;
mod key;
mod layer;
mod never_signed;
mod overrides;
mod payload;
mod presign;
mod record;
mod scope;
mod scratch;
mod signature;
mod signer;

pub use crate::clock_skew::ClockSkew;

pub use self::chunked_body::ChunkedBody;
pub use self::chunked_error::ChunkedBodyError;
pub use self::chunked_payload::ChunkedPayload;
pub use self::clock::{Clock, SystemClock};
pub use self::error::SignError;
pub use self::explain::Explanation;
pub use self::layer::{
    BodyFromLayer, GivenOrSigned, MakeBody, ResponseFuture, SigV4, SigV4Layer, SignableBody,
    SignedFrom,
};
pub use self::never_signed::HeaderNotSignable;
pub use self::overrides::{EncodedDotSegments, SigningOverride};
pub use self::payload::{ContentSha256, Payload, PayloadHash, PayloadSigning};
#[cfg(feature = "client")]
pub(crate) use self::record::{Sent, SentSecrets};
pub use self::record::{Signed, SigningRecord};
pub use self::scope::{Region, Scope, ScopeError, ServiceName};
pub use self::signer::Signer;
