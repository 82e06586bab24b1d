//! PUT /{index}/_mapping
//! ([reference](https://docs.opensearch.org/latest/api-reference/index-apis/put-mapping/)).

use http::Request;
use serde_json::{Map, Value};

use crate::body::Body;
use crate::opensearch::call::query::{Query, indices_options, query_param, state_timeouts};
use crate::opensearch::call::{Call, Route};
use crate::opensearch::error::Error;
use crate::opensearch::response::Response;
use crate::opensearch::wire::Acknowledged;
use crate::opensearch::wire::body::body_param;

/// Adds fields to the mapping of indices. The type of a field that exists cannot change.
///
/// ```
/// use serde_json::json;
/// use sigtower::opensearch::{Call, index};
///
/// let add = index::PutMapping::new("movies").properties(json!({"genre": {"type": "keyword"}}));
/// assert_eq!(add.request()?.uri(), "/movies/_mapping");
/// # Ok::<(), sigtower::opensearch::Error>(())
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct PutMapping {
    index: String,
    body: Map<String, Value>,
    query: Query,
}

impl PutMapping {
    /// Changes the mapping of one index, or of all indices in a list with wildcards.
    pub fn new(index: impl Into<String>) -> Self {
        Self {
            index: index.into(),
            body: Map::new(),
            query: Query::default(),
        }
    }

    /// Sets the fields to add or change, as JSON.
    pub fn properties(self, properties: impl Into<Value>) -> Self {
        self.body_param("properties", properties)
    }

    /// Sets what happens to fields that the mapping does not have: `true`, `false`, `"strict"`.
    pub fn dynamic(self, dynamic: impl Into<Value>) -> Self {
        self.body_param("dynamic", dynamic)
    }

    indices_options!();
    state_timeouts!();
    body_param!();
    query_param!();
}

impl Call for PutMapping {
    type Output = Acknowledged;

    fn request(&self) -> Result<Request<Body>, Error> {
        let route = Route::put().index(&self.index).literal("_mapping");
        route.parameters(&self.query).json(&self.body)
    }

    fn decode(&self, response: Response) -> Result<Acknowledged, Error> {
        Acknowledged::read(&response.success()?, &self.query)
    }
}
