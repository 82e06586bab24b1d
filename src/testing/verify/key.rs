//! Hashes, and the derivation of the signing key.

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use super::scope::CredentialScope;

/// Whether `signature` is the signature of `string_to_sign` with `secret`, in constant time.
pub(super) fn signed(
    secret: &str,
    scope: &CredentialScope,
    string_to_sign: &str,
    signature: &[u8],
) -> bool {
    let mut key = format!("AWS4{secret}").into_bytes();
    for part in [
        &scope.date,
        &scope.region,
        &scope.service,
        &scope.terminator,
    ] {
        key = mac(&key, part).finalize().into_bytes().to_vec();
    }
    mac(&key, string_to_sign).verify_slice(signature).is_ok()
}

/// Whether two secrets are equal. The time this takes does not depend on where they differ.
pub(super) fn same(ours: &[u8], theirs: &[u8]) -> bool {
    let tag = mac(b"compare", ours).finalize().into_bytes();
    mac(b"compare", theirs).verify_slice(&tag).is_ok()
}

/// The lower-case hex SHA-256 of `bytes`.
pub(in crate::testing) fn hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

fn mac(key: &[u8], message: impl AsRef<[u8]>) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    mac.update(message.as_ref());
    mac
}
