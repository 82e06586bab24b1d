use super::super::chunk::Open;
use super::super::entry::Entry;
use super::load_state::State;
use super::phase::Phase;

/// Whether an operation can be pushed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Room {
    Yes,
    /// The driver must run first, so that a completed chunk is sent.
    AfterYield,
    Wait {
        /// Whether the driver must be woken to learn that memory is short.
        is_news: bool,
    },
    Closed,
}

impl State {
    /// Makes sure that there is an open chunk, if memory allows.
    pub(in super::super) fn room(&mut self) -> Room {
        if self.phase != Phase::Open {
            return Room::Closed;
        }
        // Half of the memory is for chunks, or else nothing could move.
        if self.waiting() + self.buffer_size > self.memory / 2 && self.has_work() {
            return self.short();
        }
        self.resume();
        if !self.resumed.is_empty() || !self.ensure_open() {
            return self.short();
        }
        self.is_short = false;
        // A pusher that never waits would keep the driver from a runtime of one thread.
        if std::mem::take(&mut self.has_news) {
            return Room::AfterYield;
        }
        Room::Yes
    }

    fn ensure_open(&mut self) -> bool {
        if self.open.is_none() {
            // More would only wait, and leave the processor's cache before it is sent.
            if self.ready.bytes() >= READY_CHUNKS * self.limit.chunk {
                return false;
            }
            // Two buffers stay free, for a retry and a compressed body.
            let reserve = 2 * self.buffer_size + self.waiting();
            let buffer = match self
                .buffers
                .take(reserve + self.first_operations * size_of::<Entry>())
            {
                Some(buffer) => buffer,
                None if self.is_idle() => self.buffers.take_now(),
                None => return false,
            };
            self.open = Some(Open::new(buffer, self.first_operations, &self.buffers));
        }
        true
    }

    /// Whether nothing is on its way that could free memory.
    fn is_idle(&self) -> bool {
        self.counts.in_flight == 0 && self.ready.is_empty() && self.delayed.is_empty()
    }

    /// Puts operations that waited into the open chunk, as memory allows.
    pub(super) fn resume(&mut self) {
        while !self.resumed.is_empty() && self.ensure_open() {
            let (Some(open), Some(waiting)) = (&mut self.open, self.resumed.pop_front()) else {
                break;
            };
            self.resumed_bytes -= waiting.lines.len();
            open.add_waiting(&waiting);
            self.close_full();
        }
    }

    fn short(&mut self) -> Room {
        let is_news = !self.is_short;
        self.is_short = true;
        Room::Wait { is_news }
    }
}

/// Chunks that are complete and not sent, as a multiple of the largest.
const READY_CHUNKS: usize = 2;
