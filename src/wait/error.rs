use std::time::Duration;

use crate::opensearch::Error;
use crate::opensearch::tasks::Progress;

/// Why a task could not be followed to a successful end.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WaitError {
    /// The state of the task could not be read. The task may still run.
    #[error("cannot read the state of task {task}, which may still run; wait for it again later")]
    #[non_exhaustive]
    Read {
        /// The id of the task.
        task: String,
        /// Why the state could not be read.
        source: Error,
    },
    /// The cluster does not know the task: the node that ran it left the cluster, its result was
    /// deleted, or it was started without `wait_for_completion=false`.
    #[error(
        "the cluster does not know task {task}: its node has left or its result was deleted; \
         look at what the task has written before you start it again"
    )]
    #[non_exhaustive]
    NotFound {
        /// The id of the task.
        task: String,
        /// What the cluster responded.
        source: Error,
    },
    /// The task ended with an error.
    #[error("task {task} failed: {reason}; what it wrote before the failure stays")]
    #[non_exhaustive]
    Failed {
        /// The id of the task.
        task: String,
        /// What failed: the first failure, on one line.
        reason: String,
        /// How many documents or shards failed; 1 if the task as a whole failed.
        failures: usize,
        /// What the task did before, if the response contains it.
        progress: Option<Box<Progress>>,
    },
    /// The task was cancelled.
    #[error("task {task} was cancelled: {reason}; what it wrote before stays")]
    #[non_exhaustive]
    Cancelled {
        /// The id of the task.
        task: String,
        /// Why, in the words of the cluster.
        reason: String,
        /// What the task did before, if the response contains it.
        progress: Option<Box<Progress>>,
    },
    /// The task ended, but its response does not count documents.
    #[error(
        "task {task} ({action}) is complete, but its response does not count documents; \
         use `RunningTask::wait` for tasks of this kind"
    )]
    #[non_exhaustive]
    NoProgress {
        /// The id of the task.
        task: String,
        /// What the task did.
        action: String,
    },
    /// The task still ran when the time was over. It goes on.
    #[error(
        "task {task} still runs after {limit:?} and goes on; \
         set a longer limit with `RunningTask::with_timeout`, or cancel the task"
    )]
    #[non_exhaustive]
    TimedOut {
        /// The id of the task.
        task: String,
        /// How long the task was followed.
        limit: Duration,
    },
}
