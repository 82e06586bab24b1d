use std::fmt;

use http::HeaderValue;
use http::request::Parts;
use http::uri::Scheme;
use sha2::{Digest, Sha256};

use super::chunked_payload::ChunkedPayload;
use super::error::SignError;
use super::scope::{Scope, ServiceKind, ServiceName};
use crate::encode::{SHA256_OF_NOTHING as EMPTY, hex};
use crate::origin::is_loopback;

/// The body that belongs to the head being signed.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub enum Payload<'a> {
    /// No body.
    #[default]
    Empty,
    /// These bytes, exactly as they are sent: after compression.
    Bytes(&'a [u8]),
    /// A body with this hash. The caller must make sure that it is right.
    Hash(&'a PayloadHash),
    /// `UNSIGNED-PAYLOAD`: the signature does not protect the body. Only over https.
    Unsigned,
    /// `STREAMING-AWS4-HMAC-SHA256-PAYLOAD`: a [`ChunkedBody`](super::ChunkedBody), which signs each of its chunks. Only
    /// for S3. Signing also sets `content-encoding`, `content-length` and `x-amz-decoded-content-length`.
    Chunked(&'a ChunkedPayload),
}

impl Payload<'_> {
    /// The hash to sign. `computed` is the place for a hash that has to be computed.
    pub(super) fn hash<'a>(
        &'a self,
        parts: &Parts,
        scope: &Scope,
        cleartext: UnsignedCleartext,
        computed: &'a mut PayloadHash,
    ) -> Result<&'a PayloadHash, SignError> {
        match self {
            Payload::Chunked(_) => Err(SignError::ChunkedUnsupported(scope.service().clone())),
            _ if scope.service().kind() == ServiceKind::Lattice => cleartext.check(parts),
            Payload::Unsigned => cleartext.check(parts),
            Payload::Empty | Payload::Bytes([]) => Ok(&PayloadHash::EMPTY),
            Payload::Bytes(bytes) => {
                *computed = PayloadHash::of(bytes);
                Ok(computed)
            }
            Payload::Hash(hash) => Ok(hash),
        }
    }
}

/// How a [`SigV4Layer`](super::SigV4Layer) treats request bodies.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum PayloadSigning {
    /// Collect the body up to the layer's limit and sign its hash.
    #[default]
    Hash,
    /// Pass the body on unread and sign this hash. The caller must make sure that it is right.
    Precomputed(PayloadHash),
    /// Pass the body on unread and sign `UNSIGNED-PAYLOAD`. Only over https, and only for services
    /// that accept it: S3, VPC Lattice.
    Unsigned,
    /// Pass on a body that signs its own chunks. Only for S3. It is set for one request by
    /// [`ChunkedBody::into_request`](super::ChunkedBody::into_request).
    Chunked(ChunkedPayload),
}

/// Whether the hash is sent as `x-amz-content-sha256`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum ContentSha256 {
    /// For services that require it (`aoss`, `s3`, `vpc-lattice-svcs`) or accept it (`es`).
    #[default]
    ByService,
    /// On every request.
    Always,
    /// Never.
    Never,
}

impl ContentSha256 {
    pub(super) fn applies_to(self, service: &ServiceName) -> bool {
        match self {
            Self::ByService => service.kind() != ServiceKind::Other,
            Self::Always => true,
            Self::Never => false,
        }
    }
}

/// Where an unsigned payload may go without TLS.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum UnsignedCleartext {
    /// Nowhere: the caller can sign the payload instead.
    #[default]
    Refused,
    /// To loopback only.
    ToLoopback,
    /// Anywhere, because the caller has allowed it.
    Allowed,
}

impl UnsignedCleartext {
    /// The rule for presigned URLs. S3's never sign the payload, so the caller has no choice.
    pub(super) fn of_presigned(self) -> Self {
        match self {
            Self::Refused => Self::ToLoopback,
            chosen => chosen,
        }
    }

