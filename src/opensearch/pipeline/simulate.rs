//! POST /_ingest/pipeline/_simulate
//! ([reference](https://docs.opensearch.org/latest/ingest-pipelines/simulate-ingest/)).

use http::Request;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::body::Body;
use crate::opensearch::call::query::{Query, query_param};
use crate::opensearch::call::{Call, Route};
use crate::opensearch::error::Error;
use crate::opensearch::response::Response;
use crate::opensearch::wire::altered;

/// Runs documents through a pipeline and stores nothing.
///
/// ```
/// use serde_json::json;
/// use sigtower::opensearch::{Call, pipeline};
///
/// let simulate = pipeline::Simulate::new("stamp").document(json!({"title": "Alien"}));
/// assert_eq!(simulate.request()?.uri(), "/_ingest/pipeline/stamp/_simulate");
/// # Ok::<(), sigtower::opensearch::Error>(())
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Simulate {
    id: Option<String>,
    pipeline: Value,
    documents: Vec<Value>,
    query: Query,
}

impl Simulate {
    /// Runs the pipeline of this id.
    pub fn new(id: impl Into<String>) -> Self {
        Self::of(Some(id.into()), Value::Null)
    }

    /// Runs a pipeline that is not stored, given as JSON: `{"processors": [...]}`.
    pub fn definition(pipeline: impl Into<Value>) -> Self {
        Self::of(None, pipeline.into())
    }

    /// Adds a document by its source.
    pub fn document(self, source: impl Into<Value>) -> Self {
        let source: Value = source.into();
        self.document_with(json!({ "_source": source }))
    }

    /// Adds a document with its metadata, as JSON: `{"_index": "movies", "_id": "1", "_source": {…}}`.
    pub fn document_with(mut self, document: impl Into<Value>) -> Self {
        self.documents.push(document.into());
        self
    }

    /// Sets whether the response has the result of each processor, in
    /// [`processor_results`](SimulatedDocument::processor_results).
    pub fn verbose(mut self, verbose: bool) -> Self {
        self.query.set("verbose", verbose);
        self
    }

    query_param!();

    fn of(id: Option<String>, pipeline: Value) -> Self {
        Self {
            id,
            pipeline,
            documents: Vec::new(),
            query: Query::default(),
        }
    }
}

impl Call for Simulate {
    type Output = SimulateResponse;

    fn request(&self) -> Result<Request<Body>, Error> {
        let mut body = Map::new();
        body.insert("docs".into(), self.documents.clone().into());
        let mut route = Route::post().literal("_ingest/pipeline").idempotent(true);
        match &self.id {
            Some(id) => route = route.segment("the id of a pipeline", id),
            None => {
                body.insert("pipeline".into(), self.pipeline.clone());
            }
        }
        let route = route.literal("_simulate").parameters(&self.query);
        route.json(&body)
    }

    fn decode(&self, response: Response) -> Result<SimulateResponse, Error> {
        altered::read(&response.success()?, &self.query)
    }
}

/// The response to [`Simulate`].
#[derive(Clone, Debug, Deserialize)]
#[non_exhaustive]
pub struct SimulateResponse {
    /// The documents, in the order of the call.
    #[serde(default)]
    pub docs: Vec<SimulatedDocument>,
}

/// One document in a [`SimulateResponse`].
#[derive(Clone, Debug, Deserialize)]
#[non_exhaustive]
pub struct SimulatedDocument {
    /// The document after the pipeline, with its metadata, as JSON: `_source`, `_index`, `_ingest` and so on. `null` if
    /// the pipeline failed or dropped the document.
    #[serde(default)]
    pub doc: Value,
    /// Why the pipeline failed, as JSON: `type`, `reason` and so on. `null` if it did not.
    #[serde(default)]
    pub error: Value,
    /// The result of each processor, as JSON, with [`verbose`](Simulate::verbose).
    #[serde(default)]
    pub processor_results: Vec<Value>,
}

impl SimulatedDocument {
    /// The source of the document after the pipeline.
    pub fn source(&self) -> Option<&Value> {
        self.doc.get("_source")
    }
}
