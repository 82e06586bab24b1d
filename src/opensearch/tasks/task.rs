use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;

use super::progress::Progress;
use crate::opensearch::wire::lenient::or_default;

/// One task of the cluster.
#[derive(Clone, Debug, Deserialize)]
#[non_exhaustive]
pub struct Task {
    /// The id of the node that runs the task.
    pub node: String,
    /// The number of the task on its node.
    pub id: u64,
    /// What the task does: `indices:data/write/reindex` for instance.
    #[serde(default, deserialize_with = "or_default")]
    pub action: String,
    /// The task in words: `reindex from [movies] to [copies]`.
    #[serde(default, deserialize_with = "or_default")]
    pub description: String,
    /// When the task started, in milliseconds since 1970.
    #[serde(default, deserialize_with = "or_default")]
    pub start_time_in_millis: u64,
    /// How long the task has run, in nanoseconds.
    #[serde(default, deserialize_with = "or_default")]
    pub running_time_in_nanos: u64,
    /// Whether the task can be cancelled.
    #[serde(default, deserialize_with = "or_default")]
    pub cancellable: bool,
    /// Whether the task was cancelled.
    #[serde(default, deserialize_with = "or_default")]
    pub cancelled: bool,
    /// The task that started this task.
    pub parent_task_id: Option<String>,
    /// How far the task is, as JSON, in a form that depends on the action; `null` if it is not known.
    #[serde(default)]
    pub status: Value,
}

impl Task {
    /// Returns the id that calls about tasks take: `node:number`.
    pub fn task_id(&self) -> String {
        format!("{}:{}", self.node, self.id)
    }

    /// Returns how long the task has run.
    pub fn running_time(&self) -> Duration {
        Duration::from_nanos(self.running_time_in_nanos)
    }

    /// Returns how far a reindex, an update by query or a delete by query is.
    ///
    /// It is `None` for other tasks, and while a task has not counted its documents.
    pub fn progress(&self) -> Option<Progress> {
        Progress::read(&self.status)
    }
}
