use http::{Request, StatusCode};
use serde::Deserialize;

use crate::body::Body;
use crate::opensearch::call::query::{Query, query_param};
use crate::opensearch::call::{Call, Route};
use crate::opensearch::error::Error;
use crate::opensearch::response::Response;

/// Deletes indices: DELETE /{index}
/// ([reference](https://docs.opensearch.org/latest/api-reference/index-apis/delete-index/)).
#[derive(Clone, Debug)]
#[must_use]
pub struct Delete {
    index: String,
    query: Query,
}

impl Delete {
    /// Deletes one index, or all those that a list with wildcards names.
    pub fn new(index: impl Into<String>) -> Self {
        Self {
            index: index.into(),
            query: Query::default(),
        }
    }

    /// Whether it is fine if an index is not there.
    pub fn ignore_unavailable(mut self, ignore: bool) -> Self {
        self.query.set("ignore_unavailable", ignore);
        self
    }

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
        // The response to the attempt that deleted it was lost.
        if response.status == StatusCode::NOT_FOUND && response.follows_a_lost_attempt() {
            return Ok(Acknowledged { acknowledged: true });
        }
        response.success()?.object()
    }
}

/// A change to the cluster's state was taken.
#[derive(Clone, Debug, Deserialize)]
#[non_exhaustive]
pub struct Acknowledged {
    /// `false` if not all nodes knew of it before the timeout.
    pub acknowledged: bool,
}
