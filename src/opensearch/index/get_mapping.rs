use std::collections::BTreeMap;

use http::Request;
use serde::Deserialize;
use serde_json::Value;

use crate::body::Body;
use crate::opensearch::call::query::{Query, indices_options, query_param};
use crate::opensearch::call::{Call, Route};
use crate::opensearch::error::Error;
use crate::opensearch::response::Response;
use crate::opensearch::wire::altered;

/// Reads mappings: GET /{index}/_mapping
/// ([reference](https://docs.opensearch.org/latest/api-reference/index-apis/get-mapping/)).
#[derive(Clone, Debug)]
#[must_use]
pub struct GetMapping {
    index: Option<String>,
    query: Query,
}

impl GetMapping {
    /// Reads the mappings of one index, or of all indices in a list with wildcards.
    pub fn new(index: impl Into<String>) -> Self {
        Self::of(Some(index.into()))
    }

    /// Reads the mappings of all indices.
    pub fn all_indices() -> Self {
        Self::of(None)
    }

    indices_options!();
    query_param!();

    fn of(index: Option<String>) -> Self {
        let query = Query::default();
        Self { index, query }
    }
}

impl Call for GetMapping {
    type Output = BTreeMap<String, IndexMapping>;

    fn request(&self) -> Result<Request<Body>, Error> {
        let route = match &self.index {
            Some(index) => Route::get().index(index),
            None => Route::get(),
        };
        route.literal("_mapping").parameters(&self.query).empty()
    }

    fn decode(&self, response: Response) -> Result<Self::Output, Error> {
        altered::read(&response.success()?, &self.query)
    }
}

/// The mapping of one index, in the response to [`GetMapping`].
#[derive(Clone, Debug, Deserialize)]
#[non_exhaustive]
pub struct IndexMapping {
    /// The mapping, as JSON: `properties`, `dynamic` and so on.
    #[serde(default)]
    pub mappings: Value,
}
