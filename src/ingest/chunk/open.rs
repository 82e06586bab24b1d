use serde::Serialize;
use tokio::time::Instant;

use super::super::buffers::{Buffers, Charge};
use super::super::entry::Entry;
use super::super::ids::{Generator, Ids};
use super::super::lanes::Waiting;
use super::complete::Chunk;
use super::first_line::{self, Invalid};
use crate::opensearch::bulk::{Action, Operation};

/// A chunk that still takes operations.
#[derive(Debug)]
pub(in super::super) struct Open {
    pub(super) lines: Vec<u8>,
    pub(super) entries: Vec<Entry>,
    /// When the first operation came.
    since: Option<Instant>,
    charge: Charge,
}

impl Open {
    /// A chunk with room for this many operations; their entries count from the start.
    pub(in super::super) fn new(buffer: Vec<u8>, operations: usize, buffers: &Buffers) -> Self {
        Self {
            lines: buffer,
            entries: Vec::with_capacity(operations),
            since: None,
            charge: buffers.charge(operations * size_of::<Entry>()),
        }
    }

    /// Serialises an operation behind the others. After an error or a panic of the document, the chunk is
    /// unchanged.
    pub(in super::super) fn add<D: Serialize>(
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
        let (action, repeat) = first_line::write(operation, ids, generator, undo.lines)?;
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
    pub(in super::super) fn add_waiting(&mut self, waiting: &Waiting) {
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
    pub(in super::super) fn set_lane(&mut self, lane: u64) {
        if let Some(last) = self.entries.last_mut() {
            last.lane = lane;
        }
    }

    /// Takes the last operation out again.
    pub(in super::super) fn take_last(&mut self) -> Option<Waiting> {
        let entry = self.entries.pop()?;
        let start = self.entries.last().map_or(0, |entry| entry.end as usize);
        let lines = self.lines.split_off(start).into_boxed_slice();
        Some(Waiting { entry, lines })
    }

    pub(in super::super) fn len(&self) -> usize {
        self.entries.len()
    }

    /// When the first operation came.
    pub(in super::super) fn since(&self) -> Option<Instant> {
        self.since
    }

    pub(in super::super) fn bytes(&self) -> usize {
        self.lines.len()
    }

    pub(in super::super) fn seal(mut self, buffers: &Buffers) -> Chunk {
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
            was_refused_as_gzip: false,
        }
    }

    pub(in super::super) fn into_buffer(self) -> Vec<u8> {
        self.lines
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
