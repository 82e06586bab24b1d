use bytes::Bytes;
use serde_json::value::RawValue;

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

    /// Whether an operation has this id. An operation without an id gets any from the server.
    pub(in super::super) fn may_have_id(&self, index: usize, id: &RawValue) -> bool {
        let mut lines = self.lines_of(index).split(|&byte| byte == b'\n');
        let first = lines.next().unwrap_or_default();
        let id = id.get().as_bytes();
        // Usually the server writes the id with the escapes of the request, or with none.
        if first.windows(id.len()).any(|part| part == id) {
            return true;
        }
        let own = Meta::read(first).and_then(|meta| meta.id);
        own.is_none_or(|own| serde_json::from_slice(id).is_ok_and(|id: String| id == own))
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
