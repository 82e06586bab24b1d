use http::Request;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::body::Body;
use crate::opensearch::call::query::{Query, query_param};
use crate::opensearch::call::{Call, Route};
use crate::opensearch::error::Error;
use crate::opensearch::response::Response;

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

    /// The settings, as JSON.
    pub fn settings(self, settings: Value) -> Self {
        self.part("settings", settings)
    }

    /// The mappings, as JSON.
    pub fn mappings(self, mappings: Value) -> Self {
        self.part("mappings", mappings)
    }

    /// The aliases, as JSON.
    pub fn aliases(self, aliases: Value) -> Self {
        self.part("aliases", aliases)
    }

    query_param!();

    fn part(mut self, name: &str, json: Value) -> Self {
        self.body.insert(name.into(), json);
        self
    }
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
        response.success()?.object()
    }
}

/// An index was created.
#[derive(Clone, Debug, Deserialize)]
#[non_exhaustive]
pub struct CreateResponse {
    /// Whether the cluster's state says so; `false` if that took longer than the timeout.
    pub acknowledged: bool,
    /// Whether its shards came up in time.
    #[serde(default)]
    pub shards_acknowledged: bool,
    /// The index's name.
    #[serde(default)]
    pub index: String,
}
