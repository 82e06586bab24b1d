use http::{Request, StatusCode};
use serde::Deserialize;

use crate::body::Body;
use crate::opensearch::call::query::{Query, query_param};
use crate::opensearch::call::{Call, Route};
use crate::opensearch::error::Error;
use crate::opensearch::response::Response;
use crate::opensearch::wire::altered;

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

    /// Sets whether an index that does not exist is no error.
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
        altered::read_written(&response.success()?, &self.query, |body| {
            body.entry("acknowledged").or_insert(true.into());
        })
    }
}

/// The response to a call that changes the cluster's state. The change is made, even if the wait for
/// the nodes timed out.
#[derive(Clone, Debug, Deserialize)]
#[non_exhaustive]
pub struct Acknowledged {
    /// Whether all nodes knew the change before the timeout. If a filter removed this from a
    /// successful response, it is `true`.
    pub acknowledged: bool,
}
