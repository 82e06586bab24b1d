use http::{Request, StatusCode};

use crate::body::Body;
use crate::opensearch::call::query::{Query, indices_options, query_param, state_timeouts};
use crate::opensearch::call::{Call, Route};
use crate::opensearch::error::Error;
use crate::opensearch::response::Response;
use crate::opensearch::wire::Acknowledged;

/// Deletes indices: DELETE /{index}
/// ([reference](https://docs.opensearch.org/latest/api-reference/index-apis/delete-index/)).
#[derive(Clone, Debug)]
#[must_use]
pub struct Delete {
    index: String,
    query: Query,
}

impl Delete {
    /// Deletes one index, or all indices in a list with wildcards.
    pub fn new(index: impl Into<String>) -> Self {
        Self {
            index: index.into(),
            query: Query::default(),
        }
    }

    indices_options!();
    state_timeouts!();
    query_param!();
}

impl Call for Delete {
    type Output = Acknowledged;

    fn request(&self) -> Result<Request<Body>, Error> {
        Route::delete()
            .index(&self.index)
            .parameters(&self.query)
            .empty()
    }

    fn decode(&self, response: Response) -> Result<Acknowledged, Error> {
        // The attempt that deleted the index lost its response.
        if response.status == StatusCode::NOT_FOUND && response.follows_a_lost_attempt() {
            return Ok(Acknowledged::made());
        }
        Acknowledged::read(&response.success()?, &self.query)
    }
}
