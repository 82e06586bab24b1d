use std::collections::VecDeque;

use super::super::chunk::Chunk;

/// Complete chunks, in the order in which they are sent.
#[derive(Debug, Default)]
pub(super) struct Ready {
    chunks: VecDeque<Chunk>,
    bytes: usize,
}

impl Ready {
    pub(super) fn push_back(&mut self, chunk: Chunk) {
        self.bytes += chunk.lines.len();
        self.chunks.push_back(chunk);
    }

    pub(super) fn push_front(&mut self, chunk: Chunk) {
        self.bytes += chunk.lines.len();
        self.chunks.push_front(chunk);
    }

    pub(super) fn pop_front(&mut self) -> Option<Chunk> {
        let chunk = self.chunks.pop_front()?;
        self.bytes -= chunk.lines.len();
        Some(chunk)
    }

    pub(super) fn take(&mut self) -> VecDeque<Chunk> {
        std::mem::take(self).chunks
    }

    pub(super) fn is_empty(&self) -> bool {
        self.chunks.is_empty()
    }

    /// The bytes of all chunks.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }
}
