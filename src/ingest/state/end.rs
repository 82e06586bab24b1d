use std::time::Duration;

use tokio::time::Instant;

use super::super::chunk::Chunk;
use super::super::entry::Entry;
use super::super::judging::{Again, Verdict};
use super::gzip::Gzip;
use super::load_state::State;

impl State {
    /// Carries out the verdict about a request that has ended.
    pub(in super::super) fn end(
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
        if !verdict.failed_whole {
            self.backoff.worked();
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
        self.note_memory();
        if verdict.retry.is_empty() {
            return;
        }
        let mut rest = if verdict.retry.len() == count {
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
                self.gzip = Gzip::Doubted;
                rest.was_refused_as_gzip = true;
                self.ready.push_front(rest);
            }
            Again::Later => self.delay(rest, &verdict, latency, now),
        }
    }

    fn delay(&mut self, mut rest: Chunk, verdict: &Verdict, latency: Duration, now: Instant) {
        let refused_at = self.millis(now).max(1);
        for entry in rest
            .entries
            .iter_mut()
            .filter(|entry| entry.refused_at == 0)
        {
            entry.refused_at = refused_at;
        }
        let wait = self.backoff.wait(rest.attempts, verdict.asked);
        let due = now.checked_add(wait).unwrap_or(now);
        if verdict.failed_whole {
            let began = now.checked_sub(latency).unwrap_or(self.began);
            let pause = self.backoff.pause(began, now, verdict.asked);
            self.concurrency
                .hold((now - self.began).saturating_add(pause));
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
}
