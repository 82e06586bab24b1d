//! POST /_reindex
//! ([reference](https://docs.opensearch.org/latest/api-reference/document-apis/reindex/)).

use http::Request;
use serde::Serialize;
use serde_json::{Value, json};

use super::by_query::{as_task, by_query};
use super::index::OpType;
use crate::body::Body;
use crate::opensearch::call::query::{Query, query_param, shard_options};
use crate::opensearch::call::{Call, Route};
use crate::opensearch::error::Error;
use crate::opensearch::response::Response;
use crate::opensearch::tasks::StartResponse;
use crate::opensearch::wire::body::{Parts, body_param};

/// Starts a task that copies documents from one index into another.
///
/// The response has the task's id, and comes before the first document is copied. The call is not
/// sent again after a lost response: that would start two tasks.
///
/// ```
/// use serde_json::json;
/// use sigtower::opensearch::{Call, document::Reindex};
///
/// let call = Reindex::new("movies", "films").query(json!({"range": {"year": {"gte": 1950}}}));
/// let request = call.slices("auto").request()?;
/// assert_eq!(request.uri(), "/_reindex?wait_for_completion=false&slices=auto");
/// # Ok::<(), sigtower::opensearch::Error>(())
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Reindex {
    source: Parts,
    dest: Parts,
    body: Parts,
    query: Query,
}

impl Reindex {
    /// Copies the documents of `source`, one index or a list with wildcards, into the index `dest`.
    pub fn new(source: impl Into<String>, dest: impl Into<String>) -> Self {
        let names: String = source.into();
        let names: Vec<&str> = names.split(',').collect();
        let (mut source, mut target) = (Parts::default(), Parts::default());
        source.insert("index".into(), json!(names));
        target.insert("index".into(), dest.into().into());
        Self {
            source,
            dest: target,
            body: Parts::default(),
            query: as_task(),
        }
    }

    /// Copies only documents that match this, in the query DSL.
    pub fn query(mut self, query: impl Serialize) -> Self {
        self.source.set("query", query);
        self
    }

    /// Sets the script that changes each document on its way, as JSON.
    pub fn script(self, script: Value) -> Self {
        self.body_param("script", script)
    }

    /// Sets whether a document replaces the one with its id in `dest`, or conflicts with it.
    pub fn op_type(self, op_type: OpType) -> Self {
        self.dest_param("op_type", op_type.as_str())
    }

    /// Sets the ingest pipeline that each document passes through.
    pub fn pipeline(self, pipeline: impl Into<String>) -> Self {
        self.dest_param("pipeline", pipeline.into())
    }

    /// Sets a part of `source` that has no method here: `size`, `slice`, `remote` and so on.
    pub fn source_param(mut self, name: impl Into<String>, json: impl Into<Value>) -> Self {
        self.source.insert(name.into(), json.into());
        self
    }

    /// Sets a part of `dest` that has no method here: `version_type`, `routing` and so on.
    pub fn dest_param(mut self, name: impl Into<String>, json: impl Into<Value>) -> Self {
        self.dest.insert(name.into(), json.into());
        self
    }

    by_query!();
    shard_options!();
    body_param!();
    query_param!();
}

impl Call for Reindex {
    type Output = StartResponse;

    fn request(&self) -> Result<Request<Body>, Error> {
        let mut body = self.body.checked()?.clone();
        for (name, part) in [("source", &self.source), ("dest", &self.dest)] {
            let part = part.checked()?;
            body.entry(name).or_insert_with(|| part.clone().into());
        }
        let route = Route::post().literal("_reindex");
        route.parameters(&self.query).json(&body)
    }

    fn decode(&self, response: Response) -> Result<StartResponse, Error> {
        StartResponse::read(response, &self.query)
    }
}
