//! Operations that are sent in one request.

use bytes::Bytes;
use serde::Serialize;
use tokio::time::Instant;

use super::buffers::{Buffers, Charge};
use super::entry::{Entry, Repeat};
use super::ids::{Generator, Ids};
use super::lanes::Waiting;
use crate::opensearch::bulk::{Action, Meta, Operation};

/// A chunk that still takes operations.
#[derive(Debug)]
pub(super) struct Open {
    lines: Vec<u8>,
    entries: Vec<Entry>,
    /// When the first operation came.
    since: Option<Instant>,
    charge: Charge,
}

/// A chunk that is complete.
#[derive(Debug)]
pub(super) struct Chunk {
    /// The body of its request.
    pub(super) lines: Bytes,
    pub(super) entries: Vec<Entry>,
    /// How often it was sent.
    pub(super) attempts: u32,
    /// The memory of the entries, and that of a buffer that had to grow.
    _charge: Charge,
    _excess: Charge,
}

/// An operation that cannot be sent.
#[derive(Debug)]
pub(super) struct Invalid {
    pub(super) reason: String,
}

impl Open {
    /// A chunk with room for this many operations; their entries count from the start.
    pub(super) fn new(buffer: Vec<u8>, operations: usize, buffers: &Buffers) -> Self {
        Self {
            lines: buffer,
            entries: Vec::with_capacity(operations),
            since: None,
            charge: buffers.charge(operations * size_of::<Entry>()),
        }
    }

    /// Serialises an operation behind the others. What cannot be serialised leaves no trace, also
    /// if it panics.
    pub(super) fn add<D: Serialize>(
        &mut self,
        operation: &Operation<D>,
        position: u64,
        ids: Ids,
        generator: &mut Generator,
    ) -> Result<(), Invalid> {
        operation.check().map_err(|error| Invalid {
            reason: error.to_string(),
        })?;
        let mut undo = Undo {
            keep: self.lines.len(),
            lines: &mut self.lines,
        };
        let (action, repeat) = write_first_line(operation, ids, generator, undo.lines)?;
        if action != Action::Delete {
            let source = operation.write_source(undo.lines);
            source.map_err(|error| Invalid {
                reason: format!("the document cannot be serialised: {error}"),
            })?;
            undo.lines.push(b'\n');
        }
        undo.keep = undo.lines.len();
        let end = undo.keep;
        drop(undo);
        self.push(Entry {
            position,
            lane: 0,
            refused_at: 0,
            end: u32::try_from(end).unwrap_or(u32::MAX),
            action,
            repeat,
            was_lost: false,
        });
        Ok(())
    }

    /// Adds an operation that waited.
    pub(super) fn add_waiting(&mut self, waiting: &Waiting) {
        self.lines.extend_from_slice(&waiting.lines);
        self.push(Entry {
            end: self.lines.len() as u32,
            ..waiting.entry
        });
    }

    fn push(&mut self, entry: Entry) {
        self.since.get_or_insert_with(Instant::now);
        if self.entries.len() == self.entries.capacity() {
            self.entries.reserve(self.entries.len().max(16));
            self.charge
                .resize(self.entries.capacity() * size_of::<Entry>());
        }
        self.entries.push(entry);
    }

    /// Puts the last operation into this lane.
    pub(super) fn set_lane(&mut self, lane: u64) {
        if let Some(last) = self.entries.last_mut() {
            last.lane = lane;
        }
    }

    /// Takes the last operation out again.
    pub(super) fn take_last(&mut self) -> Option<Waiting> {
        let entry = self.entries.pop()?;
        let start = self.entries.last().map_or(0, |entry| entry.end as usize);
        let lines = self.lines.split_off(start).into_boxed_slice();
        Some(Waiting { entry, lines })
    }

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    /// When the first operation came.
    pub(super) fn since(&self) -> Option<Instant> {
        self.since
    }

    pub(super) fn bytes(&self) -> usize {
        self.lines.len()
    }

    pub(super) fn seal(mut self, buffers: &Buffers) -> Chunk {
        if self.entries.len() <= self.entries.capacity() / 2 {
            self.entries.shrink_to_fit();
            self.charge = buffers.charge(self.entries.capacity() * size_of::<Entry>());
        }
        let lines = buffers.fit(self.lines);
        Chunk {
            _charge: self.charge,
            _excess: buffers.charge_excess(lines.capacity()),
            lines: buffers.share(lines),
            entries: self.entries,
            attempts: 0,
        }
    }

    pub(super) fn into_buffer(self) -> Vec<u8> {
        self.lines
    }
}

impl Chunk {
    /// The lines of one operation.
    pub(super) fn lines_of(&self, index: usize) -> &[u8] {
        let start = match index {
            0 => 0,
            _ => self.entries[index - 1].end as usize,
        };
        &self.lines[start..self.entries[index].end as usize]
    }

    /// One operation as the caller may push it again.
    pub(super) fn operation(&self, index: usize) -> Box<Operation> {
        operation(self.entries[index].action, self.lines_of(index))
    }

    /// A chunk of some of its operations, which keeps its history.
    pub(super) fn part(
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
    pub(super) fn join(self, other: Self, buffers: &Buffers) -> Self {
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
    pub(super) fn halves(&self, buffers: &Buffers) -> Option<[Self; 2]> {
        let count = self.entries.len();
        if count < 2 {
            return None;
        }
        let middle = self.lines.len() / 2;
        let first = self
            .entries
            .partition_point(|entry| (entry.end as usize) < middle);
        let first = first.clamp(1, count - 1);
        Some([
            self.part(0..first, buffers),
            self.part(first..count, buffers),
        ])
    }
}

/// Reads an operation back from its lines.
pub(super) fn operation(action: Action, lines: &[u8]) -> Box<Operation> {
    let end = lines.iter().position(|&byte| byte == b'\n');
    let (first, source) = lines.split_at(end.map_or(lines.len(), |end| end + 1));
    let meta = Meta::read(first).unwrap_or_default();
    let source = source.strip_suffix(b"\n").unwrap_or(source);
    Box::new(Operation::from_lines(action, meta, source))
}

fn write_first_line<D>(
    operation: &Operation<D>,
    ids: Ids,
    generator: &mut Generator,
    lines: &mut Vec<u8>,
) -> Result<(Action, Repeat), Invalid> {
    let action = operation.action();
    let meta = operation.meta();
    if operation.document_id().is_some() {
        meta.write(action, lines);
        let repeat = if operation.builds_on_itself() {
            Repeat::Never
        } else if action == Action::Create || meta.is_conditional() {
            Repeat::Conflicts
        } else {
            Repeat::Safe
        };
        return Ok((action, repeat));
    }
    match ids {
        Ids::Caller => Err(Invalid {
            reason: "the operation has no id, and the load takes the caller's ids; set one with \
                     `id`, or let the load generate them with `generated_ids`"
                .to_owned(),
        }),
        Ids::Generated => {
            meta.write_with_id(Action::Create, Some(generator.next()), lines);
            Ok((Action::Create, Repeat::Unique))
        }
        Ids::Server => {
            meta.write(action, lines);
            Ok((action, Repeat::Never))
        }
    }
}

/// Cuts lines back to what they were.
struct Undo<'a> {
    lines: &'a mut Vec<u8>,
    keep: usize,
}

impl Drop for Undo<'_> {
    fn drop(&mut self) {
        self.lines.truncate(self.keep);
    }
}
