use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::classify::{Decision, Failure};
use super::ids::Ids;
use crate::opensearch::bulk::{Action, Operation};
use crate::opensearch::call::Query;
use crate::opensearch::target::KnownTarget;

/// What an [`IngestBuilder`](super::IngestBuilder) was set to.
#[derive(Clone)]
pub(super) struct Settings {
    pub(super) index: String,
    pub(super) query: Query,
    pub(super) ids: Ids,
    /// Knows whether the target takes ids of documents.
    pub(super) target: Arc<KnownTarget>,
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

impl Settings {
    /// Why an operation cannot be sent to a collection that takes no ids of documents. What the collection learns about
    /// itself while the load runs counts, too.
    pub(super) fn refused_id<D>(&self, operation: &Operation<D>) -> Option<String> {
        if self.target.supports_document_ids() != Some(false) {
            return None;
        }
        let is_new = matches!(operation.action(), Action::Index | Action::Create);
        let reason = match (operation.document_id(), self.ids) {
            _ if !is_new => return None,
            (None, Ids::Server) => return None,
            (None, Ids::Generated) => "the load would generate one; use `server_ids`",
            (None, Ids::Caller) => "the load takes ids of the caller; use `server_ids`",
            (Some(_), _) => {
                "leave the id out and use `server_ids`; keep your own id in a field of the document"
            }
        };
        let target = self.target.describe();
        Some(format!("{target} does not support document ids: {reason}"))
    }
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

/// Settings for tests: four operations to a chunk, two chunks in flight.
#[cfg(test)]
pub(super) fn settings() -> Settings {
    Settings {
        index: "logs".into(),
        query: Query::default(),
        ids: Ids::Caller,
        target: Arc::new(KnownTarget::new(
            crate::opensearch::target::Target::Cluster,
            None,
        )),
        chunk_bytes: 1000,
        chunk_operations: 4,
        request_limit: 5000,
        flush_after: Duration::from_secs(1),
        memory: 100_000,
        most_in_flight: 2,
        fixed_in_flight: true,
        gzip: false,
        retry_for: Duration::MAX,
        grace: Duration::from_secs(1),
        details: false,
        load_settings: false,
        decide: None,
        serverless: false,
    }
}
