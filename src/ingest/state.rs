//! All that the pusher, the driver and the requests share, behind one lock.

use std::collections::VecDeque;
use std::time::Duration;

use serde::Serialize;
use tokio::time::Instant;

use super::backoff::Backoff;
use super::buffers::Buffers;
use super::chunk::{self, Chunk, Invalid, Open};
use super::concurrency::{Concurrency, Start};
use super::entry::Entry;
use super::ids::Generator;
use super::lanes::{Lanes, Waiting};
use super::limit::SizeLimit;
use super::outcome::{Outcome, Rejected, Unknown};
use super::settings::Settings;
use super::statistics::Statistics;
use super::verdict::{Again, Verdict};
use crate::opensearch::bulk::Operation;

#[derive(Debug)]
pub(super) struct State {
    pub(super) phase: Phase,
    open: Option<Open>,
    ready: VecDeque<Chunk>,
    delayed: Vec<(Instant, Chunk)>,
    lanes: Lanes,
    /// Operations that go into the next chunk: the one that did not fit, and those that waited.
    resumed: VecDeque<Waiting>,
    resumed_bytes: usize,
    generator: Generator,
    pub(super) buffers: Buffers,
    concurrency: Concurrency,
    limit: SizeLimit,
    backoff: Backoff,
    pub(super) gzip: Gzip,
    buffer_size: usize,
    memory: usize,
    began: Instant,
    /// Outcomes that nobody has taken yet.
    pub(super) outcomes: VecDeque<Outcome>,
    counts: Statistics,
    /// Whether a pusher waits for memory.
    is_short: bool,
    /// Of a chunk: their entries take a quarter of its bytes at most.
    most_operations: usize,
}

/// How far a load has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Phase {
    /// Takes operations.
    Open,
    /// Takes no more, and sends what it has.
    Closing,
    /// Sends nothing more.
    Aborting,
    /// Every operation has its outcome.
    Finished,
}

/// A chunk to be sent, and a buffer for its compressed form.
pub(super) type Started = (Chunk, Option<Vec<u8>>);

/// Whether bodies are compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Gzip {
    Off,
    Untried,
    Works,
}

/// Whether an operation can be pushed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Room {
    Yes,
    Wait {
        /// Whether the driver does not know yet.
        is_news: bool,
    },
    Closed,
}

impl State {
    pub(super) fn new(settings: &Settings, now: Instant) -> Self {
        let chunk = settings.chunk_bytes.min(settings.request_limit);
        let most = settings.most_in_flight;
        // Some room for the operation that closes a chunk, so that its buffer need not grow.
        let buffer_size = chunk + (chunk / 16).min(SLACK);
        Self {
            phase: Phase::Open,
            open: None,
            ready: VecDeque::new(),
            delayed: Vec::new(),
            lanes: Lanes::default(),
            resumed: VecDeque::new(),
            resumed_bytes: 0,
            generator: Generator::new(),
            buffers: Buffers::new(settings.memory, buffer_size),
            concurrency: match settings.fixed_in_flight {
                true => Concurrency::fixed(most),
                false => Concurrency::new(most),
            },
            limit: SizeLimit::new(chunk, settings.request_limit),
            backoff: Backoff::default(),
            gzip: if settings.gzip {
                Gzip::Untried
            } else {
                Gzip::Off
            },
            buffer_size,
            memory: settings.memory,
            began: now,
            outcomes: VecDeque::new(),
            counts: Statistics::default(),
            is_short: false,
            most_operations: (chunk / 4 / size_of::<Entry>()).clamp(1, settings.chunk_operations),
        }
    }

    /// Makes sure that there is an open chunk, if memory allows.
    pub(super) fn room(&mut self) -> Room {
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
        Room::Yes
    }

    /// The bytes of what is in no chunk.
    fn waiting(&self) -> usize {
        self.lanes.bytes() + self.resumed_bytes + self.outcomes.len() * size_of::<Outcome>()
    }

