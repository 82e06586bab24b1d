//! POST /{index}/_update_by_query
//! ([reference](https://docs.opensearch.org/latest/api-reference/document-apis/update-by-query/)).

use http::Request;
use serde::Serialize;
use serde_json::Value;

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

/// Starts a task that changes all documents that match a query.
///
/// Without a script, the task stores each document again, so that it follows a new mapping. The
/// response has the task's id, and comes before the first document is changed. The call is not sent
/// again after a lost response: that would start two tasks.
///
/// ```
/// use serde_json::json;
/// use sigtower::opensearch::{Call, document::UpdateByQuery};
///
/// let call = UpdateByQuery::new("movies")
///     .query(json!({"term": {"genre": "crime"}}))
///     .script(json!({"source": "ctx._source.seen = true"}));
/// assert_eq!(call.request()?.uri(), "/movies/_update_by_query?wait_for_completion=false");
/// # Ok::<(), sigtower::opensearch::Error>(())
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct UpdateByQuery {
    index: String,
    body: Parts,
    query: Query,
}

impl UpdateByQuery {
    /// Changes the documents of one index, or of all indices in a list with wildcards.
    pub fn new(index: impl Into<String>) -> Self {
        Self {
            index: index.into(),
            body: Parts::default(),
            query: as_task(),
        }
    }

    /// Changes only documents that match this, in the query DSL.
    pub fn query(mut self, query: impl Serialize) -> Self {
        self.body.set("query", query);
        self
    }

    /// Sets the script that changes each document, as JSON.
    pub fn script(self, script: Value) -> Self {
        self.body_param("script", script)
    }

    /// Sets the ingest pipeline that each document passes through.
    pub fn pipeline(mut self, pipeline: impl Into<String>) -> Self {
        self.query.set("pipeline", pipeline.into());
        self
    }

    by_query!();
    indices_options!();
    preference!();
    shard_options!();
    routing!();
    body_param!();
    query_param!();
}

impl Call for UpdateByQuery {
    type Output = StartResponse;

    fn request(&self) -> Result<Request<Body>, Error> {
        let route = Route::post()
            .index(&self.index)
            .literal("_update_by_query")
            .parameters(&self.query);
        match self.body.is_empty() {
            true => route.empty(),
            false => route.json(self.body.checked()?),
        }
    }

    fn decode(&self, response: Response) -> Result<StartResponse, Error> {
        StartResponse::read(response, &self.query)
    }
}
