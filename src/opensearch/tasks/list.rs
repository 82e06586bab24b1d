//! GET /_tasks ([reference](https://docs.opensearch.org/latest/api-reference/tasks/list-tasks/)).

use http::Request;
use serde::Deserialize;
use serde_json::Value;

use super::task::Task;
use crate::body::Body;
use crate::opensearch::call::query::{Query, query_param};
use crate::opensearch::call::{Call, Route};
use crate::opensearch::error::Error;
use crate::opensearch::response::Response;
use crate::opensearch::wire::altered;
use crate::opensearch::wire::lenient::or_default;

/// Lists tasks that run now.
///
/// ```
/// use sigtower::opensearch::{Call, tasks};
///
/// let call = tasks::List::new().actions("*reindex").detailed(true);
/// assert_eq!(call.request()?.uri(), "/_tasks?group_by=none&actions=%2Areindex&detailed=true");
/// # Ok::<(), sigtower::opensearch::Error>(())
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct List {
    query: Query,
}

impl List {
    /// Lists all tasks.
    pub fn new() -> Self {
        Self {
            query: one_list(Query::default()),
        }
    }

    /// Lists only tasks with these actions, a list with wildcards: `*reindex,*byquery`.
    pub fn actions(mut self, actions: impl Into<String>) -> Self {
        self.query.set("actions", actions.into());
        self
    }

    /// Lists only tasks that this task started.
    pub fn parent_task_id(mut self, task: impl Into<String>) -> Self {
        self.query.set("parent_task_id", task.into());
        self
    }

    /// Sets whether each task has its description and its status.
    pub fn detailed(mut self, detailed: bool) -> Self {
        self.query.set("detailed", detailed);
        self
    }

    query_param!();
}

impl Default for List {
    fn default() -> Self {
        Self::new()
    }
}

impl Call for List {
    type Output = ListResponse;

    fn request(&self) -> Result<Request<Body>, Error> {
        let route = Route::get().literal("_tasks");
        route.parameters(&self.query).empty()
    }

    fn decode(&self, response: Response) -> Result<ListResponse, Error> {
        ListResponse::read(&response.success()?, &self.query)
    }
}

/// The response to [`List`], [`Cancel`](super::Cancel) and [`Rethrottle`](super::Rethrottle).
#[derive(Clone, Debug, Deserialize)]
#[non_exhaustive]
pub struct ListResponse {
    /// The tasks that the call found.
    pub tasks: Vec<Task>,
    /// Why nodes did not take part, as JSON. A task that no node knows is a failure here.
    #[serde(default, deserialize_with = "or_default")]
    pub node_failures: Vec<Value>,
    /// Why single tasks failed to take part, as JSON.
    #[serde(default, deserialize_with = "or_default")]
    pub task_failures: Vec<Value>,
}

impl ListResponse {
    pub(super) fn read(response: &Response, query: &Query) -> Result<Self, Error> {
        altered::read(response, query)
    }
}

/// Asks for the tasks as one list; without this, they are grouped by nodes.
pub(super) fn one_list(mut query: Query) -> Query {
    query.set("group_by", "none");
    query
}
