use std::sync::Arc;
use std::time::Duration;

use super::builder::IngestBuilder;
use super::classify::{Decision, Failure};
use super::ids::Ids;
use super::outcome::Outcome;

/// Settings; each has a default.
impl IngestBuilder {
    /// Where ids come from; see [`Ids`].
    pub fn ids(mut self, ids: Ids) -> Self {
        self.settings.ids = ids;
        self
    }

    /// Every operation has an id of the caller's: [`Ids::Caller`].
    pub fn caller_ids(self) -> Self {
        self.ids(Ids::Caller)
    }

    /// Documents without an id get one: [`Ids::Generated`], the default except for serverless collections.
    pub fn generated_ids(self) -> Self {
        self.ids(Ids::Generated)
    }

    /// The server gives ids to documents without one: [`Ids::Server`], the default for serverless collections, unless
    /// the client knows that it is a search collection.
    pub fn server_ids(self) -> Self {
        self.ids(Ids::Server)
    }

    /// The ingest pipeline of operations that name none.
    pub fn pipeline(self, pipeline: impl Into<String>) -> Self {
        self.query_param("pipeline", pipeline)
    }

    /// Sets a query parameter of the bulk requests that has no method here.
    pub fn query_param(mut self, name: &str, value: impl Into<String>) -> Self {
        self.settings.query.set(name, value.into());
        self
    }

    /// A chunk is sent before it grows over this many bytes, uncompressed; 5 MiB by default. Memory
    /// holds at least eight chunks, so that a quarter of a small limit is the maximum.
    pub fn chunk_bytes(mut self, bytes: usize) -> Self {
        self.settings.chunk_bytes = bytes;
        self
    }

    /// A chunk is sent when it has this many operations; 100,000 by default.
    pub fn chunk_operations(mut self, operations: usize) -> Self {
        self.settings.chunk_operations = operations.max(1);
        self
    }

    /// No request is larger than this many bytes, uncompressed. By default 9.5 MiB on AWS, whose
    /// smaller instances take 10 MiB, and 90 MiB elsewhere. What the server refuses as too large
    /// lowers it.
    pub fn request_limit(mut self, bytes: usize) -> Self {
        self.settings.request_limit = bytes;
        self
    }

    /// An operation waits at most this long for others in its chunk; 1 second by default.
    pub fn flush_after(mut self, wait: Duration) -> Self {
        self.settings.flush_after = wait;
        self
    }

    /// The most bytes held: operations that wait, chunks with their compressed form, requests in
    /// flight and responses; 128 MiB by default. The report's rejected operations come on top.
    pub fn memory(mut self, bytes: usize) -> Self {
        self.settings.memory = bytes;
        self
    }

    /// The most requests in flight; 64 by default. How many of them there are is learned from the
    /// server's responses, see [`Concurrency`](super::Concurrency).
    pub fn max_in_flight(mut self, requests: usize) -> Self {
        self.settings.most_in_flight = requests.max(1);
        self
    }

    /// Keeps this many requests in flight, whatever the server responds.
    pub fn fixed_in_flight(mut self, requests: usize) -> Self {
        self.settings.fixed_in_flight = true;
        self.max_in_flight(requests)
    }

    /// Whether bodies are compressed, at level 1; on by default. If the server refuses a compressed body
    /// and accepts the same body uncompressed, this load and later loads of the client and its clones
    /// compress nothing. Has no effect without the feature `compression`.
    pub fn gzip(mut self, on: bool) -> Self {
        self.settings.gzip = on && cfg!(feature = "compression");
        self
    }

    /// How long an operation is retried after it was first refused; 10 minutes by default.
    pub fn retry_for(mut self, time: Duration) -> Self {
        self.settings.retry_for = time;
        self
    }

    /// Asks this which failures are retried. What may be applied twice is never retried after it was
    /// lost, whatever the hook decides; it is not asked then.
    pub fn retry_if(
        mut self,
        decide: impl Fn(&Failure<'_>) -> Decision + Send + Sync + 'static,
    ) -> Self {
        self.settings.decide = Some(Arc::new(decide));
        self
    }

    /// How long an aborted load waits for requests in flight; 5 seconds by default.
    pub fn grace(mut self, time: Duration) -> Self {
        self.settings.grace = time;
        self
    }

    /// Whether [`Done`](super::Done) has the id, version, sequence number and primary term; off by
    /// default, since it makes responses larger. The ids also show a response whose items are not in the
    /// order of the operations: it counts as lost.
    pub fn details(mut self, on: bool) -> Self {
        self.settings.details = on;
        self
    }

    /// Whether the index has no refreshes and no replicas during the load. What they were before is
    /// restored in the end, also after an abort; not if the process is killed. A serverless collection
    /// has no such settings: there, the load runs without them and the
    /// [report](super::Report::settings_error) says so.
    pub fn load_settings(mut self, on: bool) -> Self {
        self.settings.load_settings = on;
        self
    }

    /// Gives every outcome to this function, instead of collecting those that are not done for the
    /// report. The driver waits for it: a slow function slows the load down.
    pub fn on_outcome(mut self, callback: impl FnMut(Outcome) + Send + 'static) -> Self {
        self.callback = Some(Box::new(callback));
        self
    }
}
