//! GET /_tasks/{task} ([reference](https://docs.opensearch.org/latest/api-reference/tasks/get-tasks/)).

use http::Request;
use serde::Deserialize;
use serde_json::Value;

use super::progress::Progress;
use super::task::Task;
use crate::body::Body;
use crate::opensearch::call::query::{Query, query_param};
use crate::opensearch::call::{Call, Route};
use crate::opensearch::error::Error;
use crate::opensearch::response::Response;
use crate::opensearch::wire::altered;

/// Gets one task, whether it runs or is complete.
///
/// The cluster keeps the results of tasks that a call started with `wait_for_completion=false`, in the
/// index `.tasks`, until they are deleted. A task that is not known fails with
/// [`ErrorKind::NotFound`](crate::opensearch::ErrorKind::NotFound).
///
/// ```
/// use sigtower::opensearch::{Call, tasks};
///
/// let call = tasks::Get::new("VWkJA4z4QGGPGcoz8OGwrg:328");
/// assert_eq!(call.request()?.uri(), "/_tasks/VWkJA4z4QGGPGcoz8OGwrg:328");
/// # Ok::<(), sigtower::opensearch::Error>(())
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Get {
    task: String,
    query: Query,
}

impl Get {
    /// Gets the task with this id, `node:number`.
    pub fn new(task: impl Into<String>) -> Self {
        Self {
            task: task.into(),
            query: Query::default(),
        }
    }

    /// Sets whether the server waits until the task is complete, at most as long as
    /// [`timeout`](Self::timeout) says. AWS ends a request after 300 seconds at the latest.
    pub fn wait_for_completion(mut self, wait: bool) -> Self {
        self.query.set("wait_for_completion", wait);
        self
    }

    /// Sets how long the server waits: `10s`. The server's default is 30 seconds.
    pub fn timeout(mut self, timeout: impl Into<String>) -> Self {
        self.query.set("timeout", timeout.into());
        self
    }

    query_param!();
}

impl Call for Get {
    type Output = GetResponse;

    fn request(&self) -> Result<Request<Body>, Error> {
        let route = Route::get().literal("_tasks").segment("task", &self.task);
        route.parameters(&self.query).empty()
    }

    fn decode(&self, response: Response) -> Result<GetResponse, Error> {
        altered::read(&response.success()?, &self.query)
    }
}

/// The response to [`Get`].
#[derive(Clone, Debug, Deserialize)]
#[non_exhaustive]
pub struct GetResponse {
    /// Whether the task has ended.
    pub completed: bool,
    /// The task.
    pub task: Task,
    /// What the call would have returned that started the task, as JSON; `null` while the task runs.
    #[serde(default)]
    pub response: Value,
    /// Why the task failed, as JSON; `null` if it did not.
    #[serde(default)]
    pub error: Value,
}

impl GetResponse {
    /// Returns how far a reindex, an update by query or a delete by query is, or what it did.
    ///
    /// It is `None` for other tasks, and while a task has not counted its documents.
    pub fn progress(&self) -> Option<Progress> {
        Progress::read(&self.response).or_else(|| self.task.progress())
    }
}
