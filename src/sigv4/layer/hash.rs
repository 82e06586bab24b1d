//! Hashing that yields to other tasks.

use std::task::{Context, Poll};

use bytes::Bytes;
use sha2::{Digest, Sha256};

use crate::sigv4::payload::PayloadHash;

/// Hashes a body. A large body is hashed in slices, and the task yields between them, so that other
/// requests on the same thread wait for one slice at most.
#[derive(Debug)]
pub(super) struct Hashing {
    body: Bytes,
    hashed: usize,
    hasher: Sha256,
}

impl Hashing {
    pub(super) fn new(body: Bytes) -> Self {
        Self {
            body,
            hashed: 0,
            hasher: Sha256::new(),
        }
    }

    /// Whether a body is hashed in more than one slice.
    pub(super) fn takes_turns(body: &[u8]) -> bool {
        body.len() > SLICE
    }

    pub(super) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<(Bytes, PayloadHash)> {
        if !Self::takes_turns(&self.body) {
            let hash = PayloadHash::of(&self.body);
            return Poll::Ready((std::mem::take(&mut self.body), hash));
        }
        let rest = &self.body[self.hashed..];
        let slice = &rest[..rest.len().min(SLICE)];
        self.hasher.update(slice);
        self.hashed += slice.len();
        if self.hashed < self.body.len() {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        let digest = self.hasher.finalize_reset();
        Poll::Ready((
            std::mem::take(&mut self.body),
            PayloadHash::from_digest(digest.into()),
        ))
    }
}

/// 256 KiB take about 0.2 ms with SHA instructions.
const SLICE: usize = 256 * 1024;

#[cfg(test)]
mod tests {
    use std::task::Waker;

    use super::*;

    #[test]
    fn a_body_hashed_in_slices_has_the_hash_of_the_whole() {
        for length in [0, 1, SLICE, SLICE + 1, 3 * SLICE, 3 * SLICE + 7] {
            let body: Bytes = (0..length).map(|at| (at % 251) as u8).collect();
            let mut hashing = Hashing::new(body.clone());
            let mut cx = Context::from_waker(Waker::noop());
            let mut yields = 0;
            let (same, hash) = loop {
                match hashing.poll(&mut cx) {
                    Poll::Ready(done) => break done,
                    Poll::Pending => yields += 1,
                }
            };
            assert_eq!(same, body);
            assert_eq!(hash, PayloadHash::from_digest(Sha256::digest(&body).into()));
            assert_eq!(yields, length.div_ceil(SLICE).saturating_sub(1));
        }
    }
}