    fn check(self, parts: &Parts) -> Result<&'static PayloadHash, SignError> {
        let is_allowed = match self {
            _ if parts.uri.scheme() == Some(&Scheme::HTTPS) => true,
            Self::Refused => false,
            Self::ToLoopback => parts.uri.host().is_some_and(is_loopback),
            Self::Allowed => true,
        };
        if is_allowed {
            Ok(&PayloadHash::UNSIGNED)
        } else {
            Err(SignError::UnsignedOverCleartext)
        }
    }
}

/// The text for the body in a signature: its SHA-256 in hexadecimal, or a word such as `UNSIGNED-PAYLOAD`.
#[derive(Clone)]
pub struct PayloadHash(Text);

#[derive(Clone)]
enum Text {
    Hex([u8; 64]),
    Empty,
    Unsigned,
    Chunked,
}

impl PayloadHash {
    /// The hash of no bytes.
    pub const EMPTY: Self = Self(Text::Empty);

    pub(super) const UNSIGNED: Self = Self(Text::Unsigned);

    pub(super) const CHUNKED: Self = Self(Text::Chunked);

    /// Hashes a body.
    pub fn of(body: &[u8]) -> Self {
        if body.is_empty() {
            Self::EMPTY
        } else {
            Self::from_digest(Sha256::digest(body).into())
        }
    }

    /// A SHA-256 that was computed elsewhere.
    pub fn from_digest(digest: [u8; 32]) -> Self {
        Self(Text::Hex(hex(digest)))
    }

    /// The text that is signed.
    pub fn as_str(&self) -> &str {
        match &self.0 {
            Text::Hex(hex) => std::str::from_utf8(hex).expect("hex digits are ASCII"),
            Text::Empty => EMPTY,
            Text::Unsigned => UNSIGNED,
            Text::Chunked => CHUNKED,
        }
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        match &self.0 {
            Text::Hex(hex) => hex,
            Text::Empty => EMPTY.as_bytes(),
            Text::Unsigned => UNSIGNED.as_bytes(),
            Text::Chunked => CHUNKED.as_bytes(),
        }
    }

    /// Whether it stands for a body in signed chunks, which a service recognises by the header.
    pub(super) fn is_chunked(&self) -> bool {
        matches!(self.0, Text::Chunked)
    }

    /// Each arm has a known length, so that copying needs no call.
    #[inline]
    pub(super) fn write(&self, out: &mut Vec<u8>) {
        match &self.0 {
            Text::Hex(hex) => out.extend_from_slice(hex),
            Text::Empty => out.extend_from_slice(EMPTY.as_bytes()),
            Text::Unsigned => out.extend_from_slice(UNSIGNED.as_bytes()),
            Text::Chunked => out.extend_from_slice(CHUNKED.as_bytes()),
        }
    }

    pub(super) fn to_header_value(&self) -> HeaderValue {
        match &self.0 {
            Text::Hex(hex) => HeaderValue::from_bytes(hex).expect("hex digits are visible ASCII"),
            Text::Empty => EMPTY_VALUE,
            Text::Unsigned => HeaderValue::from_static(UNSIGNED),
            Text::Chunked => HeaderValue::from_static(CHUNKED),
        }
    }
}

impl PartialEq for PayloadHash {
    fn eq(&self, other: &Self) -> bool {
        self.as_bytes() == other.as_bytes()
    }
}

impl Eq for PayloadHash {}

impl fmt::Debug for PayloadHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("PayloadHash").field(&self.as_str()).finish()
    }
}

impl fmt::Display for PayloadHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

const UNSIGNED: &str = "UNSIGNED-PAYLOAD";
const CHUNKED: &str = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD";
/// Checked by the compiler, because checking at run time costs as much as hashing a block.
const EMPTY_VALUE: HeaderValue = HeaderValue::from_static(EMPTY);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_empty_hash_is_the_hash_of_nothing() {
        let computed = PayloadHash::from_digest(Sha256::digest(b"").into());
        assert_eq!(computed, PayloadHash::EMPTY);
    }
}
