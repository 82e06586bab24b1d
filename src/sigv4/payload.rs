use std::fmt;

use http::HeaderValue;
use sha2::{Digest, Sha256};

use super::ServiceName;

/// The body that goes with the head being signed.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub enum Payload<'a> {
    /// No body.
    #[default]
    Empty,
    /// These bytes, exactly as they go on the wire: after compression.
    Bytes(&'a [u8]),
    /// A body with this hash, which the caller vouches for.
    Hash(&'a PayloadHash),
    /// `UNSIGNED-PAYLOAD`: the body is not protected by the signature. Only over https.
    Unsigned,
}

/// What a [`SigV4Layer`](super::SigV4Layer) does about request bodies.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum PayloadSigning {
    /// Collect the body up to the layer's limit and sign its hash.
    #[default]
    Hash,
    /// Pass the body on as it comes and sign this hash of it, which the caller vouches for.
    Precomputed(PayloadHash),
    /// Pass the body on as it comes and sign `UNSIGNED-PAYLOAD`. Only over https, and only for
    /// services that take it: S3, VPC Lattice.
    Unsigned,
}

/// Whether the hash is sent as `x-amz-content-sha256`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum ContentSha256 {
    /// Where the service wants it (`aoss`, `s3`, `vpc-lattice-svcs`) or takes it (`es`).
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
            Self::ByService => {
                service.is_s3() || matches!(service.as_str(), "es" | "aoss" | "vpc-lattice-svcs")
            }
            Self::Always => true,
            Self::Never => false,
        }
    }
}

impl ServiceName {
    /// S3 and its relatives, whose paths are object keys.
    pub(super) fn is_s3(&self) -> bool {
        matches!(
            self.as_str(),
            "s3" | "s3-object-lambda" | "s3express" | "s3-outposts"
        )
    }

    /// VPC Lattice [does not support payload
    /// signing](https://docs.aws.amazon.com/vpc-lattice/latest/ug/sigv4-authenticated-requests.html).
    pub(super) fn never_signs_payloads(&self) -> bool {
        self.as_str() == "vpc-lattice-svcs"
    }
}

/// What stands for the body in a signature: its SHA-256 in hex, or `UNSIGNED-PAYLOAD`.
#[derive(Clone)]
pub struct PayloadHash(Text);

#[derive(Clone)]
enum Text {
    Hex([u8; 64]),
    Static(&'static str),
}

impl PayloadHash {
    /// The hash of no bytes.
    pub const EMPTY: Self = Self(Text::Static(
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    ));

    pub(super) const UNSIGNED: Self = Self(Text::Static("UNSIGNED-PAYLOAD"));

    /// Hashes a body.
    pub fn of(body: &[u8]) -> Self {
        if body.is_empty() {
            Self::EMPTY
        } else {
            Self::from_digest(Sha256::digest(body).into())
        }
    }

    /// Takes a SHA-256 that was computed elsewhere.
    pub fn from_digest(digest: [u8; 32]) -> Self {
        let mut text = [0; 64];
        write_hex(&mut text, &digest);
        Self(Text::Hex(text))
    }

    /// The text that is signed.
    pub fn as_str(&self) -> &str {
        match &self.0 {
            Text::Hex(hex) => std::str::from_utf8(hex).expect("hex digits are ASCII"),
            Text::Static(text) => text,
        }
    }

    pub(super) fn to_header_value(&self) -> HeaderValue {
        match &self.0 {
            Text::Hex(hex) => HeaderValue::from_bytes(hex).expect("hex digits are visible ASCII"),
            Text::Static(text) => HeaderValue::from_static(text),
        }
    }
}

impl PartialEq for PayloadHash {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
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

/// Writes lower-case hex digits, two for each byte; `out` is twice as long as `bytes`.
pub(super) fn write_hex(out: &mut [u8], bytes: &[u8]) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    for (pair, byte) in out.chunks_exact_mut(2).zip(bytes) {
        pair[0] = DIGITS[usize::from(byte >> 4)];
        pair[1] = DIGITS[usize::from(byte & 15)];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_empty_hash_is_the_hash_of_nothing() {
        let computed = PayloadHash::from_digest(Sha256::digest(b"").into());
        assert_eq!(computed, PayloadHash::EMPTY);
    }
}
