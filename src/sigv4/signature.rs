//! One signature: its checked input, and where its parts are.

use std::ops::Range;

use http::HeaderValue;
use http::header::AUTHORIZATION;
use http::request::Parts;
use sha2::{Digest, Sha256};

use super::canonical::{self, Added, ExtraHeaders, SignedHeaders, Target};
use super::clock::Timestamp;
use super::error::SignError;
use super::host::Host;
use super::key::{Key, LastStart};
use super::payload::PayloadHash;
use crate::credentials::Identity;
use crate::encode::hex;

/// The input of one signature.
pub(super) struct SignatureInput<'a> {
    pub(super) parts: &'a Parts,
    pub(super) target: Target<'a>,
    pub(super) host: Host<'a>,
    pub(super) sends_hash: bool,
    pub(super) payload: &'a PayloadHash,
    pub(super) extra_headers: &'a ExtraHeaders,
    pub(super) identity: &'a Identity,
    pub(super) key: Key,
    pub(super) time: &'a Timestamp,
}

/// Where one signature and its parts are in the scratch buffer.
pub(super) struct Signature {
    pub(super) canonical_request: Range<usize>,
    pub(super) signed_headers: Range<usize>,
    /// The hash of the canonical request.
    pub(super) hash: [u8; 64],
    pub(super) hex: Range<usize>,
}

impl SignatureInput<'_> {
    pub(super) fn signed_headers(&self) -> Result<SignedHeaders<'_>, SignError> {
        let added = Added {
            host: self.host.as_str(),
            date: Some(self.time.as_bytes()),
            content_sha256: self.sends_hash.then_some(self.payload),
            token: self.identity.session_token().map(HeaderValue::as_bytes),
        };
        SignedHeaders::select(&self.parts.headers, self.extra_headers, added)
    }

    /// Appends the canonical request and its signature to `text`.
    pub(super) fn sign(
        &self,
        text: &mut Vec<u8>,
        start: &mut LastStart,
        target: Target<'_>,
        headers: &SignedHeaders<'_>,
    ) -> Result<Signature, SignError> {
        let canonical_start = text.len();
        let signed_headers = canonical::write_request(text, target, headers, self.payload)?;
        let canonical_request = canonical_start..text.len();
        let hash = hex(Sha256::digest(&text[canonical_request.clone()]).into());

        let signature = start.sign(&self.key, self.time, &hash);
        let hex_start = text.len();
        text.extend_from_slice(&signature);
        Ok(Signature {
            canonical_request,
            signed_headers,
            hash,
            hex: hex_start..text.len(),
        })
    }

    /// The `authorization` header's value, in one allocation of the exact size.
    pub(super) fn authorization(&self, text: &[u8], signature: &Signature) -> Vec<u8> {
        let key = self.key.authorization();
        let names = &text[signature.signed_headers.clone()];
        let hex = &text[signature.hex.clone()];
        let length = key.len() + SIGNED_HEADERS.len() + names.len() + SIGNATURE.len() + hex.len();

        let mut out = Vec::with_capacity(length);
        out.extend_from_slice(key);
        out.extend_from_slice(SIGNED_HEADERS);
        out.extend_from_slice(names);
        out.extend_from_slice(SIGNATURE);
        out.extend_from_slice(hex);
        out
    }
}

/// The signature of a signed head, with which the authorization ends.
pub(super) fn signature_of(head: &Parts) -> [u8; 64] {
    let authorization = head.headers.get(AUTHORIZATION);
    let signature = authorization.and_then(|value| value.as_bytes().last_chunk());
    signature.copied().unwrap_or([0; 64])
}

const SIGNED_HEADERS: &[u8] = b", SignedHeaders=";
const SIGNATURE: &[u8] = b", Signature=";
