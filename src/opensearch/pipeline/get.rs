//! GET /_ingest/pipeline/{id}
//! ([reference](https://docs.opensearch.org/latest/ingest-pipelines/get-ingest/)).

use std::collections::BTreeMap;

use http::{Request, StatusCode};
use serde_json::{Map, Value};

use crate::body::Body;
use crate::opensearch::call::query::{Query, query_param};
use crate::opensearch::call::{Call, Route};
use crate::opensearch::error::Error;
use crate::opensearch::response::Response;
use crate::opensearch::wire::altered;

/// Reads ingest pipelines: each by its id, as JSON. An id that does not exist is an error.
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct Get {
    id: Option<String>,
    query: Query,
}

impl Get {
    /// Reads the pipeline of this id, or all pipelines that a wildcard matches.
    pub fn new(id: impl Into<String>) -> Self {
        Self {
            id: Some(id.into()),
            query: Query::default(),
        }
    }

    /// Reads all pipelines.
    pub fn all() -> Self {
        Self::default()
    }

    query_param!();
}

impl Call for Get {
    type Output = BTreeMap<String, Value>;

    fn request(&self) -> Result<Request<Body>, Error> {
        let mut route = Route::get().literal("_ingest/pipeline");
        if let Some(id) = &self.id {
            route = route.segment("the id of a pipeline", id);
        }
        route.parameters(&self.query).empty()
    }

    fn decode(&self, response: Response) -> Result<Self::Output, Error> {
        let names_one = self.id.as_deref().is_some_and(|id| !id.contains('*'));
        let is_empty = || {
            response
                .object::<Map<String, Value>>()
                .is_ok_and(|it| it.is_empty())
        };
        // The server answers 404 also if there is no pipeline at all.
        if response.status == StatusCode::NOT_FOUND && !names_one && is_empty() {
            return Ok(BTreeMap::new());
        }
        altered::read(&response.success()?, &self.query)
    }
}
