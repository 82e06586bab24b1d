use std::fmt;

use hmac::{Hmac, Mac};
use sha2::Sha256;

use super::clock::Timestamp;
use super::key::SigningKey;
use crate::encode::{SHA256_OF_NOTHING, hex};

/// Signs the chunks of one body. Each signature covers the one before it, and the first covers that of the head.
#[derive(Clone)]
pub(super) struct ChunkSigner {
    mac: Hmac<Sha256>,
    /// The string to sign up to the previous signature.
    start: Vec<u8>,
    previous: [u8; 64],
}

impl ChunkSigner {
    /// Continues after the signature of a head, the seed.
    pub(super) fn new(key: &SigningKey, time: &Timestamp, seed: [u8; 64]) -> Self {
        let (date, scope) = (time.as_bytes(), key.credential_scope());
        Self {
            mac: key.mac(),
            start: [
                b"AWS4-HMAC-SHA256-PAYLOAD\n",
                &date[..],
                b"\n",
                scope,
                b"\n",
            ]
            .concat(),
            previous: seed,
        }
    }

    /// The signature of the next chunk, whose data has this SHA-256. Both are lower-case hexadecimal.
    pub(super) fn sign(&mut self, hash: &[u8; 64]) -> [u8; 64] {
        let mut mac = self.mac.clone();
        mac.update(&self.start);
        mac.update(&self.previous);
        // A chunk has no headers, and this is their hash.
        mac.update(b"\n");
        mac.update(SHA256_OF_NOTHING.as_bytes());
        mac.update(b"\n");
        mac.update(hash);
        self.previous = hex(mac.finalize().into_bytes().into());
        self.previous
    }
}

/// Leaves out the key and the signature.
impl fmt::Debug for ChunkSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChunkSigner").finish_non_exhaustive()
    }
}
