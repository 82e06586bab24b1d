use http::Request;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::body::Body;
use crate::opensearch::call::query::{Query, query_param};
use crate::opensearch::call::{Call, Route};
use crate::opensearch::error::Error;
use crate::opensearch::response::Response;
use crate::opensearch::wire::altered;
use crate::opensearch::wire::body::body_param;

/// Creates an index: PUT /{index}
/// ([reference](https://docs.opensearch.org/latest/api-reference/index-apis/create-index/)).
///
/// ```
/// use serde_json::json;
/// use sigtower::opensearch::{Call, index};
///
/// let create = index::Create::new("movies")
///     .settings(json!({"number_of_shards": 1}))
///     .mappings(json!({"properties": {"year": {"type": "short"}}}));
/// assert_eq!(create.request()?.uri(), "/movies");
/// # Ok::<(), sigtower::opensearch::Error>(())
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Create {
    index: String,
    body: Map<String, Value>,
    query: Query,
}

impl Create {
    /// Creates the index `index`.
    pub fn new(index: impl Into<String>) -> Self {
        Self {
            index: index.into(),
            body: Map::new(),
            query: Query::default(),
        }
    }

    /// Sets the settings, as JSON.
    pub fn settings(self, settings: Value) -> Self {
        self.body_param("settings", settings)
    }

    /// Sets the mappings, as JSON.
    pub fn mappings(self, mappings: Value) -> Self {
        self.body_param("mappings", mappings)
    }

    /// Sets the aliases, as JSON.
    pub fn aliases(self, aliases: Value) -> Self {
        self.body_param("aliases", aliases)
    }

    body_param!();
    query_param!();
}

impl Call for Create {
    type Output = CreateResponse;

    fn request(&self) -> Result<Request<Body>, Error> {
        let route = Route::put().index(&self.index).parameters(&self.query);
        if self.body.is_empty() {
            return route.empty();
        }
        route.json(&self.body)
    }

    fn decode(&self, response: Response) -> Result<CreateResponse, Error> {
        altered::read_written(&response.success()?, &self.query, |body| {
            body.entry("acknowledged").or_insert(true.into());
        })
    }
}

/// The response to [`Create`]. The index is created, even if a wait timed out.
#[derive(Clone, Debug, Deserialize)]
#[non_exhaustive]
pub struct CreateResponse {
    /// Whether all nodes knew the index before the timeout. If a filter removed this from a
    /// successful response, it is `true`.
    pub acknowledged: bool,
    /// Whether enough shards started before the timeout.
    #[serde(default)]
    pub shards_acknowledged: bool,
    /// The index's name.
    #[serde(default)]
    pub index: String,
}
