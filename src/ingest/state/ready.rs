use std::collections::VecDeque;

use super::super::chunk::Chunk;

/// Complete chunks, in the order in which they are sent: what was sent before goes first.
#[derive(Debug, Default)]
pub(super) struct Ready {
    retries: VecDeque<Chunk>,
    new: VecDeque<Chunk>,
    bytes: usize,
}

impl Ready {
    /// Adds a chunk that was never sent.
    pub(super) fn push_new(&mut self, chunk: Chunk) {
        self.bytes += chunk.lines.len();
        self.new.push_back(chunk);
    }

    /// Adds a chunk that is sent again. Retries keep their order, so that none waits for all later ones.
    pub(super) fn push_retry(&mut self, chunk: Chunk) {
        self.bytes += chunk.lines.len();
        self.retries.push_back(chunk);
    }

    /// Adds a chunk that is the next.
    pub(super) fn push_front(&mut self, chunk: Chunk) {
        self.bytes += chunk.lines.len();
        self.retries.push_front(chunk);
    }

    pub(super) fn pop_front(&mut self) -> Option<Chunk> {
        let chunk = self.retries.pop_front().or_else(|| self.new.pop_front())?;
        self.bytes -= chunk.lines.len();
        Some(chunk)
    }

    pub(super) fn take(&mut self) -> impl Iterator<Item = Chunk> + use<> {
        let Self { retries, new, .. } = std::mem::take(self);
        retries.into_iter().chain(new)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.retries.is_empty() && self.new.is_empty()
    }

    /// The bytes of all chunks.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }
}
