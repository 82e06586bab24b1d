//! One request: from a chunk to what became of it.

use std::sync::Arc;

use bytes::Bytes;
use http::Request;
use tokio::time::Instant;
use tracing::Instrument;
use tracing::field::Empty;

use super::chunk::Chunk;
use super::compress;
use super::judging::{self, Context, Verdict};
use super::request::BulkRequest;
use super::shared::Shared;
use super::state::{Gzip, Phase, Started};
use crate::body::Body;
use crate::opensearch::error::Error;

/// A chunk that is being sent. If it is dropped before its response has come, its outcome is unknown.
pub(super) struct Flight {
    shared: Arc<Shared>,
    chunk: Option<Chunk>,
    gzip_buffer: Option<Vec<u8>>,
    was_sent: bool,
    was_compressed: bool,
    began: Instant,
}

impl Flight {
    pub(super) fn new(shared: Arc<Shared>, (chunk, gzip_buffer): Started) -> Self {
        Self {
            shared,
            chunk: Some(chunk),
            gzip_buffer,
            was_sent: false,
            was_compressed: false,
            began: Instant::now(),
        }
    }

    pub(super) async fn run(mut self) {
        let Some(chunk) = &self.chunk else {
            return;
        };
        let span = tracing::info_span!(
            "ingest",
            db.operation.batch.size = chunk.entries.len() as u64,
            ingest.bytes = chunk.lines.len() as u64,
            ingest.attempt = chunk.attempts,
            ingest.wire_bytes = Empty,
            ingest.throttled = Empty,
            ingest.retried = Empty,
        );
        let lines = chunk.lines.clone();
        let operations = chunk.entries.len();
        let verdict = async {
            let body = self.compressed(&lines).await;
            let wire_bytes = body.as_ref().unwrap_or(&lines).len();
            drop(lines);
            let request = self.request(body, operations);
            span.record("ingest.wire_bytes", wire_bytes as u64);
            self.send(request).await
        }
        .instrument(span.clone())
        .await;
        span.record("ingest.throttled", verdict.throttled as u64);
        span.record("ingest.retried", verdict.retry.len() as u64);
        self.end(verdict);
    }

    /// The body compressed, if that is wanted and makes it smaller.
    async fn compressed(&mut self, lines: &Bytes) -> Option<Bytes> {
        let buffer = self.gzip_buffer.take()?;
        let buffers = self.shared.lock().buffers.clone();
        if lines.len() < LEAST_COMPRESSED {
            buffers.give_back(buffer);
            return None;
        }
        let room = buffer.capacity();
        match compress::gzip(buffer, lines).await {
            Ok(compressed) => {
                self.was_compressed = true;
                buffers.grown(room, &compressed);
                Some(buffers.share(compressed))
            }
            Err(larger) => {
                buffers.grown(room, &larger);
                buffers.give_back(larger);
                None
            }
        }
    }

    fn request(
        &self,
        compressed: Option<Bytes>,
        operations: usize,
    ) -> Result<Request<Body>, Error> {
        let lines = self.chunk.as_ref().map(|chunk| chunk.lines.clone());
        let body = compressed.or(lines).unwrap_or_default();
        self.shared.lock().sent(body.len());
        let bulk = BulkRequest {
            settings: &self.shared.settings,
            wants_done: self.shared.wants_done(),
            operations,
            is_gzip: self.was_compressed,
        };
        bulk.with_body(body)
    }

    async fn send(&mut self, request: Result<Request<Body>, Error>) -> Verdict {
        self.began = Instant::now();
        let exchange = request.and_then(|request| self.shared.client.exchange(request));
        let result = match exchange {
            Ok(exchange) => {
                self.was_sent = true;
                exchange.await
            }
            Err(error) => Err(error),
        };
        let charge = result.as_ref().ok().map(|response| {
            let buffers = &self.shared.lock().buffers;
            buffers.charge(response.body.len())
        });
        let verdict = self.judge(|chunk, context| judging::judge(chunk, result, context));
        drop(charge);
        verdict
    }

    fn judge(&mut self, judge: impl FnOnce(&mut Chunk, Context<'_>) -> Verdict) -> Verdict {
        let settings = &self.shared.settings;
        let (phase, gzip, now) = {
            let state = self.shared.lock();
            (state.phase, state.gzip, state.millis(Instant::now()))
        };
        let Some(chunk) = &mut self.chunk else {
            return Verdict::default();
        };
        let context = Context {
            settings,
            is_over: phase >= Phase::Aborting,
            now,
            wants_done: self.shared.wants_done(),
            was_compressed: self.was_compressed,
            gzip_works: gzip == Gzip::Works,
            scrub: None,
        };
        judge(chunk, context)
    }

    fn end(&mut self, verdict: Verdict) {
        let Some(chunk) = self.chunk.take() else {
            return;
        };
        let now = Instant::now();
        {
            let mut state = self.shared.lock();
            if let Some(unused) = self.gzip_buffer.take() {
                state.buffers.give_back(unused);
            }
            let was_accepted = verdict.was_answered && !verdict.failed_whole;
            if was_accepted && self.was_compressed && state.gzip == Gzip::Untried {
                state.gzip = Gzip::Works;
            }
            if was_accepted && chunk.was_refused_as_gzip {
                state.gzip = Gzip::Off;
                self.shared.client.remember_refused_gzip();
            }
            let latency = now - self.began;
            state.end(chunk, verdict, latency, now);
        }
        self.shared.work.notify_one();
        self.shared.deliver_if_alone();
    }
}

impl Drop for Flight {
    fn drop(&mut self) {
        if self.chunk.is_none() {
            return;
        }
        let was_sent = self.was_sent;
        let mut verdict = self.judge(|chunk, context| match was_sent {
            true => Verdict::lost(
                chunk,
                "the load was aborted while a request was in flight",
                Context {
                    is_over: true,
                    ..context
                },
            ),
            false => Verdict::unsent(chunk),
        });
        verdict.failed_whole = true;
        self.end(verdict);
    }
}

/// A smaller body hardly gets smaller.
const LEAST_COMPRESSED: usize = 1024;
