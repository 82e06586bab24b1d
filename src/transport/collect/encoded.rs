use std::fmt;

use bytes::{Buf, Bytes};

use super::decode::Decode;
use super::plain::MOST_AT_ONCE;
use crate::error::BoxError;

/// A body that is decoded while it arrives: only the decoded bytes are kept.
pub(super) struct Encoded {
    decoder: Box<dyn Decode>,
    /// What has arrived and is not decoded yet.
    input: Bytes,
    has_more: bool,
    output: Vec<u8>,
    arrived: u64,
    limit: usize,
}

/// Why a body cannot be decoded.
pub(super) enum Fault {
    /// It exceeds the limit, before or after decoding.
    TooLarge,
    Damaged(BoxError),
}

impl Encoded {
    /// The announced length is that of the encoded bytes.
    pub(super) fn new(decoder: Box<dyn Decode>, announced: usize, limit: usize) -> Self {
        // Text shrinks to a quarter or less. Memory that is reserved and never written costs nothing,
        // whereas a vector that grows may be copied.
        let likely = announced.saturating_mul(4).min(limit).min(MOST_AT_ONCE);
        Self {
            decoder,
            input: Bytes::new(),
            has_more: false,
            output: Vec::with_capacity(likely),
            arrived: 0,
            limit,
        }
    }

    /// Whether nothing has arrived so far.
    pub(super) fn is_empty(&self) -> bool {
        self.arrived == 0
    }

    /// Whether there is something to decode.
    pub(super) fn has_work(&self) -> bool {
        self.has_more || !self.input.is_empty()
    }

    /// Takes what has arrived; everything before it has been decoded.
    pub(super) fn push(&mut self, data: Bytes) -> Result<(), Fault> {
        self.arrived = self.arrived.saturating_add(data.len() as u64);
        if self.arrived > self.limit as u64 {
            return Err(Fault::TooLarge);
        }
        self.input = data;
        Ok(())
    }

    /// Decodes one slice; returns how much work that was.
    pub(super) fn step(&mut self) -> Result<usize, Fault> {
        let decoded = self.decoder.decode(&self.input, &mut self.output);
        let decoded = decoded.map_err(Fault::Damaged)?;
        self.input.advance(decoded.used);
        self.has_more = decoded.has_more;
        if self.output.len() > self.limit {
            return Err(Fault::TooLarge);
        }
        Ok(decoded.work)
    }

    /// The decoded body, once all has arrived and been decoded.
    pub(super) fn finish(&mut self) -> Result<Bytes, Fault> {
        self.decoder.finish().map_err(Fault::Damaged)?;
        Ok(std::mem::take(&mut self.output).into())
    }
}

impl fmt::Debug for Encoded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Encoded")
            .field("arrived", &self.arrived)
            .field("decoded", &self.output.len())
            .finish_non_exhaustive()
    }
}
