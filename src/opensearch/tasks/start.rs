use serde::Deserialize;

use crate::opensearch::call::Query;
use crate::opensearch::error::Error;
use crate::opensearch::response::Response;
use crate::opensearch::wire::altered;

/// The response to a call that starts a task.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct StartResponse {
    /// The id of the task, for [`tasks::Get`](super::Get) and the other calls about tasks.
    pub task: String,
}

impl StartResponse {
    /// Reads the response to a call with these parameters.
    pub(crate) fn read(response: Response, query: &Query) -> Result<Self, Error> {
        altered::read(&response.success()?, query)
    }
}
