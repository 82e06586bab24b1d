//! PUT /{index}/_create/{id}
//! ([reference](https://docs.opensearch.org/latest/api-reference/document-apis/index-document/)).

use http::Request;
use serde::Serialize;

use super::written::WriteResponse;
use crate::body::Body;
use crate::opensearch::call::query::{Query, query_param, refresh, routing, shard_options};
use crate::opensearch::call::{Call, Route};
use crate::opensearch::error::Error;
use crate::opensearch::response::Response;

/// Stores a new document.
///
/// If the id is taken, the error has the kind
/// [`Conflict`](crate::opensearch::ErrorKind::Conflict).
#[derive(Clone, Debug)]
#[must_use]
pub struct Create<D> {
    index: String,
    id: String,
    document: D,
    query: Query,
}

impl<D: Serialize> Create<D> {
    /// Stores `document` in `index` under `id`.
    pub fn new(index: impl Into<String>, id: impl Into<String>, document: D) -> Self {
        Self {
            index: index.into(),
            id: id.into(),
            document,
            query: Query::default(),
        }
    }

    /// Sets the ingest pipeline that the document passes first.
    pub fn pipeline(mut self, pipeline: impl Into<String>) -> Self {
        self.query.set("pipeline", pipeline.into());
        self
    }

    routing!();
    refresh!();
    shard_options!();
    query_param!();
}

impl<D: Serialize> Call for Create<D> {
    type Output = WriteResponse;

    fn request(&self) -> Result<Request<Body>, Error> {
        let route = Route::put()
            .index(&self.index)
            .literal("_create")
            .id(&self.id);
        route.parameters(&self.query).json(&self.document)
    }

    fn decode(&self, response: Response) -> Result<WriteResponse, Error> {
        WriteResponse::read(&response.success()?)
    }
}