    fn ensure_open(&mut self) -> bool {
        if self.open.is_none() {
            // Two buffers stay free, for a retry and a compressed body.
            let reserve = 2 * self.buffer_size + self.waiting();
            let buffer = match self
                .buffers
                .take(reserve + self.most_operations * size_of::<Entry>())
            {
                Some(buffer) => buffer,
                None if self.is_idle() => self.buffers.take_now(),
                None => return false,
            };
            self.open = Some(Open::new(buffer, self.most_operations, &self.buffers));
        }
        true
    }

    /// Whether nothing is on its way that could free memory.
    fn is_idle(&self) -> bool {
        self.counts.in_flight == 0 && self.ready.is_empty() && self.delayed.is_empty()
    }

    /// Puts operations that waited into the open chunk, as memory allows.
    fn resume(&mut self) {
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

    /// Takes an operation; there must be [`room`](Self::room). Says whether the driver has to look.
    pub(super) fn push<D: Serialize>(
        &mut self,
        operation: &Operation<D>,
        settings: &Settings,
    ) -> bool {
        let position = self.counts.submitted;
        // There is one after `room`; without it, the operation would be lost.
        let open = self.open.get_or_insert_with(|| {
            Open::new(self.buffers.take_now(), self.most_operations, &self.buffers)
        });
        let was_empty = open.len() == 0;
        let before = open.bytes();
        let added = open.add(operation, position, settings.ids, &mut self.generator);
        self.counts.submitted += 1;
        if let Err(invalid) = added {
            self.reject_invalid(operation, position, invalid);
            return true;
        }
        if open.bytes() - before > self.limit.request {
            self.reject_oversize();
            return true;
        }
        if let Some(id) = operation.document_id() {
            let index = operation.index_name().unwrap_or(&settings.index);
            let lane = self.lanes.lane(index, id);
            open.set_lane(lane);
            if !self.lanes.enter(lane) {
                if let Some(waiting) = open.take_last() {
                    self.lanes.wait(waiting);
                }
                return false;
            }
        }
        self.close_full() || was_empty
    }

    /// Closes the open chunk when it is full; an operation that does not fit waits for the next.
    fn close_full(&mut self) -> bool {
        let Some(open) = &mut self.open else {
            return false;
        };
        if open.bytes() > self.limit.chunk
            && open.len() > 1
            && let Some(last) = open.take_last()
        {
            self.resumed_bytes += last.lines.len();
            self.resumed.push_front(last);
            self.seal();
            return true;
        }
        let is_full = open.bytes() >= self.limit.chunk || open.len() >= self.most_operations;
        if is_full {
            self.seal();
        }
        is_full
    }

    /// What the driver does next: chunks to send, and when to look again.
    pub(super) fn step(
        &mut self,
        settings: &Settings,
        now: Instant,
    ) -> (Vec<Started>, Option<Instant>) {
        if self.phase == Phase::Aborting {
            self.give_up_queued();
            return (Vec::new(), None);
        }
        let mut next = None;
        let mut look = |at: Instant| next = Some(next.map_or(at, |next: Instant| next.min(at)));
        self.promote(now);
        self.resume();
        self.delayed.iter().for_each(|(due, _)| look(*due));
        if let Some(open) = self.open.as_ref().filter(|open| open.len() > 0) {
            let due = open
                .since()
                .and_then(|since| since.checked_add(settings.flush_after));
            let is_due = due.is_some_and(|due| due <= now);
            if is_due || self.phase == Phase::Closing || self.is_short {
                self.is_short = false;
                self.seal();
            } else if let Some(due) = due {
                look(due);
            }
        }
        let mut started = Vec::new();
        while let Some(chunk) = self.ready.pop_front() {
            if chunk.lines.len() > self.limit.request
                && let Some(halves) = chunk.halves(&self.buffers)
            {
                halves
                    .into_iter()
                    .rev()
                    .for_each(|half| self.ready.push_front(half));
                continue;
            }
            let gzip_buffer = match self.gzip {
                Gzip::Off => None,
                _ => {
                    let bytes = chunk.lines.len() / 2;
                    match self.buffers.try_sized(bytes, self.buffer_size) {
                        Some(buffer) => Some(buffer),
                        None if self.counts.in_flight == 0 => Some(self.buffers.sized(bytes)),
                        None => {
                            self.ready.push_front(chunk);
                            break;
                        }
                    }
                }
            };
            match self.concurrency.try_start(now - self.began) {
                Start::Now => started.push((self.start(chunk), gzip_buffer)),
                start => {
                    if let Start::At(at) = start
                        && let Some(at) = self.began.checked_add(at)
                    {
                        look(at);
                    }
                    gzip_buffer
                        .into_iter()
                        .for_each(|buffer| self.buffers.give_back(buffer));
                    self.ready.push_front(chunk);
                    break;
                }
            }
        }
        (started, next)
    }

    fn start(&mut self, mut chunk: Chunk) -> Chunk {
        chunk.attempts += 1;
        let operations = chunk.entries.len() as u64;
        self.counts.in_flight += operations;
        self.counts.requests += 1;
        self.counts.bytes += chunk.lines.len() as u64;
        if chunk.attempts > 1 {
            self.counts.retried += operations;
        }
        chunk
    }

    /// Retries that are due are ready; small ones join.
    fn promote(&mut self, now: Instant) {
        let mut due: Vec<Chunk> = Vec::new();
        let mut index = 0;
        while index < self.delayed.len() {
            if self.delayed[index].0 <= now {
                due.push(self.delayed.swap_remove(index).1);
            } else {
                index += 1;
            }
        }
        let mut joined: Option<Chunk> = None;
        for chunk in due {
            joined = Some(match joined.take() {
                Some(other) if other.lines.len() + chunk.lines.len() <= self.limit.chunk => {
                    other.join(chunk, &self.buffers)
                }
                Some(other) => {
                    self.ready.push_front(other);
                    chunk
                }
                None => chunk,
            });
        }
        if let Some(chunk) = joined {
            self.ready.push_front(chunk);
        }
    }

    /// A request is over.
    pub(super) fn end(
        &mut self,
        chunk: Chunk,
        mut verdict: Verdict,
        latency: Duration,
        now: Instant,
    ) {
        let count = chunk.entries.len();
        let since = now - self.began;
        self.counts.in_flight -= count as u64;
        let share = verdict.throttled as f64 / count.max(1) as f64;
        if verdict.was_answered && verdict.again == Again::Later {
            self.concurrency
                .on_response(since, latency, chunk.lines.len(), share);
            self.backoff.heard(share);
        } else {
            self.concurrency.on_lost(since);
        }
        self.counts.done += verdict.done;
        let mut retried = verdict.retry.iter().copied().peekable();
        for (index, entry) in chunk.entries.iter().enumerate() {
            if retried.next_if_eq(&index).is_none() {
                self.leave(entry);
            }
        }
        std::mem::take(&mut verdict.outcomes)
            .into_iter()
            .for_each(|outcome| self.deliver(outcome));
        if verdict.retry.is_empty() {
            return;
        }
        let rest = if verdict.retry.len() == count {
            chunk
        } else {
            chunk.part(verdict.retry.iter().copied(), &self.buffers)
        };
        match verdict.again {
            Again::Halved => {
                self.limit.learn(rest.lines.len(), &verdict.message);
                let halves = rest.halves(&self.buffers);
                for mut half in halves.into_iter().flatten().rev() {
                    half.attempts = half.attempts.saturating_sub(1);
                    self.ready.push_front(half);
                }
            }
            Again::Plain => {
                self.gzip = Gzip::Off;
                self.ready.push_front(rest);
            }
            Again::Later => self.delay(rest, &verdict, now),
        }
    }

    fn delay(&mut self, mut rest: Chunk, verdict: &Verdict, now: Instant) {
        rest.refused_at.get_or_insert(now);
        let wait = self.backoff.wait(rest.attempts, verdict.asked);
        let due = now.checked_add(wait).unwrap_or(now);
        if verdict.failed_whole {
            self.concurrency.hold(due - self.began);
        }
        self.delayed.push((due, rest));
    }

    /// An operation has its outcome; the next on its id may go.
    fn leave(&mut self, entry: &Entry) {
        if entry.lane != 0
            && let Some(waiting) = self.lanes.leave(entry.lane)
        {
            self.resumed_bytes += waiting.lines.len();
            self.resumed.push_back(waiting);
        }
    }

    fn seal(&mut self) {
        if let Some(open) = self.open.take() {
            if open.len() > 0 {
                self.ready.push_back(open.seal(&self.buffers));
            } else {
                self.buffers.give_back(open.into_buffer());
            }
        }
    }

    /// Gives everything that is not in a request its outcome.
    pub(super) fn give_up_queued(&mut self) {
        self.seal();
        let delayed = std::mem::take(&mut self.delayed)
            .into_iter()
            .map(|(_, chunk)| chunk);
        let chunks: Vec<_> = std::mem::take(&mut self.ready)
            .into_iter()
            .chain(delayed)
            .collect();
        for chunk in &chunks {
            for index in 0..chunk.entries.len() {
                self.give_up(&chunk.entries[index], chunk.lines_of(index), chunk.attempts);
            }
        }
        self.resumed_bytes = 0;
        let resumed = std::mem::take(&mut self.resumed);
        for waiting in resumed.into_iter().chain(self.lanes.drain()) {
            self.give_up(&waiting.entry, &waiting.lines, 0);
        }
    }

    fn give_up(&mut self, entry: &Entry, lines: &[u8], attempts: u32) {
        let operation = chunk::operation(entry.action, lines);
        let position = entry.position;
        self.deliver(if entry.was_lost {
            Outcome::Unknown(Unknown {
                position,
                operation,
                reason: "a request with it was lost, and the load was aborted".to_owned(),
                attempts,
            })
        } else {
            Outcome::Rejected(Rejected {
                position,
                operation,
                status: None,
                error_type: None,
                reason: Some(
                    "the load was aborted before the operation was carried out".to_owned(),
                ),
                attempts,
            })
        });
    }

    fn reject_invalid<D: Serialize>(
        &mut self,
        operation: &Operation<D>,
        position: u64,
        invalid: Invalid,
    ) {
        let operation = Box::new(operation.by_ref().into_json());
        self.deliver(Outcome::Rejected(Rejected {
            position,
            operation,
            status: None,
            error_type: None,
            reason: Some(invalid.reason),
            attempts: 0,
        }));
    }

    fn reject_oversize(&mut self) {
        let last = self.open.as_mut().and_then(Open::take_last);
        let Some(Waiting { entry, lines }) = last else {
            return;
        };
        let (size, limit) = (lines.len(), self.limit.request);
        self.deliver(Outcome::Rejected(Rejected {
            position: entry.position,
            operation: chunk::operation(entry.action, &lines),
            status: None,
            error_type: None,
            reason: Some(format!(
                "the operation is {size} bytes long; requests are limited to {limit} bytes"
            )),
            attempts: 0,
        }));
    }

    fn deliver(&mut self, outcome: Outcome) {
        match &outcome {
            Outcome::Done(_) => {}
            Outcome::Rejected(_) => self.counts.rejected += 1,
            Outcome::Unknown(_) => self.counts.unknown += 1,
        }
        self.outcomes.push_back(outcome);
    }

    /// Whether an operation has no outcome yet.
    pub(super) fn has_work(&self) -> bool {
        let Statistics {
            done,
            rejected,
            unknown,
            ..
        } = self.counts;
        self.counts.submitted > done + rejected + unknown
    }

    pub(super) fn sent(&mut self, wire_bytes: usize) {
        self.counts.wire_bytes += wire_bytes as u64;
    }

    /// Closes the open chunk at the next step.
    pub(super) fn flush(&mut self) {
        self.is_short = true;
    }

    pub(super) fn submitted(&self) -> u64 {
        self.counts.submitted
    }

    pub(super) fn statistics(&self) -> Statistics {
        let Statistics {
            submitted,
            done,
            rejected,
            unknown,
            in_flight,
            ..
        } = self.counts;
        Statistics {
            queued: submitted - done - rejected - unknown - in_flight,
            concurrency: self.concurrency.limit(),
            peak_memory: self.buffers.peak(),
            ..self.counts
        }
    }
}

const SLACK: usize = 16 * 1024;
