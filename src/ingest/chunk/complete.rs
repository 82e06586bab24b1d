use bytes::Bytes;

use super::super::buffers::Charge;
use super::super::entry::Entry;
use crate::opensearch::bulk::{Action, Meta, Operation};

/// A chunk that is complete.
#[derive(Debug)]
pub(in super::super) struct Chunk {
    /// The body of its request.
    pub(in super::super) lines: Bytes,
    pub(in super::super) entries: Vec<Entry>,
    /// How often it was sent.
    pub(in super::super) attempts: u32,
    /// Whether the server refused its compressed form.
    pub(in super::super) was_refused_as_gzip: bool,
    /// The memory of the entries, and that of a buffer that had to grow.
    pub(super) _charge: Charge,
    pub(super) _excess: Charge,
}

impl Chunk {
    /// The lines of one operation.
    pub(in super::super) fn lines_of(&self, index: usize) -> &[u8] {
        let start = match index {
            0 => 0,
            _ => self.entries[index - 1].end as usize,
        };
        &self.lines[start..self.entries[index].end as usize]
    }

    /// One operation as the caller may push it again.
    pub(in super::super) fn operation(&self, index: usize) -> Box<Operation> {
        operation(self.entries[index].action, self.lines_of(index))
    }
}

/// Reads an operation back from its lines.
pub(in super::super) fn operation(action: Action, lines: &[u8]) -> Box<Operation> {
    let end = lines.iter().position(|&byte| byte == b'\n');
    let (first, source) = lines.split_at(end.map_or(lines.len(), |end| end + 1));
    let meta = Meta::read(first).unwrap_or_default();
    let source = source.strip_suffix(b"\n").unwrap_or(source);
    Box::new(Operation::from_lines(action, meta, source))
}
