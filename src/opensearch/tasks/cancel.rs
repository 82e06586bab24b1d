//! POST /_tasks/{task}/_cancel
//! ([reference](https://docs.opensearch.org/latest/api-reference/tasks/cancel-tasks/)).

use http::Request;

use super::list::{ListResponse, one_list};
use crate::body::Body;
use crate::opensearch::call::query::{Query, query_param};
use crate::opensearch::call::{Call, Route};
use crate::opensearch::error::Error;
use crate::opensearch::response::Response;

/// Asks a task to stop.
///
/// A reindex, an update by query or a delete by query stops after its current batch; what it has
/// written stays. The response does not wait for the end. It has no task, and a failure, if the task
/// does not run.
///
/// ```
/// use sigtower::opensearch::{Call, tasks};
///
/// let request = tasks::Cancel::new("VWkJA4z4QGGPGcoz8OGwrg:328").request()?;
/// assert_eq!(request.uri(), "/_tasks/VWkJA4z4QGGPGcoz8OGwrg:328/_cancel?group_by=none");
/// # Ok::<(), sigtower::opensearch::Error>(())
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Cancel {
    task: String,
    query: Query,
}

impl Cancel {
    /// Cancels the task with this id, `node:number`.
    pub fn new(task: impl Into<String>) -> Self {
        Self {
            task: task.into(),
            query: one_list(Query::default()),
        }
    }

    query_param!();
}

impl Call for Cancel {
    type Output = ListResponse;

    fn request(&self) -> Result<Request<Body>, Error> {
        let route = Route::post()
            .literal("_tasks")
            .segment("task", &self.task)
            .literal("_cancel");
        route.parameters(&self.query).idempotent(true).empty()
    }

    fn decode(&self, response: Response) -> Result<ListResponse, Error> {
        ListResponse::read(&response.success()?, &self.query)
    }
}
