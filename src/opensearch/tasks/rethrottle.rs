//! POST /_reindex/{task}/_rethrottle
//! ([reference](https://docs.opensearch.org/latest/api-reference/document-apis/reindex/)).

use http::Request;

use super::list::{ListResponse, one_list};
use crate::body::Body;
use crate::opensearch::call::query::{Query, query_param};
use crate::opensearch::call::{Call, Route};
use crate::opensearch::error::Error;
use crate::opensearch::response::Response;

/// Changes the limit of a reindex, an update by query or a delete by query that runs.
///
/// A higher limit acts immediately; a lower one after the current batch, so that the search of the
/// task does not time out. The route is the same for the three kinds of task. The response has no
/// task, and a failure, if the task does not run.
///
/// ```
/// use sigtower::opensearch::{Call, tasks};
///
/// let call = tasks::Rethrottle::new("VWkJA4z4QGGPGcoz8OGwrg:328", 500.0);
/// assert_eq!(call.request()?.uri().query(), Some("group_by=none&requests_per_second=500"));
/// # Ok::<(), sigtower::opensearch::Error>(())
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Rethrottle {
    task: String,
    query: Query,
}

impl Rethrottle {
    /// Limits the task with this id, `node:number`, to this many documents per second.
    pub fn new(task: impl Into<String>, requests_per_second: f64) -> Self {
        let mut query = one_list(Query::default());
        query.set("requests_per_second", requests_per_second);
        Self {
            task: task.into(),
            query,
        }
    }

    /// Removes the limit of the task with this id, `node:number`.
    pub fn unlimited(task: impl Into<String>) -> Self {
        Self::new(task, UNLIMITED)
    }

    query_param!();
}

impl Call for Rethrottle {
    type Output = ListResponse;

    fn request(&self) -> Result<Request<Body>, Error> {
        let route = Route::post()
            .literal("_reindex")
            .segment("task", &self.task)
            .literal("_rethrottle");
        route.parameters(&self.query).idempotent(true).empty()
    }

    fn decode(&self, response: Response) -> Result<ListResponse, Error> {
        ListResponse::read(&response.success()?, &self.query)
    }
}

const UNLIMITED: f64 = -1.0;
