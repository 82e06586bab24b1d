use super::super::buffers::Buffers;
use super::super::entry::Entry;
use super::complete::Chunk;
use super::open::Open;

/// Chunks are divided and joined, and keep their history.
impl Chunk {
    /// A chunk of some of its operations.
    pub(in super::super) fn part(
        &self,
        indices: impl ExactSizeIterator<Item = usize>,
        buffers: &Buffers,
    ) -> Self {
        let indices: Vec<_> = indices.collect();
        let bytes = indices
            .iter()
            .map(|&index| self.lines_of(index).len())
            .sum();
        let mut part = Open::new(buffers.sized(bytes), indices.len(), buffers);
        for index in indices {
            part.lines.extend_from_slice(self.lines_of(index));
            part.entries.push(Entry {
                end: part.lines.len() as u32,
                ..self.entries[index]
            });
        }
        let sealed = part.seal(buffers);
        Self {
            attempts: self.attempts,
            ..sealed
        }
    }

    /// Both in one.
    pub(in super::super) fn join(self, other: Self, buffers: &Buffers) -> Self {
        let count = self.entries.len() + other.entries.len();
        let bytes = self.lines.len() + other.lines.len();
        let mut open = Open::new(buffers.sized(bytes), count, buffers);
        for chunk in [&self, &other] {
            let offset = open.lines.len() as u32;
            open.lines.extend_from_slice(&chunk.lines);
            open.entries.extend(chunk.entries.iter().map(|entry| Entry {
                end: offset + entry.end,
                ..*entry
            }));
        }
        Self {
            attempts: self.attempts.max(other.attempts),
            ..open.seal(buffers)
        }
    }

    /// Two halves, by bytes; `None` for a single operation.
    pub(in super::super) fn halves(&self, buffers: &Buffers) -> Option<[Self; 2]> {
        let count = self.entries.len();
        if count < 2 {
            return None;
        }
        let middle = self.lines.len() / 2;
        let first = self
            .entries
            .partition_point(|entry| entry.end as usize <= middle);
        let first = first.clamp(1, count - 1);
        Some([
            self.part(0..first, buffers),
            self.part(first..count, buffers),
        ])
    }
}
