use std::collections::VecDeque;

use tokio::time::Instant;

use super::super::backoff::Backoff;
use super::super::buffers::Buffers;
use super::super::chunk::{Chunk, Open};
use super::super::concurrency::Concurrency;
use super::super::ids::Generator;
use super::super::lanes::{Lanes, Waiting};
use super::super::limit::SizeLimit;
use super::super::outcome::Outcome;
use super::super::settings::Settings;
use super::super::statistics::Statistics;
use super::gzip::Gzip;
use super::phase::Phase;
use super::ready::Ready;

#[derive(Debug)]
pub(in super::super) struct State {
    pub(in super::super) phase: Phase,
    pub(super) open: Option<Open>,
    pub(super) ready: Ready,
    pub(super) delayed: Vec<(Instant, Chunk)>,
    pub(super) lanes: Lanes,
    /// Operations that go into the next chunk: the one that did not fit, and those that waited.
    pub(super) resumed: VecDeque<Waiting>,
    pub(super) resumed_bytes: usize,
    pub(super) generator: Generator,
    pub(in super::super) buffers: Buffers,
    pub(super) concurrency: Concurrency,
    pub(super) limit: SizeLimit,
    pub(super) backoff: Backoff,
    pub(in super::super) gzip: Gzip,
    pub(super) buffer_size: usize,
    pub(super) memory: usize,
    pub(super) began: Instant,
    /// Outcomes that the caller has not taken yet, and their bytes.
    outcomes: VecDeque<Outcome>,
    outcome_bytes: usize,
    pub(super) counts: Statistics,
    /// Whether a pusher waits for memory.
    pub(super) is_short: bool,
    /// Whether a chunk was completed that the driver has not seen.
    pub(super) has_news: bool,
    /// Of a chunk: as set, and those for which there is room at first.
    pub(super) most_operations: usize,
    pub(super) first_operations: usize,
}

impl State {
    pub(in super::super) fn new(settings: &Settings, now: Instant) -> Self {
        let chunk = settings.chunk_bytes.min(settings.request_limit);
        let chunk = chunk.min(LARGEST_CHUNK);
        let most = settings.most_in_flight;
        // Some room for the operation that closes a chunk, so that its buffer need not grow.
        let buffer_size = chunk + (chunk / 16).min(SLACK);
        Self {
            phase: Phase::Open,
            open: None,
            ready: Ready::default(),
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
            outcome_bytes: 0,
            counts: Statistics::default(),
            is_short: false,
            has_news: false,
            most_operations: settings.chunk_operations,
            first_operations: (chunk / USUAL_OPERATION + 1).min(settings.chunk_operations),
        }
    }

    /// The bytes of what is in no chunk.
    pub(super) fn waiting(&self) -> usize {
        self.lanes.bytes() + self.resumed_bytes + self.outcome_bytes
    }

    /// The time since the load began.
    pub(in super::super) fn millis(&self, now: Instant) -> u32 {
        u32::try_from((now - self.began).as_millis()).unwrap_or(u32::MAX)
    }

    /// Counts what is in no chunk towards the peak of memory.
    pub(super) fn note_memory(&self) {
        self.buffers.note(self.waiting());
    }

    pub(super) fn deliver(&mut self, outcome: Outcome) {
        match &outcome {
            Outcome::Done(_) => {}
            Outcome::Rejected(_) => self.counts.rejected += 1,
            Outcome::Unknown(_) => self.counts.unknown += 1,
        }
        self.outcome_bytes += outcome.held_bytes();
        self.outcomes.push_back(outcome);
    }

    /// The next outcome that the caller has not taken.
    pub(in super::super) fn next_outcome(&mut self) -> Option<Outcome> {
        let outcome = self.outcomes.pop_front()?;
        self.outcome_bytes -= outcome.held_bytes();
        Some(outcome)
    }

    /// All outcomes that the caller has not taken.
    pub(in super::super) fn take_outcomes(&mut self) -> VecDeque<Outcome> {
        self.outcome_bytes = 0;
        std::mem::take(&mut self.outcomes)
    }

    /// Whether there are outcomes that the caller has not taken.
    pub(in super::super) fn has_outcomes(&self) -> bool {
        !self.outcomes.is_empty()
    }

    /// Whether an operation has no outcome yet.
    pub(in super::super) fn has_work(&self) -> bool {
        let Statistics {
            done,
            rejected,
            unknown,
            ..
        } = self.counts;
        self.counts.submitted > done + rejected + unknown
    }

    pub(in super::super) fn sent(&mut self, wire_bytes: usize) {
        self.counts.wire_bytes += wire_bytes as u64;
    }

    /// Closes the open chunk at the next step.
    pub(in super::super) fn flush(&mut self) {
        self.is_short = true;
    }

    pub(in super::super) fn submitted(&self) -> u64 {
        self.counts.submitted
    }

    pub(in super::super) fn statistics(&self) -> Statistics {
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

/// Bytes; a chunk of smaller operations makes more room.
const USUAL_OPERATION: usize = 128;
const SLACK: usize = 16 * 1024;
/// Positions in a chunk are counted in 32 bits, and its buffer is one allocation.
const LARGEST_CHUNK: usize = 256 * 1024 * 1024;
