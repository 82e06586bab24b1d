use std::collections::BTreeMap;

use http::Request;
use serde::Deserialize;
use serde_json::Value;

use crate::body::Body;
use crate::opensearch::call::query::{Query, query_param};
use crate::opensearch::call::{Call, Route};
use crate::opensearch::error::Error;
use crate::opensearch::response::Response;

/// Asks for mappings: GET /{index}/_mapping
/// ([reference](https://docs.opensearch.org/latest/api-reference/index-apis/get-mapping/)).
#[derive(Clone, Debug)]
#[must_use]
pub struct GetMapping {
    index: String,
    query: Query,
}

impl GetMapping {
    /// Asks for the mappings of one index, or of all those that a list with wildcards names.
    pub fn new(index: impl Into<String>) -> Self {
        Self {
            index: index.into(),
            query: Query::default(),
        }
    }

    query_param!();
}

impl Call for GetMapping {
    type Output = BTreeMap<String, IndexMapping>;

    fn request(&self) -> Result<Request<Body>, Error> {
        let route = Route::get().index(&self.index).literal("_mapping");
        route.parameters(&self.query).empty()
    }

    fn decode(&self, response: Response) -> Result<Self::Output, Error> {
        response.success()?.object()
    }
}

/// An index's mapping.
#[derive(Clone, Debug, Deserialize)]
#[non_exhaustive]
pub struct IndexMapping {
    /// The mapping, as JSON: `properties`, `dynamic` and so on.
    pub mappings: Value,
}
