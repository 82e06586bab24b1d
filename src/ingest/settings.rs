use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::classify::{Decision, Failure};
use super::ids::Ids;
use crate::opensearch::call::Query;

/// What an [`IngestBuilder`](super::IngestBuilder) was set to.
#[derive(Clone)]
pub(super) struct Settings {
    pub(super) index: String,
    pub(super) query: Query,
    pub(super) ids: Ids,
    pub(super) chunk_bytes: usize,
    pub(super) chunk_operations: usize,
    /// No request is larger, before compression.
    pub(super) request_limit: usize,
    pub(super) flush_after: Duration,
    pub(super) memory: usize,
    pub(super) most_in_flight: usize,
    pub(super) fixed_in_flight: bool,
    pub(super) gzip: bool,
    pub(super) retry_for: Duration,
    pub(super) grace: Duration,
    pub(super) details: bool,
    pub(super) load_settings: bool,
    pub(super) decide: Option<Arc<Decide>>,
    /// Whether the target is a serverless collection.
    pub(super) serverless: bool,
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("index", &self.index)
            .field("ids", &self.ids)
            .field("chunk_bytes", &self.chunk_bytes)
            .field("memory", &self.memory)
            .finish_non_exhaustive()
    }
}

/// A caller's hook that decides about failed operations.
pub(super) type Decide = dyn Fn(&Failure<'_>) -> Decision + Send + Sync;
