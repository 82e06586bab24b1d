//! POST /{index}/_delete_by_query
//! ([reference](https://docs.opensearch.org/latest/api-reference/document-apis/delete-by-query/)).

use http::Request;
use serde::Serialize;

use super::by_query::{as_task, by_query};
use crate::body::Body;
use crate::opensearch::call::query::{
    Query, indices_options, preference, query_param, routing, shard_options,
};
use crate::opensearch::call::{Call, Route};
use crate::opensearch::error::Error;
use crate::opensearch::response::Response;
use crate::opensearch::tasks::StartResponse;
use crate::opensearch::wire::body::{Parts, body_param};

/// Starts a task that deletes all documents that match a query.
///
/// The response has the task's id. It comes before the first document is deleted, so that no proxy
/// ends the request. The call is not sent again after a lost response: that would start two tasks.
///
/// ```
/// use serde_json::json;
/// use sigtower::opensearch::document::{Conflicts, DeleteByQuery};
/// use sigtower::opensearch::Call;
///
/// let old = json!({"range": {"year": {"lt": 1950}}});
/// let call = DeleteByQuery::new("movies", old).conflicts(Conflicts::Proceed).slices("auto");
/// assert_eq!(call.request()?.uri(), "/movies/_delete_by_query?wait_for_completion=false&slices=auto");
/// # Ok::<(), sigtower::opensearch::Error>(())
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct DeleteByQuery {
    index: String,
    body: Parts,
    query: Query,
}

impl DeleteByQuery {
    /// Deletes what matches `query`, in the query DSL, from one index or from all indices in a list
    /// with wildcards.
    pub fn new(index: impl Into<String>, query: impl Serialize) -> Self {
        let mut body = Parts::default();
        body.set("query", query);
        Self {
            index: index.into(),
            body,
            query: as_task(),
        }
    }

    by_query!();
    indices_options!();
    preference!();
    shard_options!();
    routing!();
    body_param!();
    query_param!();
}

impl Call for DeleteByQuery {
    type Output = StartResponse;

    fn request(&self) -> Result<Request<Body>, Error> {
        let route = Route::post().index(&self.index).literal("_delete_by_query");
        route.parameters(&self.query).json(self.body.checked()?)
    }

    fn decode(&self, response: Response) -> Result<StartResponse, Error> {
        StartResponse::read(response, &self.query)
    }
}
