//! PUT /_ingest/pipeline/{id}
//! ([reference](https://docs.opensearch.org/latest/ingest-pipelines/create-ingest/)).

use http::Request;
use serde_json::{Map, Value};

use crate::body::Body;
use crate::opensearch::call::query::{Query, query_param, state_timeouts};
use crate::opensearch::call::{Call, Route};
use crate::opensearch::error::Error;
use crate::opensearch::response::Response;
use crate::opensearch::wire::Acknowledged;
use crate::opensearch::wire::body::body_param;

/// Creates or replaces an ingest pipeline.
///
/// ```
/// use serde_json::json;
/// use sigtower::opensearch::{Call, pipeline};
///
/// let put = pipeline::Put::new("stamp").processor(json!({"set": {"field": "seen", "value": true}}));
/// assert_eq!(put.request()?.uri(), "/_ingest/pipeline/stamp");
/// # Ok::<(), sigtower::opensearch::Error>(())
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Put {
    id: String,
    processors: Vec<Value>,
    body: Map<String, Value>,
    query: Query,
}

impl Put {
    /// Puts a pipeline under this id.
    pub fn new(id: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            processors: Vec::new(),
            body: Map::new(),
            query: Query::default(),
        }
    }

    /// Adds a processor, as JSON. Processors run in this order.
    pub fn processor(mut self, processor: impl Into<Value>) -> Self {
        self.processors.push(processor.into());
        self
    }

    /// Sets what the pipeline is for.
    pub fn description(self, description: impl Into<String>) -> Self {
        self.body_param("description", description.into())
    }

    state_timeouts!();
    body_param!();
    query_param!();
}

impl Call for Put {
    type Output = Acknowledged;

    fn request(&self) -> Result<Request<Body>, Error> {
        let mut body = self.body.clone();
        if !self.processors.is_empty() || !body.contains_key("processors") {
            body.insert("processors".into(), self.processors.clone().into());
        }
        let route = Route::put().literal("_ingest/pipeline");
        let route = route.segment("the id of a pipeline", &self.id);
        route.parameters(&self.query).json(&body)
    }

    fn decode(&self, response: Response) -> Result<Acknowledged, Error> {
        Acknowledged::read(&response.success()?, &self.query)
    }
}
