use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;

use crate::opensearch::wire::lenient::or_default;
use crate::opensearch::wire::number::float;

/// How far a reindex, an update by query or a delete by query is, and in the end what it did.
#[derive(Clone, Debug, Default, Deserialize)]
#[non_exhaustive]
pub struct Progress {
    /// How many documents the task works on.
    #[serde(default, deserialize_with = "or_default")]
    pub total: u64,
    /// Documents that the task created.
    #[serde(default, deserialize_with = "or_default")]
    pub created: u64,
    /// Documents that the task changed.
    #[serde(default, deserialize_with = "or_default")]
    pub updated: u64,
    /// Documents that the task deleted.
    #[serde(default, deserialize_with = "or_default")]
    pub deleted: u64,
    /// Pages of documents that the task has worked on.
    #[serde(default, deserialize_with = "or_default")]
    pub batches: u64,
    /// Documents that changed after the task had read them; the task did not change these.
    #[serde(default, deserialize_with = "or_default")]
    pub version_conflicts: u64,
    /// Documents that the script chose not to change.
    #[serde(default, deserialize_with = "or_default")]
    pub noops: u64,
    /// How often the task repeated requests that the cluster refused.
    #[serde(default, deserialize_with = "or_default")]
    pub retries: Retries,
    /// How long the task has slept to keep to its limit, in milliseconds.
    #[serde(default, deserialize_with = "or_default")]
    pub throttled_millis: u64,
    /// How long the task goes on sleeping before its next batch, in milliseconds.
    #[serde(default, deserialize_with = "or_default")]
    pub throttled_until_millis: u64,
    /// The limit in documents per second; -1 means no limit. `None` if the response lacks it.
    #[serde(default, deserialize_with = "float")]
    pub requests_per_second: Option<f64>,
    /// What each slice does, as JSON; `null` for a slice that has not started. Empty without slices.
    #[serde(default, deserialize_with = "or_default")]
    pub slices: Vec<Value>,
    /// Why documents failed, as JSON. The task stops at the first batch with a failure.
    #[serde(default, deserialize_with = "or_default")]
    pub failures: Vec<Value>,
    /// How long the task took, in milliseconds; 0 while it runs.
    #[serde(default, deserialize_with = "or_default")]
    pub took: u64,
    /// Whether a search of the task timed out; then documents are missing.
    #[serde(default, deserialize_with = "or_default")]
    pub timed_out: bool,
    /// Why the task was cancelled, if it was.
    pub canceled: Option<String>,
}

/// How often a task repeated requests that the cluster refused.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
#[serde(default)]
pub struct Retries {
    /// Bulk requests, which write documents.
    pub bulk: u64,
    /// Searches, which read documents.
    pub search: u64,
}

impl Progress {
    /// Reads the status of a task, or the response of a task that is complete.
    pub(super) fn read(json: &Value) -> Option<Self> {
        // A number of documents makes it the status of such a task, and not of a different one.
        json.get("total")?;
        json.get("batches")?;
        Self::deserialize(json).ok()
    }

    /// Returns how many documents the task has worked on, with and without success.
    pub fn processed(&self) -> u64 {
        let parts = [
            self.created,
            self.updated,
            self.deleted,
            self.noops,
            self.version_conflicts,
        ];
        parts.into_iter().fold(0, u64::saturating_add)
    }

    /// Returns how long the task has slept to keep to its limit.
    pub fn throttled(&self) -> Duration {
        Duration::from_millis(self.throttled_millis)
    }
}
