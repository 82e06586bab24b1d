//! The searches that go on: scrolls and points in time.

use std::collections::BTreeMap;

use serde_json::Value;

use super::error::ApiError;
use super::snapshot::Snapshot;

/// All searches that go on.
#[derive(Debug, Default)]
pub(super) struct Cursors {
    pub(super) pits: BTreeMap<String, Snapshot>,
    pub(super) scrolls: BTreeMap<String, Scroll>,
}

#[derive(Debug)]
pub(super) struct Scroll {
    pub(super) size: usize,
    /// The hits of the first page: its total is that of every page.
    pub(super) first: Value,
    pub(super) rest: Vec<Value>,
}

impl Cursors {
    pub(super) fn pit(&self, id: &str) -> Result<Snapshot, ApiError> {
        self.pits.get(id).cloned().ok_or_else(|| missing(id))
    }

    pub(super) fn keep_scroll(&mut self, id: String, size: usize, first: Value, rest: Vec<Value>) {
        self.scrolls.insert(id, Scroll { size, first, rest });
    }
}

/// No search of that id is open.
pub(super) fn missing(id: &str) -> ApiError {
    let reason = format!("No search context found for id [{id}]");
    ApiError::new(404, "search_context_missing_exception", reason).on_shards()
}
