use tokio::time::Instant;

use super::super::chunk::Chunk;
use super::super::concurrency::Start;
use super::super::settings::Settings;
use super::gzip::Gzip;
use super::load_state::State;
use super::phase::Phase;

/// A chunk to be sent, and a buffer for its compressed form.
pub(in super::super) type Started = (Chunk, Option<Vec<u8>>);

impl State {
    /// What the driver does next: chunks to send, and when to look again.
    pub(in super::super) fn step(
        &mut self,
        settings: &Settings,
        now: Instant,
    ) -> (Vec<Started>, Option<Instant>) {
        self.has_news = false;
        self.note_memory();
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
                Gzip::Off | Gzip::Doubted => None,
                Gzip::Untried | Gzip::Works => {
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
        if !started.is_empty() {
            self.buffers.wake();
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

    /// Retries that are due are ready, in their order; small ones join.
    fn promote(&mut self, now: Instant) {
        let mut due: Vec<_> = self
            .delayed
            .extract_if(.., |(due, _)| *due <= now)
            .collect();
        due.sort_by_key(|(due, _)| *due);
        let mut joined: Option<Chunk> = None;
        for (_, chunk) in due {
            joined = Some(match joined.take() {
                Some(other) if self.may_join(&other, &chunk) => other.join(chunk, &self.buffers),
                Some(other) => {
                    self.ready.push_retry(other);
                    chunk
                }
                None => chunk,
            });
        }
        if let Some(chunk) = joined {
            self.ready.push_retry(chunk);
        }
    }

    fn may_join(&self, one: &Chunk, other: &Chunk) -> bool {
        one.lines.len() + other.lines.len() <= self.limit.chunk
            && one.entries.len() + other.entries.len() <= self.most_operations
    }
}
